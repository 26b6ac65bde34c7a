"""The tap: meltanolabs-tap-postgres, with whole files by COPY where both ends are ours."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy
from psycopg2.extensions import connection as Connection
from singer_sdk import Stream
from singer_sdk import typing as th
from singer_sdk.mapper import CustomStreamMap, RemoveRecordTransform
from tap_postgres.client import PostgresLogBasedStream, PostgresStream
from tap_postgres.connection_parameters import ConnectionParameters
from tap_postgres.tap import TapPostgres as MeltanoLabsTapPostgres

from sealed_days.core import messages
from sealed_days.core.dates import resolve_date, say_date
from sealed_days.core.errors import UserError
from sealed_days.core.sql import quote_literal
from sealed_days.tap_postgres import streams as files
from sealed_days.tap_postgres.catalog import (
    Table,
    apply_metadata,
    apply_select,
    catalog_entry,
    read_tables,
)
from sealed_days.tap_postgres.copy_out import PART_BYTES, Source
from sealed_days.tap_postgres.run import configured_source, nothing_selected


class CopyStream(PostgresStream):
    """A stream that can leave as one whole file; as RECORD messages it is as upstream's."""

    _tap: TapPostgres

    @property
    def table(self) -> Table:
        """The table, view, … that the stream reads."""
        return self._tap.tables[self.name]

    @property
    def options(self) -> dict[str, Any]:
        """The stream's own entry of `stream_options`."""
        return (self.config.get("stream_options") or {}).get(self.name) or {}

    def travels_as_file(self) -> bool:
        """Return whether COPY can carry the stream as it was asked for."""
        first, *more = self.stream_maps
        only_renamed = not isinstance(first, CustomStreamMap) or not any(
            key != "__alias__" for key in self._map_of_this_stream()
        )
        return (
            bool(self.config.get("batch_config"))
            and self.replication_method == "FULL_TABLE"
            and only_renamed
            and not more
            and not first.flattening_enabled
            and not self.config.get("max_record_count")
        )

    def get_batch_config(self, config: Any) -> None:
        """Send rows where the SDK's own sync is used: files leave by `copy_files`."""

    def _map_of_this_stream(self) -> dict[str, Any]:
        from fnmatch import fnmatch

        found: dict[str, Any] = {}
        for pattern, definition in (self.config.get("stream_maps") or {}).items():
            if fnmatch(self.name, pattern) and isinstance(definition, dict):
                found.update(definition)
        return found

    def file_stream(self) -> files.FileStream:
        """Return what to copy, under the stream's name downstream."""
        columns = tuple(self.stream_maps[0].transformed_schema["properties"])
        copy = files.table_copy(self.table, columns, self.config, self.options, self._tap.day)
        return files.FileStream(self.stream_maps[0].stream_alias, copy)

    def apply_query_filters(self, query, table, *, context=None):  # type: ignore[no-untyped-def]
        """Give the RECORD path the same rows as COPY's."""
        query = super().apply_query_filters(query, table, context=context)
        if column := self.options.get("day_column"):
            clause = files.slice_clause(
                self.table, column, self._tap.day, self.config.get("timezone")
            )
            query = query.where(sqlalchemy.text(clause))
        order = files.row_order(self.table, self.config)
        if order and not self.replication_key:
            query = query.order_by(*(table.columns[name] for name in order))
        return query

    def _generate_schema_messages(self):  # type: ignore[no-untyped-def]
        staging = files.staging_of(self.table, self.config, self.options, self._tap.snapshot)
        if self.replication_method != "FULL_TABLE":
            staging["kind"] = "slice"
        for message in super()._generate_schema_messages():
            properties = files.with_source_types(message.schema["properties"], self.table)
            message.schema = {
                **message.schema,
                "properties": properties,
                messages.STAGING: staging,
            }
            yield message


