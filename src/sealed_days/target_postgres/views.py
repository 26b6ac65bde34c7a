"""The views that people query: what exists, and the DDL that updates it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import WarehouseError
from sealed_days.core.sql import qualified, quote_ident, quote_literal
from sealed_days.target_postgres import dependents, users_marks
from sealed_days.target_postgres.dependents import Dependent
from sealed_days.target_postgres.registry import Registry
from sealed_days.target_postgres.shapes import Query
from sealed_days.target_postgres.users_marks import Marks
from sealed_days.target_postgres.warehouse import Warehouse

OLD_MARK = "(singer_copy)"
"""Ended the comments by which version 1.0.0 knew its views."""


@dataclass(frozen=True)
class Existing:
    """What bears a table's name in the views' or the days' schema.

    `sources` are the relations that it reads, in the parts schema; `is_ours` is whether it is a
    view that reads nothing but relations that the registry knows as the table's.
    """

    oid: int
    owner: str
    columns: dict[str, str]
    sources: frozenset[str]
    is_ours: bool


def existing(
    cursor: Cursor, warehouse: Warehouse, tables: Iterable[str]
) -> dict[tuple[str, str], Existing]:
    """Return (schema, table) -> what is there under a table's name."""
    registry = Registry(cursor, warehouse)
    default = 'COLLATE "default"'  # a name's own collation is not that of the registry's keys
    cursor.execute(
        "WITH r AS (SELECT c.oid, nspname, relname, relkind, relowner FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = ANY(%(schemas)s) "
        "AND relname = ANY(%(tables)s) AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'c')), "
        # each by its key: the planner would read all of the registry to answer EXISTS
        "s AS (SELECT r.oid, s.relname, sn.nspname = %(parts)s AND coalesce("
        f"(SELECT table_name FROM {registry.days} WHERE relation = s.relname::text {default}), "
        f"(SELECT table_name FROM {registry.shapes} WHERE shape = s.relname::text {default})) "
        "IS NOT DISTINCT FROM r.relname::text AS ours "
        "FROM r JOIN pg_rewrite w ON ev_class = r.oid "
        "JOIN pg_depend d ON objid = w.oid AND classid = 'pg_rewrite'::regclass "
        "AND refclassid = 'pg_class'::regclass AND refobjid <> r.oid "
        "JOIN pg_class s ON s.oid = refobjid JOIN pg_namespace sn ON sn.oid = s.relnamespace "
        "GROUP BY r.oid, r.relname, s.relname, sn.nspname) "
        "SELECT r.oid, nspname, relname, pg_get_userbyid(relowner), "
        "ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 "
        "AND NOT attisdropped ORDER BY attnum), "
        "ARRAY(SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = r.oid "
        "AND attnum > 0 AND NOT attisdropped ORDER BY attnum), "
        "ARRAY(SELECT relname::text FROM s WHERE s.oid = r.oid), "
        "relkind = 'v' AND coalesce((SELECT bool_and(ours) FROM s WHERE s.oid = r.oid), false) "
        "FROM r",
        {
            "schemas": [warehouse.views, warehouse.days],
            "tables": list(tables),
            "parts": warehouse.parts,
        },
    )
    return {
        (schema, name): Existing(
            oid, owner, dict(zip(columns, types, strict=True)), frozenset(sources), ours
        )
        for oid, schema, name, owner, columns, types, sources, ours in cursor.fetchall()
    }


