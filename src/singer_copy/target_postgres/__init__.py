"""target-postgres: a day of whole CSV files becomes one transaction; records go as upstream's."""

from __future__ import annotations

from singer_copy.errors import one_line_errors


def main() -> None:
    """Run the target; an error of the user's ends it with one line and exit code 1."""
    from singer_copy.target_postgres.target import TargetPostgres

    with one_line_errors("target-postgres"):
        TargetPostgres.cli()
