"""Upgrades a warehouse of version 1.0.0 in place: its tables become shapes, its views ours.

Version 1.0.0 had one partitioned table per source table in the days' schema, `orders`, whose
columns were widened with time. What it knew stood in names and comments: they are read here for
the last time. No row is moved.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import qualified, quote_ident, quote_literal
from sealed_days.target_postgres import dependents, users_marks, views
from sealed_days.target_postgres.dependents import Dependent
from sealed_days.target_postgres.reader_locks import ReaderLocks, table_lock, view_lock
from sealed_days.target_postgres.registry import PUBLISHED, SLICE, SNAPSHOT, DayTable, Registry
from sealed_days.target_postgres.shapes import all_days, all_slices
from sealed_days.target_postgres.warehouse import SNAPSHOT_DATE, Warehouse, shortened

_PATIENCE_SECONDS = 1.0
_WAIT_SECONDS = 600.0

_OLD_TABLES = """
SELECT p.oid, p.relname FROM pg_class p JOIN pg_namespace n ON n.oid = p.relnamespace
WHERE nspname = %(days)s AND p.relkind = 'p' ORDER BY p.relname
"""
_OLD_DAYS = """
SELECT c.relname, substring(pg_get_expr(c.relpartbound, c.oid) FROM '''(.*)''')::date,
  coalesce(obj_description(c.oid, 'pg_class') LIKE 'slice%%', false),
  ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
    AND NOT attisdropped AND attname <> %(snapshot_date)s ORDER BY attnum),
  ARRAY(SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = c.oid
    AND attnum > 0 AND NOT attisdropped AND attname <> %(snapshot_date)s ORDER BY attnum),
  ARRAY(SELECT attname::text FROM pg_constraint, unnest(conkey) WITH ORDINALITY k (attnum, n)
    JOIN pg_attribute a USING (attnum) WHERE contype = 'p' AND conrelid = c.oid
    AND attrelid = c.oid ORDER BY n)
FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = %(oid)s ORDER BY 2
"""


@dataclass(frozen=True)
class _Old:
    """A partitioned table of version 1.0.0 and its days."""

    oid: int
    name: str
    rows: list[DayTable]


def run(cursor: Cursor, warehouse: Warehouse, project: str, log: logging.Logger) -> None:
    """Upgrade within the cursor's transaction. A reader that is in the way is waited for."""
    registry = Registry(cursor, warehouse)
    cursor.execute(_OLD_TABLES, {"days": warehouse.days})
    tables = [
        _Old(oid, name, _days(cursor, warehouse, registry, project, oid, name))
        for oid, name in cursor.fetchall()
    ]
    tables = [table for table in tables if table.rows]
    found = {table.name: dependents.find(cursor, table.oid) for table in tables}
    marked = _marked_views(cursor, warehouse)
    locks = [table_lock(warehouse.days, table.name) for table in tables]
    locks += [view_lock(warehouse.views, name, owner) for name, owner in marked.items()]
    ReaderLocks(warehouse, _PATIENCE_SECONDS).take(cursor, locks, time.monotonic() + _WAIT_SECONDS)
    cursor.execute("SET LOCAL lock_timeout = 0")
    for name in marked:
        cursor.execute(f"COMMENT ON VIEW {qualified(warehouse.views, name)} IS NULL")
    for table in tables:
        _upgrade(cursor, warehouse, registry, table, found[table.name], log)
    if tables:
        log.info(
            "the warehouse of version 1.0.0 was upgraded: %d tables, %d days of them",
            len(tables),
            sum(len(table.rows) for table in tables),
        )


def _days(
    cursor: Cursor, warehouse: Warehouse, registry: Registry, project: str, oid: int, name: str
) -> list[DayTable]:
    cursor.execute(_OLD_DAYS, {"oid": oid, "snapshot_date": SNAPSHOT_DATE})
    days = cursor.fetchall()
    cursor.execute(
        "SELECT DISTINCT ON (date) date, source, rows, bytes, sha256, load_id::text, run_id, "
        # a day that was loaded on that day or the next was read on its day
        "CASE WHEN started_at < date + 2 THEN started_at END "
        f"FROM {registry.loads} WHERE table_name = %s ORDER BY date, published_at DESC",
        (name,),
    )
    loads = {row[0]: row[1:] for row in cursor.fetchall()}
    unknown = ("", 0, 0, "", None, None, None)
    found = []
    for relation, day, is_slice, columns, types, keys in days:
        source, rows, size, sha256, load_id, run_id, read_at = loads.get(day, unknown)
        found.append(
            DayTable(
                relation=relation,
                table_name=name,
                day=day,
                state=PUBLISHED,
                kind=SLICE if is_slice else SNAPSHOT,
                shape=None,
                project=project,
                source=source,
                origin="",
                columns=columns,
                types=types,
                keys=keys,
                comments={},
                rows=rows,
                bytes=size,
                sha256=sha256,
                manifest=None,
                read_at=read_at,
                load_id=load_id,
                run_id=run_id,
                loaded_by=None,
            )
        )
    return found


