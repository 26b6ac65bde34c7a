"""Shapes: the days of a table with the same columns and types, and the view that unites them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres.column_types import common_type, converted
from sealed_days.target_postgres.registry import SLICE, Shape
from sealed_days.target_postgres.warehouse import SNAPSHOT_DATE, Warehouse, shortened


@dataclass(frozen=True)
class Query:
    """What a view shows: its columns (name -> type), its text, and the relations it reads."""

    columns: dict[str, str]
    text: str
    sources: frozenset[str]


def shape_name(table: str, kind: str, typed: dict[str, str]) -> str:
    """Return the name of a shape: `orders~3f2a91bc`, the same whenever it is made."""
    content = json.dumps(["by year", table, kind, sorted(typed.items())])
    return shortened(table, "~" + hashlib.sha256(content.encode()).hexdigest()[:8])


def create_shape(warehouse: Warehouse, name: str, typed: dict[str, str]) -> str:
    """Return the statement that creates a shape's partitioned table.

    No NOT NULL on snapshot_date, which the bounds imply: each ATTACH reads all constraints of the
    database, and on PostgreSQL 18 this would be one more for each table of each day.
    """
    columns = [f"{quote_ident(column)} {kind}" for column, kind in sorted(typed.items())]
    return (
        f"CREATE TABLE {qualified(warehouse.parts, name)} "
        f"({', '.join([*columns, f'{SNAPSHOT_DATE} date'])}) PARTITION BY RANGE ({SNAPSHOT_DATE})"
    )


def year_name(shape: str, day: date) -> str:
    """Return the name of a shape's partition for the year of a day: `orders~3f2a91bc/2025`."""
    return shortened(shape, f"/{day.year:04}")


def create_year(warehouse: Warehouse, shape: str, day: date) -> str:
    """Return the statements that make a shape's partition for the year of a day.

    Whoever attaches a day, or plans a query on one, reads the bounds of its year alone. ATTACH
    locks out no reader of the shape, as CREATE TABLE with PARTITION OF would.
    """
    parent = qualified(warehouse.parts, shape)
    year = qualified(warehouse.parts, year_name(shape, day))
    return (
        f"CREATE TABLE {year} (LIKE {parent}) PARTITION BY LIST ({SNAPSHOT_DATE}); "
        f"ALTER TABLE {parent} ATTACH PARTITION {year} "
        f"FOR VALUES FROM ('{day.year:04}-01-01') TO ('{day.year + 1:04}-01-01')"
    )


def known_order(shapes: Sequence[Shape]) -> list[str]:
    """Return the columns of a table in the order in which days brought them.

    The first day's columns come first, then snapshot_date, then each column that a later day
    added. It depends on which days were loaded, not on the order of loads.

    Args:
        shapes: all of the table's, those included of which only pruned days are known.
    """
    order: dict[str, None] = {}
    for shape in sorted(shapes, key=lambda shape: shape.first_day):
        order |= dict.fromkeys(shape.first_columns)
        order.setdefault(SNAPSHOT_DATE)
    return list(order)


def all_days(warehouse: Warehouse, shapes: Sequence[Shape]) -> Query:
    """Return the query for every day of a table."""
    return _united(warehouse, [shape for shape in shapes if shape.is_alive], known_order(shapes))


def all_slices(warehouse: Warehouse, shapes: Sequence[Shape], names: Iterable[str]) -> Query:
    """Return the query for all slices of a table, with the columns of its newest day."""
    slices = [shape for shape in shapes if shape.is_alive and shape.kind == SLICE]
    wanted = set(names)
    return _united(warehouse, slices, [name for name in known_order(shapes) if name in wanted])


def one_day(
    warehouse: Warehouse, shapes: Sequence[Shape], relation: str, typed: dict[str, str]
) -> Query:
    """Return the query for the newest day: on its own table, with its columns and types.

    Readers of today then never meet a backfill's locks, and the planner has the statistics of
    the very table.
    """
    columns = {name: typed[name] for name in known_order(shapes) if name in typed}
    names = ", ".join(map(quote_ident, columns))
    text = f"SELECT {names} FROM {qualified(warehouse.parts, relation)}"
    return Query(columns, text, frozenset([relation]))


def _united(warehouse: Warehouse, shapes: Sequence[Shape], order: Sequence[str]) -> Query:
    columns: dict[str, str] = {}
    for name in order:
        if name == SNAPSHOT_DATE:
            columns[name] = "date"
        elif found := [shape.columns[name] for shape in shapes if name in shape.columns]:
            columns[name] = common_type(found)
    branches = []
    for shape in sorted(shapes, key=lambda shape: shape.name):
        typed = {**shape.columns, SNAPSHOT_DATE: "date"}
        fields = []
        for name, kind in columns.items():
            column = quote_ident(name)
            if name not in typed:
                fields.append(f"NULL::{kind} AS {column}")
            elif typed[name] == kind:
                fields.append(column)
            else:
                fields.append(f"{converted(column, typed[name], kind)} AS {column}")
        branches.append(f"SELECT {', '.join(fields)} FROM {qualified(warehouse.parts, shape.name)}")
    sources = frozenset(shape.name for shape in shapes)
    return Query(columns, " UNION ALL ".join(branches), sources)
