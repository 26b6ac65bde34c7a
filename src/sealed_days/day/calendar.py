"""The state of every table on every day, on disk and in the warehouse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import UserError
from sealed_days.day.day_tables import registry
from sealed_days.day.settings import Settings
from sealed_days.store.days import Find, StagedDays
from sealed_days.store.manifest import parse
from sealed_days.target_postgres.warehouse import Warehouse

WORST_FIRST = ("damaged", "unsealed", "missing", "sealed", "loaded", "current")
"""The states of a table's day. The state of a source's day is that of its worst table."""

_REQUESTS = 16
"""How many days of an object store are asked for at a time."""


@dataclass(frozen=True, slots=True)
class TableDay:
    """A table of a day. `why` says what its state does not; `rows` and `bytes` as sealed.

    `rejected` rows of its source are bad: they were set aside, in rejects.csv beside its file.
    """

    table: str
    state: str
    rows: int = 0
    bytes: int = 0
    why: str = ""
    rejected: int = 0


@dataclass
class SourceDay:
    """A source's day."""

    source: str
    day: date
    tables: list[TableDay] = field(default_factory=list)
    why: str = ""
    empty_state: str = "missing"
    is_loaded: bool = False
    """Whether the warehouse has any table of it."""

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
    def rejected(self) -> list[str]:
        """One line for each table of which rows were set aside."""
        return [
            f"{table.table}: {table.rejected:,} bad row{'' if table.rejected == 1 else 's'} set "
            "aside, in rejects.csv beside its file"
            for table in self.tables
            if table.rejected
        ]

    @property
    def bytes(self) -> int:
        """The size of all files that are sealed."""
        return sum(table.bytes for table in self.tables)


@dataclass
class Calendar:
    """Every day between the first and the last one known, with an entry per source.

    `warehouse_problem` says why the warehouse was not read; "" when it was. `pruned` are days that
    were removed on purpose.
    """

    days: dict[date, list[SourceDay]]
    current: date | None
    warehouse_problem: str = ""
    pruned: set[date] = field(default_factory=set)

    def known(self) -> list[date]:
        """Return the days that have a manifest, a file or a load."""
        return [
            day
            for day, sources in self.days.items()
            if any(s.tables or s.state != "missing" for s in sources)
        ]


@dataclass
class _Loads:
    """What the warehouse has: day -> table -> source and hash of its last load."""

    days: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    pruned: set[str] = field(default_factory=set)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    problem: str = ""

    @property
    def current(self) -> str:
        """The newest day, "" when there is none."""
        return max(self.days, default="")


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
    on_disk = set(found)
    for entry in found.values():
        there = loads.days.get(entry.day.isoformat(), {})
        text = entry.day.isoformat()
        held = {table: why for (day, table), why in loads.held.items() if day == text}
        is_current = text == loads.current
        entry.is_loaded = any(source == entry.source for source, _ in there.values())
        entry.tables = [_with_load(t, entry.source, there, held, is_current) for t in entry.tables]
    for text, tables in loads.days.items():
        day = date.fromisoformat(text)
        if (first and day < first) or (last and day > last):
            continue
        for table, (source, _) in tables.items():
            if (source, day) not in on_disk:
                entry = found.setdefault((source, day), SourceDay(source, day, is_loaded=True))
                entry.tables.append(TableDay(table, "missing", why="in the warehouse, not on disk"))
    known = {day for _, day in found}
    start, end = first or min(known, default=None), last or max(known, default=None)
    span = range((end - start).days + 1) if start and end else range(0)
    return Calendar(
        {
            day: [found.get((source, day)) or SourceDay(source, day) for source in settings.sources]
            for day in (start + timedelta(number) for number in span if start)
        },
        date.fromisoformat(loads.current) if loads.current else None,
        loads.problem,
        {date.fromisoformat(text) for text in loads.pruned},
    )


