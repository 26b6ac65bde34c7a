"""`day` on days that lie on a real S3 server."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import object_store
import pytest
from el_project import Project, embedded, make_project

from sealed_days.store.objects import Objects

ALL = "pipeline-csv-and-postgres-to-local-target-postgres"
FIRST, SECOND = "2025-03-01", "2025-03-02"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    (tmp := tmp_path_factory.mktemp("tmp")).chmod(0o700)
    with object_store.running(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield (
            server.variables
            | object_store.WALL
            | {"STAGE_ROOT": object_store.new_root(), "TMPDIR": str(tmp)}
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, stage: dict[str, str]) -> Iterator[Project]:
    """Two days of Northwind on a store; between them, one order changed."""
    project = make_project(tmp_path_factory.mktemp("project") / "northwind")
    embedded(project, "up")
    # as a user has it: all settings in .env
    with (project.root / ".env").open("a") as file:
        file.writelines(f"{name}={value}\n" for name, value in stage.items() if name != "TMPDIR")
    tmp = {"TMPDIR": stage["TMPDIR"]}
    project.run(ALL, FIRST, **tmp)
    connection = project.connect("northwind")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders SET freight = freight + 1 WHERE order_id = 10248")
    connection.close()
    project.run(ALL, SECOND, **tmp)
    yield project
    embedded(project, "down")


@pytest.fixture
def objects(stage: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Objects:
    for name, value in stage.items():
        monkeypatch.setenv(name, value)
    return Objects(stage["STAGE_ROOT"])


def day(project: Project, stage: dict[str, str], *args: str, code: int = 0) -> str:
    """Run the command as `make status` does, with nothing but .env."""
    done = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", *args],
        cwd=project.root,
        env=project.env(TMPDIR=stage["TMPDIR"]),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_status_knows_the_days_on_a_store(project: Project, stage: dict[str, str]) -> None:
    found = json.loads(day(project, stage, "status", "--format", "json"))
    assert {
        (item["day"], source["source"]): source["state"]
        for item in found["days"]
        for source in item["sources"]
    } == {
        (FIRST, "postgres"): "loaded",
        (FIRST, "csv"): "loaded",
        (SECOND, "postgres"): "current",
        (SECOND, "csv"): "current",
    }


def test_verify_reads_the_objects(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    said = day(project, stage, "verify", SECOND, "--deep", "--source")
    assert "13 tables, every row: 13 the same" in said
    assert f"{SECOND} is right" in said
    found = objects.read(f"csv/{SECOND}.datapackage.json")
    assert found
    key = f"csv/{json.loads(found[0])['resources'][0]['path']}"
    good = objects.read(key)
    assert good
    objects.publish(key, good[0].replace(b"10248", b"10249", 1), good[1])
    said = day(project, stage, "verify", SECOND, "--no-source", code=1)
    assert f"{stage['STAGE_ROOT']}/{key} is damaged" in said
    now = objects.read(key)
    assert now
    objects.publish(key, good[0], now[1])


def test_diff_fetches_what_changed(project: Project, stage: dict[str, str]) -> None:
    text = day(project, stage, "diff", FIRST, SECOND, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    changed = {row["table"]: row["changed"] for row in rows if row["changed"] != "0"}
    assert changed == {"orders": "1"}
    assert "10248" in day(project, stage, "diff", FIRST, SECOND, "orders", "--rows")
    left = [p for p in Path(stage["TMPDIR"]).rglob("*") if p.is_file() and p.name != ".lock"]
    assert left == []


def test_report_and_evidence_are_written_to_the_store(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    assert f"{stage['STAGE_ROOT']}/report.html" in day(project, stage, "report")
    page = objects.read("report.html")
    assert page and SECOND.encode() in page[0]
    said = day(project, stage, "evidence", SECOND)
    keys = [entry.key for entry in objects.list(f"evidence/{SECOND}/")]
    assert keys
    assert all(f"{stage['STAGE_ROOT']}/{key}" in said for key in keys)
    assert keys[0] in day(project, stage, "summary", SECOND)
    assert not (project.root / "output" / "evidence").exists()


def test_restore_brings_a_lost_object_back_from_the_warehouse(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    found = objects.read(f"postgres/{SECOND}.datapackage.json")
    assert found
    before = {item["stream"]: item for item in json.loads(found[0])["resources"]}
    lost = f"postgres/{before['orders']['path']}"
    objects.remove([lost])
    said = day(project, stage, "verify", SECOND, "--no-source", code=1)
    assert f"{stage['STAGE_ROOT']}/{lost} is missing" in said
    said = day(project, stage, "restore", SECOND)
    assert "orders: 830 rows, byte for byte as it was sealed" in said
    assert f"postgres {SECOND} is sealed again: 13 tables" in said
    now = objects.read(f"postgres/{SECOND}.datapackage.json")
    assert now
    after = {item["stream"]: item for item in json.loads(now[0])["resources"]}
    changed = {name for name in after if after[name]["path"] != before[name]["path"]}
    assert changed == {"orders"}, "the other objects stay where they are"
    assert {n: i["hash"] for n, i in after.items()} == {n: i["hash"] for n, i in before.items()}
    said = day(project, stage, "verify", SECOND, "--deep", "--source")
    assert "13 tables, every row: 13 the same" in said
    assert f"{SECOND} is right" in said


def test_commands_lead_to_the_store_that_this_call_used(
    project: Project, stage: dict[str, str]
) -> None:
    assert "STAGE_ROOT" not in day(project, stage, "summary", SECOND), "it stands in .env"
    env = project.env(**stage, DATE=SECOND) | {"STAGE_ROOT": f"{stage['STAGE_ROOT']}/"}
    done = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", "summary"],
        cwd=project.root, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert f"STAGE_ROOT={stage['STAGE_ROOT']}/ make run DATE={FIRST}" in done.stdout, done
    assert f"STAGE_ROOT={stage['STAGE_ROOT']}/ " in done.stdout.split("all days")[1]


def test_prune_removes_a_day_from_the_store(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    said = day(project, stage, "prune", "--keep", "1")
    assert f"{FIRST}: 14 tables" in said
    for source in ("postgres", "csv"):
        assert objects.read(f"{source}/{FIRST}.datapackage.json") is None
        assert list(objects.list(f"{source}/{FIRST}/")) == []
        assert objects.read(f"{source}/{SECOND}.datapackage.json")
    said = day(project, stage, "verify", SECOND, "--deep", "--source")
    assert "13 tables, every row: 13 the same" in said
    assert f"{SECOND} is right" in said
