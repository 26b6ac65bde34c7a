"""A wrong setting, as users write it: `meltano run` ends in one line, and nothing is touched."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from el_project import REPOSITORY, Project, make_project

DAY = "2025-01-01"
RUNS = {
    "tap-postgres": ("tap-postgres", "target-csv--from-postgres"),
    "target-csv--from-postgres": ("tap-postgres", "target-csv--from-postgres"),
    "tap-csv--from-csv": ("tap-csv--from-csv", "target-csv--order-details"),
    "tap-csv": ("tap-csv", "target-postgres"),
    "target-postgres": ("tap-csv", "target-postgres"),
}
"""Plugin -> the pair that a run of it takes."""


def setting(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Set a setting of the plugin."""
    return lambda entry: entry.setdefault("config", {}).__setitem__(name, value)


def in_file(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Change the entry of the CSV file; None takes a key away."""

    def change(entry: dict[str, Any]) -> None:
        file = entry["config"]["files"][0]
        file |= changes
        for name in [name for name, value in changes.items() if value is None]:
            del file[name]

    return change


# Each kind and each plugin once, through Meltano: what each setting says is for the plugins' own
# tests (`test_*_settings.py`).
WRONG = [
    # another type
    ("tap-csv--from-csv", in_file(null_values="NA"), "files[0].null_values is 'NA', which is not"),
    ("tap-csv--from-csv", setting("files", {}), "files is {}, which is not a list"),
    ("tap-postgres", setting("filter_schemas", "public"), "filter_schemas is 'public', which is"),
    ("target-postgres", setting("lock_wait_seconds", "soon"), "lock_wait_seconds is 'soon', which"),
    # out of range
    ("target-postgres", setting("parallelism", -1), "parallelism is -1, which is not"),
    # missing
    ("tap-csv--from-csv", in_file(entity=None), "files[0].entity is missing"),
    # misspelt
    ("tap-csv--from-csv", in_file(delimeter=";"), "(did you mean delimiter?)"),
    ("tap-postgres", setting("paralelism", 2), "(did you mean parallelism?)"),
    ("tap-csv", setting("sorces", {}), "(did you mean sources?)"),
    # null where __NULL__ is meant
    (
        "target-csv--from-postgres",
        setting("stream_maps", {"orders": None}),
        "stream_maps.orders is null, which is not a mapping or __NULL__",
    ),
    # a stream map for no stream: the column that it hashes would be staged as it is
    (
        "tap-postgres",
        setting("stream_maps", {"public-custmers": {"phone": "md5(phone)"}}),
        "stream_maps names public-custmers, which is no stream of this run (did you mean public-cu",
    ),
]


@pytest.fixture(scope="module")
def copy(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project on the databases of the session's, whose meltano.yml a test may change."""
    copy = make_project(tmp_path_factory.mktemp("wrong") / "project")
    shutil.copy(project.root / ".env", copy.root)
    return copy


def change(copy: Project, plugin: str, what: Callable[[dict[str, Any]], None]) -> None:
    """Change a plugin's entry in meltano.yml."""
    pipeline = yaml.safe_load((REPOSITORY / "meltano.yml").read_text())
    plugins = pipeline["plugins"]
    what(next(p for p in plugins["extractors"] + plugins["loaders"] if p["name"] == plugin))
    (copy.root / "meltano.yml").write_text(yaml.safe_dump(pipeline, sort_keys=False))


def refused(copy: Project, plugin: str, **env: str) -> str:
    """Run a plugin that is to refuse its settings, and return what the user sees."""
    shutil.rmtree(copy.output, ignore_errors=True)
    said = copy.meltano("run", *RUNS[plugin], check=False, DATE=DAY, **env)
    assert "Traceback" not in said
    assert [p for p in copy.output.rglob("*") if p.is_file() and ".scratch" not in p.parts] == []
    return said


@pytest.mark.parametrize(("plugin", "what", "says"), WRONG, ids=[f"{w[0]}: {w[2]}" for w in WRONG])
def test_a_wrong_setting_in_meltano_yml_is_one_line(
    copy: Project, plugin: str, what: Callable[[dict[str, Any]], None], says: str
) -> None:
    change(copy, plugin, what)

    lines = [line for line in refused(copy, plugin).splitlines() if says in line]

    assert len(lines) == 1
    assert f" {plugin} " in lines[0]
    assert re.search("nothing was (touched|published); c", lines[0])


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("TARGET_POSTGRES_PORT", "port"),
        ("TARGET_POSTGRES_PARALLELISM", "parallelism"),
        ("TARGET_POSTGRES_HARD_DELETE", "hard_delete"),
        ("DATE_ALLOW_FUTURE", "allow_future"),
    ],
)
def test_a_variable_of_another_type_is_named(copy: Project, variable: str, name: str) -> None:
    change(copy, "target-postgres", lambda entry: None)

    said = refused(copy, "target-postgres", **{variable: "abc"})

    assert f"{name} is 'abc', which is not " in said
    assert f"or {variable} in .env" in said


def test_what_meltano_itself_cannot_cast_is_one_line(copy: Project) -> None:
    change(copy, "tap-postgres", setting("stream_maps", "public-orders"))

    said = refused(copy, "tap-postgres")

    assert "stream_maps is 'public-orders', which is no object: nothing was touched. Change" in said


@pytest.mark.parametrize(
    ("plugin", "variable", "says"),
    [
        ("tap-postgres", "TAP_POSTGRES_FILTER_SCHEMA", "did you mean TAP_POSTGRES_FILTER_SCHEMAS?"),
        ("target-postgres", "TARGET_POSTGRES_SCHEMA", "is not a setting of target-postgres"),
    ],
)  # fmt: skip
def test_a_variable_that_is_no_setting_is_refused(
    copy: Project, plugin: str, variable: str, says: str
) -> None:
    change(copy, plugin, lambda entry: None)

    (line,) = [
        line for line in refused(copy, plugin, **{variable: "x"}).splitlines() if says in line
    ]

    assert variable in line
    assert "nothing was touched" in line
