"""Meltano's own commands that write `meltano.yml` change the lines that they are for, no others."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import pytest
import yaml
from el_project import BIN, Project, make_project

# the command, what it adds, what it takes away
WRITES = [
    pytest.param(
        ["config", "set", "tap-postgres", "parallelism", "3"],
        ["      parallelism: '3'"],
        [],
        id="config set, a new key",
    ),
    pytest.param(
        ["config", "set", "target-csv--from-postgres", "source", "shop"],
        ["      source: shop"],
        ["      source: postgres"],
        id="config set, a key that is there",
    ),
    pytest.param(
        ["config", "set", "target-postgres", "parallelism", "2"],
        ["      parallelism: '2'"],
        [],
        id="config set, at the end of a file's plugins",
    ),
    pytest.param(
        ["config", "set", "airflow", "core.parallelism", "2"],
        ["    config:", "      core:", "        parallelism: '2'"],
        [],
        id="config set, in an included file",
    ),
    pytest.param(
        ["config", "set", "day", "queries_path", "queries"],
        ["      queries_path: queries"],
        [],
        id="config set, in another included file",
    ),
    pytest.param(
        ["select", "tap-postgres", "public-orders", "order_id"],
        ["    select:", "    - public-orders.order_id"],
        [],
        id="select",
    ),
    pytest.param(
        ["schedule", "add", "hourly", "--job", "postgres-to-local", "--interval", "@hourly"],
        ["- name: hourly", "  interval: '@hourly'", "  job: postgres-to-local"],
        [],
        id="schedule add",
    ),
    pytest.param(
        ["job", "add", "again", "--tasks", "[tap-csv target-postgres]"],
        ["- name: again", "  tasks:", "  - tap-csv target-postgres"],
        [],
        id="job add",
    ),
    pytest.param(
        ["config", "set", "tap-postgres", "stream_options.public-orders.day_column", "order_date"],
        ["      stream_options:", "        public-orders:", "          day_column: order_date"],
        [],
        id="config set, inside a mapping",
    ),
    pytest.param(
        ["--environment=dev", "config", "set", "tap-postgres", "parallelism", "3"],
        [
            *("  config:", "    plugins:", "      extractors:", "      - name: tap-postgres"),
            *("        config:", "          parallelism: '3'"),
        ],
        [],
        id="config set, of an environment",
    ),
    pytest.param(
        ["schedule", "set", "daily-northwind", "--interval", "@hourly"],
        ["  interval: '@hourly'"],
        ["  interval: '@daily'"],
        id="schedule set",
    ),
    pytest.param(
        ["job", "remove", "postgres-to-local"],
        [],
        ["- name: postgres-to-local", "  tasks:", "  - tap-postgres target-csv--from-postgres"],
        id="job remove",
    ),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("writes") / "project")


def files(project: Project) -> dict[Path, str]:
    paths = [project.root / "meltano.yml", *(project.root / "orchestrate").glob("*.meltano.yml")]
    return {path: path.read_text() for path in paths}


@pytest.mark.parametrize(("command", "added", "removed"), WRITES)
def test_command_changes_its_own_lines_only(
    copy: Project, command: list[str], added: list[str], removed: list[str]
) -> None:
    before = files(copy)
    try:
        done = subprocess.run(
            [BIN / "meltano", *command],
            cwd=copy.root,
            env=copy.env(),
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        changes = [
            line
            for path, text in files(copy).items()
            for line in difflib.ndiff(before[path].splitlines(), text.splitlines())
            if line[0] in "+-"
        ]
        assert [line[2:] for line in changes if line[0] == "+"] == added
        assert [line[2:] for line in changes if line[0] == "-"] == removed
        for text in files(copy).values():
            yaml.safe_load(text)
    finally:
        for path, text in before.items():
            path.write_text(text)


def test_config_list_can_describe_every_setting(copy: Project) -> None:
    bare = [
        f"{plugin['name']}.{setting['name']}"
        for text in files(copy).values()
        for plugins in yaml.safe_load(text)["plugins"].values()
        for plugin in plugins
        for setting in plugin.get("settings", ())
        if not setting.get("description")
    ]
    assert bare == []
    done = subprocess.run(
        [BIN / "meltano", "config", "list", "airflow", "--all"],
        cwd=copy.root,
        env=copy.env(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert "\tHow often a task that failed is tried again" in done.stdout
