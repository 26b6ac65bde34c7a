"""The load of one day, from the first SCHEMA to the commit that publishes it."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import logging
import math
import queue
import threading
import time
import uuid
from datetime import date

import psycopg2
from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import UserError
from sealed_days.core.progress import closing_table, size
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.sql import qualified
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.drift import SNAPSHOT_DATE
from sealed_days.target_postgres.load_table import Loaded, Table, load_table, open_session
from sealed_days.target_postgres.publish import Publication
from sealed_days.target_postgres.warehouse import Warehouse, known_type

_JOIN_SECONDS = 15

_Job = tuple[Table, ProvenFile]


class DayLoad:
    """A day on its way into the warehouse.

    One session holds the day's lock and publishes at the end; up to `parallelism` others
    load a file each. Whatever ends it early, `close` leaves nothing behind; what a killed
    process leaves, the next load sweeps.
    """

    def __init__(
        self,
        server: Server,
        warehouse: Warehouse,
        day: date,
        *,
        parallelism: int,
        log: logging.Logger,
    ) -> None:
        self.day = day
        self._server = server
        self._warehouse = warehouse
        self._parallelism = parallelism
        self._log = log
        self._load_id = str(uuid.uuid4())
        self._started = time.monotonic()
        self._tables: dict[str, Table] = {}
        self._ended: set[str] = set()
        self._types: dict[str, bool] = {}

        self._queue: queue.PriorityQueue[tuple[float, int, _Job | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._queued: set[str] = set()
        self._changed = threading.Condition()
        self._loaded: dict[str, Loaded] = {}
        self._failure: BaseException | None = None
        self._workers: list[threading.Thread] = []
        self._sessions: list[Connection] = []

        self._name = f"target-postgres {day.isoformat()}"
        self._control = server.connect(self._name)
        atexit.register(self.close)
        try:
            with server.errors(f"preparing {day.isoformat()}"):
                warehouse.lock_day(self._control, day)
                warehouse.prepare(self._control)
                if swept := warehouse.sweep(self._control, day):
                    log.info("removed %d tables that an unfinished load left", swept)
        except BaseException:
            self.close()
            raise

    def expect(self, table: Table) -> None:
        """Register a table of the day.

        Raises:
            UserError: the warehouse cannot have it.
        """
        if known := self._tables.get(table.name):
            if (known.source, known.keys) == (table.source, table.keys):
                return  # a tap may say its SCHEMA again
            msg = (
                f"the table {table.name} comes from {known.source} and from {table.source}: give "
                f"one of them another name in the config of the extractor in meltano.yml "
                f"(stream_maps: {table.name}: __alias__: {table.source}_{table.name})"
            )
            raise UserError(msg)
        self._warehouse.check_name(table.name)
        names = [name for name, _ in table.columns]
        if not names or SNAPSHOT_DATE in names:
            problem = f"a column {SNAPSHOT_DATE}, which is ours" if names else "no columns"
            msg = f"{table.name} has {problem}: leave it out by `select` of the extractor"
            raise UserError(msg)
        if missing := set(table.keys) - set(names):
            msg = f"{table.name}: the key {', '.join(sorted(missing))} is not among its columns"
            raise UserError(msg)
        with self._server.errors(f"looking up the types of {table.name}"):
            columns = tuple((name, self._type(table, name, kind)) for name, kind in table.columns)
        self._tables[table.name] = Table(**(vars(table) | {"columns": columns}))

    def put(self, name: str, file: ProvenFile) -> None:
        """Take a table's file; it is loaded as soon as a worker is free, large ones first."""
        self._raise_failure()
        if name in self._queued:
            msg = f"{name} comes in more than one file: a day's table is one whole file"
            raise UserError(msg)
        table = self._tables[name]
        self._queued.add(name)
        self._queue.put((-file.bytes, next(self._order), (table, file)))
        if len(self._workers) < self._parallelism:
            worker = threading.Thread(target=self._work, name=f"load-{name}", daemon=True)
            self._workers.append(worker)
            worker.start()

    def end(self, name: str) -> None:
        """Mark a table finished."""
        self._raise_failure()
        self._ended.add(name)

    def leave_out(self, name: str) -> None:
        """Forget a table that comes in records after all."""
        self._tables.pop(name)

    def finish(self, publication: Publication) -> None:
        """Wait for all tables and publish them.

        Raises:
            UserError: a table is not complete, or could not be loaded or published.
        """
        incomplete = sorted(name for name in self._tables if name not in self._queued & self._ended)
        if incomplete:
            self._raise_failure()
            msg = (
                f"the extractor ended before {', '.join(incomplete)} were complete: "
                f"nothing of {self.day.isoformat()} was published; see its message above"
            )
            raise UserError(msg)
        if not self._tables:
            return
        with self._changed:
            while len(self._loaded) < len(self._tables) and not self._failure:
                self._changed.wait()
        self._raise_failure()
        loaded = [self._loaded[name] for name in self._tables]
        with self._server.errors(f"publishing {self.day.isoformat()}"):
            newest = publication.publish(self._control, self.day, loaded, self._load_id)
        self._loaded.clear()  # they are partitions now
        self._report(loaded, newest)

    def close(self) -> None:
        """Stop the workers, drop what was not published, give the day's lock back."""
        atexit.unregister(self.close)
        with self._changed:
            sessions = list(self._sessions)
            for _ in self._workers:
                self._queue.put((-math.inf, next(self._order), None))
        for session in sessions:
            with contextlib.suppress(psycopg2.Error):
                session.cancel()
        deadline = time.monotonic() + _JOIN_SECONDS
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(psycopg2.Error):
            if not self._control.closed:
                self._control.rollback()
                self._control.autocommit = True
                with self._control.cursor() as cursor:
                    for done in self._loaded.values():
                        name = qualified(self._warehouse.parts, done.making)
                        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        self._loaded.clear()
        self._control.close()

    def _type(self, table: Table, column: str, kind: str) -> str:
        if kind not in self._types:
            with self._control.cursor() as cursor:
                self._types[kind] = known_type(cursor, kind)
        if self._types[kind]:
            return kind
        self._log.info(
            "%s: column %s is text here: the warehouse has no type %s", table.name, column, kind
        )
        return "text"

    def _work(self) -> None:
        session = None
        try:
            session = open_session(self._server, self._name, self._parallelism)
            with self._changed:
                self._sessions.append(session)
            while job := self._queue.get()[2]:
                table, file = job
                with self._server.errors(f"loading {table.name}"):
                    done = load_table(
                        session,
                        self._warehouse,
                        table,
                        file,
                        self._load_id,
                        self._log,
                    )
                with self._changed:
                    self._loaded[table.name] = done
                    self._changed.notify_all()
        except BaseException as error:
            with self._changed:
                self._failure = self._failure or error
                self._changed.notify_all()
        finally:
            if session is not None:
                with self._changed:
                    if session in self._sessions:
                        self._sessions.remove(session)
                session.close()

    def _raise_failure(self) -> None:
        if self._failure:
            raise self._failure

    def _report(self, loaded: list[Loaded], newest: date) -> None:
        tables = [
            (done.table.name, done.file.rows, done.file.bytes, done.seconds) for done in loaded
        ]
        for line in closing_table(tables):
            self._log.info("%s", line)
        views, day = self._warehouse.views, self.day.isoformat()
        shows = f"{views}.* shows {day}"
        if newest > self.day:
            shows = f"{views}.* still shows {newest.isoformat()}, the newest day"
        self._log.info(
            "%s is loaded: %d tables, %s rows, %s in %.1f s; %s",
            day,
            len(loaded),
            f"{sum(done.file.rows for done in loaded):,}",
            size(sum(done.file.bytes for done in loaded)),
            time.monotonic() - self._started,
            shows,
        )
