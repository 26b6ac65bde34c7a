"""Fast check of a user's file, while its bytes are copied into scratch.

Stretches of whole records are checked side by side by Arrow's C++, which releases the interpreter
lock. Strictly increasing keys, in a stretch and from one to the next, prove uniqueness. What Arrow
cannot decide is left to DuckDB.
"""

from __future__ import annotations

import ctypes
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from sealed_days.core.pgtypes import base_name
from sealed_days.core.progress import EVERY_SECONDS
from sealed_days.tap_csv import duckdb_check as check
from sealed_days.tap_csv import limits
from sealed_days.tap_csv.arrow_values import plain_values
from sealed_days.tap_csv.key_hashes import KeyHashes
from sealed_days.tap_csv.tables import CsvTable
from sealed_days.tap_csv.written_forms import in_plain_form

if TYPE_CHECKING:
    from sealed_days.tap_csv.duckdb_process import Session

STRETCH = 1 << 19
"""Bytes that are checked at a time, at least."""
_LONGEST = 16 << 20
"""A stretch that has not ended by then is left to the exact reader: a quote may be open."""

_KEPT = 8 << 20
"""Bytes that malloc keeps for the next stretch in each thread, rather than page them in anew."""

_READ = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.int64(),
}
"""What a closer look makes of a key; of other types it is a text: Python has no time 24:00, say."""

_FALSE, _TRUE = pa.scalar(False, pa.bool_()), pa.scalar(True, pa.bool_())

# Arrow's own pools keep what they have had for the next time: more than a stretch needs
pa.set_memory_pool(pa.system_memory_pool())


