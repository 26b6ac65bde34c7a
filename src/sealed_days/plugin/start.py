"""How our plugins start: at once where whole files are all there is to do.

Importing the Singer SDK and what meltanolabs' plugins need takes longer than staging a small
database. A plugin that Meltano runs for whole files alone needs none of it; everything else
(rows, stream maps, SSH, --about, …) goes to the SDK's class.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def plain_config(keys: Iterable[str]) -> dict[str, Any] | None:
    """Return the config if the command line is `--config FILE` and nothing else is asked for.

    Args:
        keys: the settings that the plugin's own path knows. One more in the config, or any
            other argument, and the answer is None: the SDK's class must take it.
    """
    match sys.argv[1:]:
        case ["--config", path] if path != "ENV":
            try:
                config = json.loads(Path(path).read_bytes())
            except (OSError, ValueError):
                return None  # the SDK's class says what is wrong with it
        case _:
            return None
    set_keys = {key for key, value in config.items() if value not in (None, {}, [])}
    return config if set_keys <= set(keys) else None


def end_with_parent() -> None:
    """Let this process end when its parent does: a tap has nobody to extract for without Meltano.

    Otherwise, after a `kill -9` of Meltano, it would go on copying until its next message finds
    the pipe closed. Linux only; elsewhere that is what happens.
    """
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1  # man 2 prctl
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


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
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["message"] = f"{record.getMessage()}\n{self.formatException(record.exc_info)}"
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr() -> None:
    """Log as the SDK would: JSON lines under Meltano, else plain lines."""
    handler = logging.StreamHandler(sys.stderr)
    if "SINGER_SDK_LOG_CONFIG" in os.environ:
        handler.setFormatter(_MeltanoFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def peek(lines: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return the first line, "" where there is none, and an iterator over all lines."""
    first = next(lines, "")
    return first, itertools.chain([first] if first else [], lines)
