"""Turns the Singer messages of staged streams into a load, on both ways through the target."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sealed_days.core.dates import parse_date, time_zone
from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.messages import STAGING, batch_file
from sealed_days.store.place import place_of
from sealed_days.target_postgres.admission import Rules
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.day_load import DayLoad
from sealed_days.target_postgres.incoming import IncomingTable
from sealed_days.target_postgres.publish import Publication
from sealed_days.target_postgres.settings import Settings
from sealed_days.target_postgres.warehouse import Warehouse

_STAGED = {"source", "date", "kind", "job"}


def is_staged(schema_message: dict[str, Any]) -> bool:
    """Return whether a SCHEMA message says which staged day its stream belongs to."""
    return (schema_message.get("schema", {}).get(STAGING) or {}).keys() >= _STAGED


class StagedRun:
    """The staged streams of one run, which make one day.

    Args:
        settings: the target's.
        server: called once, when the first staged stream comes.
        log: where progress goes.
    """

    def __init__(
        self, settings: Settings, server: Callable[[], Server], log: logging.Logger
    ) -> None:
        self._settings = settings
        self._warehouse = Warehouse.of(settings)
        self._server = server
        self._log = log
        self._day: DayLoad | None = None

    def schema(self, names: Sequence[str], message: dict[str, Any]) -> None:
        """Expect a stream's file in the tables of these names."""
        load = self._load(message["stream"], message["schema"][STAGING]["date"])
        for name in names:
            load.expect(IncomingTable.of(name, load.day, message))

    def batch(self, names: Sequence[str], message: dict[str, Any]) -> None:
        """Load a stream's file."""
        file = batch_file(message, place_of)
        for name in names:
            self.day.put(name, file)

    def end(self, names: Sequence[str]) -> None:
        """Mark a stream finished."""
        for name in names:
            self.day.end(name)

    def leave_out(self, names: Sequence[str]) -> None:
        """Forget a stream that comes in records after all."""
        for name in names:
            self.day.leave_out(name)

    def finish(self) -> None:
        """Publish the day, if there is one.

        Raises:
            UserError: it is not complete, or could not be loaded or published.
        """
        if self._day:
            self._day.finish(
                Publication(
                    self._warehouse,
                    patience=self._settings.lock_timeout_seconds,
                    lock_wait=self._settings.lock_wait_seconds,
                    log=self._log,
                )
            )

    def close(self) -> None:
        """End the day's load: what was not published is gone."""
        load, self._day = self._day, None
        if load:
            load.close()

    @property
    def day(self) -> DayLoad:
        """The load under way."""
        if self._day is None:
            msg = "a BATCH or ACTIVATE_VERSION message came before its SCHEMA"
            raise SourceError(msg)
        return self._day

    def _load(self, stream: str, text: str) -> DayLoad:
        """Return the load of the run's one day, begun with its first stream."""
        day = parse_date(text)
        wanted = self._day.day if self._day else self._wanted_day()
        if wanted and wanted != day:
            msg = (
                f"stream {stream} is of {day.isoformat()} where this run loads "
                f"{wanted.isoformat()}: one run loads one day; nothing was touched"
            )
            raise ConfigurationError(msg)
        if self._day is None:
            settings = self._settings
            self._day = DayLoad(
                self._server(),
                self._warehouse,
                day,
                rules=Rules(
                    project=settings.project,
                    zone=time_zone(settings.timezone),
                    grace_days=settings.authentic_grace_days,
                    replaces_history=settings.replaces_history == "allow",
                    takes_over=settings.other_source == "take_over",
                ),
                run_id=os.environ.get("MELTANO_RUN_ID"),
                holds_table=settings.on_table_error == "hold_table",
                parallelism=settings.parallelism or min(4, os.cpu_count() or 1),
                part_bytes=settings.part_bytes,
                log=self._log,
            )
        return self._day

    def _wanted_day(self) -> date | None:
        value = self._settings.date
        return parse_date(value) if value else None
