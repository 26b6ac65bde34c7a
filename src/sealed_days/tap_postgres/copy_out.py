"""Tables leave PostgreSQL as CSV files: COPY over several connections, at one instant.

One connection holds a REPEATABLE READ snapshot and exports it; the others read at it. A
large table is read in parts that enter its one file in order. Rows never become Python objects
of ours: psycopg2 hands them to a C buffer.
"""

from __future__ import annotations

import io
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import UserError, one_line
from sealed_days.core.progress import EVERY_SECONDS
from sealed_days.core.proven_file import BLOCK, ProvenFile
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.tap_postgres.ordered_file import Part, Whole

PART_BYTES = 8 << 20
"""How much of a table's heap is a part; a table of less than two is read at once."""
_SCATTERED = 8
"""How many times as large a part is where the keys lie all over the heap: each part may then
have to read all of it."""

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
class CopiedTable:
    """A table and its file, complete in scratch; its `rows` are COPY's own count."""

    table: TableCopy
    file: ProvenFile
    seconds: float


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
        self._wholes: list[tuple[TableCopy, Whole]] = []
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._stop = threading.Event()

    def run(
        self,
        tables: list[TableCopy],
        coordinator: Connection,
        say: Callable[[TableCopy, int, float], None],
    ) -> Iterator[CopiedTable]:
        """Copy the tables, the largest first, and yield each file when it is complete.

        Args:
            tables: what to copy.
            coordinator: the connection that holds the snapshot.
            say: called now and then for a table that takes long, with its bytes and seconds.

        Raises:
            UserError: a table could not be copied; the others are stopped.
        """
        work: queue.SimpleQueue[tuple[TableCopy, Part]] = queue.SimpleQueue()
        for number, table in enumerate(sorted(tables, key=lambda t: (-t.bytes, t.stream))):
            ranges = self._ranges(table, coordinator)
            whole = Whole(self._folder / f"{number}.csv", len(ranges))
            self._wholes.append((table, whole))
            for part, where in enumerate(ranges):
                work.put((table, Part(whole, part, where, self._stop)))
        results: queue.SimpleQueue[CopiedTable | BaseException] = queue.SimpleQueue()
        workers = [
            threading.Thread(target=self._work, args=(work, results), daemon=True)
            for _ in range(min(self._parallelism, work.qsize()))
        ]
        for worker in workers:
            worker.start()
        try:
            for _ in tables:
                yield self._next(results, say)
        finally:
            self._stop.set()
            with self._lock:
                for connection in self._connections:
                    connection.cancel()
            for worker in workers:
                worker.join()

    def _next(
        self,
        results: queue.SimpleQueue[CopiedTable | BaseException],
        say: Callable[[TableCopy, int, float], None],
    ) -> CopiedTable:
        while True:
            try:
                result = results.get(timeout=EVERY_SECONDS)
            except queue.Empty:
                now = time.monotonic()
                for table, whole in self._wholes:
                    if whole.started and not whole.is_complete:
                        say(table, whole.read_bytes, now - whole.started)
                continue
            if isinstance(result, BaseException):
                raise result
            return result

    def _ranges(self, table: TableCopy, coordinator: Connection) -> list[str | None]:
        """Return the WHERE clauses of a table's parts, in the order of their rows."""
        wanted = table.bytes // self._part_bytes
        if wanted < 2 or not table.plain or self._parallelism == 1:
            return [table.where]
        fewer = max(1, min(self._parallelism * 2, wanted // _SCATTERED))
        if table.where or (not table.order_by and coordinator.server_version < 140000):
            # a slice may be much less than its table, and a server without Tid Range Scans reads
            # all of a table for each part of it
            wanted = fewer
        try:
            return _ranges(coordinator, table, wanted, fewer)
        except psycopg2.Error as error:
            msg = f"cannot read {table.stream}: {one_line(error)}"
            raise UserError(msg) from None

    def _work(
        self,
        work: queue.SimpleQueue[tuple[TableCopy, Part]],
        results: queue.SimpleQueue[CopiedTable | BaseException],
    ) -> None:
        connection: Connection | None = None
        try:
            while not self._stop.is_set():
                try:
                    table, part = work.get_nowait()
                except queue.Empty:
                    break
                if connection is None:
                    connection = self._connect()
                copied = self._copy(connection, table, part)
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

    def _copy(self, connection: Connection, table: TableCopy, part: Part) -> CopiedTable | None:
        whole = part.whole
        sql = _copy_sql(table, part.where, header=part.number == 0)
        try:
            if part.number == 0:
                whole.begin()
            with part, io.BufferedWriter(part, BLOCK) as buffer, connection.cursor() as cursor:  # type: ignore[type-var]
                cursor.copy_expert(sql, buffer)
                buffer.flush()
                part.rows = cursor.rowcount
            if not whole.end(part):
                return None
        except psycopg2.Error as error:
            msg = f"cannot copy {table.stream} from {self._source.name}: {one_line(error)}"
            raise UserError(msg) from None
        except InterruptedError:
            return None
        except OSError as error:
            msg = f"cannot write {table.stream} to {self._folder}: {error.strerror}"
            raise UserError(msg) from None
        if whole.counter.rows != whole.rows + 1:
            msg = (
                f"{table.stream}: COPY counted {whole.rows} rows, its file has "
                f"{whole.counter.rows - 1}: nothing was published; run the job again"
            )
            raise UserError(msg)
        seconds = time.monotonic() - whole.started
        return CopiedTable(table, whole.file.proven(whole.rows), seconds)


def _copy_sql(table: TableCopy, where: str | None, *, header: bool) -> str:
    sql = f"SELECT {column_list(table.columns)} FROM {qualified(table.schema, table.name)}"
    if where:
        sql += f" WHERE {where}"
    if table.order_by:
        sql += f" ORDER BY {column_list(table.order_by)}"
    options = "FORMAT csv, HEADER" if header else "FORMAT csv"
    return f"COPY ({sql}) TO STDOUT WITH ({options})"


def _ranges(connection: Connection, table: TableCopy, wanted: int, fewer: int) -> list[str | None]:
    """Return the WHERE clauses that cut a table into about equal parts, in row order.

    Args:
        connection: where the table is.
        table: its rows come in the order of its key, or as they lie.
        wanted: how many parts, if each is about one stretch of the heap.
        fewer: how many, if it is not.
    """
    with connection.cursor() as cursor:
        if table.order_by:
            column = quote_ident(table.order_by[0])
            values = _quantiles(cursor, table, wanted, fewer)
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


def _quantiles(cursor: Cursor, table: TableCopy, wanted: int, fewer: int) -> list[str]:
    """Return texts of the key's first column that cut the table into parts, in their order."""
    column, pages = quote_ident(table.order_by[0]), table.bytes // 8192
    looks = min(pages, max(300, 4 * wanted))
    many, few = (",".join(str(part / n) for part in range(1, n)) for n in (wanted, fewer))
    cursor.execute(
        # some rows of pages evenly spaced: where they rise together, a part is a stretch of pages
        f"WITH seen AS (SELECT (ctid::text::point)[0] AS page, {column} AS key "
        f"FROM {qualified(table.schema, table.name)} WHERE ctid = ANY(ARRAY("
        f"SELECT format('(%s,%s)', look * {pages} / {looks}, line)::tid "
        f"FROM generate_series(0::bigint, {looks - 1}) look, generate_series(1, 3) line))), "
        "ranked AS (SELECT page, key, rank() OVER (ORDER BY key) AS rank FROM seen) "
        "SELECT abs(corr(page, rank)) > 0.9, "
        f"percentile_disc('{{{many}}}'::float8[]) WITHIN GROUP (ORDER BY key)::text[], "
        f"percentile_disc('{{{few}}}'::float8[]) WITHIN GROUP (ORDER BY key)::text[] FROM ranked"
    )
    rise_together, *cuts = cursor.fetchone() or (None, None, None)
    return list(dict.fromkeys(cuts[0 if rise_together else 1] or []))
