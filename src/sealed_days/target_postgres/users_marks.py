"""What users set on a relation: grants, options, comments, an owner. New relations take it over."""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import quote_ident, quote_literal


@dataclass(frozen=True)
class Grant:
    """One privilege. `role` None is PUBLIC; `column` None is the whole relation."""

    role: str | None
    privilege: str
    grantable: bool
    column: str | None = None


@dataclass(frozen=True)
class Marks:
    """What users set on one relation.

    `options` are reloptions such as `security_invoker=true`; `comments` column -> text, "" is the
    relation itself; `defaults` column -> expression.
    """

    owner: str
    grants: list[Grant] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)


def read(cursor: Cursor, oid: int) -> Marks:
    """Return what users set on a relation."""
    cursor.execute(
        "SELECT pg_get_userbyid(relowner), coalesce(reloptions, '{}') FROM pg_class WHERE oid = %s",
        (oid,),
    )
    owner, options = cursor.fetchone() or ("", [])
    cursor.execute(
        "SELECT attname, description FROM pg_description "
        "LEFT JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid AND objsubid > 0 "
        "WHERE classoid = 'pg_class'::regclass AND objoid = %s",
        (oid,),
    )
    comments = {name or "": text for name, text in cursor.fetchall()}
    cursor.execute(
        "SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef "
        "JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = %s",
        (oid,),
    )
    return Marks(owner, grants(cursor, oid), list(options), comments, dict(cursor.fetchall()))


def grants(cursor: Cursor, oid: int) -> list[Grant]:
    """Return the privileges of all but the owner on a relation and its columns."""
    cursor.execute(
        "SELECT CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END, privilege_type, "
        "is_grantable, name FROM ("
        "SELECT (aclexplode(relacl)).*, relowner, NULL::name AS name FROM pg_class WHERE oid = %s "
        "UNION ALL SELECT (aclexplode(attacl)).*, relowner, attname FROM pg_attribute "
        "JOIN pg_class c ON c.oid = attrelid WHERE attrelid = %s AND NOT attisdropped) g "
        "WHERE grantee <> relowner ORDER BY name NULLS FIRST, 1, 2",
        (oid, oid),
    )
    return [Grant(*row) for row in cursor.fetchall()]


def impose_grants(
    cursor: Cursor, name: str, oid: int, wanted: list[Grant], columns: set[str]
) -> None:
    """Give a new relation the privileges of the one that it follows, and no others.

    What default privileges gave it is taken away: a REVOKE of the user's stays in force.

    Args:
        name: the new relation, qualified and quoted.
        oid: its oid.
        wanted: the privileges.
        columns: that it has; a privilege on another column is left out.
    """
    for role in {grant.role for grant in grants(cursor, oid)}:
        cursor.execute(f"REVOKE ALL ON {name} FROM {_role(role)}")
    for grant in wanted:
        if grant.column is not None and grant.column not in columns:
            continue
        column = f" ({quote_ident(grant.column)})" if grant.column else ""
        option = " WITH GRANT OPTION" if grant.grantable else ""
        cursor.execute(f"GRANT {grant.privilege}{column} ON {name} TO {_role(grant.role)}{option}")


def impose(cursor: Cursor, name: str, oid: int, kind: str, marks: Marks, columns: set[str]) -> None:
    """Give a new relation all marks of the one that it follows, the owner last.

    Args:
        kind: VIEW or MATERIALIZED VIEW.
        name, oid, columns: as in `impose_grants`.
        marks: what the old one had; its options stand in the statement that makes a view.
    """
    impose_grants(cursor, name, oid, marks.grants, columns)
    for column, text in marks.comments.items():
        if not column:
            cursor.execute(f"COMMENT ON {kind} {name} IS {quote_literal(text)}")
        elif column in columns:
            where = f"{name}.{quote_ident(column)}"
            cursor.execute(f"COMMENT ON COLUMN {where} IS {quote_literal(text)}")
    for column, expression in marks.defaults.items():
        if column in columns:
            cursor.execute(
                f"ALTER VIEW {name} ALTER COLUMN {quote_ident(column)} SET DEFAULT {expression}"
            )
    cursor.execute("SELECT current_user")
    if (cursor.fetchone() or ("",))[0] != marks.owner:
        cursor.execute(f"ALTER {kind} {name} OWNER TO {quote_ident(marks.owner)}")


def with_options(options: list[str]) -> str:
    """Return ` WITH (…)` for a CREATE VIEW, "" where there are none."""
    return f" WITH ({', '.join(options)})" if options else ""


def _role(name: str | None) -> str:
    return "PUBLIC" if name is None else quote_ident(name)
