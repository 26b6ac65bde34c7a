"""A project of its own for the tests: real Meltano, real plugins, a real PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

REPOSITORY = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NORTHWIND = {
    "categories": 8,
    "customer_customer_demo": 0,
    "customer_demographics": 0,
    "customers": 91,
    "employees": 9,
    "employee_territories": 49,
    "orders": 830,
    "products": 77,
    "region": 4,
    "shippers": 6,
    "suppliers": 29,
    "territories": 53,
    "us_states": 51,
}
"""Rows of the tables of the demonstration's source."""
LARGE = (
    "CREATE TABLE large AS SELECT i AS id, repeat(md5(i::text), 9) AS text "
    "FROM generate_series(1, 60000) i; ALTER TABLE large ADD PRIMARY KEY (id)"
)
IN_LEAVES = {"TARGET_POSTGRES_PARALLELISM": "2", "TARGET_POSTGRES_PART_BYTES": "8000000"}
"""By which a load puts LARGE into two leaves."""

SHARED = ("requirements", "src", "data", "pyproject.toml", "README.md")


@dataclass
class Project:
    """A checkout in a folder of its own, whose plugins are those of the repository."""

    root: Path

    def env(self, **more: str) -> dict[str, str]:
        """Return an environment as a new user has it, and nothing of this shell's."""
        return {
            "HOME": os.environ.get("HOME", str(self.root)),
            "PATH": f"{BIN}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            **more,
        }

    def start(self, *args: str, **env: str) -> subprocess.Popen[str]:
        """Start meltano in a process group of its own."""
        command, *rest = args
        # the plugins are there already, installed below the repository's own path
        return subprocess.Popen(
            [BIN / "meltano", command, "--no-install", *rest],
            cwd=self.root,
            env=self.env(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def meltano(self, *args: str, check: bool = True, **env: str) -> str:
        """Run meltano and return what it says."""
        process = self.start(*args, **env)
        said, _ = process.communicate(timeout=240)
        if check:
            assert process.returncode == 0, said
        else:
            assert process.returncode != 0, f"this was to fail:\n{said}"
        return said

    def stdout(self, *args: str, **env: str) -> str:
        """Run meltano and return its standard output alone."""
        command, *rest = args
        return subprocess.run(
            [BIN / "meltano", command, "--no-install", *rest],
            cwd=self.root,
            env=self.env(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=240,
        ).stdout

    def feed(self, text: str, *args: str, check: bool = True, **env: str) -> str:
        """Run meltano with a text on its standard input and return what it says."""
        command, *rest = args
        done = subprocess.run(
            [BIN / "meltano", command, "--no-install", *rest],
            cwd=self.root,
            env=self.env(**env),
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        assert (done.returncode == 0) == check, done.stdout
        return done.stdout

    def run(self, job: str, day: str, check: bool = True, **env: str) -> str:
        """Run a job for a day."""
        return self.meltano("run", job, check=check, DATE=day, **env)

    def dotenv(self) -> dict[str, str]:
        """Return the variables of .env."""
        lines = (self.root / ".env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")

    def connect(self, database: str, *, admin: bool = True) -> Any:
        """Return an autocommit connection to a database of the embedded server."""
        env = self.dotenv()
        connection = psycopg2.connect(
            host=env["TAP_POSTGRES_HOST"],
            port=env["TAP_POSTGRES_PORT"],
            user="postgres" if admin else env["TARGET_POSTGRES_USER"],
            password=env["EMBEDDED_POSTGRES_PASSWORD" if admin else "TARGET_POSTGRES_PASSWORD"],
            dbname=database,
        )
        connection.autocommit = True
        return connection

    def manifest(self, day: str, source: str = "postgres") -> dict[str, Any]:
        """Return the manifest of a sealed day."""
        return json.loads((self.output / source / f"{day}.datapackage.json").read_bytes())

    def file(self, table: str, day: str, source: str = "postgres") -> Path:
        """Return the path of a table's staged file."""
        return self.output / source / table / day / f"{table}.csv"

    @property
    def output(self) -> Path:
        """The folder of the staged days."""
        return self.root / "output"


def make_project(root: Path) -> Project:
    """Lay out a project that shares the repository's code and installed plugins."""
    root.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        (root / name).symlink_to(REPOSITORY / name)
    # Meltano includes files of its own root alone, behind links too
    shutil.copy(REPOSITORY / "meltano.yml", root)
    for name in ("orchestrate", "analyze"):
        shutil.copytree(REPOSITORY / name, root / name)
    (root / ".meltano").mkdir()
    for kind in ("extractors", "loaders", "utilities"):
        if (REPOSITORY / ".meltano" / kind).exists():
            (root / ".meltano" / kind).symlink_to(REPOSITORY / ".meltano" / kind)
    (root / "output").mkdir()
    return Project(root)


def assert_in_leaves(project: Project, relation: str) -> None:
    """Assert that a day's table holds LARGE, in two leaves."""
    connection = project.connect("ecommerce")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT tableoid), count(*), min(id), max(id), "
            f"bool_and(text = repeat(md5(id::text), 9)) FROM {relation}"
        )
        assert cursor.fetchall() == [(2, 60_000, 1, 60_000, True)]
    connection.close()


@contextmanager
def running_project(root: Path) -> Iterator[Project]:
    """Give a project with Northwind in its source and an empty warehouse."""
    project = make_project(root)
    embedded(project, "up")
    yield project
    embedded(project, "down")


def embedded(project: Project, command: str) -> None:
    """Run `python -m embedded_postgres` for a project."""
    subprocess.run(
        [sys.executable, "-m", "embedded_postgres", command],
        cwd=project.root,
        env=project.env(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
