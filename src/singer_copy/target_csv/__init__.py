"""target-csv: streams become a sealed day of CSV files."""

from singer_copy.errors import one_line_errors


def main() -> None:
    """Run the target's command line."""
    with one_line_errors("target-csv"):
        from singer_copy.target_csv.target import TargetCSV

        TargetCSV.cli()
