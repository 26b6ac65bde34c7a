"""What the DAG files promise, without a database and without any of Airflow's processes."""

from typing import Any

import pytest
from airflow_project import DAG, Project

LOOK = """
import copy, json
from airflow.dag_processing.dagbag import DagBag
bag = DagBag()
"""

DAGS = (
    LOOK
    + """
def about(dag):
    return {
        "tags": sorted(dag.tags), "doc": dag.doc_md, "paused": dag.is_paused_upon_creation,
        "catchup": dag.catchup, "timetable": str(dag.timetable.__class__.__name__),
        "timezone": str(getattr(dag.timetable, "timezone", None)),
        "cron": getattr(dag.timetable, "expression", None),
        "tasks": {task.task_id: {
            "type": task.__class__.__name__, "command": task.bash_command, "doc": task.doc_md,
            "upstream": sorted(task.upstream_task_ids), "pool": task.pool,
            "retries": task.retries, "backoff": task.retry_exponential_backoff,
            "timeout": task.execution_timeout.total_seconds(),
            "at_a_time": task.max_active_tis_per_dag, "past": task.depends_on_past,
            "skip_on": task.skip_on_exit_code, "append_env": task.append_env, "env": task.env,
            "outlets": [asset.name for asset in task.outlets],
            "alerts": [each.__class__.__name__ for each in task.on_failure_callback],
        } for task in dag.tasks},
    }
print(json.dumps({"errors": bag.import_errors,
                  "dags": {name: about(dag) for name, dag in bag.dags.items()}}))
"""
)

RENDER = (
    LOOK
    + """
from types import SimpleNamespace
from datetime import datetime
dag = bag.dags["northwind_meltano_pipeline"]
task = dag.get_task("postgres-to-local")
moment = lambda text: text and datetime.fromisoformat(text)
case = json.loads(CASE)
context = {
    "params": {"date": case.get("date")},
    "dag_run": SimpleNamespace(
        logical_date=moment(case.get("logical_date")), run_after=moment(case["run_after"])
    ),
}
print(json.dumps(task.render_template(task.env["DATE"], context, dag.get_template_env())))
"""
)

VALIDATE = (
    LOOK
    + """
params = bag.dags["northwind_meltano_pipeline"].params
taken = {}
values = (None, "2025-01-05", "2025-13-01", "5.1.2025", "20250105", "", "2025-01-05 ", 20250105)
for value in values:
    try:
        fresh = copy.deepcopy(params)
        fresh["date"] = value
        fresh.validate()
        taken[repr(value)] = True
    except Exception:
        taken[repr(value)] = False
print(json.dumps(taken))
"""
)


@pytest.fixture(scope="module")
def dags(project: Project) -> dict[str, Any]:
    found = project.inside(
        DAGS, AIRFLOW__CORE__DEFAULT_TASK_RETRIES=setting(project, "core.default_task_retries")
    )
    assert found["errors"] == {}
    return found["dags"]


def setting(project: Project, name: str) -> str:
    """A setting of the utility, as Meltano gives it."""
    variable = "AIRFLOW__" + name.upper().replace(".", "__")
    done = project.run(project.meltano, "invoke", "--print-var", variable, "airflow:environment")
    return done.stdout.splitlines()[0].partition("=")[2]


def test_dag_extracts_side_by_side_then_loads(dags: dict[str, Any]) -> None:
    tasks = dags[DAG]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "postgres-to-local": [],
        "orders-details-csv-to-local": [],
        "local-csv-to-postgres": ["orders-details-csv-to-local", "postgres-to-local"],
    }
    for name, task in tasks.items():
        assert task["type"] == "BashOperator"
        assert task["command"].rstrip().endswith(f"meltano run {name}")
        assert task["command"].startswith("set -euo pipefail")


def test_dag_is_on_daily_without_catchup(dags: dict[str, Any]) -> None:
    dag = dags[DAG]
    assert (dag["paused"], dag["catchup"], dag["cron"]) == (False, False, "0 0 * * *")
    assert dag["timetable"] == "CronTriggerTimetable"
    assert {"northwind", "meltano"} <= set(dag["tags"])


