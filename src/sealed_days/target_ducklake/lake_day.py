"""One sealed day on its way into the lake: all of its tables in one transaction, or none."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from datetime import date
from typing import Any

from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.messages import STAGING, columns_of
from sealed_days.core.pgtypes import base_name
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.sql import qualified, quote_ident, quote_literal
from sealed_days.target_ducklake.csv_stream import LARGEST_ROW, ProvenCsv
from sealed_days.target_ducklake.lake import Lake, explained
from sealed_days.target_ducklake.lake_types import LakeColumn, lake_type, reading, why_not
from sealed_days.target_ducklake.registry import Registry, TableDay, in_schema
from sealed_days.target_ducklake.settings import Settings
from sealed_days.target_ducklake.views import SNAPSHOT_DATE, wanted_views

_BLOCK = 1 << 20
"""Bytes of a file that are parsed at a time, unless it has a longer row."""


class LakeDay:
    """The tables of one day, gathered from the messages of a run.

    Args:
        day: which.
        settings: the target's.
        log: where progress goes.
    """

    def __init__(self, day: date, settings: Settings, log: logging.Logger) -> None:
        self.day = day
        self._settings = settings
        self._log = log
        self._tables: dict[str, TableDay] = {}
        self._files: dict[str, ProvenFile] = {}
        self._ended: set[str] = set()
        self._refused: list[str] = []

    def expect(self, name: str, message: dict[str, Any]) -> None:
        """Register a table by its SCHEMA message; what the lake cannot hold is remembered."""
        staging = message["schema"][STAGING]
        read = staging.get("read") or {}
        others = read.get("not_selected")
        columns = []
        names = {SNAPSHOT_DATE: f"the lake's own {SNAPSHOT_DATE}"}
        for column, kind, source in columns_of(message["schema"]):
            if other := names.get(column.lower()):
                self._refused.append(
                    f"{name}.{column} and {other} are one name for the lake, which does not tell "
                    "capitals apart: rename it where the table is staged (stream_maps, or a view)"
                )
            names[column.lower()] = f"{name}.{column}"
            found = "VARCHAR" if self._goes_as_text(name, column, kind) else lake_type(kind)
            if found is None:
                self._refused.append(f"{name}.{column} is {kind} ({why_not(kind)})")
            columns.append(LakeColumn(column, kind, source, found or "VARCHAR"))
        if not columns:
            self._refused.append(f"{name} has no columns")
        for other in self._tables:
            if other != name and other.lower() == name.lower():
                self._refused.append(f"{name} and {other} are one name for the lake: rename one")
        self._tables[name] = TableDay(
            snapshot_date=self.day,
            table_name=name,
            source=staging["source"],
            kind=staging["kind"],
            columns=tuple(columns),
            keys=tuple(message["key_properties"]),
            rows=0,
            bytes=0,
            sha256="",
            manifest=str(staging.get("manifest", "")),
            read_at=str(read.get("read_at", "")),
            not_selected=None if others is None else tuple(sorted(others)),
        )

    def put(self, name: str, file: ProvenFile) -> None:
        """Take a table's file.

        Raises:
            SourceError: the table was not announced, or has a file already.
        """
        if name not in self._tables or name in self._files:
            msg = f"stream {name} sends a file too much: nothing was published"
            raise SourceError(msg)
        self._files[name] = file
        self._tables[name] = replace(
            self._tables[name], rows=file.rows, bytes=file.bytes, sha256=file.sha256
        )

    def end(self, name: str) -> None:
        """Mark a table finished."""
        self._ended.add(name)

    def publish(self) -> None:
        """Put the day into the lake, as one snapshot of it.

        Raises:
            UserError: nothing was published.
        """
        if missing := sorted(self._tables.keys() - (self._ended & self._files.keys())):
            msg = (
                f"the extractor ended before {', '.join(missing[:5])} was complete: nothing was "
                "published; its own message says why"
            )
            raise SourceError(msg)
        if self._refused:
            msg = (
                f"{self.day} does not fit into the lake: {'; '.join(self._refused)}: nothing was "
                "published; a column that may go as text is named in as_text "
                """(TARGET_DUCKLAKE_AS_TEXT='["TABLE.COLUMN"]' in .env)"""
            )
            raise ConfigurationError(msg)
        with contextlib.closing(Lake(self._settings, self._log)) as lake:
            block = _BLOCK
            while not self._try(lake, block):
                block *= 16

    def _goes_as_text(self, table: str, column: str, kind: str) -> bool:
        given = self._settings.as_text
        return f"{table}.{column}" in given or kind in given or base_name(kind) in given

    def _try(self, lake: Lake, block: int) -> bool:
        """Publish the day; return False where a row is longer than a block."""
        day = self.day
        loaded: list[TableDay] = []
        try:
            with explained(f"loading {day} into the lake"), lake.transaction(str(day)):
                registry = Registry(lake, f"lake.{quote_ident(lake.schemas.days)}")
                before = registry.read()
                there = {row.table_name: row for row in before if row.snapshot_date == day}
                self._refuse_others_tables(before)
                gone = [row for name, row in there.items() if self._is_gone(name, row)]
                new = [table for name, table in self._tables.items() if there.get(name) != table]
                loaded = [
                    table
                    for table in new
                    if (old := there.get(table.table_name)) is None or old.content != table.content
                ]
                if not (gone or new):
                    self._log.info("%s is in the lake already, file by file: nothing to do", day)
                    raise _NothingToDo
                for row in gone:
                    self._remove(lake, row)
                    registry.remove(row)
                for table in new:
                    if old := there.get(table.table_name):
                        if table in loaded:
                            self._remove(lake, old)
                        registry.remove(old)
                    if table in loaded:
                        self._load(lake, table, block)
                    registry.add(table)
                names = {row.table_name for row in (*gone, *new)}
                after = new + [
                    row for row in before if row.snapshot_date != day or row.table_name not in names
                ]
                _move_views(
                    lake, before, sorted(after, key=lambda r: (r.snapshot_date, r.table_name))
                )
                for row in gone:
                    self._log.info("%s is not in %s any more: removed", row.table_name, day)
        except _NothingToDo:
            return True
        except _LongRow:
            return False
        rows = sum(table.rows for table in loaded)
        self._log.info("%s: %d tables, %s rows are in the lake", day, len(loaded), f"{rows:,}")
        return True

    def _is_gone(self, name: str, row: TableDay) -> bool:
        """Return whether a table of the day is not in it any more, by its source's own word."""
        return name not in self._tables and any(
            table.source == row.source and table.says_gone(name) for table in self._tables.values()
        )

    def _refuse_others_tables(self, there: list[TableDay]) -> None:
        for row in there:
            own = self._tables.get(row.table_name)
            if own and own.source != row.source:
                msg = (
                    f"{row.table_name} in the lake is of the source {row.source}, not "
                    f"{own.source}: nothing was published; rename it (stream_maps, __alias__), or "
                    "use another default_target_schema"
                )
                raise ConfigurationError(msg)

    def _remove(self, lake: Lake, row: TableDay) -> None:
        lake.execute(
            f"DELETE FROM {in_schema(lake.schemas.parts, row.shape)} WHERE {SNAPSHOT_DATE} = ?",
            [row.snapshot_date],
        )

    def _load(self, lake: Lake, table: TableDay, block: int) -> None:
        shape = in_schema(lake.schemas.parts, table.shape)
        columns = [f"{SNAPSHOT_DATE} DATE"]
        columns += [f"{quote_ident(c.name)} {c.lake_type}" for c in table.columns]
        lake.execute(f"CREATE TABLE IF NOT EXISTS {shape} ({', '.join(columns)})")
        values = [f"DATE {quote_literal(self.day.isoformat())}"]
        values += [reading(table.table_name, column) for column in table.columns]
        with contextlib.closing(ProvenCsv(self._files[table.table_name])) as file:
            try:
                rows = lake.insert(
                    f"INSERT INTO {shape} SELECT {', '.join(values)} FROM incoming",
                    file.batches([column.name for column in table.columns], block),
                    table.bytes // (table.rows or 1),
                )
            except Exception as error:
                if "straddling object" in str(error) and block < LARGEST_ROW:
                    raise _LongRow from None
                raise
            file.check(rows)


class _NothingToDo(Exception):
    """The day is in the lake, as it is."""


class _LongRow(Exception):
    """A row is longer than the block."""


def _move_views(lake: Lake, before: list[TableDay], after: list[TableDay]) -> None:
    """Make the views that changed anew, drop those that nothing is in any more."""
    old, new = wanted_views(before, lake.schemas), wanted_views(after, lake.schemas)
    for (schema, name), query in new.items():
        if old.get((schema, name)) != query:
            lake.execute(f"CREATE OR REPLACE VIEW lake.{qualified(schema, name)} AS {query}")
    for schema, name in old.keys() - new.keys():
        lake.execute(f"DROP VIEW lake.{qualified(schema, name)}")
