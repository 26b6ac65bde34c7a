"""Proves that keys are unique where they do not rise: by 64-bit hashes, in parts on the disk.

Equal keys have equal hashes, so hashes that all differ prove it. Two that are equal prove nothing:
then the exact reader compares the keys. No more than a part is in memory at a time, however many
rows there are.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sealed_days.tap_csv.limits import MOST_KEYS

if TYPE_CHECKING:
    import duckdb

_BATCH = 1 << 16
"""Keys that are hashed at a time, at least: each call of DuckDB costs as much as some thousands."""
_FACTORS = [random.Random(word).getrandbits(64) | 1 for word in range(4 * MOST_KEYS)]  # noqa: S311
_BITS = 4
_LARGEST = 1 << 20
"""Hashes that are read into memory; a part with more is divided again on the disk."""
_FAST = 1 << 15
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
        self._parts: _Parts | None = None

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
        if self._parts is None:
            return True
        return all(pool.map(_all_differ, self._parts.small()))

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
            if self._parts is None:
                self._parts = _Parts(self._folder / "keys", 64 - _BITS)
        self._parts.add(hashes)

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
        flat = pa.Array.from_buffers(pa.uint64(), len(column) * parts, [None, column.buffers()[1]])
        rows = pa.FixedSizeListArray.from_arrays(flat, parts)
        return [pc.list_element(rows, part) for part in range(parts)]


class _Parts:
    """Files of hashes, one for each value of four of their bits."""

    def __init__(self, path: Path, shift: int) -> None:
        self.paths = [path.with_name(f"{path.name}-{part}") for part in range(1 << _BITS)]
        self._shift = shift
        self._files: list[IO[bytes]] = [path.open("wb") for path in self.paths]
        self._locks = [threading.Lock() for _ in self.paths]

    def add(self, hashes: pa.Array) -> None:
        """Write each hash to its part."""
        for file, lock, mine in zip(
            self._files, self._locks, _divide(hashes, self._shift), strict=True
        ):
            if len(mine):
                with lock:
                    file.write(memoryview(mine.buffers()[1])[: 8 * len(mine)])

    def small(self) -> Iterator[tuple[Path, int]]:
        """Complete the files; yield those that fit memory, and by which bits they go on."""
        for file in self._files:
            file.close()
        for path in self.paths:
            if path.stat().st_size <= 8 * _LARGEST or not self._shift:
                yield path, self._shift - _BITS
                continue
            parts = _Parts(path, self._shift - _BITS)
            with path.open("rb") as whole:
                while data := whole.read(8 * _BATCH):
                    parts.add(_hashes(data))
            path.unlink()
            yield from parts.small()


def _hashes(data: bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.uint64(), len(data) // 8, [None, pa.py_buffer(data)])


def _divide(hashes: pa.Array, shift: int) -> Iterator[pa.Array]:
    """Yield the hashes by the value of four of their bits."""
    moved = pc.shift_right(hashes, pa.scalar(shift, pa.uint64()))
    values = pc.cast(pc.bit_wise_and(moved, pa.scalar((1 << _BITS) - 1, pa.uint64())), pa.uint8())
    for value in range(1 << _BITS):
        yield hashes.filter(pc.equal(values, pa.scalar(value, pa.uint8())))


def _all_differ(part: tuple[Path, int]) -> bool:
    path, shift = part
    hashes = _hashes(path.read_bytes())
    path.unlink()
    return _differ(hashes, shift)


def _differ(hashes: pa.Array, shift: int) -> bool:
    if len(hashes) <= _FAST or shift < 0:
        return len(pc.unique(hashes)) == len(hashes)
    return all(_differ(part, shift - _BITS) for part in _divide(hashes, shift))
