"""What changed between two days: rows by key, from the staged files alone, by DuckDB."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sealed_days.core.dates import resolve_date
from sealed_days.core.dialect import format_row
from sealed_days.core.errors import ConfigurationError, FileError
from sealed_days.day import nearest
from sealed_days.day.settings import Settings
from sealed_days.day.two_files import TwoFiles
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.store.place import on_this_machine

_SHOWN = 40


@dataclass
class TableDiff:
    """What changed in a table. `columns` are column -> rows in which it changed.

    `note` says what is not about rows: a new table, other columns, no key.
    """

    source: str
    table: str
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    note: str = ""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print what changed.

    Raises:
        UserError: a day is not sealed, or no such table is there.
    """
    before, after = (
        resolve_date(text, settings.timezone)[0] for text in (options.before, options.after)
    )
    pairs = _pairs(settings, before, after, options.table)
    if options.rows:
        _print_rows(pairs, options.format)
    else:
        _print_summary([compare(*pair) for pair in pairs], options.format)
    return 0


def between(settings: Settings, before: date, after: date) -> list[TableDiff]:
    """Return what changed in each table.

    Raises:
        UserError: a day is not sealed.
    """
    return [compare(*pair) for pair in _pairs(settings, before, after, None)]


def compare(source: str, old: StagedTable | None, new: StagedTable | None) -> TableDiff:
    """Return what changed from one file to another; None is a day without the table."""
    if old is None or new is None:
        if new:
            return TableDiff(source, new.name, added=new.file.rows, note="new table")
        gone = old or new
        assert gone is not None  # noqa: S101
        return TableDiff(source, gone.name, removed=gone.file.rows, note="table is gone")
    found = TableDiff(source, new.name, note=_note(old, new))
    if old.file.sha256 == new.file.sha256 and old.columns == new.columns:
        return found
    with _here(old) as old, _here(new) as new:
        found.added, found.removed, found.changed, columns = TwoFiles(old, new).count()
    found.columns = {name: rows for name, rows in columns.items() if rows}
    return found


@contextlib.contextmanager
def _here(table: StagedTable) -> Iterator[StagedTable]:
    """Give a table whose file DuckDB can read: on this machine."""
    with on_this_machine(table.file.path) as path:
        yield dataclasses.replace(table, file=table.file.at(path))


def _pairs(
    settings: Settings, before: date, after: date, table: str | None
) -> list[tuple[str, StagedTable | None, StagedTable | None]]:
    """Return (source, file before, file after) for each table that either day has."""
    pairs = []
    for days in settings.staged():
        old, new = (
            {item.name: item for item in _open(settings, days, day)} for day in (before, after)
        )
        pairs += [(days.source, old.get(name), new.get(name)) for name in sorted(old | new)]
    if table is None:
        return pairs
    names = [(new or old).name for _, old, new in pairs]  # type: ignore[union-attr]
    if table not in names:
        msg = f"neither day has a table {table} ({nearest.names(table, names)})"
        raise ConfigurationError(msg)
    return [pair for pair, name in zip(pairs, names, strict=True) if name == table]


def _open(settings: Settings, days: StagedDays, day: date) -> tuple[StagedTable, ...]:
    if day not in (known := days.list()):
        msg = (
            f"{days.source} has no sealed day {day.isoformat()} ({nearest.days(day, known)}): "
            f"run {days.command(day)}"
        )
        raise FileError(msg)
    return days.open(day).tables


def _note(old: StagedTable, new: StagedTable) -> str:
    was, now = ({name: kind for name, kind, _ in table.columns} for table in (old, new))
    notes = [f"column {name} is new" for name in now if name not in was]
    notes += [f"column {name} is gone" for name in was if name not in now]
    notes += [
        f"column {name}: {was[name]} became {kind}"
        for name, kind in now.items()
        if was.get(name, kind) != kind
    ]
    if old.keys != new.keys:
        notes.append(f"the key was ({', '.join(old.keys)}), now ({', '.join(new.keys)})")
    if not TwoFiles(old, new).keys:
        notes.append("no common key: a changed row is one removed and one added")
    return "; ".join(notes)


def _rows(
    old: StagedTable, new: StagedTable
) -> Iterator[tuple[str, dict[str, Any], dict[str, list[Any]]]]:
    with _here(old) as old, _here(new) as new:
        yield from TwoFiles(old, new).rows()


def _print_summary(found: list[TableDiff], form: str) -> None:
    if form == "json":
        json.dump([vars(item) for item in found], sys.stdout, indent=1)
        print()
        return
    if form == "csv":
        sys.stdout.write(format_row(TableDiff.__dataclass_fields__))
        for item in found:
            columns = " ".join(f"{name}:{rows}" for name, rows in item.columns.items())
            fields = vars(item) | {"columns": columns}
            sys.stdout.write(format_row(str(value) for value in fields.values()))
        return
    width = max(5, *(len(item.table) for item in found)) if found else 5
    print(f"{'table':<{width}} {'added':>12} {'removed':>12} {'changed':>12}  columns")
    for item in found:
        columns = ", ".join(f"{name} ({rows:,})" for name, rows in item.columns.items())
        text = "; ".join(filter(None, (columns, item.note)))
        counts = " ".join(f"{n or '·':>12{',' if n else ''}}"
                          for n in (item.added, item.removed, item.changed))  # fmt: skip
        print(f"{item.table:<{width}} {counts}  {text}".rstrip())


def _print_rows(pairs: list[tuple[str, StagedTable | None, StagedTable | None]], form: str) -> None:
    if form == "csv":
        header = ("source", "table", "change", "key", "column", "before", "after")
        sys.stdout.write(format_row(header))
    for source, old, new in pairs:
        if old is None or new is None:
            name = (new or old).name  # type: ignore[union-attr]
            print(f"{name}: {'new table' if new else 'table is gone'}", file=sys.stderr)
            continue
        if old.file.sha256 == new.file.sha256:
            continue
        for change, key, columns in _rows(old, new):
            table = new.name
            if form == "json":
                row = {"source": source, "table": table, "change": change, "key": key,
                       "columns": columns}  # fmt: skip
                print(json.dumps(row, ensure_ascii=False, default=str))
            elif form == "csv":
                text = json.dumps(key, ensure_ascii=False, default=str)
                cells: list[tuple[str | None, list[Any]]] = list(columns.items())
                for column, pair in cells or [(None, [None, None])]:
                    was, now = (None if value is None else str(value) for value in pair)
                    sys.stdout.write(format_row([source, table, change, text, column, was, now]))
            else:
                sign = {"added": "+", "removed": "-", "changed": "~"}[change]
                what = ", ".join(f"{k}={v}" for k, v in key.items())
                how = "; ".join(f"{c}: {_text(w)} → {_text(n)}" for c, (w, n) in columns.items())
                shown = f"  {how}" if change == "changed" else ""
                print(f"{sign} {table} {what}{shown}")


def _text(value: object) -> str:
    if value is None:
        return "NULL"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
