"""kill -9 at random moments of the whole pipeline, of any of its processes: what is left.

`make test-slow` kills 1,000 times (KILLS=100 make test-slow: 100) and prints the table of
outcomes that the README quotes.
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
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
import pytest
from el_project import Project
from test_postgres_to_local import is_alive, sql, wait_until

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
DAY = "2025-05-01"
SCHEMA = "killed"
"""Of these tests alone: in the project's own, another test may have loaded a newer day."""
TABLES = ("t", "u")


class Outcomes:
    """What was found after each kill: `made` counts what went well, `wrong` what must not be."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.sealed = self.published = 0
        self.details: list[str] = []

    def fault(self, kind: str, detail: str) -> None:
        self.wrong[kind] += 1
        self.details.append(f"{kind}: {detail}")

    def table(self) -> str:
        lines = [f"{sum(self.killed.values()):>6} kills"]
        lines += [f"{count:>6} of {name}" for name, count in self.killed.most_common()]
        lines += [f"{self.wrong[kind]:>6} {kind}" for kind in
                  ("mixed days", "good days lost", "next runs refused")]  # fmt: skip
        return "\n".join(lines)


def sealed_version(project: Project) -> int | None:
    """Return the version that the sealed day has in all its tables, by its manifest's own paths.

    Raises:
        AssertionError: a file is not what the manifest says, or tables differ.
    """
    manifest = project.output / "postgres" / f"{DAY}.datapackage.json"
    if not manifest.exists():
        return None
    found = set()
    for item in json.loads(manifest.read_bytes())["resources"]:
        data = (project.output / "postgres" / item["path"]).read_bytes()
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


def kill_one(run: subprocess.Popen[str], chance: random.Random) -> str:
    """Kill a random process of a run, or all of them; return the name of what was killed."""
    members = []
    for process in psutil.process_iter(["pid"]):
        with suppress(OSError, psutil.Error):
            if os.getpgid(process.pid) == run.pid and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    if chance.random() < 0.2 or not members:
        os.killpg(run.pid, signal.SIGKILL)
        return "the whole group"
    victim = chance.choice(members)
    with suppress(psutil.Error):
        name = next((Path(p).name for p in victim.cmdline() if "/bin/" in p and "python" not in p),
                    "another")  # fmt: skip
        victim.kill()
        return name
    return "one that had just ended"


def change(project: Project, database: str, version: int) -> None:
    sql(
        project,
        database,
        "TRUNCATE t, u",
        f"INSERT INTO t SELECT i, {version} FROM generate_series(1, 50000) i",
        f"INSERT INTO u SELECT i, {version} FROM generate_series(1, 100) i",
    )


def kill_and_look(project: Project, database: str, kills: int, seed: int) -> Outcomes:
    chance, outcomes = random.Random(seed), Outcomes()
    sql(project, database, *(f"CREATE TABLE {t} (id int PRIMARY KEY, v int)" for t in TABLES))
    env = {"TAP_POSTGRES_DATABASE": database, "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": SCHEMA}
    change(project, database, 0)
    began = time.monotonic()
    project.run(JOB, DAY, **env)
    lasts = time.monotonic() - began
    sealed = published = version = 0
    while sum(outcomes.killed.values()) < kills:
        version += 1
        change(project, database, version)
        run = project.start("run", JOB, DATE=DAY, **env)
        may_end = version % 6 == 0
        try:
            run.wait(240 if may_end else chance.uniform(0.05, 1) * lasts)
            if run.returncode:
                outcomes.fault("next runs refused", run.communicate()[0][-2000:])
        except subprocess.TimeoutExpired:
            outcomes.killed[kill_one(run, chance)] += 1
        run.communicate(timeout=120)
        wait_until(lambda group=run.pid: not is_alive(group))
        for what, look, before in (
            ("files", sealed_version, sealed),
            ("warehouse", published_version, published),
        ):
            try:
                now = look(project)
            except (AssertionError, OSError, psycopg2.Error) as error:
                outcomes.fault("mixed days", f"{what}, round {version}: {error}")
                continue
            if now is None or now < before or (may_end and now != version):
                outcomes.fault("good days lost", f"{what}, round {version}: {now} after {before}")
            elif what == "files":
                sealed = now
            else:
                published = now
    said = project.run(JOB, DAY, **env)
    assert (sealed_version(project), published_version(project)) == (version, version), said
    return outcomes


def test_kill_nine_of_any_process_leaves_whole_days(project: Project, database: str) -> None:
    outcomes = kill_and_look(project, database, kills=6, seed=2)
    assert not outcomes.wrong, outcomes.details


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
def test_kill_nine_a_thousand_times(
    project: Project, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SEED", "1000"))
    outcomes = kill_and_look(project, database, int(os.environ.get("KILLS", "1000")), seed)
    with capsys.disabled():
        print(f"\n{outcomes.table()}")
    assert not outcomes.wrong, outcomes.details
