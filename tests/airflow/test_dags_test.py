"""`airflow dags test`: the real three steps, here and now.

No scheduler runs beside it: one would take the same run's tasks up as its own.
"""

import sys
from datetime import date

import pytest
from airflow_project import DAG, Project

pytestmark = pytest.mark.live


def test_dags_test_runs_the_three_steps(project: Project) -> None:
    for command in (
        (sys.executable, "-m", "embedded_postgres", "up"),
        (project.meltano, "invoke", "airflow:initialize"),
    ):
        done = project.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    done = project.airflow("dags", "test", DAG, "2025-01-10")
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    loaded = project.warehouse(
        "SELECT DISTINCT date FROM ecommerce_days.loads WHERE table_name = 'order_details'"
    )
    assert loaded == [(date(2025, 1, 10),)]
