"""What a run has left: rows on disk and in the warehouse, table by table, and what to try next."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date, timedelta

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import FileError
from sealed_days.day import evidence, nearest, report
from sealed_days.day.day_tables import count, day_tables
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable

Row = tuple[str, str, int | None, int | None]
"""A table's name, its source, its rows on disk and in the warehouse."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print the table; the exit code is 1 where disk and warehouse differ.

    Raises:
        UserError: nothing of the day is staged, or the warehouse does not answer.
    """
    day = settings.day(options.date)
    files = [
        (days.source, table)
        for days in settings.staged()
        for table in _files(settings, days, day)
    ]  # fmt: skip
    asking = settings.server.errors("counting rows")
    with settings.session("day summary") as session, session.cursor() as cursor, asking:
        there = day_tables(cursor, settings.warehouse, day, day)
        loaded = count(cursor, settings.warehouse, there)
        names = {*loaded, *(table.name for _, table in files), settings.warehouse.views}
        typed = _as_typed(cursor, names)

    staged = {table.name for _, table in files}
    rows: list[Row] = [
        (table.name, source, table.file.rows, loaded.get(table.name)) for source, table in files
    ]
    rows += [(table, "", None, number) for table, number in loaded.items() if table not in staged]
    wrong = [row for row in rows if row[2] != row[3]]
    place, where = ("in store", "in the store") if settings.store else ("on disk", "on disk")
    for line in _lines([(typed[row[0]], *row[1:]) for row in rows], place):
        print(line)
    print()
    if wrong:
        print(f"{len(wrong)} of {len(rows)} tables differ: {settings.command(f'verify {day}')}")
    else:
        print(f"{day} is complete: {len(rows)} tables are the same {where} and in the warehouse.")
    for source, table_ in files:
        if number := table_.details.get("rejected_rows"):
            what = "1 bad row" if number == 1 else f"{number:,} bad rows"
            was = "was" if number == 1 else "were"
            print(f"{what} of {source} {table_.name} {was} set aside, in rejects.csv")
    largest = max(rows, key=lambda row: row[3] or 0, default=None)
    table = f"{typed[settings.warehouse.views]}.{typed[largest[0]]}" if largest else None
    _next(settings, day, table)
    return 1 if wrong else 0


def _as_typed(cursor: Cursor, names: Iterable[str]) -> dict[str, str]:
    """Return the names as SQL takes them: quoted where they must be."""
    cursor.execute("SELECT name, quote_ident(name) FROM unnest(%s) AS name", [list(names)])
    return dict(cursor.fetchall())


def _files(settings: Settings, days: StagedDays, day: date) -> list[StagedTable]:
    if day not in (known := days.list()):
        msg = (
            f"{days.source} has no sealed day {day.isoformat()} ({nearest.days(day, known)}): "
            f"run {days.command(day)}"
        )
        raise FileError(msg)
    return list(days.open(day).tables)


def _lines(rows: list[Row], place: str) -> list[str]:
    width = max(len("table"), *(len(row[0]) for row in rows)) if rows else 5
    origin = max(len("source"), *(len(row[1]) for row in rows)) if rows else 6
    lines = [f"{'table':<{width}}  {'source':<{origin}} {f'rows {place}':>15} {'in warehouse':>15}"]
    for table, source, disk, loaded in rows:
        counts = ["–" if number is None else f"{number:,}" for number in (disk, loaded)]
        mark = "✓"
        if disk is None or loaded is None:
            mark = "✗ not loaded" if loaded is None else f"✗ not {place}"
        elif disk != loaded:
            mark = f"✗ {loaded - disk:+,}"
        numbers = " ".join(f"{text:>15}" for text in counts)
        lines.append(f"{table:<{width}}  {source:<{origin}} {numbers}  {mark}")
    sums = [f"{sum(row[2] or 0 for row in rows):,}", f"{sum(row[3] or 0 for row in rows):,}"]
    lines.append(f"{'total':<{width}}  {'':<{origin}} {sums[0]:>15} {sums[1]:>15}")
    return lines


def _next(settings: Settings, day: date, table: str | None) -> None:
    entries = [
        ("look at the data", "make psql"),
        *([("", f"SELECT * FROM {table} LIMIT 5;")] if table else []),
        ("another day", f"{settings.moved}make run DATE={day - timedelta(days=1)}"),
        ("all days", settings.command("status")),
        ("prove this one", settings.command(f"verify {day} --deep")),
    ]
    entries += [("evidence", place) for place in evidence.shown(settings, day)]
    entries.append(("report", report.shown(settings) or settings.command("report")))
    for title, text in entries:
        print(f"  {title:<18}{text}")
