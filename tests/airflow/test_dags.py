"""What the DAG files promise, without a database and without any of Airflow's processes."""

import json
import re
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
        "timezone": str(getattr(dag.timetable, "_timezone", None)),
        "cron": getattr(dag.timetable, "_expression", None),
        "title": dag.dag_display_name, "about": dag.description,
        "deadlines": len(dag.deadline or []),
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
def render(case):
    context = {
        "params": {"date": case.get("date")},
        "dag_run": SimpleNamespace(
            logical_date=moment(case.get("logical_date")), run_after=moment(case["run_after"]),
            run_type=case.get("run_type", "manual"),
        ),
    }
    return task.render_template(task.env["DATE"], context, dag.get_template_env())
print(json.dumps({name: render(case) for name, case in json.loads(CASES).items()}))
"""
)

VALIDATE = (
    LOOK
    + """
params = bag.dags["northwind_meltano_pipeline"].params
taken = {}
values = (
    None, "2025-01-05", "2025-13-01", "5.1.2025", "20250105", "", "2025-01-05 ", 20250105,
    "9999-12-31", ["2025-01-05"], {"date": "2025-01-05"}, True, "2025-01-05; rm -rf /",
)
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
    assert dag["timetable"] == "ProjectCron"
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
        "postgres-to-local": ["staged tables of postgres"],
        "orders-details-csv-to-local": ["staged tables of csv"],
        "local-csv-to-postgres": ["ecommerce", "tables of ecommerce"],
    }


AT_5, AT_6 = "2025-01-05T00:00:00Z", "2025-01-06T09:30:00Z"
LATE_ON_7 = {"logical_date": None, "run_after": "2025-01-07T23:59:59Z"}
SCHEDULED = {"logical_date": AT_5, "run_after": AT_5}
BY_HAND = {"logical_date": AT_6, "run_after": AT_6}
WEST, EAST = "2025-01-05T03:00:00Z", "2025-01-04T15:00:00Z"
DATES: dict[str, tuple[dict[str, str | None], str, str]] = {
    "scheduled or backfill": (SCHEDULED, "", "2025-01-05"),
    "backfill with a date in its conf": (
        {**SCHEDULED, "date": "2025-01-01", "run_type": "backfill"},
        "",
        "2025-01-05",
    ),
    "another DAG with a date": (
        {**SCHEDULED, "date": "2025-01-01", "run_type": "operator_triggered"},
        "",
        "2025-01-01",
    ),
    "UI without a date": (BY_HAND, "", "2025-01-06"),
    "UI with a date": ({**BY_HAND, "date": "2024-02-29"}, "", "2024-02-29"),
    "API or CLI without a logical date": (LATE_ON_7, "", "2025-01-07"),
    "API or CLI with a date": ({**LATE_ON_7, "date": "2025-01-05"}, "", "2025-01-05"),
    "midnight west of Greenwich": (
        {"logical_date": WEST, "run_after": WEST},
        "America/Sao_Paulo",
        "2025-01-05",
    ),
    "midnight east of Greenwich": (
        {"logical_date": EAST, "run_after": EAST},
        "Asia/Tokyo",
        "2025-01-05",
    ),
    "evening by hand, west": (
        {"logical_date": None, "run_after": "2025-01-05T01:00:00Z"},
        "America/Sao_Paulo",
        "2025-01-04",
    ),
}
"""What a run has, the project's time zone, and the run's day."""


@pytest.fixture(scope="module")
def rendered(project: Project) -> dict[str, str]:
    """The DATE of every case, by one process per time zone: each imports Airflow."""
    found: dict[str, str] = {}
    for zone in sorted({zone for _, zone, _ in DATES.values()}):
        cases = {name: run for name, (run, of, _) in DATES.items() if of == zone}
        code = RENDER.replace("CASES", repr(json.dumps(cases)))
        found |= project.inside(code, DATE_TIMEZONE=zone)
    return found


@pytest.mark.parametrize("case", DATES)
def test_date_is_the_day_of_the_run(rendered: dict[str, str], case: str) -> None:
    _, _, day = DATES[case]
    assert rendered[case] == day


def test_schedule_is_midnight_in_the_projects_time_zone(project: Project) -> None:
    found = project.inside(DAGS, DATE_TIMEZONE="America/Sao_Paulo")["dags"]
    assert "Sao_Paulo" in found[DAG]["timezone"]


def test_date_parameter_takes_days_until_today_only(project: Project) -> None:
    taken = project.inside(VALIDATE)
    assert [value for value, ok in taken.items() if ok] == ["None", "'2025-01-05'"]


