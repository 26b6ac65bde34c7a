"""DuckDB over values as text: does each fit its column, is every key there once?"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealed_days.core.dialect import format_row
from sealed_days.core.sql import quote_literal
from sealed_days.tap_csv.definitions import CsvTable
from sealed_days.tap_csv.rejects import SHOWN, Rejects
from sealed_days.tap_csv.types import accepts, key_form, reason, shorten

if TYPE_CHECKING:
    import duckdb

_MEMORY = 50  # MB; what grouping by key needs more spills to disk
_FETCH = 1000
_BUFFER = 4 << 20


class Database:
    """A DuckDB that keeps to little memory and spills into a scratch folder.

    It is loaded with its first session: a file that is as most are needs none.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._lock = threading.Lock()
        self._db: duckdb.DuckDBPyConnection | None = None

    def session(self) -> duckdb.DuckDBPyConnection:
        """Return a new session; each thread needs its own."""
        with self._lock:
            if self._db is None:
                import duckdb

                self._db = duckdb.connect(
                    config={
                        "memory_limit": f"{_MEMORY}MB",
                        "temp_directory": str(self._scratch / "spill"),
                        "threads": str(threads()),
                        "preserve_insertion_order": "true",
                    }
                )
            return self._db.cursor()

    def close(self) -> None:
        """Close it, if it was ever opened."""
        if self._db is not None:
            self._db.close()


def unreadable() -> type[Exception]:
    """Return what DuckDB raises where a record is longer than its reader's buffer."""
    import duckdb

    return duckdb.InvalidInputException


def threads() -> int:
    """Return how many threads the checks may take."""
    return min(4, os.cpu_count() or 1)


def make_room(db: duckdb.DuckDBPyConnection, longest: int) -> None:
    """Raise the memory limit as far as a file with very long records needs it."""
    db.execute(f"SET memory_limit = '{_MEMORY + (16 * longest >> 20)}MB'")


def reader(
    path: Path,
    columns: int,
    *,
    delimiter: str = ",",
    quote: str = '"',
    nulls: tuple[str, ...] = ("",),
    numbered: bool = False,
    longest: int = 0,
) -> str:
    """Return SQL that reads a scratch file: all text, columns c0, c1, …

    A numbered file (see `numbered`) has columns f and l before them and no header.
    """
    names = {f"c{index}": "VARCHAR" for index in range(columns)}
    if numbered:
        names = {"f": "INTEGER", "l": "BIGINT", **names}
    longest = max(longest, _BUFFER // 2)
    options = {
        "columns": "{" + ", ".join(f"{name}: '{kind}'" for name, kind in names.items()) + "}",
        "auto_detect": "false",
        "header": str(not numbered).lower(),
        "delim": quote_literal(delimiter),
        "quote": quote_literal(quote),
        "escape": quote_literal(quote),
        "new_line": r"'\n'",
        "nullstr": "[" + ", ".join(map(quote_literal, nulls)) + "]",
        "allow_quoted_nulls": "false",
        "max_line_size": str(longest),
        "buffer_size": str(2 * longest),
    }
    given = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"read_csv({quote_literal(str(path))}, {given})"


def table_reader(path: Path, table: CsvTable, *, numbered: bool = False, longest: int = 0) -> str:
    """Return SQL that reads a scratch file with a table's rows in its own format."""
    form = table.format
    return reader(
        path,
        len(table.columns),
        delimiter=form.delimiter,
        quote=form.quote,
        nulls=table.null_values,
        numbered=numbered,
        longest=longest,
    )


def find_bad(
    db: duckdb.DuckDBPyConnection,
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
    limit = f" LIMIT {SHOWN}" if only_first else ""
    values = ", ".join(f"c{index}" for index in range(len(table.columns)))
    if checks:
        flags = ", ".join(checks.values())
        where = f"FROM {source} WHERE {' OR '.join(checks.values())}"
        rows = db.execute(f"SELECT f, l, [{flags}], [{values}] {where}{limit}")
        shown = out.rows
        for number, line, wrong, texts in _fetch(rows):
            bad = [index for index, is_bad in zip(checks, wrong, strict=True) if is_bad]
            out.add(
                number,
                line,
                ", ".join(table.columns[index] for index in bad),
                "; ".join(_why(table, index, texts[index]) for index in bad),
                format_row(texts).rstrip("\n"),
            )
        if only_first and out.rows - shown == SHOWN:
            [(count,)] = db.execute(f"SELECT count(*) {where}").fetchall()
            out.rows = shown + count
    if not table.keys:
        return
    keys = key_values(table)
    names = [f"k{index}" for index in range(len(keys))]
    keyed = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names, strict=True))
    good = f"SELECT f, l, {keyed}, [{values}] AS v FROM {source} WHERE {is_good(table)}"
    # the first row of a key stays, those after it are refused
    db.execute(
        f"CREATE TEMP TABLE twice AS WITH g AS ({good}), d AS (SELECT {', '.join(names)}, "
        f"min((f, l)) AS first FROM g GROUP BY ALL HAVING count(*) > 1) "
        f"SELECT g.f, g.l, d.first[1] AS ff, d.first[2] AS fl, g.v FROM g JOIN d "
        f"USING ({', '.join(names)}) WHERE (g.f, g.l) <> d.first ORDER BY g.f, g.l"
    )
    shown = out.rows
    for number, line, first_file, first, texts in _fetch(db.execute(f"FROM twice{limit}")):
        key = ", ".join(shorten(texts[table.columns.index(name)]) for name in table.keys)
        where = f"line {first}"
        if first_file != number:
            where += f" of {table.sources[first_file].path}"
        out.add(
            number,
            line,
            ", ".join(table.keys),
            f"key ({', '.join(table.keys)}) = ({key}) is also on {where}",
            format_row(texts).rstrip("\n"),
        )
    if only_first and out.rows - shown == SHOWN:
        [(count,)] = db.execute("SELECT count(*) FROM twice").fetchall()
        out.rows = shown + count


