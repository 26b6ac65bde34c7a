"""Locks on files: held by a process, released at its end."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from sealed_days.core.closing import Closing

_TAKEN = {errno.EAGAIN, errno.EACCES}


class Lease(Closing):
    """The right to write one day of one source, until `close` or the end of the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def close(self) -> None:
        """Release it. Its file is removed first, while no other run can hold the lock."""
        lock, self._descriptor = self._descriptor, -1
        if lock >= 0:
            try:
                self._path.unlink(missing_ok=True)
            finally:
                os.close(lock)


def take_lease(path: Path) -> Lease | None:
    """Return the lease whose lock is the file `path`, None while another process has it.

    Only the holder of the lock may remove the file: another process that took the lock just to
    look would keep out the run that needs it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not try_lock(lock):
                return None
            if _is_at(path, lock):
                os.ftruncate(lock, 0)
                os.write(lock, f"process {os.getpid()} on {os.uname().nodename}".encode())
                lease, lock = Lease(path, lock), -1
                return lease
            # its last holder removed the file between our open and our lock: take the new one
        finally:
            if lock >= 0:
                os.close(lock)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def holder(path: Path) -> str:
    """Return who holds a lease, as written in its file: `process 7 on host`; "" where unknown."""
    try:
        return path.read_text("utf-8", "replace")[:200]
    except OSError:
        return ""


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process alone; return False where another has a lock on it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True
