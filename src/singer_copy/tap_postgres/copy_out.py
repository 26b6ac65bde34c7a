"""Tables leave PostgreSQL as CSV files: COPY over several connections, at one instant.

One connection holds a REPEATABLE READ snapshot and exports it; the others read at it. A
large table is read in parts that are put together in order into one file. Rows never become
Python objects of ours: psycopg2 hands them to a C buffer.
"""

from __future__ import annotations

import hashlib
import io
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection

from singer_copy.dialect import RowCounter
from singer_copy.errors import UserError, one_line
from singer_copy.progress import EVERY_SECONDS
from singer_copy.sql import column_list, qualified, quote_ident, quote_literal

BUFFER = 1 << 20
PART_BYTES = 64 << 20
"""A table is read in parts when its heap is at least twice this size."""

_SESSION = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; "
    "SET client_encoding = 'UTF8'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; "
    "SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'; "
    # without it, two scans of one heap may start at different blocks and give another order
    "SET synchronize_seqscans = off; "
    "SET search_path = ''; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
)


@dataclass(frozen=True)
class Source:
    """How to reach a PostgreSQL database. `name` is host:port/database, for messages."""

    dsn: str
    name: str

    def connect(self) -> Connection:
        """Return a connection with a read-only, ISO, UTF-8, UTC session.

        Raises:
            UserError: the server cannot be reached or refuses the log-in.
        """
        try:
            connection = psycopg2.connect(self.dsn, application_name="tap-postgres")
            with connection.cursor() as cursor:
                cursor.execute(_SESSION)
            connection.commit()
        except psycopg2.Error as error:
            msg = (
                f"cannot connect to the source {self.name}: {one_line(error)}; "
                "check TAP_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE in .env"
            )
            raise UserError(msg) from None
        return connection


@dataclass(frozen=True)
class TableCopy:
    """What to copy of one table.

    `order_by` are columns, in order; empty means the order PostgreSQL gives. `where` is SQL.
    `bytes` is the heap's size, 0 where unknown; `plain` says that it has one heap.
    """

    stream: str
    schema: str
    name: str
    columns: tuple[str, ...]
    order_by: tuple[str, ...] = ()
    where: str | None = None
    bytes: int = 0
    plain: bool = False


@dataclass(frozen=True)
class CopiedFile:
    """A table's file, complete in scratch. `rows` is COPY's own count."""

    table: TableCopy
    path: Path
    rows: int
    bytes: int
    sha256: str
    seconds: float


@dataclass
class _Part:
    table: TableCopy
    number: int
    where: str | None
    path: Path


@dataclass
class _Progress:
    """Shared by the parts of one table."""

    parts: int
    started: float = 0.0
    bytes: int = 0
    done: dict[int, tuple[_File, int]] = field(default_factory=dict)


class _File(io.RawIOBase):
    """A scratch file that knows its size, its rows and, if it is to be hashed, its sha256."""

    def __init__(self, path: Path, tell: Callable[[int], None], *, hashed: bool) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        self._tell = tell
        self.sha256 = hashlib.sha256()
        self._hashed = hashed
        self.counter = RowCounter()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        view = memoryview(data)
        written = 0
        while written < len(view):
            written += os.write(self._descriptor, view[written:])
        if self._hashed:
            self.sha256.update(view)
        self.counter.update(view)
        self.size += written
        self._tell(written)
        return written

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        super().close()


