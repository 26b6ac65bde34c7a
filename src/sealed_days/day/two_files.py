"""The rows of two staged files of a table, compared by DuckDB.

DuckDB takes two names that differ only in case for one, and a user's column may have any name that
a query of ours needs. So its columns are called c0, c1, … here.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from sealed_days.core.errors import FileError
from sealed_days.core.pgtypes import base_name
from sealed_days.core.sql import quote_literal
from sealed_days.store.manifest import StagedTable

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
_MEMORY = "512MB"
"""What a comparison takes at most, as long as that is enough; DuckDB would take most there is."""


def read_csv(path: object, columns: Sequence[tuple[str, str]]) -> str:
    """Return a FROM item for a staged file, NULL and '' apart.

    Args:
        path: where it is.
        columns: for each column of the file, what to call it and its type of DuckDB's.
    """
    types = ", ".join(f"{name}: {quote_literal(kind)}" for name, kind in columns)
    return (
        f"read_csv({quote_literal(str(path))}, columns={{{types}}}, header=true, "
        "delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, "
        f"auto_detect=false, new_line='\\n'{_LONG_LINES})"
    )


@contextlib.contextmanager
def run(query: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run a query on files, in little memory however many rows they have: the rest is in $TMPDIR.

    Raises:
        UserError: a file is not what its manifest says, or there is too little memory or disk.
    """
    with (
        tempfile.TemporaryDirectory(prefix="day-") as folder,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": folder}) as connection,
    ):
        try:
            _execute(connection, query)
        except duckdb.Error as error:
            files, text = " or ".join(_FILE.findall(query)), str(error).splitlines()[0]
            if isinstance(error, duckdb.OutOfMemoryException) or "No space left" in text:
                msg = f"{files}: give more memory, or room in $TMPDIR ({text})"
            else:
                msg = f"{files} cannot be read ({text}): day verify says more"
            raise FileError(msg) from None
        yield connection


