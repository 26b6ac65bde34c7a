"""Runs a Meltano job as an Airflow task: on the day of the run, and with alerts on failure."""

import os
import shlex
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import BaseNotifier, CronTriggerTimetable, Param

PROJECT = Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path(__file__).resolve().parents[3])
TIME_ZONE = os.environ.get("DATE_TIMEZONE") or "UTC"

# The day of a run: its `date` parameter, else the day it is for. Never the worker's clock: a
# retry after midnight stays on its day. A run by API or CLI may have no logical date.
DATE = "{{ params.date or day(dag_run.logical_date or dag_run.run_after) }}"
# The run of an `@once` schedule is for no day of its own: it takes the one on which it starts.
DATE_OF_START = "{{ params.date or day(dag_run.start_date) }}"

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


def day(moment: datetime) -> str:
    """Return the day of a moment in the project's time zone, YYYY-MM-DD."""
    return moment.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()


MACROS = {"day": day}


def date_param() -> Param:
    """Return the parameter `date`, which the UI asks for: empty, or YYYY-MM-DD."""
    return Param(
        None,
        type=["null", "string"],
        format="date",
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        title="DATE",
        description=f"The day to work on. Empty: the run's own day ({TIME_ZONE}).",
    )


def cron(expression: str) -> CronTriggerTimetable:
    """Return the timetable of a cron expression or preset in the project's time zone.

    A run at midnight is for the day that begins.
    """
    return CronTriggerTimetable(expression, timezone=TIME_ZONE)


def meltano(
    command: str, *, date: str = DATE, env: Mapping[str, str] | None = None, **task: Any
) -> BashOperator:
    """Return the task of `meltano COMMAND`, such as `run postgres-to-local`, with DATE set."""
    rerun = f"DATE={date} meltano {command}"
    return BashOperator(
        # The project's own Meltano, or the one on the PATH.
        bash_command='set -euo pipefail\nPATH="$MELTANO_PROJECT_ROOT/.venv/bin:$PATH"\n'
        f"exec meltano {command}\n",
        cwd=str(PROJECT),
        env={
            **(env or {}),
            "DATE": date,
            "MELTANO_PROJECT_ROOT": str(PROJECT),
            # Not `plain`: Meltano 4.4 answers every error with a traceback of its logging then.
            "MELTANO_CLI_LOG_FORMAT": "uncolored",
            "NO_COLOR": "1",
        },
        append_env=True,
        do_xcom_push=False,
        skip_on_exit_code=None,  # else exit code 99 is a success to the run
        on_retry_callback=RerunLine(rerun),
        on_failure_callback=[RerunLine(rerun), *alerts(rerun)],
        **{**DEFAULTS, **task},
    )


def run(job: str, **task: Any) -> BashOperator:
    """Return the task of a job of meltano.yml."""
    return meltano(f"run {shlex.quote(job)}", task_id=job, **task)


class RerunLine(BaseNotifier):
    """Ends the log of a failed attempt, after Airflow's own traceback, with what to do."""

    template_fields = ("date", "rerun")

    def __init__(self, rerun: str) -> None:
        super().__init__()
        self.date, self.rerun = DATE, rerun

    def notify(self, _context: Any) -> None:
        """Write the line."""
        self.log.error(
            f"Failed for DATE {self.date}: the lines marked [error] above say why. "
            f"To run it again: {self.rerun}"
        )


def alerts(rerun: str) -> list[BaseNotifier]:
    """Return who is told of a task that failed for good: nobody, unless the settings say so."""
    what = f"{{{{ dag.dag_id }}}}.{{{{ task.task_id }}}} failed for DATE {DATE}"
    lines = [f"{what}.", f"Run it again: {rerun}", "Log: {{ ti.log_url }}"]
    notifiers: list[BaseNotifier] = []
    # Imported on demand: each parse of a DAG file would pay for it.
    if os.environ.get("ALERT_WEBHOOK_URL"):
        from airflow.providers.http.notifications.http import HttpNotifier

        # `text` is what Slack, Mattermost and Teams read.
        notifiers.append(
            HttpNotifier(http_conn_id="alert_webhook", json={"text": "\n".join(lines)})
        )
    if to := os.environ.get("ALERT_EMAIL"):
        from airflow.providers.smtp.notifications.smtp import SmtpNotifier

        sender = os.environ.get("ALERT_EMAIL_FROM") or to
        html = "<br>\n".join(lines)
        notifiers.append(SmtpNotifier(to=to, from_email=sender, subject=what, html_content=html))
    return notifiers