def test_each_schedule_of_meltano_becomes_a_paused_dag(dags: dict[str, Any]) -> None:
    dag = dags["meltano_daily-northwind"]
    assert dag["paused"] is True
    assert dag["cron"] == "0 0 * * *"
    (task,) = dag["tasks"].values()
    assert "meltano run pipeline-csv-and-postgres-to-local-target-postgres" in task["command"]
    assert "date_of_run(dag_run, params)" in task["env"]["DATE"]


REFUSAL = """
import json
import re
import airflow.plugins_manager
from project_days import refusal
known = ["date", "tables"]
conf = lambda conf, day="2025-01-05": refusal(conf, known, day)
print(json.dumps([conf(None), conf({"date": "2025-01-05"}), conf({"Date": "2025-01-05"}),
                  conf({"x; y": 1}), conf({}, "2999-01-01")]))
"""


def test_unknown_key_or_day_ahead_refuses_the_run(project: Project) -> None:
    nothing, known, near, far, ahead = project.inside(REFUSAL)
    assert nothing is None
    assert known is None
    assert "the key 'Date', which this DAG does not know: did you mean 'date'?" in near
    assert "It knows date, tables" in far
    assert "DATE is 2999-01-01, which has not begun in UTC" in ahead
    assert project.inside(REFUSAL, DATE_ALLOW_FUTURE="true")[-1] is None


NEXT_RUN = """
import json
import re
from datetime import datetime, timedelta
import pendulum
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.timetables.base import DagRunInfo
from project_days import ProjectCron
cron = ProjectCron("@daily")
restriction = lambda catchup: TimeRestriction(None, None, catchup)
def after(last):
    info = cron.next_dagrun_info(last_automated_data_interval=last, restriction=restriction(False))
    return (info.run_after - pendulum.now("UTC")).total_seconds() > 0
long_ago = pendulum.datetime(2025, 1, 5)
backfilled = cron.next_dagrun_info(
    last_automated_data_interval=DataInterval.exact(long_ago), restriction=restriction(True)
)
print(json.dumps({
    "never ran": after(None),
    "backfill ran": after(backfilled.data_interval),
    "schedule ran long ago": after(DataInterval.exact(long_ago)),
    "the backfill's day": str(backfilled.logical_date), "its time": str(backfilled.run_after),
}))
"""


def test_backfill_does_not_bring_todays_run(project: Project) -> None:
    assert project.inside(NEXT_RUN) == {
        "never ran": True,
        "backfill ran": True,
        "schedule ran long ago": False,  # after a downtime, today is made up for
        "the backfill's day": "2025-01-06 00:00:00+00:00",
        "its time": "2025-01-06 00:00:00+00:00",
    }


DAYS_OF_A_BACKFILL = """
import json
import re
from airflow.sdk import timezone
from airflow.timetables.base import DataInterval, TimeRestriction
from project_days import ProjectCron, day
first, last = timezone.parse("2025-03-01"), timezone.parse("2025-03-31")
cron, found, info = ProjectCron("@daily"), [], None
while True:
    info = cron.next_dagrun_info(
        last_automated_data_interval=info and info.data_interval,
        restriction=TimeRestriction(first, last, True),
    )
    if info is None:
        break
    found.append(day(info.logical_date))
print(json.dumps(found))
"""


@pytest.mark.parametrize("zone", ["", "America/New_York", "Europe/Berlin", "Asia/Tokyo"])
def test_backfill_of_a_month_has_each_day_once(project: Project, zone: str) -> None:
    """March: summer time begins in New York on the 9th, in Berlin on the 30th."""
    done = project.run(
        project.meltano, "invoke", "--print-var", "AIRFLOW__CORE__DEFAULT_TIMEZONE",
        "airflow:environment", DATE_TIMEZONE=zone,
    )  # fmt: skip
    variables = json.loads("{" + done.stdout.partition("{")[2])
    given = variables["AIRFLOW__CORE__DEFAULT_TIMEZONE"]
    assert given == (zone or "UTC")
    found = project.inside(
        DAYS_OF_A_BACKFILL, DATE_TIMEZONE=zone, AIRFLOW__CORE__DEFAULT_TIMEZONE=given
    )
    assert found == [f"2025-03-{number:02}" for number in range(1, 32)]


