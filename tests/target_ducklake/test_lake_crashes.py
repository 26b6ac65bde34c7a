"""kill -9 in the middle of a load, and two loads at once: the old day or the new one."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lake_project import D1, D2, LakeProject, T, plain_duckdb

from sealed_days.store.lock import take_lease

ROWS = 100_000
TABLES = ("a", "b", "c")


def stage(lake: LakeProject, version: int) -> None:
    rows = [(str(n), str(version)) for n in range(ROWS)]
    lake.stage(D1, **{t: T({"n": "integer", "version": "integer"}, rows) for t in TABLES})


def versions(lake: LakeProject) -> list[tuple[int, ...]]:
    """What each table has, for one reader."""
    return [
        lake.sql(f"SELECT min(version), max(version), count(*) FROM ecommerce.{table}")[0]
        for table in TABLES
    ]


def whole(version: int) -> list[tuple[int, ...]]:
    return [(version, version, ROWS)] * len(TABLES)


def files(lake: LakeProject) -> list[Path]:
    return list((lake.lake / "data").rglob("*.parquet"))


def kill_when(lake: LakeProject, is_time: Callable[[], bool]) -> bool:
    """Start a load and kill it at a moment; return whether that came before its end."""
    tap, target = lake.start(D1)
    while target.poll() is None and not is_time():
        pass
    target.send_signal(signal.SIGKILL)
    code = target.wait()
    tap.kill()
    tap.communicate()
    return code == -signal.SIGKILL


def test_a_kill_in_the_middle_leaves_the_old_day_and_the_next_run_brings_the_new(
    lake: LakeProject,
) -> None:
    stage(lake, 1)
    lake.load(D1)
    stage(lake, 2)
    there = len(files(lake))
    assert kill_when(lake, lambda: len(files(lake)) > there + 1), "killed with a table in files"
    assert versions(lake) == whole(1)
    lake.load(D1)
    assert versions(lake) == whole(2)


def test_a_kill_in_the_first_load_leaves_a_lake_that_the_next_run_fills(lake: LakeProject) -> None:
    stage(lake, 1)
    assert kill_when(lake, lambda: bool(files(lake)))
    lake.load(D1)
    assert versions(lake) == whole(1)


def wait_for_the_lock(lake: LakeProject, target: subprocess.Popen[str]) -> None:
    while target.poll() is None and not list(lake.lake.glob(".catalog.sqlite.lock")):
        pass


def test_of_two_loads_at_once_the_second_waits(lake: LakeProject) -> None:
    stage(lake, 1)
    tap, target = lake.start(D1)
    wait_for_the_lock(lake, target)
    said = lake.load(D1)
    assert target.wait() == 0
    tap.communicate()
    assert "another load writes the lake: waiting for it (process " in said
    assert "nothing to do" in said
    assert versions(lake) == whole(1)


def test_a_load_waits_no_longer_than_it_may(lake: LakeProject) -> None:
    stage(lake, 1)
    lease = take_lease(lake.lake / ".catalog.sqlite.lock")
    assert lease
    with lease:
        said = lake.load(D1, check=False, lock_wait_seconds=0)
    assert "another load writes the lake" in said
    assert "run again when it has ended" in said


def test_two_days_at_once_by_one_postgresql_are_both_loaded(
    lake: LakeProject, postgres: str
) -> None:
    config = {"catalog": postgres, "catalog_schema": "two", "data_path": str(lake.root / "files")}
    for day in (D1, D2):
        lake.stage(day, t=T({"n": "integer"}, [(str(n),) for n in range(ROWS)]))
    first, second = lake.start(D1, **config), lake.start(D2, **config)
    for tap, target in (first, second):
        said = target.communicate()[1]
        tap.communicate()
        assert target.returncode == 0, said
    with plain_duckdb("ducklake", "postgres_scanner") as reader:
        reader.execute(
            f"ATTACH 'ducklake:postgres:{postgres}' AS shop (READ_ONLY, META_SCHEMA 'two')"
        )
        days = "SELECT count(*) FROM shop.ecommerce_days.t GROUP BY snapshot_date"
        assert reader.execute(days).fetchall() == [(ROWS,), (ROWS,)]


@pytest.mark.slow
def test_kills_at_random_moments(lake: LakeProject) -> None:
    """Forty kills, spread over the time of a load: one whole day or the other, for every reader."""
    seed = random.randrange(1 << 30)
    moments = random.Random(seed)
    stage(lake, 1)
    began = time.monotonic()
    lake.load(D1)
    takes = time.monotonic() - began
    now, killed = 1, 0
    for _ in range(40):
        stage(lake, now + 1)
        end = time.monotonic() + moments.uniform(0, takes)
        killed += kill_when(lake, lambda end=end: time.monotonic() > end)
        found = versions(lake)
        assert found in (whole(now), whole(now + 1)), f"seed {seed}"
        now = found[0][0]
    lake.load(D1)
    assert killed > 10
    shutil.rmtree(lake.lake)
