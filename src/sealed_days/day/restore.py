"""Rebuilds a day's sealed files from the warehouse, byte for byte where the types allow it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from sealed_days import __version__
from sealed_days.core.dates import parse_date
from sealed_days.core.errors import FileError, UserError, WarehouseError
from sealed_days.core.packed_file import packed
from sealed_days.core.proven_file import BLOCK, ProvenFile, file_sha256
from sealed_days.core.sql import column_list, qualified
from sealed_days.day import nearest
from sealed_days.day.day_tables import day_tables, days
from sealed_days.day.removal import own_tables
from sealed_days.day.settings import Settings
from sealed_days.store.days import Find, StagedDays
from sealed_days.store.layout import REJECTS
from sealed_days.store.manifest import StagedTable, table_of
from sealed_days.target_postgres import prepare
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.warehouse import transaction


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Restore the files of a day, and say of each whether it has the bytes that were sealed.

    Raises:
        UserError: the warehouse has no such day, or a file is in neither place.
    """
    day = parse_date(options.date)
    with settings.session("day restore", synchronize_seqscans="off") as session:
        prepare.take_role(session, settings.warehouse)
        with session.cursor() as cursor, settings.server.errors("reading the days"):
            rows = own_tables(settings, day_tables(cursor, settings.warehouse, day, day))
            known = days(cursor, settings.warehouse)
        if not rows:
            msg = f"the warehouse has no day {day} of this project ({nearest.days(day, known)})"
            raise WarehouseError(msg)
        for staged in settings.staged():
            if own := [row for row in rows if row.source == staged.source]:
                with settings.server.errors(f"restoring {staged.source} {day}"):
                    _restore(settings, session, staged, day, own)
    return 0


def _restore(
    settings: Settings, session: Connection, staged: StagedDays, day: date, rows: list[DayTable]
) -> None:
    manifest, sealed = _sealed(staged, day)
    loaded = {row.table_name: row for row in rows}
    with staged.begin(day) as draft, transaction(session) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name in sorted({*sealed, *loaded}):
            table, row = sealed.get(name), loaded.get(name)
            rejects = staged.file_path(day, name).parent / REJECTS
            if rejects.exists():
                draft.take_rejects(name, rejects)
            if table and _is_whole(table):
                path = draft.take(name, table.file.path)
                draft.add(replace(table, file=table.file.at(path)))
                continue
            if row is None:
                msg = (
                    f"{name} of {day} is damaged or missing on disk and was never loaded: "
                    f"nothing was restored; run {staged.command(day)}"
                )
                raise FileError(msg)
            sha256 = table.file.sha256 if table else row.sha256
            file = _copy_out(cursor, settings, row, draft.path(name))
            if file.sha256 != sha256 and file.rows == row.rows and row.keys:
                # several sessions loaded it, whose rows lie mixed: it came in the order of its key
                file = _copy_out(cursor, settings, row, draft.path(name), tuple(row.keys))
            print(f"{name}: {file.rows:,} rows, {_verdict(file, row, sha256)}")
            if table and (was := packed(table.file.path)):
                file = draft.pack(name, file, was.compression)
            draft.add(_table(row, table, file))
        about: dict[str, Any] = {
            "read": manifest.get("read") or _read(rows),
            "versions": manifest.get("versions") or {"target": f"day restore {__version__}"},
        }
        draft.seal(**about, restored=sorted(loaded))
    print(f"{staged.source} {day} is sealed again: {len({*sealed, *loaded})} tables")


def _sealed(staged: StagedDays, day: date) -> tuple[dict[str, Any], dict[str, StagedTable]]:
    """Return the manifest and its tables as far as they can be read."""
    try:
        manifest = staged.read_manifest(day)
        find = staged.table_at(day)
        tables = [table_of(resource, _place(find, resource)) for resource in manifest["resources"]]
    except (UserError, KeyError, TypeError, AttributeError):
        return {}, {}
    return manifest, {table.name: table for table in tables}


def _place(find: Find, resource: dict[str, Any]) -> Path:
    """Return where a table's file is, or was."""
    try:
        return find(resource)[0]
    except OSError as error:
        return Path(str(error.filename))


def _is_whole(table: StagedTable) -> bool:
    try:
        size = table.file.path.stat().st_size
        return size == table.file.bytes and file_sha256(table.file.path) == table.file.sha256
    except OSError:
        return False


def _copy_out(
    cursor: Any, settings: Settings, row: DayTable, path: Path, order: tuple[str, ...] = ()
) -> ProvenFile:
    """Write a day's table to a file, in the order in which its rows lie or of some columns."""
    name = qualified(settings.warehouse.parts, row.relation)
    # a table with leaves has no COPY of its own; they follow each other in the order of its key
    cursor.execute("SET max_parallel_workers_per_gather = 0")
    cursor.execute("SET synchronize_seqscans = off")
    query = f"SELECT {column_list(row.columns)} FROM {name}"
    if order:
        query += f" ORDER BY {column_list(order)}"
    with path.open("wb", buffering=BLOCK) as file:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')", file)
    return ProvenFile.measure(path)


def _verdict(file: ProvenFile, row: DayTable, sha256: str) -> str:
    if file.sha256 == sha256:
        return "byte for byte as it was sealed"
    if file.rows != row.rows and row.sha256:
        return f"where {row.rows:,} were loaded: somebody changed the warehouse's table"
    return (
        "not the bytes that were sealed: the file had other texts for its values than "
        "PostgreSQL writes, several sessions loaded it, whose rows lie mixed (docs/warehouse.md), "
        "or the table was changed or widened since"
    )


def _table(row: DayTable, sealed: StagedTable | None, file: ProvenFile) -> StagedTable:
    if sealed and [name for name, _, _ in sealed.columns] == row.columns:
        return replace(sealed, file=file)
    columns = tuple((name, kind, kind) for name, kind in row.typed.items())
    return StagedTable(row.table_name, file, columns, tuple(row.keys), row.kind)


def _read(rows: list[DayTable]) -> dict[str, str]:
    """Return what the registry knows of the reading, for a manifest that is lost."""
    read = {"database": rows[0].origin} if rows[0].origin else {}
    if rows[0].read_at:
        read["read_at"] = rows[0].read_at.isoformat(timespec="milliseconds")
    return read
