"""Ends a load by kill -9 at a statement of its choice, in a process of its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import psycopg2
from psycopg2.extensions import connection, cursor

_lock = threading.Lock()
_left = 0
_counts = False


def _point(sql: str = "") -> None:
    """Count a point of the copying of tables, and end there what it is the turn of."""
    global _left, _counts
    with _lock:
        is_over = "pg_advisory_xact_lock" in sql
        _counts = not is_over and (_counts or "CREATE TABLE" in sql)
        _left -= _counts
        if _counts and not _left:
            os.kill(os.getpid(), signal.SIGKILL)


class _Cursor(cursor):
    def execute(self, query: Any, values: Any = None) -> None:
        _point(str(query))
        super().execute(query, values)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        _point()

        class Counted:
            def read(self, size: int) -> bytes:
                _point()
                block: bytes = file.read(size)
                return block

        super().copy_expert(sql, Counted(), size)


class _Session(connection):
    def __exit__(self, *error: Any) -> None:
        _point()
        super().__exit__(*error)
        _point()


def killed_at(number: int, load: Callable[[], None]) -> bool:
    """Load in a process that is killed at the n-th point between CREATE TABLE and publication.

    Points are: before each statement, before and after each COMMIT, before each block of a COPY.
    Returns False where there are fewer, and the load has ended well.
    """
    child = os.fork()
    if child == 0:
        global _left
        _left = number
        connect = psycopg2.connect
        psycopg2.connect = lambda **more: connect(
            connection_factory=_Session, cursor_factory=_Cursor, **more
        )
        try:
            load()
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, -signal.SIGKILL}, code
    return code != 0
