"""What each table's views must show, by the registry, compared with what they show now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg2.extensions import cursor as Cursor

from sealed_days.target_postgres import views
from sealed_days.target_postgres.registry import DayTable, Registry
from sealed_days.target_postgres.shapes import all_days, all_slices, one_day
from sealed_days.target_postgres.warehouse import Warehouse


def wanted_views(
    cursor: Cursor,
    warehouse: Warehouse,
    tables: Iterable[str],
    there: Mapping[tuple[str, str], views.Existing],
    before: Mapping[str, DayTable] | None = None,
    places: Mapping[str, str] | None = None,
) -> list[views.Change]:
    """Return the two views of each table: that of the newest day, and that of all days.

    Args:
        cursor: its transaction has changed the registry already.
        warehouse: its schemas.
        tables: whose.
        there: what `views.existing` found.
        before: table -> the newest day that is shown now.
        places: a day's own table -> the name that it still bears.
    """
    registry = Registry(cursor, warehouse)
    names = sorted(set(tables))
    shapes, newest = registry.shapes_of(names), registry.newest(names)
    last = {
        owner: registry.newest_day(*owner)
        for owner in {(row.project, row.source) for row in newest.values()}
    }
    found = []
    for table in names:
        row, known = newest.get(table), shapes.get(table, [])
        current = went = None
        if row:
            # a later day of its source says that the table is no longer there
            newer = last[row.project, row.source]
            went = newer is not None and newer[0] > row.day and table not in newer[1]
            if went:
                pass
            elif row.is_slice:
                current = all_slices(warehouse, known, row.columns)
            else:
                place = (places or {}).get(row.relation, row.relation)
                current = one_day(warehouse, known, place, row.typed)
        days = all_days(warehouse, known) if row else None
        comments = row.comments if row else {}
        was = before[table].comments if before and table in before else {}
        for schema, query in ((warehouse.views, current), (warehouse.days, days)):
            change = views.Change(
                schema, table, there.get((schema, table)), query, comments, was, bool(went)
            )
            found.append(change)
    return found
