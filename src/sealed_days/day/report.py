"""One self-contained HTML page on all days: their states, troubles, growth and loads."""

from __future__ import annotations

import argparse
import os
import webbrowser
from array import array
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.core.progress import size
from sealed_days.core.sql import qualified
from sealed_days.day import calendar
from sealed_days.day.calendar import Calendar, SourceDay, TableDay, Wanted
from sealed_days.day.settings import Settings
from sealed_days.store.place import store_at
from sealed_days.target_postgres.warehouse import LOADS, relation_kind

DAYS = 371
"""The page shows at most so many of the last days: 53 weeks."""

_RUNS = 12
_TROUBLES = 40
_WIDTH, _HEIGHT = 160, 36


@dataclass(frozen=True)
class Cell:
    """A day of the calendar. `column` is its week, `row` its weekday, from 1."""

    day: date
    state: str
    text: str
    column: int
    row: int


@dataclass(frozen=True)
class Trouble:
    """Days that are damaged, held or missing, and the command that fixes them."""

    days: str
    state: str
    text: str
    command: str


@dataclass(frozen=True)
class Trend:
    """A table's rows over the days, `gain` since the one before; `line` and `area` are points."""

    table: str
    source: str
    rows: int
    gain: int
    line: str
    area: str


@dataclass(frozen=True)
class Run:
    """A load of the warehouse."""

    day: date
    published: datetime
    tables: int
    rows: int
    bytes: int
    seconds: float

    @property
    def speed(self) -> str:
        """MB/s, "" for a load too short to measure."""
        return f"{self.bytes / self.seconds / 1e6:,.1f}" if self.seconds > 0 else ""


Trails = dict[tuple[str, str], "tuple[array[int], array[int]]"]
"""(Source, table) -> its days, as ordinals, and its rows on them."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Write the page and print its path."""
    html = render(settings)
    settings.scratch_area.mkdir(parents=True, exist_ok=True)
    draft = settings.scratch_area / f"report.{os.getpid()}.html"
    draft.write_text(html, "utf-8")
    print(settings.keep_file(draft, settings.report.name))
    target = settings.report
    if options.open and settings.store:
        msg = "the page is on the store: download it to open it"
        raise ConfigurationError(msg)
    if options.open and not webbrowser.open(target.absolute().as_uri()):
        msg = f"there is no browser to open: open {target.absolute()} yourself"
        raise ConfigurationError(msg)
    return 0


def shown(settings: Settings) -> str:
    """Return where the page is, for people; "" where there is none yet."""
    if settings.store:
        key = settings.report.name
        return f"{settings.store}/{key}" if store_at(settings.store).size(key) is not None else ""
    return settings.shown(settings.report) if settings.report.exists() else ""


def render(settings: Settings) -> str:
    """Return the page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    trails: Trails = {}

    def follow(source: SourceDay, table: TableDay) -> None:
        if table.state not in {"missing", "unsealed"}:
            key = source.source, table.table
            days, rows = trails.setdefault(key, (array("q"), array("q")))
            days.append(source.day.toordinal())
            rows.append(table.rows)

    found = calendar.read(settings, Wanted(newest=DAYS, is_summary=True, visit=follow))
    runs = _runs(settings) if not found.warehouse_problem else []
    days = [day for day, sources in found.days.items() if _state(sources) in _WHOLE]
    environment = Environment(
        loader=PackageLoader("sealed_days.day", ""), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"size": size, "n": "{:,}".format, "signed": "{:+,}".format}
    troubles = _troubles(settings, found)
    newest = max(found.known(), default=None)
    return environment.get_template("report.html.j2").render(
        title=f"{settings.server.parameters.get('dbname', 'warehouse')} days",
        made=datetime.now(UTC),
        found=found,
        newest=found.days.get(newest) if newest else None,
        whole=len(days),
        cells=_cells(found),
        months=_months(found),
        states=calendar.WORST_FIRST[::-1],
        troubles=troubles[:_TROUBLES],
        more_troubles=len(troubles[_TROUBLES:]),
        rejected=_rejected(found),
        trends=_trends(found, trails),
        runs=runs,
        slowest=max((item.seconds for item in runs), default=0),
        changes=_changes(settings, found),
        width=_WIDTH,
        height=_HEIGHT,
    )


_WHOLE = {"loaded", "current"}


def _state(sources: list[SourceDay]) -> str:
    """The state of a day: that of its worst source."""
    states = {source.state for source in sources}
    return next(state for state in calendar.WORST_FIRST if state in states)


def _cells(found: Calendar) -> list[Cell]:
    cells: list[Cell] = []
    for day, sources in found.days.items():
        first = min(found.days)
        text = ", ".join(f"{s.source} {s.state}" for s in sources)
        rows = sum(s.rows for s in sources)
        week = ((day - timedelta(day.weekday())) - (first - timedelta(first.weekday()))).days // 7
        label = f"{day:%a} {day}: {text}, {rows:,} rows"
        cells.append(Cell(day, _state(sources), label, week + 1, day.weekday() + 1))
    return cells


def _months(found: Calendar) -> list[tuple[str, int]]:
    """Return (name, column) of each month's first week."""
    months: dict[str, int] = {}
    for cell in _cells(found):
        name = f"{cell.day:%b %Y}" if cell.day.month == 1 or not months else f"{cell.day:%b}"
        key = f"{cell.day:%Y-%m}"
        if not any(known.startswith(key) for known in months):
            months[f"{key} {name}"] = cell.column
    found_months = [(key[8:], column) for key, column in months.items()]
    # the first name needs room: a month that ends in its first weeks gives way
    if len(found_months) > 1 and found_months[1][1] - found_months[0][1] < 4:
        found_months.pop(0)
    return found_months


