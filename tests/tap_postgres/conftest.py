"""Northwind on a server of these tests' own.

It runs while tests are collected already: the SDK makes its tests from the tap's streams.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.configuration import _dict_config

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


def start() -> dict[str, Any]:
    """Start the server and return the tap's config."""
    (ROOT / "data").symlink_to(REPOSITORY / "data")
    embedded("up")
    variables = dotenv.read(ROOT).values
    keys = ("host", "user", "password", "database")
    return {
        **{key: variables[f"TAP_POSTGRES_{key.upper()}"] for key in keys},
        "port": int(variables["TAP_POSTGRES_PORT"]),
        "filter_schemas": ["public"],
    }


SOURCE = start()
# the SDK looks for a .env from its own venv upwards, and takes a checkout's over all else
_dict_config.find_dotenv = lambda: str(ROOT / ".env")


def pytest_unconfigure() -> None:
    """Stop the server and remove its data."""
    embedded("down")
    embedded("clean")


@pytest.fixture
def config() -> dict[str, Any]:
    """The config of a tap in a process of its own."""
    return SOURCE
