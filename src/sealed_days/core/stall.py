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
    block = _Block(session, connect, seconds, progress, process or process_of(session))
    _watch.add(block)
    try:
        yield
    except Exception:
        if block.why:
            raise Stalled(block.why) from None
        raise
    finally:
        block.end()
        _watch.discard(block)


class _Block:
    """A block that is watched. Whoever ends it, or its session, has its lock."""

    def __init__(
        self,
        session: Any,
        connect: Callable[[], Any],
        seconds: float,
        progress: Callable[[], int],
        process: int,
    ) -> None:
        self.seconds = seconds
        self.why = ""
        self.has_ended = False
        self._descriptor = session.fileno()
        self._connect = connect
        self._progress = progress
        self._process = process
        self._last = progress()
        self._since = time.monotonic()
        self.looks_at = self._since + seconds / _LOOKS_PER_LIMIT
        self._lock = threading.Lock()

    def end(self) -> None:
        """Watch it no more."""
        with self._lock:
            self.has_ended = True

    def look(self) -> None:
        """Have the server asked, where there was no progress for long enough."""
        now, at = self._progress(), time.monotonic()
        self.looks_at = at + self.seconds / _LOOKS_PER_LIMIT
        if now != self._last:
            self._last, self._since = now, at
        elif at - self._since >= self.seconds:
            self._since = at + self.seconds  # the question may take as long
            # one block's server that does not answer holds up no other block
            threading.Thread(target=self._ask, name="stall-ask", daemon=True).start()

    def _ask(self) -> None:
        found = _why_stalled(self._connect, self._process, self.seconds)
        with self._lock:
            self._since = time.monotonic()
            if not found or self.has_ended or self._progress() != self._last:
                return
            self.why = f"no progress for {self.seconds:g} s, {found}"
            self.has_ended = True
            with (
                contextlib.suppress(OSError),
                socket.socket(fileno=os.dup(self._descriptor)) as it,
            ):
                it.shutdown(socket.SHUT_RDWR)


class _Watch:
    """The thread that looks after all blocks of the process, while there are any.

    A thread of its own for each would take longer than a small table's COPY.
    """

    def __init__(self) -> None:
        self._blocks: set[_Block] = set()
        self._changed = threading.Condition()
        self._looks_at = float("inf")
        self._is_running = False

    def add(self, block: _Block) -> None:
        """Look after a block."""
        with self._changed:
            self._blocks.add(block)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="stall", daemon=True).start()
            elif block.looks_at < self._looks_at:
                self._changed.notify()

    def discard(self, block: _Block) -> None:
        """Forget a block."""
        with self._changed:
            self._blocks.discard(block)

    def _run(self) -> None:
        with self._changed:
            while self._blocks:
                now = time.monotonic()
                for block in self._blocks:
                    if now >= block.looks_at:
                        block.look()
                self._looks_at = min(block.looks_at for block in self._blocks)
                self._changed.wait(max(0.0, self._looks_at - now))
            self._is_running = False


_watch = _Watch()


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