def _troubles(settings: Settings, found: Calendar) -> list[Trouble]:
    troubles: list[Trouble] = []
    gap: list[date] = []
    for day, sources in found.days.items():
        if not any(s.number or s.state != "missing" for s in sources):
            if day in found.pruned:  # removed on purpose
                troubles += _gap(settings, gap)
                gap = []
            else:
                gap.append(day)
            continue
        troubles += _gap(settings, gap)
        gap = []
        command = calendar.next_command(settings, sources)
        if command:
            state = _state(sources)
            text = "; ".join(_why(s) for s in sources if s.state not in _WHOLE)
            troubles.append(Trouble(str(day), state, text, command))
    troubles += _gap(settings, gap)
    return troubles[::-1]


def _rejected(found: Calendar) -> list[tuple[date, str]]:
    """Return the days on which bad rows were set aside, the newest first."""
    lines = [
        (day, f"{source.source} {line}")
        for day, sources in found.days.items()
        for source in sources
        for line in source.rejected
    ]
    return lines[::-1][:_TROUBLES]


def _why(entry: SourceDay) -> str:
    bad = [t for t in entry.tables if t.state == entry.state]
    names = ", ".join(t.table + (f" ({t.why})" if t.why else "") for t in bad[:3])
    more = f" and {entry.counts[entry.state] - 3} more" if entry.counts[entry.state] > 3 else ""
    state = {"sealed": "held: not loaded", "missing": "missing"}.get(entry.state, entry.state)
    why = entry.why or names + more
    return f"{entry.source} {state}{': ' if why else ''}{why}"


def _gap(settings: Settings, gap: list[date]) -> list[Trouble]:
    if not gap:
        return []
    text = f"{gap[0]} … {gap[-1]}" if len(gap) > 1 else str(gap[0])
    count = f"{len(gap)} days, nothing there" if len(gap) > 1 else "nothing there"
    count += ": a run stages the source as it is now"
    return [Trouble(text, "missing", count, f"DATE={gap[0]} meltano run {settings.job}")]


def _trends(found: Calendar, trails: Trails) -> list[Trend]:
    """Return each table's rows over the days, those that moved first, then large ones."""
    trends = []
    first = min(found.days, default=date.min).toordinal()
    last = max(1, len(found.days) - 1)
    for (name, stream), (days, rows) in trails.items():
        top, low = max(rows) or 1, min(rows)
        low = 0 if top == low or low < top / 2 else low - (top - low)
        span = max(1, top - low)
        points = [
            (
                2 + (_WIDTH - 4) * (day - first) / last,
                _HEIGHT - 3 - (_HEIGHT - 6) * (count - low) / span,
            )
            for day, count in zip(days, rows, strict=True)
        ]
        if len(points) == 1:
            points = [(2.0, points[0][1]), (_WIDTH - 2.0, points[0][1])]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        area = f"{points[0][0]:.1f},{_HEIGHT} {line} {points[-1][0]:.1f},{_HEIGHT}"
        gain = rows[-1] - rows[-2] if len(rows) > 1 else 0
        trends.append(Trend(stream, name, rows[-1], gain, line, area))
    moved = {key for key, (_, rows) in trails.items() if len(set(rows)) > 1}
    return sorted(trends, key=lambda t: ((t.source, t.table) not in moved, -t.rows, t.table))


def _runs(settings: Settings) -> list[Run]:
    """Return the last loads, the newest first."""
    audit = qualified(settings.warehouse.days, LOADS)
    asking = settings.server.errors("reading the loads")
    with settings.session("day report") as session, session.cursor() as cursor, asking:
        if not relation_kind(cursor, settings.warehouse.days, LOADS):
            return []
        cursor.execute(
            "SELECT date, max(published_at), count(*)::int, sum(rows)::bigint, "
            "sum(bytes)::bigint, extract(epoch FROM max(published_at) - min(started_at))::float "
            f"FROM {audit} GROUP BY load_id, date ORDER BY 2 DESC LIMIT {_RUNS}"
        )
        return [Run(*row) for row in cursor.fetchall()]


def _changes(settings: Settings, found: Calendar) -> tuple[date, date, list[Any], str] | None:
    """Return (day before, newest day, what changed, why it is not known)."""
    sealed = [
        day
        for day, sources in found.days.items()
        if all(s.state in {*_WHOLE, "sealed"} for s in sources)
    ]
    if len(sealed) < 2:
        return None
    from sealed_days.day import diff

    before, after = sealed[-2:]
    try:
        changed = [
            item
            for item in diff.between(settings, before, after)
            if item.added or item.removed or item.changed or item.note
        ]
    except UserError as error:
        return before, after, [], str(error)
    return before, after, changed, ""
