"""Proves that keys are unique where they do not rise: by 64-bit hashes, in parts on the disk.

Equal keys have equal hashes, so hashes that all differ prove it. Two that are equal prove nothing:
then the exact reader compares the keys. No more than a part is in memory at a time, however many
rows there are.
"""

from __future__ import annotations

import os
import random
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sealed_days.tap_csv.limits import LONGEST_KEY, MOST_KEYS

_BATCH = 1 << 17
"""Hashes that are written at a time, at least: with fewer, each part is read in more pieces."""
_PIECE = 64
"""Bytes of a text that are hashed at a time."""
_NUMBERS = random.Random(1)  # noqa: S311


def _factors(count: int) -> list[pa.Scalar]:
    return [pa.scalar(_NUMBERS.getrandbits(64) | 1, pa.uint64()) for _ in range(count)]


_COLUMNS = _factors(MOST_KEYS)
_WORDS = _factors(LONGEST_KEY // 8 + 2)
_BITS = 8
_LARGEST = 1 << 20
"""Hashes of a part that are read into memory; of one with more, a part of it at a time."""
_PASSES = 3
"""Of eight bits each, by which the hashes of a part are ordered to find those alike."""


class KeyHashes:
    """Takes keys from several threads.

    `is_mixed` says that one key may have two hashes, as not all were read in one way: a numeric
    as a text and one as a number, say. Then they prove nothing.

    Args:
        folder: gets the parts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kinds: tuple[pa.DataType, ...] = ()
        self.is_mixed = False
        self._pending: list[pa.Array] = []
        self._rows = 0
        self._divided: _Divided | None = None

    def add(self, columns: list[pa.Array]) -> None:
        """Take the keys of a stretch: a value of each column per row, none of them NULL."""
        kinds = tuple(column.type for column in columns)
        with self._lock:
            self._kinds = self._kinds or kinds
            self.is_mixed = self.is_mixed or kinds != self._kinds
            if self.is_mixed:
                self._pending.clear()
                return
        products = map(pc.multiply, map(_hash, columns), _COLUMNS)
        hashes = reduce(pc.add, products)
        with self._lock:
            self._pending.append(hashes)
            self._rows += len(hashes)
            batch = self._take() if self._rows >= _BATCH else []
        self._write(batch)

    def are_unique(self, pool: Executor) -> bool:
        """Return whether it is proven that all keys differ."""
        self._write(self._take())
        if self._divided is None:
            return True
        with closing(self._divided) as divided:
            return all(pool.map(divided.all_differ, range(1 << _BITS)))

    def _take(self) -> list[pa.Array]:
        batch, self._pending, self._rows = self._pending, [], 0
        return batch

    def _write(self, batch: list[pa.Array]) -> None:
        if not batch:
            return
        with self._lock:
            if self._divided is None:
                self._divided = _Divided(self._folder / "keys", 64)
        self._divided.add(pa.concat_arrays(batch))


def _hash(column: pa.Array) -> pa.Array:
    """Return the hashes of a column's values.

    They are sums of one number per word, which is 0 where the word is: what follows a text does
    not matter.
    """
    hashes = None
    for word, factor, last in zip(_words(column), _WORDS, _WORDS[1:], strict=False):
        mixed = word
        for shift, number in ((32, factor), (29, last)):
            folded = pc.bit_wise_xor(mixed, pc.shift_right(mixed, pa.scalar(shift, pa.uint64())))
            mixed = pc.multiply(folded, number)
        hashes = mixed if hashes is None else pc.add(hashes, mixed)
    return hashes


def _words(column: pa.Array) -> Iterator[pa.Array]:
    """Yield a column as unsigned 64-bit numbers: as many as tell its values apart."""
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.add(column, pa.scalar(0, kind))  # -0 becomes 0
    if pa.types.is_string(kind):
        yield from _words_of_texts(column)
    elif pa.types.is_boolean(kind):
        yield pc.cast(column, pa.uint64())
    elif kind.byte_width < 8:
        signed = column if pa.types.is_integer(kind) else column.view(pa.int32())
        yield pc.cast(signed, pa.int64()).view(pa.uint64())
    else:
        yield from _words_of_width(column.buffers()[1], len(column), kind.byte_width)


def _words_of_texts(column: pa.Array) -> Iterator[pa.Array]:
    """Yield the words of texts, with NUL, which no text has, after the end of each."""
    longest = pc.max(pc.binary_length(column)).as_py()
    for start in range(0, max(longest, 1), _PIECE):
        width = min(-(-max(longest - start, 1) // 8) * 8, _PIECE)
        piece = pc.binary_slice(column.view(pa.binary()), start, start + width)
        padded = pc.ascii_rpad(piece.view(pa.string()), width, padding="\0")
        yield from _words_of_width(padded.buffers()[2], len(column), width)


def _words_of_width(data: pa.Buffer, count: int, width: int) -> Iterator[pa.Array]:
    words = memoryview(data)[: width * count].cast("Q")
    for part in range(width // 8):
        yield _hashes(words[part :: width // 8].tobytes())


class _Divided:
    """Hashes in a file, batch after batch, in each of them ordered by eight of their bits.

    Args:
        path: the file.
        left: how many low bits have not divided the hashes yet.
    """

    def __init__(self, path: Path, left: int) -> None:
        self._path = path
        self._left = left
        self._file = path.open("w+b", buffering=0)
        self._lock = threading.Lock()
        self._hashes = 0
        self._batches: list[tuple[int, array[int]]] = []

    def add(self, hashes: pa.Array) -> None:
        """Write a batch of hashes."""
        divided, ends = _divide(hashes, self._left, _BITS)
        data = memoryview(divided.buffers()[1])[: 8 * len(divided)]
        with self._lock:
            start, self._hashes = self._hashes, self._hashes + len(divided)
            self._batches.append((start, array("Q", ends)))
            while data:
                data = data[self._file.write(data) :]

    def all_differ(self, value: int) -> bool:
        """Return whether the hashes differ whose eight bits are a value."""
        left = self._left - _BITS
        places = [
            (start + (ends[value - 1] if value else 0), start + ends[value])
            for start, ends in self._batches
        ]
        count = sum(end - start for start, end in places)
        read = (
            os.pread(self._file.fileno(), 8 * (end - start), 8 * start) for start, end in places
        )
        if count <= _LARGEST:
            return _differ(_hashes(b"".join(read)), left)
        if not left:
            return False  # all of them are equal
        divided = _Divided(self._path.with_name(f"{self._path.name}-{value}"), left)
        with closing(divided):
            for data in read:
                divided.add(_hashes(data))
            return all(map(divided.all_differ, range(1 << _BITS)))

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink()


def _hashes(data: bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.uint64(), len(data) // 8, [None, pa.py_buffer(data)])


def _divide(hashes: pa.Array, left: int, bits: int) -> tuple[pa.Array, list[int]]:
    """Return the hashes in the order of their highest bits of those left, at most eight.

    And for each value of these bits, where its hashes end.
    """
    values = _some_bits(hashes, left - bits, bits, pa.uint8())
    order = pc.array_sort_indices(values)  # of bytes: by counting, without a comparison
    ordered = memoryview(values.take(order).buffers()[1]).cast("B")
    ends = [bisect_right(ordered, value, hi=len(hashes)) for value in range(1 << bits)]
    return hashes.take(order), ends


def _some_bits(hashes: pa.Array, start: int, count: int, kind: pa.DataType) -> pa.Array:
    """Return some bits of each hash, counted from the lowest."""
    shifted = pc.shift_right(hashes, pa.scalar(start, pa.uint64()))
    masked = pc.bit_wise_and(shifted, pa.scalar((1 << count) - 1, pa.uint64()))
    return pc.cast(masked, kind)


def _differ(hashes: pa.Array, left: int) -> bool:
    """Return whether all hashes differ.

    In the order of some of their bits, equal ones follow each other. Where no more than these bits
    are equal, which few are, all are compared: that is slow, as is a table of all.

    Args:
        hashes: they are equal in all other bits.
        left: how many low bits may differ.
    """
    passes = min(_PASSES, left // _BITS)
    start = left - passes * _BITS
    for number in range(passes):  # the lowest first: the sort is stable
        values = _some_bits(hashes, start + number * _BITS, _BITS, pa.uint8())
        hashes = hashes.take(pc.array_sort_indices(values))
    compared = pc.shift_right(hashes, pa.scalar(start, pa.uint64()))
    alike = pc.equal(compared.slice(1), compared.slice(0, max(len(hashes) - 1, 0)))
    if not pc.any(alike, min_count=0).as_py():
        return True
    no = pa.array([False])
    either = pc.or_(pa.concat_arrays([no, alike]), pa.concat_arrays([alike, no]))
    found = hashes.filter(either)
    return len(pc.unique(found)) == len(found)
