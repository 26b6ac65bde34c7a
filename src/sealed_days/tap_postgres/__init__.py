"""tap-postgres: every table of a PostgreSQL database as a whole CSV file, by COPY."""

from sealed_days.core.errors import one_line_errors
from sealed_days.plugin import start


def main() -> None:
    """Run the tap's command line."""
    with one_line_errors("tap-postgres"):
        from sealed_days.tap_postgres import run as lean

        config = start.plain_config(lean.KEYS)
        if config is not None and lean.is_enough(config):
            start.log_to_stderr()
            start.end_with_parent()
            lean.run(config)
        else:
            from sealed_days.tap_postgres.sdk import TapPostgres

            TapPostgres.cli()
