"""docs/your-database.md: its grants are pasted as they stand there, and the four jobs run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from el_project import REPOSITORY, Project, make_project

PAGE = (REPOSITORY / "docs" / "your-database.md").read_text("utf-8")
SECTION = PAGE[PAGE.index("## Grants to paste") : PAGE.index("## Several sources")]
OF_SOURCE, OF_WAREHOUSE, OF_ANALYST = re.findall(r"^```sql\n(.*?)^```", SECTION, re.M | re.S)
TABLES = """
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO customers VALUES (1, 'Ada'), (2, NULL);
"""


@pytest.fixture
def own(project: Project, tmp_path: Path) -> Iterator[Project]:
    """A project on the databases `shop`, which has an owner that is no superuser, and `dwh`."""
    postgres = project.connect("postgres")
    with postgres.cursor() as cursor:
        cursor.execute("CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'o'")
        cursor.execute("CREATE ROLE analyst")
        for database in ("shop", "dwh"):
            cursor.execute(f"CREATE DATABASE {database} OWNER owner")
    made = make_project(tmp_path / "own")
    lines = (project.root / ".env").read_text().splitlines()
    for name, value in (
        ("TAP_POSTGRES_USER", "reader"), ("TAP_POSTGRES_PASSWORD", "…"),
        ("TAP_POSTGRES_DATABASE", "shop"), ("TARGET_POSTGRES_USER", "loader"),
        ("TARGET_POSTGRES_PASSWORD", "…"), ("TARGET_POSTGRES_DATABASE", "dwh"),
    ):  # fmt: skip
        lines = [f"{name}={value}" if line.startswith(f"{name}=") else line for line in lines]
    (made.root / ".env").write_text("\n".join(lines) + "\n")
    yield made
    with postgres.cursor() as cursor:
        for database in ("shop", "dwh"):
            cursor.execute(f"DROP DATABASE {database} WITH (FORCE)")
        for role in ("reader", "loader", "analyst", "owner"):
            cursor.execute(f"DROP ROLE IF EXISTS {role}")
    postgres.close()


def paste(project: Project, database: str, user: str, password: str, sql: str) -> None:
    env = project.dotenv()
    connection = psycopg2.connect(
        host=env["TAP_POSTGRES_HOST"], port=env["TAP_POSTGRES_PORT"], user=user,
        password=password, dbname=database,
    )  # fmt: skip
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def test_the_grants_of_the_page_are_enough_for_all_four_jobs(own: Project) -> None:
    paste(own, "shop", "owner", "o", TABLES)
    paste(own, "shop", "owner", "o", OF_SOURCE)
    paste(own, "dwh", "owner", "o", OF_WAREHOUSE)

    own.run("postgres-to-local", "2025-01-01")
    own.run("orders-details-csv-to-local", "2025-01-01")
    own.run("local-csv-to-postgres", "2025-01-01")
    paste(own, "dwh", "loader", "…", OF_ANALYST)
    # a table that comes later is read, and may be read, without another grant
    paste(own, "shop", "owner", "o", "CREATE TABLE later AS SELECT 7 AS id")
    own.run("pipeline-csv-and-postgres-to-local-target-postgres", "2025-01-02")

    with own.connect("dwh") as warehouse, warehouse.cursor() as cursor:
        cursor.execute("SET ROLE analyst")
        cursor.execute("SELECT count(*), count(name) FROM ecommerce.customers")
        assert cursor.fetchone() == (2, 1)
        cursor.execute("SELECT id FROM ecommerce.later")
        assert cursor.fetchone() == (7,)
        cursor.execute("SELECT count(*) FROM ecommerce_days.customers")
        assert cursor.fetchone() == (4,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM ecommerce.customers")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        paste(own, "shop", "reader", "…", "SET transaction_read_only = off; DELETE FROM customers")
