"""A server that starts, recovers or stops refuses sessions for a while: wait for it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import TypeVar

from sealed_days.core.errors import one_line

T = TypeVar("T")

# SQLSTATE 57P03, which the driver does not give for a session that never was; src/backend/tcop
_NOT_NOW = re.compile(
    "the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting)"
)
_RESTARTS = re.compile("Connection refused|No such file or directory")
_PAUSE_SECONDS = 0.5


def when_started(connect: Callable[[], T], server: str, seconds: float, log: logging.Logger) -> T:
    """Return what `connect` returns, tried again while the server says that it is not ready.

    Args:
        connect: opens a session, by psycopg2.
        server: its name, for the line that says what is waited for.
        seconds: how long to wait in all.
        log: where that line goes.
    """
    until = time.monotonic() + seconds
    waits = False
    while True:
        try:
            return connect()
        except Exception as error:
            text = one_line(error)
            if not (_NOT_NOW.search(text) or (waits and _RESTARTS.search(text))):
                raise
            if time.monotonic() >= until:
                raise type(error)(f"{text}, for {seconds:g} s (connect_timeout_seconds)") from None
            if not waits:
                log.info("waiting up to %g s for PostgreSQL at %s: %s", seconds, server, text)
            waits = True
        time.sleep(_PAUSE_SECONDS)
