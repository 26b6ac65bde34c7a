"""Reads the schedules of meltano.yml as Meltano does, and makes a DAG of each."""

import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import DAG
from meltano_alerts import on_late_run
from meltano_task import DATE, DATE_OF_START, MACROS, PROJECT, TIME_ZONE, date_param, meltano
from project_days import ProjectCron
from ruamel.yaml import YAML

NOT_BY_CLOCK = (None, "", "@manual", "@none", "@once")
PIPELINE = "northwind_meltano_pipeline"
ITS_JOB = "pipeline-csv-and-postgres-to-local-target-postgres"


def schedules() -> Iterator[tuple[str, Any]]:
    """Yield file and entry of each schedule in meltano.yml and in the files it includes.

    By the YAML reader that Meltano has: asking Meltano itself would take a second at every parse.
    """
    read = YAML(typ="safe", pure=True)  # YAML 1.2, where `on` is a text
    read.allow_duplicate_keys = True
    main = PROJECT / "meltano.yml"
    root = read.load(main) or {}
    paths = dict.fromkeys(
        path for pattern in root.get("include_paths") or () for path in PROJECT.glob(pattern)
    )
    for path in (main, *(path for path in paths if path != main)):
        entries = root if path == main else read.load(path) or {}
        for entry in entries.get("schedules") or ():
            yield str(path.relative_to(PROJECT)), entry


def dags() -> tuple[dict[str, DAG], list[str]]:
    """Return the DAGs by their ids, and a line for each entry of which none can be made."""
    made: dict[str, DAG] = {}
    refused: list[str] = []
    for file, entry in schedules():
        name = entry.get("name") if isinstance(entry, dict) else entry
        try:
            dag = to_dag(entry)
            if dag.dag_id in made:
                raise ValueError(f"another schedule is {dag.dag_id} already")
            made[dag.dag_id] = dag
        except Exception as error:  # whatever Airflow says of it: the other schedules are made
            what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
            refused.append(f"{file}: schedule {name!r}: {what or type(error).__name__}")
    return made, refused


def to_dag(schedule: dict[str, Any]) -> DAG:
    """Return the DAG of a schedule: of a job, or of an extractor and a loader.

    Raises:
        KeyError, ValueError, AirflowException: it is not one that Airflow can run.
    """
    name, interval = str(schedule["name"]), schedule.get("interval")
    if interval in NOT_BY_CLOCK:
        timetable: Any = "@once" if interval == "@once" else None
    else:
        timetable = ProjectCron(str(interval))
        timetable.validate()
    if job := schedule.get("job"):
        command = f"run {shlex.quote(str(job))}"
    else:
        # `meltano el` takes --force from its command line only; see MELTANO_RUN_FORCE.
        names = (schedule["extractor"], schedule["loader"], f"--state-id={name}", "--force")
        command = f"el {shlex.join(names)}"
    start = schedule.get("start_date")
    if start and not isinstance(start, datetime):
        start = datetime.fromisoformat(str(start))
    same = f" The DAG {PIPELINE} does the same: leave one of them off." if job == ITS_JOB else ""
    with DAG(
        # Airflow takes letters, digits, dashes, dots and underscores; Meltano takes all.
        dag_id=re.sub(r"[^\w.-]", "_", f"meltano_{name}"),
        dag_display_name=f"schedule of meltano.yml: {name}"
        + (f" (the same as {PIPELINE})" if same else ""),
        description=f"Schedule {name} of meltano.yml: meltano {command}.{same}",
        schedule=timetable,
        start_date=start and start.replace(tzinfo=start.tzinfo or ZoneInfo(TIME_ZONE)),
        catchup=False,
        is_paused_upon_creation=True,
        max_active_runs=1,
        params={"date": date_param()},
        user_defined_macros=MACROS,
        deadline=on_late_run(),
        auto_register=False,  # but by the file in whose globals it is
        tags=["meltano", "schedule of meltano.yml"],
        doc_md=f"The schedule `{name}` of `meltano.yml`, as a DAG. It is paused until you turn "
        f"it on.{same}\n\n**Run it by hand:** `DATE=2025-01-05 meltano {command}`",
    ) as dag:
        meltano(
            command,
            task_id="run",
            date=DATE_OF_START if interval == "@once" else DATE,
            env={key: str(value) for key, value in (schedule.get("env") or {}).items()},
            doc_md=f"**Does:** `meltano {command}`, with DATE from the run.\n\n"
            "**Check when it fails:** the last lines of the log say what is wrong.\n\n"
            f"**Run it again:** Clear this task, or `DATE=2025-01-05 meltano {command}`",
        )
    return dag
