"""tap-postgres: every table of a PostgreSQL database as a whole CSV file, by COPY."""

from __future__ import annotations

import gc
from typing import Any


def _sdk() -> Any:
    from sealed_days.tap_postgres.sdk import TapPostgres

    return TapPostgres


def main() -> None:
    """Run the tap's command line."""
    gc.disable()  # what is imported stays: `start` enables it again
    from sealed_days.plugin.main import Plugin
    from sealed_days.plugin.main import main as start
    from sealed_days.tap_postgres.run import needs_sdk, run
    from sealed_days.tap_postgres.settings import Settings

    start(Plugin("tap-postgres", Settings, run, needs_sdk, _sdk))
