"""The target without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatch
from typing import Any

from singer_copy.target_csv.day import DayInTheMaking

KEYS = {"output_path", "source", "job", "date", "timezone", "seal_on", "stream_maps", "guards"}


def is_enough(config: dict[str, Any], first_line: str) -> bool:
    """Return whether a run, by its config and first message, sends nothing but whole files."""
    maps = (config.get("stream_maps") or {}).values()
    if not all(isinstance(item, dict) and set(item) == {"__alias__"} for item in maps):
        return False
    try:
        return bool(json.loads(first_line)["schema"]["x-staging"]["whole_files"])
    except (ValueError, KeyError, TypeError):
        return False


def run(config: dict[str, Any], lines: Iterable[str]) -> None:
    """Stage the day that the messages make.

    Raises:
        UserError: DATE is wrong, the day is being written, or it did not become complete.
    """
    aliases: dict[str, str] = {}
    with DayInTheMaking(config) as day:
        for line in lines:
            message = json.loads(line)
            origin = message.get("stream")
            if message["type"] == "SCHEMA":
                aliases[origin] = _alias(origin, config.get("stream_maps") or {})
                day.schema(aliases[origin], message)
            elif message["type"] == "BATCH":
                day.file(aliases[origin], message)
            elif message["type"] == "ACTIVATE_VERSION":
                day.ended(aliases[origin])
        day.check_complete()
        day.seal()


def _alias(stream: str, stream_maps: dict[str, dict[str, str]]) -> str:
    """Return a stream's name downstream, as the SDK's mapper would."""
    import simpleeval

    name = stream
    for pattern, definition in stream_maps.items():
        if fnmatch(stream, pattern):
            evaluator = simpleeval.EvalWithCompoundTypes(names={"__stream_name__": stream})
            try:
                name = evaluator.eval(definition["__alias__"])
            except simpleeval.NameNotDefined:
                name = definition["__alias__"]
    return name
