"""target-csv: streams become a sealed day of CSV files."""

from __future__ import annotations

import gc
from typing import Any


def _sdk() -> Any:
    from sealed_days.target_csv.sdk import TargetCSV

    return TargetCSV


def main() -> None:
    """Run the target's command line."""
    gc.disable()  # what is imported stays: `start` enables it again
    from sealed_days.plugin.main import Plugin
    from sealed_days.plugin.main import main as start
    from sealed_days.target_csv.run import needs_sdk, run
    from sealed_days.target_csv.settings import Settings

    start(Plugin("target-csv", Settings, run, needs_sdk, _sdk, reads_messages=True))
