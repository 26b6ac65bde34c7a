"""Passes to Airflow what a task has staged or loaded: rows per table, from the sealed days."""

import json
from collections.abc import Callable
from typing import Any

from airflow.sdk import Asset
from meltano_pipeline import OUTPUT
from project_days import LOADED_ROWS


def rows(day: str, source: str = "*") -> dict[str, int]:
    """Return {table: rows} of the sealed days of a date; nothing where they lie elsewhere."""
    found: dict[str, int] = {}
    for manifest in sorted(OUTPUT.glob(f"{source}/{day}.datapackage.json")):
        found |= {
            each["name"]: each["rows"] for each in json.loads(manifest.read_text())["resources"]
        }
    return dict(sorted(found.items()))


def staged(source: str) -> Callable[[Any, Any], None]:
    """Return the `post_execute` of a task that seals a day of a source."""

    def push_rows(context: Any, _result: Any) -> None:
        context["ti"].xcom_push("staged_rows", rows(context["task"].env["DATE"], source))

    return push_rows


def loaded(asset: Asset) -> Callable[[Any, Any], None]:
    """Return the `post_execute` of a task that loads a day: it adds an asset event."""

    def add_event(context: Any, _result: Any) -> None:
        day = context["task"].env["DATE"]
        tables = rows(day)
        context["ti"].xcom_push(LOADED_ROWS, tables)
        context["outlet_events"][asset].extra = {"date": day, "rows": tables}

    return add_event