class TapPostgres(MeltanoLabsTapPostgres):
    """Singer tap for PostgreSQL: tables as whole CSV files, rows as RECORD messages."""

    name = "tap-postgres"
    package_name = "northwind-meltano-pipeline"
    default_stream_class = CopyStream
    config_jsonschema = th.PropertiesList(
        *[
            th.Property(name, th.CustomType(schema))
            for name, schema in MeltanoLabsTapPostgres.config_jsonschema["properties"].items()
        ],
        th.Property(
            "date",
            th.StringType,
            title="DATE",
            description="The day, YYYY-MM-DD, of streams with a `day_column`; default today.",
        ),
        th.Property(
            "timezone",
            th.StringType,
            title="Time zone",
            description="IANA name of the time zone in which days begin; default UTC.",
        ),
        th.Property(
            "parallelism",
            th.IntegerType(minimum=1),
            title="Parallelism",
            description="How many connections copy at a time; default: the cores, at most 4.",
        ),
        th.Property(
            "part_bytes",
            th.IntegerType(minimum=8192),
            default=PART_BYTES,
            title="Part size",
            description="Bytes of a part; tables of at least two are copied in parts.",
        ),
        th.Property(
            "row_order",
            th.StringType(allowed_values=["primary_key", "physical"]),
            default="primary_key",
            title="Row order",
            description=(
                "Order of the rows in a file: by primary key (the same data gives the same "
                "bytes, whatever the source did in between), or as they lie in the heap."
            ),
        ),
        th.Property(
            "batch_config",
            th.ObjectType(
                th.Property("encoding", th.ObjectType(th.Property("format", th.StringType))),
                th.Property("storage", th.ObjectType(th.Property("root", th.StringType))),
            ),
            title="Whole files",
            description=(
                "Set when the target is ours: streams leave as BATCH messages of format csv, "
                "whose files are written below storage.root. Unset: RECORD messages."
            ),
        ),
    ).to_dict()

    _catalog_dict: dict | None

    @cached_property
    def day(self) -> date:
        """The day of streams with a `day_column`."""
        day, given = resolve_date(
            self.config.get("date"),
            self.config.get("timezone"),
            allow_future=self.config.get("allow_future") is True,
        )
        if line := say_date(day, given, self.config.get("timezone")):
            self.logger.info(line)
        return day

    @cached_property
    def source(self) -> Source:
        """The database, through the SSH tunnel where one is configured."""
        if not self.config.get("sqlalchemy_url"):
            configured_source(dict(self.config))  # says what is missing
        _ = self.connector  # opens the SSH tunnel and sets connection_parameters
        to: ConnectionParameters = self.connection_parameters
        asked = ConnectionParameters.from_tap_config(self.config)
        return Source(to.render_as_psycopg2_dsn(), f"{asked.host}:{asked.port}/{asked.database}")

    @cached_property
    def coordinator(self) -> Connection:
        """The connection whose transaction is the instant at which all is read."""
        return self.source.connect()

    @cached_property
    def snapshot(self) -> files.Snapshot:
        """The instant at which all connections read, those of the RECORD path too."""
        snapshot = files.export_snapshot(self.source, self.coordinator)
        self._share_snapshot(snapshot.name)
        return snapshot

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The source's tables by stream name, as of the run's snapshot."""
        _ = self.day  # a wrong DATE is refused before anything else
        schemas = self.config.get("filter_schemas")
        return {table.stream: table for table in read_tables(self.coordinator, schemas)}

    @property
    def catalog_dict(self) -> dict:
        """The catalog: as given, or discovered in one query and selected by Meltano's rules."""
        if self._catalog_dict:
            return self._catalog_dict
        if self.input_catalog:
            return self.input_catalog.to_dict()
        entries = [
            catalog_entry(table, json_as_object=self.config["json_as_object"])
            for table in self.tables.values()
            if table.columns
        ]
        if default := self.config.get("default_replication_method"):
            apply_metadata(entries, {"*": {"replication-method": default}})
        if rules := os.environ.get("MELTANO_EXTRACT__SELECT"):
            for pattern in apply_select(entries, json.loads(rules)):
                self.logger.warning("select: %r matches no table of the source", pattern)
        if rules := os.environ.get("MELTANO_EXTRACT__METADATA"):
            apply_metadata(entries, json.loads(rules))
        self._catalog_dict = {"streams": entries}
        return self._catalog_dict

    def discover_streams(self) -> Sequence[Stream]:
        """Return a stream per catalog entry."""
        connector = self.connector
        streams: list[Stream] = []
        for entry in self.catalog_dict["streams"]:
            if entry.get("replication_method") == "LOG_BASED":
                streams.append(
                    PostgresLogBasedStream(
                        self,
                        entry,
                        connection_parameters=self.connection_parameters,
                        connector=connector,
                    )
                )
            else:
                stream = CopyStream(self, entry, connector=connector)
                # the SDK takes these from a catalog that it is given, not from a discovered one
                stream.replication_key = entry.get("replication_key")
                stream.forced_replication_method = entry.get("replication_method")
                streams.append(stream)
        return streams

    def sync_all(self) -> None:  # type: ignore[misc]
        """Write all SCHEMA messages, then each stream and its ACTIVATE_VERSION.

        The order is the contract of `sealed_days.core.messages`: a target then knows which streams
        make the day, and of each when it is complete.
        """
        streams = [stream for stream in self.streams.values() if self._is_wanted(stream)]
        if not streams:
            raise UserError(nothing_selected(self.source, self.config.get("user")))
        version = int(time.time() * 1000)
        for stream in streams:
            stream._stream_version = version
            stream._write_schema_message()
        whole = [s for s in streams if isinstance(s, CopyStream) and s.travels_as_file()]
        if whole:
            copies = [stream.file_stream() for stream in whole]
            files.copy_files(self.snapshot, copies, self.config, messages.write)
        for stream in streams:
            if stream not in whole:
                stream.sync()
                stream.finalize_state_progress_markers()
                stream._write_activate_version_message(version)

    @staticmethod
    def _is_wanted(stream: Stream) -> bool:
        if not stream.selected:
            return False
        return not all(isinstance(m, RemoveRecordTransform) for m in stream.stream_maps)

    def _share_snapshot(self, snapshot: str) -> None:
        """Let the RECORD path's connections read at the same instant."""

        def begin(connection: sqlalchemy.Connection) -> None:
            # a cursor of psycopg2's own: upstream's connections declare server-side cursors
            connection.connection.cursor().execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
                f"SET TRANSACTION SNAPSHOT {quote_literal(snapshot)}"
            )

        sqlalchemy.event.listen(self.connector._engine, "begin", begin)
