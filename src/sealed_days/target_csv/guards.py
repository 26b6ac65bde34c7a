"""Compares a new day with the last sealed one: has a table shrunk, become empty, lost a column?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealed_days.store.manifest import StagedTable
from sealed_days.target_csv.settings import Guards


@dataclass(frozen=True)
class Finding:
    """What a guard found, in one line; where `fails`, the day must not be sealed."""

    line: str
    fails: bool


def check(
    tables: Iterable[StagedTable],
    previous: Mapping[str, Any] | None,
    guards: Guards,
    database: str = "",
    replaced: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return what is suspicious about a new day.

    Args:
        tables: the tables of the new day.
        previous: the manifest of the last sealed day before it; None where there is none.
        guards: what to do about it.
        database: where the new day was read, "" where that is not known.
        replaced: the manifest of the day that the new one replaces; None where there is none.
    """
    new = {table.name: table for table in tables}
    found: list[Finding] = []

    def add(guard: str, what: str) -> None:
        action = getattr(guards, guard)
        if action in {"off", False}:
            return
        fails = action == "fail"
        override = (
            f"the day is held; if it is right, set guards.{guard}: warn in meltano.yml, run again"
            if fails
            else f"guards.{guard} in meltano.yml: fail holds such a day, off is silent"
        )
        found.append(Finding(f"{what} ({override})", fails))

    last = replaced or previous or {}
    read = last.get("read", {}).get("database")
    if read and database and read != database:
        add("other_database", f"{database} was read, where {last['date']} was read from {read}")
    if previous is None:
        return found
    day = previous["date"]
    for resource in previous["resources"]:
        name, rows = resource["stream"], resource["rows"]
        table = new.get(name)
        if table is None:
            add("column_vanished", f"{name} is gone: {day} had it with {rows:,} rows")
            continue
        names = {column for column, _, _ in table.columns}
        gone = [f["name"] for f in resource["schema"]["fields"] if f["name"] not in names]
        if gone:
            plural = "s" if len(gone) > 1 else ""
            add("column_vanished", f"{name} lost the column{plural} {', '.join(gone)} since {day}")
        if "slice" in {table.kind, resource["kind"]}:
            continue  # slices of two days may differ in size
        if table.file.rows == 0 < rows:
            add("became_empty", f"{name} is empty: {day} had {rows:,} rows")
        elif table.file.rows < rows * (1 - guards.shrink_percent / 100):
            lost = 100 * (rows - table.file.rows) / rows
            add(
                "shrank",
                f"{name} shrank by {lost:.0f} %: {table.file.rows:,} rows where {day} had {rows:,}",
            )
    return found
