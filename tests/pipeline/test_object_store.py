"""The jobs with STAGE_ROOT on a real S3 server: the same days, none of them on this disk."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from resource import RLIMIT_FSIZE, prlimit

import object_store
import pytest
from el_project import IN_LEAVES, LARGE, Project, assert_in_leaves
from test_postgres_to_local import WITH_VIEWS, sql, wait_until

from embedded_store.server import Store
from sealed_days.store.objects import Objects

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
DAY = "2025-03-01"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with object_store.running(tmp_path_factory.mktemp("seaweedfs")) as store:
        yield store


@pytest.fixture
def stage(server: Store, tmp_path: Path) -> dict[str, str]:
    """The variables of a run that stages on a store of its own."""
    (tmp_path / "tmp").mkdir()
    return (
        server.variables
        | object_store.WALL
        | {
            "STAGE_ROOT": object_store.new_root(),
            "TMPDIR": str(tmp_path / "tmp"),
        }
    )


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
        for item in there["resources"]:
            found = objects.read(f"{source}/{item['path']}")
            assert found
            assert f"sha256:{hashlib.sha256(found[0]).hexdigest()}" == item["hash"]
            assert item["path"].startswith(f"{DAY}/")
            assert item["path"].endswith(f"/{item['stream']}.csv")
    assert set(files_in(project.output)) == on_disk, "no file of the day on local disk"
    assert files_in(tmp_path / "tmp") == []


def test_no_table_stands_on_this_disk_as_a_whole(
    project: Project, database: str, stage: dict[str, str], objects: Objects
) -> None:
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE large (id int PRIMARY KEY, text text)")
        cursor.execute(
            "INSERT INTO large SELECT i, repeat('x', 300) FROM generate_series(1, 70000) i"
        )
    connection.close()
    more = {"TAP_POSTGRES_DATABASE": database, "TAP_POSTGRES_SPOOL_BYTES": "1000000"}
    run = project.start("run", "postgres-to-local", DATE=DAY, **more, **stage)
    # no process of the run can write more than this to a file; the table has 21 MB, in two parts
    prlimit(run.pid, RLIMIT_FSIZE, (4 << 20, 4 << 20))
    said, _ = run.communicate(timeout=240)
    assert run.returncode == 0, said
    (table,) = manifest(objects)["resources"]
    assert (table["rows"], table["bytes"] > 21_000_000) == (70_000, True)


def test_a_table_goes_from_a_store_into_leaves(
    project: Project, database: str, stage: dict[str, str]
) -> None:
    sql(project, database, LARGE)
    more = {"TAP_POSTGRES_DATABASE": database, "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "leafy"}
    project.run(JOB, DAY, **more, **IN_LEAVES, **stage)
    assert_in_leaves(project, f'leafy_parts."large@{DAY}"')


@pytest.mark.slow  # 20,000 rows, one by one
def test_a_full_tmpdir_is_named_where_rows_wait_there(
    project: Project, database: str, stage: dict[str, str], objects: Objects
) -> None:
    sql(
        project,
        database,
        "CREATE TABLE t AS SELECT repeat('x', 300) FROM generate_series(1, 20000)",
    )
    run = project.start(
        *("run", "tap-postgres--rows", "target-csv--from-postgres"),
        DATE=DAY, TAP_POSTGRES__ROWS_DATABASE=database, **stage,
    )  # fmt: skip
    prlimit(run.pid, RLIMIT_FSIZE, (4 << 20, 4 << 20))  # it has 6 MB
    said, _ = run.communicate(timeout=240)
    assert run.returncode != 0
    assert f"cannot write {stage['TMPDIR']}/sealed-days-" in said
    assert "File too large" in said
    assert objects.read(f"postgres/{DAY}.datapackage.json") is None


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


def test_a_load_goes_on_when_the_day_was_staged_again_meanwhile(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    day = "2025-03-02"
    project.run("orders-details-csv-to-local", day, **stage)
    old = manifest(objects, "csv", day)["resources"][0]["path"]
    schema = {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "again"}
    messages = project.stdout(
        "invoke", "tap-csv", DATE=day, TAP_CSV_SOURCES='{"csv": "JOB"}', **stage
    )
    assert f"{stage['STAGE_ROOT']}/csv/{old}" in messages
    objects.remove([f"csv/{old}"])
    said = project.feed(messages, "invoke", "target-postgres", check=False, **schema, **stage)
    assert f"csv/{old} cannot be read (it is gone)" in said
    assert "Traceback" not in said
    project.run("orders-details-csv-to-local", day, **stage)  # the same bytes, other objects
    said = project.feed(messages, "invoke", "target-postgres", **schema, **stage)
    assert f"{day} is loaded: 1 tables, 2,155 rows" in said


def test_step_two_says_where_it_looked(project: Project, stage: dict[str, str]) -> None:
    said = project.run("local-csv-to-postgres", "2025-03-09", check=False, **stage)
    url = f"{stage['STAGE_ROOT']}/postgres/2025-03-09.datapackage.json"
    assert f"({url} is missing): run DATE=2025-03-09 meltano run postgres-to-local" in said


def test_a_missing_setting_is_one_line(project: Project) -> None:
    said = project.run(
        "orders-details-csv-to-local",
        DAY,
        check=False,
        STAGE_ROOT="s3://days/x",
        **object_store.WALL,
    )
    assert "STAGE_ROOT is s3://days/x, and no credentials are set: set AWS_ACCESS_KEY_ID" in said
    assert "Traceback" not in said


def test_a_folder_elsewhere_is_a_stage_root_too(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    project.run(JOB, DAY, STAGE_ROOT=str(root))
    assert (root / "postgres" / f"{DAY}.datapackage.json").exists()
    assert (root / "csv" / "order_details" / DAY / "order_details.csv").exists()


@pytest.mark.parametrize("rounds", [1, pytest.param(9, marks=pytest.mark.slow)])
def test_of_three_runs_at_once_one_seals_and_two_are_refused(
    project: Project, database: str, stage: dict[str, str], objects: Objects, rounds: int
) -> None:
    slow = "CREATE VIEW slow AS SELECT 1 AS a, pg_advisory_lock_shared(7)::text"
    sql(project, database, "CREATE TABLE t (id int PRIMARY KEY)", slow)
    env = {"DATE": DAY, "TAP_POSTGRES_DATABASE": database, **WITH_VIEWS, **stage}
    for number in range(1, rounds + 1):
        sql(project, database, f"INSERT INTO t VALUES ({number})")
        holder = project.connect(database)
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7)")  # whoever copies the view waits for it
        runs = [project.start("run", "postgres-to-local", **env) for _ in range(3)]
        wait_until(lambda runs=runs: [run.poll() for run in runs].count(None) == 1)
        holder.close()
        said = [run.communicate(timeout=240)[0] for run in runs]
        won = [run.returncode == 0 for run in runs]
        assert won.count(True) == 1, said
        for text, is_won in zip(said, won, strict=True):
            line = f"postgres {DAY} is being written by another run (process "
            assert is_won or text.count(line) == 1, text
            assert "Traceback" not in text
        assert manifest(objects)["rows"] == number + 1


@pytest.mark.slow  # requests are tried again for 30 s
def test_a_store_that_goes_away_ends_the_run_with_one_line(
    project: Project, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with object_store.running(tmp_path / "store") as server:
        stage = server.variables | object_store.WALL | {"STAGE_ROOT": object_store.new_root()}
        for name, value in stage.items():
            monkeypatch.setenv(name, value)
        sql(
            project, database, "CREATE TABLE t AS SELECT 1 AS id",
            "CREATE VIEW slow AS SELECT 1 AS a, pg_advisory_lock_shared(7)::text",
        )  # fmt: skip
        holder = project.connect(database)
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7)")
        env = {"TAP_POSTGRES_DATABASE": database, **WITH_VIEWS}
        try:
            run = project.start("run", "postgres-to-local", DATE=DAY, **env, **stage)
            objects = Objects(stage["STAGE_ROOT"])
            wait_until(lambda: list(objects.list("postgres/")))  # its lease is there: it copies
            server.down(signal.SIGKILL)
            holder.close()
            said, _ = run.communicate(timeout=240)
            assert run.returncode != 0
            url = server.variables["AWS_ENDPOINT_URL"]
            assert f"{url} does not answer (could not write" in said
            assert "tried again for 30 s): nothing was published; check the store" in said
            assert "Traceback" not in said
            server.up()
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.variables["AWS_ENDPOINT_URL"])
            project.run("postgres-to-local", DAY, **env, **stage | server.variables)
            assert manifest(Objects(stage["STAGE_ROOT"]))["rows"] == 2
        finally:
            holder.close()


@pytest.mark.slow
def test_fifty_kills_leave_one_whole_day(
    project: Project, stage: dict[str, str], objects: Objects
) -> None:
    random.seed(19)
    began = time.monotonic()
    project.run("postgres-to-local", DAY, **stage)
    lasts = time.monotonic() - began
    killed = 0
    while killed < 50:
        run = project.start("run", "postgres-to-local", DATE=DAY, **stage)
        try:
            run.wait(timeout=random.uniform(0.1, 1) * lasts)
            assert run.returncode == 0, run.communicate()[0]  # at once, after each kill
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            killed += 1
        run.communicate()
        there = manifest(objects)
        for item in there["resources"]:
            found = objects.read(f"postgres/{item['path']}")
            assert found and len(found[0]) == item["bytes"]
            assert f"sha256:{hashlib.sha256(found[0]).hexdigest()}" == item["hash"]
        assert len({r["path"].split("/")[1] for r in there["resources"]}) == 1, "never mixed"
    project.run("postgres-to-local", DAY, **stage)
