"""Point the project at databases of your own: `python -m sealed_days.init --help`, or `make init`.

It lists what a source has, and writes `.env` and, for a source beside the first, an entry of
sources.meltano.yml, which no version of this project has. Run again it changes nothing.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from pathlib import Path
from typing import Any

from sealed_days.core.errors import (
    ConfigurationError,
    SourceError,
    WarehouseError,
    one_line,
    one_line_errors,
)
from sealed_days.core.meltano_yml import MeltanoYml, project_root
from sealed_days.core.sql import quote_ident

URL = "postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE"
SOURCES = "sources.meltano.yml"
# A partitioned table's rows and bytes are those of its leaves.
TABLES = """
WITH RECURSIVE parts (top, oid) AS (
    SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname = ANY (%s)
    UNION ALL
    SELECT parts.top, i.inhrelid FROM parts
    JOIN pg_class p ON p.oid = parts.oid AND p.relkind = 'p'
    JOIN pg_inherits i ON i.inhparent = parts.oid
)
SELECT format('%%I.%%I', n.nspname, t.relname), t.relname, sum(c.reltuples)::bigint,
    coalesce(bool_or(c.reltuples < 0 OR c.reltuples = 0 AND pg_relation_size(c.oid) > 0), false),
    pg_size_pretty(sum(pg_table_size(c.oid))::bigint), has_table_privilege(t.oid, 'SELECT')
FROM parts JOIN pg_class t ON t.oid = parts.top JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_class c ON c.oid = parts.oid AND c.relkind <> 'p'
GROUP BY t.oid, n.nspname, t.relname
UNION ALL
SELECT format('%%I.%%I', n.nspname, c.relname), c.relname, 0, false, pg_size_pretty(0::bigint),
    has_table_privilege(c.oid, 'SELECT')
FROM parts JOIN pg_class c ON c.oid = parts.top AND c.relkind = 'p'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
ORDER BY 1"""
ENTRY = """\
# Your sources: one task of the pipeline for each. See docs/your-database.md.
plugins:
  extractors:
{extractors}  loaders:
{loaders}jobs:
- name: pipeline
  tasks:
{tasks}  - tap-csv target-postgres
"""
RENAMED = """\
    config:
      source: {name}
      stream_maps:
        '*': {{__alias__: "'{name}_' + __stream_name__.removeprefix('public-')"}}
