"""What changed between two days: rows by key, from the staged files alone, by DuckDB."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from day import nearest
from day.settings import Settings
from singer_copy.dates import resolve_date
from singer_copy.dialect import format_row
from singer_copy.errors import UserError
from singer_copy.pgtypes import base_name
from singer_copy.sql import column_list, quote_ident, quote_literal
from singer_copy.staging import StagedDays, TableFile

# Types whose values are faster to compare than their text, or have more than one text.
_TYPES = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "DOUBLE",  # as COPY writes it: 0.1 stays 0.1
    "double precision": "DOUBLE",
}
_FILE = re.compile(r"read_csv\('(.*?)', columns")
_LONG_LINES = "/* long lines */"
_LONGEST_LINE = 1 << 28
_BATCH = 10_000
_SHOWN = 40

Staged = tuple[TableFile, Path]


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


def compare(source: str, old: Staged | None, new: Staged | None) -> TableDiff:
    """Return what changed from one file to another; None is a day without the table."""
    if old is None or new is None:
        table = (new or old)[0]  # type: ignore[index]
        if new:
            return TableDiff(source, table.stream, added=table.rows, note="new table")
        return TableDiff(source, table.stream, removed=table.rows, note="table is gone")
    found = TableDiff(source, new[0].stream, note=_note(old[0], new[0]))
    if old[0].sha256 == new[0].sha256 and old[0].columns == new[0].columns:
        return found
    keys, common = _keys(old[0], new[0]), _common(old[0], new[0])
    if not keys:
        found.added, found.removed = _one(_bags(old, new, common))
        return found
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
    return found


def _pairs(
    settings: Settings, before: date, after: date, table: str | None
) -> list[tuple[str, Staged | None, Staged | None]]:
    """Return (source, file before, file after) for each table that either day has."""
    pairs = []
    for days in settings.staged():
        old, new = (
            {item[0].stream: item for item in _open(settings, days, day)} for day in (before, after)
        )
        pairs += [(days.source, old.get(name), new.get(name)) for name in sorted(old | new)]
    if table is None:
        return pairs
    names = [(new or old)[0].stream for _, old, new in pairs]  # type: ignore[index]
    if table not in names:
        msg = f"neither day has a table {table} ({nearest.names(table, names)})"
        raise UserError(msg)
    return [pair for pair, name in zip(pairs, names, strict=True) if name == table]


def _open(settings: Settings, days: StagedDays, day: date) -> tuple[Staged, ...]:
    if day not in (known := days.list()):
        msg = (
            f"{days.source} has no sealed day {day.isoformat()} ({nearest.days(day, known)}): "
            f"run {days.command(day)}"
        )
        raise UserError(msg)
    return days.open(day).files


def _note(old: TableFile, new: TableFile) -> str:
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
        notes.append("no key: a changed row is one removed and one added")
    return "; ".join(notes)


def _keys(old: TableFile, new: TableFile) -> tuple[str, ...]:
    there = {name for name, _, _ in old.columns}
    return new.keys if there.issuperset(new.keys) else ()


def _common(old: TableFile, new: TableFile) -> list[str]:
    there = {name for name, _, _ in old.columns}
    return [name for name, _, _ in new.columns if name in there]


def _read(staged: Staged, other: Staged) -> str:
    """Return a FROM item for a file: NULL and '' apart, types where both days agree on one."""
    table, path = staged
    there = {name: kind for name, kind, _ in other[0].columns}
    columns = ", ".join(
        f"{quote_literal(name)}: {quote_literal(_duckdb_type(kind, there.get(name, kind)))}"
        for name, kind, _ in table.columns
    )
    return (
        f"read_csv({quote_literal(str(path))}, columns={{{columns}}}, header=true, delim=',', "
        "quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, auto_detect=false, "
        f"new_line='\\n'{_LONG_LINES})"
    )


def _duckdb_type(kind: str, other: str) -> str:
    if kind != other:
        return "VARCHAR"
    if base_name(kind) == "numeric" and "(" in kind and "-" not in kind:
        return kind.replace("numeric", "DECIMAL") if _precision(kind) <= 38 else "VARCHAR"
    return _TYPES.get(kind, "VARCHAR")


def _precision(kind: str) -> int:
    return int(kind.partition("(")[2].rstrip(")").split(",")[0])


def _joined(old: Staged, new: Staged, keys: tuple[str, ...], common: list[str]) -> str:
    same = " AND ".join(f"a.{quote_ident(key)} = b.{quote_ident(key)}" for key in keys)
    columns = column_list(common)
    return (
        f"(SELECT true AS there, {columns} FROM {_read(old, new)}) a FULL JOIN "
        f"(SELECT true AS there, {columns} FROM {_read(new, old)}) b ON {same}"
    )


def _bags(old: Staged, new: Staged, common: list[str]) -> str:
    columns = column_list(common)
    return (
        "SELECT count(*) FILTER (n > 0), count(*) FILTER (n < 0) FROM "
        f"({_balance(old, new, columns)}) CROSS JOIN range(abs(n))"
    )


def _balance(old: Staged, new: Staged, columns: str) -> str:
    """Return a query for rows and how many more of each the new file has."""
    return (
        f"SELECT {columns}, sum(n)::BIGINT AS n FROM ("
        f"SELECT {columns}, 1 AS n FROM {_read(new, old)} UNION ALL "
        f"SELECT {columns}, -1 FROM {_read(old, new)}) GROUP BY ALL HAVING sum(n) <> 0"
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
        raise UserError(msg) from None


def _rows(old: Staged, new: Staged) -> Iterator[tuple[str, dict, dict[str, list]]]:
    """Yield (change, key, column -> [before, after]) for each row, in the key's order.

    Without a key, the whole row stands as its own key.
    """
    keys, common = _keys(old[0], new[0]), _common(old[0], new[0])
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
        query = f"SELECT n < 0, n > 0, {names} FROM ({_balance(old, new, names)}), range(abs(n))"
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


def _print_rows(pairs: list[tuple[str, Staged | None, Staged | None]], form: str) -> None:
    if form == "csv":
        header = ("source", "table", "change", "key", "column", "before", "after")
        sys.stdout.write(format_row(header))
    for source, old, new in pairs:
        if old is None or new is None:
            name = (new or old)[0].stream  # type: ignore[index]
            print(f"{name}: {'new table' if new else 'table is gone'}", file=sys.stderr)
            continue
        if old[0].sha256 == new[0].sha256:
            continue
        for change, key, columns in _rows(old, new):
            table = new[0].stream
            if form == "json":
                row = {"source": source, "table": table, "change": change, "key": key,
                       "columns": columns}  # fmt: skip
                print(json.dumps(row, ensure_ascii=False, default=str))
            elif form == "csv":
                text = json.dumps(key, ensure_ascii=False, default=str)
                cells: list[tuple[str | None, list]] = list(columns.items())
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