def is_good(table: CsvTable) -> str:
    """Return SQL that is true for a row that fits its columns' types."""
    checks = " OR ".join(bad_values(table).values())
    return f"NOT ({checks})" if checks else "true"


def write_rows(
    db: duckdb.DuckDBPyConnection, source: str, table: CsvTable, target: Path, *, numbered: bool
) -> None:
    """Write the good rows in our dialect, without a header, in the order they come."""
    select = [f"c{index}" for index in table.kept]
    where = ""
    if numbered:
        where = f" WHERE {is_good(table)}"
        if table.keys:
            where += " AND NOT EXISTS (FROM twice WHERE twice.f = t.f AND twice.l = t.l)"
        if table.metadata:
            for what in ([str(s.path) for s in table.sources], [s.mtime for s in table.sources]):
                select.append(f"[{', '.join(map(quote_literal, what))}][f + 1]")
            select.append("l")
    named = ", ".join(f"{what} AS o{index}" for index, what in enumerate(select))
    # alone on its line, `\.` would end the data for PostgreSQL before release 18
    force = ", FORCE_QUOTE (o0)" if len(select) == 1 else ""
    db.execute(
        f"COPY (SELECT {named} FROM {source} t{where}) TO {quote_literal(str(target))} "
        f"(FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR ''{force})"
    )


def read_rows(
    db: duckdb.DuckDBPyConnection, path: Path, columns: int
) -> Iterator[tuple[str | None, ...]]:
    """Yield the rows of a file in our dialect, values as text."""
    longest = 16 << 20
    make_room(db, longest)
    yield from _fetch(db.execute(f"FROM {reader(path, columns, longest=longest)}"))


def bad_values(table: CsvTable) -> dict[int, str]:
    """Return, by column index, SQL that is true where a value does not fit (never NULL)."""
    checks = {}
    for index, (name, kind) in enumerate(zip(table.columns, table.types, strict=True)):
        text = f"c{index}"
        ok = accepts(text, kind)
        parts = [f"{text} IS NULL"] if name in table.keys else []
        if ok:
            parts.append(f"({text} IS NOT NULL AND NOT coalesce({ok}, false))")
        if parts:
            checks[index] = "(" + " OR ".join(parts) + ")"
    return checks


def key_values(table: CsvTable) -> list[str]:
    """Return the SQL of the key's values, equal where PostgreSQL's are."""
    indexes = [table.columns.index(name) for name in table.keys]
    return [key_form(f"c{index}", table.types[index]) for index in indexes]


def _why(table: CsvTable, index: int, text: str | None) -> str:
    if text is None:
        return f"column {table.columns[index]}: is NULL, but belongs to the key"
    return f"column {table.columns[index]}: {reason(text, table.types[index])}"


def _fetch(result: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    while rows := result.fetchmany(_FETCH):
        yield from rows