def next_command(settings: Settings, sources: list[SourceDay]) -> str:
    """Return the command that makes a day whole, "" when it is.

    Files of a loaded day come back from the warehouse: the source is no longer what it was.
    """
    lost = [s for s in sources if s.is_loaded and s.state in {"damaged", "unsealed", "missing"}]
    if lost:
        return settings.command(f"restore {sources[0].day}")
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

    known = [day for day in days.list() if wanted(day)]
    if days.is_remote:
        with ThreadPoolExecutor(_REQUESTS) as pool:
            found = dict(zip(known, pool.map(lambda day: _sealed(days, day), known), strict=True))
    else:
        found = {day: _sealed(days, day) for day in known}
    for table, day in days.unsealed():
        if wanted(day) and (day not in found or found[day].empty_state == "unsealed"):
            entry = found.setdefault(day, SourceDay(days.source, day, empty_state="unsealed"))
            entry.tables.append(TableDay(table, "unsealed", why="no manifest"))
    return found


def _sealed(days: StagedDays, day: date) -> SourceDay:
    entry = SourceDay(days.source, day)
    path = days.manifest_path(day)
    try:
        # thousands of manifests and files: the manifest's own paths, without opening the day
        manifest = parse(days.store.read(day) or b"", days.source, day)
        find = days.table_at(day)
        entry.tables = [_table(resource, find) for resource in manifest["resources"]]
    except OSError as error:
        entry.empty_state = "damaged"
        entry.why = f"{path.name} cannot be read ({error.strerror})"
    except ValueError as error:
        entry.empty_state = "damaged"
        entry.why = f"{path.name} is damaged: {error}"
    return entry


def _table(resource: dict[str, Any], find: Find) -> TableDay:
    size = resource["bytes"]
    why = ""
    try:
        _, there = find(resource)
        if there != size:
            why = f"{there:,} bytes where {size:,} were sealed"
    except OSError as error:
        why = f"the file: {error.strerror}"
    # `why` carries the hash until the warehouse has answered
    sealed = (resource.get("content") or resource)["hash"]
    state, why = ("damaged", why) if why else ("sealed", sealed)
    rejected = resource.get("rejected_rows", 0)
    return TableDay(resource["stream"], state, resource["rows"], size, why, rejected)


def _with_load(
    table: TableDay,
    source: str,
    there: dict[str, tuple[str, str]],
    held: dict[str, str],
    is_current: bool,
) -> TableDay:
    if table.state != "sealed":
        return table
    state, why = "sealed", ""
    if load := there.get(table.table):
        if load == (source, table.why):
            state = "current" if is_current else "loaded"
        else:
            why = "staged again since it was loaded"
    if state == "sealed" and table.table in held:
        why = f"held by the last load: {held[table.table]}"
    return replace(table, state=state, why=why)


def _loads(settings: Settings) -> _Loads:
    try:
        opened = settings.session("day status")
        asking = settings.server.errors("reading its loads")
        with opened as session, session.cursor() as cursor, asking:
            return _ask(cursor, settings.warehouse)
    except UserError as error:
        return _Loads(problem=str(error))


def _ask(cursor: Cursor, warehouse: Warehouse) -> _Loads:
    loads = _Loads()
    found = registry(cursor, warehouse)
    if found is None:
        return loads
    # by hand, not by Registry.find: a hundred tables of a thousand days are asked for at once
    cursor.execute(
        "SELECT day::text, table_name, source, 'sha256:' || sha256, state = 'pruned' "
        f"FROM {found.days} WHERE state <> 'making'".replace("%%", "%")
    )
    for day, table, source, sha256, is_pruned in cursor.fetchall():
        if is_pruned:
            loads.pruned.add(day)
        else:
            loads.days.setdefault(day, {})[table] = (source, sha256)
    cursor.execute(
        f"SELECT date::text, table_name, held FROM {found.loads} l WHERE held IS NOT NULL "
        f"AND NOT EXISTS (SELECT FROM {found.loads} later WHERE later.date = l.date AND "
        "later.table_name = l.table_name AND later.published_at > l.published_at)".replace(
            "%%", "%"
        )
    )
    loads.held = {(day, table): held for day, table, held in cursor.fetchall()}
    return loads
