"""Files in the making: where they lie, and how what dead runs left goes away."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import sys
import time
from pathlib import Path

from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.lock import take_lock

WRITE_BEHIND = 8 << 20
"""Bytes of a scratch file that the disk begins to write at a time."""

_FOREIGN_SCRATCH_SECONDS = 2 * 24 * 3600


class ScratchFile:
    """A file in the making: what is written is hashed and counted, and soon on its way to the disk.

    So the fsync that comes before a day is sealed finds little left to wait for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._file = path.open("wb", buffering=0)
        self._hash = hashlib.sha256()
        self._behind = 0

    @property
    def sha256(self) -> str:
        """The sha256 of what was written, as hex digits."""
        return self._hash.hexdigest()

    def write(self, data: bytes | memoryview) -> None:
        """Write all of a block.

        Raises:
            OSError: the disk is full, say.
        """
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._hash.update(data)
        self.bytes += len(data)
        if self.bytes - self._behind >= WRITE_BEHIND:
            _begin_writing(self._file.fileno(), self._behind, self.bytes - self._behind)
            self._behind = self.bytes

    def close(self) -> None:
        """Close it; `bytes` and `sha256` are those of the file."""
        self._file.close()

    def proven(self, rows: int) -> ProvenFile:
        """Return the closed file with what proves it."""
        return ProvenFile(self.path, rows, self.bytes, self.sha256)


def _begin_writing(descriptor: int, start: int, length: int) -> None:
    """Have the kernel begin to write a stretch of a file to the disk, where Linux is the kernel."""
    if sys.platform == "linux":
        import ctypes

        write = 2  # SYNC_FILE_RANGE_WRITE of man 2 sync_file_range; what it says does not matter
        ctypes.CDLL(None).sync_file_range(
            descriptor, ctypes.c_int64(start), ctypes.c_int64(length), write
        )


class Scratch:
    """A folder for files in the making.

    It is named after the host and the process that runs tap and target together (their
    parent), so that it outlives the tap, which ends before the target has taken its files.
    """

    def __init__(self, area: Path) -> None:
        parent = os.getppid()
        owner = parent if parent > 1 else os.getpid()
        self.path = area / f"{socket.gethostname()}-{owner}-{secrets.token_hex(4)}"
        self.path.mkdir(parents=True)
        self._lock = os.open(self.path / ".lock.new", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        # only now can `sweep` see the lock, which is held already
        (self.path / ".lock.new").rename(self.path / ".lock")

    def close(self) -> None:
        """Remove the folder and all that is left in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.leave()

    def leave(self) -> None:
        """Leave the files to whoever was told of them."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def sweep(area: Path) -> None:
    """Remove the scratch that dead runs left in an area.

    A folder is dead when nobody holds its lock, and all files were taken from it or the
    process that it is named after is gone; one of another host (a shared disk) after two days.
    """
    area.mkdir(parents=True, exist_ok=True)
    for entry in list(area.iterdir()):
        if entry.suffix == ".lock":
            lock = take_lock(entry)
            if lock is not None:
                entry.unlink(missing_ok=True)
                os.close(lock)
        elif entry.is_dir() and _is_dead(entry):
            shutil.rmtree(entry, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    host, _, rest = folder.name.rpartition("-")[0].rpartition("-")
    try:
        if host != socket.gethostname():
            return time.time() - folder.stat().st_mtime > _FOREIGN_SCRATCH_SECONDS
        has_owner = rest.isdigit() and _is_alive(int(rest))
        if has_owner and [entry.name for entry in folder.iterdir()] != [".lock"]:
            return False
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
