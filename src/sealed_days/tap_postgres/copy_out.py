"""Tables leave PostgreSQL as CSV files: COPY over several connections, at one instant.

One connection holds a snapshot and exports it; the others read at it. A large table is read in
parts that enter its one file in order. Rows never become Python objects of ours: psycopg2 hands
them to a C buffer.

Proof that no row is missing: COPY's own counts, the rows counted in the file's bytes, and, where
an index was read, a count of the heap at the same snapshot (a damaged index lacks rows, and a scan
by it does not notice). Small tables are read without indexes, which costs a sort.
"""

from __future__ import annotations

import io
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg2

from sealed_days.core.errors import FileError, SourceError, UserError, one_line
from sealed_days.core.progress import EVERY_SECONDS
from sealed_days.core.proven_file import BLOCK, ProvenFile
from sealed_days.core.sql import qualified
from sealed_days.core.stall import Stalled, ends_when_stalled
from sealed_days.tap_postgres.catalog import read_filenodes
from sealed_days.tap_postgres.ordered_file import File, FilePart, OrderedFile, Spool
from sealed_days.tap_postgres.parts import cut
from sealed_days.tap_postgres.snapshot import Snapshot
from sealed_days.tap_postgres.source import Session
from sealed_days.tap_postgres.table_copy import TableCopy

logger = logging.getLogger("tap-postgres")

_TABLES_PER_TRANSACTION = 50
"""How many tables a worker reads before it gives their locks back."""


@dataclass(frozen=True)
class CopiedTable:
    """A table and its file, complete in scratch; its `rows` are COPY's own count."""

    table: TableCopy
    file: ProvenFile
    seconds: float


def prove(table: TableCopy, file: OrderedFile, heap_rows: int | None) -> ProvenFile:
    """Return a complete table's file with what proves it.

    Args:
        table: what was copied.
        file: all its parts are in it.
        heap_rows: the heap's count at the same snapshot, None where no index was read.

    Raises:
        FileError: COPY counted other rows than are in the file.
        SourceError: the heap has other rows than were read.
    """
    in_file = file.counter.rows - 1
    if in_file != file.rows:
        msg = (
            f"{table.stream}: COPY counted {file.rows} rows, its file has {in_file}: nothing was "
            "published; run the job again"
        )
        raise FileError(msg)
    if heap_rows is not None and heap_rows != file.rows:
        msg = (
            f"{table.stream}: {file.rows} rows were read by an index, and its heap has "
            f"{heap_rows}: the index is damaged, or a NOT NULL constraint is untrue: REINDEX TABLE "
            f"{qualified(table.schema, table.name)} at the source; nothing was published"
        )
        raise SourceError(msg)
    return file.proven()


@dataclass
class _Job:
    """A table under way. `heap_rows` is the heap's count, None until it is known."""

    table: TableCopy
    file: OrderedFile
    heap_rows: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_complete(self) -> bool:
        return self.file.is_complete and (self.heap_rows is not None or not self.table.is_counted)


_Step = Callable[[Session], CopiedTable | None]


