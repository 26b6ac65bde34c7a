"""The days that the warehouse has: its partitions, as the loader made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres.warehouse import Warehouse


@dataclass(frozen=True)
class Partition:
    """A table's day in the warehouse. `name` is that of its partition in the parts schema."""

    table: str
    day: date
    name: str
    is_slice: bool


PARTITIONS = (
    "SELECT p.relname AS table_name, right(c.relname, 10) AS day, c.relname AS name, c.oid "
    "FROM pg_class c JOIN pg_inherits ON inhrelid = c.oid JOIN pg_class p ON p.oid = inhparent "
    "WHERE c.relnamespace = to_regnamespace(%(parts)s) AND c.relispartition AND c.relkind = 'r' "
    "AND p.relnamespace = to_regnamespace(%(days)s) "
    r"AND c.relname ~ '@\d{4}-\d\d-\d\d$' "
    "AND right(c.relname, 10) BETWEEN %(first)s AND %(last)s"
)
"""A query for table_name, day (as text), name and oid of each partition."""


def everything(warehouse: Warehouse, **days: date) -> dict[str, str]:
    """Return the parameters of PARTITIONS; `first` and `last` may narrow the days."""
    limits = {"first": date.min, "last": date.max} | days
    return {
        "parts": quote_ident(warehouse.parts),
        "days": quote_ident(warehouse.days),
        **{name: day.isoformat() for name, day in limits.items()},
    }


def partitions(cursor: Cursor, warehouse: Warehouse, **days: date) -> list[Partition]:
    """Return the partitions, of the days from `first` to `last`, by table and day."""
    cursor.execute(
        f"SELECT table_name, day::date, name, description FROM ({PARTITIONS}) p "
        "LEFT JOIN pg_description "
        "ON objoid = oid AND classoid = 'pg_class'::regclass AND objsubid = 0 "
        "ORDER BY table_name, day",
        everything(warehouse, **days),
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
