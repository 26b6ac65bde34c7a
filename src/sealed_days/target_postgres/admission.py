"""Refuses tables before any COPY: wrong names, clashes, other owners, authentic history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.proven_file import ProvenFile
from sealed_days.target_postgres import dependents, views
from sealed_days.target_postgres.incoming import IncomingTable, is_authentic
from sealed_days.target_postgres.registry import SLICE, DayTable, Registry
from sealed_days.target_postgres.warehouse import (
    MAX_NAME,
    RESERVED,
    SNAPSHOT_DATE,
    Warehouse,
    known_type,
)

GO_ON = "TARGET_POSTGRES_REPLACES_HISTORY=allow"
TAKE_OVER = "TARGET_POSTGRES_OTHER_SOURCE=take_over"

Incoming = tuple[IncomingTable, ProvenFile]


@dataclass(frozen=True)
class Rules:
    """What a run may do.

    Args:
        project: whose run it is.
        zone: in which days begin.
        grace_days: days after its own within which a snapshot's reading is authentic.
        replaces_history: whether a later reading may replace an authentic snapshot.
        takes_over: whether it may load tables that another project or source loaded.
    """

    project: str
    zone: tzinfo
    grace_days: float
    replaces_history: bool
    takes_over: bool


def check(
    cursor: Cursor, warehouse: Warehouse, rules: Rules, incoming: Sequence[Incoming]
) -> dict[str, str]:
    """Return table -> why it cannot be loaded, for each that cannot."""
    registry = Registry(cursor, warehouse)
    names = [table.name for table, _ in incoming]
    newest = registry.newest(names)
    there = views.existing(cursor, warehouse, names)
    today = registry.of_day(incoming[0][0].day, names) if incoming else {}
    problems = {}
    for table, file in incoming:
        found = [
            *_names(table),
            *_relations(cursor, warehouse, table, there, newest.get(table.name)),
            *_owner(rules, table, newest.get(table.name)),
            *_history(rules, table, file, today.get(table.name)),
        ]
        if found:
            problems[table.name] = "; ".join(found)
    return problems


def _names(table: IncomingTable) -> Iterator[str]:
    problem = None
    if table.name in RESERVED:
        problem = "is a name of the warehouse's registry"
    elif len(table.name.encode()) > MAX_NAME:
        problem = f"has {len(table.name.encode())} bytes where PostgreSQL takes {MAX_NAME}"
    elif not table.name:
        problem = "is empty"
    if problem:
        yield f"the table name {table.name!r} {problem}: {_other_name(table)}"
    columns = [name for name, _ in table.columns]
    if not columns or SNAPSHOT_DATE in columns:
        what = f"a column {SNAPSHOT_DATE}, which is ours" if columns else "no columns"
        yield f"{table.name} has {what}: leave it out by `select` of the extractor"
    for name in columns:
        if len(name.encode()) > MAX_NAME:
            yield f"{table.name}: the column name {name!r} has more than {MAX_NAME} bytes"
    if missing := set(table.keys) - set(columns):
        yield f"{table.name}: the key {', '.join(sorted(missing))} is not among its columns"


def _other_name(table: IncomingTable) -> str:
    """Return what to write into meltano.yml, ready to paste, so that a table has another name."""
    alias = f"{re.sub(r'[^A-Za-z0-9]+', '_', table.name)[-40:] or 'name'}_table"
    if not table.origin:
        return (
            "give the stream another name in the config of the extractor in meltano.yml "
            f"(stream_maps: {{{table.name!r}: {{__alias__: {alias}}}}})"
        )
    # tables of the schema public are staged without it; other names have their schema in them
    plain = not set(table.name) & set("-.")
    stream = f"public-{table.name}" if plain else f"*{table.name}"
    return (
        f"give it another name where it is staged: in meltano.yml, in the loader with `source: "
        f"{table.source}`, below the '*' of stream_maps, write {stream!r}: {{__alias__: {alias}}}, "
        f"and {table.restage_command}"
    )


def _relations(
    cursor: Cursor,
    warehouse: Warehouse,
    table: IncomingTable,
    there: dict[tuple[str, str], views.Existing],
    newest: DayTable | None,
) -> Iterator[str]:
    """Yield what of the user's is in the way."""
    for schema in (warehouse.views, warehouse.days):
        found = there.get((schema, table.name))
        if found and not found.is_ours and table.name not in RESERVED:
            yield (
                f"{schema}.{table.name} is there and is not a view of this loader: rename it or "
                f"drop it, or {_other_name(table)}"
            )
    view = there.get((warehouse.views, table.name))
    if view and view.is_ours and newest and newest.day <= table.day and table.kind != SLICE:
        before = dict(table.columns)
        if any(before.get(name) != kind for name, kind in view.columns.items()):
            name = f"{warehouse.views}.{table.name}"
            if problem := dependents.obstacle(name, dependents.find(cursor, view.oid)):
                yield problem


def _owner(rules: Rules, table: IncomingTable, newest: DayTable | None) -> Iterator[str]:
    """Yield why a table is another's. What is not known of either side is no difference."""
    if newest is None or rules.takes_over:
        return
    pairs = (
        ("project", newest.project, rules.project),
        ("source", newest.source, table.source),
        ("database", newest.origin, table.origin),
    )
    for what, theirs, ours in pairs:
        if theirs and ours and theirs != ours:
            yield (
                f"{table.name} was loaded from {what} {theirs} and now comes from {ours}: use "
                f"another default_target_schema or another name (stream_maps, __alias__); if it "
                f"is the same table in a new place, run once with {TAKE_OVER}"
            )
            return


def _history(
    rules: Rules, table: IncomingTable, file: ProvenFile, old: DayTable | None
) -> Iterator[str]:
    """Yield why a table would replace an authentic snapshot by a later reading."""
    if old is None or rules.replaces_history or old.is_slice or table.is_dated:
        return
    if not is_authentic(old.day, old.read_at, rules.zone, rules.grace_days):
        return
    if table.read_at is None or is_authentic(
        table.day, table.read_at, rules.zone, rules.grace_days
    ):
        return
    if (old.sha256, old.keys) == (file.sha256, list(table.keys)):
        return
    day = table.day.isoformat()
    yield (
        f"{table.name} of {day} was read on its day ({old.read_at:%Y-%m-%d %H:%M} UTC), and this "
        f"reading of {table.read_at:%Y-%m-%d %H:%M} UTC differs: history was kept "
        f"(replaces_history); run day restore {day} for the files of that day, or, to replace it, "
        f"set {GO_ON} for this run"
    )


def is_kept(rules: Rules, row: DayTable, tables: Sequence[IncomingTable]) -> bool:
    """Return whether a table that a day no longer has stays: it was read on its day, this is later.

    Args:
        rules: what the run may do.
        row: what is registered of the table.
        tables: the load, which does not have it.
    """
    if rules.replaces_history or row.is_slice:
        return False
    if not is_authentic(row.day, row.read_at, rules.zone, rules.grace_days):
        return False
    read = [table.read_at for table in tables if table.source == row.source]
    return not any(is_authentic(row.day, time, rules.zone, rules.grace_days) for time in read)


def known_types(cursor: Cursor, tables: Sequence[IncomingTable]) -> dict[str, bool]:
    """Return type -> whether a column of this warehouse can have it."""
    kinds = {kind for table in tables for _, kind in table.columns}
    return {kind: known_type(cursor, kind) for kind in kinds}