class SnapshotCopy:
    """Copies tables at one instant of the source.

    Args:
        source: the database.
        snapshot: the exported snapshot's name; its connection must stay in its transaction.
        folder: where the files go.
        parallelism: how many connections copy at a time.
        part_bytes: how large a part of a large table is.
    """

    def __init__(
        self,
        source: Source,
        snapshot: str,
        folder: Path,
        parallelism: int,
        part_bytes: int | None = None,
    ) -> None:
        self._source = source
        self._snapshot = snapshot
        self._folder = folder
        self._parallelism = max(1, parallelism)
        self._part_bytes = part_bytes or PART_BYTES
        self._progress: dict[str, _Progress] = {}
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._stop = threading.Event()

    def run(
        self,
        tables: list[TableCopy],
        coordinator: Connection,
        say: Callable[[TableCopy, int, float], None],
    ) -> Iterator[CopiedFile]:
        """Copy the tables, the largest first, and yield each file when it is complete.

        Args:
            tables: what to copy.
            coordinator: the connection that holds the snapshot.
            say: called now and then for a table that takes long, with its bytes and seconds.

        Raises:
            UserError: a table could not be copied; the others are stopped.
        """
        work: queue.SimpleQueue[_Part] = queue.SimpleQueue()
        for number, table in enumerate(sorted(tables, key=lambda t: (-t.bytes, t.stream))):
            parts = self._parts(table, coordinator, number)
            self._progress[table.stream] = _Progress(len(parts))
            for part in parts:
                work.put(part)
        results: queue.SimpleQueue[CopiedFile | BaseException] = queue.SimpleQueue()
        workers = [
            threading.Thread(target=self._work, args=(work, results), daemon=True)
            for _ in range(min(self._parallelism, work.qsize()))
        ]
        for worker in workers:
            worker.start()
        try:
            for _ in tables:
                yield self._next(tables, results, say)
        finally:
            self._stop.set()
            with self._lock:
                for connection in self._connections:
                    connection.cancel()
            for worker in workers:
                worker.join()

    def _next(
        self,
        tables: list[TableCopy],
        results: queue.SimpleQueue[CopiedFile | BaseException],
        say: Callable[[TableCopy, int, float], None],
    ) -> CopiedFile:
        while True:
            try:
                result = results.get(timeout=EVERY_SECONDS)
            except queue.Empty:
                now = time.monotonic()
                for table in tables:
                    progress = self._progress[table.stream]
                    if progress.started and len(progress.done) < progress.parts:
                        say(table, progress.bytes, now - progress.started)
                continue
            if isinstance(result, BaseException):
                raise result
            return result

    def _parts(self, table: TableCopy, coordinator: Connection, number: int) -> list[_Part]:
        wanted = min(self._parallelism * 2, table.bytes // self._part_bytes)
        ranges = [table.where]
        if wanted >= 2 and table.plain and self._parallelism > 1:
            try:
                ranges = _ranges(coordinator, table, wanted)
            except psycopg2.Error as error:
                msg = f"cannot read {table.stream}: {one_line(error)}"
                raise UserError(msg) from None
        return [
            _Part(table, part, where, self._folder / f"{number}.{part}")
            for part, where in enumerate(ranges)
        ]

    def _work(
        self,
        work: queue.SimpleQueue[_Part],
        results: queue.SimpleQueue[CopiedFile | BaseException],
    ) -> None:
        connection: Connection | None = None
        try:
            while not self._stop.is_set():
                try:
                    part = work.get_nowait()
                except queue.Empty:
                    break
                if connection is None:
                    connection = self._connect()
                copied = self._copy(connection, part)
                if copied is not None:
                    results.put(copied)
        except BaseException as error:
            results.put(error)
        finally:
            if connection is not None:
                with self._lock:
                    self._connections.discard(connection)
                connection.close()

    def _connect(self) -> Connection:
        connection = self._source.connect()
        with connection.cursor() as cursor:
            # the first statement of the transaction, as PostgreSQL wants it
            cursor.execute(f"SET TRANSACTION SNAPSHOT {quote_literal(self._snapshot)}")
        with self._lock:
            self._connections.add(connection)
        return connection

    def _copy(self, connection: Connection, part: _Part) -> CopiedFile | None:
        table, progress = part.table, self._progress[part.table.stream]
        progress.started = progress.started or time.monotonic()

        def tell(count: int) -> None:
            if self._stop.is_set():
                raise InterruptedError
            with self._lock:
                progress.bytes += count

        sql = _copy_sql(table, part.where, header=part.number == 0)
        try:
            # the others are hashed when they are put behind the first
            file = _File(part.path, tell, hashed=part.number == 0)
            with file, io.BufferedWriter(file, BUFFER) as buffer, connection.cursor() as cursor:  # type: ignore[type-var]
                cursor.copy_expert(sql, buffer)
                buffer.flush()
                rows = cursor.rowcount
        except psycopg2.Error as error:
            msg = f"cannot copy {table.stream} from {self._source.name}: {one_line(error)}"
            raise UserError(msg) from None
        except InterruptedError:
            return None
        except OSError as error:
            msg = f"cannot write {table.stream} to {self._folder}: {error.strerror}"
            raise UserError(msg) from None
        with self._lock:
            progress.done[part.number] = (file, rows)
            if len(progress.done) < progress.parts:
                return None
        return self._join(table, progress)

    def _join(self, table: TableCopy, progress: _Progress) -> CopiedFile:
        """Put the parts together: the first part's file grows by the others, in order."""
        (first, rows), *rest = (progress.done[number] for number in sorted(progress.done))
        size, lines = first.size, first.counter.rows
        if rest:
            try:
                with first.path.open("ab", buffering=0) as whole:
                    for file, more in rest:
                        with file.path.open("rb", buffering=0) as part:
                            while block := part.read(BUFFER):
                                first.sha256.update(block)
                                whole.write(block)
                        file.path.unlink()
                        rows, size, lines = rows + more, size + file.size, lines + file.counter.rows
            except OSError as error:
                msg = f"cannot write {table.stream} to {self._folder}: {error.strerror}"
                raise UserError(msg) from None
        if lines != rows + 1:
            msg = (
                f"{table.stream}: COPY counted {rows} rows, its file has {lines - 1}: "
                "nothing was published; run the job again"
            )
            raise UserError(msg)
        seconds = time.monotonic() - progress.started
        return CopiedFile(table, first.path, rows, size, first.sha256.hexdigest(), seconds)


def _copy_sql(table: TableCopy, where: str | None, *, header: bool) -> str:
    sql = f"SELECT {column_list(table.columns)} FROM {qualified(table.schema, table.name)}"
    if where:
        sql += f" WHERE {where}"
    if table.order_by:
        sql += f" ORDER BY {column_list(table.order_by)}"
    options = "FORMAT csv, HEADER" if header else "FORMAT csv"
    return f"COPY ({sql}) TO STDOUT WITH ({options})"


def _ranges(connection: Connection, table: TableCopy, wanted: int) -> list[str | None]:
    """Return the WHERE clauses that cut a table into about equal parts, in row order."""
    name = qualified(table.schema, table.name)
    with connection.cursor() as cursor:
        if table.order_by:
            column = quote_ident(table.order_by[0])
            # some 300 pages tell the quantiles of the key's first column well enough
            percent = min(100.0, 100.0 * 300 * 8192 / max(table.bytes, 1))
            shares = ",".join(str(part / wanted) for part in range(1, wanted))
            cursor.execute(
                f"SELECT percentile_disc(ARRAY[{shares}]) WITHIN GROUP (ORDER BY {column})::text[] "
                f"FROM {name} TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE (0)"
            )
            found = cursor.fetchone()
            values = list(dict.fromkeys(found[0])) if found and found[0] else []
            bounds = [f"{column} >= {quote_literal(value)}" for value in values]
            ends = [f"{column} < {quote_literal(value)}" for value in values]
        else:
            pages = table.bytes // 8192
            cuts = [pages * part // wanted for part in range(1, wanted)]
            bounds = [f"ctid >= '({cut},0)'" for cut in cuts]
            ends = [f"ctid < '({cut},0)'" for cut in cuts]
    clauses: list[str | None] = []
    for low, high in zip(["", *bounds], [*ends, ""], strict=True):
        parts = [f"({table.where})" if table.where else "", low, high]
        clauses.append(" AND ".join(part for part in parts if part) or None)
    return clauses
