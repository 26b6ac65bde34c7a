"""Makes the `.env` of docker-compose.yml: `python3 docker/make_env.py`, or `make env-docker`.

With `edge` or `celery` it adds the lines of Airflow with workers of its own (docs/workers.md).
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
# An empty line stands before it, and each of its lines may be changed.
WORKERS = """\

# Airflow with workers, see docs/workers.md: its executor; where days and Meltano's states are.
AIRFLOW_REQUIREMENTS=airflow-{workers}
AIRFLOW_CORE_EXECUTOR={executor}
MELTANO_DATABASE_URI=postgresql+psycopg2://{TARGET_POSTGRES_USER}:{TARGET_POSTGRES_PASSWORD}@warehouse_db:5432/meltano
STAGE_ROOT=s3://days/northwind
AWS_ENDPOINT_URL=http://store:8333
AWS_REGION=us-east-1
AWS_ACCESS_KEY_ID={key}
AWS_SECRET_ACCESS_KEY={secret}
"""
BROKER = """\
VALKEY_PASSWORD={password}
AIRFLOW__CELERY__BROKER_URL=redis://:{password}@valkey:6379/0
AIRFLOW__CELERY__RESULT_BACKEND=redis://:{password}@valkey:6379/1
"""
EXECUTORS = {
    "edge": "airflow.providers.edge3.executors.EdgeExecutor",
    "celery": "CeleryExecutor",
}
NEXT_WORKERS = """\
.env has the lines of Airflow with workers. Next:
  docker compose --profile {workers} up -d --build --scale {workers}-worker=2
Where the databases were made before this version, first: docker compose up -d, then
  docker compose exec warehouse_db \\
    psql -U postgres -d ecommerce -f /docker-entrypoint-initdb.d/provision.sql\
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


def add_workers(project: Path, workers: str) -> bool:
    """Add the lines of an executor to `.env`, unless one is there; True when they were added."""
    path = project / ".env"
    text = path.read_text(encoding="utf-8")
    if re.search(r"(?m)^AIRFLOW_REQUIREMENTS=", text):
        return False
    lines = WORKERS.format(
        **dict(re.findall(r"(?m)^(TARGET_POSTGRES_\w+)=(.*)$", text)),
        workers=workers,
        executor=EXECUTORS[workers],
        key=secrets.token_hex(10),
        secret=secrets.token_urlsafe(24),
    )
    if workers == "celery":
        lines += BROKER.format(password=secrets.token_urlsafe(24))
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)
    return True


def main(arguments: list[str]) -> int:
    """Make `.env`, or say why not; returns the exit code."""
    workers = arguments[0] if arguments else ""
    if workers and workers not in EXECUTORS:
        print(f"{workers}: use one of {', '.join(EXECUTORS)}", file=sys.stderr)
        return 1
    if code := make_once():
        return code
    if workers and add_workers(PROJECT, workers):
        print(NEXT_WORKERS.format(workers=workers))
    elif workers:
        print("AIRFLOW_REQUIREMENTS is in .env: change its lines by hand, see docs/workers.md")
    return 0


def make_once() -> int:
    """Make `.env` unless it is there; returns the exit code."""
    if make(PROJECT):
        print(NEXT)
    elif "\nDB_SUPERUSER_PASSWORD" in (PROJECT / ".env").read_text(encoding="utf-8"):
        print(THERE)
    else:
        print(NOT_OURS, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
