"""What there is of each day: the state of every table, on disk and in the warehouse."""

from __future__ import annotations

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson

from day.partitions import partitions
from day.settings import Settings
from singer_copy.errors import UserError
from singer_copy.sql import qualified
from singer_copy.staging import StagedDays
from singer_copy.target_postgres.warehouse import LOADS, Warehouse, relation_kind

WORST_FIRST = ("damaged", "unsealed", "missing", "sealed", "loaded", "current")
"""The states of a table's day. The state of a source's day is that of its worst table."""


@dataclass(frozen=True, slots=True)
class TableDay:
    """A table of a day. `why` says what its state does not; `rows` and `bytes` as sealed."""

    table: str
    state: str
    rows: int = 0
    bytes: int = 0
    why: str = ""


@dataclass
class SourceDay:
    """A source's day."""

    source: str
    day: date
    tables: list[TableDay] = field(default_factory=list)
    why: str = ""
    empty_state: str = "missing"

    @property
    def state(self) -> str:
        """The worst state of its tables."""
        states = {table.state for table in self.tables} or {self.empty_state}
        return next(state for state in WORST_FIRST if state in states)

    @property
    def rows(self) -> int:
        """All rows that are sealed."""
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        """The size of all files that are sealed."""
        return sum(table.bytes for table in self.tables)


@dataclass
class Calendar:
    """Every day between the first and the last one known, with an entry per source.

    `warehouse_problem` is why the warehouse was not asked; "" when it was.
    """

    days: dict[date, list[SourceDay]]
    current: date | None
    warehouse_problem: str = ""

    def known(self) -> list[date]:
        """Return the days of which there is anything."""
        return [
            day
            for day, sources in self.days.items()
            if any(s.tables or s.state != "missing" for s in sources)
        ]


@dataclass
class _Loads:
    """What the warehouse has: (table, day) -> source and sha256 of its last load."""

    there: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    current: str = ""
    problem: str = ""


def read(settings: Settings, first: date | None = None, last: date | None = None) -> Calendar:
    """Look at manifests, files and the warehouse.

    Args:
        first, last: which days; by default all from the first to the last there is.
    """
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_loads, settings)  # the server works while we read manifests
        found = {
            (days.source, day): entry
            for days in settings.staged()
            for day, entry in _on_disk(days, first, last).items()
        }
        loads = asked.result()
    for entry in found.values():
        entry.tables = [_with_load(table, entry, loads) for table in entry.tables]
    known = {day for _, day in found}
    for (table, text), (source, _) in loads.there.items():
        day = date.fromisoformat(text)
        if (first and day < first) or (last and day > last):
            continue
        entry = found.setdefault((source, day), SourceDay(source, day))
        known.add(day)
        if entry.state == "missing":
            entry.tables.append(TableDay(table, "missing", why="in the warehouse, not on disk"))
    start, end = first or min(known, default=None), last or max(known, default=None)
    span = range((end - start).days + 1) if start and end else range(0)
    return Calendar(
        {
            day: [found.get((source, day)) or SourceDay(source, day) for source in settings.sources]
            for day in (start + timedelta(number) for number in span if start)
        },
        date.fromisoformat(loads.current) if loads.current else None,
        loads.problem,
    )


def next_command(settings: Settings, sources: list[SourceDay]) -> str:
    """Return the command that makes a day whole, "" when it is."""
    bad = [s.source for s in sources if s.state in {"damaged", "unsealed", "missing"}]
    if len(bad) == len(sources):
        jobs = [settings.job]
    elif bad or any(s.state == "sealed" for s in sources):
        jobs = [*(settings.sources[source] for source in bad), settings.load_job]
    else:
        return ""
    return f"DATE={sources[0].day} meltano run {' '.join(jobs)}"


def _on_disk(days: StagedDays, first: date | None, last: date | None) -> dict[date, SourceDay]:
    """Return the days of a source that are sealed, or have files without a manifest."""

    def wanted(day: date) -> bool:
        return (not first or day >= first) and (not last or day <= last)

    found = {day: _sealed(days, day) for day in days.list() if wanted(day)}
    for table, day in unsealed(days):
        if wanted(day) and (day not in found or found[day].empty_state == "unsealed"):
            entry = found.setdefault(day, SourceDay(days.source, day, empty_state="unsealed"))
            entry.tables.append(TableDay(table, "unsealed", why="no manifest"))
    return found


def unsealed(days: StagedDays) -> list[tuple[str, date]]:
    """Return (table's folder, day) for the files of days that have no manifest."""
    sealed = {day.isoformat() for day in days.list()}
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(days.root / days.source) as tables:
        for table in tables:
            if not table.is_dir():
                continue
            for name in os.listdir(table.path):
                with contextlib.suppress(ValueError):
                    if name not in sealed and os.listdir(f"{table.path}/{name}"):
                        found.append((table.name, date.fromisoformat(name)))
    return found


def _sealed(days: StagedDays, day: date) -> SourceDay:
    entry = SourceDay(days.source, day)
    path = days.manifest_path(day)
    folder = str(path.parent)
    try:
        # thousands of manifests and files: orjson, os.stat and the manifest's own paths
        manifest = orjson.loads(path.read_bytes())
        if manifest["date"] != day.isoformat():
            raise ValueError
        entry.tables = [_table(resource, folder) for resource in manifest["resources"]]
    except (OSError, ValueError, KeyError, TypeError):
        entry.empty_state = "damaged"
        entry.why = f"{path.name} is not the manifest of {day}"
    return entry


def _table(resource: dict[str, Any], folder: str) -> TableDay:
    size = resource["bytes"]
    why = ""
    try:
        if (there := os.stat(f"{folder}/{resource['path']}").st_size) != size:  # noqa: PTH116
            why = f"{there:,} bytes where {size:,} were sealed"
    except OSError as error:
        why = f"the file: {error.strerror}"
    if why:
        return TableDay(resource["stream"], "damaged", resource["rows"], size, why)
    # `why` carries the hash until the warehouse has answered
    return TableDay(resource["stream"], "sealed", resource["rows"], size, resource["hash"])


def _with_load(table: TableDay, entry: SourceDay, loads: _Loads) -> TableDay:
    if table.state != "sealed":
        return table
    day = entry.day.isoformat()
    source, sha256 = loads.there.get((table.table, day), ("", ""))
    state, why = "sealed", ""
    if source and (source, f"sha256:{sha256}") == (entry.source, table.why):
        state = "current" if day == loads.current else "loaded"
    elif source:
        why = "staged again since it was loaded"
    return TableDay(table.table, state, table.rows, table.bytes, why)


def _loads(settings: Settings) -> _Loads:
    try:
        with contextlib.closing(settings.server.connect("day status")) as session:
            with session.cursor() as cursor, settings.server.errors("reading its loads"):
                return _ask(cursor, settings.warehouse)
    except UserError as error:
        return _Loads(problem=str(error))


def _ask(cursor: Any, warehouse: Warehouse) -> _Loads:  # noqa: ANN401
    parts = {(part.table, part.day.isoformat()) for part in partitions(cursor, warehouse)}
    if not parts or not relation_kind(cursor, warehouse.days, LOADS):
        return _Loads()
    cursor.execute(
        "SELECT DISTINCT ON (table_name, date) table_name, date::text, source, sha256 "
        f"FROM {qualified(warehouse.days, LOADS)} ORDER BY table_name, date, published_at DESC"
    )
    there = {(table, day): (source, sha) for table, day, source, sha in cursor.fetchall()}
    return _Loads(
        {key: value for key, value in there.items() if key in parts}, max(day for _, day in parts)
    )
