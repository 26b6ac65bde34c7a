"""tap-csv: CSV files in, or the sealed days of DATE out."""

from __future__ import annotations


def main() -> None:
    """Run tap-csv; what the user can mend ends in one line and exit code 1."""
    from singer_copy.errors import one_line_errors

    with one_line_errors("tap-csv"):
        from singer_copy.tap_csv.tap import TapCSV

        TapCSV.cli()
