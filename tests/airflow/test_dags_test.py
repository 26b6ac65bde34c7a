"""`airflow dags test`: the real three steps, here and now.

No scheduler runs beside it: one would take the same run's tasks up as its own.
"""

import sys
from datetime import date

import pytest
from airflow_project import DAG, Project

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def database(project: Project) -> None:
    """The metadata database, and none of Airflow's processes."""
    for command in (
        (sys.executable, "-m", "embedded_postgres", "up"),
        (project.meltano, "invoke", "airflow:initialize"),
    ):
        done = project.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_dags_test_runs_the_three_steps(project: Project) -> None:
    done = project.airflow("dags", "test", DAG, "2025-01-10")
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    loaded = project.warehouse(
        "SELECT DISTINCT date FROM ecommerce_days.loads WHERE table_name = 'order_details'"
    )
    assert loaded == [(date(2025, 1, 10),)]


def test_failed_extract_stops_the_load_alerts_and_harms_nothing(
    project: Project, webhook: tuple[str, list[dict[str, str]]]
) -> None:
    address, received = webhook
    before = project.loads()
    done = project.airflow(
        *("dags", "test", DAG, "2025-01-09"),
        TAP_POSTGRES_PASSWORD="wrong",
        ALERT_WEBHOOK_URL=address,
        AIRFLOW_CORE_DEFAULT_TASK_RETRIES="0",
        AIRFLOW__API_BASE_URL="https://airflow.example.com",
    )
    assert done.returncode != 0
    ((run_id, state),) = project.metadata(
        "SELECT run_id, state FROM dag_run WHERE dag_id = %s AND logical_date = %s",
        DAG,
        "2025-01-09T00:00:00Z",
    )
    assert state == "failed"
    assert project.states(run_id) == {
        "postgres-to-local": "failed",
        "orders-details-csv-to-local": "success",
        "local-csv-to-postgres": "upstream_failed",
    }
    said = done.stdout + done.stderr
    assert 'password authentication failed for user "northwind_reader"' in said
    rerun = "DATE=2025-01-09 meltano run postgres-to-local"
    assert f"To run it again: {rerun}" in said
    (alert,) = received
    why = "tap-postgres: cannot connect to the source"
    link = "Log: https://airflow.example.com/dags/"
    for name in (f"{DAG}.postgres-to-local", "DATE 2025-01-09", why, rerun, link):
        assert name in alert["text"]
    after = project.loads()
    assert set(before) <= set(after)
    assert date(2025, 1, 9) not in {day for day, *_ in after}
