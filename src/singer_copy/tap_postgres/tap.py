"""The tap: meltanolabs-tap-postgres, with whole files by COPY where both ends are ours."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import sqlalchemy
from psycopg2.extensions import connection as Connection
from singer_sdk import Stream
from singer_sdk import typing as th
from singer_sdk.mapper import CustomStreamMap, RemoveRecordTransform
from singer_sdk.singerlib import SchemaMessage
from tap_postgres.client import PostgresLogBasedStream, PostgresStream
from tap_postgres.connection_parameters import ConnectionParameters
from tap_postgres.tap import TapPostgres as MeltanoLabsTapPostgres

from singer_copy import __version__
from singer_copy.batch import SOURCE_TYPE, STAGING, csv_batch
from singer_copy.dates import resolve_date, say_date, time_zone
from singer_copy.errors import UserError
from singer_copy.progress import closing_table, share_line, table_line
from singer_copy.sql import quote_ident, quote_literal
from singer_copy.staging import Scratch
from singer_copy.tap_postgres.catalog import (
    Table,
    apply_metadata,
    apply_select,
    catalog_entry,
    read_tables,
)
from singer_copy.tap_postgres.copy_out import (
    PART_BYTES,
    CopiedFile,
    SnapshotCopy,
    Source,
    TableCopy,
)


class CopyStream(PostgresStream):
    """A stream that can leave as one whole file; as RECORD messages it is as upstream's."""

    @property
    def table(self) -> Table:
        """The table, view, … that the stream reads."""
        return self._tap.tables[self.name]

    @property
    def day_column(self) -> str | None:
        """The column by which the stream is a slice of DATE, None for a snapshot."""
        return self._tap.stream_option(self.name, "day_column")

    @property
    def alias(self) -> str:
        """The stream's name downstream."""
        return self.stream_maps[0].stream_alias

    @property
    def row_order(self) -> tuple[str, ...]:
        """The columns that order the rows, () for the order PostgreSQL gives."""
        return self.table.keys if self.config["row_order"] == "primary_key" else ()

    def travels_as_file(self) -> bool:
        """Return whether COPY can carry the stream as it was asked for."""
        first, *more = self.stream_maps
        only_renamed = not isinstance(first, CustomStreamMap) or not first.map_transform
        return (
            bool(self.config.get("batch_config"))
            and self.replication_method == "FULL_TABLE"
            and only_renamed
            and not more
            and not first.flattening_enabled
            and not self.config.get("max_record_count")
        )

    def table_copy(self) -> TableCopy:
        """Return what to copy."""
        columns = tuple(self.stream_maps[0].transformed_schema["properties"])
        clauses = list(self._tap.stream_option(self.name, "custom_where_clauses") or [])
        if self.day_column:
            clauses.append(self._slice_clause(self.day_column))
        return TableCopy(
            stream=self.name,
            schema=self.table.schema,
            name=self.table.name,
            columns=columns,
            order_by=self.row_order,
            where=" AND ".join(f"({clause.strip()})" for clause in clauses) or None,
            bytes=self.table.bytes,
            plain=self.table.plain,
        )

    def _slice_clause(self, column: str) -> str:
        types = {column.name: column.sql_type for column in self.table.columns}
        kind = types.get(column)
        if kind is None or not kind.startswith(("date", "timestamp")):
            found = f"is {kind}" if kind else "does not exist"
            msg = (
                f"stream_options: {self.name}.day_column is {column!r}, which {found}: "
                "name a date or timestamp column in meltano.yml"
            )
            raise UserError(msg)
        day = self._tap.day
        bounds = [day, day + timedelta(days=1)]
        if kind == "timestamp with time zone":
            zone = time_zone(self.config.get("timezone"))
            texts = [datetime(d.year, d.month, d.day, tzinfo=zone).isoformat() for d in bounds]
        else:
            texts = [d.isoformat() for d in bounds]
        name = quote_ident(column)
        return f"{name} >= {quote_literal(texts[0])} AND {name} < {quote_literal(texts[1])}"

    def apply_query_filters(  # type: ignore[no-untyped-def]
        self, query, table, *, context=None
    ):
        """Give the RECORD path the same rows as COPY's."""
        query = super().apply_query_filters(query, table, context=context)
        if self.day_column:
            query = query.where(sqlalchemy.text(self._slice_clause(self.day_column)))
        return query

    def _generate_schema_messages(self):  # type: ignore[no-untyped-def]
        exact = {column.name: column.source_type for column in self.table.columns}
        for message in super()._generate_schema_messages():
            yield _describe(message, self._staging(), exact)

    def _staging(self) -> dict[str, Any]:
        kind = "slice" if self.day_column or self.replication_method != "FULL_TABLE" else "snapshot"
        about: dict[str, Any] = {
            "kind": kind,
            "row_order": list(self.row_order),
            "read": self._tap.read,
        }
        if self.day_column:
            about["day_column"] = self.day_column
        if self.table.comment:
            about["description"] = self.table.comment
        return about