BAD_SCHEDULES = """
schedules:
- {name: good, interval: '@hourly', job: postgres-to-local}
- {name: 'daily load (1)', interval: '@daily', job: postgres-to-local}
- {name: on, interval: '@daily', job: postgres-to-local}
- {name: 'daily load [1]', interval: '@daily', job: postgres-to-local}
- {name: unreadable, interval: every day, job: postgres-to-local}
- {name: nothing to do, interval: '@daily'}
- {name: no such day, interval: '@daily', job: postgres-to-local, start_date: tomorrow}
- just a text
"""


def test_bad_schedule_is_an_import_error_that_names_it_and_the_others_are_dags(
    project: Project,
) -> None:
    included = project.root / "orchestrate/bad.meltano.yml"
    included.write_text(BAD_SCHEDULES)
    try:
        found = project.inside(DAGS)
    finally:
        included.unlink()
    assert {DAG, "meltano_daily-northwind", "meltano_good", "meltano_on"} <= set(found["dags"])
    assert (
        found["dags"]["meltano_daily_load__1_"]["title"]
        == "schedule of meltano.yml: daily load (1)"
    )
    ((file, error),) = found["errors"].items()
    assert file.endswith("meltano_schedules_refused.py")
    lines = error[error.index("ValueError: ") + len("ValueError: ") :].strip().splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["orchestrate/bad.meltano.yml", "schedule 'daily load [1]'"],
        ["orchestrate/bad.meltano.yml", "schedule 'unreadable'"],
        ["orchestrate/bad.meltano.yml", "schedule 'nothing to do'"],
        ["orchestrate/bad.meltano.yml", "schedule 'no such day'"],
        ["orchestrate/bad.meltano.yml", "schedule 'just a text'"],
    ]


def test_two_dags_of_one_job_have_names_of_their_own(dags: dict[str, Any]) -> None:
    ours, schedule = dags[DAG], dags["meltano_daily-northwind"]
    assert ours["title"] == DAG
    assert schedule["title"] == f"schedule of meltano.yml: daily-northwind (the same as {DAG})"
    assert (ours["paused"], schedule["paused"]) == (False, True)
    assert f"The DAG {DAG} does the same" in schedule["about"]


OUTPUT = """
import json, logging
from meltano_output import MeltanoOutput
hook = MeltanoOutput()
class Kept(logging.Handler):
    lines = []
    def emit(self, record): self.lines.append((record.levelname, record.getMessage()))
logger = logging.getLogger("test"); logger.addHandler(Kept()); logger.setLevel("DEBUG")
logger.propagate = False
hook.lines._log = logger
hook.run_command(["printf", "%s", LINES])
print(json.dumps({"lines": Kept.lines, "reason": hook.reason}))
"""
MELTANO_SAYS = r"""
2026-11-25T12:56:08Z [info     ] meltano      Meltano 4.4.1
{"event": "Running job", "level": "info"}
{"event": "it is late", "level": "warning", "string_id": "tap-csv"}
{"event": "a.csv line 17: 'abc' is not a smallint", "level": "error", "string_id": "tap-csv"}
{"event": "the extractor ended", "level": "error", "string_id": "target-csv"}
{"event": "Extractor and loader failed", "level": "error"}
"""


def test_meltanos_errors_are_errors_of_the_log_and_the_first_is_the_reason(
    project: Project,
) -> None:
    found = project.inside(OUTPUT.replace("LINES", repr(MELTANO_SAYS.strip())))
    lines = found["lines"]
    of_meltano = lines[lines.index(["INFO", "Output:"]) + 1 : -1]
    assert of_meltano == [
        ["INFO", "2026-11-25T12:56:08Z [info     ] meltano      Meltano 4.4.1"],
        ["INFO", "Running job"],
        ["WARNING", "tap-csv: it is late"],
        ["ERROR", "tap-csv: a.csv line 17: 'abc' is not a smallint"],
        ["ERROR", "target-csv: the extractor ended"],
        ["ERROR", "Extractor and loader failed"],
    ]
    assert found["reason"] == "tap-csv: a.csv line 17: 'abc' is not a smallint"


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
        "daily-northwind": ("ProjectCron", "0 0 * * *"),
        "hourly": ("ProjectCron", "0 * * * *"),
        "cron": ("ProjectCron", "30 6 * * 1-5"),
        "once": ("OnceTimetable", None),
        "manual": ("NullTimetable", None),
        "elt": ("ProjectCron", "0 0 * * 0"),
    }
    tasks = {name: next(iter(dag["tasks"].values())) for name, dag in dags.items()}
    assert tasks["hourly"]["env"]["LEVEL"] == "3"
    assert "meltano run 'a b'" in tasks["cron"]["command"]
    assert "date_of_start(dag_run, params)" in tasks["once"]["env"]["DATE"]
    command = "meltano el tap-postgres target-postgres --state-id=elt --force"
    assert command in tasks["elt"]["command"]


