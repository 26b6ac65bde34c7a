"""Loads one large file by several sessions: ranges of it go side by side into one day's table.

By leaves, where the rows lie in the order of a key whose first column has a plain order: each
range of keys is a partition of its own, created, copied with FREEZE, keyed and attached in a
transaction of its own. Its CHECK proves that the rows are in that range, and spares the scan.
Otherwise into one table, without FREEZE, and the key is built when all rows are there.

Whatever the server says against a row, the file is loaded again as one: its message then counts
lines from the beginning of the file.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import FileError
from sealed_days.core.progress import EVERY_SECONDS, share_line
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.target_postgres import indexes, new_table
from sealed_days.target_postgres.file_cuts import (
    FileRange,
    RangeReader,
    are_rising,
    equal_ranges,
    first_values,
    ranges_by_key,
)
from sealed_days.target_postgres.incoming import IncomingTable
from sealed_days.target_postgres.load_table import (
    SENT_BYTES,
    CopiedTable,
    Load,
    copied,
    damaged,
    is_about_rows,
    load_table,
    unreadable,
)
from sealed_days.target_postgres.prepare import drop_unfinished
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.relations import leaf_name
from sealed_days.target_postgres.warehouse import Warehouse, transaction

_ONLY_VERSION = 180000
"""The first server that can analyze a partitioned table without its partitions."""

_ORDERED = frozenset(
    {
        *("smallint", "integer", "bigint", "numeric", "date", "uuid"),
        *("timestamp without time zone", "timestamp with time zone"),
    }
)
"""Types whose values have one order on every server. Not text: its order is its collation's."""

_RANGE_CHECK = "is_in_its_range"


@dataclass
class PartsLoad:
    """A large table on its way into the warehouse by several sessions.

    `bounds` are the first keys of all ranges but the first; empty where all go into one table.
    """

    warehouse: Warehouse
    table: IncomingTable
    file: ProvenFile
    load: Load
    log: logging.Logger
    row: DayTable
    ranges: list[FileRange]
    bounds: list[str]
    _started: datetime | None = None
    _began: float = 0.0
    _next: float = 0.0
    _read: int = 0
    _left: int = 0
    _is_off: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._left = len(self.ranges)

    @property
    def unpublished_name(self) -> str:
        """The name of its own table until it is published."""
        return self.row.relation

    def copy(
        self, session: Connection, number: int, read: Callable[[int], None]
    ) -> CopiedTable | None:
        """Load one range; return the complete table with the last of them.

        Args:
            session: loads it, and whatever remains to be done when all are there.
            number: the range's.
            read: is told how many bytes of the file have been read.

        Raises:
            FileError: the file is not what its proof says.
            WarehouseError: PostgreSQL refuses its rows.
        """
        with self._lock:
            if self._started is None:
                self._started, self._began = datetime.now(UTC), time.monotonic()
                self._next = self._began + EVERY_SECONDS
        if not self._is_off:
            try:
                self._copy(session, number, read)
            except psycopg2.Error as error:
                if not is_about_rows(error):
                    raise
                self._is_off = True
        with self._lock:
            self._left -= 1
            if self._left:
                return None
        if self._is_off:
            self.log.info("%s: its rows cannot be loaded in parts: loaded as one", self.table.name)
            drop_unfinished(session, self.warehouse, [self.unpublished_name])
            return load_table(
                session, self.warehouse, self.table, self.file, self.load, self.log, read
            )
        return self._finish(session)

    def _copy(self, session: Connection, number: int, read: Callable[[int], None]) -> None:
        part, parts = self.ranges[number], self.warehouse.parts
        with transaction(session) as cursor:
            relation = self.unpublished_name
            if self.bounds:
                relation = leaf_name(self.row, number + 1, making=True)
                checks = " AND ".join(self._checks(number))
                cursor.execute(
                    f"CREATE TABLE {qualified(parts, relation)} "
                    f"({new_table.definitions(self.table)}, "
                    f"CONSTRAINT {_RANGE_CHECK} CHECK ({checks}))"
                )
            self._copy_range(cursor, relation, part, read)
            if self.bounds:
                self._attach(cursor, relation, number)
        if self.bounds and session.server_version >= _ONLY_VERSION:
            with transaction(session) as cursor:
                new_table.analyze(cursor, qualified(parts, relation), len(self.table.columns))

    def _copy_range(
        self, cursor: Cursor, relation: str, part: FileRange, read: Callable[[int], None]
    ) -> None:
        def progress(size: int) -> None:
            with self._lock:
                self._read += size
                now = time.monotonic()
                if is_time := now >= self._next:
                    self._next = now + EVERY_SECONDS
            if is_time:
                seconds = now - self._began
                self.log.info(
                    "%s", share_line(self.table.name, self._read, self.file.bytes, seconds)
                )
            read(self._read)

        names = [column for column, _ in self.table.columns]
        options = ["FORMAT csv", "ENCODING 'UTF8'"]
        options += ["HEADER true"] if part.has_header else []
        options += ["FREEZE"] if self.bounds else []
        path = self.file.path
        damage = damaged(path, self.table)
        try:
            with closing(RangeReader(path, part, progress)) as reader, _proven(reader, damage):
                cursor.copy_expert(
                    f"COPY {qualified(self.warehouse.parts, relation)} ({column_list(names)}) "
                    f"FROM STDIN WITH ({', '.join(options)})",
                    reader,  # type: ignore[arg-type]  # psycopg2 calls read alone
                    size=SENT_BYTES,
                )
        except OSError as error:
            raise unreadable(path, self.table, error) from None
        if cursor.rowcount != part.rows:
            msg = (
                f"{self.table.name}: COPY took {cursor.rowcount:,} rows from bytes {part.start:,} "
                f"to {part.end:,} of {path} where its manifest says {part.rows:,}: nothing was "
                f"published; {self.table.restage_command}"
            )
            raise FileError(msg)

    def _checks(self, number: int) -> list[str]:
        first = self.table.keys[0]
        column = quote_ident(first)
        # without its length or precision, which would be a function's call on the bound
        kind = re.sub(r"\([^)]*\)", "", self.row.typed[first])
        low, high = [None, *self.bounds][number], [*self.bounds, None][number]
        return [
            *([f"{column} >= {quote_literal(low)}::{kind}"] if low is not None else []),
            *([f"{column} < {quote_literal(high)}::{kind}"] if high is not None else []),
        ]

    def _attach(self, cursor: Cursor, relation: str, number: int) -> None:
        """Key and index a leaf and attach it; nothing is scanned, its CHECK implies its bounds."""
        parts = self.warehouse.parts
        leaf = qualified(parts, relation)
        new_table.add_key_and_indexes(cursor, self.warehouse, self.row, relation, self.file)
        ends = [quote_literal(bound) for bound in self.bounds]
        cursor.execute(
            f"ALTER TABLE {qualified(parts, self.unpublished_name)} ATTACH PARTITION {leaf} "
            f"FOR VALUES FROM ({['MINVALUE', *ends][number]}) TO ({[*ends, 'MAXVALUE'][number]}); "
            f"ALTER TABLE {leaf} DROP CONSTRAINT {_RANGE_CHECK}"
        )

    def _finish(self, session: Connection) -> CopiedTable:
        name = qualified(self.warehouse.parts, self.unpublished_name)
        only = ""
        if self.bounds:
            only = "ONLY " if session.server_version >= _ONLY_VERSION else ""
        else:
            with transaction(session) as cursor:
                new_table.add_key_and_indexes(
                    cursor, self.warehouse, self.row, self.unpublished_name, self.file
                )
        with transaction(session) as cursor:
            new_table.analyze(cursor, f"{only}{name}", len(self.table.columns))
        started = self._started or datetime.now(UTC)
        return copied(self.table, self.row, self.file, started, self.log)


