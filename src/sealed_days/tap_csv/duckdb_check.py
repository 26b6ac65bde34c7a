"""Checks values by DuckDB: does each fit its column, is every key unique?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealed_days.core.sql import quote_literal
from sealed_days.tap_csv import limits
from sealed_days.tap_csv.conversions import value
from sealed_days.tap_csv.rejects import SHOWN, Rejects
from sealed_days.tap_csv.tables import CsvTable
from sealed_days.tap_csv.types import accepts, key_form, reason, shorten

if TYPE_CHECKING:
    from sealed_days.tap_csv.duckdb_process import Session

_MEMORY = 50  # MB; what grouping by key needs more spills to disk
_COLUMN = 400_000  # bytes, in all threads
_FETCH = 1000
_MANY = 200
_BUFFER = 4 << 20


def session(scratch: Path) -> Session:
    """Return a session that keeps to little memory and spills into a scratch folder.

    It is a process of its own: a file that is as most are needs none.
    """
    from sealed_days.tap_csv import duckdb_process

    return duckdb_process.Session(
        {
            "memory_limit": f"{_MEMORY}MB",
            "temp_directory": str(scratch / f"spill-{os.urandom(4).hex()}"),
            "threads": str(threads()),
            "preserve_insertion_order": "true",
        }
    )


def unreadable() -> type[Exception]:
    """Return what DuckDB raises where its reader cannot take a file: a value is long, say."""
    import duckdb

    return duckdb.Error


def raise_for_disk(error: Exception, folder: Path) -> None:
    """Raise the OSError where that is what DuckDB met while it wrote to a folder."""
    if found := re.search(r'"errno":"(\d+)"', str(error)):
        number = int(found[1])
        raise OSError(number, os.strerror(number), str(folder)) from None


def threads() -> int:
    """Return how many threads the checks may take."""
    return min(4, os.cpu_count() or 1)


def make_room(db: Session, longest: int, columns: int = 0) -> None:
    """Raise the memory limit as far as very long records, or very many columns, need it.

    Args:
        db: a session.
        longest: the length of the longest record in bytes, at least.
        columns: how many there are; DuckDB takes 2,048 rows of all of them at a time.
    """
    wide = max(0, columns - 100) * _COLUMN
    db.execute(f"SET memory_limit = '{_MEMORY + (16 * longest + wide >> 20)}MB'")


def reader(
    path: Path,
    columns: int,
    *,
    delimiter: str = ",",
    quote: str = '"',
    nulls: tuple[str, ...] = ("",),
    quoted_nulls: bool = False,
    before: dict[str, str] | None = None,
    longest: int = 0,
) -> str:
    """Return SQL that reads a scratch file: all text, columns c0, c1, …

    Args:
        path: the file.
        columns: how many there are.
        delimiter: between values.
        quote: around values.
        nulls: texts that are NULL.
        quoted_nulls: whether they are so in quotes, too.
        before: names and types of columns before them, in a file without a header.
        longest: the length of the longest row in bytes, at least.
    """
    names = (before or {}) | {f"c{index}": "VARCHAR" for index in range(columns)}
    longest = max(longest, _BUFFER // 2)
    options = {
        "columns": "{" + ", ".join(f"{name}: '{kind}'" for name, kind in names.items()) + "}",
        "auto_detect": "false",
        "header": str(before is None).lower(),
        "delim": quote_literal(delimiter),
        "quote": quote_literal(quote),
        "escape": quote_literal(quote),
        "new_line": r"'\n'",
        "nullstr": "[" + ", ".join(map(quote_literal, nulls)) + "]",
        "allow_quoted_nulls": str(quoted_nulls).lower(),
        "max_line_size": str(longest),
        "buffer_size": str(2 * longest),
    }
    given = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"read_csv({quote_literal(str(path))}, {given})"


def table_reader(path: Path, table: CsvTable) -> str:
    """Return SQL that reads a scratch file with a table's rows in its own format."""
    form = table.format
    return reader(
        path,
        len(table.columns),
        delimiter=form.delimiter,
        quote=form.quote,
        nulls=table.null_values,
        quoted_nulls=form.quoted_nulls,
    )


