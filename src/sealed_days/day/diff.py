"""What changed between two days: rows by key, from the staged files alone, by DuckDB."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from sealed_days.core.dates import resolve_date
from sealed_days.core.dialect import format_row
from sealed_days.core.errors import ConfigurationError, FileError
from sealed_days.core.pgtypes import base_name
from sealed_days.core.sql import column_list, quote_ident, quote_literal
from sealed_days.day import nearest
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.store.place import on_this_machine

# Types whose values are faster to compare than their text, or have more than one text.
_TYPES = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "DOUBLE",  # as COPY writes it: 0.1 stays 0.1
    "double precision": "DOUBLE",
}
_EXACT = {"smallint", "integer", "bigint", "numeric"}
_MIDNIGHT = "timestamp without time zone"
_FILE = re.compile(r"read_csv\('(.*?)', columns")
_LONG_LINES = "/* long lines */"
_LONGEST_LINE = 1 << 28
_BATCH = 10_000
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
        _count(found, old, new)
    return found


@contextlib.contextmanager
def _here(table: StagedTable) -> Iterator[StagedTable]:
    """Give a table whose file DuckDB can read: on this machine."""
    with on_this_machine(table.file.path) as path:
        yield dataclasses.replace(table, file=table.file.at(path))


def _count(found: TableDiff, old: StagedTable, new: StagedTable) -> None:
    keys, common = _keys(old, new), _common(old, new)
    if not keys:
        found.added, found.removed = _one(_bags(old, new, common))
        return
    others = [column for column in common if column not in keys]
    counts = [
        "count(*) FILTER (a.there IS NULL)",
        "count(*) FILTER (b.there IS NULL)",
        f"count(*) FILTER (a.there AND b.there AND ({_any_differs(others)}))",
        *(f"count(*) FILTER (a.there AND b.there AND {_differs(column)})" for column in others),
    ]
    found.added, found.removed, found.changed, *each = _one(
        f"SELECT {', '.join(counts)} FROM {_joined(old, new, keys, common)}"
    )
    found.columns = {name: rows for name, rows in zip(others, each, strict=True) if rows}


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
    if not _keys(old, new):
        notes.append("no common key: a changed row is one removed and one added")
    return "; ".join(notes)


def _keys(old: StagedTable, new: StagedTable) -> tuple[str, ...]:
    # a key that one of the days does not have may find several of its rows
    return new.keys if set(old.keys) == set(new.keys) else ()


def _common(old: StagedTable, new: StagedTable) -> list[str]:
    there = {name for name, _, _ in old.columns}
    return [name for name, _, _ in new.columns if name in there]


def _read(staged: StagedTable, other: StagedTable) -> str:
    """Return a FROM item for a file: NULL and '' apart, types where both days agree on one."""
    there = {name: kind for name, kind, _ in other.columns}
    columns = ", ".join(
        f"{quote_literal(name)}: {quote_literal(_duckdb_type(kind, there.get(name, kind)))}"
        for name, kind, _ in staged.columns
    )
    return (
        f"read_csv({quote_literal(str(staged.file.path))}, columns={{{columns}}}, header=true, "
        "delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, "
        f"auto_detect=false, new_line='\\n'{_LONG_LINES})"
    )


def _values(staged: StagedTable, other: StagedTable, common: list[str]) -> str:
    """Return the columns to compare: where an exact number changed its type, its plain value."""
    was, now = ({name: kind for name, kind, _ in table.columns} for table in (staged, other))
    found = []
    for name in common:
        column = quote_ident(name)
        kinds = {base_name(was[name]), base_name(now[name])}
        if was[name] != now[name] and kinds <= _EXACT:
            # 1.50 of numeric(8,2) is 1.5000 of numeric(10,4)
            plain = f"rtrim(rtrim({column}, '0'), '.')"
            found.append(
                f"CASE WHEN {column} LIKE '%.%' THEN {plain} ELSE {column} END AS {column}"
            )
        elif was[name] != now[name] and base_name(was[name]) == "date":
            found.append(f"{column} || ' 00:00:00' AS {column}" if _MIDNIGHT in kinds else column)
        else:
            found.append(column)
    return ", ".join(found)


def _duckdb_type(kind: str, other: str) -> str:
    if kind != other:
        both = {kind, other} <= {"real", "double precision"}
        return "DOUBLE" if both else "VARCHAR"
    if base_name(kind) == "numeric" and "(" in kind and "-" not in kind:
        return kind.replace("numeric", "DECIMAL") if _precision(kind) <= 38 else "VARCHAR"
    return _TYPES.get(kind, "VARCHAR")


def _precision(kind: str) -> int:
    return int(kind.partition("(")[2].rstrip(")").split(",")[0])


def _joined(old: StagedTable, new: StagedTable, keys: tuple[str, ...], common: list[str]) -> str:
    same = " AND ".join(f"a.{quote_ident(key)} = b.{quote_ident(key)}" for key in keys)
    before, after = _values(old, new, common), _values(new, old, common)
    return (
        f"(SELECT true AS there, {before} FROM {_read(old, new)}) a FULL JOIN "
        f"(SELECT true AS there, {after} FROM {_read(new, old)}) b ON {same}"
    )


def _bags(old: StagedTable, new: StagedTable, common: list[str]) -> str:
    return (
        "SELECT count(*) FILTER (n > 0), count(*) FILTER (n < 0) FROM "
        f"({_balance(old, new, common)}) CROSS JOIN range(abs(n))"
    )


def _balance(old: StagedTable, new: StagedTable, common: list[str]) -> str:
    """Return a query for rows and how many more of each the new file has."""
    return (
        f"SELECT {column_list(common)}, sum(n)::BIGINT AS n FROM ("
        f"SELECT {_values(new, old, common)}, 1 AS n FROM {_read(new, old)} UNION ALL "
        f"SELECT {_values(old, new, common)}, -1 FROM {_read(old, new)}) "
        "GROUP BY ALL HAVING sum(n) <> 0"
    )


def _differs(column: str) -> str:
    return f"a.{quote_ident(column)} IS DISTINCT FROM b.{quote_ident(column)}"


def _any_differs(columns: list[str]) -> str:
    return " OR ".join(map(_differs, columns)) or "false"


def _one(query: str) -> tuple[int, ...]:
    with duckdb.connect() as connection:
        return _execute(connection, query).fetchone() or ()


def _execute(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyConnection:
    """Run a query on files; buffers for long lines are large, and made only where needed.

    Raises:
        UserError: a file is not what its manifest says.
    """
    try:
        try:
            return connection.execute(query)
        except duckdb.InvalidInputException as error:
            if "line size" not in str(error):
                raise
            sizes = f", max_line_size={_LONGEST_LINE}, buffer_size={2 * _LONGEST_LINE}"
            return connection.execute(query.replace(_LONG_LINES, sizes))
    except duckdb.Error as error:
        files = " or ".join(_FILE.findall(query))
        msg = f"{files} cannot be read ({str(error).splitlines()[0]}): day verify says more"
        raise FileError(msg) from None


def _rows(
    old: StagedTable, new: StagedTable
) -> Iterator[tuple[str, dict[str, Any], dict[str, list[Any]]]]:
    """Yield (change, key, column -> [before, after]) for each row, in the key's order.

    Without a key, the whole row stands as its own key.
    """
    with _here(old) as old, _here(new) as new:
        yield from _rows_of_files(old, new)


def _rows_of_files(
    old: StagedTable, new: StagedTable
) -> Iterator[tuple[str, dict[str, Any], dict[str, list[Any]]]]:
    keys, common = _keys(old, new), _common(old, new)
    others = [column for column in common if column not in keys]
    names = column_list(keys)
    if keys:
        query = (
            f"SELECT a.there, b.there, "
            f"{', '.join(f'coalesce(b.{quote_ident(k)}, a.{quote_ident(k)}) AS {quote_ident(k)}' for k in keys)}"  # noqa: E501
            f"{''.join(f', a.{quote_ident(c)}, b.{quote_ident(c)}' for c in others)} "
            f"FROM {_joined(old, new, keys, common)} "
            f"WHERE a.there IS NULL OR b.there IS NULL OR {_any_differs(others)} "
            f"ORDER BY {', '.join(str(number + 3) for number in range(len(keys)))}"
        )
    else:
        names = column_list(common)
        query = f"SELECT n < 0, n > 0, {names} FROM ({_balance(old, new, common)}), range(abs(n))"
    width = len(keys or common)
    with duckdb.connect() as connection:
        result = _execute(connection, query)
        while batch := result.fetchmany(_BATCH):
            for was, now, *values in batch:
                key = dict(zip(keys or common, values[:width], strict=True))
                pairs = {
                    column: [values[width + 2 * n], values[width + 2 * n + 1]]
                    for n, column in enumerate(others if keys else ())
                    if values[width + 2 * n] != values[width + 2 * n + 1]
                }
                yield ("changed" if was and now else "added" if now else "removed"), key, pairs


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
