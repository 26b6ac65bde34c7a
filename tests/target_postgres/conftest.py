"""The fixtures: one server for all, an empty warehouse for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres_server
import pytest

pytest.importorskip("target_postgres")

from ecommerce import PASSWORD, ROLE, Ecommerce, session


@pytest.fixture(scope="session")
def warehouse() -> Iterator[dict[str, Any]]:
    """A server whose role owns the database ecommerce and is no superuser."""
    pg_hba = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    with postgres_server.running(pg_hba, max_connections=200) as server:
        admin = {"host": str(server.socket), "port": server.port, "user": "postgres"}
        with session(admin, dbname="postgres") as cursor:
            cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD %s", (PASSWORD,))
            cursor.execute(f"CREATE DATABASE ecommerce OWNER {ROLE}")
        yield {
            "host": "127.0.0.1",
            "port": server.port,
            "user": ROLE,
            "password": PASSWORD,
            "database": "ecommerce",
            "admin": admin,
        }


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


@pytest.fixture
def way(request: pytest.FixtureRequest) -> str:
    """The way through the plugin: `direct`, which users take, or `sdk`."""
    return getattr(request, "param", "direct")


@pytest.fixture
def shop(warehouse: dict[str, Any], tmp_path: Path, way: str) -> Iterator[Ecommerce]:
    shop = Ecommerce(warehouse, tmp_path, way)
    shop.drop()
    yield shop
    assert not [name for name in shop.parts() if "~" in name[-7:]], "unpublished tables are left"
