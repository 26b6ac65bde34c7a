"""The jobs with STAGE_ROOT on a real S3 server: the same days, none of them on this disk."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import object_store
import pytest
from el_project import Project

from embedded_store.server import Store
from sealed_days.store.objects import Objects

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
DAY = "2025-03-01"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = object_store.start(tmp_path_factory.mktemp("seaweedfs"))
    yield store
    store.down(signal.SIGKILL)


@pytest.fixture
def stage(server: Store, tmp_path: Path) -> dict[str, str]:
    """The variables of a run that stages on a store of its own."""
    (tmp_path / "tmp").mkdir()
    return server.variables | {
        "STAGE_ROOT": object_store.new_root(),
        "TMPDIR": str(tmp_path / "tmp"),
    }


@pytest.fixture
def objects(stage: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Objects:
    for name, value in stage.items():
        monkeypatch.setenv(name, value)
    return Objects(stage["STAGE_ROOT"])


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]


def manifest(objects: Objects, source: str = "postgres", day: str = DAY) -> dict:
    found = objects.read(f"{source}/{day}.datapackage.json")
    assert found
    return json.loads(found[0])


def proofs(manifest: dict) -> dict[str, tuple[int, int, str]]:
    return {r["stream"]: (r["rows"], r["bytes"], r["hash"]) for r in manifest["resources"]}


def test_the_same_day_on_a_store_as_on_disk(
    project: Project, stage: dict[str, str], objects: Objects, tmp_path: Path
) -> None:
    project.run(JOB, DAY)
    on_disk = set(files_in(project.output))
    project.run(JOB, DAY, **stage)
    for source in ("postgres", "csv"):
        there = manifest(objects, source)
        assert proofs(there) == proofs(project.manifest(DAY, source))
        for resource in there["resources"]:
            found = objects.read(f"{source}/{resource['path']}")
            assert found
            assert f"sha256:{hashlib.sha256(found[0]).hexdigest()}" == resource["hash"]
            assert resource["path"].startswith(f"{DAY}/")
            assert resource["path"].endswith(f"/{resource['stream']}.csv")
    assert set(files_in(project.output)) == on_disk, "no file of the day on local disk"
    assert files_in(tmp_path / "tmp") == []


def test_a_day_is_never_unsealed_by_staging_it_again(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    project.run("orders-details-csv-to-local", DAY, **stage)
    before = objects.read(f"csv/{DAY}.datapackage.json")
    broken = project.root / "broken.csv"
    broken.write_text("order_id,product_id,unit_price,quantity,discount\nx,y,z,1,0\n")
    said = project.run(
        "orders-details-csv-to-local",
        DAY,
        check=False,
        TAP_CSV__FROM_CSV_FILES=json.dumps(
            [{"entity": "order_details", "path": str(broken), "types": {"order_id": "integer"}}]
        ),
        **stage,
    )
    assert "x" in said
    assert objects.read(f"csv/{DAY}.datapackage.json") == before
    project.run("orders-details-csv-to-local", DAY, **stage)
    after = manifest(objects, "csv")
    assert before and proofs(json.loads(before[0])) == proofs(after)
    old = json.loads(before[0])["resources"][0]["path"]
    assert objects.read(f"csv/{old}"), "a loader may still read it"


def test_step_two_says_where_it_looked(project: Project, stage: dict[str, str]) -> None:
    said = project.run("local-csv-to-postgres", "2025-03-09", check=False, **stage)
    url = f"{stage['STAGE_ROOT']}/postgres/2025-03-09.datapackage.json"
    assert f"({url} is missing): run DATE=2025-03-09 meltano run postgres-to-local" in said


def test_a_missing_setting_is_one_line(project: Project) -> None:
    said = project.run("orders-details-csv-to-local", DAY, check=False, STAGE_ROOT="s3://days/x")
    assert "STAGE_ROOT is s3://days/x, and no credentials are set: set AWS_ACCESS_KEY_ID" in said
    assert "Traceback" not in said


def test_a_folder_elsewhere_is_a_stage_root_too(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    project.run(JOB, DAY, STAGE_ROOT=str(root))
    assert (root / "postgres" / f"{DAY}.datapackage.json").exists()
    assert (root / "csv" / "order_details" / DAY / "order_details.csv").exists()


def test_two_writers_of_one_day_exclude_each_other(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    runs = [
        project.start("run", "orders-details-csv-to-local", DATE=DAY, **stage) for _ in range(3)
    ]
    said = [run.communicate(timeout=240)[0] for run in runs]
    won = [run.returncode == 0 for run in runs]
    assert any(won), said
    for text, is_won in zip(said, won, strict=True):
        assert is_won or "is being written by another run" in text or "was taken over" in text, text
    assert manifest(objects, "csv")["rows"] == 2155


@pytest.mark.slow
def test_fifty_kills_leave_one_whole_day(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    import random

    random.seed(19)
    project.run("postgres-to-local", DAY, **stage)
    for _ in range(50):
        run = project.start("run", "postgres-to-local", DATE=DAY, **stage)
        try:
            run.wait(timeout=random.uniform(0.5, 4))
        except Exception:
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        there = manifest(objects)
        for resource in there["resources"]:
            found = objects.read(f"postgres/{resource['path']}")
            assert found and len(found[0]) == resource["bytes"]
            assert f"sha256:{hashlib.sha256(found[0]).hexdigest()}" == resource["hash"]
        assert len({r["path"].split("/")[1] for r in there["resources"]}) == 1, "never mixed"
    project.run("postgres-to-local", DAY, **stage)
