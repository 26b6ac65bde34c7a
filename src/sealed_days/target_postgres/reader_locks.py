"""Locks on what people read: taken without holding readers up for longer than a moment."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import one_line
from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres.warehouse import Warehouse

_AT_ONCE_SECONDS = 0.001
_QUEUE_SECONDS = 0.1
_POLL_SECONDS = 0.1
_STAY_SECONDS = 3.0


@dataclass(frozen=True)
class Lock:
    """A lock on a relation that people read, by the statement that takes it."""

    schema: str
    name: str
    statement: str


def table_lock(schema: str, name: str) -> Lock:
    """Return an ACCESS EXCLUSIVE lock on a table, without its partitions."""
    statement = f"LOCK TABLE ONLY {qualified(schema, name)} IN ACCESS EXCLUSIVE MODE"
    return Lock(schema, name, statement)


def view_lock(schema: str, name: str, owner: str, kind: str = "VIEW") -> Lock:
    """Return an ACCESS EXCLUSIVE lock on a view alone."""
    # LOCK TABLE would lock what the view reads, too; this changes nothing and locks the view
    statement = f"ALTER {kind} {qualified(schema, name)} OWNER TO {quote_ident(owner)}"
    return Lock(schema, name, statement)


@dataclass
class ReaderLocks:
    """Takes all locks of a publication together, or none.

    A lock that is waited for in PostgreSQL's queue makes every later reader wait behind it. So
    the locks are tried at once, again and again; only where readers follow each other without
    a gap does the busiest one queue, for a tenth of a second, then less and less often. All of
    that together takes no longer than `patience`.

    Args:
        warehouse: names what is waited for.
        patience: seconds that readers may be held up in all.
    """

    warehouse: Warehouse
    patience: float

    wanted: Lock | None = None
    _busy: list[tuple[str, str]] = field(default_factory=list)
    _queued: float = 0.0
    _next_queue: float = 0.0
    _interval: float = 0.2

    def take(self, cursor: Cursor, locks: Sequence[Lock], deadline: float) -> None:
        """Take the locks within the cursor's transaction, contended ones first.

        Raises:
            LockNotAvailable: `wanted` is held by others. Everything may be rolled back and
                tried again.
        """
        if not locks:
            return
        until = min(deadline, time.monotonic() + _STAY_SECONDS)
        while True:
            cursor.execute("SAVEPOINT reader_locks")
            try:
                self._try(cursor, locks)
                return
            except LockNotAvailable:
                cursor.execute("ROLLBACK TO SAVEPOINT reader_locks")
                self._note_busy()
                if time.monotonic() >= until:
                    raise
            time.sleep(_POLL_SECONDS)  # readers that queued behind us go first

    def _try(self, cursor: Cursor, locks: Sequence[Lock]) -> None:
        places = {name: place for place, name in enumerate(self._busy)}
        # contended relations first, so that nothing is held while one of them is waited for
        ordered = sorted(locks, key=lambda lock: places.get((lock.schema, lock.name), len(places)))
        seconds = self._queue_seconds() if self._busy else _AT_ONCE_SECONDS
        for lock in ordered:
            self.wanted = lock
            began = time.monotonic()
            set_lock_timeout(cursor, seconds)
            try:
                cursor.execute(lock.statement)
            finally:
                if seconds > _AT_ONCE_SECONDS:
                    self._queued += time.monotonic() - began
            seconds = _AT_ONCE_SECONDS
        self.wanted = None

    def _queue_seconds(self) -> float:
        now = time.monotonic()
        left = min(_QUEUE_SECONDS, self.patience - self._queued)
        if now < self._next_queue or left <= _AT_ONCE_SECONDS:
            return _AT_ONCE_SECONDS
        self._next_queue = now + self._interval
        self._interval *= 2
        return left

    def _note_busy(self) -> None:
        if self.wanted and (name := (self.wanted.schema, self.wanted.name)) not in self._busy:
            self._busy.insert(0, name)

    def blocker(self, session: Connection, error: Exception) -> str:
        """Return in words who holds what is waited for."""
        lock = self.wanted
        if lock is None:
            return f"another load is publishing, or a table is busy ({one_line(error)})"
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT pid, usename, left(query, 200), "
                "to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS TZ') "
                "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE granted "
                "AND relation = to_regclass(%s) AND pid <> pg_backend_pid() "
                "ORDER BY xact_start LIMIT 1",
                (qualified(lock.schema, lock.name),),
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


def set_lock_timeout(cursor: Cursor, seconds: float) -> None:
    """Set how long the transaction's next statements wait for a lock."""
    milliseconds = max(1, int(seconds * 1000))  # 0 would be for ever
    cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
