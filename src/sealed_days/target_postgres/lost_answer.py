"""What became of a day whose COMMIT was sent, and whose answer the network lost."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date

from sealed_days.core.errors import WarehouseError
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.reader_locks import set_lock_timeout
from sealed_days.target_postgres.registry import DayTable, Registry
from sealed_days.target_postgres.warehouse import Warehouse, transaction


def look_up(
    server: Server,
    warehouse: Warehouse,
    day: date,
    tables: Sequence[str],
    load_id: str,
    error: WarehouseError,
) -> dict[str, DayTable]:
    """Return table -> its newest day, where the load is published.

    Args:
        server: asked by a new session.
        warehouse: its schemas.
        day: the day that was being published.
        tables: its tables.
        load_id: the load that was to publish it.
        error: what the publication ended with, raised where it did not happen.

    Raises:
        WarehouseError: it did not happen, or that cannot be known.
    """
    try:
        with (
            contextlib.closing(server.connect("target-postgres")) as session,
            server.errors(f"looking up what became of {day}"),
            transaction(session) as cursor,
        ):
            # the lost transaction holds it until it has ended, either way
            set_lock_timeout(cursor, server.stall_seconds)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (warehouse.lock_key("publish"),))
            registry = Registry(cursor, warehouse)
            there = registry.of_day(day, tables).values()
            newest = registry.newest(tables)
    except WarehouseError as problem:
        msg = (
            f"the connection was lost while {day} was being published, and whether it was is "
            f"not known ({problem}): day status says it when the server is back"
        )
        raise WarehouseError(msg) from None
    if not any(row.load_id == load_id for row in there):
        raise error
    return newest
