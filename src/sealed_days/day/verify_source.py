"""Compares a day's files with the source as it is now, row by row: proof by other eyes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn

from sealed_days.core.errors import SourceError, one_line
from sealed_days.core.proven_file import BLOCK
from sealed_days.day import two_files
from sealed_days.day.settings import Settings
from sealed_days.store.days import SealedDay, StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.store.place import on_this_machine
from sealed_days.tap_postgres.catalog import Table, read_tables
from sealed_days.tap_postgres.source import Session, Source
from sealed_days.tap_postgres.table_copy import TableCopy, slice_clause

# xmin has 32 bits of the 64 of a transaction's number: it is the newest number that is not to come
_ROWS_SINCE = """
SELECT count(*) FROM (
    SELECT xmin::text::bigint AS low, txid_snapshot_xmax(txid_current_snapshot()) AS next FROM {}
) AS rows, LATERAL (SELECT next - mod(next, 4294967296) + low AS number) AS here
WHERE low > 2 AND NOT txid_visible_in_snapshot(
    CASE WHEN number < next THEN number ELSE greatest(number - 4294967296, 1) END, %s)
"""


def compare(settings: Settings, days: StagedDays, sealed: SealedDay) -> tuple[list[str], str]:
    """Return what differs, and the verdict: tables that are the same, that differ, or neither.

    Count and an order-free hash of all rows are compared, of a slice those of its day. The session
    is our own: one instant, row-level security off, and no index, which may be damaged.

    Raises:
        UserError: the source or a file cannot be read.
    """
    login = {key: value for key, value in settings.source_login(days.source).items() if value}
    source = Source(make_dsn(**login), "{host}:{port}/{dbname}".format_map(login))
    differ: list[str] = []
    unknown: list[str] = []
    session = source.connect()
    try:
        session.begin()
        tables = {}
        for table in read_tables(session.connection, []):
            tables[table.stream] = tables[table.stream.removeprefix("public-")] = table
        for staged in sealed.tables:
            try:
                said, is_wrong = _compare(
                    settings, session, staged, tables.get(staged.name), sealed
                )
            except psycopg2.Error as error:
                msg = f"cannot read {staged.name} of {source.name}: {one_line(error)}"
                raise SourceError(msg) from None
            if said and is_wrong:
                differ.append(f"{said}: run {days.command(sealed.day)}")
            elif said:
                unknown.append(f"cannot tell: {said}")
    finally:
        session.close()
    same = len(sealed.tables) - len(differ) - len(unknown)
    counts = ((same, "the same"), (len(differ), "differ"), (len(unknown), "cannot be told"))
    verdict = ", ".join(f"{number} {what}" for number, what in counts if number)
    lines = "".join(f"\n? {line}" for line in unknown)
    return differ, f"{len(sealed.tables)} tables, every row: {verdict}{lines}"


def _compare(
    settings: Settings,
    session: Session,
    staged: StagedTable,
    table: Table | None,
    sealed: SealedDay,
) -> tuple[str, bool]:
    """Return in words how a table differs, "" where it is the same, and whether that is wrong."""
    read: Mapping[str, Any] = sealed.manifest.get("read") or {}
    since = f"read at {read.get('read_at', 'an unknown time')}"
    if table is None:
        return f"{staged.name} is no table of the source now, or has another name ({since})", False
    columns = tuple(name for name, _, _ in staged.columns)
    known = {column.name for column in table.columns}
    if lost := [name for name in columns if name not in known]:
        return f"{staged.name} has no column {', '.join(lost)} at the source ({since})", False
    clauses = where_clauses(settings, sealed.manifest["source"], table.stream)
    if staged.kind == "slice" and (column := staged.details.get("day_column")):
        clauses.append(slice_clause(table, column, sealed.day, settings.timezone))
    where = " AND ".join(f"({clause})" for clause in clauses) or None
    copy = TableCopy(
        stream=table.stream,
        schema=table.schema,
        name=table.name,
        columns=columns,
        where=where,
        only=table.relkind in {"r", "f"},
        filtered=staged.details.get("row_security") == "filtered",
    )
    with session.reading(filtered=copy.filtered, no_index=True):
        with tempfile.TemporaryDirectory(dir=settings.output, prefix=".verify-") as folder:
            path = Path(folder) / "source.csv"
            with session.connection.cursor() as cursor, path.open("wb", buffering=0) as file:
                cursor.copy_expert(copy.copy(where, header=True), file, size=BLOCK)
            with on_this_machine(staged.file.path) as there:
                now, then = (_count_and_hash(file, columns) for file in (path, there))
        if now == then:
            return "", False
        newer = _rows_since(session, copy, table, str(read.get("snapshot") or ""))
    if now[0] != then[0]:
        what = f"has {now[0]:,} rows at the source, {then[0]:,} in {staged.file.path}"
    else:
        what = f"has {now[0]:,} rows at the source and in {staged.file.path}, but other values"
    if newer is None:
        return f"{staged.name} {what} ({since}; whether it changed since is not known)", False
    if newer:
        return f"{staged.name} {what}: {newer:,} rows came or changed since ({since})", False
    maybe = "; rows may have been deleted since" if now[0] < then[0] else ""
    return f"{staged.name} {what} ({since}; no row came or changed since{maybe})", True


def where_clauses(settings: Settings, source: str, stream: str) -> list[str]:
    """Return the `custom_where_clauses` by which the extractor reads a stream."""
    extractor = next(s.extractor for s in settings.pipeline.sources if s.name == source)
    options = settings.meltano_yml.setting(extractor, "stream_options") or {}
    if isinstance(options, str):  # of a variable
        options = json.loads(options)
    return list((options.get(stream) or {}).get("custom_where_clauses") or [])


def _rows_since(session: Session, copy: TableCopy, table: Table, snapshot: str) -> int | None:
    """Return how many rows are there that the snapshot did not see, None where nobody knows."""
    if table.relkind not in {"r", "p"} or not snapshot:
        return None
    rows = f"{copy.source} WHERE {copy.where}" if copy.where else copy.source
    with session.connection.cursor() as cursor:
        cursor.execute(_ROWS_SINCE.format(rows), [snapshot])
        return int((cursor.fetchone() or (0,))[0])


def _count_and_hash(path: Path, columns: tuple[str, ...]) -> tuple[int, int]:
    """Return how many rows a file has, and the sum of the hashes of their texts.

    Raises:
        FileError: it is not what COPY writes.
    """
    names = [f"c{number}" for number in range(len(columns))]
    file = two_files.read_csv(path, [(name, "VARCHAR") for name in names])
    query = f"SELECT count(*), coalesce(sum(hash({', '.join(names)})), 0) FROM {file}"
    with two_files.run(query) as result:
        rows, total = result.fetchone() or (0, 0)
    return int(rows), int(total)
