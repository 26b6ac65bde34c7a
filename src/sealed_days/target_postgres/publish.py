"""Makes a loaded day visible: all its tables, in one short transaction."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from psycopg2.errors import DeadlockDetected, LockNotAvailable
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import UserError, one_line
from sealed_days.core.sql import qualified, quote_ident, quote_literal
from sealed_days.target_postgres.drift import SNAPSHOT_DATE, Drift, alter_type
from sealed_days.target_postgres.load_table import Loaded, adapt, drift_of
from sealed_days.target_postgres.plan import Lock, Plan
from sealed_days.target_postgres.views import MARK, SLICES, Existing, Shown, View, lock_view
from sealed_days.target_postgres.warehouse import (
    LOADS,
    Warehouse,
    columns,
    part_name,
    relation_kind,
    scalar,
    transaction,
)

_PAUSE_SECONDS = 0.1
_REST_SECONDS = 0.3
_SAY_SECONDS = 30


@dataclass
class Publication:
    """Publishes days into a warehouse.

    Args:
        warehouse: its schemas.
        lock_timeout: seconds that one try waits for readers.
        lock_wait: seconds that all tries take together.
        log: says who is waited for, and what changed between days.
    """

    warehouse: Warehouse
    lock_timeout: float
    lock_wait: float
    log: logging.Logger

    _wanted: Lock | None = None
    _busy: list[tuple[str, str]] = field(default_factory=list)

    def publish(self, session: Connection, day: date, loaded: list[Loaded], load_id: str) -> date:
        """Replace a day by what was loaded, and return the newest day.

        Raises:
            UserError: readers keep it from happening, or a change cannot be kept. Nothing
                has changed then.
        """
        deadline = time.monotonic() + self.lock_wait
        said = -math.inf
        while True:
            try:
                with transaction(session) as cursor:
                    newest, lines = self._try(cursor, day, loaded, load_id, deadline)
            except (LockNotAvailable, DeadlockDetected) as error:
                text = self._blocker(session, error)
                if time.monotonic() >= deadline:
                    msg = (
                        f"{day.isoformat()} was not published: {text} for longer than "
                        f"{self.lock_wait:g} s (lock_wait_seconds): nothing was changed; run it "
                        "again when that has ended"
                    )
                    raise UserError(msg) from None
                if time.monotonic() - said >= _SAY_SECONDS:
                    said = time.monotonic()
                    self.log.info("waiting to publish %s: %s", day.isoformat(), text)
                time.sleep(_PAUSE_SECONDS)  # readers that queued behind us go first
                continue
            for line in lines:
                self.log.info("%s", line)
            return newest

    def _try(
        self, cursor: Cursor, day: date, loaded: list[Loaded], load_id: str, deadline: float
    ) -> tuple[date, list[str]]:
        warehouse = self.warehouse
        self._wanted = None
        _lock_timeout(cursor, deadline - time.monotonic())
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (warehouse.lock_key("publish"),))
        for done in loaded:
            # autovacuum may be at it; nobody else is, so that waiting here disturbs no reader
            cursor.execute(f"LOCK TABLE {qualified(warehouse.parts, done.making)}")
        self._audit(cursor, day, loaded, load_id)

        newest = self._newest(cursor)
        is_newest = newest is None or day >= newest
        views = self._views(cursor)
        replaced = self._parts_of(cursor, day)
        plan = Plan()
        for done in loaded:
            self._plan_table(cursor, plan, done, replaced, views, newest, is_newest=is_newest)
        self._plan_gone(plan, day, {done.table.name for done in loaded}, replaced, views, is_newest)

        self._take(cursor, plan.locks)
        if plan.statements:
            cursor.execute(";\n".join(plan.statements))
        return (day if newest is None or is_newest else newest), plan.lines

    def _plan_table(
        self,
        cursor: Cursor,
        plan: Plan,
        done: Loaded,
        replaced: dict[str, str],
        views: dict[str, Existing],
        newest: date | None,
        *,
        is_newest: bool,
    ) -> None:
        warehouse, table = self.warehouse, done.table
        parent = qualified(warehouse.days, table.name)
        making = qualified(warehouse.parts, done.making)
        part = part_name(table.name, table.day)
        old = replaced.get(table.name)
        day = quote_literal(table.day.isoformat())

        drift = drift_of(cursor, warehouse, table, done.making)
        if drift is None:
            fields = [
                f"{quote_ident(name)} {kind}"
                for name, kind in columns(cursor, warehouse.parts, done.making).items()
                if name != SNAPSHOT_DATE
            ]
            cursor.execute(
                f"CREATE TABLE {parent} ({', '.join(fields)}, {SNAPSHOT_DATE} date NOT NULL) "
                f"PARTITION BY LIST ({SNAPSHOT_DATE})"
            )
            if newest:
                plan.lines.append(f"{table.name}: new table")
            drift = Drift()
        else:
            if relation_kind(cursor, warehouse.days, table.name) != "p":
                msg = (
                    f"{warehouse.days}.{table.name} is not a partitioned table of this loader: "
                    "rename or drop it"
                )
                raise UserError(msg)
            adapt(cursor, warehouse, done.making, drift)  # another day may have come between
            plan.lines += drift.lines
            whole = "ACCESS EXCLUSIVE" if old or drift.alters_all else "SHARE UPDATE EXCLUSIVE"
            only = "" if drift.alters_all else "ONLY "
            plan.lock(warehouse.days, table.name, whole, only)
        if old:
            plan.lock(warehouse.parts, old, "ACCESS EXCLUSIVE")

        view = View(cursor, warehouse, table.name, views)
        if is_newest:
            plan.lines += self._report_changes(cursor, done, drift, view, newest)
        shown = self._shown(cursor, done, view, is_newest=is_newest)
        before, after = view.change(shown, drift, columns(cursor, warehouse.parts, done.making))
        if before or after:
            view.lock(plan)
        plan.statements += before
        plan.statements += [
            f"ALTER TABLE {parent} {action}"
            for action in (
                *(f"ADD COLUMN {quote_ident(n)} {kind}" for n, kind in drift.add_to_all.items()),
                *(
                    alter_type(n, kind, drift.widen_all[n])
                    for n, kind in columns(cursor, warehouse.days, table.name).items()
                    if n in drift.widen_all
                ),
            )
        ]
        # the view moves to the new table under its old name, so that the old one can go
        plan.statements += after
        if old:
            plan.statements.append(f"DROP TABLE {qualified(warehouse.parts, old)}")
        cursor.execute(
            "SELECT conname, contype FROM pg_constraint "
            "WHERE conrelid = to_regclass(%s) AND contype IN ('p', 'c')",
            (making,),
        )
        constraints = {kind: quote_ident(name) for name, kind in cursor.fetchall()}
        plan.statements += [
            f"ALTER TABLE {making} RENAME TO {quote_ident(part)}",
            f"ALTER TABLE {parent} ATTACH PARTITION {qualified(warehouse.parts, part)} "
            f"FOR VALUES IN ({day})",
            # it has done its work; the partition's own bound says the same
            f"ALTER TABLE {qualified(warehouse.parts, part)} DROP CONSTRAINT {constraints['c']}",
        ]
        if "p" in constraints:
            key = quote_ident(part_name(table.name, table.day, "_pkey"))
            plan.statements.append(
                f"ALTER TABLE {qualified(warehouse.parts, part)} "
                f"RENAME CONSTRAINT {constraints['p']} TO {key}"
            )

    def _shown(self, cursor: Cursor, done: Loaded, view: View, *, is_newest: bool) -> Shown | None:
        """Return what a table's view shall show, None to leave it as it is."""
        table, warehouse = done.table, self.warehouse
        days = qualified(warehouse.days, table.name)
        names = [name for name, _ in table.columns]
        if not is_newest:
            if not view.is_slices:
                return None
            names = list(view.columns)
        elif table.kind != "slice":
            # straight on the day's own table: readers of today never meet a backfill's locks,
            # and the planner has the statistics of the very table
            source = qualified(warehouse.parts, done.making)
            return Shown(
                names,
                source,
                f"Snapshot of {table.day.isoformat()}; every day is in {days} {MARK}",
            )
        where = ""
        if others := self._snapshot_days(cursor, done):
            dates = ", ".join(map(quote_literal, others))
            where = f" WHERE {SNAPSHOT_DATE} <> ALL (ARRAY[{dates}]::date[])"
        shown = Shown(names, days + where, f"{SLICES} {days}{where} {MARK}")
        return shown if is_newest or shown.comment != view.comment else None

    def _snapshot_days(self, cursor: Cursor, done: Loaded) -> list[str]:
        """Return the days of a table that are no slices, this one included."""
        cursor.execute(
            "SELECT right(relname, 10) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
            "WHERE inhparent = to_regclass(%s) "
            "AND obj_description(c.oid, 'pg_class') NOT LIKE 'slice%%'",
            (qualified(self.warehouse.days, done.table.name),),
        )
        day = done.table.day.isoformat()
        days = {found for (found,) in cursor.fetchall()} - {day}
        return sorted(days | ({day} if done.table.kind != "slice" else set()))

    def _report_changes(
        self, cursor: Cursor, done: Loaded, drift: Drift, view: View, newest: date | None
    ) -> Iterator[str]:
        """Yield a line for each column that went and for a changed key."""
        table, day = done.table, done.table.day.isoformat()
        for name in drift.add_to_day:
            if name in view.columns:
                yield f"{table.name}: column {name} is gone: NULL in {day}, kept in the days before"
        if newest is None or newest == table.day:
            return
        cursor.execute(
            "SELECT attname FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS k (attnum, n) "
            "JOIN pg_attribute a USING (attnum) "
            "WHERE contype = 'p' AND conrelid = to_regclass(%s) AND attrelid = conrelid ORDER BY n",
            (qualified(self.warehouse.parts, part_name(table.name, newest)),),
        )
        keys = tuple(name for (name,) in cursor.fetchall())
        there = relation_kind(cursor, self.warehouse.parts, part_name(table.name, newest))
        if there and keys != table.keys:
            was, now = (", ".join(names) or "none" for names in (keys, table.keys))
            yield f"{table.name}: the key changed from {was} to {now}"

    def _plan_gone(
        self,
        plan: Plan,
        day: date,
        there: set[str],
        replaced: dict[str, str],
        views: dict[str, Existing],
        is_newest: bool,
    ) -> None:
        """Plan what happens to tables that the day no longer has."""
        warehouse = self.warehouse
        if is_newest:
            for name, view in views.items():
                if name in there or not view.is_ours:
                    continue
                lock_view(plan, warehouse, name, view)
                plan.statements.append(f"DROP VIEW {qualified(warehouse.views, name)}")
                plan.lines.append(
                    f"{name}: not in {day.isoformat()}: its view is gone, its days stay in "
                    f"{warehouse.days}.{name}"
                )
        for name, part in replaced.items():
            if name in there:
                continue
            plan.lock(warehouse.days, name, "ACCESS EXCLUSIVE")
            plan.lock(warehouse.parts, part, "ACCESS EXCLUSIVE")
            plan.statements.append(f"DROP TABLE {qualified(warehouse.parts, part)}")
            plan.lines.append(f"{name}: no longer in {day.isoformat()}: removed from that day")

    def _take(self, cursor: Cursor, locks: list[Lock]) -> None:
        """Take all locks, within one try's time.

        While the first is waited for, nothing that people read is held. From then on little
        time is left, less than the server's deadlock_timeout: readers wait no longer than
        that, and none is ever chosen as the victim of a deadlock with us.
        """
        if not locks:
            return
        # what was found busy comes first: so we end up with the order in which readers go
        places = {name: place for place, name in enumerate(self._busy)}
        locks.sort(key=lambda lock: places.get((lock.schema, lock.name), len(places)))
        cursor.execute(
            "SELECT setting::float / 1000 FROM pg_settings WHERE name = 'deadlock_timeout'"
        )
        rest = min(self.lock_timeout, _REST_SECONDS, 0.9 * scalar(cursor))
        until = None
        for lock in locks:
            self._wanted = lock
            _lock_timeout(cursor, self.lock_timeout if until is None else until - time.monotonic())
            cursor.execute(lock.statement)
            until = until or time.monotonic() + rest
        self._wanted = None

    def _blocker(self, session: Connection, error: Exception) -> str:
        """Return in words who holds what we wait for."""
        lock = self._wanted
        if lock is None:
            return f"another load is publishing, or a table is busy ({one_line(error)})"
        if (lock.schema, lock.name) not in self._busy:
            self._busy.insert(0, (lock.schema, lock.name))
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT pid, usename, left(query, 200), "
                "to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS TZ') "
                "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE granted "
                "AND relation IN (SELECT to_regclass(%(name)s) UNION "
                "SELECT relid FROM pg_partition_tree(to_regclass(%(name)s))) "
                "AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 1",
                {"name": qualified(lock.schema, lock.name)},
            )
            row = cursor.fetchone()
        if not row:
            return f"{lock.schema}.{lock.name} is being read by others again and again"
        pid, user, query, since = row
        if since is None:
            # a role sees only its own sessions
            return (
                f"{lock.schema}.{lock.name} is held by pid {pid}, a session of another role or "
                "autovacuum"
            )
        return (
            f"{lock.schema}.{lock.name} is held by pid {pid} of {user} since {since} "
            f"({one_line(Exception(query))})"
        )

    def _audit(self, cursor: Cursor, day: date, loaded: list[Loaded], load_id: str) -> None:
        audit = qualified(self.warehouse.days, LOADS).replace("%", "%%")
        cursor.executemany(
            f"INSERT INTO {audit} (load_id, run_id, date, "
            "table_name, source, kind, rows, bytes, sha256, started_at, finished_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    load_id,
                    os.environ.get("MELTANO_RUN_ID") or load_id,
                    day,
                    done.table.name,
                    done.table.source,
                    done.table.kind,
                    done.file.rows,
                    done.file.bytes,
                    done.file.sha256,
                    done.started,
                    done.finished,
                )
                for done in loaded
            ],
        )

    def _newest(self, cursor: Cursor) -> date | None:
        """Return the newest day of which a partition is there."""
        cursor.execute(
            "SELECT max(right(relname, 10))::date FROM pg_class "
            "WHERE relnamespace = to_regnamespace(%s) AND relispartition AND relkind = 'r' "
            r"AND relname ~ '@\d{4}-\d\d-\d\d$'",
            (quote_ident(self.warehouse.parts),),
        )
        return scalar(cursor)

    def _views(self, cursor: Cursor) -> dict[str, Existing]:
        """Return everything of the views' schema, ours or not."""
        cursor.execute(
            "SELECT relname, CASE WHEN relkind = 'v' "
            "THEN coalesce(obj_description(oid, 'pg_class'), '') ELSE '' END, "
            "pg_get_userbyid(relowner) "
            "FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
            "AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'c')",
            (quote_ident(self.warehouse.views),),
        )
        return {name: Existing(comment, owner) for name, comment, owner in cursor.fetchall()}

    def _parts_of(self, cursor: Cursor, day: date) -> dict[str, str]:
        """Return table -> partition for a day."""
        cursor.execute(
            "SELECT p.relname, c.relname FROM pg_class c JOIN pg_inherits ON inhrelid = c.oid "
            "JOIN pg_class p ON p.oid = inhparent "
            "WHERE c.relnamespace = to_regnamespace(%s) AND c.relispartition "
            "AND c.relkind = 'r' AND right(c.relname, 11) = %s "
            "AND p.relnamespace = to_regnamespace(%s)",
            (
                quote_ident(self.warehouse.parts),
                f"@{day.isoformat()}",
                quote_ident(self.warehouse.days),
            ),
        )
        return dict(cursor.fetchall())


def _lock_timeout(cursor: Cursor, seconds: float) -> None:
    milliseconds = max(1, int(seconds * 1000))  # 0 would be for ever
    cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
