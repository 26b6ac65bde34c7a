"""target-postgres: a day of whole CSV files becomes one transaction; records go as upstream's."""

from __future__ import annotations

import sys

from sealed_days.core.errors import one_line_errors
from sealed_days.plugin import start


def main() -> None:
    """Run the target; what the user can mend ends in one line and exit code 1."""
    with one_line_errors("target-postgres"):
        from sealed_days.target_postgres import run as lean

        config = start.plain_config(lean.KEYS)
        if config is not None:
            first, lines = start.peek(sys.stdin)
            if lean.is_enough(config, first):
                start.log_to_stderr()
                lean.run(config, lines)
                return
            sys.stdin = lines  # type: ignore[assignment] # what the SDK reads, from its first line
        from sealed_days.target_postgres.sdk import TargetPostgres

        TargetPostgres.cli()
