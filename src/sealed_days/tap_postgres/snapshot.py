"""One instant of the source: locks first, then the snapshot, then a second look at the catalog.

PostgreSQL shows an older snapshot an empty table after TRUNCATE, a rewriting ALTER TABLE or a swap
by rename. So ACCESS SHARE locks on all that will be read come before the snapshot (LOCK takes
none), and what is read is what the catalog says under them.
Source: https://www.postgresql.org/docs/current/mvcc-caveats.html
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
from psycopg2 import errors

from sealed_days import __version__
from sealed_days.core.errors import BusyError, SourceError, one_line
from sealed_days.core.sql import qualified
from sealed_days.tap_postgres.catalog import Table, read_schemas, read_tables
from sealed_days.tap_postgres.preflight import preflight
from sealed_days.tap_postgres.selection import SelectedTable, Selection
from sealed_days.tap_postgres.settings import Settings
from sealed_days.tap_postgres.source import Session, Source

logger = logging.getLogger("tap-postgres")

Choose = Callable[[list[Table], list[str]], Selection]
"""What to read of the relations and schemas that a source has."""

_ATTEMPT_SECONDS = 5.0
"""How long one attempt waits for locks before it says who holds them."""

_CHANGES = 20
"""How often the catalog may change between the first look and the locks."""

_HOLDERS = """
SELECT format('%%s by %%s', l.relation::regclass,
              COALESCE(format('process %%s (%%s)', a.pid, concat_ws(', ', a.usename,
                       nullif(a.application_name, ''), a.state)), 'a prepared transaction'))
FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.relation = ANY (%s::bigint[]::oid[])
       OR l.relation IN (SELECT inhrelid FROM pg_inherits))
ORDER BY l.granted DESC, 1 LIMIT 3
"""


@dataclass(frozen=True)
class Snapshot:
    """An instant of the source, and the tables to read at it.

    `session` holds it open, with the locks. `name` is its exported name, None behind a pooler.
    `about` is what the manifest says of it.
    """

    source: Source
    session: Session
    name: str | None
    tables: tuple[SelectedTable, ...]
    about: dict[str, Any]


def take_snapshot(source: Source, settings: Settings, choose: Choose) -> Snapshot:
    """Lock what `choose` chooses, and take and export a snapshot.

    Raises:
        BusyError: another session has locked a table for longer than `lock_timeout_seconds`.
        SourceError: the source cannot be read.
        UserError: what `choose` refuses.
    """
    session = source.connect()
    try:
        return _take(source, session, settings, choose)
    except psycopg2.Error as error:
        session.close()
        msg = f"cannot read the source {source.name}: {one_line(error)}"
        raise SourceError(msg) from None
    except BaseException:
        session.close()
        raise


def _take(source: Source, session: Session, settings: Settings, choose: Choose) -> Snapshot:
    started, changes = time.monotonic(), 0
    said = False
    while True:
        with session.transaction() as connection:
            schemas = read_schemas(connection)
            selection = choose(read_tables(connection, settings.filter_schemas), schemas)
            preflight(connection, selection)
        left = settings.lock_timeout_seconds - (time.monotonic() - started)
        locked = [table.table for table in selection.tables if table.table.lockable]
        try:
            session.begin()
            _lock(session, locked, min(left, _ATTEMPT_SECONDS))
            again = choose(read_tables(session.connection, settings.filter_schemas), schemas)
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            session.rollback()
            holders = _holders(session, locked)
            left = settings.lock_timeout_seconds - (time.monotonic() - started)
            if left <= 0:
                msg = (
                    f"the source {source.name} has tables that another session has locked for "
                    f"more than {settings.lock_timeout_seconds:g} s: {holders}: end that session, "
                    "or leave the table out by select in meltano.yml, or raise "
                    "lock_timeout_seconds"
                )
                raise BusyError(msg) from None
            if not said:
                logger.info("waiting for a lock: %s", holders)
                said = True
            continue
        except (errors.UndefinedTable, errors.InvalidSchemaName, errors.WrongObjectType):
            session.rollback()  # dropped or renamed since the first look
            again = None
        if again is not None and again.tables == selection.tables:
            break
        if again is not None:
            session.rollback()
        changes += 1
        if changes == _CHANGES:
            msg = (
                f"the tables of the source {source.name} change faster than they can be locked "
                f"({_CHANGES} times): run the job again when its migration has ended"
            )
            raise BusyError(msg)
    for line in selection.remarks:
        logger.info(line)
    for line in selection.warnings:
        logger.warning(line)
    if session.is_pooled:
        logger.info("a connection pooler stands before the source: one connection reads everything")
    return Snapshot(source, session, *_export(session, source, selection))


def _lock(session: Session, tables: list[Table], seconds: float) -> None:
    """Lock all tables; plain ones by ONLY, without their inheritance children."""
    if not tables:
        return
    names = (
        f"{'ONLY ' if table.relkind == 'r' else ''}{qualified(table.schema, table.name)}"
        for table in tables
    )
    session.execute(
        f"SET LOCAL lock_timeout = {max(1, round(1000 * seconds))}; "
        f"LOCK TABLE {', '.join(names)} IN ACCESS SHARE MODE; SET LOCAL lock_timeout = 0"
    )


def _holders(session: Session, tables: list[Table]) -> str:
    with session.transaction() as connection, connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [[table.oid for table in tables]])
        found = [line for (line,) in cursor.fetchall()]
    return "; ".join(found) or "its holder has ended meanwhile"


def _export(
    session: Session, source: Source, selection: Selection
) -> tuple[str | None, tuple[SelectedTable, ...], dict[str, Any]]:
    with session.connection.cursor() as cursor:
        cursor.execute("SELECT txid_current_snapshot()::text, current_setting('server_version')")
        instant, server = cursor.fetchone() or ("", "")
        name = None
        if not session.is_pooled:
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone() or (None,)
    about = {
        "read_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "snapshot": instant,
        "database": source.name,
        "server": f"PostgreSQL {server}",
        "tap": f"tap-postgres {__version__}",
        # so that a day can tell a table that went from one that was not asked for
        "not_selected": list(selection.not_selected),
    }
    return name, selection.tables, about
