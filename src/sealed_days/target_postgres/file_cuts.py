"""Cuts a large staged file into ranges that several sessions load side by side.

The manifest's stretches say where records end, how many rows lie between, and what proves them.
A range begins with a stretch. Where each range must have its own keys, the first records of that
stretch, as long as they bear the key that may have begun before it, go to the range before.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from sealed_days.core.dialect import RowCounter, read_record
from sealed_days.core.errors import UserError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.stretches import Stretch

_LOOK = 1 << 20
"""Bytes in which a key must change: a million rows with one first column make no cut."""


@dataclass(frozen=True)
class FileRange:
    """Rows of a file that one session loads: those of its stretches, less `head`, and `tail`.

    `head` are the first bytes of its stretches, which the range before loads as its `tail`.
    `rows` are those that it loads.
    """

    stretches: tuple[Stretch, ...]
    end: int
    rows: int
    head: bytes = b""
    tail: bytes = b""

    @property
    def start(self) -> int:
        """Where its stretches begin."""
        return self.stretches[0].offset

    @property
    def has_header(self) -> bool:
        """Whether it begins with the file's header."""
        return self.start == 0

    @property
    def bytes(self) -> int:
        """How many bytes its stretches have."""
        return self.end - self.start


class RangeReader:
    """A range that COPY reads, each of its stretches proven on the way.

    It ends where `is_damaged`: a stretch has another sha256.
    """

    def __init__(self, path: Path, part: FileRange, read: Callable[[int], None]) -> None:
        self._stream = opened(path, part.start + len(part.head))
        ends = [stretch.offset for stretch in part.stretches[1:]] + [part.end]
        self._left = list(zip(ends, part.stretches, strict=True))
        self._at = part.start + len(part.head)
        self._hash = hashlib.sha256(part.head)
        self._tail = part.tail
        self.is_damaged = False  # an error that `read` raised would come back as psycopg2's own
        self.failure: Exception | None = None  # why the file cannot be read
        self._read = read

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def read(self, size: int = -1) -> bytes:
        """Return the next block."""
        if not self._left:
            block, self._tail = self._tail, b""
            return block
        end, stretch = self._left[0]
        try:
            block = self._stream.read(min(size, end - self._at))
        except (OSError, UserError) as error:
            self.failure = error
            raise
        self._hash.update(block)
        self._at += len(block)
        self._read(len(block))
        if self._at == end or not block:
            if self._hash.hexdigest() != stretch.sha256:
                self.is_damaged, self._left, self._tail = True, [], b""
                return b""
            del self._left[0]
            self._hash = hashlib.sha256()
        return block


def opened(path: Path, start: int) -> BinaryIO:
    """Return a reader of a file from a byte on, here or on an object store."""
    if isinstance(path, Path):
        stream = path.open("rb", buffering=0)
        stream.seek(start)
        return stream
    reader: BinaryIO = path.open("rb", start=start)
    return reader


def equal_ranges(file: ProvenFile, wanted: int) -> list[FileRange]:
    """Return ranges of about the same size, as many as are wanted at most."""
    return [
        FileRange(part, end, sum(stretch.rows for stretch in part))
        for part, end in _parts(file, wanted)
    ]


def ranges_by_key(
    file: ProvenFile, wanted: int, column: int
) -> tuple[list[FileRange], list[str]] | None:
    """Return ranges and the first value of a column in each but the first of them.

    If the rows lie in the order of that column, no two ranges have a value in common. None where
    no cut is found.

    Args:
        file: what to cut.
        wanted: how many ranges at most.
        column: the column's number in the file.

    Raises:
        ValueError: records are not as they should be.
    """
    parts = _parts(file, wanted)
    heads, rows, bounds = [b""], [0], []
    for part, end in parts[1:]:
        start = part[0].offset
        stop = min(part[1].offset if len(part) > 1 else end, start + _LOOK)
        found = _first_change(file.path, start, stop, column)
        if found is None:
            return None
        head, count, value = found
        heads.append(head)
        rows.append(count)
        bounds.append(value)
    ranges = [
        FileRange(part, end, sum(s.rows for s in part) - less + more, head, tail)
        for (part, end), head, less, tail, more in zip(
            parts, heads, rows, [*heads[1:], b""], [*rows[1:], 0], strict=True
        )
    ]
    return ranges, bounds


def first_values(file: ProvenFile, column: int) -> list[str]:
    """Return a column's value in the first record of each stretch but the first.

    A record longer than what is looked at is left out.
    """
    found = []
    for stretch in file.stretches[1:]:
        with closing(opened(file.path, stretch.offset)) as stream:
            for _, value in _records(stream.read(1 << 16), column):
                found.append(value)
                break
    return found


def _parts(file: ProvenFile, wanted: int) -> list[tuple[tuple[Stretch, ...], int]]:
    """Return (stretches, end) of parts of about the same size."""
    offsets = [stretch.offset for stretch in file.stretches]
    starts = sorted({bisect_left(offsets, file.bytes * i // wanted) for i in range(wanted)})
    starts = [start for start in starts if start < len(offsets)]
    bounds = [*starts, len(offsets)]
    ends = [*offsets, file.bytes]
    return [(tuple(file.stretches[low:high]), ends[high]) for low, high in pairwise(bounds)]


def _first_change(path: Path, start: int, end: int, column: int) -> tuple[bytes, int, str] | None:
    """Return the records before a column's value changes, their number, and the new value."""
    with closing(opened(path, start)) as stream:
        data = stream.read(end - start)
    length, first = 0, None
    for count, (size, value) in enumerate(_records(data, column)):
        if count and value != first:
            return data[:length], count, value
        first = value
        length += size
    return None


def _records(data: bytes, column: int) -> Iterator[tuple[int, str]]:
    """Yield the bytes of each whole record and its value of a column."""
    at = begin = 0
    counter = RowCounter()
    while (end := data.find(b"\n", at) + 1) > 0:
        counter.update(data[at:end])
        at = end
        if counter.rows:
            yield end - begin, read_record([data[begin:end].decode()])[column]
            begin, counter = end, RowCounter()


def are_rising(cursor: Any, kind: str, values: Sequence[str], *, strictly: bool) -> bool:
    """Return whether values rise, as the server compares values of that type."""
    compared = "<" if strictly else "<="
    cursor.execute(
        f"SELECT coalesce(bool_and(value {compared} next), true) FROM (SELECT value, "
        f"lead(value) OVER (ORDER BY place) AS next FROM unnest(%s::text[]::{kind}[]) "
        "WITH ORDINALITY AS said (value, place)) AS pairs WHERE next IS NOT NULL",
        (list(values),),
    )
    (rise,) = cursor.fetchone()
    return bool(rise)
