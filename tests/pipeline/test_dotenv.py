"""`.env` means the same to Meltano, to the server that is made, and to `day`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from el_project import embedded, make_project

from sealed_days.core import dotenv

HARD = r"""
# a comment, and a blank line before

LETTERS=letters
  export TAP_POSTGRES_PASSWORD=pa${HOME}ss
TARGET_POSTGRES_PASSWORD="q\$r"  # another
TAP_POSTGRES_USER='re$LETTERS'
TARGET_POSTGRES_USER=ow${LETTERS}$LETTERS${NO_SUCH:-else}
TARGET_POSTGRES_DATABASE="a\"b\\c'd#e"
TAP_POSTGRES_DATABASE=no#comment
"""
NAMES = ("user", "password", "database")


def test_server_tap_target_and_day_get_the_same_values(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    embedded(project, "env")
    path = project.root / ".env"
    kept = [
        line
        for line in path.read_text().splitlines()
        if not re.match(r"(TAP|TARGET)_POSTGRES_(USER|PASSWORD|DATABASE)", line)
    ]
    path.write_text("\n".join(kept) + "\n" + HARD)
    try:
        embedded(project, "up")
        handed = {}
        for plugin in ("tap-postgres", "target-postgres"):
            said = project.stdout("invoke", "--dump=config", plugin)
            config = json.loads(said)
            handed[plugin] = {name: config[name] for name in NAMES}
            # the server was made with what the plugin is handed
            psycopg2.connect(
                host=config["host"],
                port=config["port"],
                user=config["user"],
                password=config["password"],
                dbname=config["database"],
            ).close()
    finally:
        embedded(project, "down")
    home = project.env()["HOME"]
    assert handed["tap-postgres"] == {
        "user": "re$LETTERS",
        "password": f"pa{home}ss",
        "database": "no#comment",
    }
    assert handed["target-postgres"] == {
        "user": "owletters$LETTERSelse",
        "password": r"q\$r",
        "database": "a\"b\\c'd#e",
    }
    code = (
        "import json; from sealed_days.day.settings import Settings; "
        "p = Settings.read().server.parameters; "
        "print(json.dumps([p['user'], p['password'], p['dbname']]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.root,
        env=project.env(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(said) == list(handed["target-postgres"].values())


def test_where_names_the_line_of_the_variable(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# c\n\nA=1\n\n\n  B='x\ny'\nC\nA=2 # again\n")
    variables = dotenv.read(tmp_path)
    assert variables.values == {"A": "2", "B": "x\ny"}
    assert [variables.where(name) for name in "AB"] == [".env line 9", ".env line 6"]
    assert dotenv.read(tmp_path / "nowhere").values == {}


def test_process_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("A=1\nB=${A}\n")
    monkeypatch.setenv("A", "9")
    variables = dotenv.read(tmp_path)
    assert (variables.get("A"), variables.where("A")) == ("9", "the environment variable A")
