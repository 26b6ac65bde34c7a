"""target-postgres: a day of whole CSV files becomes one transaction; records go as upstream's."""

from __future__ import annotations

import gc
from typing import Any


def _sdk() -> Any:
    from sealed_days.target_postgres.sdk import TargetPostgres

    return TargetPostgres


def main() -> None:
    """Run the target's command line."""
    gc.disable()  # what is imported stays: `start` enables it again
    from sealed_days.plugin.main import Plugin
    from sealed_days.plugin.main import main as start
    from sealed_days.target_postgres.run import needs_sdk, run
    from sealed_days.target_postgres.settings import Settings

    start(Plugin("target-postgres", Settings, run, needs_sdk, _sdk, reads_messages=True))
