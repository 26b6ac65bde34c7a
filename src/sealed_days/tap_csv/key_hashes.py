"""Proves that keys are unique where they do not rise: by 64-bit hashes, in parts on the disk.

Equal keys have equal hashes, so hashes that all differ prove it. Two that are equal prove nothing:
then the exact reader compares the keys. No more than a part is in memory at a time, however many
rows there are.
"""

from __future__ import annotations

import itertools
import os
import random
import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sealed_days.tap_csv.limits import MOST_KEYS

if TYPE_CHECKING:
    import duckdb

_BATCH = 1 << 16
"""Keys that are hashed at a time, at least: each call of DuckDB costs as much as some thousands."""
_FACTORS = [random.Random(word).getrandbits(64) | 1 for word in range(4 * MOST_KEYS)]  # noqa: S311
_BITS = 8
_LARGEST = 1 << 20
"""Hashes of a part that are read into memory; of one with more, a part of it at a time."""
_FAST = 1 << 14
"""Hashes that are compared at a time: the table of those seen then fits the processor's cache."""


class KeyHashes:
    """Takes keys from several threads.

    `is_mixed` says that one key may have two hashes, as not all were read in one way: a numeric
    as a text and one as a number, say. Then they prove nothing.

    Args:
        session: gives a session of DuckDB, which hashes texts.
        folder: gets the parts.
    """

    def __init__(self, session: Callable[[], duckdb.DuckDBPyConnection], folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._lock = threading.Lock()
        self._kinds: tuple[pa.DataType, ...] = ()
        self.is_mixed = False
        self._pending: list[list[pa.Array]] = []
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
            self._pending.append(columns)
            self._rows += len(columns[0])
            batch = self._take() if self._rows >= _BATCH else []
        self._hash(batch)

    def are_unique(self, pool: Executor) -> bool:
        """Return whether it is proven that all keys differ."""
        self._hash(self._take())
        if self._divided is None:
            return True
        with closing(self._divided) as divided:
            return all(pool.map(divided.all_differ, range(1 << _BITS)))

    def _take(self) -> list[list[pa.Array]]:
        batch, self._pending, self._rows = self._pending, [], 0
        return batch

    def _hash(self, batch: list[list[pa.Array]]) -> None:
        if not batch:
            return
        words: list[pa.Array] = []
        for column in zip(*batch, strict=True):
            words += self._words(pa.concat_arrays(column))
        hashes = None
        for word, factor in zip(words, _FACTORS, strict=False):
            product = pc.multiply(word, pa.scalar(factor, pa.uint64()))
            hashes = product if hashes is None else pc.add(hashes, product)
        with self._lock:
            if self._divided is None:
                self._divided = _Divided(self._folder / "keys", 64)
        self._divided.add(hashes)

    def _words(self, column: pa.Array) -> list[pa.Array]:
        """Return a column as unsigned 64-bit numbers: as many as tell its values apart."""
        kind = column.type
        if pa.types.is_floating(kind):
            column = pc.add(column, pa.scalar(0, kind))  # -0 becomes 0
        if pa.types.is_string(kind):
            with self._session() as session:
                session.register("keys", pa.table({"k": column}))
                found = session.sql("SELECT hash(k) AS h FROM keys").to_arrow_table()
            return [found.column(0).combine_chunks()]
        if pa.types.is_boolean(kind):
            return [pc.cast(column, pa.uint64())]
        if kind.byte_width < 8:
            signed = column if pa.types.is_integer(kind) else column.view(pa.int32())
            return [pc.cast(signed, pa.int64()).view(pa.uint64())]
        if kind.byte_width == 8:
            return [column.view(pa.uint64())]
        parts = kind.byte_width // 8
        words = memoryview(column.buffers()[1])[: kind.byte_width * len(column)].cast("Q")
        return [_hashes(words[part::parts].tobytes()) for part in range(parts)]


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
    shifted = pc.shift_right(hashes, pa.scalar(left - bits, pa.uint64()))
    masked = pc.bit_wise_and(shifted, pa.scalar((1 << bits) - 1, pa.uint64()))
    values = pc.cast(masked, pa.uint8())
    order = pc.array_sort_indices(values)  # of bytes: by counting, without a comparison
    ordered = memoryview(values.take(order).buffers()[1]).cast("B")
    ends = [bisect_right(ordered, value, hi=len(hashes)) for value in range(1 << bits)]
    return hashes.take(order), ends


def _differ(hashes: pa.Array, left: int) -> bool:
    if len(hashes) <= _FAST or not left:
        return len(pc.unique(hashes)) == len(hashes)
    bits = min(_BITS, left, (len(hashes) // _FAST).bit_length())
    divided, ends = _divide(hashes, left, bits)
    return all(
        _differ(divided.slice(start, end - start), left - bits)
        for start, end in itertools.pairwise([0, *ends])
    )
