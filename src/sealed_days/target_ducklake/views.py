"""The lake's views, by what its registry says: the newest day of a table, and all of its days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sealed_days.core.sql import column_list, quote_ident, quote_literal
from sealed_days.target_ducklake.lake_types import LakeColumn, common_type, converted
from sealed_days.target_ducklake.registry import TableDay, in_schema

SNAPSHOT_DATE = "snapshot_date"


@dataclass(frozen=True)
class Schemas:
    """The lake's schemas: of the newest day, of all days, and of the tables that have the rows."""

    newest: str

    @property
    def days(self) -> str:
        """All days, and the registry."""
        return f"{self.newest}_days"

    @property
    def parts(self) -> str:
        """The tables that have the rows."""
        return f"{self.newest}_parts"


def wanted_views(rows: Iterable[TableDay], schemas: Schemas) -> dict[tuple[str, str], str]:
    """Return (schema, name) -> query of every view that a lake with these rows has.

    A table that its source no longer has on the source's newest day is in no view of the newest
    day; a table in slices shows all of its slices there.

    Args:
        rows: the registry's, oldest day first.
        schemas: the lake's.
    """
    tables: dict[str, list[TableDay]] = {}
    last_of_source: dict[str, list[TableDay]] = {}
    for row in rows:
        tables.setdefault(row.table_name, []).append(row)
        last = last_of_source.get(row.source, [])
        if last and last[0].snapshot_date == row.snapshot_date:
            last.append(row)
        else:
            last_of_source[row.source] = [row]
    views = {}
    for name, days in tables.items():
        views[schemas.days, name] = _union(days, schemas.parts, with_date=True)
        newest = days[-1]
        last = last_of_source[newest.source]
        if newest not in last and any(row.says_gone(name) for row in last):
            continue
        if newest.kind == "slice":
            slices = [day for day in days if day.kind == "slice"]
            views[schemas.newest, name] = _union(slices, schemas.parts, with_date=False)
        else:
            views[schemas.newest, name] = (
                f"SELECT {column_list([column.name for column in newest.columns])} "
                f"FROM {in_schema(schemas.parts, newest.shape)} "
                f"WHERE {SNAPSHOT_DATE} = DATE {quote_literal(newest.snapshot_date.isoformat())}"
            )
    return views


def _union(days: Sequence[TableDay], parts: str, *, with_date: bool) -> str:
    """Return the query that unites a table's shapes, columns in the order that days brought."""
    shapes = {day.shape: day.columns for day in days}
    names: dict[str, str] = {}
    types: dict[str, set[str]] = {}
    for column in (column for columns in shapes.values() for column in columns):
        name = names.setdefault(column.name.lower(), column.name)
        types.setdefault(name, set()).add(column.lake_type)
    kinds = {name: common_type(found) for name, found in types.items()}
    date = [SNAPSHOT_DATE] if with_date else []
    return " UNION ALL ".join(
        f"SELECT {', '.join(date + _columns(kinds, columns))} FROM {in_schema(parts, shape)}"
        for shape, columns in shapes.items()
    )


def _columns(kinds: dict[str, str], there: Sequence[LakeColumn]) -> list[str]:
    own = {column.name.lower(): column for column in there}
    found = ((name, kind, own.get(name.lower())) for name, kind in kinds.items())
    return [
        f"{converted(column.name, column.lake_type, kind) if column else f'NULL::{kind}'} "
        f"AS {quote_ident(name)}"
        for name, kind, column in found
    ]
