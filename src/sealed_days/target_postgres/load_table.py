"""Loads one file into one table, in one transaction: made, copied, proven, keyed."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import psycopg2
from psycopg2.errors import NotNullViolation, UniqueViolation
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import UserError
from sealed_days.core.progress import EVERY_SECONDS, share_line, table_line
from sealed_days.core.proven_file import BLOCK, ProvenFile, file_sha256
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.drift import SNAPSHOT_DATE, Drift, alter_type, compare
from sealed_days.target_postgres.warehouse import Warehouse, columns, part_name, scalar

_KEY_MEMORY = 256 * 1024
"""Kilobytes that building a key may take on the server; more where the server gives more."""
_CONTEXT = re.compile(r"line (\d+)(?:, column (.*?))?(?::|$)", re.DOTALL)


@dataclass(frozen=True)
class Table:
    """One table of a day, as its SCHEMA message tells it. `columns` are (name, type)."""

    name: str
    day: date
    source: str
    kind: str
    job: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]

    @property
    def mend(self) -> str:
        """The command that stages this table's day again."""
        return f"run DATE={self.day.isoformat()} meltano run {self.job}"


@dataclass(frozen=True)
class Loaded:
    """A table that is complete, in a table of its own that nobody sees yet."""

    table: Table
    making: str
    file: ProvenFile
    started: datetime
    finished: datetime

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished - self.started).total_seconds()


