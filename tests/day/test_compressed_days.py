"""Compressed days go the whole way: staged, loaded, looked at, compared, restored, removed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from el_project import IN_LEAVES, LARGE, Project, assert_in_leaves, embedded, make_project
from test_day_commands import ALL, day, execute, states

FIRST, SECOND = "2025-04-01", "2025-04-02"
LOADERS = ("TARGET_CSV_FROM_POSTGRES", "TARGET_CSV_ORDER_DETAILS")


def compression(kind: str) -> dict[str, str]:
    return {f"{loader}_COMPRESSION": kind for loader in LOADERS}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Two days of the same rows, but for one: one staged plain, one compressed, both loaded."""
    project = make_project(tmp_path_factory.mktemp("packed") / "northwind")
    embedded(project, "up")
    try:
        project.run(ALL, FIRST)
        execute(project, "northwind", "UPDATE orders SET freight = 7 WHERE order_id = 10248")
        project.run(ALL, SECOND, **compression("gzip"))
        yield project
    finally:
        embedded(project, "down")


def endings(project: Project, name: str) -> set[str]:
    return {path.name.partition(".")[2] for path in project.output.glob(f"*/*/{name}/*")}


def test_compressed_day_is_the_same_to_every_command(days: Project) -> None:
    assert endings(days, FIRST) == {"csv"}
    assert endings(days, SECOND) == {"csv.gz"}
    assert {state for (name, _), state in states(days).items() if name == SECOND} == {"current"}
    assert f"✓ {SECOND} is right" in day(days, "verify", SECOND, "--deep", "--source")
    said = json.loads(day(days, "diff", FIRST, SECOND, "--format", "json"))
    changed = {t["table"] for t in said if t["added"] or t["removed"] or t["changed"]}
    assert changed == {"orders"}
    assert "✓" in day(days, "summary", SECOND)
    day(days, "report")
    # its content's sha256 is that of the plain file of the day before
    sha256 = [
        next(
            (r.get("content") or r)["hash"]
            for r in days.manifest(name)["resources"]
            if r["stream"] == "customers"
        )
        for name in (FIRST, SECOND)
    ]
    assert sha256[0] == sha256[1]


def test_old_day_is_compressed_and_loaded_and_restored_again(days: Project) -> None:
    lines = day(days, "compress", "--before", SECOND, "--to", "zstd").splitlines()
    assert [line.partition(":")[0] for line in lines] == [f"{FIRST} postgres", f"{FIRST} csv"]
    assert endings(days, FIRST) == {"csv.zst"}
    assert "is compressed" in day(days, "compress", "--before", SECOND)
    assert {state for (name, _), state in states(days).items() if name == FIRST} == {"loaded"}
    assert f"✓ {FIRST} is right" in day(days, "verify", FIRST, "--deep", "--no-source")
    days.run("local-csv-to-postgres", FIRST)
    lost = days.file("orders", FIRST).with_suffix(".csv.zst")
    lost.write_bytes(lost.read_bytes()[:-1])
    assert "damaged" in day(days, "verify", FIRST, "--no-source", code=1)
    assert "orders: 830 rows, byte for byte" in day(days, "restore", FIRST)
    assert endings(days, FIRST) == {"csv.zst"}
    assert f"✓ {FIRST} is right" in day(days, "verify", FIRST, "--no-source")
    days.run("postgres-to-local", FIRST)
    assert endings(days, FIRST) == {"csv", "csv.zst"}, "what is staged again is as its loader says"
    assert "removed" in day(days, "prune", "--before", SECOND)
    assert endings(days, FIRST) == set()


def test_where_it_cannot_be_it_is_refused_in_one_line(days: Project) -> None:
    there = {"STAGE_ROOT": "s3://days", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    there["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    said = day(days, "compress", "--before", SECOND, code=1, **there)
    assert "day compress is for days in a folder, not on s3://days" in said
    said = days.meltano(
        *("run", "orders-details-csv-to-local"), check=False,
        DATE=FIRST, **compression("zstd"), **there,
    )  # fmt: skip
    assert "compression: zstd is for days in a folder: nothing was touched" in said
    assert "no day is before" in day(days, "compress", "--before", "2020-01-01")


def test_compressed_day_is_loaded_in_leaves_and_restored_from_them(days: Project) -> None:
    third = "2025-04-03"
    relation = f'ecommerce_parts."large@{third}"'
    execute(days, "northwind", f"{LARGE}; GRANT SELECT ON large TO PUBLIC")
    days.run(ALL, third, **compression("zstd"), **IN_LEAVES)
    assert_in_leaves(days, relation)
    lost = days.file("large", third).with_suffix(".csv.zst")
    lost.unlink()
    assert "large: 60,000 rows, byte for byte" in day(days, "restore", third)
    days.run("local-csv-to-postgres", third, **IN_LEAVES)
    assert_in_leaves(days, relation)
    assert f"✓ {third} is right" in day(days, "verify", third, "--deep", "--no-source")
