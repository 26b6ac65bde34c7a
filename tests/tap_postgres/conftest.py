"""Northwind on a server of these tests' own, a database per test, and the tap in two ways.

The server starts when tests are collected: the SDK makes its tests from the tap's streams.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from singer_sdk.configuration import _dict_config
from tap_runs import WAYS, Database, Tap

from sealed_days.core import dotenv

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ROOT = Path(tempfile.mkdtemp(prefix="source-"))
# the SDK puts a .env of the working folder into os.environ
ENV = {k: v for k, v in os.environ.items() if not k.startswith(("TAP_", "TARGET_", "EMBEDDED"))}
ENV["PYTHONPATH"] = str(REPOSITORY / "src")


def embedded(command: str) -> None:
    """Run `python -m embedded_postgres`."""
    subprocess.run(
        [sys.executable, "-m", "embedded_postgres", command], cwd=ROOT, env=ENV, check=True
    )


@cache
def source() -> tuple[dict[str, Any], str]:
    """Start the server, once; return the tap's config and the superuser's password."""
    (ROOT / "data").symlink_to(REPOSITORY / "data")
    embedded("up")
    variables = dotenv.read(ROOT).values
    keys = ("host", "user", "password", "database")
    return {
        **{key: variables[f"TAP_POSTGRES_{key.upper()}"] for key in keys},
        "port": int(variables["TAP_POSTGRES_PORT"]),
        "filter_schemas": ["public"],
    }, variables["EMBEDDED_POSTGRES_PASSWORD"]


# the SDK looks for a .env from its own venv upwards, and takes a checkout's over all else
_dict_config.find_dotenv = lambda: str(ROOT / ".env")


def pytest_unconfigure() -> None:
    """Stop the server, if there is one, and remove its data."""
    if source.cache_info().currsize:
        embedded("down")
        embedded("clean")
    shutil.rmtree(ROOT)


@pytest.fixture
def config() -> dict[str, Any]:
    """The config of a tap in a process of its own."""
    return source()[0]


def make_database() -> Iterator[Database]:
    """A new database with a role of its own that may read what it is granted."""
    config, password = source()
    superuser = {**config, "user": "postgres", "password": password}
    admin = psycopg2.connect(
        host=config["host"],
        port=config["port"],
        user="postgres",
        password=password,
        dbname="postgres",
    )
    admin.autocommit = True
    made = Database.make(admin, superuser)
    yield made
    made.drop(admin)
    admin.close()


@pytest.fixture
def database() -> Iterator[Database]:
    """A database of the test's own."""
    yield from make_database()


@pytest.fixture(scope="module")
def shared_database() -> Iterator[Database]:
    """A database of the test module's own: to make one takes longer than most tests."""
    yield from make_database()


@pytest.fixture(params=WAYS)
def tap(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> Tap:
    """The tap on the test's own database, in each of its two ways."""
    return Tap(tmp_path, database, request.param)


@pytest.fixture
def direct(tmp_path: Path, database: Database) -> Tap:
    """The tap on the test's own database, without the SDK."""
    return Tap(tmp_path, database, "direct")


@pytest.fixture
def rows(tmp_path: Path, database: Database) -> Tap:
    """The tap on the test's own database, sending rows to a target of ours."""
    return Tap(tmp_path, database, "rows")
