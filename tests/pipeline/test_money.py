"""Money is the same number whatever locale a role or a database has for it, on either side."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from el_project import Project, make_project

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
DAY = "2025-01-01"
LOCALES = ("de_DE.UTF-8", "pt_BR.UTF-8", "fr_FR.UTF-8", "ja_JP.UTF-8", "en_GB.UTF-8", "en_US.UTF-8")
PRICES = (
    "CREATE TABLE prices AS SELECT id, amount::money AS m "
    "FROM (VALUES (1, 1234.56), (2, -0.5)) AS given (id, amount)"
)
PLAIN = "SET lc_monetary = 'C'"


def query(project: Project, database: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements as the superuser, in a new session; return what the last one gives."""
    connection = project.connect(database)
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


@pytest.fixture
def locale(project: Project) -> str:
    """A locale of this machine whose money looks otherwise."""
    (plain,) = query(project, "postgres", PLAIN, "SELECT 1234.56::money::text")
    for name in LOCALES:
        try:
            setting = f"SET lc_monetary = '{name}'"
            if query(project, "postgres", setting, "SELECT 1234.56::money::text") != [plain]:
                return name
        except psycopg2.Error:
            continue
    pytest.skip(f"none of the locales {', '.join(LOCALES)} is here: locale-gen de_DE.UTF-8")


@pytest.fixture(params=["ROLE", "DATABASE"])
def set_otherwise(
    request: pytest.FixtureRequest, project: Project, database: str, locale: str
) -> Iterator[None]:
    """The locale, set on the roles or on the databases of source and warehouse."""
    env = project.dotenv()
    of_role = [env["TAP_POSTGRES_USER"], env["TARGET_POSTGRES_USER"]]
    whom = of_role if request.param == "ROLE" else [database, env["TARGET_POSTGRES_DATABASE"]]
    for name in whom:
        query(project, "postgres", f"ALTER {request.param} {name} SET lc_monetary = '{locale}'")
    yield
    for name in whom:
        query(project, "postgres", f"ALTER {request.param} {name} RESET lc_monetary")


@pytest.mark.usefixtures("set_otherwise")
def test_money_is_the_same_number_in_source_file_and_warehouse(
    project: Project, database: str, tmp_path: Path
) -> None:
    query(project, database, PLAIN, PRICES)
    own = make_project(tmp_path / "own")
    (own.root / ".env").write_text(
        (project.root / ".env").read_text()
        + f"TAP_POSTGRES_DATABASE={database}\nTARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=money\n"
    )
    try:
        own.run(JOB, DAY)
        lines = own.file("prices", DAY).read_text().splitlines()
        assert sorted(lines) == ['1,"$1,234.56"', "2,-$0.50", "id,m"]
        wanted = "SELECT id, m::numeric::text FROM money.prices ORDER BY id"
        assert query(own, "ecommerce", PLAIN, wanted) == [(1, "1234.56"), (2, "-0.50")]
        done = subprocess.run(
            [sys.executable, "-m", "sealed_days.day", "verify", DAY, "--deep", "--source"],
            cwd=own.root,
            env=own.env(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        # and it finds money that is a hundred times as much
        part = f'money_parts."prices@{DAY}"'
        query(own, "ecommerce", f"UPDATE {part} SET m = m * 100 WHERE id = 1")
        command = [*done.args[:-1]]
        again = subprocess.run(command, cwd=own.root, env=own.env(), capture_output=True, text=True)
        assert again.returncode == 1
        assert "prices has other rows in the warehouse" in again.stdout
    finally:
        query(own, "ecommerce", "DROP SCHEMA IF EXISTS money, money_days, money_parts CASCADE")
