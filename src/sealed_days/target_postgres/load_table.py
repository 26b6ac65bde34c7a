"""Loads one file into one table in one transaction: create, copy, prove, add the key."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import psycopg2
from psycopg2.errors import NotNullViolation
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import FileError, UserError, WarehouseError
from sealed_days.core.progress import EVERY_SECONDS, share_line, table_line
from sealed_days.core.proven_file import ProvenFile, file_sha256
from sealed_days.core.sql import column_list, qualified
from sealed_days.target_postgres import new_table
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.incoming import IncomingTable
from sealed_days.target_postgres.registry import MAKING, DayTable
from sealed_days.target_postgres.warehouse import Warehouse, part_name, transaction

_KEY_MEMORY = 256 * 1024
"""Kilobytes that building a key may take on the server; more where the server gives more."""
SENT_BYTES = 64 * 1024
"""Bytes that COPY is sent at a time: more would leave the processor's cache before it is read."""
_CONTEXT = re.compile(r"line (\d+)(?:, column (.*?))?(?::|$)", re.DOTALL)


@dataclass(frozen=True)
class Load:
    """One load: its id, the project whose it is, Meltano's run."""

    load_id: str
    project: str
    run_id: str

    def row(self, table: IncomingTable, file: ProvenFile) -> DayTable:
        """Return the registry's row for a table of this load."""
        return DayTable(
            relation=part_name(table.name, table.day, f"~{self.load_id[:6]}"),
            table_name=table.name,
            day=table.day,
            state=MAKING,
            kind=table.kind,
            shape=None,
            project=self.project,
            source=table.source,
            origin=table.origin,
            columns=[name for name, _ in table.columns],
            types=[kind for _, kind in table.columns],
            keys=list(table.keys),
            comments=table.comments,
            rows=file.rows,
            bytes=file.bytes,
            sha256=file.sha256,
            manifest=table.manifest,
            read_at=table.read_at,
            load_id=self.load_id,
            run_id=self.run_id,
            loaded_by=None,
        )


@dataclass(frozen=True)
class CopiedTable:
    """A complete table, in a table of its own that nobody sees yet: `unpublished_name`."""

    table: IncomingTable
    row: DayTable
    file: ProvenFile
    started: datetime
    finished: datetime

    @property
    def unpublished_name(self) -> str:
        """The name of its own table until it is published."""
        return self.row.relation

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished - self.started).total_seconds()


class ProvingReader:
    """A file that COPY reads, hashed and counted on the way."""

    def __init__(
        self, stream: BinaryIO, progress: Callable[[int], None], read: Callable[[int], None]
    ) -> None:
        self._stream = stream
        self._read = read
        self._hash = hashlib.sha256()
        self._progress = progress
        self._next = time.monotonic() + EVERY_SECONDS
        self.bytes = 0
        self.failure: Exception | None = None
        """Why the file could not be read; psycopg2 raises an error of the server's instead."""

    def read(self, size: int = -1) -> bytes:
        """Return the next block."""
        try:
            block = self._stream.read(size)
        except (OSError, UserError) as error:
            self.failure = error
            raise
        self._hash.update(block)
        self.bytes += len(block)
        self._read(self.bytes)
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
        # the disk writes during the COPY, so each commit has little left to wait for
        "backend_flush_after": "2MB",
    }
    if server.is_local and sessions >= (os.cpu_count() or 1):
        # every core has its table: parallel workers for one key would only slow another
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
    table: IncomingTable,
    file: ProvenFile,
    load: Load,
    log: logging.Logger,
    read: Callable[[int], None],
) -> CopiedTable:
    """Copy a file into a new table of the parts schema, commit and analyze it.

    `read` is told how many bytes of the file were read.

    Raises:
        FileError: the file is not what its proof says.
        WarehouseError: PostgreSQL refuses its rows.
    """
    started = datetime.now(UTC)
    with transaction(session) as cursor:
        row = new_table.create(cursor, warehouse, table, load.row(table, file))
        making = row.relation
        rows = _copy(cursor, warehouse, table, making, file, log, read)
        if time.time() - started.timestamp() > EVERY_SECONDS:
            log.info("%s: %s rows copied; building its key", table.name, f"{rows:,}")
        new_table.add_key_and_indexes(cursor, warehouse, row, making, file)
    with transaction(session) as cursor:
        # the planner needs it at once
        new_table.analyze(cursor, qualified(warehouse.parts, making), len(table.columns))
    return copied(table, row, file, started, log)


