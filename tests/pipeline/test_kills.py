"""kill -9 at random moments of any step, of any of its processes: what is left.

`make test-slow` kills 1,000 times (KILLS=100 make test-slow: 100), most on disk, the rest on an
object store, and prints the tables of outcomes that docs/guarantees.md quotes.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import object_store
import psutil
import psycopg2
import pytest
from el_project import Project
from test_postgres_to_local import is_alive, sql, wait_until

from sealed_days.core.errors import UserError
from sealed_days.store.objects import Objects

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
STEPS = {"postgres-to-local": 2, "local-csv-to-postgres": 2, JOB: 1}
"""The jobs that are killed, and how often one is chosen: a step alone is killed sooner."""
WORKS = {
    "tap-postgres": "staging the database",
    "target-csv--from-postgres": "staging the database",
    "tap-csv--from-csv": "staging the CSV file",
    "target-csv--order-details": "staging the CSV file",
    "tap-csv": "loading",
    "target-postgres": "loading",
}
DAY = "2025-05-01"
SCHEMA = "killed"
"""Of these tests alone: in the project's own, another test may have loaded a newer day."""
TABLES = ("t", "u")


class Outcomes:
    """What was found after each kill: `made` counts what went well, `wrong` what must not be."""

    def __init__(self) -> None:
        self.killed: Counter[tuple[str, str]] = Counter()
        self.wrong: Counter[str] = Counter()
        self.sealed = self.published = 0
        self.details: list[str] = []

    def fault(self, kind: str, detail: str) -> None:
        self.wrong[kind] += 1
        self.details.append(f"{kind}: {detail}")

    def table(self) -> str:
        lines = [f"{sum(self.killed.values()):>6} kills"]
        lines += [f"{count:>6} of {name}, {step}"
                  for (step, name), count in sorted(self.killed.items())]  # fmt: skip
        lines += [f"{self.wrong[kind]:>6} {kind}" for kind in
                  ("mixed days", "good days lost", "next runs refused")]  # fmt: skip
        return "\n".join(lines)


@dataclass
class Stage:
    """Where the days of a run are staged: a folder, or an object store."""

    variables: dict[str, str]
    place: Path | Objects

    def read(self, key: str) -> bytes | None:
        """Return what is at `{source}/…`."""
        if isinstance(self.place, Objects):
            found = self.place.read(key)
            return found[0] if found else None
        path = self.place / key
        return path.read_bytes() if path.exists() else None


