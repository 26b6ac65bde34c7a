"""`python -m sealed_days.init` points a project at databases of the user's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from el_project import Project, make_project

from sealed_days.core import dotenv
from sealed_days.core.meltano_yml import MeltanoYml


def init(project: Project, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sealed_days.init", *arguments],
        cwd=project.root,
        env=project.env(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture
def own(project: Project, tmp_path: Path) -> Project:
    made = make_project(tmp_path / "own")
    (made.root / ".env").write_bytes((project.root / ".env").read_bytes())
    (made.root / ".env").chmod(0o600)
    return made


@pytest.fixture
def url(project: Project, database: str) -> str:
    admin = project.connect(database)
    with admin.cursor() as cursor:
        cursor.execute('CREATE TABLE "Order Lines" AS SELECT generate_series(1, 100) AS id')
        cursor.execute('ANALYZE; CREATE SCHEMA sales; CREATE TABLE sales."user" (id int)')
    admin.close()
    env = project.dotenv()
    password = quote(env["TAP_POSTGRES_PASSWORD"], safe="")
    return (
        f"postgresql://northwind_reader:{password}@127.0.0.1:{env['TAP_POSTGRES_PORT']}/{database}"
    )


def test_init_lists_tables_writes_once_and_the_pipeline_runs(own: Project, url: str) -> None:
    said = init(own, "--source", url, "--source", f"shop={url}", "--no-csv")
    assert '"Order Lines"' in said
    assert "~100 rows" in said
    variables = dotenv.read(own.root).values
    assert variables["TAP_POSTGRES_DATABASE"] == variables["TAP_POSTGRES__SHOP_DATABASE"]
    assert variables["TARGET_POSTGRES_DATABASE"] == "ecommerce"  # the demonstration's
    found = MeltanoYml.read(own.root)
    assert list(found.pipeline().jobs) == ["postgres", "shop"]
    before = {name: (own.root / name).read_bytes() for name in (".env", "sources.meltano.yml")}
    assert (own.root / ".env").stat().st_mode & 0o077 == 0
    said = init(own, "--source", url, "--source", f"shop={url}", "--no-csv")
    assert ".env: unchanged" in said
    assert {name: (own.root / name).read_bytes() for name in before} == before
    said = own.meltano("run", "tap-postgres--shop", "target-csv--shop", DATE="2025-01-01")
    assert "shop 2025-01-01 is sealed: 1 tables, 100 rows" in said


def test_init_keeps_a_hard_password_and_schemas(own: Project, url: str) -> None:
    init(own, "--source", url, "--schemas", "public,sales")
    assert dotenv.read(own.root).values["TAP_POSTGRES_FILTER_SCHEMAS"] == '["public", "sales"]'
    assert not (own.root / "sources.meltano.yml").exists()
    assert yaml.safe_load((own.root / "meltano.yml").read_text())["jobs"]
    said = own.run("postgres-to-local", "2025-01-01")
    assert "is sealed: 2 tables, 100 rows" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--source", "db.example.com"], "the source is no postgresql://"),
        (
            ["--source", "postgresql://u:p@127.0.0.1:1/d"],
            "cannot connect to the source 127.0.0.1:1/d",
        ),
        (["--warehouse", "postgresql://u:p@127.0.0.1:1/d"], "nothing was written"),
    ],
)
def test_init_says_in_one_line_what_is_wrong(own: Project, arguments: list[str], says: str) -> None:
    before = (own.root / ".env").read_bytes()
    said = init(own, *arguments, code=1)
    assert says in said
    assert "Traceback" not in said
    assert (own.root / ".env").read_bytes() == before
