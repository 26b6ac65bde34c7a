"""DuckDB in a process of its own: beside Arrow, one process would take half as much again.

It ends with the process that asked for it, however that ends.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection, Pipe
from typing import Any

from sealed_days.core.closing import Closing
from sealed_days.core.errors import SourceError


class Session(Closing):
    """A session with what is used of DuckDB's own.

    Args:
        config: DuckDB's settings.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                # a tap's stdout is the target's to wait for
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._ask("connect", ":memory:", False, dict(config))

    def execute(self, query: str) -> Session:
        """Run a statement; its rows are to be fetched.

        Raises:
            duckdb.Error: it fails.
        """
        self._ask("execute", query)
        return self

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """Return the next rows, none at the end."""
        rows: list[tuple[Any, ...]] = self._ask("fetchmany", size)
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        rows: list[tuple[Any, ...]] = self._ask("fetchall")
        return rows

    def close(self) -> None:
        """End the process, whatever it does."""
        self._pipe.close()
        self._process.wait()

    def _ask(self, what: str, *given: Any) -> Any:
        try:
            self._pipe.send((what, given))
            found, error = self._pipe.recv()
        except (EOFError, OSError):
            msg = f"DuckDB's process ended: {_how(self._process.wait())}; nothing was taken"
            raise SourceError(msg) from None
        if error is not None:
            import duckdb

            raise duckdb.Error(error)
        return found


def _how(code: int) -> str:
    if code == -signal.SIGKILL:
        return "it was killed (is there too little memory?)"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _serve(pipe: Connection) -> None:
    import duckdb

    asked: queue.SimpleQueue[tuple[str, tuple[Any, ...]]] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                asked.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(0)  # in the middle of a statement too

    threading.Thread(target=listen, daemon=True).start()
    session: Any = duckdb
    while True:
        what, given = asked.get()
        try:
            found = getattr(session, what)(*given)
        except duckdb.Error as error:
            pipe.send((None, str(error)))
            continue
        if what == "connect":
            session = found
        pipe.send((found if what.startswith("fetch") else None, None))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked
    _serve(Connection(int(sys.argv[1])))
