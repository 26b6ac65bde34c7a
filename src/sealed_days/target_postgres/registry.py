"""The registry: which relations of the warehouse are ours, and what each of them holds.

It stands in tables of the days' schema, so that nothing depends on names or comments:

loads          one row per table and load, for people: what was loaded, when, from which file
loads_days     one row per table and day: its own table, shape, columns, file, owner
loads_shapes   one row per shape: a partitioned table for the days with the same columns
loads_sources  one row per source and day: what the source had and the day does not
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import qualified
from sealed_days.target_postgres.warehouse import Warehouse

MAKING, PUBLISHED, PRUNED = "making", "published", "pruned"
"""The states of a table's day. A pruned day is remembered, its table is gone."""

SNAPSHOT, SLICE = "snapshot", "slice"

_TABLES = """
CREATE TABLE IF NOT EXISTS {loads} (
  load_id uuid, run_id text NOT NULL, date date NOT NULL, table_name text, source text NOT NULL,
  kind text NOT NULL, rows bigint NOT NULL, bytes bigint NOT NULL, sha256 text NOT NULL,
  started_at timestamptz NOT NULL, finished_at timestamptz NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (load_id, table_name));
ALTER TABLE {loads}
  ADD COLUMN IF NOT EXISTS read_at timestamptz, ADD COLUMN IF NOT EXISTS project text,
  ADD COLUMN IF NOT EXISTS origin text, ADD COLUMN IF NOT EXISTS manifest text,
  ADD COLUMN IF NOT EXISTS loaded_by text, ADD COLUMN IF NOT EXISTS held text;
CREATE TABLE {days} (
  relation text PRIMARY KEY, table_name text NOT NULL, day date NOT NULL, state text NOT NULL,
  kind text NOT NULL, shape text, project text NOT NULL, source text NOT NULL,
  origin text NOT NULL, columns text[] NOT NULL, types text[] NOT NULL, keys text[] NOT NULL,
  comments jsonb NOT NULL, rows bigint NOT NULL, bytes bigint NOT NULL, sha256 text NOT NULL,
  manifest text, read_at timestamptz, load_id uuid, run_id text, loaded_by text,
  published_at timestamptz NOT NULL DEFAULT now());
CREATE UNIQUE INDEX ON {days} (table_name, day) WHERE state <> 'making';
CREATE INDEX ON {days} (table_name, shape, day) WHERE state <> 'making';
CREATE INDEX ON {days} (project, source, day) WHERE state <> 'making';
CREATE INDEX ON {days} (day);
CREATE INDEX ON {days} (relation) WHERE state = 'making';
CREATE TABLE {shapes} (
  shape text PRIMARY KEY, table_name text NOT NULL, kind text NOT NULL,
  columns text[] NOT NULL, types text[] NOT NULL);
CREATE INDEX ON {shapes} (table_name);
CREATE TABLE {sources} (
  project text NOT NULL, source text NOT NULL, day date NOT NULL, others text[] NOT NULL,
  PRIMARY KEY (project, source, day));
"""


@dataclass(frozen=True)
class DayTable:
    """What the registry knows of one table on one day.

    `relation` is its own table in the parts schema, `shape` the partitioned table it belongs to.
    `columns` and `types` are in the file's order. `origin` is the database that it was read from,
    "" where that is not known; `comments` are the source's: column -> text, "" is the table.
    """

    relation: str
    table_name: str
    day: date
    state: str
    kind: str
    shape: str | None
    project: str
    source: str
    origin: str
    columns: list[str]
    types: list[str]
    keys: list[str]
    comments: dict[str, str]
    rows: int
    bytes: int
    sha256: str
    manifest: str | None
    read_at: datetime | None
    load_id: str | None
    run_id: str | None
    loaded_by: str | None

    @property
    def is_slice(self) -> bool:
        """Whether its rows are those of the day alone."""
        return self.kind == SLICE

    @property
    def typed(self) -> dict[str, str]:
        """Column -> type."""
        return dict(zip(self.columns, self.types, strict=True))


