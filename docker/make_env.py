"""Makes the `.env` of docker-compose.yml: `python3 docker/make_env.py`, or `make env-docker`.

The variables are those of the embedded default, with the ports of the containers and with what
only the containers need. Runs on Python 3.10 or later and nothing else.
"""

import re
import secrets
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "src"))

from embedded_postgres import env_file  # noqa: E402  # it needs the standard library alone

PORTS = {"TAP_POSTGRES_PORT": 5432, "TARGET_POSTGRES_PORT": 5433, "AIRFLOW_DATABASE_PORT": 5433}
CONTAINERS = """\
# The containers: the superuser (postgres) of each server, and who logs in to pgAdmin.
DB_SUPERUSER_PASSWORD={db}
WAREHOUSE_DB_SUPERUSER_PASSWORD={warehouse_db}
PGADMIN_DEFAULT_EMAIL=admin@example.com
PGADMIN_DEFAULT_PASSWORD={pgadmin}
"""
NEXT = """\
.env is made, with random passwords, for you alone to read. Next:
  docker compose up -d                     the databases and pgAdmin, http://localhost:16543
  docker compose --profile airflow up -d   and Airflow, http://localhost:8080
pgAdmin's login is PGADMIN_DEFAULT_EMAIL and …_PASSWORD of .env, Airflow's AIRFLOW_ADMIN_….\
"""
THERE = ".env is there, and left as it is"
NOT_OURS = """\
.env is there, but is not the one of the containers: put it aside (`mv .env .env.embedded`), then
run this again.\
"""


def make(project: Path) -> bool:
    """Create `.env` (mode 600) unless there is one; True when it was made."""
    # Made beside it and linked, so that it appears whole or not at all and replaces nothing.
    with tempfile.TemporaryDirectory(prefix=".env.", dir=project) as scratch:
        env_file.make(Path(scratch))
        made = Path(scratch) / ".env"
        made.write_text(for_containers(made.read_text(encoding="utf-8")), encoding="utf-8")
        try:
            (project / ".env").hardlink_to(made)
        except FileExistsError:
            return False
    return True


def for_containers(embedded: str) -> str:
    """Turn the text of an embedded `.env` into the one of the containers."""
    for name, port in PORTS.items():
        embedded = re.sub(rf"(?m)^{name}=.*$", f"{name}={port}", embedded)
    paragraphs = embedded.rstrip("\n").split("\n\n")
    kept = [paragraph for paragraph in paragraphs if "EMBEDDED_POSTGRES_" not in paragraph]
    passwords = {name: secrets.token_urlsafe(24) for name in ("db", "warehouse_db", "pgadmin")}
    return "\n\n".join([*kept, CONTAINERS.format(**passwords)])


def main() -> int:
    """Make `.env`, or say why not; returns the exit code."""
    if make(PROJECT):
        print(NEXT)
    elif "\nDB_SUPERUSER_PASSWORD" in (PROJECT / ".env").read_text(encoding="utf-8"):
        print(THERE)
    else:
        print(NOT_OURS, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
