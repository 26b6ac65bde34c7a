"""The target: the messages of tap-csv become one day of the lake."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from sealed_days.core import messages
from sealed_days.core.dates import parse_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.messages import STAGING, batch_file
from sealed_days.plugin.process import publish_nothing_when_stopped
from sealed_days.store.place import place_of
from sealed_days.target_ducklake.lake_day import LakeDay
from sealed_days.target_ducklake.settings import Settings

_STAGED = {"source", "date", "kind"}


def needs_sdk(settings: Settings, first_message: str) -> str | None:
    """Return None: there is one way."""
    del settings, first_message
    return None


def run(settings: Settings, lines: Iterable[str]) -> None:
    """Publish the day that the messages make.

    Raises:
        UserError: nothing was published.
    """
    log = logging.getLogger("target-ducklake")
    publish_nothing_when_stopped(log)
    day: LakeDay | None = None
    for line in lines:
        message = messages.read(line)
        kind, stream = message["type"], message.get("stream")
        if kind == "SCHEMA":
            day = _day(settings, day, message, log)
            day.expect(str(stream), message)
        elif kind == "STATE":
            continue  # a day is whole: there is nothing to go on from
        elif day and kind == "BATCH":
            day.put(str(stream), batch_file(message, place_of))
        elif day and kind == "ACTIVATE_VERSION":
            day.end(str(stream))
        else:
            msg = (
                f"stream {stream} sends {kind}: target-ducklake takes sealed days alone; run "
                "meltano run tap-csv target-ducklake"
            )
            raise ConfigurationError(msg)
    if day:
        day.publish()


def _day(
    settings: Settings, day: LakeDay | None, message: dict[str, Any], log: logging.Logger
) -> LakeDay:
    """Return the run's one day, begun with its first stream.

    Raises:
        ConfigurationError: the stream is of no sealed day, or of another day.
    """
    stream = message["stream"]
    staging = message.get("schema", {}).get(STAGING) or {}
    if not staging.keys() >= _STAGED:
        msg = (
            f"stream {stream} is of no sealed day: nothing was touched; stage it, then run "
            "meltano run tap-csv target-ducklake"
        )
        raise ConfigurationError(msg)
    text = staging["date"]
    wanted = day.day.isoformat() if day else settings.date
    if wanted and wanted != text:
        msg = (
            f"stream {stream} is of {text} where this run loads {wanted}: one run loads one day; "
            "nothing was touched"
        )
        raise ConfigurationError(msg)
    return day or LakeDay(parse_date(text), settings, log)
