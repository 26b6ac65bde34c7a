"""tap-postgres: every table of a PostgreSQL database as a whole CSV file, by COPY."""

from singer_copy import start
from singer_copy.errors import one_line_errors


def main() -> None:
    """Run the tap's command line."""
    with one_line_errors("tap-postgres"):
        from singer_copy.tap_postgres import lean

        config = start.plain_config(lean.KEYS)
        if config is not None and lean.is_enough(config):
            start.log_to_stderr()
            start.end_with_parent()
            lean.run(config)
        else:
            from singer_copy.tap_postgres.tap import TapPostgres

            TapPostgres.cli()
