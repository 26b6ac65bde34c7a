"""The target without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sealed_days.core import messages
from sealed_days.core.messages import STAGING
from sealed_days.core.stream_map_names import check_names
from sealed_days.target_csv.gather import DayGathering
from sealed_days.target_csv.settings import Settings
from sealed_days.target_csv.stream_maps import alias


def needs_sdk(settings: Settings, first_message: str) -> str | None:
    """Return why a run needs the SDK's adapter, None where it sends nothing but whole files."""
    if settings.flattening_enabled:
        return "flattening_enabled is set"
    for name, change in settings.stream_maps.items():
        if not isinstance(change, dict) or set(change) != {"__alias__"}:
            return f"the stream map {name} does more than rename"
    if not first_message:
        return None
    try:
        whole = json.loads(first_message)["schema"][STAGING]["whole_files"]
    except (ValueError, KeyError, TypeError):
        whole = False
    return None if whole else "the tap sends rows"


def run(settings: Settings, lines: Iterable[str]) -> None:
    """Stage the day that the messages make.

    Raises:
        UserError: DATE is wrong, the day is being written, or it did not become complete.
    """
    aliases: dict[str, str] = {}
    with DayGathering(settings) as day:
        for line in lines:
            message = messages.read(line)
            origin = message.get("stream", "")
            if message["type"] == "SCHEMA":
                aliases[origin] = alias(origin, settings)
                day.schema(aliases[origin], message)
            elif message["type"] == "BATCH":
                day.file(aliases[origin], message)
            elif message["type"] == "ACTIVATE_VERSION":
                day.ended(aliases[origin])
        day.check_complete()
        check_names(settings.stream_maps, aliases.keys())
        day.seal()
