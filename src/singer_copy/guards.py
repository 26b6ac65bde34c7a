"""What a new day is held against before it is sealed or published: the last day that was.

Each guard is `warn` (the default), `fail` or `off`, as declared in meltano.yml:

    guards:
      shrank: warn              # by more than shrink_percent of its rows
      shrink_percent: 50
      became_empty: warn
      column_vanished: warn     # or the table with all its columns
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from singer_copy.errors import UserError
from singer_copy.staging import TableFile

GUARDS = ("shrank", "became_empty", "column_vanished")
ACTIONS = ("warn", "fail", "off")
SHRINK_PERCENT = 50.0


@dataclass(frozen=True)
class Finding:
    """One line on what a guard saw; where `fails`, the day must not be published."""

    line: str
    fails: bool


def check(
    tables: Iterable[TableFile],
    previous: Mapping[str, Any] | None,
    settings: Mapping[str, Any] | None,
) -> list[Finding]:
    """Return what is suspicious about a new day.

    Args:
        tables: the tables of the new day.
        previous: the manifest of the last sealed day before it; None finds nothing.
        settings: the `guards` of the plugin.

    Raises:
        UserError: a setting is not one of those above.
    """
    actions, percent = _settings(settings or {})
    if previous is None:
        return []
    new = {table.stream: table for table in tables}
    found = []

    def add(guard: str, what: str) -> None:
        if actions[guard] == "off":
            return
        fails = actions[guard] == "fail"
        override = (
            f"the day is held; if it is right, set guards.{guard}: warn in meltano.yml, run again"
            if fails
            else f"guards.{guard} in meltano.yml: fail holds such a day, off is silent"
        )
        found.append(Finding(f"{what} ({override})", fails))

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
            continue  # a day's share of a table says nothing of the next day's
        if table.rows == 0 < rows:
            add("became_empty", f"{name} is empty: {day} had {rows:,} rows")
        elif table.rows < rows * (1 - percent / 100):
            lost = 100 * (rows - table.rows) / rows
            add(
                "shrank",
                f"{name} shrank by {lost:.0f} %: {table.rows:,} rows where {day} had {rows:,}",
            )
    return found


def _settings(settings: Mapping[str, Any]) -> tuple[dict[str, str], float]:
    """Return guard -> action, and the per cent that a table may shrink by."""
    for name in settings:
        if name not in {*GUARDS, "shrink_percent"}:
            msg = f"guards.{name} in meltano.yml: use {', '.join(GUARDS)} and shrink_percent"
            raise UserError(msg)
    # YAML reads a bare `off` as false
    actions = {
        guard: {False: "off", None: "warn"}.get(action := settings.get(guard), action)
        for guard in GUARDS
    }
    for guard, action in actions.items():
        if action not in ACTIONS:
            msg = f"guards.{guard} is {action!r} in meltano.yml: use {', '.join(ACTIONS)}"
            raise UserError(msg)
    percent = settings.get("shrink_percent")
    try:
        percent = SHRINK_PERCENT if percent is None else float(percent)
        if not 0 <= percent <= 100:
            raise ValueError
    except (TypeError, ValueError):
        msg = f"guards.shrink_percent is {percent!r} in meltano.yml: use a number from 0 to 100"
        raise UserError(msg) from None
    return {guard: str(action) for guard, action in actions.items()}, percent
