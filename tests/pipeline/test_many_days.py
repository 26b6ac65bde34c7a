"""A source that changes from day to day, staged as it goes, loaded in any order, killed between."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable

import pytest
from el_project import Project

DAYS = [f"2025-06-{number:02d}" for number in range(1, 31)]
SCHEMA = {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "many"}

CHANGES: list[Callable[[random.Random], str]] = [
    lambda chance: (
        "INSERT INTO people SELECT max(id) + 1, 'new', NULL FROM people; "
        f"UPDATE people SET name = 'v{chance.randrange(99)}' WHERE id % 7 = {chance.randrange(7)}"
    ),
    lambda chance: f"DELETE FROM people WHERE id % 11 = {chance.randrange(11)} AND id > 5",
    lambda chance: (
        "UPDATE people SET note = CASE note WHEN '' THEN NULL ELSE '' END "
        f"WHERE id < {chance.randrange(9)}"
    ),
    lambda chance: f"INSERT INTO tags VALUES ({chance.randrange(99)}, 'x')",
]
# day -> DDL before it is staged
SCHEMA_CHANGES = {
    5: "ALTER TABLE people ADD COLUMN born date DEFAULT '2000-01-01'",
    9: "ALTER TABLE people ALTER COLUMN id TYPE bigint",
    12: "CREATE TABLE orders (id integer PRIMARY KEY); INSERT INTO orders VALUES (1), (2)",
    16: "ALTER TABLE people DROP COLUMN born",
    20: "DROP TABLE tags",
    22: "ALTER TABLE people ALTER COLUMN name TYPE varchar(200)",
    25: "ALTER TABLE orders DROP CONSTRAINT orders_pkey",
    28: "CREATE TABLE tags (n integer, t text)",
}


def rows(project: Project, database: str, relation: str, where: str = "") -> list[str]:
    """Return the rows as text, without snapshot_date and without what is NULL in all of them."""
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (jsonb_strip_nulls(to_jsonb(the_row) - 'snapshot_date'))::text "
            f"FROM {relation} the_row {where}"
        )
        found = sorted(row[0] for row in cursor.fetchall())
    connection.close()
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thirty_days_loaded_in_any_order_are_what_the_source_was(
    project: Project, database: str
) -> None:
    chance = random.Random(30)
    source = project.connect(database)
    cursor = source.cursor()
    cursor.execute(
        "CREATE TABLE people (id integer PRIMARY KEY, name varchar(20), note text); "
        "INSERT INTO people SELECT i, 'n' || i, "
        "CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'x' END "
        "FROM generate_series(1, 200) i; CREATE TABLE tags (n integer, t text)"
    )
    truth: dict[str, dict[str, list[str]]] = {}
    env = {"TAP_POSTGRES_DATABASE": database, **SCHEMA}
    for number, day in enumerate(DAYS, start=1):
        if number in SCHEMA_CHANGES:
            cursor.execute(SCHEMA_CHANGES[number])
        change = chance.choice(CHANGES)(chance)
        if "tags" not in change or not 20 <= number < 28:
            cursor.execute(change)
        project.run("postgres-to-local", day, **env)
        project.run("orders-details-csv-to-local", day, **env)
        cursor.execute(
            "SELECT relname FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        truth[day] = {table: rows(project, database, f"public.{table}") for table in tables}

    order = DAYS * 2
    chance.shuffle(order)
    for day in order:
        if chance.random() < 0.3:
            process = project.start("run", "tap-csv", "target-postgres", DATE=day, **env)
            try:
                process.wait(chance.uniform(0.5, 2.5))
            except subprocess.TimeoutExpired:
                victim = chance.choice(["sealed-tap-csv", "sealed-target-postgres", "meltano"])
                subprocess.run(["pkill", "-9", "-g", str(process.pid), "-f", victim])
            process.communicate(timeout=60)
        # an orphan of a killed Meltano may still hold the day's lock for a moment
        for _ in range(20):
            process = project.start("run", "tap-csv", "target-postgres", DATE=day, **env)
            said, _ = process.communicate(timeout=120)
            if process.returncode == 0 or "is being loaded by another run" not in said:
                break
        assert process.returncode == 0, said

    for day, tables in truth.items():
        for table, expected in tables.items():
            where = f"WHERE snapshot_date = '{day}'"
            assert rows(project, "ecommerce", f"many_days.{table}", where) == expected, (day, table)
    newest = truth[DAYS[-1]]
    for table, expected in newest.items():
        assert rows(project, "ecommerce", f"many.{table}") == expected, table
    source.close()
