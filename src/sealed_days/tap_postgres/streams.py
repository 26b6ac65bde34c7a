"""Streams that leave as whole files: their SCHEMA messages, then a file each."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sealed_days.core import messages
from sealed_days.core.meltano_yml import source_of_run, stage_url
from sealed_days.core.pgtypes import json_schema
from sealed_days.core.progress import closing_table, share_line, table_line
from sealed_days.core.singer_settings import BatchConfig
from sealed_days.store.scratch import Scratch
from sealed_days.tap_postgres.copy_out import CopiedTable, SnapshotCopy
from sealed_days.tap_postgres.ordered_file import File, Spool
from sealed_days.tap_postgres.selection import SelectedTable
from sealed_days.tap_postgres.settings import Settings
from sealed_days.tap_postgres.snapshot import Snapshot
from sealed_days.tap_postgres.table_copy import TableCopy, row_order

Write = Callable[[dict[str, Any]], None]

logger = logging.getLogger("tap-postgres")

_TABLES_SAID_TWICE = 100
"""Up to so many tables each has a line when it is done, besides the one in the table at the end."""


@dataclass(frozen=True)
class FileStream:
    """A stream that leaves as one file under the name `alias`."""

    alias: str
    copy: TableCopy


def properties_of(one: SelectedTable, settings: Settings) -> dict[str, Any]:
    """Return the JSON Schema properties of a table's selected columns."""
    return {
        column.name: json_schema(
            column.sql_type,
            nullable=column.nullable,
            json_as_object=settings.json_as_object,
            as_text=settings.as_files is not None,
        )
        for column in one.columns
    }


def staging_of(
    one: SelectedTable, settings: Settings, snapshot: Snapshot, *, no_day: tuple[int, int] = (0, 0)
) -> dict[str, Any]:
    """Return what a stream's SCHEMA says under `x-staging`."""
    names = {column.name for column in one.columns}
    order = row_order(one, settings)
    about: dict[str, Any] = {
        "kind": "slice" if one.options.day_column else "snapshot",
        "row_order": list(order) if names.issuperset(order) else [],
        "origin": {"stream": one.stream, "table": f"{one.table.schema}.{one.table.name}"},
        "read": snapshot.about,
    }
    if one.options.day_column:
        about["day_column"] = one.options.day_column
        about["null_day_rows"], about["infinite_day_rows"] = no_day
    if one.table.hides_rows:
        about["row_security"] = "filtered"
    if one.table.comment:
        about["description"] = one.table.comment
    return about


def with_source_types(properties: Mapping[str, Any], one: SelectedTable) -> dict[str, Any]:
    """Return the properties, with the exact source type where the warehouse's differs."""
    exact = {column.name: column.source_type for column in one.columns}
    return {
        name: {**prop, messages.SOURCE_TYPE: exact[name]}
        if name in exact and exact[name] != prop.get("x-sql-datatype")
        else dict(prop)
        for name, prop in properties.items()
    }


def copy_files(
    snapshot: Snapshot,
    streams: Sequence[FileStream],
    settings: Settings,
    batch: BatchConfig,
    day: date,
    write: Write,
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

    begin: Callable[[TableCopy], File] | None = None
    spool: Spool | None = None
    if url := stage_url():
        spool = Spool(settings.spool_bytes)
        if source := source_of_run():
            begin = _uploads(url, source, day, [stream.copy for stream in streams])
    area = messages.scratch_area({"storage": {"root": batch.storage.root}})
    scratch = Scratch(area)
    try:
        copy = SnapshotCopy(
            snapshot,
            scratch.path,
            settings.parallelism or min(4, os.cpu_count() or 1),
            settings.part_bytes,
            begin,
            spool,
        )
        for done in copy.run([stream.copy for stream in streams], say):
            alias = aliases[done.table.stream]
            write(messages.batch(alias, done.file))
            write(messages.activate_version(alias, version))
            if len(streams) <= _TABLES_SAID_TWICE or done.seconds >= 1:
                logger.info(table_line(alias, done.file.rows, done.file.bytes, done.seconds))
            copied.append(done)
    except BaseException:
        scratch.close()
        raise
    scratch.release()
    rows = [(aliases[c.table.stream], c.file.rows, c.file.bytes, c.seconds) for c in copied]
    for line in closing_table(sorted(rows)):
        logger.info(line)
    logger.info("copied in %.1f s from %s", time.monotonic() - started, snapshot.source.name)


def _uploads(
    url: str, source: str, day: date, copies: list[TableCopy]
) -> Callable[[TableCopy], File]:
    """Return what opens a table's file on the store: an object of one attempt at the day."""
    from sealed_days.store.object_attempt import ObjectAttempt

    attempt = ObjectAttempt(url, source, day)
    # as target-csv names them; another schema's name stays where two would be one
    short = {copy.stream: copy.stream.removeprefix("public-") for copy in copies}
    names = list(short.values())

    def begin(copy: TableCopy) -> File:
        name = short[copy.stream]
        return attempt.file(copy.stream if names.count(name) > 1 else name, copy.bytes)

    return begin