def numbered_reader(path: Path, table: CsvTable, longest: int) -> str:
    """Return SQL that reads what `exact_reader.number_rows` wrote."""
    before = {"f": "INTEGER", "l": "BIGINT"} | ({"r": "VARCHAR"} if table.quarantine else {})
    return reader(path, len(table.columns), before=before, longest=longest)


def find_bad(
    db: Session,
    source: str,
    table: CsvTable,
    out: Rejects,
    *,
    only_first: bool,
) -> None:
    """List the rows of a numbered file that do not fit; table `twice` has repeated keys.

    With `only_first`, no more are formatted than are shown; the others are counted.
    """
    checks = bad_values(table)
    rows_checks = bad_rows(table)
    limit = f" LIMIT {SHOWN}" if only_first else ""
    values = ", ".join(f"c{index}" for index in range(len(table.columns)))
    raw = "r" if table.quarantine else "''"
    if checks or rows_checks:
        every = [*checks.values(), *rows_checks.values()]
        flags = ", ".join(every)
        where = f"FROM {source} WHERE {_any_of(every)}"
        rows = db.execute(f"SELECT f, l, {raw}, [{flags}], [{values}] {where}{limit}")
        shown = out.rows
        for number, line, text, wrong, texts in _fetch(rows):
            bad = [index for index, is_bad in zip(checks, wrong, strict=False) if is_bad]
            why = [_why(table, index, texts[index]) for index in bad]
            for reason_, is_bad in zip(rows_checks, wrong[len(checks) :], strict=True):
                if is_bad:
                    why.append(reason_)
            names = ", ".join(table.columns[index] for index in bad)
            out.add(number, line, names, "; ".join(why), text)
        if only_first and out.rows - shown == SHOWN:
            [(count,)] = db.execute(f"SELECT count(*) {where}").fetchall()
            out.rows = shown + count
    if not table.keys:
        return
    keys = key_values(table)
    names_ = [f"k{index}" for index in range(len(keys))]
    keyed = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names_, strict=True))
    good = f"SELECT f, l, {raw} AS r, {keyed}, [{values}] AS v FROM {source} WHERE {is_good(table)}"
    # the first row of a key is kept, later ones are refused
    db.execute(
        f"CREATE TEMP TABLE twice AS WITH g AS ({good}), d AS (SELECT {', '.join(names_)}, "
        f"min((f, l)) AS first FROM g GROUP BY ALL HAVING count(*) > 1) "
        f"SELECT g.f, g.l, d.first[1] AS ff, d.first[2] AS fl, g.r, g.v FROM g JOIN d "
        f"USING ({', '.join(names_)}) WHERE (g.f, g.l) <> d.first ORDER BY g.f, g.l"
    )
    shown = out.rows
    for number, line, first_file, first, text, texts in _fetch(db.execute(f"FROM twice{limit}")):
        key = ", ".join(shorten(texts[table.columns.index(name)]) for name in table.keys)
        where = f"line {first}"
        if first_file != number:
            where += f" of {table.sources[first_file].name}"
        why_ = f"key ({', '.join(table.keys)}) = ({key}) is also on {where}"
        out.add(number, line, ", ".join(table.keys), why_, text)
    if only_first and out.rows - shown == SHOWN:
        [(count,)] = db.execute("SELECT count(*) FROM twice").fetchall()
        out.rows = shown + count


def is_good(table: CsvTable) -> str:
    """Return SQL that is true for a row that fits its columns' types."""
    checks = [*bad_values(table).values(), *bad_rows(table).values()]
    return f"NOT ({_any_of(checks)})" if checks else "true"


def _any_of(conditions: list[str]) -> str:
    """Return SQL that is true where one of them is; hundreds are too deep for OR."""
    if len(conditions) < _MANY:
        return " OR ".join(conditions)
    return f"list_contains([{', '.join(conditions)}], true)"


