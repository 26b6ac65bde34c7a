"""The tables that a task moves, as the sealed days say: which it is asked for, rows, datasets."""

import glob
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from airflow.sdk import AssetAlias, Param
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from meltano_pipeline import (
    OUTPUT,
    PIPELINE,
    WAREHOUSE,
    asset,
    warehouse_table,
)
from project_days import LOADED_ROWS

from sealed_days.core.errors import UserError
from sealed_days.core.meltano_yml import Source
from sealed_days.store.place import days_at

log = logging.getLogger(__name__)
Dataset = tuple[str, str]
"""OpenLineage's namespace and name, see https://openlineage.io/docs/spec/naming."""


@dataclass(frozen=True)
class Table:
    """A table of a sealed day.

    `stream` is its name at the extractor; `came_from` are the datasets that it was read from,
    `columns` names and PostgreSQL's types.
    """

    name: str
    source: str
    rows: int
    bytes: int
    stream: str
    came_from: tuple[Dataset, ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def staged(self) -> Dataset:
        """The dataset that its files of all days are."""
        if isinstance(OUTPUT, str):
            scheme, _, place = OUTPUT.partition("://")
            bucket, _, prefix = place.partition("/")
            return f"{scheme}://{bucket}", "/".join(filter(None, (prefix, self.source, self.name)))
        path = days_at(OUTPUT, self.source).file_path(date.min, self.name)
        return "file", str(path.parent.parent)

    @property
    def loaded(self) -> Dataset:
        """The dataset that it is in the warehouse."""
        return warehouse_table(self.name)


def tables_param() -> Param:
    """Return the parameter `tables`: empty, or the tables that a run is for."""
    return Param(
        [],
        type="array",
        items={"type": "string", "minLength": 1, "maxLength": 200},
        title="tables",
        description="One table on each line, as the warehouse calls it: only these are staged "
        "and loaded. Empty: all.",
    )


def tables(source: str, day: str, only: list[str] | None = None) -> list[Table]:
    """Return the tables of a source's sealed day, [] where it cannot be read.

    Args:
        source: the source's name.
        day: YYYY-MM-DD.
        only: the tables that are asked for; none: all.
    """
    try:
        manifest = days_at(OUTPUT, source).read_manifest(date.fromisoformat(day))
    except (UserError, OSError, ImportError) as error:  # what is done counts, told or not
        log.warning("rows, assets and lineage of %s are not known: %s", source, error)
        return []
    found = [_table(source, manifest, each) for each in manifest["resources"]]
    return [table for table in found if not only or table.name in only]


def _table(source: str, manifest: dict[str, Any], resource: dict[str, Any]) -> Table:
    origin = resource.get("origin") or {}
    came_from = [("file", path) for path in origin.get("files", ())]
    if "table" in origin:
        server, _, database = manifest["read"].get("database", "").rpartition("/")
        came_from = [(f"postgres://{server}", f"{database}.{origin['table']}")]
    return Table(
        resource["stream"],
        source,
        resource["rows"],
        resource["bytes"],
        origin.get("stream", ""),
        tuple(came_from),
        tuple((field["name"], field["sql_type"]) for field in resource["schema"]["fields"]),
    )


def _known(source: str) -> Iterator[Table]:
    """Yield the source's tables, from its newest days: as many as it takes to find all."""
    for day in reversed(days_at(OUTPUT, source).list()):
        manifest = days_at(OUTPUT, source).read_manifest(day)
        yield from (_table(source, manifest, each) for each in manifest["resources"])
        if not manifest["read"].get("not_selected"):
            return


def selected(extractor: str, source: str | None = None) -> Callable[[list[str]], dict[str, str]]:
    """Return what makes the variable by which a plugin takes some tables alone.

    Args:
        extractor: the plugin; Meltano's `select_filter` of it is what is set.
        source: the source that it reads, None for sealed days.
    """
    name = re.sub(r"\W", "_", extractor).upper() + "__SELECT_FILTER"

    def variables(asked: list[str]) -> dict[str, str]:
        known: dict[str, list[Table]] = {}
        for each in PIPELINE.sources:
            for table in _known(each.name):
                if table.stream:  # else a day of version 1.0.0
                    known.setdefault(table.name, []).append(table)
        for table in asked:
            if table not in known:
                raise AirflowFailException(_unknown(table, list(known)))
        names = [
            table if source is None else each.stream
            for table in dict.fromkeys(asked)
            for each in known[table][:1]
            if source in (None, each.source)
        ]
        if not names:
            raise AirflowSkipException(f"none of {', '.join(asked)} is of the source {source}")
        return {name: json.dumps([_literal(each) for each in names])}

    return variables


def _literal(name: str) -> str:
    """Return a pattern of `select_filter` that is for this name alone."""
    escaped = glob.escape(name).replace(".", "\\.")
    return f"?{escaped[1:]}" if escaped.startswith("!") else escaped


def _unknown(table: str, known: list[str]) -> str:
    near = get_close_matches(table, known, 1)
    return (
        f"tables names {table!r}, which no sealed day has"
        + (f": did you mean {near[0]!r}?" if near else "")
        + " Nothing was touched. A new table is known after a run of all tables."
    )


def staged_tables(source: Source) -> AssetAlias:
    """Return what stands for the assets of a source's staged tables, one each."""
    return AssetAlias(f"staged tables of {source.name}")


LOADED_TABLES = AssetAlias(f"tables of {WAREHOUSE.name}")


def staged(source: Source) -> Callable[[Any, Any], None]:
    """Return the `post_execute` of a task that seals a day of a source."""

    def add_events(context: Any, _result: Any) -> None:
        day, only = context["task"].env["DATE"], context["params"].get("tables")
        found = tables(source.name, day, only)
        context["ti"].xcom_push("staged_rows", {table.name: table.rows for table in found})
        for table in found:
            _add(context, staged_tables(source), table.staged, day, table)

    return add_events


def loaded(context: Any, _result: Any) -> None:
    """Add the events of a load: of the whole, and of each table. A `post_execute`."""
    day, only = context["task"].env["DATE"], context["params"].get("tables")
    found = [table for each in PIPELINE.sources for table in tables(each.name, day, only)]
    rows = {table.name: table.rows for table in sorted(found, key=lambda table: table.name)}
    context["ti"].xcom_push(LOADED_ROWS, rows)
    context["outlet_events"][WAREHOUSE].extra = {"date": day, "rows": rows}
    for table in found:
        _add(context, LOADED_TABLES, table.loaded, day, table)


def _add(context: Any, alias: AssetAlias, dataset: Dataset, day: str, table: Table) -> None:
    extra = {"date": day, "rows": table.rows, "bytes": table.bytes}
    context["outlet_events"][alias].add(asset(*dataset), extra=extra)
