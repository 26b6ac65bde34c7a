"""tap-csv: CSV files in, or the sealed days of DATE out."""

from singer_copy import start
from singer_copy.errors import one_line_errors


def main() -> None:
    """Run the tap's command line."""
    with one_line_errors("tap-csv"):
        from singer_copy.tap_csv import lean

        config = start.plain_config(lean.KEYS)
        if config is not None and lean.is_enough(config):
            start.log_to_stderr()
            start.end_with_parent()
            lean.run(config)
        else:
            from singer_copy.tap_csv.tap import TapCSV

            TapCSV.cli()
