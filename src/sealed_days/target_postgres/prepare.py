"""Prepares the warehouse for a load: role, schemas, registry; removes what dead loads left."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import date

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import WarehouseError
from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres import upgrade
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.registry import Registry
from sealed_days.target_postgres.warehouse import (
    LOADS,
    Warehouse,
    relation_kind,
    scalar,
    transaction,
)


def take_role(session: Connection, warehouse: Warehouse) -> None:
    """Work as the role that owns the warehouse, so that it ends with the same owners.

    Raises:
        WarehouseError: this role is not a member of it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_userbyid(relowner), current_user, "
            "pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = "
            "(SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname = %s AND relname = %s)",
            (warehouse.days, LOADS),
        )
        owner, user, is_member = cursor.fetchone() or (None, None, True)
        if owner == user:
            return
        if not is_member:
            msg = (
                f"the warehouse {warehouse.views} belongs to the role {owner}: load as {owner}, or "
                f"run as an administrator GRANT {quote_ident(owner)} TO {quote_ident(user)}"
            )
            raise WarehouseError(msg)
        if owner is not None:
            cursor.execute(f"SET ROLE {quote_ident(owner)}")


def refuse_pooler(server: Server, session: Connection) -> None:
    """Refuse a pooler that gives each transaction another session: locks would not hold.

    A pooler answers with a process id of its own. One that pools sessions keeps the server's
    process for as long as the client is there; one that pools transactions gives the process,
    idle by now, to the next client.

    Raises:
        WarehouseError: there is one.
    """
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = scalar(cursor)
    if process == session.info.backend_pid:
        return
    other = server.connect("target-postgres pooler")
    with contextlib.closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        if scalar(cursor) != process:
            return
    msg = (
        f"{server} is a pooler in transaction mode, such as pgbouncer: a load holds locks for as "
        "long as its session lives; name PostgreSQL's own port, or one with pool_mode = session"
    )
    raise WarehouseError(msg)


def prepare(session: Connection, warehouse: Warehouse, project: str, log: logging.Logger) -> None:
    """Create the schemas and the registry where they are missing; upgrade an older warehouse.

    Raises:
        WarehouseError: the role may not.
    """
    schemas = (warehouse.views, warehouse.days, warehouse.parts)
    with transaction(session) as cursor:
        if all(_may_create(cursor, schema) for schema in schemas) and _has_registry(
            cursor, warehouse
        ):
            return
        # two loads may meet a new warehouse at once
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (warehouse.lock_key("publish"),))
        for schema in schemas:
            if not _may_create(cursor, schema):
                cursor.execute(f"CREATE SCHEMA {quote_ident(schema)}")
        if _has_registry(cursor, warehouse):
            return
        is_old = relation_kind(cursor, warehouse.days, LOADS) is not None
        Registry(cursor, warehouse).create()
        if is_old:
            upgrade.run(cursor, warehouse, project, log)


def sweep(session: Connection, warehouse: Warehouse, mine: date) -> int:
    """Drop the unpublished tables that dead loads left, and return their number.

    Those of a DATE that another session holds are alive. The caller holds `mine`.
    """
    with session.cursor() as cursor:
        rows = Registry(cursor, warehouse).find("state = 'making'")
        days: dict[date, list[str]] = {}
        for row in rows:
            days.setdefault(row.day, []).append(row.relation)
        dropped = 0
        for day, relations in days.items():
            key = warehouse.lock_key(day.isoformat())
            if day != mine:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (key,))
                if not scalar(cursor):
                    continue
            drop_unfinished(session, warehouse, relations)
            dropped += len(relations)
            if day != mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (key,))
    return dropped


def drop_unfinished(session: Connection, warehouse: Warehouse, relations: Sequence[str]) -> None:
    """Drop unpublished tables and their rows in the registry."""
    for relation in relations:
        with transaction(session) as cursor:
            days = Registry(cursor, warehouse).days
            cursor.execute(
                f"DELETE FROM {days} WHERE relation = %s AND state = 'making'", (relation,)
            )
            if cursor.rowcount:
                cursor.execute(f"DROP TABLE IF EXISTS {qualified(warehouse.parts, relation)}")


def _has_registry(cursor: Cursor, warehouse: Warehouse) -> bool:
    return relation_kind(cursor, warehouse.days, "loads_days") is not None


def _may_create(cursor: Cursor, schema: str) -> bool:
    """Return whether a schema is there for us; False when it is ours to create."""
    cursor.execute(
        # from pg_namespace itself: to_regnamespace may not yet know what another load made
        "SELECT n.oid IS NOT NULL, current_user, current_database(), CASE WHEN n.oid IS NULL "
        "THEN has_database_privilege(current_database(), 'CREATE') "
        "ELSE has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END "
        "FROM (VALUES (%s)) AS wanted (name) LEFT JOIN pg_namespace n ON nspname = name",
        (schema,),
    )
    there, user, database, allowed = cursor.fetchone()  # type: ignore[misc]
    if not allowed:
        what = (
            f"GRANT CREATE, USAGE ON SCHEMA {quote_ident(schema)}"
            if there
            else f"GRANT CREATE ON DATABASE {quote_ident(database)}"
        )
        msg = (
            f"the role {user} may not {'use' if there else 'create'} schema {schema} in database "
            f"{database}: run as an administrator {what} TO {quote_ident(user)}"
        )
        raise WarehouseError(msg)
    return bool(there)