class ProvingReader:
    """A file that COPY reads, hashed and counted on the way."""

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._progress = progress
        self._next = time.monotonic() + EVERY_SECONDS
        self.bytes = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next block."""
        block = self._stream.read(size)
        self._hash.update(block)
        self.bytes += len(block)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY_SECONDS
            self._progress(self.bytes)
        return block

    @property
    def sha256(self) -> str:
        """The sha256 of what was read, as hex digits."""
        return self._hash.hexdigest()


def open_session(server: Server, name: str, sessions: int) -> Connection:
    """Open one of some sessions that load tables side by side."""
    settings = {
        # the publishing commit, which is synchronous, makes all that was logged before it durable
        "synchronous_commit": "off",
        # the disk works all through the COPY, and each commit finds little left to wait for
        "backend_flush_after": "2MB",
    }
    if server.is_local and sessions >= (os.cpu_count() or 1):
        # every core has its table: helpers for one's key would only get in the way of another
        settings["max_parallel_maintenance_workers"] = "0"
    session = server.connect(name, **settings)
    with session.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, greatest(setting::bigint, %s)::text, false) "
            "FROM pg_settings WHERE name = 'maintenance_work_mem'",
            (_KEY_MEMORY,),
        )
    return session


def load_table(
    session: Connection,
    warehouse: Warehouse,
    table: Table,
    file: ProvenFile,
    load_id: str,
    log: logging.Logger,
) -> Loaded:
    """Copy a file into a new table of the parts schema, commit and analyze it.

    Raises:
        UserError: the file is not what its proof says, or PostgreSQL refuses its rows.
    """
    started = datetime.now(UTC)
    making = part_name(table.name, table.day, f"~{load_id[:6]}")
    session.autocommit = False
    with session, session.cursor() as cursor:
        _create(cursor, warehouse, table, making, load_id, log)
        rows = _copy(cursor, warehouse, table, making, file, log)
        if time.time() - started.timestamp() > EVERY_SECONDS:
            log.info("%s: %s rows copied; building its key", table.name, f"{rows:,}")
        _add_key(cursor, warehouse, table, making, file.path)
    with session, session.cursor() as cursor:
        # the planner needs it at once; in the COPY's transaction it would not count for autovacuum
        cursor.execute(f"ANALYZE {qualified(warehouse.parts, making)}")
    done = Loaded(table, making, file, started, datetime.now(UTC))
    log.info("%s", table_line(table.name, file.rows, file.bytes, done.seconds))
    return done


def drift_of(cursor: Cursor, warehouse: Warehouse, table: Table, making: str) -> Drift | None:
    """Compare a table in the making with the table of all days; None when that is new.

    Raises:
        UserError: they cannot be held together.
    """
    all_days = columns(cursor, warehouse.days, table.name)
    if not all_days:
        return None
    one_day = columns(cursor, warehouse.parts, making)
    cursor.execute(
        "SELECT max(right(relname, 10)) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
        r"WHERE inhparent = to_regclass(%s) AND relname ~ '@\d{4}-\d\d-\d\d$'",
        (qualified(warehouse.days, table.name),),
    )
    newest = scalar(cursor)
    day = table.day.isoformat()
    one_day = {name: kind for name, kind in one_day.items() if name in dict(table.columns)}
    all_days.pop(SNAPSHOT_DATE, None)
    return compare(table.name, day, all_days, one_day, is_newest=newest is None or newest < day)


def adapt(cursor: Cursor, warehouse: Warehouse, making: str, drift: Drift | None) -> None:
    """Give a table in the making the columns and types of the table of all days."""
    if not drift:
        return
    there = columns(cursor, warehouse.parts, making)
    actions = [
        f"ADD COLUMN {quote_ident(name)} {kind}"
        for name, kind in drift.add_to_day.items()
        if name not in there
    ]
    # a column that was added at the first look may have been widened since by another day
    changes = drift.widen_day | {
        name: kind for name, kind in drift.add_to_day.items() if there.get(name, kind) != kind
    }
    actions += [alter_type(name, there[name], kind) for name, kind in changes.items()]
    if actions:
        cursor.execute(f"ALTER TABLE {qualified(warehouse.parts, making)} {', '.join(actions)}")


def _create(
    cursor: Cursor,
    warehouse: Warehouse,
    table: Table,
    making: str,
    load_id: str,
    log: logging.Logger,
) -> None:
    name = qualified(warehouse.parts, making)
    day = quote_literal(table.day.isoformat())
    definitions = [
        # without NOT NULL the key would be checked for NULL by another scan
        f"{quote_ident(column)} {kind}{' NOT NULL' if column in table.keys else ''}"
        for column, kind in table.columns
    ]
    # the CHECK lets the table be attached to the days without a scan
    definitions.append(
        f"{SNAPSHOT_DATE} date NOT NULL DEFAULT {day} CHECK ({SNAPSHOT_DATE} = {day})"
    )
    cursor.execute(f"CREATE TABLE {name} ({', '.join(definitions)})")
    comment = f"{table.kind} of {table.day.isoformat()} from {table.source}, load {load_id}"
    cursor.execute(f"COMMENT ON TABLE {name} IS {quote_literal(comment)}")
    # now, while it is empty: a wider type costs nothing, and what cannot be kept costs no COPY
    drift = drift_of(cursor, warehouse, table, making)
    adapt(cursor, warehouse, making, drift)
    for line in drift.day_lines if drift else ():
        log.info("%s", line)


def _copy(
    cursor: Cursor,
    warehouse: Warehouse,
    table: Table,
    making: str,
    file: ProvenFile,
    log: logging.Logger,
) -> int:
    names = [column for column, _ in table.columns]

    def progress(done: int) -> None:
        seconds = time.monotonic() - began
        log.info("%s", share_line(table.name, done, file.bytes, seconds))

    began, path = time.monotonic(), file.path
    try:
        with path.open("rb", buffering=0) as stream:
            reader = ProvingReader(stream, progress)
            cursor.copy_expert(
                f"COPY {qualified(warehouse.parts, making)} ({column_list(names)}) FROM STDIN "
                "WITH (FORMAT csv, HEADER true, FREEZE, ENCODING 'UTF8')",
                reader,  # type: ignore[arg-type]  # psycopg2 calls read alone
                size=BLOCK,
            )
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}): {table.mend}"
        raise UserError(msg) from None
    except psycopg2.Error as error:
        if error.pgcode is None or error.pgcode[:2] not in {"22", "23"}:
            raise  # not the file's rows
        if file_sha256(path) != file.sha256:
            raise _damaged(path, table) from None
        raise _bad_row(error, table, path) from None
    if reader.bytes != file.bytes or reader.sha256 != file.sha256:
        raise _damaged(path, table)
    if cursor.rowcount != file.rows:
        msg = (
            f"{table.name}: COPY took {cursor.rowcount:,} rows from {path} where its manifest says "
            f"{file.rows:,}: nothing was published; {table.mend}"
        )
        raise UserError(msg)
    return cursor.rowcount


def _damaged(path: Path, table: Table) -> UserError:
    return UserError(
        f"{path} is damaged: it is not the file that its manifest describes (sha256): "
        f"nothing was published; {table.mend}"
    )


def _bad_row(error: psycopg2.Error, table: Table, path: Path) -> UserError:
    where = _CONTEXT.search(error.diag.context or "")
    column = (where and where[2]) or error.diag.column_name
    text = error.diag.message_primary
    if isinstance(error, NotNullViolation):
        text = "it is part of the key and NULL"
    place = f"line {where[1]}" if where else "a row"
    return UserError(
        f"{table.name}: {place}{f', column {column}' if column else ''}: {text} ({path}): "
        "nothing was published"
    )


def _add_key(cursor: Cursor, warehouse: Warehouse, table: Table, making: str, path: Path) -> None:
    if not table.keys:
        return
    try:
        cursor.execute(
            f"ALTER TABLE {qualified(warehouse.parts, making)} "
            f"ADD PRIMARY KEY ({column_list(table.keys)})"
        )
    except UniqueViolation as error:
        msg = (
            f"{table.name}: the key ({', '.join(table.keys)}) is not unique: "
            f"{error.diag.message_detail} ({path}): nothing was published"
        )
        raise UserError(msg) from None
