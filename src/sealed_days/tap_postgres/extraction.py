"""One run's reading of the source: both ways through the tap make the same calls here."""

from __future__ import annotations

import logging
from datetime import date
from functools import cached_property
from typing import Any

import psycopg2

from sealed_days.core.dates import date_line
from sealed_days.core.errors import ConfigurationError, SourceError, one_line
from sealed_days.core.sql import quote_ident
from sealed_days.tap_postgres.catalog import Table, read_schemas, read_sizes, read_tables
from sealed_days.tap_postgres.selection import Rules, SelectedTable, Selection, select_tables
from sealed_days.tap_postgres.settings import Settings
from sealed_days.tap_postgres.snapshot import Snapshot, take_snapshot
from sealed_days.tap_postgres.source import Source
from sealed_days.tap_postgres.streams import staging_of
from sealed_days.tap_postgres.table_copy import TableCopy, slice_clause, table_copy

logger = logging.getLogger("tap-postgres")


class Extraction:
    """What a run reads: its day, its tables, and the instant at which they are read.

    Args:
        settings: the tap's.
        source: the database.

    Raises:
        ConfigurationError: DATE or a rule of Meltano's is wrong.
    """

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings = settings
        self.source = source
        self.day: date
        self.day, given = settings.resolve_date()
        if line := date_line(self.day, given, settings.timezone):
            logger.info(line)
        self.rules = Rules.of_environment()

    def choose(self, tables: list[Table], schemas: list[str]) -> Selection:
        """Return what to read of the source's relations.

        Raises:
            ConfigurationError: a setting or a rule does not fit the source.
        """
        selection = select_tables(tables, schemas, self.settings, self.rules)
        for one in selection.tables:
            if one.options.day_column:
                slice_clause(one.table, one.options.day_column, self.day, self.settings.timezone)
            if one.replication_method != "FULL_TABLE":
                msg = (
                    f"{one.stream}: replication-method {one.replication_method} is not supported: "
                    "nothing was touched; for the rows of a day alone use stream_options: "
                    f"{{{one.stream}: {{day_column: …}}}}, a column that says when a row came"
                )
                raise ConfigurationError(msg)
        if not selection.tables:
            msg = (
                f"the source {self.source.name} has no table that is selected and that "
                f"{self.settings.user} may see: check TAP_POSTGRES_DATABASE in .env, "
                "filter_schemas and select in meltano.yml"
            )
            raise ConfigurationError(msg)
        return selection

    def look(self) -> Selection:
        """Return what would be read, without locks and without a snapshot."""
        session = self.source.connect()
        try:
            with session.transaction() as connection:
                tables = read_tables(connection, self.settings.filter_schemas)
                return select_tables(tables, read_schemas(connection), self.settings, self.rules)
        finally:
            session.close()

    @cached_property
    def snapshot(self) -> Snapshot:
        """The instant at which everything is read, with locks on it.

        Raises:
            UserError: the source cannot be read, or does not have what is asked for.
        """
        return take_snapshot(self.source, self.settings, self.choose)

    def close(self) -> None:
        """Give locks, snapshot and connection back: a pooler ends one left in a transaction."""
        session = self.snapshot.session
        session.rollback()
        session.close()

    @cached_property
    def _sizes(self) -> dict[int, int]:
        tables = [one.table for one in self.snapshot.tables]
        return read_sizes(self.snapshot.session.connection, tables)

    def copy_of(self, one: SelectedTable, columns: tuple[str, ...]) -> TableCopy:
        """Return what to copy of a table."""
        size = self._sizes.get(one.table.oid, 0)
        return table_copy(one, columns, self.settings, self.day, size)

    def staging(self, one: SelectedTable) -> dict[str, Any]:
        """Return what a stream's SCHEMA says under `x-staging`.

        Raises:
            SourceError: rows that come on no day could not be counted.
        """
        no_day = (0, 0)
        if column := one.options.day_column:
            copy = self.copy_of(one, (column,))
            try:
                session = self.snapshot.session
                with (
                    session.reading(filtered=copy.filtered),
                    session.connection.cursor() as cursor,
                ):
                    day = quote_ident(column)
                    cursor.execute(
                        f"SELECT count(*) - count({day}), count({day}) FROM {copy.source} "
                        f"WHERE {day} IS NULL OR NOT isfinite({day})"
                    )
                    no_day = cursor.fetchone() or no_day
            except psycopg2.Error as error:
                msg = f"cannot read {one.stream} of {self.source.name}: {one_line(error)}"
                raise SourceError(msg) from None
            for rows, what in zip(no_day, ("no", "an infinite"), strict=True):
                if rows:
                    logger.warning(
                        "%s: %s rows have %s %s and come on no day", one.stream, rows, what, column
                    )
        return staging_of(one, self.settings, self.snapshot, no_day=no_day)