def _keep_memory() -> None:
    """Have glibc's malloc keep the memory of a stretch for the next one, where it is glibc."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        mmap_threshold, trim_threshold = -3, -1  # malloc.h: M_MMAP_THRESHOLD, M_TRIM_THRESHOLD
        libc.mallopt(mmap_threshold, _KEPT // 2)
        libc.mallopt(trim_threshold, _KEPT)


@dataclass(frozen=True)
class _Seen:
    """The result for a stretch whose rows are all good. `first` and `last` are keys.

    `rises` says that each key is above the one before, as far as it still matters; `is_hashed`
    that `KeyHashes` has its keys.
    """

    rows: int
    rises: bool
    is_hashed: bool = False
    first: tuple[Any, ...] = ()
    last: tuple[Any, ...] = ()


class QuickCheck:
    """Checks a file in a format that `Format.is_plain` has.

    Args:
        table: what the file is to hold.
        scratch: a folder for what is needed meanwhile.
    """

    def __init__(self, table: CsvTable, scratch: Path) -> None:
        _keep_memory()
        self._table = table
        self._scratch = scratch
        self._duckdb: Session | None = None
        self._closer = threading.Lock()
        self._threads = check.threads()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="check")
        self._free = threading.Semaphore(2 * self._threads)
        self._checks: list[Future[_Seen | None]] = []
        self._stretches: list[tuple[int, int]] = []  # where each lies in the file: start, length
        self._hashes = KeyHashes(scratch)
        self._in_order = True
        self._pending: list[bytes] = []
        self._size = 0
        self._given_up = False

    def add(self, block: bytes, *, is_whole: bool) -> None:
        """Check the next bytes of the file, header included; a record may go on in the next."""
        if self._given_up:
            return
        self._pending.append(block)
        self._size += len(block)
        if is_whole and self._size >= STRETCH:
            self._submit()
        elif self._size > _LONGEST:
            self._given_up = True
            self._pending.clear()

    def rows(self, path: Path, say: Callable[[str], None]) -> int | None:
        """Wait for the checks; return the file's rows, None where any of them is not fine.

        Args:
            path: the complete file.
            say: logs a line of progress.
        """
        if self._given_up:
            return None
        if self._pending:
            self._submit()
        seen: list[_Seen] = []
        unhashed: list[tuple[int, int]] = []
        said = time.monotonic()
        for done, place in zip(self._checks, self._stretches, strict=True):
            stretch = done.result()
            if stretch is None:
                return None
            if stretch.rows:
                seen.append(stretch)
                if not stretch.is_hashed:
                    unhashed.append(place)
            if time.monotonic() - said > EVERY_SECONDS:
                said = time.monotonic()
                say(f"{self._table.entity}: {len(seen) / len(self._checks):.0%} checked")
        # what rises within each stretch must also rise from each to the next
        rises = all(stretch.rises for stretch in seen) and all(
            _goes_on_above(before, after) for before, after in itertools.pairwise(seen)
        )
        if self._table.keys and not rises and not self._has_unique_keys(path, unhashed):
            return None
        return sum(stretch.rows for stretch in seen)

    def close(self) -> None:
        """Cancel the checks that have not begun."""
        self._pool.shutdown(cancel_futures=True)
        if self._duckdb:
            self._duckdb.close()

    def _submit(self) -> None:
        data = b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        start = sum(self._stretches[-1]) if self._stretches else 0
        self._stretches.append((start, len(data)))
        self._free.acquire()  # so that no more than a few stretches are in memory
        found = self._pool.submit(self._check, data, is_first=not self._checks)
        found.add_done_callback(self._note)
        self._checks.append(found)

    def _note(self, done: Future[_Seen | None]) -> None:
        if not done.cancelled() and not done.exception() and done.result() is None:
            self._given_up = True  # the exact reader will see all the others, too
        self._free.release()

    def _check(self, data: bytes, *, is_first: bool, must_hash: bool = False) -> _Seen | None:
        """Return the result for a stretch, None where a row of it is not good."""
        try:
            texts = self._texts(data, is_first=is_first)
        except pa.ArrowInvalid:
            return None  # a row has more or fewer columns than the header
        table = self._table
        names, keys = table.columns, table.keys
        values: dict[str, Any] = {}
        longest_key = 0
        for name, column, kind, how in zip(
            names, texts.columns, table.types, table.written, strict=True
        ):
            if name in keys and column.null_count:
                return None
            whole = _whole(column)
            if name in keys and not limits.is_bounded(kind):
                longest_key += pc.max(pc.binary_length(whole)).as_py() or 0
            plain = in_plain_form(whole, kind, how)
            values[name] = None if plain is None else plain_values(plain, kind)
        if longest_key > limits.LONGEST_KEY:
            return None
        if len(data) > table.format.longest and _longest_row(texts) > table.format.longest:
            return None
        open_ = [index for index, name in enumerate(names) if values[name] is None]
        if open_ and not self._look_closer(texts, len(data), open_, values):
            return None
        columns = [values[key] for key in keys]
        if not columns or not texts.num_rows:
            return _Seen(texts.num_rows, rises=True)
        ends = [tuple(column[at].as_py() for column in columns) for at in (0, -1)]
        rises = self._in_order and _rise(columns)
        # once a key does not rise, the hashes of all will be needed
        if must_hash or not rises:
            self._in_order = False
        is_hashed = not self._in_order
        if is_hashed:
            self._hashes.add(columns)
        return _Seen(texts.num_rows, rises, is_hashed, *ends)

    def _texts(self, data: bytes, *, is_first: bool) -> pa.Table:
        """Return the columns of a stretch as text.

        Raises:
            pa.ArrowInvalid: a row has too few or too many columns.
        """
        form = self._table.format
        names = [f"c{index}" for index in range(len(self._table.columns))]
        return pyarrow.csv.read_csv(
            pa.py_buffer(data),
            pyarrow.csv.ReadOptions(
                use_threads=False,
                block_size=len(data) + 1,
                column_names=names,
                skip_rows_after_names=int(is_first),
            ),
            pyarrow.csv.ParseOptions(
                delimiter=form.delimiter,
                quote_char=form.quote,
                newlines_in_values=form.quote.encode() in data,
                # a blank line is a NULL where there is one column, else no row
                ignore_empty_lines=len(names) > 1,
            ),
            pyarrow.csv.ConvertOptions(
                check_utf8=False,  # `FileCopy` has
                column_types=dict.fromkeys(names, pa.string()),
                null_values=self._table.null_values,
                strings_can_be_null=True,
                quoted_strings_can_be_null=form.quoted_nulls,
            ),
        )

    def _look_closer(
        self, texts: pa.Table, size: int, open_: list[int], values: dict[str, Any]
    ) -> bool:
        """Return whether the columns that Arrow left open are fine by the rules of `types`.

        Those of the key get their values. `size` is the bytes of the texts in the file.
        """
        path = self._scratch / "texts.csv"
        bad = check.bad_values(self._table)
        asked = ", ".join(f"count(*) FILTER ({bad[index]})" for index in open_)
        kinds = dict(zip(self._table.columns, map(base_name, self._table.types), strict=True))
        forms = zip(self._table.keys, check.key_values(self._table), strict=True)
        keys = {
            key: form if kinds[key] in _READ else f"CAST({form} AS VARCHAR)"
            for key, form in forms
            if values[key] is None
        }
        with self._closer:
            session = self._session()
            # all that is not NULL in quotes
            pyarrow.csv.write_csv(texts, path, pyarrow.csv.WriteOptions(quoting_style="all_valid"))
            longest = 2 * size if size > 2 * STRETCH else 0
            check.make_room(session, longest, len(texts.columns))
            source = check.reader(path, len(texts.columns), longest=longest)
            [counts] = session.execute(f"SELECT {asked} FROM {source}").fetchall()
            if any(counts):
                return False
            if keys and texts.num_rows:
                rows = session.execute(f"SELECT {', '.join(keys.values())} FROM {source}")
                for key, column in zip(keys, zip(*rows.fetchall(), strict=True), strict=True):
                    values[key] = pa.array(column, _READ.get(kinds[key], pa.string()))
        return True

    def _has_unique_keys(self, path: Path, unhashed: list[tuple[int, int]]) -> bool:
        """Return whether all keys differ, False if that takes the exact reader.

        Args:
            path: the complete file.
            unhashed: the stretches that came before the first key that does not rise.
        """

        def hash_again(start: int, length: int) -> None:
            with path.open("rb") as file:
                file.seek(start)
                self._check(file.read(length), is_first=start == 0, must_hash=True)

        if unhashed:
            list(self._pool.map(hash_again, *zip(*unhashed, strict=True)))
        if not self._hashes.is_mixed:
            return self._hashes.are_unique(self._pool)
        source = check.table_reader(path, self._table)
        keys = ", ".join(check.key_values(self._table))
        session = self._session()
        check.make_room(session, 0)
        query = f"SELECT 1 FROM {source} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
        return not session.execute(query).fetchall()

    def _session(self) -> Session:
        """Return DuckDB, started once for all that the checks ask of it, one after the other."""
        self._duckdb = self._duckdb or check.session(self._scratch)
        return self._duckdb


def _rise(columns: list[pa.Array]) -> bool:
    """Return whether each row's key, a value of each column, is above that of the row before."""
    above, equal = _FALSE, _TRUE
    for column in columns:
        before, after = column.slice(0, len(column) - 1), column.slice(1)
        above = pc.or_(above, pc.and_(equal, pc.greater(after, before)))
        equal = pc.and_(equal, pc.equal(after, before))
    return bool(pc.all(above, skip_nulls=False, min_count=0).as_py())


def _longest_row(texts: pa.Table) -> int:
    """Return the bytes of the longest row's values."""
    total = pc.fill_null(pc.binary_length(texts.column(0)), 0)
    for column in texts.columns[1:]:
        total = pc.add(total, pc.fill_null(pc.binary_length(column), 0))
    return pc.max(total).as_py() or 0


def _goes_on_above(before: _Seen, after: _Seen) -> bool:
    """Return whether the keys of a stretch are above those of the one before, False if unknown."""
    try:
        return before.last < after.first
    except TypeError:
        return False  # a numeric that Arrow could not read is a text


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