def test_alerts_are_off_until_set(project: Project, dags: dict[str, Any]) -> None:
    def notifiers(found: dict[str, Any]) -> set[str]:
        return {name for task in found[DAG]["tasks"].values() for name in task["alerts"]}

    assert notifiers(dags) == {"RerunLine"}
    both = project.inside(DAGS, ALERT_WEBHOOK_URL="http://127.0.0.1:1/x", ALERT_EMAIL="a@b.c")
    assert notifiers(both["dags"]) == {"RerunLine", "HttpNotifier", "SmtpNotifier"}


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


EXAMPLE = """
import json, sys
from types import SimpleNamespace
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import Asset
bag = DagBag()
dag = bag.dags["report"]
event = lambda day: SimpleNamespace(extra={"date": day})
events = [event("2025-01-02"), event("2025-01-01"), event("2025-01-02")]
print(json.dumps({
    "errors": bag.import_errors,
    "days": dag.get_task("days").python_callable({Asset("ecommerce"): events}),
    "tasks": sorted(dag.task_ids),
    "dbt": bag.dags["dbt"].task_ids,
}))
"""


def test_examples_of_the_pages_work_and_report_each_day_that_was_loaded(project: Project) -> None:
    page = (project.root / "docs/airflow.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (dbt,) = re.findall(
        r"```python\n(.*?)```", (project.root / "docs/dbt.md").read_text(), re.DOTALL
    )
    paths = [project.root / f"orchestrate/airflow/dags/{name}.py" for name in ("report", "dbt")]
    for path, text in zip(paths, (code, dbt), strict=True):
        path.write_text(text)
    try:
        found = project.inside(EXAMPLE)
    finally:
        for path in paths:
            path.unlink()
    assert found == {
        "errors": {},
        "days": ["2025-01-01", "2025-01-02"],
        "tasks": ["days", "report"],
        "dbt": ["build"],
    }


def test_late_runs_send_an_alert_when_it_is_set(project: Project, dags: dict[str, Any]) -> None:
    def deadlines(found: dict[str, Any]) -> set[int]:
        return {dag["deadlines"] for dag in found.values()}

    assert deadlines(dags) == {0}
    told = project.inside(
        DAGS, ALERT_AFTER_HOURS="6", ALERT_WEBHOOK_URL="http://127.0.0.1:1/x", ALERT_EMAIL="a@b.c"
    )
    assert deadlines(told["dags"]) == {2}


OWN_SOURCES = """\
plugins:
  extractors:
  - name: tap-postgres--hr
    inherit_from: tap-postgres
  loaders:
  - name: target-csv--hr
    inherit_from: target-csv--from-postgres
    config: {source: hr}
jobs:
- name: shop
  tasks:
  - tap-postgres target-csv--from-postgres
  - tap-postgres--hr target-csv--hr
  - tap-csv target-postgres
"""


def test_name_schema_folder_and_sources_are_each_changed_in_one_place(project: Project) -> None:
    env, sources = project.root / ".env", project.root / "sources.meltano.yml"
    before = env.read_text()
    sources.write_text(OWN_SOURCES)
    env.write_text(
        before + "PIPELINE_JOB=shop\nPIPELINE_DAG=shop_daily\nSTAGE_ROOT=days\n"
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=sales\n"
    )
    try:
        found = project.inside(DAGS)
        place = project.inside(
            "import json, sys\nsys.path.insert(0, 'orchestrate/airflow/dags')\n"
            "import meltano_pipeline as m\n"
            "print(json.dumps([str(m.OUTPUT), m.WAREHOUSE.name, m.warehouse_table('orders')[1]]))"
        )
    finally:
        env.write_text(before)
        sources.unlink()
    assert found["errors"] == {}
    assert DAG not in found["dags"]
    tasks = found["dags"]["shop_daily"]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "postgres-to-local": [],
        "hr-to-local": [],
        "local-csv-to-postgres": ["hr-to-local", "postgres-to-local"],
    }
    assert tasks["hr-to-local"]["command"].rstrip().endswith("run tap-postgres--hr target-csv--hr")
    assert "sales" in tasks["local-csv-to-postgres"]["outlets"]
    assert place == [str(project.root / "days"), "sales", "ecommerce.sales.orders"]
