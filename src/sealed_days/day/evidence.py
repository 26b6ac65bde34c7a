"""Runs the queries of analyze/*.sql on the tables as they were on a day, each to a csv file."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import queue
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.errors import InvalidCursorDefinition, UndefinedTable
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import ConfigurationError, WarehouseError, one_line
from sealed_days.core.proven_file import BLOCK
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.day import nearest
from sealed_days.day.day_tables import as_of, days
from sealed_days.day.formulas import without_formulas
from sealed_days.day.query_parts import Part, divide
from sealed_days.day.settings import Settings
from sealed_days.day.sql_tokens import tokens
from sealed_days.store.place import store_at
from sealed_days.store.scratch import WRITE_BEHIND, Scratch, begin_writing, sweep
from sealed_days.target_postgres import prepare
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.warehouse import SNAPSHOT_DATE, Warehouse, columns, transaction

# A cursor takes one statement that returns rows. So no text leaves the COPY that it stands in.
_ONE_QUERY = """
DO $$
DECLARE
  evidence refcursor;
BEGIN
  OPEN evidence FOR EXECUTE current_setting('sealed_days.query');
  CLOSE evidence;
END
$$
"""
_SESSIONS = min(4, os.cpu_count() or 1)
_NO_TABLE = re.compile(r'relation "(.*)" does not exist')


def shown(settings: Settings, day: date) -> list[str]:
    """Return the csv files of a day, for people."""
    if settings.store:
        keys = sorted(entry.key for entry in store_at(settings.store).list(_key(day)))
        return [f"{settings.store}/{key}" for key in keys]
    return [settings.shown(path) for path in sorted((settings.output / _key(day)).glob("*.csv"))]


def remove(settings: Settings, day: date) -> None:
    """Remove the csv files of a day."""
    if settings.store:
        store = store_at(settings.store)
        store.remove([entry.key for entry in store.list(_key(day))])
    else:
        shutil.rmtree(settings.output / _key(day), ignore_errors=True)


def _key(day: date) -> str:
    return f"evidence/{day.isoformat()}/"


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Write one csv file per query and print its rows and path.

    Raises:
        UserError: there is no query or no such day, or the server refuses a query.
    """
    day = settings.day(options.date)
    queries = sorted(settings.queries.glob("*.sql"))
    if not queries:
        msg = f"{settings.shown(settings.queries)}/*.sql: there is no query: write one"
        raise ConfigurationError(msg)
    area = settings.scratch_area
    sweep(area)
    scratch = Scratch(area)
    try:
        with contextlib.ExitStack() as sessions:
            first = sessions.enter_context(_reader(settings, day))
            copies = [
                copy
                for path in queries
                for copy in _copies(first, settings, day, path, scratch.path)
            ]
            readers = [first]
            # a result in parts is written by several sessions, which see one instant
            while len(readers) < min(_SESSIONS, len(copies)) and len(copies) > len(queries):
                with contextlib.suppress(psycopg2.Error, WarehouseError):
                    readers.append(sessions.enter_context(_reader(settings, day, first)))
                    continue
                break  # the server has no room for another: those that are there do all
            done = _run(settings, day, readers, copies)
        for path in queries:
            name = f"{path.stem}.csv"
            files = [copy.target for copy in copies if copy.path == path]
            rows = sum(done[copy] for copy in copies if copy.path == path)
            _join(files)
            place = settings.keep_file(files[0], f"{_key(day)}{name}")
            print(f"{path.stem}: {rows:,} rows in {place}")
    finally:
        scratch.close()
    return 0


@dataclass(frozen=True)
class _Reader:
    """A session whose transaction only reads, and sees the tables as they were on the day."""

    session: Connection
    cursor: Cursor
    tables: Sequence[str]


@dataclass(frozen=True)
class _Copy:
    """A part of a query and the file that gets its rows."""

    path: Path
    part: Part
    target: Path


@contextlib.contextmanager
def _reader(settings: Settings, day: date, like: _Reader | None = None) -> Iterator[_Reader]:
    """Open a session on a day.

    Args:
        settings: the project's.
        day: the day.
        like: a session whose instant it is to see.

    Raises:
        UserError: there is no such day, or the server refuses.
    """
    session = settings.server.connect("day evidence")
    try:
        prepare.take_role(session, settings.warehouse)
        session.set_session(isolation_level="REPEATABLE READ")
        with transaction(session) as cursor:
            if like:
                like.cursor.execute("SELECT pg_export_snapshot()")
                cursor.execute("SET TRANSACTION SNAPSHOT %s", like.cursor.fetchone())
                # whoever waits for a table that `like` reads must not keep us waiting for it
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            # a schema that nobody else ever sees: TEMPORARY is a right that the role may not have
            schema = f"evidence_{secrets.token_hex(6)}"
            tables = _show_day(cursor, settings, day, schema)
            # one instant for all queries, which only read
            cursor.execute(
                f"SET LOCAL search_path = {quote_ident(schema)}; SET TRANSACTION READ ONLY"
            )
            yield _Reader(session, cursor, tables)
            session.rollback()  # the views of the day go
    finally:
        session.close()


def _run(
    settings: Settings, day: date, readers: Sequence[_Reader], copies: Sequence[_Copy]
) -> dict[_Copy, int]:
    """Run the copies, each in a session that is free; return the rows of each."""
    free: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
    for reader in readers:
        free.put(reader)

    def copy_next(copy: _Copy) -> int:
        reader = free.get()
        rows = _copy(reader, settings, day, copy)
        free.put(reader)
        return rows

    if len(readers) == 1:
        return {copy: copy_next(copy) for copy in copies}
    with ThreadPoolExecutor(len(readers), thread_name_prefix="evidence") as pool:
        try:
            return dict(zip(copies, pool.map(copy_next, copies), strict=True))
        except BaseException:
            for reader in readers:
                reader.session.cancel()
            pool.shutdown(cancel_futures=True)
            raise


