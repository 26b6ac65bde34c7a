"""Runs the queries of analyze/*.sql on the tables as they were on a day, each to a csv file."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from pathlib import Path

import psycopg2
from psycopg2.errors import InvalidCursorDefinition, UndefinedTable
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import ConfigurationError, WarehouseError, one_line
from sealed_days.core.proven_file import BLOCK
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.day import nearest
from sealed_days.day.day_tables import as_of, days
from sealed_days.day.settings import Settings
from sealed_days.store.place import store_at
from sealed_days.store.scratch import Scratch, sweep
from sealed_days.target_postgres import prepare
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.warehouse import SNAPSHOT_DATE, Warehouse, columns, transaction

_END = re.compile(r"(?:\s|;|--[^\n]*(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*\*/)*\Z")
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
    session = settings.server.connect("day evidence")
    prepare.take_role(session, settings.warehouse)
    session.set_session(isolation_level="REPEATABLE READ")
    scratch = Scratch(area)
    try:
        with transaction(session) as cursor:
            # a schema that nobody else ever sees: TEMPORARY is a right that the role may not have
            schema = f"evidence_{secrets.token_hex(6)}"
            tables = _show_day(cursor, settings, day, schema)
            # one instant for all queries, which only read
            cursor.execute(
                f"SET LOCAL search_path = {quote_ident(schema)}; SET TRANSACTION READ ONLY"
            )
            done = [
                (path, _copy(cursor, settings, day, path, scratch.path, tables)) for path in queries
            ]
            session.rollback()  # the views of the day go
        for path, rows in done:
            name = f"{path.stem}.csv"
            place = settings.keep_file(scratch.path / name, f"{_key(day)}{name}")
            print(f"{path.stem}: {rows:,} rows in {place}")
    finally:
        scratch.close()
        session.close()
    return 0


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


def _copy(
    cursor: Cursor, settings: Settings, day: date, path: Path, scratch: Path, tables: list[str]
) -> int:
    query = _END.sub("", path.read_text("utf-8-sig"))
    where = settings.shown(path)
    target = scratch / f"{path.stem}.csv"
    try:
        cursor.execute("SELECT set_config('sealed_days.query', %s, true)", (query,))
        cursor.execute(_ONE_QUERY)
        with target.open("wb", buffering=BLOCK) as file:
            cursor.copy_expert(f"COPY (\n{query}\n) TO STDOUT (FORMAT csv, HEADER)", file)
            file.flush()
            os.fsync(file.fileno())
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
    return cursor.rowcount
