"""Scratch files: how they are written and hashed, and how those of dead runs are removed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sys
from pathlib import Path

from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.lock import try_lock

WRITE_BEHIND = 8 << 20
"""Bytes of a scratch file that the disk begins to write at a time."""

LOCK = ".lock"
"""The lock of a scratch folder, held by the process that writes there."""

_NAME = re.compile(r"(.+)-(\d+)\.(\d+)-[0-9a-f]{8}")
_FOREIGN_SCRATCH_SECONDS = 2 * 24 * 3600


class ScratchFile:
    """A file being written: hashed, counted, and flushed to the disk early.

    So the fsync before a day is sealed has little left to wait for.
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
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            error.filename = self._file.name  # a write itself does not say where
            raise
        self._hash.update(data)
        self.bytes += len(data)
        if self.bytes - self._behind >= WRITE_BEHIND:
            begin_writing(self._file.fileno(), self._behind, self.bytes - self._behind)
            self._behind = self.bytes

    def close(self) -> None:
        """Close it; `bytes` and `sha256` are those of the file."""
        self._file.close()

    def abort(self) -> None:
        """Close it; it goes with its folder."""
        self._file.close()

    def proven(self, rows: int) -> ProvenFile:
        """Return the closed file with what proves it."""
        return ProvenFile(self.path, rows, self.bytes, self.sha256)


def begin_writing(descriptor: int, start: int, length: int) -> None:
    """Have the kernel begin to write a stretch of a file to the disk, where Linux is the kernel."""
    if sys.platform == "linux":
        import ctypes

        write = 2  # SYNC_FILE_RANGE_WRITE of man 2 sync_file_range; its result does not matter
        ctypes.CDLL(None).sync_file_range(
            descriptor, ctypes.c_int64(start), ctypes.c_int64(length), write
        )


class Scratch:
    """A folder for scratch files.

    It is named after the host and the process that runs tap and target together (their
    parent), so that it outlives the tap, which may end before the target has moved its files.
    """

    def __init__(self, area: Path) -> None:
        owner = os.getppid()
        self.path = area / f"{_machine()}-{owner}.{process_start(owner)}-{os.urandom(4).hex()}"
        sweep(area)
        self.path.mkdir()
        self._lock = lock_folder(self.path, fcntl.LOCK_SH)

    def close(self) -> None:
        """Remove the folder with all its files."""
        remove_tree(self.path)
        self.release()

    def release(self) -> None:
        """Release the lock; the target moves the files that the messages named."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that can be done."""
    import shutil  # with bz2 and lzma: a run that only reads days has no use for them

    shutil.rmtree(folder, ignore_errors=True)


def lock_folder(folder: Path, kind: int) -> int:
    """Lock a new folder before others can see its lock file; return the descriptor to close."""
    new = folder / f"{LOCK}.new"
    lock = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, kind)
        new.rename(folder / LOCK)
    except BaseException:
        os.close(lock)
        raise
    return lock


def is_abandoned(folder: Path) -> bool:
    """Return whether no process holds a folder's lock. A folder without one is still being made."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return try_lock(lock)
    except OSError:
        return False
    finally:
        os.close(lock)


def sweep(area: Path) -> None:
    """Remove the scratch that dead runs left in an area.

    A folder is dead when nobody holds its lock, and all files were taken from it or the
    process that it is named after is gone; one of another host (a shared disk) after two days.
    """
    area.mkdir(parents=True, exist_ok=True)
    for entry in list(area.iterdir()):
        if entry.is_dir() and _is_dead(entry):
            remove_tree(entry)


def _is_dead(folder: Path) -> bool:
    name = _NAME.fullmatch(folder.name)
    if not name:
        return False  # not ours
    machine, process, started = name.groups()
    try:
        files = [entry.name for entry in folder.iterdir()]
        if machine != _machine():
            return (LOCK not in files or is_abandoned(folder)) and _is_old(folder)
        is_alive = process_start(int(process)) == started
        if LOCK not in files:
            return not is_alive  # it died between making the folder and its lock
        return (files == [LOCK] or not is_alive) and is_abandoned(folder)
    except OSError:
        return False


def _is_old(folder: Path) -> bool:
    """Return whether nothing was written to a folder for two days, by the disk's own clock."""
    area = folder.parent
    probe = area / f".clock-{os.urandom(4).hex()}"
    probe.touch()
    try:
        now = probe.stat().st_mtime
    finally:
        probe.unlink()
    written = max(entry.stat().st_mtime for entry in (folder, *folder.rglob("*")))
    return now - written > _FOREIGN_SCRATCH_SECONDS


def _machine() -> str:
    """Return a name for this host and PID namespace: elsewhere a process number means another."""
    try:
        # containers may bear their host's name
        space = f".{Path('/proc/self/ns/pid').stat().st_ino:x}"
    except OSError:
        space = ""
    return os.uname().nodename + space


def process_start(process: int) -> str:
    """Return when a process started, in the kernel's ticks; "" where it is gone.

    Process numbers are used again; with the start time they are unique. Without /proc: "0".
    """
    try:
        # man 5 proc_pid_stat: field 22; the second one, in brackets, may hold anything
        stat = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
        return stat.rpartition(")")[2].split()[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return ""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "0"
