"""`make airflow` ends cleanly, in the middle of a run, and the run goes on afterwards."""

import contextlib
import signal
from pathlib import Path

import psutil
import pytest
from airflow_project import DAG, Project, serving, wait_for

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    "stop",
    [signal.SIGTERM, signal.SIGINT, signal.SIGHUP],
    ids=["SIGTERM", "Ctrl-C", "closed terminal"],
)
def test_stop_in_the_middle_of_a_run_ends_all_and_the_run_goes_on(
    project: Project, tmp_path: Path, stop: signal.Signals
) -> None:
    log = tmp_path / "serve.log"
    with serving(project, log) as process:
        run_id = project.trigger(DAG, {"date": "2025-01-12"})
        wait_for("a running job", lambda: "meltano run" in _commands(project))
        process.send_signal(stop)
        wait_for("the end", lambda: not process.is_running() or process.status() == "zombie", 300)
        wait_for("the end of every process", lambda: not project.processes(), 60)
    if stop != signal.SIGHUP:
        assert log.read_text().splitlines()[-1] == "Airflow is stopped"
    if stop == signal.SIGTERM:
        with serving(project, log):
            assert project.await_run(run_id) == "success"


def test_kill_nine_leaves_nothing_behind_and_it_starts_again(
    project: Project, tmp_path: Path
) -> None:
    log = tmp_path / "serve.log"
    with contextlib.suppress(psutil.NoSuchProcess), serving(project, log) as process:
        run_id = project.trigger(DAG, {"date": "2025-01-13"})
        wait_for("a running job", lambda: "meltano run" in _commands(project))
        process.kill()
        wait_for("the end of every process", lambda: not project.processes(), 300)
    with serving(project, log):
        assert project.await_run(run_id) == "success"


def _commands(project: Project) -> str:
    found = []
    for process in project.processes():
        with contextlib.suppress(psutil.Error):
            found.append(" ".join(process.cmdline()))
    return "\n".join(found)
