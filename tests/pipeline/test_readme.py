"""README and docs/guarantees.md promise nothing that is not there, and README stays one page."""

from __future__ import annotations

import re

import pytest
from el_project import REPOSITORY

README = (REPOSITORY / "README.md").read_text("utf-8")
GUARANTEES = (REPOSITORY / "docs" / "guarantees.md").read_text("utf-8")
SOURCES = "\n".join(path.read_text("utf-8") for path in REPOSITORY.glob("tests/**/test_*.py"))


def promises(page: str) -> list[tuple[str, str]]:
    table = page[page.index("| promise | test |") :].split("\n\n")[0]
    rows = [row.strip("|").split("|") for row in table.splitlines()[2:]]
    return [(promise.strip(), tests) for promise, tests in rows]


@pytest.mark.parametrize("page", [README, GUARANTEES], ids=["readme", "guarantees"])
def test_every_promise_names_its_test_which_is_there(page: str) -> None:
    assert promises(page)
    for promise, tests in promises(page):
        assert re.search(r"`(test_\w+|tests/[\w/.]+)`", tests), promise
        names = re.findall(r"`(test_\w+)`", tests)
        assert [name for name in names if f"def {name}(" not in SOURCES] == [], promise


def test_every_test_that_the_readme_names_is_among_the_guarantees() -> None:
    assert set(re.findall(r"`(test_\w+)`", README)) <= set(re.findall(r"`(test_\w+)`", GUARANTEES))


def test_the_readme_is_one_page_and_leads_to_every_other() -> None:
    assert len(README.splitlines()) <= 130
    pages = {f"docs/{path.name}" for path in (REPOSITORY / "docs").glob("*.md")}
    assert pages - set(re.findall(r"\]\(([\w./-]+)\)", README)) == set()


def test_every_path_and_make_target_is_there() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.M))
    assert {name for name in targets if f"\n{name}:" not in makefile} == set()
    links = re.findall(r"\]\(([\w./-]+)\)", README)
    assert {link for link in links if not (REPOSITORY / link).exists()} == set()


def test_every_job_of_the_readme_is_declared() -> None:
    jobs = set(re.findall(r"^- name: (\S+)$", (REPOSITORY / "meltano.yml").read_text(), re.M))
    table = set(re.findall(r"^\| `([a-z-]+)` \|", README, re.M))
    assert len(table) == 4
    assert table <= jobs
