"""A day's own table while it is made: its definition, its key, its users' indexes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psycopg2.errors import UniqueViolation
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import WarehouseError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.target_postgres import indexes
from sealed_days.target_postgres.incoming import IncomingTable
from sealed_days.target_postgres.indexes import Index
from sealed_days.target_postgres.registry import DayTable, Registry
from sealed_days.target_postgres.relations import CHECK
from sealed_days.target_postgres.shapes import shape_name
from sealed_days.target_postgres.warehouse import SNAPSHOT_DATE, Warehouse, columns, shortened

_USUAL_COLUMNS = 100
"""Up to so many columns, statistics are as detailed as the server makes them by itself."""

_LEAST_STATISTICS = 10


def create(
    cursor: Cursor, warehouse: Warehouse, table: IncomingTable, row: DayTable, ranges: str = ""
) -> DayTable:
    """Create a day's own table and register it, and return what was registered.

    Args:
        cursor: in the transaction that does it.
        warehouse: its schemas.
        table: what it is to hold.
        row: what is to be registered.
        ranges: the column by whose ranges it is partitioned into leaves, "" where it is not.
    """
    cursor.execute("SELECT session_user")
    (user,) = cursor.fetchone() or (None,)
    name = qualified(warehouse.parts, row.relation)
    leaves = f" PARTITION BY RANGE ({quote_ident(ranges)})" if ranges else ""
    cursor.execute(f"CREATE TABLE {name} ({definitions(table)}){leaves}")
    # the server's own names of the types: two spellings of one type are one shape
    typed = columns(cursor, warehouse.parts, row.relation)
    row = replace(row, types=[typed[column] for column in row.columns], loaded_by=user)
    Registry(cursor, warehouse).insert(row)
    return row


def definitions(table: IncomingTable) -> str:
    """Return the columns of a day's own table, and the CHECK on its day."""
    day = quote_literal(table.day.isoformat())
    found = [
        # without NOT NULL the key would be checked for NULL by another scan
        f"{quote_ident(column)} {kind}{_not_null(column) if column in table.keys else ''}"
        for column, kind in table.columns
    ]
    # the CHECK says all that the bounds will, so that the table is attached without a scan
    found.append(
        f"{SNAPSHOT_DATE} date DEFAULT {day} CONSTRAINT {quote_ident(CHECK)} "
        f"CHECK ({SNAPSHOT_DATE} IS NOT NULL AND {SNAPSHOT_DATE} = {day})"
    )
    return ", ".join(found)


def _not_null(column: str) -> str:
    # PostgreSQL 18 would name it after the unpublished table
    return f" CONSTRAINT {quote_ident(shortened(column, '_not_null'))} NOT NULL"


def wanted_indexes(cursor: Cursor, warehouse: Warehouse, row: DayTable) -> list[Index]:
    """Return the indexes that users made on the table's days."""
    newest = Registry(cursor, warehouse).newest([row.table_name]).get(row.table_name)
    shape = shape_name(row.table_name, row.kind, row.typed)
    model = newest.shape if newest else None
    return indexes.wanted_for(cursor, warehouse, shape, model, set(row.columns))


def add_key_and_indexes(
    cursor: Cursor, warehouse: Warehouse, row: DayTable, relation: str, file: ProvenFile
) -> None:
    """Add what a day's table has besides its rows: its primary key, if any, and users' indexes.

    Args:
        cursor: in the transaction that does it.
        warehouse: its schemas.
        row: the table as it is registered.
        relation: the table, or a leaf of it.
        file: where its rows are from.

    Raises:
        WarehouseError: two rows have the same key.
    """
    name = qualified(warehouse.parts, relation)
    if row.keys:
        _add_key(cursor, name, row, file)
    indexes.build(cursor, name, wanted_indexes(cursor, warehouse, row))


def _add_key(cursor: Cursor, name: str, row: DayTable, file: ProvenFile) -> None:
    try:
        cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY ({column_list(row.keys)})")
    except UniqueViolation as error:
        path: Path = file.path
        msg = (
            f"{row.table_name}: the key ({', '.join(row.keys)}) is not unique: "
            f"{error.diag.message_detail} ({path}): nothing was published"
        )
        raise WarehouseError(msg) from None


def analyze(cursor: Cursor, name: str, columns: int) -> None:
    """Gather a table's statistics, of a wide one from fewer rows.

    The server sorts each column of 30,000 rows, so that a thousand columns take ten times as long
    as to copy them; the planner is told less of each then, and still the number of rows.

    Args:
        cursor: in a transaction of its own: in the COPY's it would not count for autovacuum.
        name: the table, qualified and quoted; ONLY may stand before it.
        columns: how many it has.
    """
    if columns > _USUAL_COLUMNS:
        cursor.execute(
            "SELECT set_config('default_statistics_target', "
            "least(t, greatest(%s, t * %s / %s))::text, true) "
            "FROM (SELECT current_setting('default_statistics_target')::int AS t) AS now",
            (_LEAST_STATISTICS, _USUAL_COLUMNS, columns),
        )
    cursor.execute(f"ANALYZE {name}")
