"""A table's file, written in order from parts that arrive in any order."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from sealed_days.core.dialect import RowCounter
from sealed_days.core.proven_file import BLOCK, ProvenFile, count_rows
from sealed_days.core.stretches import Stretches
from sealed_days.store.scratch import ScratchFile

WAITING_BYTES = 32 << 20
"""How much of a table may wait in memory until the parts before it are there."""


class File(Protocol):
    """Where a table's bytes go: a scratch file, or an upload into a store."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take all of a block."""

    def close(self) -> None:
        """Finish it."""

    def abort(self) -> None:
        """Give it up."""

    def proven(self, rows: int) -> ProvenFile:
        """Return the closed file with what proves it."""


class Spool:
    """What parts may keep on the disk until their turn, over all tables of a run."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._bytes = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Return whether so many bytes more may be kept."""
        with self._lock:
            if self._limit is not None and self._bytes + size > self._limit:
                return False
            self._bytes += size
            return True

    def give_back(self, size: int) -> None:
        """Say that so many bytes are kept no more."""
        with self._lock:
            self._bytes -= size


class OrderedFile:
    """A table's file, which its parts enter in order.

    The part whose turn it is writes to the file. Those after it wait, in memory as long as there
    is room, then in files of their own: no connection is held up, unless the spool is full.

    Args:
        path: the scratch file; those of parts that wait stand beside it.
        parts: how many there are.
        begin: what opens another kind of file in its place.
        spool: what parts may keep on the disk.
    """

    def __init__(
        self,
        path: Path,
        parts: int,
        begin: Callable[[], File] | None = None,
        spool: Spool | None = None,
    ) -> None:
        self.path = path
        self.file: File  # from `begin` on
        self._begin = begin or (lambda: ScratchFile(path))
        self._spool = spool or Spool()
        self.rows = 0
        self.counter = RowCounter()
        self._stretches = Stretches()
        self.started = 0.0
        self.read_bytes = 0
        self._parts = parts
        self._turn = 0
        self._ended: dict[int, FilePart] = {}
        self._waiting = 0
        self._lock = threading.Lock()
        self._turn_came = threading.Condition(self._lock)

    @property
    def is_complete(self) -> bool:
        """Whether all parts are in the file."""
        return self._turn == self._parts

    def begin(self) -> None:
        """Open the file, for the first part."""
        self.started = time.monotonic()
        self.file = self._begin()

    def write(self, part: FilePart, data: memoryview) -> None:
        """Take the next bytes of a part."""
        with self._lock:
            self.read_bytes += len(data)
            is_its_turn = part.number == self._turn
            if is_its_turn:
                self._enter(part)
            elif part.overflow is None and self._waiting + len(data) <= WAITING_BYTES:
                part.waiting.append(bytes(data))
                self._waiting += len(data)
            elif self._spool.take(len(data)):
                part.overflow = part.overflow or part.path.open("w+b", buffering=0)
            else:
                self._wait_for_turn(part)
                is_its_turn = True
        if is_its_turn:
            # no other part writes until this one is finished
            self._put(data)
        elif part.overflow:
            rest = data
            while rest:
                rest = rest[part.overflow.write(rest) :]

    def end(self, part: FilePart) -> bool:
        """Mark a part finished; return whether the file is complete with it."""
        with self._lock:
            self._ended[part.number] = part
            while next_ := self._ended.pop(self._turn, None):
                self._enter(next_)
                self.rows += next_.rows
                self._turn += 1
            self._turn_came.notify_all()
            if self.is_complete:
                self.file.close()
            return self.is_complete

    def proven(self) -> ProvenFile:
        """Return the complete file with what proves it."""
        return replace(self.file.proven(self.rows), stretches=self._stretches.all(self.rows))

    def abort(self) -> None:
        """Give the file up, where it was begun and is not complete."""
        if self.started and not self.is_complete:
            self.file.abort()

    def _wait_for_turn(self, part: FilePart) -> None:
        """Hold a part up until those before it have ended; they wait for nobody."""
        while part.number != self._turn:
            part.check_not_stopped()
            self._turn_came.wait(1)
        self._enter(part)

    def _enter(self, part: FilePart) -> None:
        """Write to the file what a part kept until its turn."""
        for block in part.waiting:
            self._put(block)
            self._waiting -= len(block)
        part.waiting.clear()
        if part.overflow:
            part.overflow.seek(0)
            while block := part.overflow.read(BLOCK):
                self._put(block)
                self._spool.give_back(len(block))
            part.overflow.close()
            part.path.unlink()
            part.overflow = None

    def _put(self, data: bytes | memoryview) -> None:
        self.file.write(data)
        count_rows(self.counter, self._stretches, data)


class FilePart(io.RawIOBase):
    """One part of a table's file: COPY writes to it as to a file."""

    def __init__(
        self, table_file: OrderedFile, number: int, where: str | None, stop: threading.Event
    ):
        self.table_file = table_file
        self.number = number
        self.where = where
        self.rows = 0
        self.waiting: list[bytes] = []
        self.overflow: BinaryIO | None = None
        self._stop = stop

    @property
    def path(self) -> Path:
        """The file of what waits on the disk."""
        return self.table_file.path.with_suffix(f".{self.number}")

    def writable(self) -> bool:
        """Say so to io.BufferedWriter."""
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        """Take all of a block.

        Raises:
            InterruptedError: another table has failed.
            OSError: the disk is full, say.
        """
        self.check_not_stopped()
        self.table_file.write(self, memoryview(data))
        return len(data)

    def check_not_stopped(self) -> None:
        """Go no further where the run has failed.

        Raises:
            InterruptedError: another table has failed.
        """
        if self._stop.is_set():
            raise InterruptedError
