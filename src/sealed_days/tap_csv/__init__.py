"""tap-csv: CSV files in, or the sealed days of DATE out."""

from sealed_days.core.errors import one_line_errors
from sealed_days.plugin import start


def main() -> None:
    """Run the tap's command line."""
    with one_line_errors("tap-csv"):
        from sealed_days.tap_csv import run as lean

        config = start.plain_config(lean.KEYS)
        if config is not None and lean.is_enough(config):
            start.log_to_stderr()
            start.end_with_parent()
            lean.run(config)
        else:
            from sealed_days.tap_csv.sdk import TapCSV

            TapCSV.cli()
