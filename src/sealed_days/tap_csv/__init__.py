"""tap-csv: CSV files in, or the sealed days of DATE out."""

from __future__ import annotations

import gc
import sys
from typing import Any


def _sdk() -> Any:
    from sealed_days.tap_csv.sdk import TapCSV

    return TapCSV


def main() -> None:
    """Run the tap's command line; `--infer PATH` prints an entry of `files` for a file."""
    if "--infer" in sys.argv:
        from sealed_days.core.errors import one_line_errors
        from sealed_days.plugin.process import log_to_stderr
        from sealed_days.tap_csv import infer

        log_to_stderr("tap-csv")
        with one_line_errors("tap-csv"):
            infer.run(sys.argv[1:])
        return
    gc.disable()  # what is imported stays: `start` enables it again
    from sealed_days.plugin.main import Plugin
    from sealed_days.plugin.main import main as start
    from sealed_days.tap_csv.run import needs_sdk, run
    from sealed_days.tap_csv.settings import Settings

    start(Plugin("tap-csv", Settings, run, needs_sdk, _sdk))
