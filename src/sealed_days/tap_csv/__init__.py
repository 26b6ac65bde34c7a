"""tap-csv: CSV files in, or the sealed days of DATE out."""

from __future__ import annotations

from typing import Any

from sealed_days.plugin.main import Plugin
from sealed_days.plugin.main import main as start
from sealed_days.tap_csv.run import needs_sdk, run
from sealed_days.tap_csv.settings import Settings


def _sdk() -> Any:
    from sealed_days.tap_csv.sdk import TapCSV

    return TapCSV


def main() -> None:
    """Run the tap's command line."""
    start(Plugin("tap-csv", Settings, run, needs_sdk, _sdk))
