"""Which variables of a plugin's name are refused, and which are others' or the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealed_days.core.errors import ConfigurationError
from sealed_days.plugin.variables import refuse_unknown
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
