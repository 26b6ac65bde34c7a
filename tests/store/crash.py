"""A crash injector: ends a process, or fails a call, at the n-th call that changes the disk."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHANGES = {
    "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.utime", "open",
    "os.symlink", "os.chmod",
}  # fmt: skip
_LOOKS = {"os.listdir", "os.scandir"}
_at: Callable[[], None] | None = None
_below = ""
_events = _CHANGES


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _at is None or event not in _events:
        return
    if event in {"open", *_LOOKS} and not str(args[0]).startswith(_below):
        return
    _at()


sys.addaudithook(_hook)  # it stays: Python has no way to take one back
_fsync = os.fsync


synced: set[int] = set()
"""The inodes that were given to fsync."""


def _counted_fsync(descriptor: int) -> None:
    synced.add(os.fstat(descriptor).st_ino)
    if _at is not None:
        _at()
    _fsync(descriptor)


os.fsync = _counted_fsync  # no audit event tells of it


class Injector:
    """Counts the calls of a block that touch the disk below a folder, and acts at one of them."""

    def __init__(
        self, below: Path, number: int, act: Callable[[], None], *, looks: bool = False
    ) -> None:
        self.calls = 0
        self._events = _CHANGES | _LOOKS if looks else _CHANGES
        self._below, self._number, self._act = str(below), number, act
        self._lock = threading.Lock()  # fsync is called by several threads

    def __enter__(self) -> Injector:
        global _at, _below, _events
        _at, _below, _events = self._count, self._below, self._events
        return self

    def __exit__(self, *_: object) -> None:
        global _at
        _at = None

    def _count(self) -> None:
        with self._lock:
            self.calls += 1
            if self.calls == self._number:
                self._act()


def crash(below: Path, number: int, work: Callable[[], None]) -> bool:
    """Do work in a process that is gone at its n-th call; return whether it came so far."""
    child = os.fork()
    if child == 0:
        try:
            with Injector(below, number, lambda: os._exit(9)):
                work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 9}, code
    return code == 9


def fail(below: Path, number: int, work: Callable[[], None]) -> BaseException | None:
    """Do work whose n-th call fails as on a full disk; return what it raised."""

    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    try:
        with Injector(below, number, full):
            work()
    except Exception as error:
        return error
    return None


def meet(below: Path, number: int, work: Callable[[], None], other: Callable[[], None]) -> bool:
    """Do work before whose n-th call, or look into a folder, another run does something.

    Returns:
        Whether it came so far.
    """
    met = False

    def act() -> None:
        global _at
        nonlocal met
        met, _at = True, None  # what the other does is not counted
        other()

    with Injector(below, number, act, looks=True):
        work()
    return met


def pause(below: Path, number: int, work: Callable[[], None]) -> Callable[[], None] | None:
    """Do work in a process that waits before its n-th call, or look into a folder.

    Returns:
        What has it go on to its end; None where it did not come so far.
    """
    (is_paused, paused), (may_go, go) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)

        def wait() -> None:
            os.write(paused, b".")
            os.read(may_go, 1)

        try:
            with Injector(below, number, wait, looks=True):
                work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    os.close(paused)
    os.close(may_go)
    has_paused = bool(os.read(is_paused, 1))
    os.close(is_paused)

    def go_on() -> None:
        os.close(go)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    if has_paused:
        return go_on
    go_on()
    return None


def calls(below: Path, work: Callable[[], None]) -> int:
    """Do work and return how often it touched the disk."""
    with Injector(below, 0, lambda: None) as injector:
        work()
    return injector.calls
