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

from sealed_days.core.errors import ConfigurationError, SourceError, one_line, one_line_errors
from sealed_days.core.meltano_yml import MeltanoYml, project_root

URL = "postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE"
SOURCES = "sources.meltano.yml"
TABLES = """
SELECT format('%%I.%%I', n.nspname, c.relname), greatest(c.reltuples, 0)::bigint,
    pg_size_pretty(pg_table_size(c.oid)), has_table_privilege(c.oid, 'SELECT')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname = ANY (%s)
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
        source = input(f"Source, {URL} (empty: the demonstration's): ").strip()
        options.source = [source] if source else []
        options.warehouse = input("Warehouse, the same (empty: the demonstration's): ").strip()
    variables: dict[str, str] = {}
    names = []
    for number, given in enumerate(options.source):
        name, _, url = given.rpartition("=") if re.match(r"[a-z][a-z0-9_-]*=", given) else ("",) * 3
        if name:
            given = url
        elif number:
            msg = f"the source {number + 1} has no name: --source NAME=URL"
            raise ConfigurationError(msg)
        login = _login(given, name or "source")
        schemas = [text.strip() for text in options.schemas.split(",")]
        _show(login, schemas, name or "postgres")
        prefix = f"TAP_POSTGRES__{name.upper().replace('-', '_')}" if name else "TAP_POSTGRES"
        variables |= _lines(prefix, login)
        if schemas != ["public"]:
            variables[f"{prefix}_FILTER_SCHEMAS"] = str(schemas).replace("'", '"')
        names.append(name)
    if options.warehouse:
        login = _login(options.warehouse, "warehouse")
        _connect(login, "warehouse").close()
        variables |= _lines("TARGET_POSTGRES", login)
    if any(names) or options.no_csv:
        _write_sources(root / SOURCES, names or [""], csv=not options.no_csv)
        variables["PIPELINE_JOB"] = "pipeline"
    _write_env(root / ".env", variables)
    pipeline = MeltanoYml.read(root).pipeline()
    print(f"next: make run (the job {pipeline.job}: {', '.join(pipeline.jobs)})")


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


def _show(login: dict[str, str], schemas: list[str], name: str) -> None:
    """Print the tables of a source, with rows as PostgreSQL estimates them, and size."""
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
    for table, estimate, size, readable in rows:
        print(f"  {table:<{width}} {'~' + format(estimate, ','):>15} rows {size:>12}"
              f"{'' if readable else '  ✗ not readable: GRANT SELECT'}")  # fmt: skip


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


def _write_sources(path: Path, names: list[str], *, csv: bool) -> None:
    """Write sources.meltano.yml unless there is one, which is the user's."""
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
            f"    config: {{source: {name}}}\n"
            for name in own
        ),
        tasks="".join(f"  - {extractor} {loader}\n" for extractor, loader in pairs),
    )
    if not own:
        text = re.sub(r"plugins:\n  extractors:\n  loaders:\n", "", text)
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: made")


if __name__ == "__main__":
    main()