def _marked_views(cursor: Cursor, warehouse: Warehouse) -> dict[str, str]:
    """Return the views that version 1.0.0 made, by its mark in their comments, with owners."""
    cursor.execute(
        "SELECT relname, pg_get_userbyid(relowner) FROM pg_class "
        "JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s AND relkind = 'v' "
        "AND right(obj_description(pg_class.oid, 'pg_class'), %s) = %s",
        (warehouse.views, len(views.OLD_MARK), views.OLD_MARK),
    )
    return dict(cursor.fetchall())


def _upgrade(
    cursor: Cursor,
    warehouse: Warehouse,
    registry: Registry,
    table: _Old,
    found: list[Dependent],
    log: logging.Logger,
) -> None:
    parent = qualified(warehouse.days, table.name)
    marks = users_marks.read(cursor, table.oid)
    ours = [item for item in found if (item.schema, item.name) == (warehouse.views, table.name)]
    theirs = [item for item in found if item not in ours]
    if foreign := [item for item in theirs if not item.is_ours_to_make]:
        log.warning(
            "%s: %s still shows the days up to now alone: make it anew on the view %s",
            table.name, ", ".join(f"{i.schema}.{i.name}" for i in foreign), parent,
        )  # fmt: skip
        theirs = []
    for item in [*reversed(theirs), *ours]:
        cursor.execute(f"DROP {item.kind} {item.sql}")

    kinds = [row.kind for row in table.rows]
    main = max(set(kinds), key=kinds.count)
    # not the name of a shape by years, which days loaded from now on are in
    names = {kind: shortened(table.name, f"~{kind}") for kind in sorted(set(kinds))}
    cursor.execute(f"ALTER TABLE {parent} SET SCHEMA {quote_ident(warehouse.parts)}")
    moved = qualified(warehouse.parts, table.name)
    cursor.execute(f"ALTER TABLE {moved} RENAME TO {quote_ident(names[main])}")
    cursor.execute(f"COMMENT ON TABLE {qualified(warehouse.parts, names[main])} IS NULL")
    for kind, name in names.items():
        if kind != main:
            cursor.execute(
                f"CREATE TABLE {qualified(warehouse.parts, name)} "
                f"(LIKE {qualified(warehouse.parts, names[main])}) "
                f"PARTITION BY LIST ({SNAPSHOT_DATE})"
            )
    for row in table.rows:
        if row.kind != main:
            _move(cursor, warehouse, row.relation, row.day, names[main], names[row.kind])
        cursor.execute(f"COMMENT ON TABLE {qualified(warehouse.parts, row.relation)} IS NULL")
        registry.add_shape(names[row.kind], row)
        registry.insert(row)
        registry.publish(row.relation, row.relation, names[row.kind])
    _make_views(cursor, warehouse, registry, table, marks, ours)
    dependents.recreate(cursor, f"{warehouse.days}.{table.name}", theirs)


def _move(
    cursor: Cursor, warehouse: Warehouse, relation: str, day: date, old: str, new: str
) -> None:
    """Move a day from one shape to another: the days of one shape are of one kind."""
    part = qualified(warehouse.parts, relation)
    cursor.execute(f"ALTER TABLE {qualified(warehouse.parts, old)} DETACH PARTITION {part}")
    cursor.execute(
        f"ALTER TABLE {qualified(warehouse.parts, new)} ATTACH PARTITION {part} "
        f"FOR VALUES IN ({quote_literal(day.isoformat())})"
    )


def _make_views(
    cursor: Cursor,
    warehouse: Warehouse,
    registry: Registry,
    table: _Old,
    marks: users_marks.Marks,
    ours: Sequence[Dependent],
) -> None:
    """Make the view on all days, readable by those who could read the table; and that on slices."""
    shapes = registry.shapes_of([table.name])[table.name]
    days = all_days(warehouse, shapes)
    name = qualified(warehouse.days, table.name)
    cursor.execute(f"CREATE VIEW {name} AS {days.text}")
    cursor.execute("SELECT to_regclass(%s)::oid", (name,))
    (oid,) = cursor.fetchone() or (0,)
    users_marks.impose(cursor, name, oid, "VIEW", marks, set(days.columns))
    for item in ours:  # the view of slices read the table itself
        shown = all_slices(warehouse, shapes, table.rows[-1].columns)
        options = users_marks.with_options(item.marks.options)
        cursor.execute(f"CREATE VIEW {item.sql}{options} AS {shown.text}")
        cursor.execute("SELECT to_regclass(%s)::oid", (item.sql,))
        (oid,) = cursor.fetchone() or (0,)
        kept = {k: t for k, t in item.marks.comments.items() if not t.endswith(views.OLD_MARK)}
        users = users_marks.Marks(item.marks.owner, item.marks.grants, [], kept, {})
        users_marks.impose(cursor, item.sql, oid, "VIEW", users, set(shown.columns))
