"""No wait without an end: a session whose server waits for us while we wait for it is ended.

A network that forwards nothing, and closes nothing, keeps both sides waiting for ever: TCP
still answers. A long query looks the same from here. So after some time without progress a
second session asks the server what the first one does.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_LOOKS_PER_LIMIT = 4
# a session that waits for its client, or has nothing to do, works at nothing that we wait for
_WAITS_FOR_US = (
    "SELECT wait_event_type IS NOT DISTINCT FROM 'Client' FROM pg_stat_activity WHERE pid = %s"
)


class Stalled(Exception):
    """A block was ended because it waited for nothing; the text says how that was known."""


@contextmanager
def ends_when_stalled(
    session: Any,
    connect: Callable[[], Any],
    seconds: float,
    progress: Callable[[], int] = lambda: 0,
    process: int | None = None,
) -> Iterator[None]:
    """End a block that stalls, by shutting its session's connection.

    Args:
        session: an open connection of psycopg2.
        connect: opens another one, as the same role.
        seconds: without progress, before the server is asked; and again after as many.
        progress: how far the block is; any change counts.
        process: the number of the session's server process; asked for where it is not given.

    Raises:
        Stalled: the block stalled.
    """
    done, why = threading.Event(), ""
    descriptor, known = session.fileno(), process or process_of(session)

    def look() -> None:
        nonlocal why
        last, since = progress(), time.monotonic()
        while not done.wait(seconds / _LOOKS_PER_LIMIT):
            now = progress()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since >= seconds:
                found = _why_stalled(connect, known, seconds)
                since = time.monotonic()
                if found and not done.is_set() and progress() == last:
                    why = f"no progress for {seconds:g} s, {found}"
                    with (
                        contextlib.suppress(OSError),
                        socket.socket(fileno=os.dup(descriptor)) as it,
                    ):
                        it.shutdown(socket.SHUT_RDWR)
                    return

    thread = threading.Thread(target=look, name="stall", daemon=True)
    thread.start()
    try:
        yield
    except Exception:
        if why:
            raise Stalled(why) from None
        raise
    finally:
        done.set()


def process_of(session: Any) -> int:
    """Return the number of a session's server process, and leave its transaction as it was."""
    is_idle = session.info.transaction_status == 0  # libpq's PQTRANS_IDLE
    with session.cursor() as cursor:
        # what a pooler in between says is not the server's own number
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    if is_idle and not session.autocommit:
        session.rollback()
    return int(process)


def _why_stalled(connect: Callable[[], Any], process: int, seconds: float) -> str:
    """Return why a wait would not end, "" where the server is at work."""
    unreachable = "and the server cannot be reached"
    answers: list[str] = []

    def ask() -> None:
        try:
            with contextlib.closing(connect()) as other, other.cursor() as cursor:
                cursor.execute(_WAITS_FOR_US, (process,))
                row = cursor.fetchone()
        except Exception as error:
            # a server that answers, if only that it is full, is there
            answers.append("" if "FATAL" in str(error) else unreachable)
            return
        if row is None:
            answers.append("and the server has ended the session")
        else:
            answers.append("while the server waits for us" if row[0] else "")

    # the second session may stall as the first one does
    thread = threading.Thread(target=ask, name="stall-ask", daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else unreachable
