"""The fixtures: an empty lake for each test, a PostgreSQL for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest

pytest.importorskip("duckdb_extension_ducklake")

from lake_project import LakeProject


@pytest.fixture
def lake(tmp_path: Path) -> LakeProject:
    return LakeProject(tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database whose password must be quoted."""
    with postgres_server.running("host all all 127.0.0.1/32 trust\n") as server:
        yield f"postgresql://postgres:p%27%20w@127.0.0.1:{server.port}/postgres"
