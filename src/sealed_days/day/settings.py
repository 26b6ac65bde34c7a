"""What the command works on: from Meltano's variables, or from the project's own files.

Meltano hands a utility its settings as DAY_… variables. Run without it, the same declaration,
orchestrate/day.meltano.yml, is read here, with `.env` and the environment filled in.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import date as Day
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from sealed_days.core import dotenv
from sealed_days.core.dates import resolve_date, say_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.store.days import StagedDays
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.warehouse import Warehouse

DECLARATION = "orchestrate/day.meltano.yml"
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
_CONNECTION = {
    "host": "host", "port": "port", "user": "user", "password": "password", "database": "dbname",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The project, its staged days and its warehouse.

    `sources` are source -> job; `load_job` loads a staged day, `job` does everything. `name` is
    the project's in a warehouse that several share, `keep` the policy of `day prune`.
    """

    project: Path
    output: Path
    queries: Path
    sources: dict[str, str]
    load_job: str
    job: str
    date: str
    timezone: str
    server: Server
    warehouse: Warehouse
    variables: dotenv.Variables
    name: str = ""
    keep: str = ""

    @classmethod
    def read(cls) -> Settings:
        """Read the settings.

        Raises:
            UserError: there is no project here, or a setting is missing or wrong.
        """
        project = _project()
        variables = dotenv.read(project)
        declared = {} if "DAY_OUTPUT_PATH" in os.environ else _declared(project, variables)

        def get(name: str, default: str = "") -> str:
            return os.environ.get(f"DAY_{name.upper()}") or declared.get(name) or default

        views = get("default_target_schema", "ecommerce")
        try:
            sources = dict(json.loads(get("sources", "{}")))
        except (ValueError, TypeError):
            sources = {}
        if not sources:
            msg = f"sources of the utility day are {get('sources')!r}: name them in meltano.yml"
            raise ConfigurationError(msg)
        return cls(
            project=project,
            output=project / get("output_path", "output"),
            queries=project / get("queries_path", "analyze"),
            sources=sources,
            load_job=get("load_job", "JOB"),
            job=get("job", "JOB"),
            date=get("date"),
            timezone=get("timezone"),
            server=_server(get),
            warehouse=Warehouse(
                views, get("days_schema", f"{views}_days"), get("parts_schema", f"{views}_parts")
            ),
            variables=variables,
            name=get("project"),
            keep=get("keep"),
        )

    def day(self, given: str | None) -> Day:
        """Return the day that was asked for, else DATE, else today (and print that).

        Raises:
            UserError: it is not a day.
        """
        day, named = resolve_date(given or self.date, self.timezone)
        if line := say_date(day, named, self.timezone):
            print(line, file=sys.stderr)
        return day

    @property
    def report(self) -> Path:
        """Where `day report` writes its page."""
        return self.output / "report.html"

    def session(self, name: str, **server_settings: str) -> contextlib.closing[Connection]:
        """Open a session on the warehouse, which the block that uses it closes."""
        return contextlib.closing(self.server.connect(name, **server_settings))

    def staged(self) -> list[StagedDays]:
        """Return the staged days of every source."""
        return [StagedDays(self.output, source, job) for source, job in self.sources.items()]

    def shown(self, path: Path) -> str:
        """Return a path for people: relative to the project where it lies inside."""
        inside = path.is_relative_to(self.project)
        return str(path.relative_to(self.project) if inside else path)

    def command(self, arguments: str) -> str:
        """Return the command line of another `day` command, as this one was called."""
        if "DAY_OUTPUT_PATH" in os.environ:
            return f"meltano invoke day {arguments}"
        if Path(sys.argv[0]).name == "__main__.py":
            python = Path(os.path.normpath(sys.executable))
            return f"{self.shown(python)} -m sealed_days.day {arguments}"
        return f"day {arguments}"


def _project() -> Path:
    if root := os.environ.get("MELTANO_PROJECT_ROOT"):
        return Path(root)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / DECLARATION).exists():
            return folder
    msg = f"{here} is not in a project ({DECLARATION} is missing): change to its folder"
    raise ConfigurationError(msg)


def _declared(project: Path, variables: dotenv.Variables) -> dict[str, str]:
    """Return setting -> text as orchestrate/day.meltano.yml declares it."""
    import yaml

    path = project / DECLARATION
    try:
        with path.open("rb") as stream:
            plugins = yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        plugin = next(p for p in plugins["plugins"]["utilities"] if p["name"] == "day")
        values: dict[str, Any] = {s["name"]: s.get("value") for s in plugin["settings"]}
        values |= plugin.get("config") or {}
    except (OSError, KeyError, TypeError, StopIteration, yaml.YAMLError) as error:
        msg = f"{path} does not declare the utility day ({type(error).__name__}: {error})"
        raise ConfigurationError(msg) from None

    def fill(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return str(project) if name == "MELTANO_PROJECT_ROOT" else variables.get(name)

    def text(value: Any) -> str:
        if isinstance(value, str):
            return _VARIABLE.sub(fill, value)
        return "" if value is None else json.dumps(value)

    return {name: text(value) for name, value in values.items()}


def _server(get: Any) -> Server:
    if url := get("sqlalchemy_url"):
        from psycopg2.extensions import parse_dsn

        return Server(parse_dsn(re.sub(r"\A(postgres(?:ql)?)\+\w+:", r"\1:", url)))
    parameters = {to: get(name) for name, to in _CONNECTION.items() if get(name)}
    if missing := [name for name in ("host", "user", "database") if not get(name)]:
        names = ", ".join(f"TARGET_POSTGRES_{name.upper()}" for name in missing)
        msg = f"{names} not set: name the warehouse in .env, or run make up, which makes one"
        raise ConfigurationError(msg)
    return Server({"port": 5432} | parameters)
