"""What a newest day's columns and key change, in one line each."""

from __future__ import annotations

from collections.abc import Iterator

from sealed_days.target_postgres.load_table import CopiedTable
from sealed_days.target_postgres.registry import DayTable, Shape
from sealed_days.target_postgres.shapes import all_days, known_order
from sealed_days.target_postgres.warehouse import Warehouse


def column_changes(
    warehouse: Warehouse,
    done: CopiedTable,
    before: dict[str, DayTable],
    newest: dict[str, DayTable],
    shapes_before: dict[str, list[Shape]],
    shapes: dict[str, list[Shape]],
) -> Iterator[str]:
    """Yield what differs between a table's newest day and the one that was newest before.

    Args:
        warehouse: its schemas.
        done: the table that was loaded.
        before, newest: table -> its newest day, before and after.
        shapes_before, shapes: table -> its shapes, before and after.
    """
    table = done.table.name
    was, now = before.get(table), done.row
    if was is None or newest[table].day != now.day or was.day == now.day:
        return
    day = now.day.isoformat()
    known = known_order(shapes_before.get(table, []))
    for column, kind in now.typed.items():
        if column not in was.typed:
            if column in known:
                yield f"{table}: column {column} ({kind}) is back"
            else:
                yield f"{table}: new column {column} ({kind}): NULL in the other days"
        elif was.typed[column] != kind:
            both = all_days(warehouse, shapes[table]).columns[column]
            yield (
                f"{table}: column {column} is {kind} in {day}, {was.typed[column]} before: "
                f"{both} in {warehouse.days}.{table}"
            )
    for column in was.typed:
        if column not in now.typed:
            yield f"{table}: column {column} is gone: NULL in {day}, kept in the days before"
    if was.keys != now.keys:
        keys = [", ".join(names) or "none" for names in (was.keys, now.keys)]
        yield f"{table}: the key changed from {keys[0]} to {keys[1]}"
