"""The days' own tables and shapes in the parts schema: attached, dropped, readable by whom."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg2.errors import DependentObjectsStillExist
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import WarehouseError
from sealed_days.core.sql import qualified, quote_ident, quote_literal
from sealed_days.target_postgres import users_marks
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.shapes import create_year, year_name
from sealed_days.target_postgres.warehouse import Warehouse, part_name


def attach(
    cursor: Cursor, warehouse: Warehouse, making: str, name: str, shape: str, row: DayTable
) -> None:
    """Give a copied table its final name and make it a partition of its shape's year.

    Nothing is scanned: its CHECK says what the partition's bound says.
    """
    old, new = qualified(warehouse.parts, making), qualified(warehouse.parts, name)
    year = year_name(shape, row.day)
    parent = qualified(warehouse.parts, year)
    cursor.execute(
        "SELECT contype::text, conname::text FROM pg_constraint WHERE conrelid = to_regclass(%s) "
        "AND (contype = 'p' OR conname = %s) UNION ALL "
        "SELECT 'leaves', '' FROM pg_inherits WHERE inhparent = to_regclass(%s) UNION ALL "
        "SELECT 'year', '' WHERE to_regclass(%s) IS NOT NULL",
        (old, CHECK, old, parent),
    )
    found = dict(cursor.fetchall())
    if "year" not in found:
        cursor.execute(create_year(warehouse, shape, row.day))
        take_over_grants(cursor, warehouse, {year: shape}, {year: set(row.columns)})
    statements = [
        f"ALTER TABLE {old} RENAME TO {quote_ident(name)}",
        f"ALTER TABLE {parent} ATTACH PARTITION {new} "
        f"FOR VALUES IN ({quote_literal(row.day.isoformat())})",
    ]
    if "c" in found:
        # no longer needed: the partition's bound implies it
        statements.append(f"ALTER TABLE {new} DROP CONSTRAINT {quote_ident(CHECK)}")
    if "p" in found:
        key = quote_ident(part_name(row.table_name, row.day, "_pkey"))
        old_key = quote_ident(found["p"])
        statements.append(f"ALTER TABLE {new} RENAME CONSTRAINT {old_key} TO {key}")
    cursor.execute(";\n".join(statements))
    if "leaves" in found:
        _settle_leaves(cursor, warehouse, new, row)


def leaf_name(row: DayTable, number: int, suffix: str = "", *, making: bool = False) -> str:
    """Return the name of a leaf of a day's table, published or not: `orders@2025-01-01/1`."""
    load = f"~{str(row.load_id)[:6]}" if making else ""
    return part_name(row.table_name, row.day, f"{load}/{number}{suffix}")


def _settle_leaves(cursor: Cursor, warehouse: Warehouse, table: str, row: DayTable) -> None:
    """Name the leaves of a day's table after it, and drop the CHECK that they need no more."""
    cursor.execute(
        "SELECT relname, pkey FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
        "LEFT JOIN LATERAL (SELECT conname AS pkey FROM pg_constraint "
        "WHERE conrelid = c.oid AND contype = 'p') k ON true WHERE inhparent = to_regclass(%s)",
        (table,),
    )
    for leaf, key in cursor.fetchall():
        number = int(leaf.rpartition("/")[2])
        wanted = leaf_name(row, number)
        statements = [
            f"ALTER TABLE {qualified(warehouse.parts, leaf)} RENAME TO {quote_ident(wanted)}",
            f"ALTER TABLE {qualified(warehouse.parts, wanted)} "
            f"DROP CONSTRAINT IF EXISTS {quote_ident(CHECK)}",
        ]
        if key:
            statements.append(
                f"ALTER INDEX {qualified(warehouse.parts, key)} "
                f"RENAME TO {quote_ident(leaf_name(row, number, '_pkey'))}"
            )
        cursor.execute(";\n".join(statements))


CHECK = "is_of_its_day"
"""The constraint by which a table is attached without a scan."""


def parents(cursor: Cursor, warehouse: Warehouse, names: Iterable[str]) -> list[str]:
    """Return the tables that days' own tables are partitions of."""
    cursor.execute(
        "SELECT DISTINCT parent.relname::text FROM pg_class part "
        "JOIN pg_inherits ON inhrelid = part.oid JOIN pg_class parent ON parent.oid = inhparent "
        "WHERE part.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) "
        "AND part.relname = ANY(%s)",
        (warehouse.parts, list(names)),
    )
    return [name for (name,) in cursor.fetchall()]


def drop(cursor: Cursor, warehouse: Warehouse, row: DayTable) -> None:
    """Drop a day's own table.

    Raises:
        WarehouseError: something of a user's depends on it.
    """
    try:
        cursor.execute(f"DROP TABLE {qualified(warehouse.parts, row.relation)}")
    except DependentObjectsStillExist as error:
        detail = " ".join((error.diag.message_detail or "").split())
        msg = f"{detail}: drop what depends on it, then run it again"
        raise WarehouseError(msg) from None


def take_over_grants(
    cursor: Cursor, warehouse: Warehouse, models: dict[str, str], columns: dict[str, set[str]]
) -> None:
    """Give new tables the privileges of those that they follow.

    Args:
        models: new table -> the table that it follows.
        columns: new table -> its columns.
    """
    names = sorted({*models, *models.values()})
    cursor.execute(
        "SELECT relname, oid, relacl IS NOT NULL OR EXISTS (SELECT FROM pg_attribute "
        "WHERE attrelid = c.oid AND attacl IS NOT NULL) FROM pg_class c "
        "WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) "
        "AND relname = ANY(%s)",
        (warehouse.parts, names),
    )
    found = {name: (oid, granted) for name, oid, granted in cursor.fetchall()}
    for new, model in models.items():
        if model not in found or not (found[model][1] or found[new][1]):
            continue
        wanted = users_marks.grants(cursor, found[model][0])
        name = qualified(warehouse.parts, new)
        users_marks.impose_grants(cursor, name, found[new][0], wanted, columns[new])
