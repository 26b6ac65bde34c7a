"""The views that people query: what is there, and how it becomes what it shall be."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import UserError
from sealed_days.core.sql import column_list, qualified, quote_ident, quote_literal
from sealed_days.target_postgres.drift import Drift
from sealed_days.target_postgres.plan import Lock, Plan
from sealed_days.target_postgres.warehouse import Warehouse, columns, scalar

MARK = "(singer_copy)"
"""Ends the comment of each view that is ours."""

SLICES = "All days of"


@dataclass(frozen=True)
class Existing:
    """What bears a name in the views' schema. Only a view has a comment here."""

    comment: str
    owner: str

    @property
    def is_ours(self) -> bool:
        """Whether this loader made it."""
        return self.comment.endswith(MARK)


@dataclass(frozen=True)
class Shown:
    """What a view shows: columns of a table, with a comment that says which days."""

    names: list[str]
    source: str
    comment: str


class View:
    """A table's view as it is, and how it becomes what it shall be."""

    def __init__(
        self, cursor: Cursor, warehouse: Warehouse, name: str, views: dict[str, Existing]
    ) -> None:
        self._cursor = cursor
        self._warehouse = warehouse
        self._name = name
        self._sql = qualified(warehouse.views, name)
        self.existing = views.get(name)
        self.comment = self.existing.comment if self.existing else ""
        self.is_ours = bool(self.existing and self.existing.is_ours)
        self.is_slices = self.is_ours and self.comment.startswith(SLICES)
        self.columns = columns(cursor, warehouse.views, name) if self.is_ours else {}

    def lock(self, plan: Plan) -> None:
        """Need the view alone, not also the tables it reads."""
        if self.existing:
            lock_view(plan, self._warehouse, self._name, self.existing)

    def change(
        self, shown: Shown | None, drift: Drift, types: dict[str, str]
    ) -> tuple[list[str], list[str]]:
        """Return the statements before and after the table of all days is altered.

        Args:
            shown: None to keep what it shows.
            drift: a widened column cannot change under a view: the view is made anew.
            types: of the columns, when all is done.

        Raises:
            UserError: what bears the view's name is not ours.
        """
        if shown is None and not (drift.widen_all and self.is_ours):
            return [], []
        if self.existing and not self.is_ours:
            msg = (
                f"{self._warehouse.views}.{self._name} is there and is not a view of this loader "
                f"(its comment does not end in {MARK}): rename it or drop it"
            )
            raise UserError(msg)
        if shown is None:
            self._cursor.execute("SELECT pg_get_viewdef(to_regclass(%s))", (self._sql,))
            query, comment = scalar(self._cursor), self.comment
            in_place = False
        else:
            query, comment = f"SELECT {column_list(shown.names)} FROM {shown.source}", shown.comment
            # PostgreSQL replaces a view whose columns stay, new ones may follow
            now = [(name, types[name]) for name in shown.names]
            in_place = not drift.widen_all and (
                now[: len(self.columns)] == list(self.columns.items())
            )
        after = [
            f"CREATE OR REPLACE VIEW {self._sql} AS {query.rstrip('; ')}",
            f"COMMENT ON VIEW {self._sql} IS {quote_literal(comment)}",
        ]
        if in_place or not self.existing:
            return [], after
        return [f"DROP VIEW {self._sql}"], after + self._grants()

    def _grants(self) -> list[str]:
        """Return what gives a view that is made anew to those who could read the old one."""
        self._cursor.execute(
            "SELECT CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END, "
            "privilege_type, is_grantable "
            "FROM pg_class, aclexplode(relacl) WHERE oid = to_regclass(%s) AND grantee <> relowner",
            (self._sql,),
        )
        return [
            f"GRANT {privilege} ON {self._sql} TO {quote_ident(role) if role else 'PUBLIC'}"
            f"{' WITH GRANT OPTION' if grantable else ''}"
            for role, privilege, grantable in self._cursor.fetchall()
        ]


def lock_view(plan: Plan, warehouse: Warehouse, name: str, view: Existing) -> None:
    """Need a lock on a view alone."""
    # LOCK TABLE would lock what the view reads, too; this changes nothing and locks the view
    statement = f"ALTER VIEW {qualified(warehouse.views, name)} OWNER TO {quote_ident(view.owner)}"
    plan.locks.append(Lock(warehouse.views, name, statement))
