"""The warehouse's schemas: how things are named there, made ready, and looked up."""

from __future__ import annotations

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

from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres.settings import Settings

LOADS = "loads"
MAX_NAME = 63
"""Bytes of a PostgreSQL identifier."""

_DAY = len("@2025-01-01")
_MAKING = re.compile(r"@(\d{4}-\d\d-\d\d)~[0-9a-f]{6}")
_LOOKS_SHORTENED = re.compile(r"~[0-9a-f]{12}\Z")


@dataclass(frozen=True)
class Warehouse:
    """The three schemas of a warehouse.

    `views` is what people query, `days` has one table per source table and `loads`, and
    `parts` their partitions and the tables in the making.
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

    def check_name(self, table: str) -> None:
        """Refuse a name that no table of the warehouse can have.

        Raises:
            UserError: it is too long, empty, or that of the audit.
        """
        problem = None
        if table == LOADS:
            problem = f"is the name of the audit, {self.days}.{LOADS}"
        elif len(table.encode()) > MAX_NAME:
            problem = f"has {len(table.encode())} bytes where PostgreSQL takes {MAX_NAME}"
        elif not table:
            problem = "is empty"
        if problem:
            alias = f"{re.sub(r'[^A-Za-z0-9]+', '_', table)[:40] or 'name'}_table"
            msg = (
                f"the table name {table!r} {problem}: give the stream another name in the config "
                f"of the extractor in meltano.yml (stream_maps: {table!r}: __alias__: {alias})"
            )
            raise UserError(msg)

    def prepare(self, session: Connection) -> None:
        """Create the schemas and the audit where they are missing.

        Raises:
            UserError: the role may not.
        """
        schemas = (self.views, self.days, self.parts)
        with transaction(session) as cursor:
            if all(_may_create(cursor, schema) for schema in schemas) and relation_kind(
                cursor, self.days, LOADS
            ):
                return
            # two loads may meet a new warehouse at once
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (self.lock_key("publish"),))
            for schema in schemas:
                if not _may_create(cursor, schema):
                    cursor.execute(f"CREATE SCHEMA {quote_ident(schema)}")
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {qualified(self.days, LOADS)} ("
                "load_id uuid, run_id text NOT NULL, date date NOT NULL, table_name text, "
                "source text NOT NULL, kind text NOT NULL, rows bigint NOT NULL, "
                "bytes bigint NOT NULL, sha256 text NOT NULL, started_at timestamptz NOT NULL, "
                "finished_at timestamptz NOT NULL, published_at timestamptz NOT NULL DEFAULT now(),"
                " PRIMARY KEY (load_id, table_name))"
            )
            cursor.execute(
                f"COMMENT ON TABLE {qualified(self.days, LOADS)} IS "
                "'One row per table and load: what was loaded, when, from which file'"
            )

    def lock_day(self, session: Connection, day: date) -> None:
        """Hold a DATE for as long as the session lives.

        Raises:
            UserError: another session holds it.
        """
        key = self.lock_key(day.isoformat())
        with session.cursor() as cursor:
            try:
                # a load of another day may hold it for a moment: see `sweep`
                cursor.execute("SET lock_timeout = '1s'")
                cursor.execute("SELECT pg_advisory_lock(%s)", (key,))
                return
            except LockNotAvailable:
                pass
            finally:
                cursor.execute("SET lock_timeout = 0")
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
        raise UserError(msg)

    def sweep(self, session: Connection, mine: date) -> int:
        """Drop the tables in the making that dead loads left, and return their number.

        Those of a DATE that another session holds are alive. The caller holds `mine`.
        """
        days: dict[str, list[str]] = {}
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
                "AND relkind = 'r' AND NOT relispartition",
                (quote_ident(self.parts),),
            )
            for (name,) in cursor.fetchall():
                if match := _MAKING.fullmatch(name[-len("@2025-01-01~abcdef") :]):
                    days.setdefault(match[1], []).append(name)
            dropped = 0
            for day, names in days.items():
                key = self.lock_key(day)
                if day != mine.isoformat():
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", (key,))
                    if not scalar(cursor):
                        continue
                for name in names:
                    cursor.execute(f"DROP TABLE IF EXISTS {qualified(self.parts, name)}")
                    dropped += 1
                if day != mine.isoformat():
                    cursor.execute("SELECT pg_advisory_unlock(%s)", (key,))
        return dropped


def part_name(table: str, day: date, suffix: str = "") -> str:
    """Return the name of a table's partition: `orders@2025-01-01`, and what follows it.

    A name that would be too long is shortened and ends in a hash of the whole; so does one
    that looks as if, so that no two tables meet.
    """
    room = MAX_NAME - _DAY - len(suffix)
    name = table
    if len(table.encode()) > room or _LOOKS_SHORTENED.search(table):
        digest = hashlib.sha256(table.encode()).hexdigest()[:12]
        name = table.encode()[: room - 13].decode(errors="ignore") + "~" + digest
    return f"{name}@{day.isoformat()}{suffix}"


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
    return scalar(cursor)


def known_type(cursor: Cursor, sql_type: str) -> bool:
    """Return whether a column of this warehouse can have a type."""
    try:
        cursor.execute("SELECT typtype <> 'p' FROM pg_type WHERE oid = to_regtype(%s)", (sql_type,))
    except psycopg2.ProgrammingError:
        return False  # not even a type's name
    return bool(scalar(cursor))


def scalar(cursor: Cursor) -> Any:
    """Return the one value of a result, or None when it has no row."""
    row = cursor.fetchone()
    return row[0] if row else None


def _may_create(cursor: Cursor, schema: str) -> bool:
    """Return whether a schema is there for us; False when it is ours to create."""
    cursor.execute(
        # from pg_namespace itself: to_regnamespace may not yet know what another load made
        "SELECT n.oid IS NOT NULL, current_user, current_database(), CASE WHEN n.oid IS NULL "
        "THEN has_database_privilege(current_database(), 'CREATE') "
        "ELSE has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END "
        "FROM (VALUES (%s)) AS wanted (name) LEFT JOIN pg_namespace n ON nspname = name",
        (schema,),
    )
    there, user, database, allowed = cursor.fetchone()  # type: ignore[misc]
    if not allowed:
        what = (
            f"GRANT CREATE, USAGE ON SCHEMA {quote_ident(schema)}"
            if there
            else f"GRANT CREATE ON DATABASE {quote_ident(database)}"
        )
        msg = (
            f"the role {user} may not {'use' if there else 'create'} schema {schema} in database "
            f"{database}: run as an administrator {what} TO {quote_ident(user)}"
        )
        raise UserError(msg)
    return bool(there)
