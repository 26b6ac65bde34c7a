"""The state of every table on every day, on disk and in the warehouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any, NamedTuple

from sealed_days.core.errors import UserError
from sealed_days.day.loaded_days import LoadedDays, digest, loaded_days
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import parse

WORST_FIRST = ("damaged", "unsealed", "missing", "sealed", "loaded", "current")
"""The states of a table's day. The state of a source's day is that of its worst table."""

_REQUESTS = 16
"""How many days of an object store are asked for at a time."""

_AT_A_TIME = 64
"""How many days are read before the warehouse is asked for those that differ."""

_EXAMPLES = 3


class TableDay(NamedTuple):
    """A table of a day. `why` says what its state does not; `rows` and `bytes` as sealed.

    `rejected` rows of its source are bad: they were set aside, in rejects.csv beside its file.
    """

    table: str
    state: str
    rows: int = 0
    bytes: int = 0
    why: str = ""
    rejected: int = 0

    @property
    def is_held(self) -> bool:
        """Whether it is sealed, and the warehouse has it otherwise or not at all, for a reason."""
        return self.state == "sealed" and bool(self.why)

    @property
    def is_told(self) -> bool:
        """Whether it has a line of its own beside its day's."""
        return self.state == "damaged" or self.is_held or bool(self.rejected)


@dataclass
class SourceDay:
    """A source's day.

    `tables` are all of its tables, or in a summary those that are told and some of each state;
    `counts` is state -> how many.
    """

    source: str
    day: date
    tables: list[TableDay] = field(default_factory=list)
    why: str = ""
    empty_state: str = "missing"
    is_loaded: bool = False
    """Whether the warehouse has any table of it."""
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    bytes: int = 0
    """All that are sealed."""

    def add(self, table: TableDay, *, is_summary: bool) -> None:
        """Add a table."""
        self.counts[table.state] += 1
        self.rows += table.rows
        self.bytes += table.bytes
        if not is_summary or table.is_told or self.counts[table.state] <= _EXAMPLES:
            self.tables.append(table)

    @property
    def number(self) -> int:
        """How many tables it has."""
        return self.counts.total()

    @property
    def state(self) -> str:
        """The worst state of its tables."""
        states = self.counts or {self.empty_state}
        return next(state for state in WORST_FIRST if state in states)

    @property
    def rejected(self) -> list[str]:
        """One line for each table of which rows were set aside."""
        return [
            f"{table.table}: {table.rejected:,} bad row{'' if table.rejected == 1 else 's'} set "
            "aside, in rejects.csv beside its file"
            for table in self.tables
            if table.rejected
        ]


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
            if any(s.number or s.state != "missing" for s in sources)
        ]


Visit = Callable[[SourceDay, TableDay], None]


@dataclass(frozen=True)
class Wanted:
    """What of the days is wanted.

    Args:
        first, last: which days; by default all from the first to the last there is.
        newest: how many of the newest of them, 0 for all.
        is_summary: whether tables that have nothing to tell are only counted. Memory then does not
            grow with them.
        visit: called with each table, day after day.
    """

    first: date | None = None
    last: date | None = None
    newest: int = 0
    is_summary: bool = False
    visit: Visit | None = None

    def of(self, days: set[date]) -> list[date]:
        """Return those of some days that are wanted, oldest first."""
        first = max(days, default=date.min) - timedelta(self.newest - 1) if self.newest else None
        return sorted(
            day
            for day in days
            if (not self.first or day >= self.first)
            and (not self.last or day <= self.last)
            and (not first or day >= first)
        )


def read(settings: Settings, wanted: Wanted) -> Calendar:
    """Look at manifests, files and the warehouse."""
    staged = settings.staged()
    with ThreadPoolExecutor(1) as pool:
        listed = pool.submit(lambda: [_List.of(days) for days in staged])  # as the server works
        try:
            with loaded_days(settings) as loaded:
                return _read(settings, wanted, listed.result(), loaded)
        except UserError as error:
            loaded = LoadedDays(problem=str(error))
        return _read(settings, wanted, listed.result(), loaded)


@dataclass(frozen=True)
class _List:
    """A source's days on disk, by their names alone: sealed ones, and day -> files without one."""

    staged: StagedDays
    sealed: set[date]
    unsealed: dict[date, list[str]]

    @classmethod
    def of(cls, staged: StagedDays) -> _List:
        unsealed: dict[date, list[str]] = {}
        for table, day in staged.unsealed():
            unsealed.setdefault(day, []).append(table)
        return cls(staged, set(staged.list()), unsealed)


def _read(settings: Settings, wanted: Wanted, listed: list[_List], loaded: LoadedDays) -> Calendar:
    on_disk = {day for one in listed for day in (*one.sealed, *one.unsealed)}
    known = wanted.of(on_disk | {day for _, day in loaded.digests})
    found: dict[tuple[str, date], SourceDay] = {}
    for start in range(0, len(known), _AT_A_TIME):
        for entry in _some_days(wanted, known[start : start + _AT_A_TIME], listed, loaded):
            found[entry.source, entry.day] = entry
    start_, end = wanted.first or min(known, default=None), wanted.last or max(known, default=None)
    span = range((end - start_).days + 1) if start_ and end else range(0)
    return Calendar(
        {
            day: [found.get((source, day)) or SourceDay(source, day) for source in settings.sources]
            for day in (start_ + timedelta(number) for number in span if start_)
        },
        loaded.current,
        loaded.problem,
        loaded.pruned,
    )


