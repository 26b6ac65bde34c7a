"""What to copy of one table, and the SQL that does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sealed_days.core.dates import time_zone
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.pgtypes import base_name
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.tap_postgres.catalog import Table
from sealed_days.tap_postgres.selection import SelectedTable
from sealed_days.tap_postgres.settings import Settings

COUNTED_SLICE_BYTES = 1 << 30
"""The largest heap that is counted to prove a slice."""

_DAY_TYPES = {"date", "timestamp without time zone", "timestamp with time zone"}


@dataclass(frozen=True)
class TableCopy:
    """What to copy of one table.

    `order_by` are columns, in order; empty means the order PostgreSQL gives. `where` is SQL.
    `bytes` is the heap's size, 0 where unknown; `has_heap` says that it has one, `is_stored` that
    it has one or is partitioned into some, `is_small` that sorting its rows costs little. `only`
    keeps an inheritance parent's children out.
    `cut_type` is the type of a key that cuts the table into parts, "" where it must not.
    `filtered` reads what row-level security leaves.
    """

    stream: str
    schema: str
    name: str
    columns: tuple[str, ...]
    order_by: tuple[str, ...] = ()
    where: str | None = None
    bytes: int = 0
    has_heap: bool = False
    is_stored: bool = False
    is_small: bool = False
    only: bool = False
    cut_type: str = ""
    filtered: bool = False

    @property
    def cuts_by_key(self) -> bool:
        """Whether bounds of the key cut it into parts without a gap."""
        return bool(self.cut_type)

    @property
    def is_sorted(self) -> bool:
        """Whether it is read without indexes: it is small, or comes whole as its heap lies."""
        comes_as_it_lies = not self.order_by and not self.where
        return self.is_stored and (self.is_small or comes_as_it_lies)

    @property
    def is_counted(self) -> bool:
        """Whether a count of its heap proves it: an index may be read, and may lack rows.

        A slice of a very large table is read by index to spare a scan of all of it: a count
        would be that scan.
        """
        is_worth_it = not self.where or self.bytes <= COUNTED_SLICE_BYTES
        return self.is_stored and not self.is_sorted and is_worth_it

    @property
    def source(self) -> str:
        """The relation, as FROM takes it."""
        return f"{'ONLY ' if self.only else ''}{qualified(self.schema, self.name)}"

    def select(self, where: str | None) -> str:
        """Return the query for its rows, or for a part of them."""
        sql = f"SELECT {column_list(self.columns)} FROM {self.source}"
        if where:
            sql += f" WHERE {where}"
        if self.order_by:
            sql += f" ORDER BY {column_list(self.order_by)}"
        return sql

    def copy(self, where: str | None, *, header: bool) -> str:
        """Return the statement that copies its rows, or a part of them, to the client."""
        options = "FORMAT csv, HEADER" if header else "FORMAT csv"
        return f"COPY ({self.select(where)}) TO STDOUT WITH ({options})"

    def count(self) -> str:
        """Return the query for the number of its rows."""
        return f"SELECT count(*) FROM {self.source}" + (
            f" WHERE {self.where}" if self.where else ""
        )


def table_copy(
    one: SelectedTable, columns: tuple[str, ...], settings: Settings, day: date, size: int
) -> TableCopy:
    """Return what to copy of a table.

    Args:
        one: the table.
        columns: those to copy.
        settings: the tap's.
        day: the day of a slice.
        size: bytes of its heap, 0 where unknown.
    """
    table, options = one.table, one.options
    clauses = [clause.strip() for clause in options.custom_where_clauses]
    if options.day_column:
        clauses.append(slice_clause(table, options.day_column, day, settings.timezone))
    order_by = row_order(one, settings)
    first = next((c for c in table.columns if order_by and c.name == order_by[0]), None)
    return TableCopy(
        stream=table.stream,
        schema=table.schema,
        name=table.name,
        columns=columns,
        order_by=order_by,
        where=" AND ".join(f"({clause})" for clause in clauses) or None,
        bytes=size,
        has_heap=table.has_heap,
        is_stored=table.relkind in {"r", "m", "p"},
        is_small=size < 2 * settings.part_bytes,
        only=table.relkind in {"r", "f"},
        cut_type=first.source_type if first and first.cuts else "",
        filtered=table.hides_rows,
    )


def row_order(one: SelectedTable, settings: Settings) -> tuple[str, ...]:
    """Return the columns that order the rows, () for the order PostgreSQL gives."""
    return (one.keys or one.table.keys) if settings.row_order == "primary_key" else ()


def slice_clause(table: Table, column: str, day: date, timezone: str | None) -> str:
    """Return the SQL that selects the rows of one day.

    Raises:
        ConfigurationError: the table has no such column, or it is no date or timestamp.
    """
    kind = {item.name: item.sql_type for item in table.columns}.get(column)
    if kind is None or base_name(kind) not in _DAY_TYPES:
        found = f"is {kind}" if kind else "does not exist"
        msg = (
            f"stream_options: {table.stream}.day_column is {column!r}, which {found}: "
            "name a date or timestamp column in meltano.yml"
        )
        raise ConfigurationError(msg)
    return day_clause(column, kind, day, timezone)


def day_clause(column: str, kind: str, day: date, timezone: str | None) -> str:
    """Return the SQL that selects the rows of one day by a column of a date or timestamp type."""
    bounds = [day, day + timedelta(days=1)]
    if kind.startswith("timestamp") and kind.endswith("with time zone"):
        zone = time_zone(timezone)
        texts = [datetime(d.year, d.month, d.day, tzinfo=zone).isoformat() for d in bounds]
    else:
        texts = [d.isoformat() for d in bounds]
    name = quote_ident(column)
    return f"{name} >= {quote_literal(texts[0])} AND {name} < {quote_literal(texts[1])}"
