"""A calendar of the days: what is on disk and in the warehouse, and what to run for each gap."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date

from sealed_days.core.dates import resolve_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.progress import size
from sealed_days.day import calendar, catch_up
from sealed_days.day.calendar import Calendar, SourceDay, Wanted
from sealed_days.day.settings import Settings

MARKS = {
    "current": "✓", "loaded": "✓", "sealed": "◦", "missing": "·", "unsealed": "✗", "damaged": "✗",
}  # fmt: skip
_NOW = "  (snapshots are of the source as it is now)"
_MANY = 3
"""From so many empty days in a row on, they are printed as one line."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print the calendar.

    Raises:
        UserError: --from or --to is no day, or they are the wrong way round.
    """
    first, last = (
        resolve_date(text, settings.timezone)[0] if text else None
        for text in (options.first, options.last)
    )
    if first and last and first > last:
        msg = f"--from {first} is after --to {last}: change them"
        raise ConfigurationError(msg)
    is_summary = not options.tables and options.format != "json"
    found = calendar.read(settings, Wanted(first, last, is_summary=is_summary))
    if is_summary and len(found.days) == 1:
        found = calendar.read(settings, Wanted(first, last))  # one day is shown with its tables
    if options.commands:
        for line in catch_up.commands(settings, found):
            print(line)
        return 0
    if options.format == "json":
        json.dump(_document(settings, found), sys.stdout, indent=1)
        print()
        return 0
    if found.warehouse_problem:
        print(f"the warehouse was not asked: {found.warehouse_problem}", file=sys.stderr)
    if not found.days:
        print(f"there is no day yet: run DATE=2025-01-31 meltano run {settings.job}")
        return 0
    for line in _lines(settings, found, tables=options.tables or len(found.days) == 1):
        print(line)
    return 0


def _lines(settings: Settings, found: Calendar, *, tables: bool) -> Iterator[str]:
    widths = [max(len(source), 22) for source in settings.sources]
    heads = "  ".join(
        f"{s:<{width}}" for s, width in zip(settings.sources, widths, strict=True)
    )  # fmt: skip
    yield f"{'day':<10}  {heads} {'rows':>15} {'size':>10}"
    gap: list[date] = []
    pruned: list[date] = []
    for day, sources in found.days.items():
        if all(s.state == "missing" and not s.number for s in sources):
            if day in found.pruned:
                yield from _gap(settings, gap)
                gap = []
                pruned.append(day)
            else:
                yield from _pruned(pruned)
                pruned = []
                gap.append(day)
            continue
        yield from _gap(settings, gap)
        yield from _pruned(pruned)
        gap, pruned = [], []
        cells = "  ".join(
            f"{_cell(s):<{width}}" for s, width in zip(sources, widths, strict=True)
        )  # fmt: skip
        rows, bytes_ = sum(s.rows for s in sources), sum(s.bytes for s in sources)
        command = calendar.next_command(settings, sources)
        end = f"  → {command}" if command else ""
        yield f"{day}  {cells} {rows:>15,} {size(bytes_):>10}{end}"
        for source in sources:
            if source.why:
                yield f"{'':<12}{source.source}: {source.why}"
            yield from (f"{'':<12}{source.source} {line}" for line in source.rejected)
            for table in source.tables:
                if tables or table.state == "damaged" or table.is_held:
                    why = f"  {table.why}" if table.why else ""
                    yield (
                        f"{'':<12}{MARKS[table.state]} {table.state:<9} {table.table:<30} "
                        f"{table.rows:>15,} {size(table.bytes):>10}{why}"
                    )
    yield from _gap(settings, gap)
    yield from _pruned(pruned)


def _pruned(days: list[date]) -> Iterator[str]:
    """Yield the line for days in a row that were pruned."""
    if days:
        until = f", {len(days):,} days until {days[-1]}" if len(days) > 1 else ""
        yield f"{days[0]}  · pruned{until}"


def _gap(settings: Settings, gap: list[date]) -> Iterator[str]:
    """Yield the lines for empty days in a row."""
    if len(gap) <= _MANY:
        for day in gap:
            yield f"{day}  · missing  → DATE={day} meltano run {settings.job}{_NOW}"
        return
    command = (
        f"for n in $(seq 0 {len(gap) - 1}); do "
        f'DATE=$(date -d "{gap[0]} +$n day" +%F) meltano run {settings.job} || break; done'
    )
    yield f"{gap[0]}  · missing, {len(gap):,} days until {gap[-1]}  → {command}{_NOW}"


def _cell(entry: SourceDay) -> str:
    state = entry.state
    same = entry.counts[state]
    of = "" if same == entry.number else f" {same} of"
    count = f"{of} {entry.number}" if entry.number else ""
    return f"{MARKS[state]} {state}{count}"


def _document(settings: Settings, found: Calendar) -> dict[str, object]:
    return {
        "current": found.current.isoformat() if found.current else None,
        "warehouse_problem": found.warehouse_problem or None,
        "days": [
            {
                "day": day.isoformat(),
                "command": catch_up.command(settings, found, sources) or None,
                "pruned": day in found.pruned,
                "sources": [
                    {
                        "source": s.source,
                        "state": s.state,
                        "rows": s.rows,
                        "bytes": s.bytes,
                        "why": s.why or None,
                        "tables": [
                            {
                                "table": t.table,
                                "state": t.state,
                                "rows": t.rows,
                                "bytes": t.bytes,
                                "why": t.why or None,
                                "rejected_rows": t.rejected,
                            }
                            for t in s.tables
                        ],
                    }
                    for s in sources
                ],
            }
            for day, sources in found.days.items()
        ],
    }
