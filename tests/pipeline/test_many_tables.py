"""A source of 1,500 tables: a day of it is staged and loaded, and loaded once more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from el_project import Project, make_project

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
DAY, TABLES = "2025-01-01", 1500
SCHEMA = "many_tables"
"""Of this test alone: another's newer day there would keep its views from coming."""


@pytest.mark.slow
def test_a_day_of_many_tables_comes_twice(project: Project, database: str, tmp_path: Path) -> None:
    source = project.connect(database)
    with source.cursor() as cursor:
        for first in range(0, TABLES, 100):  # few enough for the locks of one transaction
            cursor.execute(
                "; ".join(
                    f"CREATE TABLE t{n} (id int PRIMARY KEY); INSERT INTO t{n} VALUES ({n})"
                    for n in range(first, first + 100)
                )
            )
    own = make_project(tmp_path / "own")
    (own.root / ".env").write_text(
        (project.root / ".env").read_text()
        + f"TAP_POSTGRES_DATABASE={database}\nTARGET_POSTGRES_DEFAULT_TARGET_SCHEMA={SCHEMA}\n"
    )
    for turn in range(2):
        said = own.run(JOB, DAY)
        assert re.search(r"is sealed: 1,?500 tables", said)
        with source.cursor() as cursor:  # another value in each, so that all are loaded again
            cursor.execute("; ".join(f"UPDATE t{n} SET id = -1 - id" for n in range(100)))
        warehouse = own.connect("ecommerce")
        with warehouse.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {SCHEMA}.t99")
            assert cursor.fetchall() == [(-100 if turn else 99,)]
            cursor.execute(
                f"SELECT count(*) FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace "
                "AND relkind = 'v' AND relname LIKE 't%'"
            )
            assert cursor.fetchall() == [(TABLES,)]
        warehouse.close()
    source.close()
    with own.connect("ecommerce") as warehouse, warehouse.cursor() as cursor:
        for first in range(0, TABLES, 100):
            for schema in (SCHEMA, f"{SCHEMA}_days"):
                names = ", ".join(f"{schema}.t{n}" for n in range(first, first + 100))
                cursor.execute(f"DROP VIEW IF EXISTS {names} CASCADE")
