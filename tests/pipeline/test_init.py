"""`python -m sealed_days.init` points a project at databases of the user's own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import yaml
from el_project import REPOSITORY, Project, make_project

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
    assert "shop has tables with the names of another source's" in said
    found = MeltanoYml.read(own.root)
    assert list(found.pipeline().jobs) == ["postgres", "shop"]
    assert found.faults() == []
    before = {name: (own.root / name).read_bytes() for name in (".env", "sources.meltano.yml")}
    assert (own.root / ".env").stat().st_mode & 0o077 == 0
    said = init(own, "--source", url, "--source", f"shop={url}", "--no-csv")
    assert ".env: unchanged" in said
    assert {name: (own.root / name).read_bytes() for name in before} == before
    schema = {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "both_shops"}
    said = own.meltano("run", "pipeline", DATE="2025-01-01", **schema)
    assert "shop 2025-01-01 is sealed: 1 tables, 100 rows" in said
    with own.connect("ecommerce") as warehouse, warehouse.cursor() as cursor:
        cursor.execute(
            'SELECT (SELECT count(*) FROM both_shops."Order Lines"), '
            '(SELECT count(*) FROM both_shops."shop_Order Lines")'
        )
        assert cursor.fetchone() == (100, 100)
        cursor.execute("DROP SCHEMA both_shops, both_shops_days, both_shops_parts CASCADE")


def test_the_page_shows_what_init_writes_for_two_sources(own: Project, url: str) -> None:
    page = (REPOSITORY / "docs" / "your-database.md").read_text("utf-8")
    section = page[page.index("## Several sources") :]
    (shown, *_) = re.findall(r"^```yaml\n(.*?)^```", section, re.M | re.S)
    northwind = f"hr={url.rpartition('/')[0]}/northwind"

    init(own, "--source", url, "--source", northwind, "--no-csv")

    assert (own.root / "sources.meltano.yml").read_text().endswith(shown)
    flags = set(re.findall(r"(?<=[ `\"])--[a-z-]+", page))
    assert len(flags) > 3
    assert [flag for flag in flags if flag not in init(own, "--help")] == []


def test_init_keeps_a_hard_password_and_schemas(own: Project, url: str) -> None:
    init(own, "--source", url, "--schemas", "public,sales")
    assert dotenv.read(own.root).values["TAP_POSTGRES_FILTER_SCHEMAS"] == '["public", "sales"]'
    assert not (own.root / "sources.meltano.yml").exists()
    assert yaml.safe_load((own.root / "meltano.yml").read_text())["jobs"]
    said = own.run("postgres-to-local", "2025-01-01")
    assert "is sealed: 2 tables, 100 rows" in said


def test_rows_and_size_are_those_of_the_parts_and_what_was_not_counted_is_no_zero(
    own: Project, url: str, database: str
) -> None:
    with own.connect(database) as admin, admin.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE days (day date) PARTITION BY RANGE (day);"
            "CREATE TABLE days_1 PARTITION OF days"
            " FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');"
            "CREATE TABLE days_2 PARTITION OF days"
            " FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');"
            "INSERT INTO days SELECT date '2025-01-01' + i % 59 FROM generate_series(1, 10000) i;"
            "ANALYZE days; CREATE TABLE fresh AS SELECT 1 AS id;"
            "CREATE TABLE empty_parent (day date) PARTITION BY RANGE (day)"
        )
    said = init(own, "--source", url)
    rows = {line.split()[0]: line.split() for line in said.splitlines() if line.startswith("  pu")}
    assert rows["public.days"][1:3] == ["~10,000", "rows"]
    assert float(rows["public.days"][3]) > 300  # kB
    assert rows["public.fresh"][1] == "?"
    assert "public.days_1" not in rows
    assert "public.empty_parent" in rows


def test_init_asks_at_a_terminal_and_shows_no_password(own: Project, url: str) -> None:
    before_at, password = url.split("@")[0].rsplit(":", 1)
    asked = init_at_a_terminal(
        own,
        ("Source", f"{before_at}@{url.split('@')[1]}"),
        ("Schemas", "public, sales"),
        ("CSV file", ""),
        ("Warehouse", ""),
        ("Password of northwind_reader", unquote(password)),
    )
    assert unquote(password) not in asked
    assert '"Order Lines"' in asked
    variables = dotenv.read(own.root).values
    assert variables["TAP_POSTGRES_PASSWORD"] == unquote(password)
    assert variables["TAP_POSTGRES_FILTER_SCHEMAS"] == '["public", "sales"]'
    assert "from-csv" not in (own.root / "sources.meltano.yml").read_text()


def init_at_a_terminal(own: Project, *talk: tuple[str, str]) -> str:
    """Answer the questions of init at a terminal, in order; return all that it shows."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sealed_days.init"],
        cwd=own.root, env=own.env(), stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(slave)
    said, answers = "", list(talk)
    while True:
        try:
            said += os.read(master, 4096).decode()
        except OSError:  # the terminal's other end is closed
            break
        if answers and answers[0][0] in said.rpartition("\n")[2]:
            os.write(master, f"{answers.pop(0)[1]}\n".encode())
    assert process.wait() == 0, said
    os.close(master)
    assert answers == []
    return said


def test_a_warehouse_without_rights_is_refused_with_the_grant(
    own: Project, url: str, database: str
) -> None:
    said = init(own, "--warehouse", url, code=1)
    assert f'GRANT CREATE ON DATABASE "{database}" TO "northwind_reader"' in said
    assert "Traceback" not in said


def test_what_is_the_users_stays_as_it_is(own: Project, url: str) -> None:
    (own.root / "sources.meltano.yml").write_text("# mine\njobs: []\n")
    (own.root / ".env").write_text("# a comment\nMINE='a #b'\n" + (own.root / ".env").read_text())
    before = (own.root / ".env").read_text().splitlines()
    said = init(own, "--source", url)
    assert (own.root / "sources.meltano.yml").read_text() == "# mine\njobs: []\n"
    after = (own.root / ".env").read_text().splitlines()
    assert [line for line in before if line not in after and "TAP_POSTGRES_" not in line] == []
    assert after[:2] == before[:2]
    assert "next: make run" in said


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
