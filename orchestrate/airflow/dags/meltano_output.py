"""Meltano's lines in Airflow's log: each with its own level, and the first error kept as reason."""

import json
import logging
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook


class MeltanoOutput(SubprocessHook):
    """Runs a command of a BashOperator, and takes what it prints for Meltano's JSON log lines.

    The UI's filter for errors finds Meltano's errors then, and a failure's first one, which is
    its cause, can be repeated at the end of the log and in alerts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines = _Lines(super().log)

    @property
    def log(self) -> Any:
        """Where SubprocessHook writes."""
        return self.lines

    @property
    def reason(self) -> str | None:
        """The first error of a plugin, else the first one of Meltano, else the last line."""
        return self.lines.plugin_error or self.lines.error or self.lines.last


class _Lines:
    """The part of a logger that SubprocessHook uses."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.plugin_error: str | None = None
        self.error: str | None = None
        self.last: str | None = None

    def info(self, message: str, *args: Any) -> None:
        """Write a line: one of the command's has the format %s alone."""
        if message != "%s":
            self._log.info(message, *args)
            return
        (line,) = args
        level, source, text = parse(line)
        text = f"{source}: {text}" if source else text
        self.last = text or self.last
        if level >= logging.ERROR:
            if source:
                self.plugin_error = self.plugin_error or text
            else:
                self.error = self.error or text
        self._log.log(level, "%s", text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def parse(line: str) -> tuple[int, str, str]:
    """Return level, plugin and text of a line; a line that is not JSON is INFO, of no plugin."""
    try:
        entry = json.loads(line)
        text = str(entry["event"])
    except (ValueError, KeyError, TypeError):
        return logging.INFO, "", line
    if entry.get("exception"):
        text += "\n" + str(entry["exception"])
    names = logging.getLevelNamesMapping()
    level = names.get(str(entry.get("level", "info")).upper(), logging.INFO)
    return level, str(entry.get("string_id") or entry.get("name") or ""), text