class SnapshotCopy:
    """Copies tables at one instant of the source.

    Args:
        snapshot: the instant; its session is one of those that copy.
        folder: where the files go.
        parallelism: how many sessions copy at a time.
        part_bytes: how large a part of a large table is.
        begin: opens the file of a table; a scratch file in `folder` where it is None.
        spool: what parts may keep in `folder` until their turn.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        folder: Path,
        parallelism: int,
        part_bytes: int,
        begin: Callable[[TableCopy], File] | None = None,
        spool: Spool | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._source = snapshot.source
        self._folder = folder
        self._parallelism = parallelism if snapshot.name else 1
        self._part_bytes = part_bytes
        self._begin = begin
        self._spool = spool
        self._jobs: list[_Job] = []
        self._lock = threading.Lock()
        self._sessions: set[Session] = {snapshot.session}
        self._stop = threading.Event()

    def run(
        self, tables: list[TableCopy], say: Callable[[TableCopy, int, float], None]
    ) -> Iterator[CopiedTable]:
        """Copy the tables, the largest first, and yield each file when it is complete.

        The last one is yielded when the snapshot has been held to the end.

        Args:
            tables: what to copy.
            say: called now and then for a table that takes long, with its bytes and seconds.

        Raises:
            UserError: a table could not be copied; the others are stopped.
        """
        work: queue.SimpleQueue[_Step] = queue.SimpleQueue()
        for number, table in enumerate(sorted(tables, key=lambda t: (-t.bytes, t.stream))):
            self._plan(number, table, work)
        results: queue.SimpleQueue[CopiedTable | BaseException] = queue.SimpleQueue()
        workers = [
            threading.Thread(target=self._work, args=(work, results, number == 0), daemon=True)
            for number in range(min(self._parallelism, work.qsize()))
        ]
        for worker in workers:
            worker.start()
        try:
            for _ in tables[1:]:
                yield self._next(results, say)
            last = self._next(results, say)
            for worker in workers:
                worker.join()
            self._check_held()
            yield last
        finally:
            self._stop.set()
            with self._lock:
                for session in self._sessions:
                    with suppress(psycopg2.Error):  # it may be lost
                        session.connection.cancel()
            for worker in workers:
                worker.join()
            for job in self._jobs:
                job.file.abort()

    def _plan(self, number: int, table: TableCopy, work: queue.SimpleQueue[_Step]) -> None:
        """Queue the steps that copy a table."""
        try:
            session = self._snapshot.session
            with session.reading(filtered=table.filtered):
                clauses = cut(session.connection, table, self._part_bytes, self._parallelism)
        except psycopg2.Error as error:
            raise self._cannot_copy(table, error) from None
        begin = partial(self._begin, table) if self._begin else None
        path = self._folder / f"{number}.csv"
        job = _Job(table, OrderedFile(path, len(clauses), begin, self._spool))
        self._jobs.append(job)
        if table.is_counted:
            work.put(lambda session: self._count(session, job))
        for place, where in enumerate(clauses):
            part = FilePart(job.file, place, where, self._stop)
            work.put(lambda session, part=part: self._copy(session, job, part))  # type: ignore[misc]

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
                for job in self._jobs:
                    if job.file.started and not job.file.is_complete:
                        say(job.table, job.file.read_bytes, now - job.file.started)
                continue
            if isinstance(result, psycopg2.Error):
                msg = f"cannot read the source {self._source.name}: {one_line(result)}"
                raise SourceError(msg) from None
            if isinstance(result, BaseException):
                raise result
            return result

    def _work(
        self,
        work: queue.SimpleQueue[_Step],
        results: queue.SimpleQueue[CopiedTable | BaseException],
        is_first: bool,
    ) -> None:
        """Do steps until there are none: the first worker by the snapshot's own session."""
        session: Session | None = None
        steps = 0
        try:
            # before a step is taken: where there is no session, the others do all of them
            session = self._snapshot.session if is_first else self._join_snapshot()
            while session is not None and not self._stop.is_set():
                try:
                    step = work.get_nowait()
                except queue.Empty:
                    break
                if not is_first and steps and steps % _TABLES_PER_TRANSACTION == 0:
                    session.rollback()
                    session.begin(self._snapshot.name)
                steps += 1
                if copied := step(session):
                    results.put(copied)
        except BaseException as error:
            results.put(error)
        finally:
            if session is not None and not is_first:
                with self._lock:
                    self._sessions.discard(session)
                session.close()

    def _join_snapshot(self) -> Session | None:
        """Return one more session at the snapshot, None where the server gives no more."""
        try:
            session = self._source.connect()
        except SourceError as error:
            logger.info("going on with fewer connections: %s", error)
            return None
        session.begin(self._snapshot.name)
        with self._lock:
            self._sessions.add(session)
        return session

    def _count(self, session: Session, job: _Job) -> CopiedTable | None:
        """Count the rows of the heap, without an index."""
        try:
            with (
                session.reading(filtered=job.table.filtered, no_index=True),
                session.connection.cursor() as cursor,
            ):
                cursor.execute(job.table.count())
                (rows,) = cursor.fetchone() or (0,)
        except psycopg2.Error as error:
            raise self._cannot_copy(job.table, error) from None
        with job.lock:
            job.heap_rows = rows
            return self._finish(job) if job.file.is_complete else None

    def _copy(self, session: Session, job: _Job, part: FilePart) -> CopiedTable | None:
        table = job.table
        try:
            if part.number == 0:
                job.file.begin()
            with (
                session.reading(filtered=table.filtered, no_index=table.is_sorted),
                part,
                io.BufferedWriter(part, BLOCK) as buffer,  # type: ignore[type-var]
                session.connection.cursor() as cursor,
                ends_when_stalled(
                    session.connection,
                    lambda: self._source.connect().connection,
                    self._source.stall_seconds,
                    lambda: job.file.read_bytes,
                    session.process,
                ),
            ):
                cursor.copy_expert(table.copy(part.where, header=part.number == 0), buffer)
                buffer.flush()
                part.rows = cursor.rowcount
            with job.lock:
                is_last = job.file.end(part)
                return self._finish(job) if is_last and job.is_complete else None
        except Stalled as error:
            msg = (
                f"cannot copy {table.stream} from {self._source.name}: {error} (stall_seconds): "
                "nothing was published; run it again when the network is back"
            )
            raise SourceError(msg) from None
        except psycopg2.Error as error:
            raise self._cannot_copy(table, error) from None
        except InterruptedError:
            return None
        except OSError as error:
            msg = f"cannot write {table.stream} to {self._folder}: {error.strerror}"
            raise FileError(msg) from None

    @staticmethod
    def _finish(job: _Job) -> CopiedTable:
        proven = prove(job.table, job.file, job.heap_rows)
        return CopiedTable(job.table, proven, time.monotonic() - job.file.started)

    def _check_held(self) -> None:
        """Refuse what was read if the session that held snapshot and locks is gone.

        Raises:
            SourceError: so it is, or what could not be locked was exchanged meanwhile.
        """
        tables = [one.table for one in self._snapshot.tables]
        try:
            with self._snapshot.session.reading():
                self._snapshot.session.execute("SELECT 1")
                now = read_filenodes(self._snapshot.session.connection, tables)
        except psycopg2.Error as error:
            msg = (
                f"the session that held the snapshot of {self._source.name} is gone "
                f"({one_line(error)}): nothing was published; run the job again"
            )
            raise SourceError(msg) from None
        for table in tables:
            if table.oid in now and now[table.oid] != table.filenode:
                msg = (
                    f"{table.stream} was rewritten or refreshed while it was read: nothing was "
                    "published; run the job again"
                )
                raise SourceError(msg)

    def _cannot_copy(self, table: TableCopy, error: psycopg2.Error) -> UserError:
        return SourceError(
            f"cannot copy {table.stream} from {self._source.name}: {one_line(error)}"
        )
