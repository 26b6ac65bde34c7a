"""tap-postgres: every table of a PostgreSQL database as a whole CSV file, by COPY."""

from singer_copy.errors import one_line_errors


def main() -> None:
    """Run the tap's command line."""
    with one_line_errors("tap-postgres"):
        from singer_copy.tap_postgres.tap import TapPostgres

        TapPostgres.cli()