def test_every_task_is_bounded_and_tried_again(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag["tasks"].values():
            assert task["retries"] == 2
            assert task["backoff"] > 1
            assert task["timeout"] > 0
            assert task["pool"] == "meltano"
            assert task["at_a_time"] >= 1
            assert task["past"] is False


def test_no_exit_code_is_a_silent_success(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag["tasks"].values():
            assert task["skip_on"] == []
            assert task["append_env"] is True


def test_every_task_says_what_to_check_and_how_to_rerun(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert dag["doc"]
        for task in dag["tasks"].values():
            assert "meltano run" in task["doc"]
            assert "DATE=" in task["doc"]
            assert "Check" in task["doc"]


def test_load_publishes_the_asset(dags: dict[str, Any]) -> None:
    outlets = {name: task["outlets"] for name, task in dags[DAG]["tasks"].items()}
    assert outlets == {
        "postgres-to-local": [],
        "orders-details-csv-to-local": [],
        "local-csv-to-postgres": ["ecommerce"],
    }


@pytest.mark.parametrize(
    ("case", "zone", "day"),
    [
        pytest.param(
            '{"logical_date": "2025-01-05T00:00:00Z", "run_after": "2025-01-05T00:00:00Z"}',
            "",
            "2025-01-05",
            id="scheduled or backfill",
        ),
        pytest.param(
            '{"logical_date": "2025-01-06T09:30:00Z", "run_after": "2025-01-06T09:30:00Z"}',
            "",
            "2025-01-06",
            id="UI without a date",
        ),
        pytest.param(
            '{"date": "2024-02-29", "logical_date": "2025-01-06T09:30:00Z",'
            ' "run_after": "2025-01-06T09:30:00Z"}',
            "",
            "2024-02-29",
            id="UI with a date",
        ),
        pytest.param(
            '{"logical_date": null, "run_after": "2025-01-07T23:59:59Z"}',
            "",
            "2025-01-07",
            id="API or CLI without a logical date",
        ),
        pytest.param(
            '{"date": "2025-01-05", "logical_date": null, "run_after": "2025-01-07T23:59:59Z"}',
            "",
            "2025-01-05",
            id="API or CLI with a date",
        ),
        pytest.param(
            '{"logical_date": "2025-01-05T03:00:00Z", "run_after": "2025-01-05T03:00:00Z"}',
            "America/Sao_Paulo",
            "2025-01-05",
            id="midnight west of Greenwich",
        ),
        pytest.param(
            '{"logical_date": "2025-01-04T15:00:00Z", "run_after": "2025-01-04T15:00:00Z"}',
            "Asia/Tokyo",
            "2025-01-05",
            id="midnight east of Greenwich",
        ),
        pytest.param(
            '{"logical_date": null, "run_after": "2025-01-05T01:00:00Z"}',
            "America/Sao_Paulo",
            "2025-01-04",
            id="evening by hand, west",
        ),
    ],
)
def test_date_is_the_day_of_the_run(project: Project, case: str, zone: str, day: str) -> None:
    assert project.inside(RENDER.replace("CASE", repr(case)), DATE_TIMEZONE=zone) == day


def test_schedule_is_midnight_in_the_projects_time_zone(project: Project) -> None:
    found = project.inside(DAGS, DATE_TIMEZONE="America/Sao_Paulo")["dags"]
    assert "Sao_Paulo" in found[DAG]["timezone"]


def test_date_parameter_takes_days_only(project: Project) -> None:
    taken = project.inside(VALIDATE)
    assert [value for value, ok in taken.items() if ok] == ["None", "'2025-01-05'"]


def test_each_schedule_of_meltano_becomes_a_paused_dag(dags: dict[str, Any]) -> None:
    dag = dags["meltano_daily-northwind"]
    assert dag["paused"] is True
    assert dag["cron"] == "0 0 * * *"
    (task,) = dag["tasks"].values()
    assert "meltano run pipeline-csv-and-postgres-to-local-target-postgres" in task["command"]
    assert "dag_run.logical_date" in task["env"]["DATE"]


def test_every_kind_of_schedule_is_understood(project: Project) -> None:
    included = project.root / "orchestrate/kinds.meltano.yml"
    included.write_text(
        """
schedules:
- {name: hourly, interval: "@hourly", job: postgres-to-local, env: {LEVEL: 3}}
- {name: cron, interval: "30 6 * * 1-5", job: "a b"}
- {name: once, interval: "@once", job: postgres-to-local}
- {name: manual, interval: "@manual", job: postgres-to-local}
- {name: elt, interval: "@weekly", extractor: tap-postgres, loader: target-postgres,
   transform: skip, start_date: 2025-02-01}
"""
    )
    try:
        found = project.inside(DAGS)
    finally:
        included.unlink()
    assert found["errors"] == {}
    dags = {name.removeprefix("meltano_"): dag for name, dag in found["dags"].items()}
    assert {name: (dag["timetable"], dag["cron"]) for name, dag in dags.items() if name != DAG} == {
        "daily-northwind": ("CronTriggerTimetable", "0 0 * * *"),
        "hourly": ("CronTriggerTimetable", "0 * * * *"),
        "cron": ("CronTriggerTimetable", "30 6 * * 1-5"),
        "once": ("OnceTimetable", None),
        "manual": ("NullTimetable", None),
        "elt": ("CronTriggerTimetable", "0 0 * * 0"),
    }
    tasks = {name: next(iter(dag["tasks"].values())) for name, dag in dags.items()}
    assert tasks["hourly"]["env"]["LEVEL"] == "3"
    assert "meltano run 'a b'" in tasks["cron"]["command"]
    assert "dag_run.start_date" in tasks["once"]["env"]["DATE"]
    assert "meltano el tap-postgres target-postgres --state-id=elt" in tasks["elt"]["command"]


def test_alerts_are_off_until_set(project: Project, dags: dict[str, Any]) -> None:
    def told(found: dict[str, Any]) -> set[str]:
        return {name for task in found[DAG]["tasks"].values() for name in task["alerts"]}

    assert told(dags) == {"RerunLine"}
    both = project.inside(DAGS, ALERT_WEBHOOK_URL="http://127.0.0.1:1/x", ALERT_EMAIL="a@b.c")
    assert told(both["dags"]) == {"RerunLine", "HttpNotifier", "SmtpNotifier"}


def test_no_password_in_the_files_of_git(project: Project) -> None:
    values = [
        value
        for name, value in dotenv_values(project).items()
        if "PASSWORD" in name or "SECRET" in name
    ]
    for path in (project.root / "orchestrate").rglob("*"):
        if path.is_file() and path.suffix in (".py", ".yml", ".md"):
            text = path.read_text()
            assert not [value for value in values if value in text], path


def dotenv_values(project: Project) -> dict[str, str]:
    from sealed_days.core import dotenv

    return dotenv.read(project.root).values
