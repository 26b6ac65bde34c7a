"""Adds to a `.env` of before 1.1 the variables that came since: what is there stays as it is."""

from pathlib import Path

from embedded_postgres.settings import Settings
from sealed_days.core import dotenv

HEAD = (
    "\n# Added by version 1.1: where Airflow's own database is, and the embedded server's port.\n"
)


def complete(project: Path) -> list[str]:
    """Return the names of what was added."""
    known = dotenv.read(project).values
    new = {}
    if known.get("EMBEDDED_POSTGRES_DATA"):
        port = str(Settings.read(project).port)
        new = {"EMBEDDED_POSTGRES_PORT": port}
        airflow = {"AIRFLOW_DATABASE_HOST": "127.0.0.1", "AIRFLOW_DATABASE_PORT": port}
    else:  # it stood beside the warehouse
        airflow = {
            "AIRFLOW_DATABASE_HOST": "${TARGET_POSTGRES_HOST}",
            "AIRFLOW_DATABASE_PORT": "${TARGET_POSTGRES_PORT:-5432}",
        }
    if "AIRFLOW_DATABASE_PASSWORD" in known:
        new |= airflow
    new = {name: value for name, value in new.items() if name not in known}
    if new:
        path = project / ".env"
        text = path.read_text(encoding="utf-8")
        lines = "".join(f"{name}={value}\n" for name, value in new.items())
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{'' if text.endswith(chr(10)) else chr(10)}{HEAD}{lines}")
    return list(new)
