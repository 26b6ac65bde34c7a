"""An image or a worker runs Airflow's commands as such, and any other program as it is."""

from __future__ import annotations

import subprocess
import sys

import pytest
from airflow_project import Project

EDGE_WORKER = {
    "AIRFLOW_DATABASE_SQL_ALCHEMY_CONN": "postgresql+psycopg2:///none",
    "AIRFLOW_CORE_PARALLELISM": "7",
}


def start(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = project.root / "orchestrate/airflow/start.py"
    return project.run(sys.executable, script, *arguments, **EDGE_WORKER)


@pytest.mark.parametrize(
    "command",
    [
        ("config", "get-value", "core", "parallelism"),
        ("airflow", "config", "get-value", "core", "parallelism"),
        ("bash", "-c", "airflow config get-value core parallelism"),
        ("python", "-c", "from airflow.configuration import conf; print(conf.get('core', 'parallelism'))"),  # noqa: E501
    ],
    ids=["command of airflow", "airflow", "bash", "python"],
)  # fmt: skip
def test_program_runs_with_the_settings_of_airflow(
    project: Project, command: tuple[str, ...]
) -> None:
    done = start(project, *command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "7"


def test_meltano_is_passed_through_and_its_exit_code_is_handed_on(project: Project) -> None:
    assert start(project, "meltano", "--version").stdout.startswith("meltano, version")
    assert start(project, "bash", "-c", "exit 7").returncode == 7


def test_executor_that_is_not_installed_is_refused_in_one_line(project: Project) -> None:
    script = project.root / "orchestrate/airflow/start.py"
    done = project.run(
        sys.executable,
        script,
        "scheduler",
        AIRFLOW_CORE_EXECUTOR="airflow.providers.edge3.executors.EdgeExecutor",
    )
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "EdgeExecutor" in line]
    assert "is not installed here: set AIRFLOW_REQUIREMENTS=airflow-edge in .env" in line
    assert "Traceback" not in done.stderr
