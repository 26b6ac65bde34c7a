"""docs/other-plugins.md: what it shows is run, a tap, a target and a mapper that others made."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from el_project import REPOSITORY, Project, make_project
from singer_taps import PLANETS

PAGE = (REPOSITORY / "docs" / "other-plugins.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


def blocks(section: str, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", SECTIONS[section], re.M | re.S)
    return [text for name, text in found if name == language]


@pytest.fixture
def mine(project: Project, tmp_path: Path) -> Project:
    own = make_project(tmp_path / "mine")
    (own.root / ".env").write_text((project.root / ".env").read_text())
    return own


def run_page(own: Project, section: str, day: str) -> None:
    """Put the section's YAML where the page says, and run its commands."""
    (own.root / "sources.meltano.yml").write_text(blocks(section, "yaml")[0])
    # a folder of links to the repository's plugins: what is installed here must not land there
    links = own.root / ".meltano" / "loaders"
    plugins = links.resolve()
    links.unlink()
    links.mkdir()
    for plugin in plugins.iterdir():
        (links / plugin.name).symlink_to(plugin)
    for line in blocks(section, "sh")[0].splitlines():
        _, *words = line.split()
        if words[0] == "install":
            subprocess.run(
                [Path(sys.executable).parent / "meltano", *words], cwd=own.root, env=own.env(),
                check=True,
            )  # fmt: skip
        else:
            own.meltano(*words, DATE=day)


def test_a_tap_of_others_is_one_entry_and_one_task(mine: Project) -> None:
    tap = mine.root / "tap-planets"
    tap.write_text(PLANETS)
    tap.chmod(0o755)
    section = "A tap of others"
    (mine.root / "sources.meltano.yml").write_text(blocks(section, "yaml")[0])
    (lines,) = blocks(section, "")
    own = "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=planetary\n"
    (mine.root / ".env").write_text((mine.root / ".env").read_text() + lines + own)

    mine.meltano("run", "pipeline", DATE="2025-01-01")

    sources = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", "sources"], cwd=mine.root, env=mine.env(),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "planets " in sources.stdout
    assert "✗" not in sources.stdout
    with mine.connect("ecommerce") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(name) FROM planetary.planets")
        assert cursor.fetchone() == (2, 1)
        cursor.execute("SELECT count(*) FROM planetary.orders")
        assert cursor.fetchone() == (830,)
        cursor.execute("DROP SCHEMA planetary, planetary_days, planetary_parts CASCADE")


@pytest.mark.slow
def test_a_target_of_others_takes_rows(mine: Project) -> None:
    run_page(mine, "A target of others", "2025-01-01")
    (file,) = mine.output.glob("public-orders*.jsonl")
    assert len([json.loads(line) for line in file.open()]) == 830


@pytest.mark.slow
def test_a_mapper_stands_between_rows_and_our_loader(mine: Project) -> None:
    run_page(mine, "A mapper", "2025-01-01")
    with mine.file("customers", "2025-01-01").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 91
    assert "fax" in rows[0]
    assert "phone" not in rows[0]
    assert mine.manifest("2025-01-01")["resources"]