def _show_day(cursor: Cursor, settings: Settings, day: date, schema: str) -> list[str]:
    """Make a view on each table as it was on a day, in a new schema, and return their names."""
    warehouse = settings.warehouse
    there = as_of(cursor, warehouse, day)
    if not any(row.day == day for row in there):
        known = days(cursor, warehouse)
        msg = (
            f"the warehouse has no {day.isoformat()} ({nearest.days(day, known)}): "
            f"run DATE={day.isoformat()} meltano run {settings.load_job}"
        )
        raise WarehouseError(msg)
    cursor.execute(f"CREATE SCHEMA {quote_ident(schema)}")
    tables = []
    for table, rows in groupby(there, lambda row: row.table_name):
        if definition := _as_of(cursor, warehouse, table, list(rows), day):
            cursor.execute(f"CREATE VIEW {qualified(schema, table)} AS {definition}")
            tables.append(table)
    return tables


def _as_of(
    cursor: Cursor, warehouse: Warehouse, table: str, rows: Iterable[DayTable], day: date
) -> str | None:
    """Return the query for a table on a day: its snapshot, or all its slices so far."""
    shown = [row for row in rows if row.is_slice or row.day == day]
    if not shown:
        return None
    if shown[-1].day == day and not shown[-1].is_slice:
        shown = shown[-1:]
    names = [name for name in columns(cursor, warehouse.days, table) if name in shown[-1].columns]
    if len(shown) == 1:
        # with the day's own types, and the planner knows the very table
        source = qualified(warehouse.parts, shown[0].relation)
        return f"SELECT {column_list(names)} FROM {source}"
    dates = ", ".join(quote_literal(row.day.isoformat()) for row in shown)
    return (
        f"SELECT {column_list(names)} FROM {qualified(warehouse.days, table)} "
        f"WHERE {SNAPSHOT_DATE} IN ({dates})"
    )


def _copies(
    reader: _Reader, settings: Settings, day: date, path: Path, scratch: Path
) -> list[_Copy]:
    """Return the parts in which a query is run.

    Raises:
        UserError: it is not one query that the server takes.
    """
    query = _without_end(path.read_text("utf-8-sig"))
    with _told(settings, day, path, query, reader.tables):
        reader.cursor.execute("SELECT set_config('sealed_days.query', %s, true)", (query,))
        reader.cursor.execute(_ONE_QUERY)
        if settings.spreadsheet_safe:
            query = without_formulas(reader.cursor, query)
        parts = divide(reader.cursor, query, _SESSIONS)
    return [
        _Copy(path, part, scratch / f"{path.stem}.{number}.csv")
        for number, part in enumerate(parts)
    ]


def _without_end(query: str) -> str:
    """Return a query without the semicolons, blanks and comments after it."""
    ends = [token.end for token in tokens(query) if token.kind != "blank" and token.text != ";"]
    return query[: ends[-1]] if ends else ""


class _File(io.FileIO):
    """A file that the disk begins to write early, so that fsync has little left to wait for."""

    def __init__(self, path: Path, mode: str) -> None:
        super().__init__(str(path), mode)
        self._begun = self.tell()

    def write(self, data: Any, /) -> int:
        """Write a block, or a part of it; return how many bytes."""
        written = super().write(data)
        if (at := self.tell()) - self._begun >= WRITE_BEHIND:
            begin_writing(self.fileno(), self._begun, at - self._begun)
            self._begun = at
        return written


def _copy(reader: _Reader, settings: Settings, day: date, copy: _Copy) -> int:
    part = copy.part
    header = "" if part.skip else ", HEADER"
    # a later part is appended to the first one and removed: it need not reach the disk
    kind = io.FileIO if part.skip else _File
    with (
        _told(settings, day, copy.path, part.query, reader.tables),
        io.BufferedWriter(kind(copy.target, "w"), BLOCK) as file,
    ):
        part.prepare(reader.cursor)
        copied = f"COPY (\n{part.sql}\n) TO STDOUT (FORMAT csv{header})"
        reader.cursor.copy_expert(copied, file)
    return reader.cursor.rowcount


def _join(files: Sequence[Path]) -> None:
    """Append the files after the first one to it, and have it reach the disk."""
    with io.BufferedWriter(_File(files[0], "a"), BLOCK) as whole:
        for path in files[1:]:
            with path.open("rb", buffering=0) as part:
                shutil.copyfileobj(part, whole, BLOCK)
            path.unlink()
        whole.flush()
        os.fsync(whole.fileno())


@contextlib.contextmanager
def _told(
    settings: Settings, day: date, path: Path, query: str, tables: Sequence[str]
) -> Iterator[None]:
    """Say in one line where the server refuses a query."""
    where = settings.shown(path)
    try:
        yield
    except UndefinedTable as error:
        missing = _NO_TABLE.search(error.diag.message_primary or "")
        name = missing[1] if missing else ""
        msg = (
            f"{where}: the warehouse has no table {name} on {day.isoformat()} "
            f"({nearest.names(name, tables)})"
        )
        raise WarehouseError(msg) from None
    except psycopg2.Error as error:
        line = ""
        if at := error.diag.internal_position or error.diag.statement_position:
            line = f" line {query[: int(at) - 1].count(chr(10)) + 1}"
        said = (error.diag.message_primary, error.diag.message_hint)
        why = ". ".join(part.rstrip(".?") for part in said if part) or one_line(error)
        if isinstance(error, InvalidCursorDefinition):
            why = "it is not one single read-only query"
        msg = f"{where}{line}: {why}: correct the query"
        raise ConfigurationError(msg) from None
