"""A complete file and what proves it: the one type that passes from step to step."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from sealed_days.core.dialect import RowCounter
from sealed_days.core.stretches import Stretch, Stretches, as_json, of_json

BLOCK = 1 << 20
"""Bytes read or written at a time."""


@dataclass(frozen=True)
class ProvenFile:
    """A complete file in our dialect.

    `rows` are data rows, without the header; `bytes` is the size; `sha256` is in hex digits;
    `stretches` are proven by themselves, () where they are not known or the file is small.
    """

    path: Path
    rows: int
    bytes: int
    sha256: str
    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, path: Path, proof: Any) -> Self:
        """Return the file that a message or a manifest proves.

        Raises:
            ValueError: the proof lacks rows, bytes or sha256, or contradicts itself.
        """
        match proof:
            case {"rows": int(rows), "bytes": int(size), "sha256": str(sha256)}:
                stretches = of_json(proof.get("stretches"), rows, size)
                return cls(path, rows, size, sha256, stretches)
        msg = f"{path} comes without rows, bytes and sha256 that prove it"
        raise ValueError(msg)

    @classmethod
    def measure(cls, path: Path, read: Callable[[int], None] = lambda size: None) -> Self:
        """Read a file and return what proves it.

        Args:
            path: the file.
            read: called now and then with the number of bytes read so far.
        """
        counter, digest, stretches, size = RowCounter(), hashlib.sha256(), Stretches(), 0
        with path.open("rb", buffering=0) as stream:
            while block := stream.read(BLOCK):
                count_rows(counter, stretches, block)
                digest.update(block)
                size += len(block)
                read(size)
        rows = counter.rows - 1
        return cls(path, rows, size, digest.hexdigest(), stretches.all(rows))

    def is_intact(self) -> bool:
        """Return whether the bytes on the disk are those that were proven.

        Of a file with stretches those are hashed, side by side: a stretch's sha256 proves each of
        its bytes, and there is none between them. The file must have its size.
        """
        if not self.stretches:
            return file_sha256(self.path) == self.sha256
        from concurrent.futures import ThreadPoolExecutor  # most files are small

        ends = [stretch.offset for stretch in self.stretches[1:]] + [self.bytes]
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
            return self.path.stat().st_size == self.bytes and all(
                threads.map(self._has_stretch, self.stretches, ends)
            )

    def _has_stretch(self, stretch: Stretch, end: int) -> bool:
        digest, at = hashlib.sha256(), stretch.offset
        with self.path.open("rb", buffering=0) as stream:
            stream.seek(at)
            while block := stream.read(min(BLOCK, end - at)):
                digest.update(block)
                at += len(block)
        return digest.hexdigest() == stretch.sha256

    @property
    def proof(self) -> dict[str, Any]:
        """What proves the file, as a message carries it."""
        proof: dict[str, Any] = {"rows": self.rows, "bytes": self.bytes, "sha256": self.sha256}
        return proof | ({"stretches": as_json(self.stretches)} if self.stretches else {})

    def at(self, path: Path) -> Self:
        """Return the same file in another place."""
        return replace(self, path=path)


def count_rows(counter: RowCounter, stretches: Stretches, data: bytes | memoryview) -> None:
    """Count the rows in the next bytes of a file, and end a stretch there where one is due."""
    if stretches.is_due and (end := counter.last_end(data)):
        head, data = memoryview(data)[:end], memoryview(data)[end:]
        counter.update(head)
        stretches.write(head)
        stretches.end(counter.rows - 1)
    counter.update(data)
    stretches.write(data)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as hex digits."""
    with path.open("rb", buffering=0) as stream:
        if path.stat().st_size <= BLOCK:  # no buffer of the digest's own for each
            return hashlib.sha256(stream.read()).hexdigest()
        return hashlib.file_digest(stream, "sha256").hexdigest()
