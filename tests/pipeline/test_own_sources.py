"""Sources of the user's own: declared once, in a file that upstream does not have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from el_project import Project, make_project
from singer_taps import PLANETS

SOURCES = """\
plugins:
  extractors:
  - name: tap-postgres--shop
    inherit_from: tap-postgres
  - name: tap-planets
    namespace: tap_planets
    executable: {tap}
  loaders:
  - name: target-csv--shop
    inherit_from: target-csv--from-postgres
    config: {{source: shop}}
  - name: target-csv--planets
    inherit_from: target-csv--from-postgres
    config: {{source: planets}}
jobs:
- name: shop-to-local
  tasks: [tap-postgres--shop target-csv--shop]
- name: everything
  tasks:
  - tap-postgres--shop target-csv--shop
  - tap-planets target-csv--planets
  - tap-csv target-postgres
"""


@pytest.fixture
def mine(project: Project, database: str, tmp_path: Path) -> Project:
    """A project with two sources of its own, a schema, an output folder and a job of its own."""
    admin = project.connect(database)
    with admin.cursor() as cursor:
        cursor.execute("CREATE TABLE orders AS SELECT 1 AS id, 'x' AS what")
    admin.close()
    own = make_project(tmp_path / "mine")
    tap = own.root / "tap.sh"
    tap.write_text(PLANETS)
    tap.chmod(0o755)
    (own.root / "sources.meltano.yml").write_text(SOURCES.format(tap=tap))
    (own.root / ".env").write_text(
        (project.root / ".env").read_text()
        + f"PIPELINE_JOB=everything\nTAP_POSTGRES__SHOP_DATABASE={database}\n"
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=sales\nSTAGE_ROOT=days\n"
    )
    return own


def day(project: Project, *arguments: str, code: int = 0, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", *arguments],
        cwd=project.root,
        env=project.env(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def test_own_sources_schema_and_folder_are_set_in_one_place(mine: Project) -> None:
    mine.run("everything", "2025-06-01")
    said = day(mine, "summary", "2025-06-01")
    assert [line.split() for line in said.splitlines()[1:4]] == [
        ["orders", "shop", "1", "1", "✓"],
        ["planets", "planets", "2", "2", "✓"],
        ["total", "3", "3"],
    ]
    assert "SELECT * FROM sales.planets LIMIT 5;" in said
    assert (mine.root / "days/planets/planets/2025-06-01/planets.csv").read_text() == (
        "id,name\n1,Mercury\n2,\n"
    )
    assert (mine.root / "days/shop/2025-06-01.datapackage.json").exists()
    assert list(mine.output.iterdir()) == []  # not even scratch files
    # the demonstration's jobs are still there, and no part of this pipeline
    said = day(mine, "sources")
    assert (
        "planets  tap-planets target-csv--planets  tap-planets         target-csv--planets" in said
    )
    assert "✗" not in said
    # what Meltano starts reads the same
    assert "2025-06-01" in mine.meltano("invoke", "day:status")
    connection = mine.connect("ecommerce")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sales.planets ORDER BY id")
        assert cursor.fetchall() == [(1, "Mercury"), (2, None)]
        cursor.execute("DROP SCHEMA sales, sales_days, sales_parts CASCADE")
    connection.close()


def test_what_is_missing_names_the_source_and_its_command(mine: Project) -> None:
    said = mine.run("local-csv-to-postgres", "2025-06-02", check=False)
    assert "run DATE=2025-06-02 meltano run shop-to-local" in said
    assert "run DATE=2025-06-02 meltano run tap-planets target-csv--planets" in said


def test_prod_has_its_own_databases_and_output_although_env_is_there(
    mine: Project, project: Project
) -> None:
    env = project.dotenv()
    path = mine.root / "sources.meltano.yml"
    path.write_text(
        path.read_text()
        + f"""
environments:
- name: prod
  env:
    TAP_POSTGRES_DATABASE: {env["TAP_POSTGRES_DATABASE"]}
    TAP_POSTGRES__SHOP_DATABASE: {env["TAP_POSTGRES_DATABASE"]}
    TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: prod
    STAGE_ROOT: prod-days
"""
    )
    prod = {"MELTANO_ENVIRONMENT": "prod"}
    mine.run("everything", "2025-06-01", **prod)
    assert day(mine, "summary", "2025-06-01", **prod).count("✓") == 14
    assert (mine.root / "prod-days/shop/orders/2025-06-01/orders.csv").exists()
    assert not (mine.root / "days").exists()
    connection = mine.connect("ecommerce")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM prod.orders")
        assert cursor.fetchall() == [(830,)]
        cursor.execute("DROP SCHEMA prod, prod_days, prod_parts CASCADE")
    connection.close()