def _execute(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Run a query; what takes much memory only where it is needed: long lines, wide rows."""
    is_limited = True
    while True:
        try:
            connection.execute(query)
        except duckdb.OutOfMemoryException:
            if not is_limited:
                raise
            is_limited = False
            connection.execute("RESET memory_limit")  # what the machine has
        except duckdb.InvalidInputException as error:
            if "line size" not in str(error) or _LONG_LINES not in query:
                raise
            sizes = f", max_line_size={_LONGEST_LINE}, buffer_size={2 * _LONGEST_LINE}"
            query = query.replace(_LONG_LINES, sizes)
        else:
            return


@dataclass(frozen=True)
class TwoFiles:
    """A table's files of two days."""

    old: StagedTable
    new: StagedTable

    @property
    def keys(self) -> tuple[str, ...]:
        """The key that both days have, () where one of them has another."""
        # a key that one of the days does not have may find several of its rows
        return self.new.keys if set(self.old.keys) == set(self.new.keys) else ()

    @property
    def common(self) -> list[str]:
        """The columns that both days have."""
        there = {name for name, _, _ in self.old.columns}
        return [name for name, _, _ in self.new.columns if name in there]

    @property
    def others(self) -> list[str]:
        """The columns that both days have, without those of the key."""
        return [name for name in self.common if name not in self.keys]

    def count(self) -> tuple[int, int, int, dict[str, int]]:
        """Return how many rows were added, removed, changed, and in which columns how many.

        Raises:
            UserError: a file is not what its manifest says.
        """
        if not self.keys:
            query = (
                "SELECT count(*) FILTER (n > 0), count(*) FILTER (n < 0) FROM "
                f"({self._balance()}) CROSS JOIN range(abs(n))"
            )
            with run(query) as result:
                return (*(result.fetchone() or (0, 0)), 0, {})
        counts = [
            "count(*) FILTER (a.there IS NULL)",
            "count(*) FILTER (b.there IS NULL)",
            f"count(*) FILTER (a.there AND b.there AND ({self._any_differs()}))",
            *(
                f"count(*) FILTER (a.there AND b.there AND {self._differs(name)})"
                for name in self.others
            ),
        ]
        with run(f"SELECT {', '.join(counts)} FROM {self._joined()}") as result:
            added, removed, changed, *each = result.fetchone() or (0, 0, 0)
        return added, removed, changed, dict(zip(self.others, each, strict=True))

    def rows(self) -> Iterator[tuple[str, dict[str, Any], dict[str, list[Any]]]]:
        """Yield (change, key, column -> [before, after]) for each row, in the key's order.

        Without a key, the whole row stands as its own key.

        Raises:
            UserError: a file is not what its manifest says.
        """
        width = len(self.keys or self.common)
        others = self.others if self.keys else []
        with run(self._keyed_rows() if self.keys else self._unkeyed_rows()) as result:
            while batch := result.fetchmany(_BATCH):
                for was, now, *values in batch:
                    key = dict(zip(self.keys or self.common, values[:width], strict=True))
                    both = zip(others, values[width::2], values[width + 1 :: 2], strict=True)
                    pairs = {name: [old, new] for name, old, new in both if old != new}
                    yield ("changed" if was and now else "added" if now else "removed"), key, pairs

    def _keyed_rows(self) -> str:
        keys, others = self._ids(self.keys), self._ids(self.others)
        found = [f"coalesce(b.{key}, a.{key})" for key in keys]
        found += [f"{side}.{name}" for name in others for side in "ab"]
        return (
            f"SELECT a.there, b.there, {', '.join(found)} FROM {self._joined()} "
            f"WHERE a.there IS NULL OR b.there IS NULL OR {self._any_differs()} "
            f"ORDER BY {', '.join(str(number + 3) for number in range(len(keys)))}"
        )

    def _unkeyed_rows(self) -> str:
        names = ", ".join(self._ids(self.common))
        return f"SELECT n < 0, n > 0, {names} FROM ({self._balance()}), range(abs(n))"

    def _ids(self, names: Sequence[str]) -> list[str]:
        """Return what columns are called in the queries."""
        known = {name: at for at, name in enumerate({**_types(self.new), **_types(self.old)})}
        return [f"c{known[name]}" for name in names]

    def _joined(self) -> str:
        same = " AND ".join(f"a.{key} = b.{key}" for key in self._ids(self.keys))
        return (
            f"(SELECT true AS there, {self._values(self.old, self.new)}) a FULL JOIN "
            f"(SELECT true AS there, {self._values(self.new, self.old)}) b ON {same}"
        )

    def _balance(self) -> str:
        """Return a query for rows and how many more of each the new file has."""
        names = ", ".join(self._ids(self.common))
        return (
            f"SELECT {names}, sum(n)::BIGINT AS n FROM ("
            f"SELECT 1 AS n, {self._values(self.new, self.old)} UNION ALL "
            f"SELECT -1, {self._values(self.old, self.new)}) "
            "GROUP BY ALL HAVING sum(n) <> 0"
        )

    def _values(self, staged: StagedTable, other: StagedTable) -> str:
        """Return the common columns of a file, and the file.

        Where an exact number changed its type, its plain value; types where both days agree.
        """
        found, types, others = [], _types(staged), _types(other)
        for name, column in zip(self.common, self._ids(self.common), strict=True):
            was, now = types[name], others[name]
            kinds = {base_name(was), base_name(now)}
            if was != now and kinds <= _EXACT:
                # 1.50 of numeric(8,2) is 1.5000 of numeric(10,4)
                plain = f"rtrim(rtrim({column}, '0'), '.')"
                found.append(
                    f"CASE WHEN {column} LIKE '%.%' THEN {plain} ELSE {column} END AS {column}"
                )
            elif was != now and base_name(was) == "date" and _MIDNIGHT in kinds:
                found.append(f"{column} || ' 00:00:00' AS {column}")
            else:
                found.append(column)
        read = [_duckdb_type(kind, others.get(name, kind)) for name, kind in types.items()]
        columns = list(zip(self._ids(list(types)), read, strict=True))
        return f"{', '.join(found)} FROM {read_csv(staged.file.path, columns)}"

    def _differs(self, name: str) -> str:
        (column,) = self._ids([name])
        return f"a.{column} IS DISTINCT FROM b.{column}"

    def _any_differs(self) -> str:
        return " OR ".join(map(self._differs, self.others)) or "false"


def _types(staged: StagedTable) -> dict[str, str]:
    return {name: kind for name, kind, _ in staged.columns}


def _duckdb_type(kind: str, other: str) -> str:
    if kind != other:
        both = {kind, other} <= {"real", "double precision"}
        return "DOUBLE" if both else "VARCHAR"
    if base_name(kind) == "numeric" and "(" in kind and "-" not in kind:
        return kind.replace("numeric", "DECIMAL") if _precision(kind) <= 38 else "VARCHAR"
    return _TYPES.get(kind, "VARCHAR")


def _precision(kind: str) -> int:
    return int(kind.partition("(")[2].rstrip(")").split(",")[0])
