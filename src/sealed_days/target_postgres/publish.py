"""Publishes a change of the warehouse in one transaction: a day is added, or days are removed."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg2.errors import DeadlockDetected, LockNotAvailable
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import BusyError, WarehouseError
from sealed_days.core.sql import qualified
from sealed_days.target_postgres import indexes, relations, views
from sealed_days.target_postgres.column_changes import column_changes
from sealed_days.target_postgres.load_table import CopiedTable
from sealed_days.target_postgres.reader_locks import (
    Lock,
    ReaderLocks,
    set_lock_timeout,
    table_lock,
    view_lock,
)
from sealed_days.target_postgres.registry import DayTable, Registry, Shape
from sealed_days.target_postgres.revision import Revision, TableError
from sealed_days.target_postgres.shapes import create_shape, shape_name
from sealed_days.target_postgres.wanted_views import wanted_views
from sealed_days.target_postgres.warehouse import Warehouse, part_name, transaction

_PAUSE_SECONDS = 0.2
_SAY_SECONDS = 30


@dataclass
class Publication:
    """Publishes changes into a warehouse.

    Args:
        warehouse: its schemas.
        patience: seconds that readers may be held up in all.
        lock_wait: seconds that all tries take together.
        log: says who is waited for, and what changed between days.
    """

    warehouse: Warehouse
    patience: float
    lock_wait: float
    log: logging.Logger

    def publish(self, session: Connection, revision: Revision) -> dict[str, DayTable]:
        """Make a change visible in one transaction, and return table -> its newest day.

        Raises:
            BusyError: readers kept it from happening. Nothing has changed then.
            WarehouseError: something of the user's is in the way. Nothing has changed then.
        """
        deadline = time.monotonic() + self.lock_wait
        locks = ReaderLocks(self.warehouse, self.patience)
        said = -math.inf
        while True:
            try:
                with transaction(session) as cursor:
                    attempt = _Attempt(self.warehouse, cursor, revision)
                    newest = attempt.run(locks, deadline)
            except (LockNotAvailable, DeadlockDetected) as error:
                text = locks.blocker(session, error)
                if time.monotonic() - said >= _SAY_SECONDS:
                    said = time.monotonic()
                    self.log.info("waiting to publish %s: %s", revision.day.isoformat(), text)
                if time.monotonic() >= deadline:
                    msg = (
                        f"{revision.day.isoformat()} was not published: {text} for longer than "
                        f"{self.lock_wait:g} s (lock_wait_seconds): nothing was changed; run it "
                        "again when that has ended"
                    )
                    raise BusyError(msg) from None
                time.sleep(_PAUSE_SECONDS)
                continue
            for line in attempt.lines:
                self.log.info("%s", line)
            return newest


class _Attempt:
    """One transaction that tries to publish a revision."""

    def __init__(self, warehouse: Warehouse, cursor: Cursor, revision: Revision) -> None:
        self._warehouse = warehouse
        self._cursor = cursor
        self._revision = revision
        self._registry = Registry(cursor, warehouse)
        self.lines: list[str] = []

    def run(self, locks: ReaderLocks, deadline: float) -> dict[str, DayTable]:
        """Change registry, tables and views; return table -> its newest day."""
        cursor, warehouse, revision = self._cursor, self._warehouse, self._revision
        registry = self._registry
        set_lock_timeout(cursor, deadline - time.monotonic())
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (warehouse.lock_key("publish"),))
        for done in revision.added:
            # only autovacuum can hold it, so waiting here delays no reader
            cursor.execute(f"LOCK TABLE {qualified(warehouse.parts, done.unpublished_name)}")

        replaced = registry.of_day(revision.day, [done.table.name for done in revision.added])
        gone = self._gone()
        removed = [*replaced.values(), *revision.removed, *gone]
        tables = {*revision.tables, *(row.table_name for row in gone)}
        for owner in {(s.project, s.source) for s in revision.sources}:
            tables.update(registry.tables_of(*owner))
        before = registry.newest(tables)
        shapes_before = registry.shapes_of(tables)
        there = views.existing(cursor, warehouse, tables)

        self._register(tables, removed)
        shapes = registry.shapes_of(tables)
        newest = registry.newest(tables)
        self._make_shapes(shapes, shapes_before, before)
        self._take_over_grants(before, replaced)
        # what replaces nothing is attached before any lock that a reader could meet
        for done in revision.added:
            if done.table.name not in replaced:
                self._attach(done)

        changes = self._changes(there, before, replaced, tables)
        dead = sorted(_alive(shapes_before) - _alive(shapes))
        needed = self._locks(changes, removed, dead)
        set_lock_timeout(cursor, 60)
        locks.take(cursor, needed, deadline)
        for change in changes:
            with _blaming(change.table):
                change.take_down(cursor)
        for change in changes:
            with _blaming(change.table):
                change.put_up(cursor)
        for row in removed:
            with _blaming(row.table_name):
                relations.drop(cursor, warehouse, row)
        for name in dead:
            cursor.execute(f"DROP TABLE {qualified(warehouse.parts, name)}")
        for done in revision.added:
            if done.table.name in replaced:
                self._attach(done)
        for change in changes:
            with _blaming(change.table):
                change.put_up_dependents(cursor)
        for done in revision.added:
            self.lines += column_changes(warehouse, done, before, newest, shapes_before, shapes)
        return newest

    def _gone(self) -> list[DayTable]:
        """Return the day's tables that its source says it no longer has."""
        revision, found = self._revision, []
        there = {*revision.tables, *(held.row.table_name for held in revision.held)}
        for source in revision.sources:
            if source.others is None:
                continue
            rows = self._registry.find(
                "(day, project, source, state) = (%s, %s, %s, 'published')",
                (revision.day, source.project, source.source),
            )
            found += [
                row
                for row in rows
                if row.table_name not in there | source.others and revision.may_remove(row)
            ]
        day = revision.day.isoformat()
        self.lines += [f"{row.table_name}: no longer in {day}: removed from it" for row in found]
        return found

    def _register(self, tables: Iterable[str], removed: list[DayTable]) -> None:
        registry, revision = self._registry, self._revision
        self._audit()
        if revision.is_prune:
            registry.set_pruned(removed)
        else:
            registry.forget(removed)
        registry.forget_pruned(revision.day, [done.table.name for done in revision.added])
        for done in revision.added:
            row = done.row
            name = shape_name(row.table_name, row.kind, row.typed)
            registry.add_shape(name, row)
            registry.publish(row.relation, part_name(row.table_name, row.day), name)
        held = {held.row.table_name for held in revision.held}
        for source in revision.sources:
            others = (source.others or frozenset()) | held
            registry.set_others(source.project, source.source, revision.day, others)
        registry.drop_unused_shapes(tables)

    def _make_shapes(
        self,
        shapes: dict[str, list[Shape]],
        shapes_before: dict[str, list[Shape]],
        before: dict[str, DayTable],
    ) -> None:
        cursor, warehouse = self._cursor, self._warehouse
        for table, found in shapes.items():
            known = {shape.name for shape in shapes_before.get(table, []) if shape.is_alive}
            for shape in found:
                if not shape.is_alive or shape.name in known:
                    continue
                cursor.execute(create_shape(warehouse, shape.name, shape.columns))
                model = before[table].shape if table in before else None
                if model:
                    relations.take_over_grants(
                        cursor, warehouse, {shape.name: model}, {shape.name: set(shape.columns)}
                    )
                    indexes.build(
                        cursor,
                        qualified(warehouse.parts, shape.name),
                        indexes.of(cursor, warehouse, model, set(shape.columns)),
                    )

    def _take_over_grants(self, before: dict[str, DayTable], replaced: dict[str, DayTable]) -> None:
        models, columns = {}, {}
        for done in self._revision.added:
            table = done.table.name
            if model := replaced.get(table) or before.get(table):
                models[done.unpublished_name] = model.relation
                columns[done.unpublished_name] = set(done.row.columns)
        relations.take_over_grants(self._cursor, self._warehouse, models, columns)

    def _attach(self, done: CopiedTable) -> None:
        row = done.row
        shape = shape_name(row.table_name, row.kind, row.typed)
        name = part_name(row.table_name, row.day)
        relations.attach(self._cursor, self._warehouse, done.unpublished_name, name, shape, row)

    def _changes(
        self,
        there: dict[tuple[str, str], views.Existing],
        before: dict[str, DayTable],
        replaced: dict[str, DayTable],
        tables: set[str],
    ) -> list[views.Change]:
        """Return what is to happen to the views, those that stay as they are left out."""
        places = {
            part_name(done.table.name, done.table.day): done.unpublished_name
            for done in self._revision.added
            if done.table.name in replaced
        }
        found = []
        for change in wanted_views(self._cursor, self._warehouse, tables, there, before, places):
            if not change.is_needed:
                continue
            with _blaming(change.table):
                change.check()
            change.look(self._cursor)
            if change.query is None and change.is_of_a_table_that_went:
                if change.dependents:
                    continue  # users' views on it still show its last day
                self.lines.append(
                    f"{change.table}: no longer in the source: {change.name} is gone, its days "
                    f"stay in {self._warehouse.days}.{change.table}"
                )
            found.append(change)
        return found

    def _locks(
        self, changes: list[views.Change], removed: list[DayTable], dead: list[str]
    ) -> list[Lock]:
        parts = self._warehouse.parts
        found = {}
        for change in changes:
            if change.there:
                lock = view_lock(change.schema, change.table, change.there.owner)
                found[lock.schema, lock.name] = lock
            for item in change.dependents:
                lock = view_lock(item.schema, item.name, item.owner, item.kind)
                if item.is_ours_to_make:
                    found[lock.schema, lock.name] = lock
        gone = [row.relation for row in removed]
        for name in {*dead, *gone, *relations.parents(self._cursor, self._warehouse, gone)}:
            found[parts, name] = table_lock(parts, name)
        return list(found.values())

    def _audit(self) -> None:
        loads = self._registry.loads
        now = datetime.now(UTC)
        rows: list[tuple[DayTable, datetime, datetime, str | None]] = [
            *((done.row, done.started, done.finished, None) for done in self._revision.added),
            *((held.row, now, now, held.why) for held in self._revision.held),
        ]
        self._cursor.executemany(
            f"INSERT INTO {loads} (load_id, run_id, date, table_name, source, kind, rows, bytes, "
            "sha256, started_at, finished_at, read_at, project, origin, manifest, loaded_by, held) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(row.load_id, row.run_id, row.day, row.table_name, row.source, row.kind),
                    *(row.rows, row.bytes, row.sha256, started, finished, row.read_at),
                    *(row.project, row.origin, row.manifest, row.loaded_by, held),
                )
                for row, started, finished, held in rows
            ],
        )


def _alive(shapes: dict[str, list[Shape]]) -> set[str]:
    return {shape.name for found in shapes.values() for shape in found if shape.is_alive}


@contextmanager
def _blaming(table: str) -> Iterator[None]:
    """Name the table that an error is about: the others may be published without it."""
    try:
        yield
    except WarehouseError as error:
        raise TableError(table, str(error)) from error