def write_rows(db: Session, source: str, table: CsvTable, target: Path, *, numbered: bool) -> None:
    """Write the good rows in our dialect, without a header, in the order they come."""
    select = [value_of(table, index) for index in table.kept]
    where = ""
    if numbered:
        where = f" WHERE {is_good(table)}"
        if table.keys:
            where += " AND NOT EXISTS (FROM twice WHERE twice.f = t.f AND twice.l = t.l)"
        if table.metadata:
            for what in ([s.name for s in table.sources], [s.mtime for s in table.sources]):
                select.append(f"[{', '.join(map(quote_literal, what))}][f + 1]")
            select.append("l")
    named = ", ".join(f"{what} AS o{index}" for index, what in enumerate(select))
    # alone on its line, `\.` would end the data for PostgreSQL before release 18
    force = ", FORCE_QUOTE (o0)" if len(select) == 1 else ""
    db.execute(
        f"COPY (SELECT {named} FROM {source} t{where}) TO {quote_literal(str(target))} "
        f"(FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR ''{force})"
    )


def read_rows(db: Session, path: Path, columns: int) -> Iterator[tuple[str | None, ...]]:
    """Yield the rows of a file in our dialect, values as text."""
    longest = 16 << 20
    make_room(db, longest)
    yield from _fetch(db.execute(f"FROM {reader(path, columns, longest=longest)}"))


def bad_values(table: CsvTable) -> dict[int, str]:
    """Return, by column index, SQL that is true where a value does not fit (never NULL)."""
    checks = {}
    for index, (name, kind) in enumerate(zip(table.columns, table.types, strict=True)):
        text = f"c{index}"
        ok = accepts(value_of(table, index), kind)
        parts = [f"{text} IS NULL"] if name in table.keys else []
        if ok:
            parts.append(f"({text} IS NOT NULL AND NOT coalesce({ok}, false))")
        if parts:
            checks[index] = "(" + " OR ".join(parts) + ")"
    return checks


def bad_rows(table: CsvTable) -> dict[str, str]:
    """Return, by reason, SQL that is true where a row as a whole cannot be held (never NULL)."""
    checks = {}
    long = [i for i in _key_indexes(table) if not limits.is_bounded(table.types[i])]
    if long:
        length = " + ".join(f"coalesce(strlen(c{index}), 0)" for index in long)
        reason_ = f"the key has more than {limits.LONGEST_KEY:,} bytes, which no index holds"
        checks[reason_] = f"({length} > {limits.LONGEST_KEY})"
    kept = [table.types[index] for index in table.kept]
    if limits.row_width(kept) > limits.WIDEST_ROW:
        width = ", ".join(
            f"(CASE WHEN c{index} IS NULL THEN 0 ELSE {_width_of(table, index)} END)"
            for index in table.kept
        )
        reason_ = "the row is too wide for a page of PostgreSQL (8 KiB): it has too many columns"
        fixed = limits.row_width([]) + len(kept) // 8
        checks[reason_] = f"({fixed} + list_sum([{width}]) > {limits.WIDEST_ROW})"
    return checks


def _width_of(table: CsvTable, index: int) -> str:
    width = limits.row_width([table.types[index]]) - limits.row_width([])
    if limits.is_bounded(table.types[index]):
        return str(width)
    return f"least(strlen(c{index}) + 1, {width})"


def value_of(table: CsvTable, index: int) -> str:
    """Return the SQL of a column's value in PostgreSQL's form."""
    return value(f"c{index}", table.types[index], table.written[index])


def key_values(table: CsvTable) -> list[str]:
    """Return the SQL of the key's values, equal where PostgreSQL's are."""
    return [key_form(value_of(table, i), table.types[i]) for i in _key_indexes(table)]


def _key_indexes(table: CsvTable) -> list[int]:
    return [table.columns.index(name) for name in table.keys]


def _why(table: CsvTable, index: int, text: str | None) -> str:
    name = table.columns[index]
    if text is None:
        return f"column {name}: is NULL, but belongs to the key"
    how = table.written[index]
    as_declared = f" of the format {how.format}" if how.format else ""
    return f"column {name}: {reason(text, table.types[index])}{as_declared}"


def _fetch(result: Session) -> Iterator[Any]:
    while rows := result.fetchmany(_FETCH):
        yield from rows
