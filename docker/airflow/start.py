"""Becomes `airflow ARGUMENTS`, with the settings of orchestrate/airflow.meltano.yml.

Not `meltano invoke airflow`, which leaves Airflow behind when the container is asked to stop.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MELTANO = PROJECT / ".venv" / "bin" / "meltano"
GIVEN = ("AIRFLOW_", "PATH", "VIRTUAL_ENV")


def main(arguments: list[str]) -> int:
    """Replace this process by Airflow's; returns the exit code of Meltano when that fails."""
    asked = subprocess.run(
        [str(MELTANO), "invoke", "airflow:environment"], cwd=PROJECT, stdout=subprocess.PIPE
    )
    if asked.returncode:
        return asked.returncode
    given = {name: v for name, v in json.loads(asked.stdout).items() if name.startswith(GIVEN)}
    environment = {**os.environ, **given, "MELTANO_PROJECT_ROOT": str(PROJECT)}
    os.environ["PATH"] = environment["PATH"]  # where Airflow is looked for
    os.execvpe("airflow", ["airflow", *arguments], environment)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
