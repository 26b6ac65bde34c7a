"""Indexes that users made on a table's days: new days have them before they are published."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import qualified
from sealed_days.target_postgres.warehouse import Warehouse


@dataclass(frozen=True)
class Index:
    """What makes an index of the same kind on another table.

    `constraint` is the definition of the constraint that it serves, "" where it serves none;
    `method` is what follows the table's name in a CREATE INDEX.
    """

    is_unique: bool
    constraint: str
    method: str


def of(cursor: Cursor, warehouse: Warehouse, shape: str, columns: set[str]) -> list[Index]:
    """Return the indexes of a shape that a table with certain columns can have."""
    cursor.execute(
        "SELECT indisunique, coalesce(pg_get_constraintdef(k.oid), ''), "
        # the text before it is the server's own quoting of both names
        "split_part(pg_get_indexdef(indexrelid), "
        "format(' ON ONLY %%I.%%I ', nspname, c.relname), 2), "
        "ARRAY(SELECT attname::text FROM pg_depend JOIN pg_attribute "
        "ON attrelid = refobjid AND attnum = refobjsubid WHERE classid = 'pg_class'::regclass "
        "AND objid = indexrelid AND refobjid = indrelid AND refobjsubid > 0 "
        "UNION SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid "
        "AND attnum = ANY(indkey)) "
        "FROM pg_index JOIN pg_class c ON c.oid = indrelid JOIN pg_namespace n "
        "ON n.oid = relnamespace LEFT JOIN pg_constraint k ON conindid = indexrelid "
        "WHERE nspname = %s AND c.relname = %s AND contype IS DISTINCT FROM 'p' "
        "ORDER BY indexrelid",
        (warehouse.parts, shape),
    )
    return [
        Index(unique, constraint, method)
        for unique, constraint, method, needed in cursor.fetchall()
        if columns.issuperset(set(needed) - {"snapshot_date"}) and (method or constraint)
    ]


def build(cursor: Cursor, table: str, wanted: list[Index]) -> None:
    """Build indexes on a table, which is qualified and quoted."""
    for index in wanted:
        if index.constraint:
            cursor.execute(f"ALTER TABLE {table} ADD {index.constraint}")
        else:
            unique = "UNIQUE " if index.is_unique else ""
            cursor.execute(f"CREATE {unique}INDEX ON {table} {index.method}")


def wanted_for(
    cursor: Cursor, warehouse: Warehouse, shape: str, newest_shape: str | None, columns: set[str]
) -> list[Index]:
    """Return the indexes that a day's table needs: its shape's, or those of the newest day's."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (qualified(warehouse.parts, shape),))
    (there,) = cursor.fetchone() or (False,)
    model = shape if there else newest_shape
    return of(cursor, warehouse, model, columns) if model else []
