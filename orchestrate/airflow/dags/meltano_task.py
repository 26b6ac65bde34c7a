"""Runs a Meltano job as an Airflow task: on the day of the run, and with alerts on failure."""

import os
import shlex
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import meltano_alerts
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException
from meltano_output import MeltanoOutput
from project_days import DAY_UNTIL_TODAY, TIME_ZONE, date_of_run, date_of_start, refusal

PROJECT = Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path(__file__).resolve().parents[3])


def selection(task: Any) -> str:
    """Return the variables by which a task was for some tables alone, as a shell takes them."""
    chosen = {name: text for name, text in task.env.items() if name.endswith("__SELECT_FILTER")}
    return "".join(f"{name}={shlex.quote(text)} " for name, text in chosen.items())


DATE = "{{ date_of_run(dag_run, params) }}"
DATE_OF_START = "{{ date_of_start(dag_run, params) }}"  # of an `@once` schedule
MACROS = {
    "date_of_run": date_of_run,
    "date_of_start": date_of_start,
    "reason": meltano_alerts.reason,
    "selection": selection,
}
Select = Callable[[list[str]], dict[str, str]]

# Made by `meltano invoke airflow:initialize`. All DAGs share it: it is what keeps a backfill of
# a year from flooding the source, because a backfill disregards the max_active_runs of its DAG.
POOL = "meltano"

DEFAULTS: dict[str, Any] = {
    # How many retries, and the first delay: core.default_task_… in airflow.meltano.yml.
    "retry_exponential_backoff": 4.0,  # 30 s, then 2 min
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=3),
    "depends_on_past": False,  # every day is a whole of its own
    "pool": POOL,
    # Days may overlap: runs of one source and day exclude each other in the job itself.
    "max_active_tis_per_dag": 2,
}

# The project's own Meltano, or the one on the PATH.
COMMAND = """\
set -euo pipefail
PATH="$MELTANO_PROJECT_ROOT/.venv/bin:$PATH"
exec meltano {}
"""


def date_param() -> Param:
    """Return the parameter `date`, which the UI asks for: empty, or YYYY-MM-DD until today."""
    return Param(
        None,
        type=["null", "string"],
        format="date",
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        allOf=[{"format": DAY_UNTIL_TODAY}],
        title="DATE",
        description=f"The day to work on, until today. Empty: the run's own day ({TIME_ZONE}).",
    )


def meltano(
    command: str,
    *,
    date: str = DATE,
    env: Mapping[str, str] | None = None,
    select: Select | None = None,
    **task: Any,
) -> BashOperator:
    """Return the task of `meltano COMMAND`, such as `run postgres-to-local`, with DATE set.

    Args:
        command: what Meltano is to do.
        date: the day, a template.
        env: variables besides.
        select: for the parameter `tables`: returns the variables that select these.
        task: arguments of the operator.
    """
    rerun = f"DATE={date} {{{{ selection(task) }}}}meltano {command}"
    last_lines = meltano_alerts.RerunLine(date, rerun)
    return BashOperator(
        bash_command=COMMAND.format(command),
        cwd=str(PROJECT),
        env={
            **(env or {}),
            "DATE": date,
            "MELTANO_PROJECT_ROOT": str(PROJECT),
            "MELTANO_CLI_LOG_FORMAT": "json",  # for MeltanoOutput
            # After a kill, Meltano refuses the same job for five minutes, longer than all retries
            # take. What it protects against, the job's own lock of source and day prevents.
            "MELTANO_RUN_FORCE": "true",
            "NO_COLOR": "1",
        },
        append_env=True,
        do_xcom_push=False,
        skip_on_exit_code=None,  # else exit code 99 is a success to the run
        pre_execute=partial(start, select=select),
        on_retry_callback=last_lines,
        on_failure_callback=[last_lines, *meltano_alerts.on_failure(date, rerun)],
        **{**DEFAULTS, **task},
    )


def run(job: str, **task: Any) -> BashOperator:
    """Return the task of a job of meltano.yml, or of plugins separated by blanks."""
    return meltano(f"run {shlex.join(job.split())}", **{"task_id": job, **task})


def start(context: Any, select: Select | None = None) -> None:
    """Refuse a run for a wrong conf or day, without a retry, and take the lines of its command.

    Raises:
        AirflowFailException: the conf has a key that the DAG does not know, the day is ahead, or
            a table is not known.
        AirflowSkipException: the task has none of the tables that the run is for.
    """
    task, dag_run = context["task"], context["dag_run"]
    known = list(context["dag"].params)
    task.subprocess_hook = MeltanoOutput()
    try:
        if refused := refusal(dag_run.conf, known, task.env["DATE"]):
            raise AirflowFailException(refused)
        if select and (tables := context["params"].get("tables")):
            task.env |= select(tables)
    except AirflowFailException as error:
        task.subprocess_hook.log.plugin_error = str(error)
        raise
