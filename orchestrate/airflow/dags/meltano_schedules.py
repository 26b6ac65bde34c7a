"""Makes a DAG of each entry under `schedules:` of meltano.yml, paused at first."""

import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from airflow.sdk import DAG
from meltano_task import DATE, DATE_OF_START, MACROS, PROJECT, TIME_ZONE, cron, date_param, meltano

NOT_BY_CLOCK = (None, "@manual", "@none")


def schedules() -> Iterator[dict[str, Any]]:
    """Yield the schedules of meltano.yml and of the files it includes.

    Read as YAML, which takes milliseconds: asking Meltano would take a second at every parse.
    """
    root = yaml.load((PROJECT / "meltano.yml").read_text(), yaml.CSafeLoader)
    yield from root.get("schedules") or ()
    for pattern in root.get("include_paths") or ():
        for path in sorted(PROJECT.glob(pattern.removeprefix("./"))):
            included = yaml.load(path.read_text(), yaml.CSafeLoader) or {}
            yield from included.get("schedules") or ()


def to_dag(schedule: dict[str, Any]) -> DAG:
    """Return the DAG of a schedule: of a job, or of an extractor and a loader."""
    name, interval = schedule["name"], schedule.get("interval")
    if interval in NOT_BY_CLOCK or interval == "@once":
        timetable = "@once" if interval == "@once" else None
    else:
        timetable = cron(interval)
    if job := schedule.get("job"):
        command = f"run {shlex.quote(job)}"
    else:
        names = (schedule["extractor"], schedule["loader"], f"--state-id={name}")
        command = f"el {shlex.join(names)}"
    start = schedule.get("start_date")
    if start and not isinstance(start, datetime):
        start = datetime.fromisoformat(str(start))
    with DAG(
        dag_id=f"meltano_{name}",
        description=f"Schedule {name} of meltano.yml: meltano {command}",
        schedule=timetable,
        start_date=start and start.replace(tzinfo=start.tzinfo or ZoneInfo(TIME_ZONE)),
        catchup=False,
        is_paused_upon_creation=True,
        max_active_runs=1,
        params={"date": date_param()},
        user_defined_macros=MACROS,
        tags=["meltano", "schedule"],
        doc_md=f"The schedule `{name}` of `meltano.yml`, as a DAG. It is paused until you turn "
        f"it on.\n\n**Run it by hand:** `DATE=2025-01-05 meltano {command}`",
    ) as dag:
        meltano(
            command,
            task_id="run",
            date=DATE_OF_START if interval == "@once" else DATE,
            env={key: str(value) for key, value in (schedule.get("env") or {}).items()},
            doc_md=f"**Does:** `meltano {command}`, with DATE from the run.\n\n"
            "**Check when it fails:** the last line of the log says what is wrong.\n\n"
            f"**Run it again:** Clear this task, or `DATE=2025-01-05 meltano {command}`",
        )
    return dag


for entry in schedules():
    globals()[f"meltano_{entry['name']}"] = to_dag(entry)
