"""A hundred runs while a table is truncated, rewritten, swapped and dropped: never a mixed one."""

from __future__ import annotations

import random
import threading

import psycopg2
import pytest
from tap_runs import Database, Tap

ROWS = 3000
RUNS = 100


def change_until(database: Database, stop: threading.Event, seed: int) -> None:
    """Change t and u in transactions of their own, each a new version of all their rows."""
    chance = random.Random(seed)
    connection = database.session()
    version = 0
    while not stop.is_set():
        version += 1
        fill = f"SELECT n, {version} FROM generate_series(1, {ROWS}) n"
        named = f"SELECT n AS id, {version} AS v FROM generate_series(1, {ROWS}) n"
        changes = [
            ["TRUNCATE t", f"INSERT INTO t (id, v) {fill}"],
            ["ALTER TABLE t ALTER v TYPE bigint", f"UPDATE t SET v = {version}"],
            ["ALTER TABLE t ALTER v TYPE int USING v::int", f"UPDATE t SET v = {version}"],
            [
                f"CREATE TABLE t_new AS {named}",
                "ALTER TABLE t_new ADD PRIMARY KEY (id)",
                "ALTER TABLE t RENAME TO t_old",
                "ALTER TABLE t_new RENAME TO t",
                "DROP TABLE t_old",
            ],
            ["DROP TABLE t", "CREATE TABLE t (id int PRIMARY KEY, v int)", f"INSERT INTO t {fill}"],
            ["DELETE FROM t", f"INSERT INTO t (id, v) {fill}"],
        ]
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                for statement in chance.choice(changes):
                    cursor.execute(statement)
        except psycopg2.errors.LockNotAvailable:
            version -= 1  # the tap is reading
        stop.wait(chance.uniform(0, 0.05))
    connection.close()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_table_is_of_one_version_in_a_hundred_runs_under_changes(direct: Tap) -> None:
    database = direct.database
    database.sql(
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        f"INSERT INTO t SELECT n, 0 FROM generate_series(1, {ROWS}) n",
    )
    stop = threading.Event()
    other = threading.Thread(target=change_until, args=(database, stop, 1))
    other.start()
    versions = []
    try:
        for run in range(RUNS):
            parts = {"part_bytes": 8192, "parallelism": 2} if run % 2 else {}
            found = direct(**parts).right()
            lines = found.file("public-t").decode().splitlines()[1:]
            ids, values = zip(*(line.split(",") for line in lines), strict=True)
            assert sorted(map(int, ids)) == list(range(1, ROWS + 1)), f"run {run}"
            assert len(set(values)) == 1, f"run {run}: a mixed table"
            versions.append(int(values[0]))
    finally:
        stop.set()
        other.join()
    assert versions == sorted(versions)
    assert len(set(versions)) > RUNS / 4, "nothing changed meanwhile"
