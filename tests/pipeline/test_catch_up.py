"""`make catch-up` runs what `make status` lists: slices and dated files first."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from el_project import BIN, REPOSITORY, Project, embedded, make_project

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project of its own: others have days that are far apart."""
    project = make_project(tmp_path / "project")
    embedded(project, "up")
    yield project
    embedded(project, "down")


def test_catch_up_fills_each_gap_and_then_has_nothing_to_do(project: Project) -> None:
    for day in ("2025-02-01", "2025-02-04"):
        project.run("pipeline-csv-and-postgres-to-local-target-postgres", day)
    project.run("postgres-to-local", "2025-02-03")  # half of a day
    shutil.copy(REPOSITORY / "Makefile", project.root)

    def catch_up() -> list[str]:
        done = subprocess.run(
            ["make", "catch-up", f"BIN={BIN}", "-o", "install", "-o", "up"],
            cwd=project.root,
            env=project.env(),
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [line for line in done.stderr.splitlines() if line.startswith("+ ")]

    assert [line.split()[1] for line in catch_up()] == ["DATE=2025-02-02", "DATE=2025-02-03"]
    assert catch_up() == []

    # a source with slices, whose days come first
    sliced = {"TAP_POSTGRES_STREAM_OPTIONS": '{"public-orders": {"day_column": "order_date"}}'}
    project.run("pipeline-csv-and-postgres-to-local-target-postgres", "2025-02-07", **sliced)
    assert catch_up() == [
        "+ DATE=2025-02-05 meltano run postgres-to-local",
        "+ DATE=2025-02-06 meltano run postgres-to-local",
        "+ DATE=2025-02-05 meltano run orders-details-csv-to-local local-csv-to-postgres",
        "+ DATE=2025-02-06 meltano run orders-details-csv-to-local local-csv-to-postgres",
    ]
