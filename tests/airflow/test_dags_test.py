"""`airflow dags test`: the real three steps, here and now.

No scheduler runs beside it: one would take the same run's tasks up as its own.
"""

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from airflow_project import DAG, Project

PIPELINE = "pipeline-csv-and-postgres-to-local-target-postgres"


@pytest.fixture(scope="module", autouse=True)
def database(project: Project) -> None:
    """The metadata database, and none of Airflow's processes."""
    for command in (
        (sys.executable, "-m", "embedded_postgres", "up"),
        (project.meltano, "invoke", "airflow:initialize"),
    ):
        done = project.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_dags_test_runs_the_three_steps_with_assets_and_lineage_of_each_table(
    project: Project, tmp_path: Path
) -> None:
    told = tmp_path / "lineage.jsonl"
    transport = {"type": "file", "log_file_path": str(told), "append": True}
    done = project.airflow(
        *("dags", "test", DAG, "2025-01-10"),
        AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(transport),
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    loaded = project.warehouse(
        "SELECT DISTINCT date FROM ecommerce_days.loads WHERE table_name = 'order_details'"
    )
    assert (date(2025, 1, 10),) in loaded

    source, warehouse = project.settings.source, project.settings.warehouse
    staged = project.root / "output/postgres/orders"
    read, loads = (f"postgres://{each.host}:{each.port}" for each in (source, warehouse))
    size = (staged / "2025-01-10/orders.csv").stat().st_size
    ends = {
        event["job"]["name"].partition(".")[2]: event
        for event in map(json.loads, told.read_text().splitlines())
        if event["eventType"] == "COMPLETE"
    }
    moved = {
        name: [
            (put["namespace"], put["name"], put[f"{way}Facets"][f"{way}Statistics"])
            for way in ("input", "output")
            for put in event[f"{way}s"]
            if put["name"].endswith("orders")
        ]
        for name, event in ends.items()
    }

    def short(name: str) -> list[tuple[str, str, int, int | None]]:
        return [(*put, facet["rowCount"], facet.get("size")) for *put, facet in moved[name]]

    assert short("postgres-to-local") == [
        (read, f"{source.database}.public.orders", 830, None),
        ("file", str(staged), 830, size),
    ]
    assert short("local-csv-to-postgres") == [
        ("file", str(staged), 830, size),
        (loads, f"{warehouse.database}.ecommerce.orders", 830, size),
    ]
    csv = ends["orders-details-csv-to-local"]
    assert [put["name"] for put in csv["inputs"]] == [str(project.root / "data/order_details.csv")]
    assert len(ends["local-csv-to-postgres"]["outputs"]) == 14

    events = dict(assets(project, f"{loads}/%orders", f"{staged.as_uri()}"))
    assert events == {
        f"{loads}/{warehouse.database}.ecommerce.orders": (830, size),
        staged.as_uri(): (830, size),
    }


def assets(project: Project, *like: str) -> list[tuple[str, tuple[int, int]]]:
    """Return URI, rows and bytes of the events of tables' assets on 2025-01-10."""
    return [
        (uri, (extra["rows"], extra["bytes"]))
        for uri, extra in project.metadata(
            "SELECT uri, e.extra FROM asset_event e JOIN asset a ON a.id = e.asset_id "
            "WHERE e.extra->>'date' = '2025-01-10' AND uri LIKE ANY (%s)",
            list(like),
        )
    ]


def test_tables_stages_and_loads_these_alone(project: Project) -> None:
    first = project.run(project.meltano, "run", PIPELINE, DATE="2025-01-11")
    assert first.returncode == 0, (first.stdout + first.stderr)[-6000:]
    conf = json.dumps({"tables": ["order_details"]})
    done = project.airflow("dags", "test", DAG, "2025-01-11", "--conf", conf)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    ((run_id,),) = project.metadata(
        "SELECT run_id FROM dag_run WHERE dag_id = %s AND logical_date = %s",
        DAG,
        "2025-01-11T00:00:00Z",
    )
    assert project.states(run_id) == {
        "postgres-to-local": "skipped",
        "orders-details-csv-to-local": "success",
        "local-csv-to-postgres": "success",
    }
    loads = project.warehouse(
        "SELECT table_name, count(*) FROM ecommerce_days.loads WHERE date = '2025-01-11' "
        "GROUP BY table_name"
    )
    assert dict(loads)["order_details"] == 2
    assert {count for table, count in loads if table != "order_details"} == {1}


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
