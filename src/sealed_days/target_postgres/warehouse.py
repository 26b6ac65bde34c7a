"""The warehouse's schemas: how things are named there, made ready, and looked up."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg2
from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import BusyError, ConfigurationError
from sealed_days.core.sql import qualified, quote_literal
from sealed_days.target_postgres.settings import Settings

LOADS = "loads"
MAX_NAME = 63
"""Bytes of a PostgreSQL identifier."""

RESERVED = {"loads", "loads_days", "loads_shapes", "loads_sources"}
SNAPSHOT_DATE = "snapshot_date"

_LOOKS_SHORTENED = re.compile(r"~[0-9a-f]{12}\Z")


@dataclass(frozen=True)
class Warehouse:
    """The three schemas of a warehouse.

    `views` is what people query, `days` has a view on all days per table and the registry, and
    `parts` the days' own tables, shapes, and tables that are not published yet.
    """

    views: str
    days: str
    parts: str

    @classmethod
    def of(cls, settings: Settings) -> Warehouse:
        """Return the warehouse that the target's settings name."""
        views = settings.default_target_schema
        return cls(
            views,
            settings.days_schema or f"{views}_days",
            settings.parts_schema or f"{views}_parts",
        )

    def __post_init__(self) -> None:
        if len({self.views, self.days, self.parts}) < 3:
            msg = (
                "default_target_schema, days_schema and parts_schema of target-postgres are "
                f"{self.views}, {self.days} and {self.parts}: use three different names"
            )
            raise ConfigurationError(msg)

    def lock_key(self, what: str) -> int:
        """Return the advisory lock's number for a DATE, or for `publish`."""
        digest = hashlib.sha256(f"singer_copy\0{self.days}\0{what}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)

    def lock_day(self, session: Connection, day: date) -> None:
        """Hold a DATE for as long as the session lives.

        Raises:
            BusyError: another session holds it.
        """
        key = self.lock_key(day.isoformat())
        with contextlib.suppress(LockNotAvailable), transaction(session) as cursor:
            # a load of another day may hold it for a moment: see `sweep`
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            cursor.execute("SELECT pg_advisory_lock(%s)", (key,))
            return
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT pid, to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') "
                "FROM pg_locks LEFT JOIN pg_stat_activity USING (pid) "
                "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
                "AND (classid::bigint << 32 | objid::bigint) = %s",
                (key,),
            )
            pid, since = cursor.fetchone() or ("unknown", None)
        msg = (
            f"{self.views} {day.isoformat()} is being loaded by another run "
            f"(pid {pid}{f' since {since}' if since else ''}): wait for it to end"
        )
        raise BusyError(msg)


def part_name(table: str, day: date, suffix: str = "") -> str:
    """Return the name of a day's own table: `orders@2025-01-01`, and what follows it."""
    return shortened(table, f"@{day.isoformat()}{suffix}")


def shortened(table: str, suffix: str) -> str:
    """Return a table's name and a suffix, within the bytes of an identifier.

    A name that would be too long is shortened and ends in a hash of the whole; so does one
    that looks as if, so that no two tables meet.
    """
    room = MAX_NAME - len(suffix)
    if len(table.encode()) > room or _LOOKS_SHORTENED.search(table):
        digest = hashlib.sha256(table.encode()).hexdigest()[:12]
        table = table.encode()[: room - 13].decode(errors="ignore") + "~" + digest
    return table + suffix


@contextmanager
def transaction(session: Connection) -> Iterator[Cursor]:
    """Run a block as one transaction of an autocommit session."""
    session.autocommit = False
    try:
        with session, session.cursor() as cursor:
            yield cursor
    finally:
        if not session.closed:
            session.autocommit = True


def columns(cursor: Cursor, schema: str, name: str) -> dict[str, str]:
    """Return column -> type of a table or view; empty when there is none."""
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (qualified(schema, name),),
    )
    return dict(cursor.fetchall())


def relation_kind(cursor: Cursor, schema: str, name: str) -> str | None:
    """Return a relation's pg_class.relkind, or None when there is no such relation."""
    cursor.execute(
        "SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", (qualified(schema, name),)
    )
    kind: str | None = scalar(cursor)
    return kind


def known_type(cursor: Cursor, sql_type: str) -> bool:
    """Return whether a column of this warehouse can have a type."""
    try:
        cursor.execute(
            "SELECT typtype <> 'p', typnamespace = 'pg_catalog'::regnamespace "
            "AND oid <> ALL ('{xml, xml[]}'::regtype[]) FROM pg_type WHERE oid = to_regtype(%s)",
            (sql_type,),
        )
    except psycopg2.ProgrammingError:
        return False  # not even a type's name
    is_there, is_built_in = cursor.fetchone() or (False, False)
    return bool(is_there and (is_built_in or _works(cursor, sql_type)))


def _works(cursor: Cursor, sql_type: str) -> bool:
    """Return whether the server reads values of a type: xml is there without libxml, too."""
    cursor.execute("SELECT to_regtype(%s)::text", (sql_type.removesuffix("[]"),))
    # in a block of its own, which an error does not leave
    statement = (
        "DO $block$ BEGIN EXECUTE {tried}; EXCEPTION WHEN feature_not_supported THEN "
        "PERFORM set_config('sealed_days.works', 'no', false); WHEN OTHERS THEN NULL; END $block$"
    )
    tried = quote_literal(f"SELECT CAST('' AS {scalar(cursor)})")
    cursor.execute("SELECT set_config('sealed_days.works', 'yes', false)")
    cursor.execute(statement.format(tried=tried))
    cursor.execute("SELECT current_setting('sealed_days.works') = 'yes'")
    return bool(scalar(cursor))


def scalar(cursor: Cursor) -> Any:
    """Return the one value of a result, or None when it has no row."""
    row = cursor.fetchone()
    return row[0] if row else None
