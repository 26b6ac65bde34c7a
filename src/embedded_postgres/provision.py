"""Makes the roles and databases of `.env` on the embedded server, and loads the source once."""

import contextlib
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Identifier, Literal

from embedded_postgres.programs import binaries
from embedded_postgres.server import Server
from embedded_postgres.settings import Login
from sealed_days.core.errors import SourceError

TABLES_OF_PUBLIC = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
TABLES_OF_PUBLIC += "relkind IN ('r', 'p', 'f')"
NOTHING_BUT_LOGIN = SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")
OWN_TRANSACTION = re.compile(rb"^\s*(BEGIN|START\s+TRANSACTION)\b[^;]*;", re.IGNORECASE)
PSQL_ERROR = re.compile(r"^psql:.*?:(\d+): (?:error: )?(?:[A-Z]+:\s+)?(.*)$")


def provision(server: Server, source_sql: Path) -> None:
    """Bring roles, passwords, databases, rights and the source's tables to what `.env` says."""
    settings = server.settings
    source, warehouse = settings.serves.get("source"), settings.serves.get("warehouse")
    logins = [login for login in (source, warehouse, settings.airflow) if login]
    with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
        for login in logins:
            _make_role(server, cursor, login)
        for login in logins:
            # the source's tables are not its reader's
            owner = settings.superuser.user if login is source else login.user
            _make_database(server, cursor, login.database, owner=owner)
        if source:
            _close_to_others(cursor)
    if not source:
        return
    with (
        contextlib.closing(server.connect(source.database)) as connection,
        connection.cursor() as cursor,
    ):
        _let_read(cursor, source)
        cursor.execute(TABLES_OF_PUBLIC)
        if cursor.fetchone() == (0,):
            _load(server, cursor, source_sql)


def psql_environment(login: Login, base: Mapping[str, str]) -> dict[str, str]:
    """Environment in which psql connects to the database; so no secret is on a command line."""
    kept = {name: value for name, value in base.items() if name not in ("PGHOSTADDR", "PGSERVICE")}
    return kept | {
        "PGHOST": login.host,
        "PGPORT": str(login.port),
        "PGUSER": login.user,
        "PGPASSWORD": login.password,
        "PGDATABASE": login.database,
    }


def _make_role(server: Server, cursor: Any, login: Login) -> None:
    cursor.execute(
        "SELECT rolcanlogin AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication"
        " OR rolbypassrls) FROM pg_roles WHERE rolname = %s",
        [login.user],
    )
    row = cursor.fetchone()
    role = Identifier(login.user)
    if row is None:
        cursor.execute(SQL("CREATE ROLE {} {}").format(role, NOTHING_BUT_LOGIN))
        server.say(f"role {login.user} is made")
    elif row == (False,):
        cursor.execute(SQL("ALTER ROLE {} {}").format(role, NOTHING_BUT_LOGIN))
    if row is None or not _password_fits(server, login):
        # Only the SCRAM verifier travels, so that no statement in a log has the password.
        verifier = encrypt_password(login.password, login.user, cursor.connection, "scram-sha-256")
        cursor.execute(SQL("ALTER ROLE {} PASSWORD {}").format(role, Literal(verifier)))
        if row is not None:
            server.say(f"the password of {login.user} is set to the one of .env")


def _password_fits(server: Server, login: Login) -> bool:
    try:
        server.connect_as(login.user, login.password, login.database).close()
    except psycopg2.OperationalError as error:
        # Any other refusal (no such database yet, say) comes after the password was accepted.
        return "password authentication failed" not in str(error)
    return True


def _make_database(server: Server, cursor: Any, name: str, owner: str) -> None:
    cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name])
    row = cursor.fetchone()
    database, role = Identifier(name), Identifier(owner)
    if row is None:
        cursor.execute(
            SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                database, role
            )
        )
        server.say(f"database {name} is made")
    elif row != (owner,):
        cursor.execute(SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
    cursor.execute("SELECT has_database_privilege('public', %s, 'CONNECT, TEMPORARY')", [name])
    if cursor.fetchone() == (True,):
        cursor.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def _close_to_others(cursor: Any) -> None:
    """Let no role but the superuser connect to the databases that are nobody's."""
    for name in ("postgres", "template1"):
        cursor.execute("SELECT has_database_privilege('public', %s, 'CONNECT')", [name])
        if cursor.fetchone() == (True,):
            cursor.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(name)))


