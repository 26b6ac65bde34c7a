"""Becomes `airflow ARGUMENTS`, with the settings of orchestrate/airflow.meltano.yml and .env.

`edge worker`, `celery worker`, `api-server`, …: an Airflow command is run as such. A program
(`meltano`, `airflow`, `python`, `bash`), as pods and `docker run` name them, is run as it is, with
the same settings. Not `meltano invoke airflow`, which leaves Airflow behind when asked to stop.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MELTANO = PROJECT / ".venv" / "bin" / "meltano"
# What Airflow gets of Meltano's variables. Not the connections of .env: a task reads them anew.
GIVEN = (
    *("AIRFLOW_", "_AIRFLOW_", "ALERT_", "DATE_"),
    *("PATH", "VIRTUAL_ENV"),
)
# Programs of Airflow's own environment; its `celery` is left to `airflow celery`.
OWN_PROGRAMS = ("airflow", "python", "python3")


def main(arguments: list[str]) -> int:
    """Replace this process by what was asked for; returns Meltano's exit code when that fails."""
    asked = subprocess.run(
        [str(MELTANO), "invoke", "airflow:environment"], cwd=PROJECT, stdout=subprocess.PIPE
    )
    if asked.returncode:
        return asked.returncode
    given = {name: v for name, v in json.loads(asked.stdout).items() if name.startswith(GIVEN)}
    environment = {**os.environ, **given, "MELTANO_PROJECT_ROOT": str(PROJECT)}
    environment["PATH"] += f"{os.pathsep}{MELTANO.parent}"
    if not is_program(arguments[0] if arguments else ""):
        arguments = ["airflow", *arguments]
    os.environ["PATH"] = environment["PATH"]  # where the program is looked for
    os.execvpe(arguments[0], arguments, environment)  # noqa: S606


def is_program(name: str) -> bool:
    """Return whether a first argument is a program of its own, and no command of Airflow's."""
    path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{MELTANO.parent}"
    return name in OWN_PROGRAMS or shutil.which(name, path=path) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
