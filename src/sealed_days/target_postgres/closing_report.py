"""What a load says when its day is published."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import date

from sealed_days.core.progress import closing_table, size
from sealed_days.target_postgres.load_table import CopiedTable
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.warehouse import Warehouse


def report(
    log: logging.Logger,
    warehouse: Warehouse,
    day: date,
    copied: Sequence[CopiedTable],
    newest: dict[str, DayTable],
    started: float,
) -> None:
    """Log a line per table, and what people see now.

    Args:
        log: where they go.
        warehouse: its schemas.
        day: what was loaded.
        copied: its tables.
        newest: table -> its newest published day.
        started: when the load began, by the monotonic clock.
    """
    for line in closing_table(
        [(done.table.name, done.file.rows, done.file.bytes, done.seconds) for done in copied]
    ):
        log.info("%s", line)
    shown = max((newest[done.table.name].day for done in copied), default=day)
    shows = f"{warehouse.views}.* shows {day.isoformat()}"
    if shown > day:
        shows = f"{warehouse.views}.* still shows {shown.isoformat()}, the newest day"
    log.info(
        "%s is loaded: %d tables, %s rows, %s in %.1f s; %s",
        day.isoformat(),
        len(copied),
        f"{sum(done.file.rows for done in copied):,}",
        size(sum(done.file.bytes for done in copied)),
        time.monotonic() - started,
        shows,
    )
