"""What the command works on: meltano.yml and `.env` say it, read as Meltano reads them.

The list of sources is the pipeline's, the warehouse is its loader's: nothing stands twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import sys
from dataclasses import dataclass
from datetime import date as Day
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from sealed_days.core.dates import date_line, resolve_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.meltano_yml import MeltanoYml, Pipeline, project_root, stage_root, stage_url
from sealed_days.core.spool import spool_area
from sealed_days.store.days import StagedDays
from sealed_days.store.files import fsync
from sealed_days.store.place import days_at, store_at
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.warehouse import Warehouse

_CONNECTION = {
    "host": "host", "port": "port", "user": "user", "password": "password", "database": "dbname",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The project, its staged days and its warehouse.

    `store` is the URL of the object store of the staged days, "" where they are in `output`.
    `name` is the project's in a warehouse that several share, `keep` the policy of `day prune`,
    `spreadsheet_safe` whether evidence has a `'` before texts that a spreadsheet would run.
    """

    project: Path
    meltano_yml: MeltanoYml
    pipeline: Pipeline
    output: Path
    store: str
    queries: Path
    date: str
    timezone: str
    server: Server
    warehouse: Warehouse
    name: str = ""
    keep: str = ""
    spreadsheet_safe: bool = False

    @classmethod
    def read(cls) -> Settings:
        """Read the settings.

        Raises:
            ConfigurationError: there is no project here, or a setting is missing or wrong.
        """
        root = project_root()
        meltano_yml = MeltanoYml.read(root)
        pipeline = meltano_yml.pipeline()

        def own(name: str, default: str = "") -> str:
            there = "day" in meltano_yml.plugins
            return str((meltano_yml.setting("day", name) if there else None) or default)

        url = stage_url(meltano_yml.get("STAGE_ROOT"))
        if url:
            for name in meltano_yml.variables.values:
                if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
                    os.environ.setdefault(name, meltano_yml.get(name))  # obstore reads them there
        output = own("output_path") or meltano_yml.setting(
            pipeline.sources[0].loader, "output_path"
        )
        views = str(meltano_yml.setting(pipeline.loader, "default_target_schema") or "ecommerce")
        return cls(
            project=root,
            meltano_yml=meltano_yml,
            pipeline=pipeline,
            output=root
            / (
                (output or "output")
                if url
                else stage_root(output or "output", root, meltano_yml.get("STAGE_ROOT"))
            ),
            store=url,
            queries=root / own("queries_path", "analyze"),
            date=own("date") or meltano_yml.get("DATE"),
            timezone=own("timezone") or meltano_yml.get("DATE_TIMEZONE"),
            server=_server(meltano_yml, pipeline.loader),
            warehouse=Warehouse(
                views,
                str(meltano_yml.setting(pipeline.loader, "days_schema") or f"{views}_days"),
                str(meltano_yml.setting(pipeline.loader, "parts_schema") or f"{views}_parts"),
            ),
            name=str(meltano_yml.setting(pipeline.loader, "project") or ""),
            keep=own("keep"),
            spreadsheet_safe=_is_true("spreadsheet_safe", own("spreadsheet_safe", "false")),
        )

    @property
    def sources(self) -> dict[str, str]:
        """Return source -> the job that stages it: the pipeline's, unless DAY_SOURCES says so."""
        if given := self.meltano_yml.get("DAY_SOURCES"):
            try:
                return dict(json.loads(given))
            except (ValueError, TypeError):
                msg = f"DAY_SOURCES={given} is no JSON object of source and job: correct it"
                raise ConfigurationError(msg) from None
        return self.pipeline.jobs

    @property
    def load_job(self) -> str:
        """The job that loads a staged day."""
        return self.pipeline.load_job

    @property
    def job(self) -> str:
        """The job that does everything."""
        return self.pipeline.job

    def day(self, given: str | None) -> Day:
        """Return the day that was asked for, else DATE, else today (and print that).

        Raises:
            UserError: it is not a day.
        """
        day, named = resolve_date(given or self.date, self.timezone)
        if line := date_line(day, named, self.timezone):
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
        return [
            days_at(self.store or self.output, source, job) for source, job in self.sources.items()
        ]

    def keep_file(self, path: Path, key: str) -> str:
        """Bring a file where the days are: to its path below `output`, or onto the store.

        Args:
            path: a scratch file, which is moved.
            key: where it belongs: `evidence/2025-01-31/orders.csv`.

        Returns:
            The place, for people.
        """
        if self.store:
            store_at(self.store).put_file(key, path)
            path.unlink()
            return f"{self.store}/{key}"
        target = self.output / key
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        fsync(target.parent)
        return self.shown(target)

    @property
    def scratch_area(self) -> Path:
        """Where files are made that `keep_file` then takes."""
        return spool_area() if self.store else self.output / ".scratch"

    def source_login(self, source: str) -> dict[str, Any]:
        """Return libpq's parameters of a source that is a database."""
        extractor = next(s.extractor for s in self.pipeline.sources if s.name == source)
        found = {to: self.meltano_yml.setting(extractor, n) for n, to in _CONNECTION.items()}
        return found | {"port": found["port"] or 5432}

    def shown(self, path: Path) -> str:
        """Return a path for people: relative to the project where it lies inside."""
        inside = path.is_relative_to(self.project)
        return str(path.relative_to(self.project) if inside else path)

    def command(self, arguments: str) -> str:
        """Return the command line of another `day` command, as this one was called."""
        if Path(sys.argv[0]).name == "__main__.py":
            python = Path(os.path.normpath(sys.executable))
            return f"{self.moved}{self.shown(python)} -m sealed_days.day {arguments}"
        return f"{self.moved}meltano invoke day {arguments}"

    @property
    def moved(self) -> str:
        """What stands before a command where STAGE_ROOT is this call's alone, not in `.env`."""
        root = os.environ.get("STAGE_ROOT", "")
        is_known = root == self.meltano_yml.variables.values.get("STAGE_ROOT", "")
        return "" if not root or is_known else f"STAGE_ROOT={shlex.quote(root)} "


def _is_true(name: str, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        msg = f"day: {name} is {text!r}: write true or false (DAY_{name.upper()} in .env)"
        raise ConfigurationError(msg)
    return text.lower() == "true"


def _server(meltano_yml: MeltanoYml, loader: str) -> Server:
    if url := meltano_yml.setting(loader, "sqlalchemy_url"):
        import psycopg2
        from psycopg2.extensions import parse_dsn

        try:
            return Server(parse_dsn(re.sub(r"\A(postgres(?:ql)?)\+\w+:", r"\1:", str(url))))
        except psycopg2.Error:  # whose words would show the password
            msg = (
                f"{loader}: sqlalchemy_url (not shown: it holds a password) is not of the form "
                "postgresql://USER:PASSWORD@HOST:PORT/DATABASE: correct it in .env"
            )
            raise ConfigurationError(msg) from None
    found = {name: meltano_yml.setting(loader, name) for name in _CONNECTION}
    if missing := [name for name in ("host", "user", "database") if not found[name]]:
        prefix = re.sub(r"\W", "_", loader).upper()
        names = ", ".join(f"{prefix}_{name.upper()}" for name in missing)
        msg = f"{names} not set: name the warehouse in .env, or run make up, which makes one"
        raise ConfigurationError(msg)
    parameters = {to: found[name] for name, to in _CONNECTION.items() if found[name]}
    return Server({"port": 5432} | parameters)