"""


def main(arguments: list[str] | None = None) -> None:
    """Write the files, and exit with code 0, or 1 after one line that says what is wrong."""
    with one_line_errors("init"):
        try:
            _init(_options(arguments))
        except OSError as error:
            msg = f"{error.filename}: {error.strerror}"
            raise ConfigurationError(msg) from None


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="init", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--source", metavar="[NAME=]URL", action="append", default=[],
        help=f"{URL}; a second one needs a NAME, such as shop=…; none: the demonstration's",
    )  # fmt: skip
    parser.add_argument("--warehouse", metavar="URL", help="none: the demonstration's")
    parser.add_argument(
        "--schemas", default="public", help="schemas to read, separated by commas (public)"
    )
    parser.add_argument("--no-csv", action="store_true", help="without the demonstration's CSV")
    return parser.parse_args(arguments)


def _init(options: argparse.Namespace) -> None:
    root = project_root()
    if not (root / ".env").exists():
        msg = "there is no .env yet: run make up (or python -m embedded_postgres env), then this"
        raise ConfigurationError(msg)
    if not options.source and not options.warehouse and sys.stdin.isatty():
        _ask(options)
    variables: dict[str, str] = {}
    names: list[str] = []
    tables: list[set[str]] = []
    for number, given in enumerate(options.source):
        name, _, url = given.rpartition("=") if re.match(r"[a-z][a-z0-9_-]*=", given) else ("",) * 3
        if name:
            given = url
        elif number:
            msg = f"the source {number + 1} has no name: --source NAME=URL"
            raise ConfigurationError(msg)
        login = _login(given, name or "source")
        schemas = [text.strip() for text in options.schemas.split(",")]
        tables.append(_show(login, schemas, name or "postgres"))
        prefix = f"TAP_POSTGRES__{name.upper().replace('-', '_')}" if name else "TAP_POSTGRES"
        variables |= _lines(prefix, login)
        if schemas != ["public"]:
            variables[f"{prefix}_FILTER_SCHEMAS"] = str(schemas).replace("'", '"')
        names.append(name)
    if options.warehouse:
        login = _login(options.warehouse, "warehouse")
        _check_warehouse(login)
        variables |= _lines("TARGET_POSTGRES", login)
    if any(names) or options.no_csv:
        clashes = [
            name for i, name in enumerate(names) if any(tables[i] & tables[j] for j in range(i))
        ]
        _write_sources(root / SOURCES, names or [""], clashes, csv=not options.no_csv)
        variables["PIPELINE_JOB"] = "pipeline"
    _write_env(root / ".env", variables)
    pipeline = MeltanoYml.read(root).pipeline()
    print(f"next: make run (the job {pipeline.job}: {', '.join(pipeline.jobs)})")


def _ask(options: argparse.Namespace) -> None:
    """Ask at the terminal what the command line does not say; Enter takes the demonstration."""
    if source := input(f"Source, {URL} (Enter: the demonstration's): ").strip():
        options.source = [source]
        options.schemas = (
            input("Schemas to read, with commas (Enter: public): ").strip() or "public"
        )
        answer = input("The demonstration's CSV file beside it? (y/N): ").strip().lower()
        options.no_csv = not answer.startswith("y")
    options.warehouse = input("Warehouse, a URL too (Enter: the demonstration's): ").strip()


def _login(url: str, what: str) -> dict[str, str]:
    from psycopg2 import ProgrammingError
    from psycopg2.extensions import parse_dsn

    try:
        found = parse_dsn(url)
        login = {"port": "5432"} | {
            key: str(found[key]) for key in ("host", "port", "user", "password", "dbname")
            if key in found
        }  # fmt: skip
        missing = {"host", "user", "dbname"} - set(login)
    except ProgrammingError:
        missing = {"all"}
    if missing or "://" not in url:
        msg = f"the {what} is no {URL}"
        raise ConfigurationError(msg)
    if "password" not in login and sys.stdin.isatty():
        login["password"] = getpass.getpass(f"Password of {login['user']} ({what}): ")
    return {"password": os.environ.get("PGPASSWORD", "")} | login


def _connect(login: dict[str, str], what: str) -> Any:
    import psycopg2

    parameters: dict[str, Any] = {**login, "connect_timeout": 10}
    try:
        return psycopg2.connect(**parameters)
    except psycopg2.OperationalError as error:
        where = f"{login['host']}:{login['port']}/{login['dbname']}"
        msg = f"cannot connect to the {what} {where}: {one_line(error)}; nothing was written"
        raise SourceError(msg) from None


def _check_warehouse(login: dict[str, str]) -> None:
    connection = _connect(login, "warehouse")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        may_create = cursor.fetchone()[0]
    connection.close()
    if not may_create:
        database, role = quote_ident(login["dbname"]), quote_ident(login["user"])
        msg = (
            f"{role} may not make schemas in the warehouse: GRANT CREATE ON DATABASE {database} "
            f"TO {role}; nothing was written"
        )
        raise WarehouseError(msg)


def _show(login: dict[str, str], schemas: list[str], name: str) -> set[str]:
    """Print the tables of a source, with rows as PostgreSQL estimates them, and size.

    Returns:
        The names of the tables.
    """
    connection = _connect(login, "source")
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [schemas])
        rows = cursor.fetchall()
    connection.close()
    if not rows:
        msg = f"{login['dbname']} has no table in {', '.join(schemas)}: name others by --schemas"
        raise SourceError(msg)
    width = max(len(row[0]) for row in rows)
    print(f"{name}: {len(rows)} tables in {login['host']}:{login['port']}/{login['dbname']}")
    for table, _, estimate, is_unknown, size, is_readable in rows:
        count = "?" if is_unknown else f"~{estimate:,}"
        print(f"  {table:<{width}} {count:>15} rows {size:>12}"
              f"{'' if is_readable else '  ✗ not readable: GRANT SELECT'}")  # fmt: skip
    if any(row[3] for row in rows):
        print("  ?: PostgreSQL has counted nothing yet (ANALYZE)")
    return {row[1] for row in rows}


def _lines(prefix: str, login: dict[str, str]) -> dict[str, str]:
    return {
        f"{prefix}_{key}": login[name]
        for key, name in (
            ("HOST", "host"), ("PORT", "port"), ("USER", "user"), ("PASSWORD", "password"),
            ("DATABASE", "dbname"),
        )
    }  # fmt: skip


def _write_env(path: Path, variables: dict[str, str]) -> None:
    """Set variables in `.env`, each in its own line; the rest stays as it is."""
    import dotenv

    known = dotenv.dotenv_values(path)
    changed = {name: value for name, value in variables.items() if known.get(name) != value}
    for name, value in changed.items():
        # `$` is a plain character of a password, and python-dotenv would fill in ${NAME}
        dotenv.set_key(path, name, value, quote_mode="always")
    path.chmod(0o600)
    print(f".env: {', '.join(changed) if changed else 'unchanged'}")
    wrong = [name for name, value in changed.items() if dotenv.dotenv_values(path)[name] != value]
    if wrong:
        msg = f".env cannot hold the value of {', '.join(wrong)}: ${{…}} in it is filled in"
        raise ConfigurationError(msg)


def _write_sources(path: Path, names: list[str], clashes: list[str], *, csv: bool) -> None:
    """Write sources.meltano.yml unless there is one, which is the user's.

    Args:
        path: where it is.
        names: the sources, "" for the first one.
        clashes: those with a table that a source before has too: in the warehouse, their tables
            begin with the name of the source.
        csv: whether the demonstration's CSV is a source.
    """
    if path.exists():
        print(f"{path.name}: there, and left as it is")
        return
    own = [name for name in names if name]
    pairs = [
        (f"tap-postgres--{name}", f"target-csv--{name}")
        if name
        else ("tap-postgres", "target-csv--from-postgres")
        for name in names
    ]
    pairs += [("tap-csv--from-csv", "target-csv--order-details")] if csv else []
    text = ENTRY.format(
        extractors="".join(
            f"  - name: tap-postgres--{name}\n    inherit_from: tap-postgres\n" for name in own
        ),
        loaders="".join(
            f"  - name: target-csv--{name}\n    inherit_from: target-csv--from-postgres\n"
            + (RENAMED if name in clashes else "    config: {{source: {name}}}\n").format(name=name)
            for name in own
        ),
        tasks="".join(f"  - {extractor} {loader}\n" for extractor, loader in pairs),
    )
    if not own:
        text = re.sub(r"plugins:\n  extractors:\n  loaders:\n", "", text)
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: made")
    for name in clashes:
        print(f"{name} has tables with the names of another source's: they are staged as {name}_…")


if __name__ == "__main__":
    main()