@pytest.fixture(params=["disk", "store"])
def stage(
    request: pytest.FixtureRequest,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    if request.param == "disk":
        yield Stage({"STAGE_ROOT": str(tmp_path / "output")}, tmp_path / "output")
        return
    with object_store.running(tmp_path / "seaweedfs") as server:
        (tmp_path / "tmp").mkdir()
        variables = server.variables | {
            "STAGE_ROOT": object_store.new_root(),
            "TMPDIR": str(tmp_path / "tmp"),
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield Stage(variables, Objects(variables["STAGE_ROOT"]))


def sealed_version(stage: Stage) -> int | None:
    """Return the version that the sealed day has in all its tables, by its manifest's own paths.

    Raises:
        AssertionError: a file is not what the manifest says, or tables differ.
    """
    manifest = stage.read(f"postgres/{DAY}.datapackage.json")
    if manifest is None:
        return None
    found = set()
    for item in json.loads(manifest)["resources"]:
        data = stage.read(f"postgres/{item['path']}")
        assert data is not None, item["path"]
        assert f"sha256:{hashlib.sha256(data).hexdigest()}" == item["hash"], item["path"]
        found.add(int(data.splitlines()[-1].split(b",")[1]))
    assert len(found) == 1, f"a mixed day: {found}"
    return found.pop()


def published_version(project: Project) -> int | None:
    """Return the version that the warehouse shows in all tables, at one instant."""
    connection = project.connect("ecommerce")
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = set()
        for name in (f"{schema}.{t}" for schema in (SCHEMA, f"{SCHEMA}_days") for t in TABLES):
            cursor.execute("SELECT to_regclass(%s)", (name,))
            if cursor.fetchone() == (None,):
                found.add(None)
                continue
            day = "WHERE snapshot_date = %s" if "_days" in name else "WHERE %s IS NOT NULL"
            cursor.execute(f"SELECT DISTINCT v FROM {name} {day}", (DAY,))
            found.update(row[0] for row in cursor.fetchall())
    connection.close()
    assert len(found) == 1, f"a mixed day: {found}"
    return found.pop()


def kill_one(run: subprocess.Popen[str], chance: random.Random) -> tuple[str, str]:
    """Kill a random process of a run, or all of them; return the step and what was killed."""
    commands = {}
    for process in psutil.process_iter(["pid"]):
        with suppress(OSError, psutil.Error):
            if os.getpgid(process.pid) == run.pid and process.status() != psutil.STATUS_ZOMBIE:
                commands[process] = process.cmdline()
    words = [word for command in commands.values() for word in command]
    step = next((what for plugin, what in WORKS.items()
                 if any(f"/{plugin}/" in word for word in words)), "no step at work")  # fmt: skip
    if chance.random() < 0.2 or not commands:
        os.killpg(run.pid, signal.SIGKILL)
        return step, "the whole group"
    victim = chance.choice(list(commands))
    with suppress(psutil.Error):
        name = next((Path(word).name for word in commands[victim]
                     if "/bin/" in word and "python" not in word), "another")  # fmt: skip
        victim.kill()
        return step, name
    return step, "one that had just ended"


def has_plugins(run: subprocess.Popen[str]) -> bool:
    """Return whether a run has begun a step, or ended."""
    threads = Path(f"/proc/{run.pid}/task")
    with suppress(OSError):
        return run.poll() is not None or any(
            (t / "children").read_text() for t in threads.iterdir()
        )
    return True


def change(project: Project, database: str, version: int) -> None:
    sql(
        project,
        database,
        "TRUNCATE t, u",
        f"INSERT INTO t SELECT i, {version} FROM generate_series(1, 20000) i",
        f"INSERT INTO u SELECT i, {version} FROM generate_series(1, 100) i",
    )


def kill_and_look(project: Project, database: str, stage: Stage, kills: int, seed: int) -> Outcomes:
    chance, outcomes = random.Random(seed), Outcomes()
    sql(project, database, *(f"CREATE TABLE {t} (id int PRIMARY KEY, v int)" for t in TABLES))
    env = stage.variables | {
        "TAP_POSTGRES_DATABASE": database,
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": SCHEMA,
        "TARGET_POSTGRES_OTHER_SOURCE": "take_over",
    }
    change(project, database, 0)
    project.run(JOB, DAY, **env)
    lasts: dict[str, float] = {}
    for job in STEPS:
        run = project.start("run", job, DATE=DAY, **env)
        wait_until(lambda run=run: has_plugins(run))
        began = time.monotonic()
        said, _ = run.communicate(timeout=240)
        assert run.returncode == 0, said
        lasts[job] = time.monotonic() - began
    sealed = published = version = 0
    while sum(outcomes.killed.values()) < kills:
        version += 1
        change(project, database, version)
        may_end = version % 8 == 0
        job = JOB if may_end else chance.choices(list(STEPS), list(STEPS.values()))[0]
        run = project.start("run", job, DATE=DAY, **env)
        if chance.random() < 0.9:  # else Meltano's own start
            wait_until(lambda run=run: has_plugins(run))
        began = time.monotonic()
        try:
            run.wait(240 if may_end else chance.uniform(0, 1) * lasts[job])
            if run.returncode:
                outcomes.fault("next runs refused", run.communicate()[0][-2000:])
            else:  # the machine may be busier, or less busy, than it was
                lasts[job] = (lasts[job] + time.monotonic() - began) / 2
        except subprocess.TimeoutExpired:
            outcomes.killed[kill_one(run, chance)] += 1
        run.communicate(timeout=120)
        wait_until(lambda group=run.pid: not is_alive(group))
        for what, look, before in (
            ("files", lambda: sealed_version(stage), sealed),
            ("warehouse", lambda: published_version(project), published),
        ):
            try:
                now = look()
            except (AssertionError, OSError, UserError, psycopg2.Error) as error:
                outcomes.fault("mixed days", f"{what}, round {version}: {error}")
                continue
            if now is None or now < before or (may_end and now != version):
                outcomes.fault("good days lost", f"{what}, round {version}: {now} after {before}")
            elif what == "files":
                sealed = now
            else:
                published = now
        if progress := os.environ.get("KILLS_LOG"):
            Path(progress).write_text("\n".join([outcomes.table(), *outcomes.details, ""]))
    said = project.run(JOB, DAY, **env)
    assert (sealed_version(stage), published_version(project)) == (version, version), said
    return outcomes


@pytest.mark.parametrize("stage", ["disk"], indirect=True)
def test_kill_nine_of_any_process_leaves_whole_days(
    project: Project, database: str, stage: Stage
) -> None:
    outcomes = kill_and_look(project, database, stage, kills=6, seed=2)
    assert not outcomes.wrong, outcomes.details


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
def test_kill_nine_a_thousand_times(
    project: Project, database: str, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SEED", "1000"))
    share = 0.6 if isinstance(stage.place, Path) else 0.4
    kills = round(int(os.environ.get("KILLS", "1000")) * share)
    outcomes = kill_and_look(project, database, stage, kills, seed)
    with capsys.disabled():
        print(f"\n{stage.variables['STAGE_ROOT']}\n{outcomes.table()}")
    assert not outcomes.wrong, outcomes.details
