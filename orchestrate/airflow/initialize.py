"""Creates database, pool and admin where missing, for `meltano invoke airflow:initialize`.

Can be run again at any time. Runs in Airflow's own environment, as one process: each `airflow`
command would take seconds to start.
"""

import os
import sys
import warnings

POOL_SLOTS = "4"


def main() -> int:
    """Migrate the database, make the pool, and the admin when it is not there."""
    os.umask(0o077)  # Airflow writes its airflow.cfg now, for the owner alone
    # otherwise a hundred lines about permissions, and warnings about Airflow's own code
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"
    from airflow.cli.cli_parser import get_parser

    parser = get_parser()

    def airflow(*arguments: str) -> None:
        options = parser.parse_args(arguments)
        options.func(options)

    airflow("db", "migrate")
    from airflow.models.pool import Pool

    if Pool.get_pool("meltano") is None:  # else its slots may be the user's
        airflow("pools", "set", "meltano", POOL_SLOTS, "How many Meltano jobs run at a time")

    user, password = os.environ.get("AIRFLOW_ADMIN_USER"), os.environ.get("AIRFLOW_ADMIN_PASSWORD")
    if not user or not password:
        print("no admin is made: AIRFLOW_ADMIN_USER and AIRFLOW_ADMIN_PASSWORD are not in .env")
        return 0
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        exists = builder.sm.find_user(username=user)
    if exists:
        return 0
    airflow(
        # with =, as a random password may begin with a dash
        *("users", "create", f"--username={user}", f"--password={password}", "--role", "Admin"),
        *("--firstname", "Airflow", "--lastname", "Admin", f"--email={user}@localhost"),
    )
    print(f"The Airflow user {user} is made: AIRFLOW_ADMIN_PASSWORD in .env", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