def begin(
    session: Connection,
    warehouse: Warehouse,
    table: IncomingTable,
    file: ProvenFile,
    load: Load,
    log: logging.Logger,
    wanted: int,
) -> PartsLoad | None:
    """Create the table of a file that is to be loaded in parts; None where it is loaded as one.

    Args:
        session: in autocommit.
        warehouse: its schemas.
        table: what it is to hold.
        file: its file.
        load: the load.
        log: where progress goes.
        wanted: how many parts.
    """
    if wanted < 2 or not file.stretches:
        return None

    def ready(ranges: list[FileRange], bounds: list[str], row: DayTable) -> PartsLoad:
        return PartsLoad(warehouse, table, file, load, log, row, ranges, bounds)

    cuts = _by_key(session, table, file, wanted) if table.keys else None
    if cuts and len(cuts[0]) > 1:
        with suppress(_NeedsOneTable), transaction(session) as cursor:
            row = _create_partitioned(cursor, warehouse, table, load.row(table, file))
            return ready(*cuts, row)
    ranges = equal_ranges(file, wanted)
    if len(ranges) < 2:
        return None
    with transaction(session) as cursor:
        row = new_table.create(cursor, warehouse, table, load.row(table, file))
    return ready(ranges, [], row)


@contextmanager
def _proven(reader: RangeReader, damage: FileError) -> Iterator[None]:
    """Raise what says that the file is damaged or gone, whatever the server says of its rows."""
    try:
        yield
    except psycopg2.Error:
        if reader.failure:
            raise reader.failure from None
        if not reader.is_damaged:
            raise
    if reader.is_damaged:
        raise damage


class _NeedsOneTable(Exception):
    """What users built on the table's days cannot be had on leaves."""


def _create_partitioned(
    cursor: Cursor, warehouse: Warehouse, table: IncomingTable, row: DayTable
) -> DayTable:
    """Create a day's table without leaves, with its key and its users' indexes."""
    row = new_table.create(cursor, warehouse, table, row, ranges=table.keys[0])
    wanted = new_table.wanted_indexes(cursor, warehouse, row)
    if any(index.is_unique or index.constraint for index in wanted):
        raise _NeedsOneTable  # they would have to include the column of the ranges
    name = qualified(warehouse.parts, row.relation)
    cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY ({column_list(table.keys)})")
    indexes.build(cursor, name, wanted)
    return row


def _by_key(
    session: Connection, table: IncomingTable, file: ProvenFile, wanted: int
) -> tuple[list[FileRange], list[str]] | None:
    """Return ranges of keys and their bounds; None where the rows do not lie in their order."""
    names = [name for name, _ in table.columns]
    column = names.index(table.keys[0])
    try:
        with transaction(session) as cursor:
            # without its length or precision, which cast values
            cursor.execute(
                "SELECT format_type(to_regtype(%s), NULL)", (dict(table.columns)[table.keys[0]],)
            )
            (kind,) = cursor.fetchone() or (None,)
            if kind not in _ORDERED:
                return None
            found = ranges_by_key(file, wanted, column)
            if found is None or not are_rising(cursor, kind, found[1], strictly=True):
                return None
            firsts = first_values(file, column)
            return found if are_rising(cursor, kind, firsts, strictly=False) else None
    except (psycopg2.DataError, ValueError, IndexError, OSError):
        return None  # whoever loads the rows says what is wrong with them