def _let_read(cursor: Any, source: Login) -> None:
    """Let the role read every table of the source, present and future, and nothing more.

    Not by pg_read_all_data, which reads other roles' password verifiers too.
    """
    role = Identifier(source.user)
    cursor.execute(
        "SELECT rolname FROM pg_auth_members JOIN pg_roles r ON r.oid = roleid"
        " WHERE member = %s::regrole",
        [role.as_string(cursor)],
    )
    for (granted,) in cursor.fetchall():
        cursor.execute(SQL("REVOKE {} FROM {}").format(Identifier(granted), role))
    cursor.execute(
        "SELECT 'default_transaction_read_only=on' = ANY (setconfig)"
        " FROM pg_db_role_setting WHERE setrole = %s::regrole AND setdatabase = 0",
        [role.as_string(cursor)],
    )
    if cursor.fetchone() != (True,):
        cursor.execute(SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role))
    cursor.execute(
        "SELECT has_database_privilege(%s, current_database(), 'CONNECT')", [source.user]
    )
    if cursor.fetchone() != (True,):
        database = Identifier(source.database)
        cursor.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
    cursor.execute(
        "SELECT nspname FROM pg_namespace n WHERE nspname !~ '^pg_|^information_schema$' AND ("
        " NOT has_schema_privilege(%(role)s, oid, 'USAGE') OR EXISTS (SELECT FROM pg_class"
        " WHERE relnamespace = n.oid AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND NOT has_table_privilege(%(role)s, pg_class.oid, 'SELECT')))",
        {"role": source.user},
    )
    for (name,) in cursor.fetchall():
        schema = Identifier(name)
        cursor.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
        cursor.execute(SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, role))
    # what this superuser makes later; another's schemas and tables at the next `make up`
    cursor.execute("SELECT count(*) FROM pg_default_acl WHERE defaclnamespace = 0")
    if cursor.fetchone() != (2,):
        for right in ("USAGE ON SCHEMAS", "SELECT ON TABLES"):
            cursor.execute(SQL("ALTER DEFAULT PRIVILEGES GRANT {} TO {}").format(SQL(right), role))


def _load(server: Server, cursor: Any, source_sql: Path) -> None:
    """Run the SQL file against the empty source in one transaction: all of it or nothing."""
    shown = server.settings.shown(source_sql)
    database = server.settings.source.database
    if not source_sql.is_file():
        raise SourceError(
            f"the database {database} is empty and {shown} is not there: "
            "put the file back (git checkout), then run this again"
        )
    with source_sql.open("rb") as file:
        own_transaction = any(OWN_TRANSACTION.match(line) for line in file)
    superuser = server.settings.superuser
    login = Login("127.0.0.1", superuser.port, superuser.user, superuser.password, database)
    base = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        [
            *(str(binaries() / "psql"), "--no-psqlrc", "--no-password", "--quiet"),
            *("--set", "ON_ERROR_STOP=1", "--output", os.devnull, "--file", str(source_sql)),
            *(() if own_transaction else ("--single-transaction",)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=psql_environment(login, base) | {"PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
        pass_fds=(server.lock,),
    )
    cursor.execute(TABLES_OF_PUBLIC)
    (tables,) = cursor.fetchone()
    if done.returncode:
        raise SourceError(_why(done.stderr, shown, database, tables))
    server.say(f"{database} is loaded from {shown}: {tables} tables")


def _why(stderr: str, shown: str, database: str, tables: int) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [match for line in lines if (match := PSQL_ERROR.match(line))]
    what = f"{shown}: {lines[-1] if lines else 'psql failed'}"
    if errors:  # the last one: those before it are notices
        what = f"{shown}:{errors[-1][1]}: {errors[-1][2]}"
    if context := [line for line in lines if line.startswith("CONTEXT:  COPY")]:
        what += f" ({context[-1].removeprefix('CONTEXT:').strip()})"
    if tables:
        return (
            f"{what}; {database} is left with {tables} tables, as the file commits on its own: "
            f"fix the file, empty the schema public, then run this again"
        )
    return f"{what}; {database} is left empty: fix that line, then run this again"