def copied(
    table: IncomingTable, row: DayTable, file: ProvenFile, started: datetime, log: logging.Logger
) -> CopiedTable:
    """Return a table that is complete now, and log how long it took."""
    done = CopiedTable(table, row, file, started, datetime.now(UTC))
    log.info("%s", table_line(table.name, file.rows, file.bytes, done.seconds))
    return done


def _copy(
    cursor: Cursor,
    warehouse: Warehouse,
    table: IncomingTable,
    making: str,
    file: ProvenFile,
    log: logging.Logger,
    read: Callable[[int], None],
) -> int:
    names = [column for column, _ in table.columns]

    def progress(done: int) -> None:
        seconds = time.monotonic() - began
        log.info("%s", share_line(table.name, done, file.bytes, seconds))

    began, path = time.monotonic(), file.path
    try:
        with path.open("rb", buffering=0) as stream:
            reader = ProvingReader(stream, progress, read)
            try:
                cursor.copy_expert(
                    f"COPY {qualified(warehouse.parts, making)} ({column_list(names)}) FROM STDIN "
                    "WITH (FORMAT csv, HEADER true, FREEZE, ENCODING 'UTF8')",
                    reader,  # type: ignore[arg-type]  # psycopg2 calls read alone
                    size=SENT_BYTES,
                )
            except psycopg2.Error:
                if reader.failure:
                    raise reader.failure from None
                raise
    except OSError as error:
        raise unreadable(path, table, error) from None
    except psycopg2.Error as error:
        if not is_about_rows(error):
            raise
        if file_sha256(path) != file.sha256:
            raise damaged(path, table) from None
        raise _bad_row(error, table, path) from None
    if reader.bytes != file.bytes or reader.sha256 != file.sha256:
        raise damaged(path, table)
    if cursor.rowcount != file.rows:
        msg = (
            f"{table.name}: COPY took {cursor.rowcount:,} rows from {path} where its manifest says "
            f"{file.rows:,}: nothing was published; {table.restage_command}"
        )
        raise FileError(msg)
    return cursor.rowcount


def is_about_rows(error: psycopg2.Error) -> bool:
    """Return whether it is the rows that the server refuses: a value, or a constraint on them."""
    return error.pgcode is not None and error.pgcode[:2] in {"22", "23"}


def unreadable(path: Path, table: IncomingTable, error: OSError) -> FileError:
    """Return the error that a file cannot be read."""
    return FileError(f"{path} cannot be read ({error.strerror}): {table.restage_command}")


def damaged(path: Path, table: IncomingTable) -> FileError:
    """Return the error that a file is not what its manifest says."""
    return FileError(
        f"{path} is damaged: it is not the file that its manifest describes (sha256): "
        f"nothing was published; {table.restage_command}"
    )


def _bad_row(error: psycopg2.Error, table: IncomingTable, path: Path) -> WarehouseError:
    where = _CONTEXT.search(error.diag.context or "")
    column = (where and where[2]) or error.diag.column_name
    text = error.diag.message_primary
    if isinstance(error, NotNullViolation):
        text = "it is part of the key and NULL"
    place = f"line {where[1]}" if where else "a row"
    return WarehouseError(
        f"{table.name}: {place}{f', column {column}' if column else ''}: {text} ({path}): "
        "nothing was published"
    )
