"""The documentation says what is there: settings, files, tests, commands."""

from __future__ import annotations

import re
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
        for setting in [*(s["name"] for s in entry["settings"]), *entry.get("config", {})]
    ]


@pytest.mark.parametrize("section", sorted({section for section, _ in declared_settings()}))
def test_every_setting_in_meltano_yml_is_on_the_settings_page(section: str) -> None:
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", SETTINGS_PAGE, re.MULTILINE | re.DOTALL)
    if found is None:
        pytest.skip(f"{section} has no settings.py yet")
    on_page = set(re.findall(r"^\| `(\w+)`", found[1], re.MULTILINE))

    assert {name for s, name in declared_settings() if s == section} <= on_page
