"""target-csv: streams become a sealed day of CSV files."""

import sys

from singer_copy import start
from singer_copy.errors import one_line_errors


def main() -> None:
    """Run the target's command line."""
    with one_line_errors("target-csv"):
        from singer_copy.target_csv import lean

        config = start.plain_config(lean.KEYS)
        if config is not None:
            first, lines = start.peek(sys.stdin)
            if not first or lean.is_enough(config, first):
                start.log_to_stderr()
                lean.run(config, lines)
                return
            sys.stdin = lines  # type: ignore[assignment] # what the SDK reads, from its first line
        from singer_copy.target_csv.target import TargetCSV

        TargetCSV.cli()
