"""Is every row of a scratch file fine? Asked while the file is still being written.

Stretches of whole records are checked side by side, each by one thread of DuckDB. Whether the
keys rise from row to row, in a stretch and from one to the next, tells that none comes twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from singer_copy.progress import EVERY_SECONDS
from singer_copy.staging import BLOCK
from singer_copy.tap_csv import check
from singer_copy.tap_csv.files import CsvTable

if TYPE_CHECKING:
    import duckdb

STRETCH = 16 << 20
"""Bytes that are checked at a time."""


class CleanCheck:
    """Checks a file in a format that `Format.is_plain` has.

    Args:
        db: where the checks run, with one thread for each query.
        table: what the file is to hold.
        path: the file, with a header.
        folder: where the stretches lie while they are checked.
    """

    def __init__(
        self, db: duckdb.DuckDBPyConnection, table: CsvTable, path: Path, folder: Path
    ) -> None:
        self._db = db
        self._table = table
        self._path = path
        self._folder = folder
        self._pool = ThreadPoolExecutor(check.threads(), thread_name_prefix="check")
        self._checks: list[Future[None]] = []
        self._end = 0
        self._refused = False

    def grown(self, size: int, *, complete: bool = False) -> None:
        """Know that the file has whole records up to a size, and is complete with them."""
        if size - self._end < STRETCH and not complete:
            return
        if not self._checks:
            self._db.execute(f"CREATE TABLE seen AS {self._look(0, self._path)} WITH NO DATA")
        if size > self._end:
            number = len(self._checks)
            self._checks.append(self._pool.submit(self._check, number, self._end, size))
            self._end = size

    def rows(self, delimiters: int, say: Callable[[str], None]) -> int | None:
        """Wait for the checks; return the file's rows, None where any of them is not fine.

        Args:
            delimiters: how many stand outside quotes. DuckDB refuses a row with too few columns,
                but lets one empty column too many pass: the sum tells.
            say: logs a line of progress.
        """
        said = time.monotonic()
        for number, done in enumerate(self._checks):
            done.result()
            if time.monotonic() - said > EVERY_SECONDS:
                said = time.monotonic()
                share = number / len(self._checks)
                say(f"{self._table.entity}: {share:.0%} of {self._end >> 20} MB checked")
        # what rises within each stretch must also rise from each to the next
        [(rows, wrong, unsorted)] = self._db.execute(
            "SELECT sum(rows), sum(wrong), sum(falls) + "
            "count(*) FILTER (before IS NOT NULL AND NOT coalesce(first > before, false)) "
            "FROM (SELECT *, lag(last IGNORE NULLS) OVER (ORDER BY stretch) AS before "
            "FROM seen)"
        ).fetchall()
        if wrong or self._refused or delimiters != (rows + 1) * (len(self._table.columns) - 1):
            return None
        return int(rows) if not unsorted or self._has_unique_keys() else None

    def close(self) -> None:
        """Give up what is not yet checked."""
        self._pool.shutdown(cancel_futures=True)

    def _check(self, number: int, start: int, end: int) -> None:
        """Note in the table `seen` what a stretch has."""
        part = self._folder / f"stretch-{number}.csv"
        _copy(self._path, part, start, end)
        with self._db.cursor() as session:
            session.execute(f"INSERT INTO seen {self._look(number, part)}")
            refused = session.execute("SELECT count(*) FROM reject_errors").fetchall()
            self._refused |= refused != [(0,)]
        part.unlink()

    def _look(self, number: int, path: Path) -> str:
        """Return the query for what is to be known of a stretch."""
        source = self._reader(path, header=number == 0)
        bad = " OR ".join(check.bad_values(self._table).values()) or "false"
        keys = check.key_values(self._table)
        key, before = (f"row({', '.join(keys)})", "lag(key) OVER ()") if keys else ("NULL", "NULL")
        return (
            f"SELECT {number} AS stretch, count(c0 IS NULL) AS rows, "
            "count(*) FILTER (bad) AS wrong, "
            "count(*) FILTER (before IS NOT NULL AND NOT coalesce(key > before, false)) AS falls, "
            f"first(key) AS first, last(key) AS last FROM (SELECT c0, bad, key, {before} AS before "
            f"FROM (SELECT c0, {bad} AS bad, {key} AS key FROM {source}))"
        )

    def _has_unique_keys(self) -> bool:
        source = self._reader(self._path, header=True)
        keys = ", ".join(check.key_values(self._table))
        twice = self._db.execute(
            f"SELECT 1 FROM {source} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
        )
        return twice.fetchone() is None

    def _reader(self, path: Path, *, header: bool) -> str:
        form = self._table.format
        return check.reader(
            path,
            len(self._table.columns),
            delimiter=form.delimiter,
            quote=form.quote,
            nulls=self._table.null_values,
            header=header,
        )


def _copy(source: Path, target: Path, start: int, end: int) -> None:
    """Copy a stretch of a file."""
    with source.open("rb", buffering=0) as whole, target.open("wb", buffering=0) as part:
        whole.seek(start)
        while block := whole.read(min(BLOCK, end - start)):
            start += part.write(block)
