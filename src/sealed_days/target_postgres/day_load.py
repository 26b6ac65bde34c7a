"""The load of one day, from the first SCHEMA to the commit that publishes it."""

from __future__ import annotations

import atexit
import contextlib
import logging
import queue
import threading
import time
import uuid
from dataclasses import replace
from datetime import date

import psycopg2
from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import (
    ConfigurationError,
    SourceError,
    UserError,
    WarehouseError,
)
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.stall import Stalled, ends_when_stalled, process_of
from sealed_days.target_postgres import admission, load_parts, prepare
from sealed_days.target_postgres.admission import Incoming, Rules
from sealed_days.target_postgres.closing_report import report
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.division import parts_of, work
from sealed_days.target_postgres.incoming import IncomingTable
from sealed_days.target_postgres.load_parts import PartsLoad
from sealed_days.target_postgres.load_table import CopiedTable, Load, load_table, open_session
from sealed_days.target_postgres.lost_answer import look_up
from sealed_days.target_postgres.publish import Publication
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.revision import Held, Revision, SourceDay, TableError
from sealed_days.target_postgres.warehouse import Warehouse

_JOIN_SECONDS = 15


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
        rules: Rules,
        run_id: str | None,
        parallelism: int,
        part_bytes: int,
        holds_table: bool,
        log: logging.Logger,
    ) -> None:
        self.day = day
        self._server = server
        self._warehouse = warehouse
        self._rules = rules
        self._parallelism = parallelism
        self._part_bytes = part_bytes
        self._holds_table = holds_table
        self._log = log
        load_id = str(uuid.uuid4())
        self._load = Load(load_id, rules.project, run_id or load_id)
        self._started = time.monotonic()
        self._tables: dict[str, IncomingTable] = {}
        self._files: dict[str, ProvenFile] = {}
        self._ended: set[str] = set()
        self._checked: set[str] = set()
        self._held: dict[str, str] = {}

        self._queue: queue.PriorityQueue[tuple[float, str, int]] = queue.PriorityQueue()
        self._parted: dict[str, PartsLoad] = {}
        self._changed = threading.Condition()
        self._copied: dict[str, CopiedTable] = {}
        self._failure: BaseException | None = None
        self._is_closing = False
        self._workers: list[threading.Thread] = []
        self._active = 0
        self._sessions: list[Connection] = []

        self._name = f"target-postgres {day.isoformat()}"
        self._control = server.connect(self._name)
        atexit.register(self.close)
        try:
            with server.errors(f"preparing {day.isoformat()}"):
                prepare.refuse_pooler(server, self._control)
                prepare.take_role(self._control, warehouse)
                warehouse.lock_day(self._control, day)
                prepare.prepare(self._control, warehouse, rules.project, log)
                if swept := prepare.sweep(self._control, warehouse, day):
                    log.info("removed %d tables that an unfinished load left", swept)
        except BaseException:
            self.close()
            raise

    def expect(self, table: IncomingTable) -> None:
        """Register a table of the day.

        Raises:
            ConfigurationError: two sources have a table of this name.
        """
        if known := self._tables.get(table.name):
            if (known.source, known.keys) == (table.source, table.keys):
                return  # a tap may say its SCHEMA again
            msg = (
                f"the table {table.name} comes from {known.source} and from {table.source}: give "
                f"one of them another name in the config of the extractor in meltano.yml "
                f"(stream_maps: {table.name}: __alias__: {table.source}_{table.name})"
            )
            raise ConfigurationError(msg)
        self._tables[table.name] = table

    def put(self, name: str, file: ProvenFile) -> None:
        """Take a table's file. Once each table has its own, they are checked and copied."""
        self._raise_failure()
        if name in self._files:
            msg = f"{name} comes in more than one file: a day's table is one whole file"
            raise SourceError(msg)
        self._files[name] = file
        if self._files.keys() >= self._tables.keys():
            self._begin()

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
        incomplete = sorted(
            name for name in self._tables if name not in self._files.keys() & self._ended
        )
        if incomplete:
            self._raise_failure()
            msg = (
                f"the extractor ended before {', '.join(incomplete)} were complete: "
                f"nothing of {self.day.isoformat()} was published; see its message above"
            )
            raise SourceError(msg)
        if not self._tables:
            return
        with self._changed:
            while len(self._copied) + len(self._held) < len(self._tables) and not self._failure:
                self._changed.wait()
        self._raise_failure()
        newest = self._publish(publication)
        report(self._log, self._warehouse, self.day, self._published, newest, self._started)
        if self._held:
            msg = (
                f"{self.day.isoformat()} is loaded without {len(self._held)} of "
                f"{len(self._tables)} tables, which keep their last good day "
                f"(on_table_error: hold_table): {'; '.join(self._held.values())}"
            )
            raise WarehouseError(msg)

    def close(self) -> None:
        """Stop the workers, drop what was not published, give the day's lock back."""
        atexit.unregister(self.close)
        with self._changed:
            sessions = list(self._sessions)
            self._is_closing = True
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
                relations = [done.unpublished_name for done in self._copied.values()]
                relations += [parted.unpublished_name for parted in self._parted.values()]
                prepare.drop_unfinished(self._control, self._warehouse, relations)
        self._copied.clear()
        self._parted.clear()
        self._control.close()

    def _begin(self) -> None:
        """Check the tables whose files have come, all together, and start to copy them."""
        new = [name for name in self._tables if name not in self._checked]
        self._checked.update(new)
        with (
            self._server.errors(f"checking {self.day.isoformat()}"),
            self._control.cursor() as cursor,
        ):
            known = admission.known_types(cursor, [self._tables[name] for name in new])
            for name in new:
                self._tables[name] = self._typed(self._tables[name], known)
            incoming: list[Incoming] = [(self._tables[name], self._files[name]) for name in new]
            problems = admission.check(cursor, self._warehouse, self._rules, incoming)
        if problems and not self._holds_table:
            msg = f"nothing of {self.day.isoformat()} was loaded: {'; '.join(problems.values())}"
            raise WarehouseError(msg)
        self._held |= problems
        wanted = parts_of(
            {name: self._files[name] for name in new if name not in problems},
            self._parallelism,
            self._part_bytes,
        )
        for name, parts in wanted.items():
            self._queue_parts(name, parts)
        with self._changed:
            started = max(0, min(self._parallelism - self._active, self._queue.qsize()))
            self._active += started
        for _ in range(started):
            self._workers.append(threading.Thread(target=self._work, name="load", daemon=True))
            self._workers[-1].start()

    def _queue_parts(self, name: str, wanted: int) -> None:
        """Queue a table's file for the workers, in as many parts as are wanted if that can be."""
        table, file = self._tables[name], self._files[name]
        with self._server.errors(f"loading {name}"):
            parted = load_parts.begin(
                self._control, self._warehouse, table, file, self._load, self._log, wanted
            )
        if parted is None:
            self._queue.put((-work(file), name, 0))
            return
        self._parted[name] = parted
        for number, part in enumerate(parted.ranges):
            self._queue.put((-work(part), name, number))

    def _typed(self, table: IncomingTable, known: dict[str, bool]) -> IncomingTable:
        """Return a table with text in place of the types that the warehouse does not have."""
        for column, kind in table.columns:
            if not known[kind]:
                self._log.info(
                    "%s: column %s is text here: the warehouse has no type %s",
                    table.name, column, kind,
                )  # fmt: skip
        columns = tuple((name, kind if known[kind] else "text") for name, kind in table.columns)
        return replace(table, columns=columns)

    def _work(self) -> None:
        """Copy tables until none is left, largest first."""
        session = None
        try:
            if (session := self._join()) is None:
                return
            prepare.take_role(session, self._warehouse)
            with self._changed:
                self._sessions.append(session)
            process = process_of(session)
            while waiting := self._next():
                self._load_one(session, process, *waiting)
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

    def _join(self) -> Connection | None:
        """Return one more session; None where the server gives none, and others do the work."""
        try:
            return open_session(self._server, self._name, self._parallelism)
        except WarehouseError as error:
            with self._changed:
                self._active -= 1
                if not self._active and not self._queue.empty():
                    raise
            self._log.info("going on with fewer connections: %s", error)
            return None

    def _next(self) -> tuple[str, int] | None:
        """Return what to load next, None where a worker is to end."""
        with self._changed:
            if self._is_closing or self._queue.empty():
                self._active -= 1
                return None
            return self._queue.get_nowait()[1:]

    def _load_one(self, session: Connection, process: int, name: str, number: int) -> None:
        table, file = self._tables[name], self._files[name]
        parted = self._parted.get(name)
        if name in self._held:
            return  # by another part of it
        count = [0]

        def read(size: int) -> None:
            count[0] = size

        try:
            with (
                self._server.errors(f"loading {name}"),
                ends_when_stalled(
                    session,
                    lambda: self._server.connect("target-postgres"),
                    self._server.stall_seconds,
                    lambda: count[0],
                    process,
                ),
            ):
                if parted:
                    done = parted.copy(session, number, read)
                else:
                    done = load_table(
                        session, self._warehouse, table, file, self._load, self._log, read
                    )
        except Stalled as error:
            msg = (
                f"loading {name} to {self._server}: {error} (stall_seconds): nothing was "
                "published; run it again when the network is back"
            )
            raise WarehouseError(msg) from None
        except UserError as error:
            if not self._holds_table or session.closed:
                raise
            with self._changed:
                self._held[name] = str(error)
                self._changed.notify_all()
            return
        if done is None:
            return  # other parts of it are still under way
        with self._changed:
            self._parted.pop(name, None)
            self._copied[name] = done
            self._changed.notify_all()

    def _raise_failure(self) -> None:
        if self._failure:
            raise self._failure

    def _publish(self, publication: Publication) -> dict[str, DayTable]:
        while True:
            revision = self._revision()
            try:
                with self._server.errors(f"publishing {self.day.isoformat()}"):
                    newest = publication.publish(self._control, revision)
            except TableError as error:
                if not self._holds_table or error.table not in self._copied:
                    raise
                done = self._copied.pop(error.table)
                self._held[error.table] = str(error)
                prepare.drop_unfinished(self._control, self._warehouse, [done.unpublished_name])
                continue
            except WarehouseError as error:
                if not self._control.closed:
                    raise
                tables, load_id = list(self._tables), self._load.load_id
                newest = look_up(self._server, self._warehouse, self.day, tables, load_id, error)
                self._log.warning(
                    "the server's answer was lost: %s was looked up and is published", self.day
                )
            self._published = list(self._copied.values())
            self._copied.clear()  # they are partitions now
            return newest

    def _revision(self) -> Revision:
        tables = list(self._tables.values())
        others: dict[str, frozenset[str] | None] = {}
        for table in self._tables.values():
            others[table.source] = table.others
        return Revision(
            day=self.day,
            added=[self._copied[name] for name in self._tables if name in self._copied],
            sources=[
                SourceDay(self._rules.project, source, names) for source, names in others.items()
            ],
            held=[
                Held(self._load.row(self._tables[name], self._files[name]), why)
                for name, why in self._held.items()
            ],
            may_remove=lambda row: not admission.is_kept(self._rules, row, tables),
        )
