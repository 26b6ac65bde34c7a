"""Views that users built on ours: dropped and recreated where ours must be recreated."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg2
from psycopg2.errors import DependentObjectsStillExist
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import WarehouseError
from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres import users_marks
from sealed_days.target_postgres.users_marks import Marks

_TREE = """
WITH RECURSIVE tree AS (
  SELECT %s::oid AS oid, 0 AS depth
  UNION
  SELECT r.ev_class, depth + 1 FROM tree JOIN pg_depend d ON refobjid = tree.oid
  JOIN pg_rewrite r ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass
  WHERE d.refclassid = 'pg_class'::regclass AND r.ev_class <> tree.oid
)
SELECT c.oid, nspname, relname, relkind, max(depth), pg_get_userbyid(relowner),
  pg_has_role(current_user, relowner, 'MEMBER'), relispopulated, current_user
FROM tree JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = relnamespace
WHERE depth > 0 GROUP BY c.oid, nspname, relname, relkind, relowner, relispopulated
ORDER BY max(depth), nspname, relname
"""


@dataclass(frozen=True)
class Dependent:
    """A view or materialized view, with all that makes it anew."""

    oid: int
    schema: str
    name: str
    is_materialized: bool
    owner: str
    is_ours_to_make: bool
    loader: str
    is_populated: bool
    query: str
    marks: Marks
    extras: list[str]

    @property
    def sql(self) -> str:
        """Its qualified and quoted name."""
        return qualified(self.schema, self.name)

    @property
    def kind(self) -> str:
        """What DDL calls it."""
        return "MATERIALIZED VIEW" if self.is_materialized else "VIEW"


def find(cursor: Cursor, oid: int) -> list[Dependent]:
    """Return what depends on a view, those first on which others depend."""
    cursor.execute(_TREE, (oid,))
    rows = cursor.fetchall()
    return [
        Dependent(
            oid=found,
            schema=schema,
            name=name,
            is_materialized=kind == "m",
            owner=owner,
            is_ours_to_make=member,
            loader=loader,
            is_populated=populated,
            query=_query(cursor, found),
            marks=users_marks.read(cursor, found),
            extras=_extras(cursor, found),
        )
        for found, schema, name, kind, _, owner, member, populated, loader in rows
        if kind in "vm"
    ]


def obstacle(what: str, found: list[Dependent]) -> str | None:
    """Return why dependents cannot be made anew, and the statements that help; None if they can.

    Args:
        what: the view of ours, for the message.
        found: its dependents.
    """
    foreign = [item for item in found if not item.is_ours_to_make]
    if not foreign:
        return None
    names = ", ".join(f"{item.schema}.{item.name} (owner {item.owner})" for item in foreign)
    drops = "; ".join(f"DROP {item.kind} {item.sql}" for item in reversed(foreign))
    pairs = sorted({(quote_ident(item.owner), quote_ident(item.loader)) for item in foreign})
    grants = "; ".join(f"GRANT {owner} TO {loader}" for owner, loader in pairs)
    return (
        f"{names} depends on {what}, which must be made anew as its columns change: run {drops}; "
        f"or let the loader's role make it anew, as an administrator: {grants}"
    )


def drop(cursor: Cursor, what: str, view: str, found: list[Dependent]) -> None:
    """Drop a view of ours and its dependents.

    Raises:
        WarehouseError: something else depends on it, or somebody else's view does.
    """
    if problem := obstacle(what, found):
        raise WarehouseError(problem)
    try:
        for item in reversed(found):
            cursor.execute(f"DROP {item.kind} {item.sql}")
        cursor.execute(f"DROP VIEW {view}")
    except DependentObjectsStillExist as error:
        detail = " ".join((error.diag.message_detail or "").split())
        msg = (
            f"{detail}: {what} must be made anew as its columns change: drop what depends on it, "
            "and make it again after the load"
        )
        raise WarehouseError(msg) from None


def recreate(cursor: Cursor, what: str, found: list[Dependent]) -> None:
    """Put dependents up again, with their owners, grants, options, comments and indexes.

    Raises:
        WarehouseError: a query does not fit the view's new columns.
    """
    for item in found:
        options = users_marks.with_options(item.marks.options)
        data = "" if not item.is_materialized or item.is_populated else " WITH NO DATA"
        try:
            cursor.execute(f"CREATE {item.kind} {item.sql}{options} AS {item.query}{data}")
            for statement in item.extras:
                cursor.execute(statement)
            oid, columns = _made(cursor, item)
            users_marks.impose(cursor, item.sql, oid, item.kind, item.marks, columns)
        except psycopg2.Error as error:
            if error.pgcode is None:
                raise
            msg = (
                f"{item.schema}.{item.name} (owner {item.owner}) depends on {what}, whose columns "
                f"change, and cannot be made anew ({error.diag.message_primary}): "
                f"run DROP {item.kind} {item.sql}, or change it, and load again"
            )
            raise WarehouseError(msg) from None


def _query(cursor: Cursor, oid: int) -> str:
    cursor.execute("SELECT pg_get_viewdef(%s::oid)", (oid,))
    (text,) = cursor.fetchone() or ("",)
    return str(text).strip().rstrip(";")


def _extras(cursor: Cursor, oid: int) -> list[str]:
    """Return the statements that make indexes, triggers and rules."""
    cursor.execute(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %(oid)s "
        "UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE tgrelid = %(oid)s AND NOT tgisinternal "
        "UNION ALL SELECT pg_get_ruledef(oid) FROM pg_rewrite "
        "WHERE ev_class = %(oid)s AND rulename <> '_RETURN'",
        {"oid": oid},
    )
    return [statement for (statement,) in cursor.fetchall()]


def _made(cursor: Cursor, item: Dependent) -> tuple[int, set[str]]:
    cursor.execute(
        "SELECT attrelid, array_agg(attname::text) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 GROUP BY attrelid",
        (item.sql,),
    )
    oid, columns = cursor.fetchone() or (0, [])
    return oid, set(columns)
