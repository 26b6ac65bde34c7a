"""Child processes with a name before each of their lines, which end together, in an order.

Run as a program, this file is their keeper: it ends them when their parent has died.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

DONE = "done"


class EndedByItselfError(Exception):
    """A process ended that was to run until it is stopped."""


class Processes:
    """Runs named commands until the block ends; the one named `first` ends before the others.

    Each is the leader of a session of its own, so that Ctrl-C reaches this process alone. None
    inherits its files. When this process is killed, a keeper ends them.
    """

    GRACE = 20  # seconds, for the first one and then for all others, before they are killed

    def __init__(self, environment: Mapping[str, str], folder: Path, *, first: str) -> None:
        self._environment, self._folder, self._first = environment, folder, first
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._keeper = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        try:
            self._end([self._first])
            self._end(list(self._running))
        except KeyboardInterrupt:  # asked again: now
            pass
        finally:
            self._signal(list(self._running), signal.SIGKILL)
            self._tell_keeper(DONE)
            self._keeper.wait()

    def start(self, name: str, *command: str) -> None:
        """Start a command."""
        process = subprocess.Popen(
            command,
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._tell_keeper(str(process.pid))
        self._running[name] = process
        threading.Thread(target=_print_lines, args=(name, process), daemon=True).start()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition.

        Raises:
            EndedByItselfError: one of the processes ended.
        """
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    msg = f"{name} ended by itself, see above"
                    raise EndedByItselfError(msg)
            if condition():
                return
            time.sleep(0.25)

    def _end(self, names: list[str]) -> None:
        self._signal(names, signal.SIGTERM)
        deadline = time.monotonic() + self.GRACE
        for name in names:
            if name in self._running:
                try:
                    self._running[name].wait(max(0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    self._signal([name], signal.SIGKILL)

    def _signal(self, names: list[str], signal_number: signal.Signals) -> None:
        for name in names:
            process = self._running.get(name)
            if process and process.poll() is None:
                os.killpg(process.pid, signal_number)

    def _tell_keeper(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._keeper.stdin.write(line + "\n")  # type: ignore[union-attr]
            self._keeper.stdin.flush()  # type: ignore[union-attr]


def _print_lines(name: str, process: subprocess.Popen[bytes]) -> None:
    for line in process.stdout or ():
        sys.stdout.write(f"{name:<13} | {line.decode(errors='replace')}")
        sys.stdout.flush()


def keep() -> None:
    """End the process groups named on stdin when it closes without a word that all is done."""
    groups = []
    for line in sys.stdin:
        if line.strip() == DONE:
            return
        groups.append(int(line))
    for signal_number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 0)):
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal_number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(_is_there(group) for group in groups):
            time.sleep(0.1)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep()
