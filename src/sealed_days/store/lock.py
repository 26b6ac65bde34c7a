"""Locks on files: held by a process, given back when it ends."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path


def take_lock(path: Path) -> int | None:
    """Return a locked descriptor, or None while another process holds the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return None
            raise
        try:
            if path.stat().st_ino == os.fstat(lock).st_ino:
                return lock
        except FileNotFoundError:
            pass
        # its last holder removed the file between our open and our lock: take the new one
        os.close(lock)
