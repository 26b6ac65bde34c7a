"""What MeltanoLabs tests of target-postgres, run with our class in place of theirs.

Left out is what needs their network: taps from outside the package index, and servers with
their certificates and SSH keys.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest
import target_postgres.target
from target_postgres.tests import core

from sealed_days.target_postgres.sdk import TargetPostgres

_CONFIG: dict[str, Any] = {"default_target_schema": "melty", "add_record_metadata": True}

for name, attribute in (
    ("tap_countries.tap", "TapCountries"),
    ("tap_fundamentals", "Fundamentals"),
):
    module = types.ModuleType(name)
    setattr(module, attribute, None)
    sys.modules.setdefault(name.split(".")[0], types.ModuleType(name.split(".")[0]))
    sys.modules[name] = module
core.postgres_config = core.postgres_config_no_ssl = lambda: dict(_CONFIG)
target_postgres.target.TargetPostgres = TargetPostgres

from target_postgres.tests import test_target_postgres as theirs  # noqa: E402 - with our class

theirs.TargetPostgres = TargetPostgres
_OUTSIDE = ("countries_to", "aapl_to", "sqlalchemy_url", "ssl", "ssh", "port_")

for _name, _value in vars(theirs).items():
    if _name.startswith("test_") and not any(part in _name for part in _OUTSIDE):
        globals()[_name] = _value


@pytest.fixture(scope="module")
def postgres_config_no_ssl(warehouse: dict[str, Any]) -> dict[str, Any]:
    """Their config, for our server."""
    keys = ("host", "port", "user", "password", "database")
    return {**_CONFIG, **{key: warehouse[key] for key in keys}}


@pytest.fixture(scope="module")
def postgres_config(postgres_config_no_ssl: dict[str, Any]) -> dict[str, Any]:
    """Their config with SSL, which our server has not."""
    return postgres_config_no_ssl


@pytest.fixture
def postgres_target(postgres_config: dict[str, Any]) -> TargetPostgres:
    """Our target."""
    return TargetPostgres(config=postgres_config)
