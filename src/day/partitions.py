"""The days that the warehouse has: its partitions, as the loader made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import cursor as Cursor

from singer_copy.sql import qualified, quote_ident
from singer_copy.target_postgres.warehouse import Warehouse


@dataclass(frozen=True)
class Partition:
    """A table's day in the warehouse. `name` is that of its partition in the parts schema."""

    table: str
    day: date
    name: str
    is_slice: bool


def partitions(
    cursor: Cursor, warehouse: Warehouse, first: date | None = None, last: date | None = None
) -> list[Partition]:
    """Return the partitions from a day to a day, by table and day."""
    cursor.execute(
        "SELECT p.relname, right(c.relname, 10)::date, c.relname, d.description "
        "FROM pg_class c JOIN pg_inherits ON inhrelid = c.oid JOIN pg_class p ON p.oid = inhparent "
        "LEFT JOIN pg_description d "
        "ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0 "
        "WHERE c.relnamespace = to_regnamespace(%(parts)s) AND c.relispartition "
        "AND p.relnamespace = to_regnamespace(%(days)s) "
        r"AND c.relname ~ '@\d{4}-\d\d-\d\d$' "
        "AND right(c.relname, 10) BETWEEN %(first)s AND %(last)s "
        "ORDER BY p.relname, right(c.relname, 10)",
        {
            "parts": quote_ident(warehouse.parts),
            "days": quote_ident(warehouse.days),
            "first": (first or date.min).isoformat(),
            "last": (last or date.max).isoformat(),
        },
    )
    return [
        Partition(table, day, name, (comment or "").startswith("slice"))
        for table, day, name, comment in cursor.fetchall()
    ]


def count(cursor: Cursor, warehouse: Warehouse, parts: list[Partition]) -> dict[str, int]:
    """Return table -> rows, counted, of one day's partitions."""
    if not parts:
        return {}
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT {number}, count(*) FROM {qualified(warehouse.parts, part.name)}"
            for number, part in enumerate(parts)
        )
    )
    return {parts[number].table: rows for number, rows in cursor.fetchall()}
