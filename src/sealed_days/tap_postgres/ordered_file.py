"""A table's file, written in order from parts that arrive in any order."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path
from typing import BinaryIO

from sealed_days.core.dialect import RowCounter
from sealed_days.core.proven_file import BLOCK
from sealed_days.store.scratch import ScratchFile

WAITING_BYTES = 32 << 20
"""How much of a table may wait in memory until the parts before it are there."""


class OrderedFile:
    """A table's file, which its parts enter in order.

    The part whose turn it is writes to the file. Those after it wait, in memory as long as there
    is room, then in files of their own: no connection is ever held up.
    """

    def __init__(self, path: Path, parts: int) -> None:
        self.path = path
        self.file: ScratchFile  # from `begin` on
        self.rows = 0
        self.counter = RowCounter()
        self.started = 0.0
        self.read_bytes = 0
        self._parts = parts
        self._turn = 0
        self._ended: dict[int, FilePart] = {}
        self._waiting = 0
        self._lock = threading.Lock()

    @property
    def is_complete(self) -> bool:
        """Whether all parts are in the file."""
        return self._turn == self._parts

    def begin(self) -> None:
        """Open the file, for the first part."""
        self.started = time.monotonic()
        self.file = ScratchFile(self.path)

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
            else:
                part.overflow = part.overflow or part.path.open("w+b", buffering=0)
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
            if self.is_complete:
                self.file.close()
            return self.is_complete

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
            part.overflow.close()
            part.path.unlink()
            part.overflow = None

    def _put(self, data: bytes | memoryview) -> None:
        self.file.write(data)
        self.counter.update(data)


class FilePart(io.RawIOBase):
    """One part of a table's file: COPY writes to it as to a file."""

    def __init__(
        self, table_file: OrderedFile, number: int, where: str | None, stop: threading.Event
    ):
        self.table_file = table_file
        self.number = number
        self.where = where
        self.path = table_file.path.with_suffix(f".{number}")
        self.rows = 0
        self.waiting: list[bytes] = []
        self.overflow: BinaryIO | None = None
        self._stop = stop

    def writable(self) -> bool:
        """Say so to io.BufferedWriter."""
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        """Take all of a block.

        Raises:
            InterruptedError: another table has failed.
            OSError: the disk is full, say.
        """
        if self._stop.is_set():
            raise InterruptedError
        self.table_file.write(self, memoryview(data))
        return len(data)
