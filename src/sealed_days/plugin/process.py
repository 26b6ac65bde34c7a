"""A plugin as a process of Meltano's: where it logs, and that it ends with its parent."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from types import FrameType

from sealed_days.core.errors import printable
from sealed_days.core.settings import variable


def end_with_parent() -> None:
    """End this process when its parent ends, by SIGKILL: what was not published is not.

    Without Meltano nobody reads what a tap extracts, and a target that waits for readers would
    publish behind the back of the next run. SIGTERM would leave one that is stopped (SIGSTOP)
    with the day's lock; what a killed process leaves, the next run removes. Linux only.
    Elsewhere, after a `kill -9` of Meltano, a plugin goes on until it finds its pipe closed.
    """
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1  # man 2 prctl
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def publish_nothing_when_stopped(log: logging.Logger) -> None:
    """Let SIGTERM and SIGINT end this process by an exception, which undoes what is under way."""

    def stop(number: int, _frame: FrameType | None) -> None:
        log.info("stopped by signal %d: nothing more is published", number)
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class _MeltanoFormatter(logging.Formatter):
    """The JSON lines of singer_sdk.logging.StructuredFormatter, which Meltano parses."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "level": record.levelname.lower(),
            "pid": record.process,
            "logger_name": record.name,
            "ts": record.created,
            "thread_name": record.threadName,
            "app_name": "sealed-days",
            # Meltano prints it as it is
            "message": printable(record.getMessage()),
        }
        if record.exc_info:
            line["message"] = f"{record.getMessage()}\n{self.formatException(record.exc_info)}"
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(plugin: str) -> None:
    """Log as the SDK would: JSON lines under Meltano, else plain lines, at Meltano's level."""
    handler = logging.StreamHandler(sys.stderr)
    if "SINGER_SDK_LOG_CONFIG" in os.environ:
        handler.setFormatter(_MeltanoFormatter())
    else:
        handler.setFormatter(_PlainFormatter("%(asctime)s %(levelname)-7s %(message)s"))
    logging.basicConfig(level=_level(plugin), handlers=[handler], force=True)


def _level(plugin: str) -> int:
    """Return the level that the SDK's variables or Meltano's logging file ask for."""
    level = os.environ.get(variable(plugin, "loglevel")) or os.environ.get("LOGLEVEL") or ""
    if not level and (path := os.environ.get("SINGER_SDK_LOG_CONFIG")):
        try:
            with open(path, encoding="utf-8") as file:  # noqa: PTH123 - before all imports
                level = str(json.load(file)["root"]["level"])
        except (OSError, ValueError, KeyError, TypeError):
            level = ""
    found = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    return found or logging.INFO
