"""The README promises nothing that is not there."""

from __future__ import annotations

import re

from el_project import REPOSITORY

README = (REPOSITORY / "README.md").read_text("utf-8")


def test_every_test_that_a_guarantee_names_is_there() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in REPOSITORY.glob("tests/**/test_*.py"))
    names = set(re.findall(r"`(test_\w+)`", README))
    assert names
    assert {name for name in names if f"def {name}(" not in sources} == set()


def test_every_path_and_make_target_is_there() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.M))
    assert {name for name in targets if f"\n{name}:" not in makefile} == set()
    links = re.findall(r"\]\(([\w./-]+)\)", README)
    assert {link for link in links if not (REPOSITORY / link).exists()} == set()


def test_every_job_of_the_readme_is_declared() -> None:
    jobs = set(re.findall(r"^- name: (\S+)$", (REPOSITORY / "meltano.yml").read_text(), re.M))
    table = set(re.findall(r"^\| `([a-z-]+)` \|", README, re.M))
    assert table
    assert table <= jobs