def _describe(message: SchemaMessage, staging: dict[str, Any], exact: dict[str, str]) -> Any:  # noqa: ANN401
    properties = {
        name: {**prop, SOURCE_TYPE: exact[name]}
        if name in exact and exact[name] != prop.get("x-sql-datatype")
        else prop
        for name, prop in message.schema["properties"].items()
    }
    message.schema = {**message.schema, "properties": properties, STAGING: staging}
    return message


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
            description="Tables of at least twice this many bytes are copied in parts.",
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        self._coordinator: Connection | None = None
        self.read: dict[str, str] = {}
        super().__init__(*args, **kwargs)

    @cached_property
    def day(self) -> date:
        """The day of streams with a `day_column`."""
        day, given = resolve_date(self.config.get("date"), self.config.get("timezone"))
        if line := say_date(day, given, self.config.get("timezone")):
            self.logger.info(line)
        return day

    @cached_property
    def source(self) -> Source:
        """The database, through the SSH tunnel where one is configured."""
        missing = [
            key
            for key in ("host", "user", "password", "database")
            if not self.config.get(key) and not self.config.get("sqlalchemy_url")
        ]
        if missing:
            names = ", ".join(f"TAP_POSTGRES_{key.upper()}" for key in missing)
            msg = f"the source is not configured: set {names} in .env (`make up` creates one)"
            raise UserError(msg)
        _ = self.connector  # opens the SSH tunnel and sets connection_parameters
        to: ConnectionParameters = self.connection_parameters
        asked = ConnectionParameters.from_tap_config(self.config)
        return Source(
            to.render_as_psycopg2_dsn(), f"{asked.host}:{asked.port}/{asked.database}"
        )

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The source's tables by stream name, as of the run's snapshot."""
        _ = self.day  # a wrong DATE is refused before anything else
        self._coordinator = self.source.connect()
        schemas = self.config.get("filter_schemas")
        return {table.stream: table for table in read_tables(self._coordinator, schemas)}

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
                streams.append(CopyStream(self, entry, connector=connector))
        return streams

    def stream_option(self, stream: str, option: str) -> Any:  # noqa: ANN401
        """Return a stream's own option of `stream_options`, None where unset."""
        options: Mapping[str, Any] = self.config.get("stream_options") or {}
        return (options.get(stream) or {}).get(option)

    def sync_all(self) -> None:  # type: ignore[misc]
        """Write all SCHEMA messages, then each stream and its ACTIVATE_VERSION.

        The order is the contract of `singer_copy.batch`: a target then knows which streams
        make the day, and of each when it is complete.
        """
        streams = [stream for stream in self.streams.values() if self._is_wanted(stream)]
        self._check(streams)
        self._begin_snapshot()
        version = int(time.time() * 1000)
        for stream in streams:
            stream._stream_version = version  # noqa: SLF001
            stream._write_schema_message()  # noqa: SLF001
        files = [s for s in streams if isinstance(s, CopyStream) and s.travels_as_file()]
        if files:
            self._sync_files(files, version)
        for stream in streams:
            if stream not in files:
                stream.sync()
                stream.finalize_state_progress_markers()
                stream._write_activate_version_message(version)  # noqa: SLF001

    def _is_wanted(self, stream: Stream) -> bool:
        if not stream.selected:
            return False
        return not all(isinstance(m, RemoveRecordTransform) for m in stream.stream_maps)

    def _check(self, streams: list[Stream]) -> None:
        where = f"the source {self.source.name}"
        if not streams:
            msg = (
                f"{where} has no table that is selected and that {self.config.get('user')} may "
                "see: check TAP_POSTGRES_DATABASE in .env, filter_schemas and select in meltano.yml"
            )
            raise UserError(msg)
        aliases: dict[str, str] = {}
        for stream in streams:
            for stream_map in stream.stream_maps:
                other = aliases.setdefault(stream_map.stream_alias, stream.name)
                if other != stream.name:
                    msg = (
                        f"{other} and {stream.name} would both be called "
                        f"{stream_map.stream_alias}: change stream_maps in meltano.yml"
                    )
                    raise UserError(msg)

    def _begin_snapshot(self) -> None:
        assert self._coordinator is not None  # noqa: S101 - `tables` has connected
        with self._coordinator.cursor() as cursor:
            cursor.execute(
                "SELECT pg_export_snapshot(), pg_current_snapshot()::text, version(), "
                "current_setting('server_version')"
            )
            found = cursor.fetchone()
        self._snapshot, instant, _, server = found
        self.read = {
            "read_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "snapshot": instant,
            "database": self.source.name,
            "server": f"PostgreSQL {server}",
            "tap": f"tap-postgres {__version__}",
        }
        self._share_snapshot(self._snapshot)

    def _share_snapshot(self, snapshot: str) -> None:
        """Let the RECORD path's connections read at the same instant."""

        def begin(connection: sqlalchemy.Connection) -> None:
            connection.exec_driver_sql(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
                f"SET TRANSACTION SNAPSHOT {quote_literal(snapshot)}"
            )

        sqlalchemy.event.listen(self.connector._engine, "begin", begin)  # noqa: SLF001

    def _sync_files(self, streams: list[CopyStream], version: int) -> None:
        by_name = {stream.name: stream for stream in streams}
        assert self._coordinator is not None  # noqa: S101
        scratch = Scratch(self._scratch_area())
        copied: list[CopiedFile] = []
        try:
            copy = SnapshotCopy(
                self.source,
                self._snapshot,
                scratch.path,
                self.config.get("parallelism") or min(4, os.cpu_count() or 1),
                self.config["part_bytes"],
            )
            started = time.monotonic()
            for file in copy.run(
                [stream.table_copy() for stream in streams], self._coordinator, self._say_share
            ):
                stream = by_name[file.table.stream]
                self.write_message(
                    csv_batch(stream.alias, file.path, file.rows, file.bytes, file.sha256)
                )
                stream._write_activate_version_message(version)  # noqa: SLF001
                self.logger.info(table_line(stream.alias, file.rows, file.bytes, file.seconds))
                copied.append(file)
        except BaseException:
            scratch.close()
            raise
        scratch.leave()
        rows = [(by_name[f.table.stream].alias, f.rows, f.bytes, f.seconds) for f in copied]
        for line in closing_table(sorted(rows)):
            self.logger.info(line)
        self.logger.info("copied in %.1f s from %s", time.monotonic() - started, self.source.name)

    def _say_share(self, table: TableCopy, done: int, seconds: float) -> None:
        self.logger.info(share_line(table.stream, done, table.bytes, seconds))

    def _scratch_area(self) -> Path:
        root = (self.config["batch_config"].get("storage") or {}).get("root")
        if not root:
            msg = "batch_config.storage.root is not set: name a folder on output's disk for scratch"
            raise UserError(msg)
        return Path(unquote(urlparse(root).path)) if root.startswith("file:") else Path(root)
