"""What is in the lake: one row per table and day, in a table of the lake itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sealed_days.core.sql import qualified
from sealed_days.target_ducklake.lake_types import LakeColumn

LOADS = "loads"


@dataclass(frozen=True)
class TableDay:
    """A table of one day.

    `shape` is the table in the lake that has its rows: days with the same kind, columns and types
    share one. `manifest` is the sha256 of the day's manifest. `not_selected` are the tables that
    the reading of its source left out: what is neither among them nor in the day is gone. None:
    not known.
    """

    snapshot_date: date
    table_name: str
    source: str
    kind: str
    columns: tuple[LakeColumn, ...]
    keys: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str
    manifest: str
    read_at: str
    not_selected: tuple[str, ...] | None = None

    def says_gone(self, table: str) -> bool:
        """Return whether its source did not have a table that is not in the day."""
        return self.not_selected is not None and table not in self.not_selected

    @property
    def shape(self) -> str:
        """The name of the table in the lake: the table's, and a hash of kind, columns and types."""
        said = [self.kind, *([c.name, c.lake_type] for c in self.columns)]
        digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
        return f"{self.table_name}~{digest[:8]}"

    @property
    def content(self) -> tuple[Any, ...]:
        """What must be equal where nothing is to be done for a day that comes again."""
        return self.source, self.shape, self.columns, self.keys, self.sha256


_COLUMNS = [field.name for field in fields(TableDay)]


class Registry:
    """The registry of one lake.

    Args:
        lake: the lake, in a transaction.
        schema: its schema, quoted, with the lake's name.
    """

    def __init__(self, lake: Any, schema: str) -> None:
        self._lake = lake
        self._table = f"{schema}.{LOADS}"

    def read(self) -> list[TableDay]:
        """Return all rows, oldest day first."""
        found = self._lake.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM {self._table} ORDER BY snapshot_date, table_name"
        )
        return [_of(row) for row in found.fetchall()]

    def add(self, row: TableDay) -> None:
        """Add a row."""
        values = [getattr(row, name) for name in _COLUMNS]
        values[_COLUMNS.index("columns")] = json.dumps([asdict(c) for c in row.columns])
        values[_COLUMNS.index("keys")] = json.dumps(row.keys)
        values[_COLUMNS.index("not_selected")] = json.dumps(row.not_selected)
        marks = ", ".join("?" * len(values))
        self._lake.execute(
            f"INSERT INTO {self._table} ({', '.join(_COLUMNS)}, shape, loaded_at) "
            f"VALUES ({marks}, ?, now())",
            [*values, row.shape],
        )

    def remove(self, row: TableDay) -> None:
        """Remove a row."""
        self._lake.execute(
            f"DELETE FROM {self._table} WHERE snapshot_date = ? AND table_name = ?",
            [row.snapshot_date, row.table_name],
        )


def definition(schema: str) -> str:
    """Return the statement that makes the registry's table."""
    return (
        f"CREATE TABLE {schema}.{LOADS} (snapshot_date DATE, table_name VARCHAR, source VARCHAR, "
        "kind VARCHAR, columns VARCHAR, keys VARCHAR, rows BIGINT, bytes BIGINT, sha256 VARCHAR, "
        "manifest VARCHAR, read_at VARCHAR, not_selected VARCHAR, shape VARCHAR, "
        "loaded_at TIMESTAMPTZ)"
    )


def _of(row: tuple[Any, ...]) -> TableDay:
    said = dict(zip(_COLUMNS, row, strict=True))
    columns = tuple(LakeColumn(**column) for column in json.loads(said["columns"]))
    keys, others = json.loads(said["keys"]), json.loads(said["not_selected"])
    return TableDay(
        **said
        | {
            "columns": columns,
            "keys": tuple(keys),
            "not_selected": None if others is None else tuple(others),
        }
    )


def in_schema(schema: str, shape: str) -> str:
    """Return the quoted name of a shape, which the lake's name precedes."""
    return f"lake.{qualified(schema, shape)}"