@dataclass
class Change:
    """What is to happen to one view.

    `query` None drops it. `anew` is whether PostgreSQL needs it made anew: its columns do not
    stay in place and type. `comments` are the source's: now, and those of the day shown before.
    """

    schema: str
    table: str
    there: Existing | None
    query: Query | None
    comments: dict[str, str]
    comments_before: dict[str, str]
    is_of_a_table_that_went: bool = False

    def __post_init__(self) -> None:
        self._dependents: list[Dependent] = []
        self._marks: Marks | None = None

    @property
    def name(self) -> str:
        """The view's name for people."""
        return f"{self.schema}.{self.table}"

    @property
    def sql(self) -> str:
        """The view's qualified and quoted name."""
        return qualified(self.schema, self.table)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        if self.query is None:
            return self.there is not None and self.there.is_ours
        there = self.there
        return (
            there is None
            or there.sources != self.query.sources
            or list(there.columns.items()) != list(self.query.columns.items())
        )

    @property
    def anew(self) -> bool:
        """Whether it is dropped before it is made: PostgreSQL replaces only what stays in place."""
        if self.there is None or self.query is None:
            return False
        now, before = list(self.query.columns.items()), list(self.there.columns.items())
        return now[: len(before)] != before

    def check(self) -> None:
        """Refuse to touch what is not ours.

        Raises:
            WarehouseError: a relation of the user's has this name.
        """
        if self.there and not self.there.is_ours and self.query:
            msg = (
                f"{self.name} is there and is not a view of this loader: rename it or drop it, "
                f"or give the table another name (stream_maps: {self.table}: __alias__: …)"
            )
            raise WarehouseError(msg)

    def look(self, cursor: Cursor) -> None:
        """Read what the user set on the view and built on it, before anything is changed."""
        if self.there is None:
            return
        self._marks = users_marks.read(cursor, self.there.oid)
        if self.anew or self.query is None:
            self._dependents = dependents.find(cursor, self.there.oid)

    def take_down(self, cursor: Cursor) -> None:
        """Drop the view where it goes, or must be made anew.

        Raises:
            WarehouseError: what depends on it cannot be made anew.
        """
        if self.there is None or not (self.anew or self.query is None):
            return
        if self.query is None and self._dependents:
            names = ", ".join(f"{item.schema}.{item.name}" for item in self._dependents)
            drops = "; ".join(f"DROP {i.kind} {i.sql}" for i in reversed(self._dependents))
            msg = f"{names} depends on {self.name}, which goes with its last day: run {drops}"
            raise WarehouseError(msg)
        dependents.drop(cursor, self.name, self.sql, self._dependents)

    @property
    def dependents(self) -> list[Dependent]:
        """What must be taken down with the view."""
        return self._dependents

    def put_up(self, cursor: Cursor) -> None:
        """Create or replace the view, with all that users had set on it.

        Raises:
            WarehouseError: what depends on it cannot be made anew.
        """
        if self.query is None:
            return
        marks = self._marks
        options = users_marks.with_options(marks.options if marks else [])
        cursor.execute(f"CREATE OR REPLACE VIEW {self.sql}{options} AS {self.query.text}")
        if marks and self.anew:
            cursor.execute("SELECT to_regclass(%s)::oid", (self.sql,))
            (oid,) = cursor.fetchone() or (0,)
            columns = set(self.query.columns)
            users_marks.impose(cursor, self.sql, oid, "VIEW", marks, columns)
        self._comment(cursor)

    def put_up_dependents(self, cursor: Cursor) -> None:
        """Make anew what users built on the view.

        Raises:
            WarehouseError: it cannot be.
        """
        if self.query is not None:
            dependents.recreate(cursor, self.name, self._dependents)

    def _comment(self, cursor: Cursor) -> None:
        """Carry the source's comments over where the user has none of his own."""
        assert self.query is not None  # noqa: S101 - the only caller has checked it
        theirs = self._marks.comments if self._marks else {}
        for column in ("", *self.query.columns):
            there, new = theirs.get(column), self.comments.get(column)
            before = self.comments_before.get(column)
            if there == new or (there and there != before and not there.endswith(OLD_MARK)):
                continue
            if there is None and before is not None and not self._is_new(column):
                continue  # the user removed it
            what = f"COLUMN {self.sql}.{quote_ident(column)}" if column else f"VIEW {self.sql}"
            text = "NULL" if new is None else quote_literal(new)
            cursor.execute(f"COMMENT ON {what} IS {text}")

    def _is_new(self, column: str) -> bool:
        return self.there is None or bool(column and column not in self.there.columns)


def cannot_read(cursor: Cursor, warehouse: Warehouse, oid: int) -> list[tuple[str, str]]:
    """Return (role, relation) for what a view reads and those who read by it may not.

    A view reads with its owner's rights; with `security_invoker`, with those of who asks.
    """
    cursor.execute(
        "SELECT DISTINCT r.role, s.relname FROM pg_class v "
        "JOIN pg_rewrite w ON ev_class = v.oid JOIN pg_depend d ON d.objid = w.oid "
        "AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass "
        "JOIN pg_class s ON s.oid = d.refobjid "
        "JOIN pg_namespace n ON n.oid = s.relnamespace AND n.nspname = %s, "
        "LATERAL (SELECT pg_get_userbyid(v.relowner)::text AS role UNION "
        "SELECT pg_get_userbyid(grantee) FROM aclexplode(v.relacl) WHERE grantee <> 0 "
        "AND privilege_type = 'SELECT' "
        "AND 'security_invoker=true' = ANY(coalesce(v.reloptions, '{}'))) r "
        "WHERE v.oid = %s AND NOT has_any_column_privilege(r.role, s.oid, 'SELECT') "
        "ORDER BY 1, 2",
        (warehouse.parts, oid),
    )
    return cursor.fetchall()
