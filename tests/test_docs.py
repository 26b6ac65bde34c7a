"""The documentation says what is there: settings, files, tests, commands."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[1]
SETTINGS_PAGE = (PROJECT / "docs" / "settings.md").read_text()


def declared_settings() -> list[tuple[str, str]]:
    """Return (plugin's section on the page, setting) of all that meltano.yml lists."""
    plugins = yaml.safe_load((PROJECT / "meltano.yml").read_text())["plugins"]
    return [
        (entry["executable"].removeprefix("sealed-"), setting)
        for entry in plugins["extractors"] + plugins["loaders"]
        if "executable" in entry  # else it inherits another's settings
        for setting in [*(s["name"] for s in entry["settings"]), *entry.get("config", {})]
    ]


@pytest.mark.parametrize("section", sorted({section for section, _ in declared_settings()}))
def test_every_setting_in_meltano_yml_is_on_the_settings_page(section: str) -> None:
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", SETTINGS_PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    on_page = set(re.findall(r"^\| `(\w+)`", found[1], re.MULTILINE))

    assert {name for s, name in declared_settings() if s == section} <= on_page


def test_meltano_yml_lists_only_what_meltano_must_know() -> None:
    """Meltano resolves each listed setting some thirty times before an extractor starts."""
    plugins = yaml.safe_load((PROJECT / "meltano.yml").read_text())["plugins"]
    connection = {"host", "user", "database"}  # `make up` sets them: to be seen by config list
    more = [
        f"{entry['name']}: {setting['name']}"
        for entry in plugins["extractors"] + plugins["loaders"]
        for setting in entry.get("settings", ())
        # a null in stream_maps is dropped where its kind is not known
        if not {"value", "sensitive", "kind"} & setting.keys()
        and setting["name"] not in connection | entry.get("config", {}).keys()
    ]
    assert more == [], (
        "the variable of a setting needs no list: see sealed_days/plugin/variables.py"
    )


def test_the_settings_page_is_current() -> None:
    page = runpy.run_path(str(PROJECT / "docs" / "make_settings.py"))["page"]

    assert page() == SETTINGS_PAGE, "run: make docs"


PAGES = [
    *sorted(PROJECT.glob("*.md")),
    *(PROJECT / folder / "README.md" for folder in ("orchestrate", "data")),
    *sorted((PROJECT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]*)?\)", page.read_text())

    tests = re.findall(r"`(tests/[\w./]+)`", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []
    assert [path for path in tests if not (PROJECT / path).exists()] == []


def test_every_decision_is_in_the_table_of_decisions() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d\d-[\w-]+\.md)\)", (folder / "README.md").read_text())

    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_public_ci_runs_what_a_user_runs() -> None:
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text())

    assert [s["run"] for s in workflow["jobs"]["test"]["steps"] if "run" in s] == [".ci/run"]
    assert (PROJECT / ".ci" / "run").stat().st_mode & 0o111


def test_the_changelog_knows_the_version_of_the_package() -> None:
    version = re.search(r'^version = "(.+)"', (PROJECT / "pyproject.toml").read_text(), re.M)
    package = (PROJECT / "src" / "sealed_days" / "__init__.py").read_text()

    assert version is not None
    assert f'__version__ = "{version[1]}"' in package
    assert f"\n## [{version[1]}]" in (PROJECT / "CHANGELOG.md").read_text()


def test_every_file_that_the_architecture_names_is_there() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`([\w./-]+(?:\.(?:py|yml|toml|md)|/))`", page))
    roots = (PROJECT / "src" / "sealed_days", PROJECT)

    assert len(named) > 30
    bare = {"settings.py", "run.py", "sdk.py"}  # those of each plugin
    assert {n for n in named - bare if not any((r / n).exists() for r in roots)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_make_target_that_a_page_names_is_there_and_in_make_help(page: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text()
    documented = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    named = re.findall(r"(?:^|`)make ((?:[a-z-]+ ?)+)", page.read_text(), re.MULTILINE)

    assert {target for line in named for target in line.split()} <= documented


def test_the_architecture_names_every_module() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text()
    package = PROJECT / "src" / "sealed_days"
    in_every_plugin = {"__init__.py", "settings.py", "run.py", "sdk.py"}
    modules = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if path.name not in in_every_plugin
    }

    assert {module for module in modules if f"`{module}`" not in page} == set()


def test_the_functions_that_the_architecture_names_are_in_their_files() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text()
    named = [
        (path, name)
        for path, words in re.findall(r"`([\w/]+\.py)` \(([^)]*)\)", page)
        for name in re.findall(r"`(?:\w+\.)?(\w+)`", words)
    ]

    assert len(named) > 15
    package = PROJECT / "src" / "sealed_days"
    assert [
        (path, name)
        for path, name in named
        if not re.search(rf"\b{name}\b", (package / path).read_text())
    ] == []


def test_every_promise_names_tests_that_are_there() -> None:
    page = (PROJECT / "docs" / "guarantees.md").read_text().partition("\n## ")[0]
    promises = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)[1:]
    code = "".join(path.read_text() for path in (PROJECT / "tests").rglob("test_*.py"))

    assert len(promises) > 15
    for promise, tests in promises[1:]:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named or "`tests/" in tests, promise
        assert [name for name in named if f"def {name}(" not in code] == [], promise
