"""Each setting has a variable; others of a plugin's name are refused, or are the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sealed_days.core.errors import ConfigurationError
from sealed_days.plugin.variables import refuse_unknown, with_variables
from sealed_days.target_postgres.settings import Settings

CONFIG = {"host": "localhost", "stream_maps": {"orders": {"x": None}}}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("MELTANO_LOADER_NAME", "target-postgres")
    (tmp_path / "meltano.yml").write_text("include_paths: [./*.meltano.yml]\n")
    return tmp_path


@pytest.mark.parametrize(
    "variable",
    [
        "TARGET_POSTGRES_HOST",
        "TARGET_POSTGRES__SELECT",
        "TARGET_POSTGRES__HR_HOSTS",
        "TARGET_HOSTS",
    ],
)
def test_settings_extras_and_aliases_have_variables(
    project: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "x")
    refuse_unknown(Settings, CONFIG, "target-postgres")


def test_a_variable_that_a_file_takes_is_the_users_own(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_POSTGRES_PW", "x")
    with pytest.raises(ConfigurationError, match="TARGET_POSTGRES_PW is not a setting"):
        refuse_unknown(Settings, CONFIG, "target-postgres")
    (project / "sources.meltano.yml").write_text("password: ${TARGET_POSTGRES_PW}\n")
    refuse_unknown(Settings, CONFIG, "target-postgres")


def test_an_alias_has_its_own_variables(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MELTANO_LOADER_NAME", "target-postgres--dwh")
    monkeypatch.setenv("TARGET_POSTGRES__DWH_HOTS", "x")
    with pytest.raises(ConfigurationError, match="mean TARGET_POSTGRES__DWH_HOST"):
        refuse_unknown(Settings, CONFIG, "target-postgres")


def given(monkeypatch: pytest.MonkeyPatch, config: dict[str, Any], **variables: str) -> Any:
    """Return what a config and variables make of the setting parallelism, and of stream_maps."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = with_variables(Settings, config, "target-postgres")
    return found.get("parallelism"), found.get("stream_maps")


MELTANO_YML = """
plugins:
  loaders:
  - name: target-postgres
    namespace: target_postgres
  - name: target-postgres--dwh
    inherit_from: target-postgres
  - name: target-postgres--other
    namespace: other
"""


@pytest.mark.parametrize(
    ("plugin", "variables", "parallelism"),
    [
        ("target-postgres", {"TARGET_POSTGRES_PARALLELISM": "3"}, "3"),
        ("target-postgres", {"TARGET_POSTGRES_PARALLELISM": ""}, None),
        ("target-postgres", {"TARGET_POSTGRES__DWH_PARALLELISM": "4"}, None),
        ("target-postgres--dwh", {"TARGET_POSTGRES__DWH_PARALLELISM": "4"}, "4"),
        ("target-postgres--dwh", {"TARGET_POSTGRES_PARALLELISM": "3"}, "3"),
        (
            "target-postgres--dwh",
            {"TARGET_POSTGRES_PARALLELISM": "3", "TARGET_POSTGRES__DWH_PARALLELISM": "4"},
            "4",
        ),
        ("target-postgres--other", {"TARGET_POSTGRES_PARALLELISM": "3"}, None),
        ("target-postgres--other", {"OTHER_PARALLELISM": "5"}, "5"),
    ],
)
def test_a_setting_that_meltano_yml_does_not_list_has_its_variable(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    plugin: str,
    variables: dict[str, str],
    parallelism: str | None,
) -> None:
    (project / "meltano.yml").write_text(MELTANO_YML)
    monkeypatch.setenv("MELTANO_LOADER_NAME", plugin)
    spaces = {"target-postgres--other": "other"}
    namespace = spaces.get(plugin, plugin.replace("-", "_"))
    monkeypatch.setenv("MELTANO_LOADER_NAMESPACE", namespace)
    assert given(monkeypatch, {}, **variables)[0] == parallelism


def test_what_meltano_resolved_stays_and_a_mapping_it_only_has_in_parts_does_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MELTANO_LOAD_PARALLELISM", "2")
    monkeypatch.setenv("MELTANO_LOAD_STREAM_MAPS_ORDERS_X", "id")
    config = {"parallelism": 2, "stream_maps": {"orders": {"x": "id"}}}
    maps = '{"orders": {"x": "__NULL__"}}'
    variables = {"TARGET_POSTGRES_PARALLELISM": "3", "TARGET_POSTGRES_STREAM_MAPS": maps}
    assert given(monkeypatch, config, **variables) == (2, maps)


def test_the_days_zone_is_every_plugins(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATE_TIMEZONE", "America/Sao_Paulo")
    assert with_variables(Settings, {}, "target-postgres") == {"timezone": "America/Sao_Paulo"}
    monkeypatch.setenv("TARGET_POSTGRES_TIMEZONE", "UTC")
    assert with_variables(Settings, {}, "target-postgres") == {"timezone": "UTC"}


def test_without_meltano_a_config_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MELTANO_PROJECT_ROOT", raising=False)
    assert given(monkeypatch, {}, TARGET_POSTGRES_PARALLELISM="3")[0] is None
