"""The adapter to the Singer SDK: rows, stream maps, discovery, SSL and SSH by meltanolabs' tap.

It makes the same calls as `run`: what is read, and at which instant, is `Extraction`'s to say.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from singer_sdk import Stream
from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError
from singer_sdk.mapper import CustomStreamMap, RemoveRecordTransform
from tap_postgres.client import PostgresStream
from tap_postgres.connection_parameters import ConnectionParameters
from tap_postgres.tap import TapPostgres as MeltanoLabsTapPostgres

from sealed_days.core import messages
from sealed_days.core.errors import ConfigurationError, one_line
from sealed_days.core.stream_map_names import check_names
from sealed_days.plugin.adapter import ChecksSettings
from sealed_days.tap_postgres.extraction import Extraction
from sealed_days.tap_postgres.rows import read_rows, with_texts
from sealed_days.tap_postgres.selection import SelectedTable
from sealed_days.tap_postgres.settings import Settings
from sealed_days.tap_postgres.source import Source
from sealed_days.tap_postgres.streams import (
    FileStream,
    copy_files,
    properties_of,
    with_source_types,
)


class TableStream(PostgresStream):
    """A stream that can leave as one whole file, or as rows."""

    _tap: TapPostgres

    @property
    def selected_table(self) -> SelectedTable:
        """What the stream reads."""
        return self._tap.selected_tables[self.name]

    def travels_as_file(self) -> bool:
        """Return whether COPY can carry the stream as it was asked for."""
        first, *more = self.stream_maps
        changes = isinstance(first, CustomStreamMap) and any(
            key != "__alias__" for key in self._map_of_this_stream()
        )
        settings = self._tap.settings
        return not (
            changes
            or more
            or settings.as_files is None
            or first.flattening_enabled
            or settings.max_record_count
        )

    def get_batch_config(self, config: Any) -> None:
        """Send rows where the SDK's own sync is used: files leave by `copy_files`."""

    def _map_of_this_stream(self) -> dict[str, Any]:
        from fnmatch import fnmatch

        found: dict[str, Any] = {}
        for pattern, definition in self._tap.settings.stream_maps.items():
            if fnmatch(self.name, pattern) and isinstance(definition, dict):
                found.update(definition)
        return found

    def file_stream(self) -> FileStream:
        """Return what to copy, under the stream's name downstream."""
        columns = tuple(self.stream_maps[0].transformed_schema["properties"])
        copy = self._tap.extraction.copy_of(self.selected_table, columns)
        return FileStream(self.stream_maps[0].stream_alias, copy)

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Yield the rows that COPY would copy."""
        settings, one = self._tap.settings, self.selected_table
        types = {column.name: column.sql_type for column in one.columns}
        session = self._tap.extraction.snapshot.session
        copy = self._tap.extraction.copy_of(one, tuple(types))
        with session.reading(filtered=copy.filtered, no_index=copy.is_sorted):
            yield from read_rows(
                session.connection,
                copy,
                types,
                exact=settings.as_files is not None,
                limit=settings.max_record_count,
                json_as_object=settings.json_as_object,
                dates_as_string=settings.dates_as_string,
            )

    def _generate_record_messages(self, record: dict[str, Any]):  # type: ignore[no-untyped-def]
        for message in super()._generate_record_messages(record):
            if self._tap.settings.as_files is not None:
                message.record = with_texts(message.record)
            yield message

    def _generate_schema_messages(self):  # type: ignore[no-untyped-def]
        one = self.selected_table
        staging = self._tap.extraction.staging(one)
        for message in super()._generate_schema_messages():
            properties = with_source_types(message.schema["properties"], one)
            message.schema = {
                **message.schema,
                "properties": properties,
                messages.STAGING: staging,
            }
            yield message


class TapPostgres(ChecksSettings, MeltanoLabsTapPostgres):
    """Singer tap for PostgreSQL: tables as whole CSV files, rows as RECORD messages."""

    name = "tap-postgres"
    package_name = "northwind-meltano-pipeline"
    default_stream_class = TableStream
    settings_class = Settings
    config_jsonschema = Settings.json_schema()

    _catalog_dict: dict[str, Any] | None
    _is_discovery = False

    def run_discovery(self) -> str:
        """Write the catalog, without a lock on anything."""
        self._is_discovery = True
        catalog: str = super().run_discovery()
        return catalog

    @cached_property
    def settings(self) -> Settings:
        """The settings, checked as on the direct way."""
        return Settings.parse(self.config, self.name)

    @cached_property
    def extraction(self) -> Extraction:
        """What is read, through the SSH tunnel where one is configured."""
        settings = self.settings
        if not settings.sqlalchemy_url:
            Source.of(settings)  # says what is missing
        _ = self.connector  # opens the SSH tunnel and sets connection_parameters
        to: ConnectionParameters = self.connection_parameters
        asked = ConnectionParameters.from_tap_config(self.config)
        name = f"{asked.host}:{asked.port}/{asked.database}"
        source = Source(
            to.render_as_psycopg2_dsn(),
            name,
            settings.connect_timeout_seconds,
            settings.stall_seconds,
        )
        return Extraction(settings, source)

    @cached_property
    def selected_tables(self) -> dict[str, SelectedTable]:
        """What is read, by stream."""
        return {one.stream: one for one in self.extraction.snapshot.tables}

    @property
    def catalog_dict(self) -> dict[str, Any]:
        """The catalog: as given, or what the source has, selected by Meltano's rules."""
        if self._catalog_dict:
            return self._catalog_dict
        if self.input_catalog:
            given: dict[str, Any] = self.input_catalog.to_dict()
            return given
        looks_only = self._is_discovery
        tables = self.extraction.look().tables if looks_only else self.extraction.snapshot.tables
        self._catalog_dict = {"streams": [catalog_entry(one, self.settings) for one in tables]}
        return self._catalog_dict

    def setup_mapper(self) -> None:
        """Read the stream maps.

        Raises:
            ConfigurationError: one cannot be kept.
        """
        try:
            super().setup_mapper()
        except (StreamMapConfigError, MapExpressionError) as error:
            msg = f"stream_maps: {one_line(error)}: nothing was touched; change it in meltano.yml"
            raise ConfigurationError(msg) from None

    def discover_streams(self) -> Sequence[Stream]:
        """Return a stream per catalog entry."""
        return [
            TableStream(self, entry, connector=self.connector)
            for entry in self.catalog_dict["streams"]
        ]

    def sync_all(self) -> None:
        """Write all SCHEMA messages, then each stream and its ACTIVATE_VERSION.

        The order is the contract of `sealed_days.core.messages`: a target then knows which streams
        make the day, and of each when it is complete.
        """
        check_names(self.config.get("stream_maps") or {}, self.streams.keys())
        streams = [
            stream
            for stream in self.streams.values()
            if isinstance(stream, TableStream)
            and stream.name in self.selected_tables
            and self._is_wanted(stream)
        ]
        if not streams:
            msg = "the catalog selects no table that the source has: nothing was copied"
            raise ConfigurationError(msg)
        version = int(time.time() * 1000)
        for stream in streams:
            stream._stream_version = version
            stream._write_schema_message()
        whole = [stream for stream in streams if stream.travels_as_file()]
        batch = self.settings.as_files
        if whole and batch:
            copies = [stream.file_stream() for stream in whole]
            copy_files(
                self.extraction.snapshot,
                copies,
                self.settings,
                batch,
                self.extraction.day,
                messages.write,
            )
        for stream in streams:
            if stream not in whole:
                stream.sync()
                stream.finalize_state_progress_markers()
                stream._write_activate_version_message(version)
        self.extraction.close()

    @staticmethod
    def _is_wanted(stream: Stream) -> bool:
        if not stream.selected:
            return False
        return not all(isinstance(m, RemoveRecordTransform) for m in stream.stream_maps)


def catalog_entry(one: SelectedTable, settings: Settings) -> dict[str, Any]:
    """Return the Singer catalog entry of a table."""
    root = {
        "inclusion": "available",
        "selected": True,
        "table-key-properties": list(one.keys),
        "forced-replication-method": "FULL_TABLE",
        "schema-name": one.table.schema,
    }
    metadata: list[dict[str, Any]] = [{"breadcrumb": [], "metadata": root}]
    for column in one.columns:
        inclusion = "automatic" if column.name in one.keys else "available"
        metadata.append(
            {
                "breadcrumb": ["properties", column.name],
                "metadata": {"inclusion": inclusion, "selected": True},
            }
        )
    return {
        "tap_stream_id": one.stream,
        "stream": one.stream,
        "table_name": one.table.name,
        "key_properties": list(one.keys),
        "schema": {"type": "object", "properties": properties_of(one, settings)},
        "is_view": one.table.kind in {"view", "materialized_view"},
        "replication_method": "FULL_TABLE",
        "metadata": metadata,
    }