@dataclass(frozen=True)
class Shape:
    """Days of one table with the same columns and types, partitions of `name`.

    `first_day` is the earliest of them that was ever loaded, `first_columns` are that day's, in
    its file's order; `days` is whether any of them is still there.
    """

    name: str
    kind: str
    columns: dict[str, str]
    first_day: date
    first_columns: list[str]
    is_alive: bool


_FIELDS = [field.name for field in fields(DayTable)]
_COLUMNS = ", ".join(
    f"{name}::text" if name == "load_id" else name for name in _FIELDS
)  # psycopg2 has no adapter for uuid


class Registry:
    """Reads and writes the registry by one cursor."""

    def __init__(self, cursor: Cursor, warehouse: Warehouse) -> None:
        self._cursor = cursor
        self.loads, self.days, self.shapes, self.sources = (
            qualified(warehouse.days, f"loads{suffix}").replace("%", "%%")
            for suffix in ("", "_days", "_shapes", "_sources")
        )

    def create(self) -> None:
        """Create the tables; `loads` may be there already, as version 1.0.0 made it."""
        names = {name: getattr(self, name) for name in ("loads", "days", "shapes", "sources")}
        self._execute(_TABLES.format(**names))
        self._execute(
            f"COMMENT ON TABLE {self.loads} IS "
            "'One row per table and load: what was loaded, when it was read, from which file'"
        )

    def _execute(self, query: str, values: Sequence[Any] = ()) -> None:
        # psycopg2 reads % only where there are values
        self._cursor.execute(query if values else query.replace("%%", "%"), values or None)

    def find(self, where: str = "true", values: Sequence[Any] = ()) -> list[DayTable]:
        """Return table-days that a condition selects, by table and day."""
        self._execute(
            f"SELECT {_COLUMNS} FROM {self.days} WHERE {where} ORDER BY table_name, day", values
        )
        return [DayTable(*row) for row in self._cursor.fetchall()]

    def of_day(self, day: date, tables: Iterable[str] | None = None) -> dict[str, DayTable]:
        """Return table -> what is published of it on a day."""
        found = self.find("day = %s AND state = 'published'", (day,))
        wanted = set(tables) if tables is not None else None
        return {row.table_name: row for row in found if wanted is None or row.table_name in wanted}

    def newest(self, tables: Iterable[str]) -> dict[str, DayTable]:
        """Return table -> its newest published day."""
        self._cursor.execute(
            f"SELECT {', '.join(f'd.{column}' for column in _COLUMNS.split(', '))} "
            f"FROM unnest(%s::text[]) AS wanted (name), LATERAL (SELECT * FROM {self.days} "
            "WHERE table_name = wanted.name AND state = 'published' "
            "ORDER BY day DESC LIMIT 1) d",
            (sorted(set(tables)),),
        )
        return {row[1]: DayTable(*row) for row in self._cursor.fetchall()}

    def shapes_of(self, tables: Iterable[str]) -> dict[str, list[Shape]]:
        """Return table -> its shapes, by their first day."""
        self._cursor.execute(
            "SELECT s.table_name, s.shape, s.kind, s.columns, s.types, f.day, f.columns, EXISTS ("
            f"SELECT FROM {self.days} WHERE table_name = s.table_name AND shape = s.shape "
            "AND state = 'published') "
            f"FROM {self.shapes} s, LATERAL (SELECT day, columns FROM {self.days} "
            "WHERE table_name = s.table_name AND shape = s.shape AND state <> 'making' "
            "ORDER BY day LIMIT 1) f WHERE s.table_name = ANY(%s) ORDER BY f.day, s.shape",
            (sorted(set(tables)),),
        )
        found: dict[str, list[Shape]] = {}
        for table, name, kind, columns, types, day, first, alive in self._cursor.fetchall():
            typed = dict(zip(columns, types, strict=True))
            found.setdefault(table, []).append(Shape(name, kind, typed, day, first, alive))
        return found

    def tables_of(self, project: str, source: str) -> list[str]:
        """Return the tables that a source of a project loaded last."""
        self._cursor.execute(
            f"SELECT t.name FROM (SELECT DISTINCT table_name AS name FROM {self.shapes}) t, "
            f"LATERAL (SELECT project, source FROM {self.days} WHERE table_name = t.name "
            "AND state = 'published' ORDER BY day DESC LIMIT 1) d "
            "WHERE (d.project, d.source) = (%s, %s)",
            (project, source),
        )
        return [name for (name,) in self._cursor.fetchall()]

    def all_tables(self) -> list[str]:
        """Return every table of which a day is or was there."""
        self._execute(f"SELECT DISTINCT table_name FROM {self.shapes}")
        return [name for (name,) in self._cursor.fetchall()]

    def newest_day(self, project: str, source: str) -> tuple[date, set[str]] | None:
        """Return a source's newest day, and the tables that it had and the day does not."""
        self._cursor.execute(
            f"SELECT max(day) FROM {self.days} "
            "WHERE (project, source) = (%s, %s) AND state = 'published'",
            (project, source),
        )
        (day,) = self._cursor.fetchone() or (None,)
        if day is None:
            return None
        self._cursor.execute(
            f"SELECT others FROM {self.sources} WHERE (project, source, day) = (%s, %s, %s)",
            (project, source, day),
        )
        row = self._cursor.fetchone()
        return day, set(row[0]) if row else set()

    def insert(self, row: DayTable) -> None:
        """Register a table of a day."""
        values = [json.dumps(v) if name == "comments" else v for name, v in vars(row).items()]
        self._cursor.execute(
            f"INSERT INTO {self.days} ({', '.join(_FIELDS)}) "
            f"VALUES ({', '.join(['%s'] * len(_FIELDS))})",
            values,
        )

    def publish(self, making: str, relation: str, shape: str) -> None:
        """Give an unpublished table its final name and shape."""
        self._cursor.execute(
            f"UPDATE {self.days} SET relation = %s, shape = %s, state = 'published', "
            "published_at = now() WHERE relation = %s",
            (relation, shape, making),
        )

    def forget(self, rows: Iterable[DayTable]) -> None:
        """Delete the rows of table-days, as if they had never been loaded."""
        relations = [row.relation for row in rows]
        self._cursor.execute(f"DELETE FROM {self.days} WHERE relation = ANY(%s)", (relations,))

    def set_pruned(self, rows: Iterable[DayTable]) -> None:
        """Remember table-days whose tables go: the order of columns still counts them."""
        relations = [row.relation for row in rows]
        self._cursor.execute(
            f"UPDATE {self.days} SET state = 'pruned' WHERE relation = ANY(%s)", (relations,)
        )

    def forget_pruned(self, day: date, tables: Iterable[str]) -> None:
        """Delete what is remembered of a day that was pruned: it is loaded again."""
        self._cursor.execute(
            f"DELETE FROM {self.days} WHERE day = %s AND table_name = ANY(%s) AND state = 'pruned'",
            (day, list(tables)),
        )

    def add_shape(self, name: str, row: DayTable) -> None:
        """Register a shape, unless it is known."""
        typed = sorted(row.typed.items())
        self._cursor.execute(
            f"INSERT INTO {self.shapes} VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (name, row.table_name, row.kind, [n for n, _ in typed], [kind for _, kind in typed]),
        )

    def drop_unused_shapes(self, tables: Iterable[str]) -> None:
        """Delete the shapes that no day has or had."""
        self._cursor.execute(
            f"DELETE FROM {self.shapes} s WHERE table_name = ANY(%s) AND NOT EXISTS ("
            f"SELECT FROM {self.days} d WHERE d.table_name = s.table_name AND d.shape = s.shape "
            "AND state <> 'making')",
            (list(tables),),
        )

    def set_others(self, project: str, source: str, day: date, others: Iterable[str]) -> None:
        """Say which tables a source had that its day does not."""
        self._cursor.execute(
            f"INSERT INTO {self.sources} VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (project, source, day) DO UPDATE SET others = excluded.others",
            (project, source, day, sorted(others)),
        )