class _Resource(NamedTuple):
    """A table as its manifest has it; `damage` is what is wrong with its file."""

    table: str
    rows: int
    bytes: int
    sha256: str
    rejected: int
    damage: str


@dataclass(frozen=True)
class _Sealed:
    """A day that has a manifest."""

    entry: SourceDay
    tables: list[_Resource]

    @property
    def key(self) -> tuple[str, date]:
        return self.entry.source, self.entry.day

    @cached_property
    def digest(self) -> str:
        return digest((table.table, table.sha256) for table in self.tables)


def _some_days(
    wanted: Wanted, days: list[date], listed: list[_List], loaded: LoadedDays
) -> Iterator[SourceDay]:
    """Yield what is known of some days, by source."""
    sealed = {one.key: one for listing in listed for one in _manifests(listing, days)}
    keys = {key for key in loaded.digests if key[1] in set(days)} | sealed.keys()
    digests = {key: sealed[key].digest if key in sealed else None for key in keys}
    there = loaded.tables({key[1] for key in keys if loaded.digests.get(key) != digests[key]})
    for one in sealed.values():
        for table in _with_loads(one, loaded, there.get(one.entry.day, {})):
            _add(wanted, one.entry, table)
        yield one.entry
    for listing in listed:
        for day in days:
            if names := listing.unsealed.get(day):
                entry = SourceDay(listing.staged.source, day, empty_state="unsealed")
                entry.is_loaded = (entry.source, day) in loaded.digests
                for name in names:
                    _add(wanted, entry, TableDay(name, "unsealed", why="no manifest"))
                yield entry
    for source, day in keys - sealed.keys():
        if any(day in listing.unsealed for listing in listed if listing.staged.source == source):
            continue
        entry = SourceDay(source, day, is_loaded=True)
        for name, (owner, _) in sorted(there[day].items()):
            if owner == source:
                what = "in the warehouse, not on disk"
                _add(wanted, entry, TableDay(name, "missing", why=what))
        yield entry


def _add(wanted: Wanted, entry: SourceDay, table: TableDay) -> None:
    entry.add(table, is_summary=wanted.is_summary)
    if wanted.visit:
        wanted.visit(entry, table)


def _manifests(listing: _List, days: list[date]) -> Iterator[_Sealed]:
    known = [day for day in days if day in listing.sealed]
    look = partial(_sealed, listing.staged)
    if listing.staged.is_remote:
        with ThreadPoolExecutor(_REQUESTS) as pool:
            yield from pool.map(look, known)
    else:
        yield from map(look, known)


def _sealed(days: StagedDays, day: date) -> _Sealed:
    entry = SourceDay(days.source, day)
    tables: list[_Resource] = []
    path = days.manifest_path(day)
    try:
        # thousands of manifests and files: the manifest's own paths, without opening the day
        manifest = parse(days.store.read(day) or b"", days.source, day)
        size_of = days.sizes_at(day)
        tables = [_resource(resource, size_of) for resource in manifest["resources"]]
    except OSError as error:
        entry.empty_state = "damaged"
        entry.why = f"{path.name} cannot be read ({error.strerror})"
    except ValueError as error:
        entry.empty_state = "damaged"
        entry.why = f"{path.name} is damaged: {error}"
    return _Sealed(entry, tables)


def _resource(resource: dict[str, Any], size_of: Callable[[dict[str, Any]], int]) -> _Resource:
    size = resource["bytes"]
    damage = ""
    try:
        there = size_of(resource)
        if there != size:
            damage = f"{there:,} bytes where {size:,} were sealed"
    except OSError as error:
        damage = f"the file: {error.strerror}"
    sha256 = (resource.get("content") or resource)["hash"].removeprefix("sha256:")
    rejected = resource.get("rejected_rows", 0)
    return _Resource(resource["stream"], resource["rows"], size, sha256, rejected, damage)


def _with_loads(
    one: _Sealed, loaded: LoadedDays, there: dict[str, tuple[str, str]]
) -> Iterator[TableDay]:
    """Yield a day's tables with what the warehouse has of them."""
    source, day = one.key
    entry = one.entry
    entry.is_loaded = one.key in loaded.digests
    is_same = entry.is_loaded and loaded.digests[one.key] == one.digest
    done = "current" if day == loaded.current else "loaded"
    for table, rows, size, sha256, rejected, damage in one.tables:
        state, why = done, damage
        if damage:
            state = "damaged"
        elif not is_same and there.get(table) != (source, sha256):
            state = "sealed"
            why = "staged again since it was loaded" if table in there else ""
            if held := loaded.held.get((day, table)):
                why = f"held by the last load: {held}"
        yield TableDay(table, state, rows, size, why, rejected)


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
