"""Takes days out of the warehouse and off the disk, together."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import date

from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import WarehouseError
from sealed_days.day import evidence
from sealed_days.day.day_tables import day_tables
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.target_postgres.publish import Publication
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.revision import Revision

_READERS_SECONDS = 1.0
_WAIT_SECONDS = 60.0


def own_tables(settings: Settings, there: Sequence[DayTable]) -> list[DayTable]:
    """Return those of some table-days that this project's sources loaded."""
    return [
        row
        for row in there
        if row.source in settings.sources
        and (not row.project or not settings.name or row.project == settings.name)
    ]


def remove_day(settings: Settings, session: Connection, day: date, *, is_prune: bool) -> int:
    """Remove a day from the warehouse, then from the disk; return how many tables went.

    What fails in the warehouse leaves its files whole. Views move back to the day before.

    Args:
        settings: the project.
        session: on the warehouse, as its owner.
        day: which.
        is_prune: remember that the day was there; else it is as if it had never been loaded.

    Raises:
        UserError: somebody is at work on the day, reads it for too long, or depends on it.
    """
    warehouse, staged = settings.warehouse, settings.staged()
    with contextlib.ExitStack() as stack:
        for days in staged:
            stack.enter_context(days.hold(day))  # no run may stage the day meanwhile
        warehouse.lock_day(session, day)
        try:
            with session.cursor() as cursor:
                rows = own_tables(settings, day_tables(cursor, warehouse, day, day))
            if rows:
                publication = Publication(
                    warehouse, _READERS_SECONDS, _WAIT_SECONDS, logging.getLogger("day")
                )
                revision = Revision(day, removed=rows, is_prune=is_prune)
                try:
                    with settings.server.errors(f"removing {day}"):
                        publication.publish(session, revision)
                except WarehouseError as error:
                    msg = f"{day} was kept: {error}"
                    raise WarehouseError(msg) from None
        finally:
            with contextlib.suppress(Exception), session.cursor() as cursor:
                key = warehouse.lock_key(day.isoformat())
                cursor.execute("SELECT pg_advisory_unlock(%s)", (key,))
        for days in staged:
            days.store.remove(day)
        evidence.remove(settings, day)
    return len(rows)


def bytes_on_disk(staged: Sequence[StagedDays], day: date) -> int:
    """Return the size of a day's files."""
    return sum(days.bytes_of(day) for days in staged)
