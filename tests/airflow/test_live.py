"""Airflow as users run it: `make airflow`, real jobs, a real warehouse. Takes minutes."""

import contextlib
import socket
import stat
import sys
from datetime import date

import psutil
import pytest
from airflow_project import DAG, Project, wait_for

pytestmark = pytest.mark.live

FIVE_DAYS = [date(2025, 1, day) for day in range(1, 6)]


def loaded_days(project: Project) -> set[date]:
    return {day for day, *_ in project.loads()}


def test_triggered_run_loads_its_day_and_publishes_the_date(served: Project) -> None:
    run_id = served.trigger(DAG, {"date": "2025-01-05"})
    assert served.await_run(run_id) == "success"
    assert date(2025, 1, 5) in loaded_days(served)
    assert served.warehouse("SELECT count(*) FROM ecommerce.orders") == [(830,)]
    assert served.warehouse("SELECT count(*) FROM ecommerce.order_details") == [(2155,)]
    events = dict(
        served.metadata(
            "SELECT name, e.extra FROM asset_event e JOIN asset a ON a.id = e.asset_id "
            "WHERE source_run_id = %s",
            run_id,
        )
    )
    assert len(events) == 1 + 14 + 14  # of the whole, of each table, staged and loaded
    extra = events["ecommerce"]
    assert extra["date"] == "2025-01-05"
    assert len(extra["rows"]) == 14
    assert (extra["rows"]["orders"], extra["rows"]["order_details"]) == (830, 2155)
    told = served.metadata(
        "SELECT task_id, key, value FROM xcom WHERE run_id = %s ORDER BY task_id", run_id
    )
    assert [(task, key, len(value)) for task, key, value in told] == [
        ("local-csv-to-postgres", "loaded_rows", 14),
        ("orders-details-csv-to-local", "staged_rows", 1),
        ("postgres-to-local", "staged_rows", 13),
    ]
    assert served.note(run_id) == "2025-01-05 · 14 tables · 3,362 rows"
    log = served.log(run_id, "postgres-to-local")
    meltano = log[log.index("Output:") + 1 :]
    assert not [line for line in meltano if "\x1b" in line]
    assert sum("is sealed" in line for line in meltano) == 1


def test_password_changed_in_env_file_counts_from_the_next_task(served: Project) -> None:
    env = served.root / ".env"
    right = env.read_text()
    password = served.settings.source.password
    env.write_text(right.replace(password, "wrong"))
    try:
        run_id = served.trigger(DAG, {"date": "2025-01-11"})
        wait_for(
            "the first attempt",
            lambda: served.states(run_id).get("postgres-to-local") in ("up_for_retry", "success"),
        )
    finally:
        env.write_text(right)

    def lines_until_the_last() -> list[tuple[str, str]] | None:
        """Return the attempt's lines, once its callback has added the last ones."""
        entries = served.log_entries(run_id, "postgres-to-local")
        found = [(e["level"], e["event"]) for e in entries if not e["event"].startswith("::")]
        return found if found[-1:] and found[-1][1].startswith("To run it again") else None

    lines = wait_for("the last line", lines_until_the_last)
    (level, cause), last = lines[-2:]
    assert level == "error"
    assert cause.startswith("Failed for DATE 2025-01-11: tap-postgres: cannot connect to the sour")
    assert last == ("error", "To run it again: DATE=2025-01-11 meltano run postgres-to-local")
    assert [text for level, text in lines if level == "error" and text.startswith("tap-postgres:")]
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
        *("--dag-run-conf", '{"date": "2025-01-20"}'),  # each day of a backfill is its own
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
    assert max(loaded_days(served)) == newest
    assert date(2025, 1, 20) not in loaded_days(served)
    by_clock = "SELECT count(*) FROM dag_run WHERE dag_id = %s AND run_type = 'scheduled'"
    assert served.metadata(by_clock, DAG) == [(0,)]  # not even today's


@pytest.mark.parametrize(
    "conf",
    [
        {"date": "2999-12-31"},
        {"date": "5.1.2025"},
        {"date": ["2025-01-05"]},
        {"date": {"$ne": 1}},
        {"date": "2025-01-05; touch /tmp/x"},
        {"date": "{{ 7 * 7 }}"},
        {"date": 20250105},
        {"date": True},
        {"date": ""},
        {"date": "2025-01-05" * 100_000},
        {"date": "2025-02-30"},
        ["date"],
        "date",
        7,
    ],
    ids=lambda value: str(value)[:40],
)
def test_api_refuses_a_wrong_date(served: Project, conf: object) -> None:
    status, said = served.api("POST", f"dags/{DAG}/dagRuns", {"logical_date": None, "conf": conf})
    assert status in (400, 422), said


def test_command_line_refuses_a_day_ahead(served: Project) -> None:
    done = served.airflow("dags", "trigger", DAG, "--conf", '{"date": "2999-12-31"}')
    assert done.returncode != 0
    assert "'2999-12-31' is not a 'day until today'" in done.stdout + done.stderr


def test_unknown_key_of_the_conf_fails_the_run_at_once(served: Project) -> None:
    before = served.loads()
    run_id = served.trigger(DAG, {"Date": "2025-01-05"})
    assert served.await_run(run_id) == "failed"
    assert "did you mean 'date'?" in " ".join(served.log(run_id, "postgres-to-local"))
    assert served.note(run_id)  # its day
    assert served.loads() == before


@pytest.mark.parametrize(
    "tables",
    ["orders", {"orders": 1}, [1], [None], [["orders"]], [""], ["x" * 201], None],
    ids=lambda value: str(value)[:20],
)
def test_api_refuses_tables_that_are_no_list_of_names(served: Project, tables: object) -> None:
    body = {"logical_date": None, "conf": {"tables": tables}}
    status, said = served.api("POST", f"dags/{DAG}/dagRuns", body)
    assert status in (400, 422), said


def test_unknown_tables_fail_the_run_at_once_and_run_nothing(served: Project) -> None:
    day = {"date": "2025-01-05"}
    if not (served.root / "output/postgres").exists():
        assert served.await_run(served.trigger(DAG, day)) == "success"
    before = served.loads()
    names = ["$(touch owned)", "orders; touch owned", "{{ 7 * 7 }}", "*", "!orders"]
    runs = {name: served.trigger(DAG, {**day, "tables": ["orders", name]}) for name in names}
    for name, run_id in runs.items():
        assert served.await_run(run_id) == "failed"
        lines = served.log(run_id, "postgres-to-local")
        assert f"tables names {name!r}, which no sealed day has" in " ".join(lines)
        assert "Output:" not in lines
    assert "did you mean 'orders'?" in " ".join(served.log(runs["!orders"], "postgres-to-local"))
    assert served.loads() == before
    assert not list(served.root.rglob("owned"))


def test_start_is_silent_on_permissions_and_says_the_address_last(served: Project) -> None:
    said = (served.root / "serve.log").read_text()
    before, _, _ = said.partition("Airflow is on http://localhost:")
    assert before != said
    assert "Permission" not in before


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
