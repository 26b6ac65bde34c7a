"""The days that the warehouse has, as its registry knows them."""

from __future__ import annotations

from datetime import date

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import WarehouseError
from sealed_days.core.sql import qualified
from sealed_days.target_postgres.registry import DayTable, Registry
from sealed_days.target_postgres.warehouse import LOADS, Warehouse, relation_kind


def registry(cursor: Cursor, warehouse: Warehouse) -> Registry | None:
    """Return the registry, None in a warehouse that is new.

    Raises:
        WarehouseError: the warehouse is of version 1.0.0, which has none yet.
    """
    if relation_kind(cursor, warehouse.days, "loads_days"):
        return Registry(cursor, warehouse)
    if relation_kind(cursor, warehouse.days, LOADS):
        msg = (
            f"the warehouse {warehouse.views} is of version 1.0.0: load any day, which upgrades it "
            "in place, then ask again"
        )
        raise WarehouseError(msg)
    return None


def day_tables(
    cursor: Cursor, warehouse: Warehouse, first: date = date.min, last: date = date.max
) -> list[DayTable]:
    """Return what is published of the days from `first` to `last`, by table and day."""
    found = registry(cursor, warehouse)
    if found is None:
        return []
    return found.find("state = 'published' AND day BETWEEN %s AND %s", (first, last))


def as_of(cursor: Cursor, warehouse: Warehouse, day: date) -> list[DayTable]:
    """Return a day's tables and all slices until then, by table and day."""
    found = registry(cursor, warehouse)
    if found is None:
        return []
    return found.find(
        "state = 'published' AND (day = %s OR day < %s AND kind = 'slice')", (day, day)
    )


def days(cursor: Cursor, warehouse: Warehouse) -> set[date]:
    """Return every day of which a table is published."""
    found = registry(cursor, warehouse)
    if found is None:
        return set()
    query = f"SELECT DISTINCT day FROM {found.days} WHERE state = 'published'"
    cursor.execute(query.replace("%%", "%"))
    return {day for (day,) in cursor.fetchall()}


def count(cursor: Cursor, warehouse: Warehouse, tables: list[DayTable]) -> dict[str, int]:
    """Return table -> rows, counted, of one day."""
    if not tables:
        return {}
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT {number}, count(*) FROM {qualified(warehouse.parts, table.relation)}"
            for number, table in enumerate(tables)
        )
    )
    return {tables[number].table_name: rows for number, rows in cursor.fetchall()}
