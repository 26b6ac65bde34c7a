"""target-ducklake: a sealed day becomes one transaction of a lake (DuckLake)."""

from __future__ import annotations

import gc
from typing import Any


def _sdk() -> Any:
    from sealed_days.core.errors import ConfigurationError

    msg = (
        "target-ducklake takes sealed days alone, as whole files: run it behind tap-csv "
        "(meltano run tap-csv target-ducklake); its settings are in docs/settings.md"
    )
    raise ConfigurationError(msg)


def main() -> None:
    """Run the target's command line."""
    gc.disable()  # what is imported stays: `start` enables it again
    from sealed_days.plugin.main import Plugin
    from sealed_days.plugin.main import main as start
    from sealed_days.target_ducklake.run import needs_sdk, run
    from sealed_days.target_ducklake.settings import Settings

    start(Plugin("target-ducklake", Settings, run, needs_sdk, _sdk, reads_messages=True))
