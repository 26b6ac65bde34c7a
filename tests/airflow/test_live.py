"""Airflow as users run it: `make airflow`, real jobs, a real warehouse. Takes minutes."""

import contextlib
import json
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import psutil
import pytest
from airflow_project import DAG, Project, wait_for

pytestmark = pytest.mark.live

FIVE_DAYS = [date(2025, 1, day) for day in range(1, 6)]


def loads(project: Project) -> list[tuple[object, ...]]:
    """The audit of the warehouse: nothing before the first load."""
    if project.warehouse("SELECT to_regclass('ecommerce_days.loads')") == [(None,)]:
        return []
    return project.warehouse("SELECT date, table_name, load_id::text FROM ecommerce_days.loads")


def loaded_days(project: Project) -> set[date]:
    return {day for day, *_ in loads(project)}


def test_triggered_run_loads_its_day_and_publishes_the_date(served: Project) -> None:
    run_id = served.trigger(DAG, {"date": "2025-01-05"})
    assert served.await_run(run_id) == "success"
    assert date(2025, 1, 5) in loaded_days(served)
    assert served.warehouse("SELECT count(*) FROM ecommerce.orders") == [(830,)]
    assert served.warehouse("SELECT count(*) FROM ecommerce.order_details") == [(2155,)]
    events = served.metadata(
        "SELECT name, e.extra->>'date' FROM asset_event e JOIN asset a ON a.id = e.asset_id "
        "WHERE source_run_id = %s",
        run_id,
    )
    assert events == [("ecommerce", "2025-01-05")]
    log = served.log(run_id, "postgres-to-local")
    meltano = log[log.index("Output:") + 1 :]
    assert not [line for line in meltano if "\x1b" in line]
    assert sum("is sealed" in line for line in meltano) == 1


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web server that takes alerts: its address, and what it was told."""
    told: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/services/T0/B0", told
        server.shutdown()


def test_failed_extract_stops_the_load_tells_and_harms_nothing(
    served: Project, webhook: tuple[str, list[dict[str, str]]]
) -> None:
    address, told = webhook
    before = loads(served)
    done = served.airflow(
        *("dags", "test", DAG, "2025-01-09"),
        TAP_POSTGRES_PASSWORD="wrong",
        ALERT_WEBHOOK_URL=address,
        AIRFLOW_CORE_DEFAULT_TASK_RETRIES="0",
    )
    assert done.returncode != 0
    ((run_id, state),) = served.metadata(
        "SELECT run_id, state FROM dag_run WHERE dag_id = %s AND logical_date = %s",
        DAG,
        "2025-01-09T00:00:00Z",
    )
    assert state == "failed"
    assert served.states(run_id) == {
        "postgres-to-local": "failed",
        "orders-details-csv-to-local": "success",
        "local-csv-to-postgres": "upstream_failed",
    }
    said = done.stdout + done.stderr
    assert 'password authentication failed for user "northwind_reader"' in said
    rerun = "DATE=2025-01-09 meltano run postgres-to-local"
    assert f"To run it again: {rerun}" in said
    (alert,) = told
    for name in (f"{DAG}.postgres-to-local", "DATE 2025-01-09", rerun):
        assert name in alert["text"]
    after = loads(served)
    assert set(before) <= set(after)
    assert date(2025, 1, 9) not in {day for day, *_ in after}


def test_password_changed_in_env_file_counts_from_the_next_task(served: Project) -> None:
    env = served.root / ".env"
    right = env.read_text()
    password = served.settings.source.password
    env.write_text(right.replace(password, "wrong"))
    try:
        run_id = served.trigger(DAG, {"date": "2025-01-11"})
        wait_for(
            "the retry of the extract",
            lambda: served.states(run_id).get("postgres-to-local") == "up_for_retry",
        )
    finally:
        env.write_text(right)
    assert "To run it again: DATE=2025-01-11" in " ".join(served.log(run_id, "postgres-to-local"))
    assert served.await_run(run_id) == "success"  # the retry finds the right one


def test_task_killed_by_its_timeout_leaves_no_child(served: Project) -> None:
    run_id = served.trigger("sleeper", {"date": "2025-01-05"})
    sleeping = wait_for("the job", lambda: _sleepers())
    assert served.await_run(run_id) == "failed"
    assert served.states(run_id) == {"sleep": "failed"}
    wait_for("the end of its processes", lambda: not psutil.wait_procs(sleeping, 1)[1], 30)
    assert not [each for each in served.processes() if "sleeper:forever" in each.cmdline()]


def _sleepers() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "471147" in (process.info["cmdline"] or []):
            found.append(process)
    return found


def test_backfill_loads_every_day_and_leaves_the_newest_current(served: Project) -> None:
    newest = max(loaded_days(served), default=date.min)
    done = served.airflow(
        *("backfill", "create", "--dag-id", DAG, "--reprocess-behavior", "completed"),
        *("--from-date", "2025-01-01", "--to-date", "2025-01-05"),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    runs = "SELECT state FROM dag_run WHERE dag_id = %s AND run_type = 'backfill'"
    wait_for(
        "five days",
        lambda: (
            len(states := [row[0] for row in served.metadata(runs, DAG)]) == 5
            and set(states) <= {"success", "failed"}
        ),
        600,
    )
    assert {row[0] for row in served.metadata(runs, DAG)} == {"success"}
    assert set(FIVE_DAYS) <= loaded_days(served)
    assert max(loaded_days(served)) >= newest  # a backfill lets today's scheduled run start too


def test_second_start_says_where_it_runs(served: Project) -> None:
    done = served.run(*served.serve)
    port = served.environment["AIRFLOW_API_PORT"]
    assert done.returncode == 1
    assert done.stderr.startswith(f"airflow: it is running already, on http://localhost:{port}")
    assert len(done.stderr.splitlines()) == 1


def test_password_is_in_no_log_and_no_command_line(served: Project) -> None:
    settings = served.settings
    secrets = [
        settings.variables.get(name)
        for name in settings.variables.values
        if name.endswith(("PASSWORD", "SECRET", "_KEY"))
    ]
    assert len(secrets) >= 7
    commands = " ".join(" ".join(process.cmdline()) for process in served.processes())
    assert not [secret for secret in secrets if secret in commands]
    logs = [served.root / "serve.log", *(served.root / ".airflow/logs").rglob("*.log")]
    for log in logs:
        text = log.read_text()
        assert not [secret for secret in secrets if secret in text], log


def test_only_this_machine_reaches_the_api(served: Project) -> None:
    port = int(served.environment["AIRFLOW_API_PORT"])
    listening = {
        connection.laddr.ip
        for process in served.processes()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}
    with contextlib.closing(socket.create_connection(("127.0.0.1", port))):
        pass


def test_home_is_for_the_owner_alone(served: Project) -> None:
    assert stat.S_IMODE((served.root / ".airflow").stat().st_mode) == 0o700


def test_taken_port_is_named(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import sys; sys.path.insert(0, 'orchestrate/airflow'); import serve\n"
            f"try: serve.check_port('127.0.0.1', {port})\n"
            "except serve.ServeError as error: print(error)"
        )
        done = project.run(sys.executable, "-c", code)
    assert f"port {port} of 127.0.0.1 cannot be used" in done.stdout
    assert f"AIRFLOW_API_PORT={port + 1} in .env" in done.stdout
