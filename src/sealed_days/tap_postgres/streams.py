"""Streams that leave as whole files: their SCHEMA messages, then a file each."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection

from sealed_days import __version__
from sealed_days.core import messages
from sealed_days.core.dates import time_zone
from sealed_days.core.errors import UserError
from sealed_days.core.progress import closing_table, share_line, table_line
from sealed_days.core.sql import quote_ident, quote_literal
from sealed_days.store.scratch import Scratch
from sealed_days.tap_postgres.catalog import Table
from sealed_days.tap_postgres.copy_out import (
    CopiedTable,
    SnapshotCopy,
    Source,
    TableCopy,
)

Write = Callable[[dict[str, Any]], None]

logger = logging.getLogger("tap-postgres")


@dataclass(frozen=True)
class FileStream:
    """A stream that leaves as one file under the name `alias`."""

    alias: str
    copy: TableCopy


@dataclass(frozen=True)
class Snapshot:
    """An instant of the source that several connections read at.

    `connection` holds it open; `about` is what the manifest says of it.
    """

    source: Source
    connection: Connection
    name: str
    about: dict[str, str]


def export_snapshot(source: Source, connection: Connection) -> Snapshot:
    """Export the snapshot of a connection's REPEATABLE READ transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_export_snapshot(), pg_current_snapshot()::text, "
            "current_setting('server_version')"
        )
        name, instant, server = cursor.fetchone() or ("", "", "")
    about = {
        "read_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "snapshot": instant,
        "database": source.name,
        "server": f"PostgreSQL {server}",
        "tap": f"tap-postgres {__version__}",
    }
    return Snapshot(source, connection, name, about)


def table_copy(
    table: Table,
    columns: Sequence[str],
    config: Mapping[str, Any],
    options: Mapping[str, Any],
    day: date,
) -> TableCopy:
    """Return what to copy of a table.

    Args:
        table: the table.
        columns: its selected columns.
        config: the tap's config.
        options: the stream's own entry of `stream_options`.
        day: the day of a slice.
    """
    clauses = [clause.strip() for clause in options.get("custom_where_clauses") or []]
    if column := options.get("day_column"):
        clauses.append(slice_clause(table, column, day, config.get("timezone")))
    return TableCopy(
        stream=table.stream,
        schema=table.schema,
        name=table.name,
        columns=tuple(columns),
        order_by=row_order(table, config),
        where=" AND ".join(f"({clause})" for clause in clauses) or None,
        bytes=table.bytes,
        plain=table.plain,
    )


def row_order(table: Table, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that order the rows, () for the order PostgreSQL gives."""
    return table.keys if config.get("row_order", "primary_key") == "primary_key" else ()


def slice_clause(table: Table, column: str, day: date, timezone: str | None) -> str:
    """Return the SQL that selects the rows of one day.

    Raises:
        UserError: the table has no such column, or it is neither a date nor a timestamp.
    """
    kind = {item.name: item.sql_type for item in table.columns}.get(column)
    if kind is None or not kind.startswith(("date", "timestamp")):
        found = f"is {kind}" if kind else "does not exist"
        msg = (
            f"stream_options: {table.stream}.day_column is {column!r}, which {found}: "
            "name a date or timestamp column in meltano.yml"
        )
        raise UserError(msg)
    bounds = [day, day + timedelta(days=1)]
    if kind.startswith("timestamp") and kind.endswith("with time zone"):
        zone = time_zone(timezone)
        texts = [datetime(d.year, d.month, d.day, tzinfo=zone).isoformat() for d in bounds]
    else:
        texts = [d.isoformat() for d in bounds]
    name = quote_ident(column)
    return f"{name} >= {quote_literal(texts[0])} AND {name} < {quote_literal(texts[1])}"


def staging_of(
    table: Table, config: Mapping[str, Any], options: Mapping[str, Any], snapshot: Snapshot
) -> dict[str, Any]:
    """Return what a stream's SCHEMA says under `x-staging`."""
    about: dict[str, Any] = {
        "kind": "slice" if options.get("day_column") else "snapshot",
        "row_order": list(row_order(table, config)),
        "read": snapshot.about,
    }
    if options.get("day_column"):
        about["day_column"] = options["day_column"]
    if table.comment:
        about["description"] = table.comment
    return about


def with_source_types(properties: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Return the properties, with the exact source type where the warehouse's differs."""
    exact = {column.name: column.source_type for column in table.columns}
    return {
        name: {**prop, messages.SOURCE_TYPE: exact[name]}
        if name in exact and exact[name] != prop.get("x-sql-datatype")
        else dict(prop)
        for name, prop in properties.items()
    }


def copy_files(
    snapshot: Snapshot, streams: Sequence[FileStream], config: Mapping[str, Any], write: Write
) -> None:
    """Copy the streams and write a BATCH and an ACTIVATE_VERSION for each when it is there.

    Raises:
        UserError: a table could not be copied.
    """
    aliases = {stream.copy.stream: stream.alias for stream in streams}
    version = int(time.time() * 1000)
    started = time.monotonic()
    copied: list[CopiedTable] = []

    def say(table: TableCopy, done: int, seconds: float) -> None:
        logger.info(share_line(aliases[table.stream], done, table.bytes, seconds))

    scratch = Scratch(messages.scratch_area(config["batch_config"]))
    try:
        copy = SnapshotCopy(
            snapshot.source,
            snapshot.name,
            scratch.path,
            config.get("parallelism") or min(4, os.cpu_count() or 1),
            config.get("part_bytes"),
        )
        for done in copy.run([stream.copy for stream in streams], snapshot.connection, say):
            alias = aliases[done.table.stream]
            write(messages.batch(alias, done.file))
            write(messages.activate_version(alias, version))
            logger.info(table_line(alias, done.file.rows, done.file.bytes, done.seconds))
            copied.append(done)
    except BaseException:
        scratch.close()
        raise
    scratch.leave()
    rows = [(aliases[c.table.stream], c.file.rows, c.file.bytes, c.seconds) for c in copied]
    for line in closing_table(sorted(rows)):
        logger.info(line)
    logger.info("copied in %.1f s from %s", time.monotonic() - started, snapshot.source.name)
