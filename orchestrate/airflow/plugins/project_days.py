"""The days of the project, for every process of Airflow: which day a run is for, and may be for.

A plugin, because the API server checks a click, and the scheduler makes the runs, without the
DAG files.
"""

import logging
import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable
from jsonschema import FormatChecker

# Seven lines of permissions for each new DAG. logging.namespace_levels does not reach this logger,
# and a level would be gone when Airflow configures its loggers once more.
logging.getLogger("airflow.providers.fab.auth_manager.security_manager.override").addFilter(
    lambda record: record.levelno >= logging.WARNING
)

TIME_ZONE = os.environ.get("DATE_TIMEZONE") or "UTC"
ALLOW_FUTURE = os.environ.get("DATE_ALLOW_FUTURE", "").lower() == "true"

# A format of JSON Schema, as its message reads: '2030-01-01' is not a 'day until today'.
DAY_UNTIL_TODAY = "day until today"
# Runs that Airflow makes by itself, each for the day that it stands for.
BY_CLOCK = ("scheduled", "backfill")
# The XCom in which a task that loads leaves {table: rows}.
LOADED_ROWS = "loaded_rows"


def day(moment: datetime) -> str:
    """Return the day of a moment in the project's time zone, YYYY-MM-DD."""
    return moment.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()


def is_ahead(value: str) -> bool:
    """Return whether a day has not begun, and may not be worked on."""
    today = datetime.now(ZoneInfo(TIME_ZONE)).date()
    return not ALLOW_FUTURE and date.fromisoformat(value) > today


def _is_day_until_today(value: object) -> bool:
    try:
        return not isinstance(value, str) or not is_ahead(value)
    except ValueError:
        return True  # another format of the parameter says so


FormatChecker.checkers[DAY_UNTIL_TODAY] = (_is_day_until_today, ())


def date_of_run(dag_run: Any, params: Mapping[str, Any]) -> str:
    """Return the day of a run: its parameter `date`, else the day that it stands for.

    Never the worker's clock: a retry after midnight stays on its day. The parameter is for runs
    that somebody asked for: each run of a schedule or of a backfill has a day of its own. A run
    by API or CLI may have no logical date.
    """
    own = day(dag_run.logical_date or dag_run.run_after)
    return own if dag_run.run_type in BY_CLOCK else params.get("date") or own


def date_of_start(dag_run: Any, params: Mapping[str, Any]) -> str:
    """Return the day of a run of `@once`, which stands for no day: the one on which it starts."""
    return params.get("date") or day(dag_run.start_date)


def refusal(conf: Mapping[str, Any] | None, known: list[str], day_of_run: str) -> str | None:
    """Return why a run must not start, in one line: a key that is not known, or a day ahead."""
    for key in conf or ():
        if key not in known:
            near = get_close_matches(key.lower(), known, 1)
            return (
                f"the run's conf has the key {key!r}, which this DAG does not know"
                + (f": did you mean {near[0]!r}?" if near else "")
                + f" It knows {', '.join(known)}. Nothing was touched."
            )
    if is_ahead(day_of_run):
        return (
            f"DATE is {day_of_run}, which has not begun in {TIME_ZONE}: nothing was touched; "
            "use a day until today, or set DATE_ALLOW_FUTURE=true in .env"
        )
    return None


class ProjectCron(CronTriggerTimetable):
    """A cron expression in the project's time zone; a run at midnight is for the day that begins.

    Airflow counts the runs of a backfill as the last ones of the schedule, and would make up for
    the midnight that has passed since. So a backfill's runs get an interval of one microsecond,
    where those of the schedule have none: after them the schedule waits for its next time.
    """

    MARK = timedelta(microseconds=1)

    def __init__(self, cron: str, *, timezone: Any = TIME_ZONE, **options: Any) -> None:
        super().__init__(cron, timezone=timezone, **options)

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """Return the next run of the schedule, or, with catch-up, of a backfill."""
        last = last_automated_data_interval
        after_backfill = last is not None and last.end - last.start == self.MARK
        if last is not None:
            last = DataInterval.exact(last.start)
        info = super().next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if info is None or info.data_interval is None:
            return info
        start = info.data_interval.start
        if restriction.catchup:
            return DagRunInfo(start, DataInterval(start, start + self.MARK))
        if after_backfill and start < (now := datetime.now(start.tzinfo)):
            start = self._align_to_next(type(start).instance(now))
            return DagRunInfo.exact(start)
        return info


class DateOnRuns:
    """Writes a note on each run of a DAG with the parameter `date`: its day, and what it loaded."""

    @staticmethod
    @hookimpl
    def on_dag_run_running(dag_run: Any, msg: str) -> None:
        """Say the day when a run starts."""
        _note(dag_run)

    @staticmethod
    @hookimpl
    def on_dag_run_failed(dag_run: Any, msg: str) -> None:
        """Say the day, also of a run that failed before it started."""
        _note(dag_run)

    @staticmethod
    @hookimpl
    def on_dag_run_success(dag_run: Any, msg: str) -> None:
        """Say the day and the rows that were loaded."""
        _note(dag_run, _loaded(dag_run))


def _note(dag_run: Any, loaded: str = "") -> None:
    if "date" not in (params := dag_run.dag.params if dag_run.dag else {}):
        return
    run_day = date_of_run(dag_run, {**params, **(dag_run.conf or {})})
    if not dag_run.note or dag_run.note.startswith(run_day):  # else it is a person's
        dag_run.note = run_day + loaded


def _loaded(dag_run: Any) -> str:
    from airflow.models.xcom import XComModel
    from sqlalchemy import select
    from sqlalchemy.orm import object_session

    if (session := object_session(dag_run)) is None:
        return ""
    rows = session.scalar(
        select(XComModel.value).where(
            XComModel.dag_id == dag_run.dag_id,
            XComModel.run_id == dag_run.run_id,
            XComModel.key == LOADED_ROWS,
        )
    )
    if not isinstance(rows, dict) or not rows:  # an object store's days are not looked up
        return ""
    count = "1 table" if len(rows) == 1 else f"{len(rows)} tables"
    return f" · {count} · {sum(rows.values()):,} rows"


class ProjectDays(AirflowPlugin):
    """What Airflow finds in this file."""

    name = "project_days"
    timetables = [ProjectCron]  # noqa: RUF012
    listeners = [DateOnRuns()]  # noqa: RUF012
