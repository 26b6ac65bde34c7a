"""The same jobs and DAG on workers of other hosts: no shared folder, days on an object store.

Two clones of the project beside the central one, a real S3 server, a real PostgreSQL, Redis for
Celery. Takes minutes: `make test-workers`.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from airflow_project import DAG, wait_for
from worker_hosts import ADDRESSES, Site, add, as_superuser, rows_copied, site

from embedded_postgres import env_file

pytestmark = [pytest.mark.workers, pytest.mark.timeout(2400)]

EDGE = "airflow.providers.edge3.executors.EdgeExecutor"
EXTRACT = "postgres-to-local"
LOG_PORT = "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the Edge executor: its workers' hosts know no database of Airflow's."""
    center = f"AIRFLOW_CORE_EXECUTOR={EDGE}\n"
    worker = (
        f"AIRFLOW_CORE_EXECUTOR={EDGE}\n"
        "AIRFLOW_DATABASE_SQL_ALCHEMY_CONN=postgresql+psycopg2:///none\n"
        "AIRFLOW__EDGE__API_URL={api}/edge_worker/v1/rpcapi\n"
        "AIRFLOW_JWT_SECRET={AIRFLOW_JWT_SECRET}\n"
        "AIRFLOW__EDGE__JOB_POLL_INTERVAL=1\n"  # as often it sends what a task logs
    )
    with site(tmp_path_factory.mktemp("edge"), "edge", center, worker) as built:
        yield built


def start_edge(built: Site, name: str) -> None:
    built.start(name, "edge", "worker", "--edge-hostname", name, "--concurrency", "1")
    wait_for(
        f"the worker on {name}",
        lambda: built.center.metadata(
            "SELECT 1 FROM edge_worker WHERE worker_name = %s AND state = 'idle'", name
        ),
    )


def test_edge_dag_is_green_on_two_hosts(edge: Site) -> None:
    for name in edge.hosts:
        start_edge(edge, name)
    green_on_two_hosts(edge, "2025-01-05", set(edge.hosts))


def test_edge_killed_worker_s_task_is_done_by_the_other(edge: Site) -> None:
    run_id = killed_in_mid_extract(edge, "2025-01-06", lambda name: start_edge(edge, name))
    # what the dead host sent while it lived
    assert "Running command" in edge.log(DAG, run_id, EXTRACT, 1)


@pytest.fixture(scope="module")
def celery(tmp_path_factory: pytest.TempPathFactory, redis: str) -> Iterator[Site]:
    """A site with the Celery executor on Redis: tasks and results go through it alone.

    Both hosts are this machine, where one port can serve the logs of one of them: the second.
    """
    logs = {"one": env_file.free_port(), "two": env_file.free_port()}
    both = (
        "AIRFLOW_CORE_EXECUTOR=CeleryExecutor\n"
        f"AIRFLOW__CELERY__BROKER_URL={redis}/0\n"
        f"AIRFLOW__CELERY__RESULT_BACKEND={redis}/1\n"
    )
    center = f"{both}{LOG_PORT}={logs['two']}\n"
    worker = (
        f"{both}AIRFLOW_DATABASE_SQL_ALCHEMY_CONN=postgresql+psycopg2:///none\n"
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL={api}/execution/\n"
        "AIRFLOW_SECRET_KEY={AIRFLOW_SECRET_KEY}\n"
    )
    own = {
        name: f"{LOG_PORT}={port}\nAIRFLOW__CORE__HOSTNAME_CALLABLE=name_of_host.name\n"
        for name, port in logs.items()
    }
    with site(tmp_path_factory.mktemp("celery"), "celery", center, worker, own) as built:
        for name, address in ADDRESSES.items():
            module = built.hosts[name].root / "orchestrate/airflow/plugins/name_of_host.py"
            module.write_text(f"def name():\n    return {address!r}\n")
        yield built


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of its own: its URL."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("no redis-server here: apt install redis-server")
    folder, port, password = tmp_path_factory.mktemp("redis"), env_file.free_port(), "of-this-test"
    (folder / "redis.conf").write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\nsave ""\n'
    )
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([program, folder / "redis.conf"], stdout=log, stderr=log)
    try:
        wait_for("Redis", lambda: "Ready to accept" in (folder / "log").read_text(), 30)
        yield f"redis://:{password}@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def start_celery(built: Site, name: str) -> None:
    before = built.said(name).count(f"{name} ready")
    built.start(name, "celery", "worker", "--celery-hostname", name, "--concurrency", "1")
    wait_for(f"the worker on {name}", lambda: built.said(name).count(f"{name} ready") > before)


def test_celery_dag_is_green_on_two_hosts(celery: Site) -> None:
    for name in celery.hosts:
        start_celery(celery, name)
    green_on_two_hosts(celery, "2025-01-05", set(celery.hosts))


def test_celery_killed_worker_s_task_is_done_by_the_other(celery: Site) -> None:
    run_id = killed_in_mid_extract(celery, "2025-01-06", lambda name: start_celery(celery, name))
    # a log stays on its host: to be read when that is there again
    celery.kill("two", signal.SIGTERM)
    served = re.findall(rf"(?m)^{LOG_PORT}=(\d+)", (celery.center.root / ".env").read_text())
    add(celery.hosts["one"], f"{LOG_PORT}={served[-1]}\n")
    start_celery(celery, "one")
    assert "Running command" in celery.log(DAG, run_id, EXTRACT, 1)


def green_on_two_hosts(built: Site, date: str, hosts: set[str]) -> str:
    """Run the DAG; check that both hosts worked, and that what they share is all outside them."""
    run_id = built.center.trigger(DAG, {"date": date})
    assert built.center.await_run(run_id, 900) == "success"
    assert set(built.host_of(run_id).values()) == hosts
    assert built.center.warehouse("SELECT count(*) FROM ecommerce.orders") == [(830,)]
    assert built.center.warehouse("SELECT count(*) FROM ecommerce.order_details") == [(2155,)]
    for project in (built.center, *built.hosts.values()):
        files = [path for path in (project.root / "output").rglob("*") if path.is_file()]
        assert not files, "no file of a day on a local disk"
        assert not (project.root / ".meltano/meltano.db").exists()
    return run_id


def killed_in_mid_extract(built: Site, date: str, start: Callable[[str], None]) -> str:
    """Kill the first host while it extracts; the second one finishes the run, which is returned."""
    as_superuser(
        built.center,
        built.center.settings.source.database,
        "CREATE TABLE large AS SELECT g AS id, repeat(md5(g::text), 8) AS text "
        "FROM generate_series(1, 3000000) g; ALTER TABLE large ADD PRIMARY KEY (id);"
        "GRANT SELECT ON large TO northwind_reader",
    )
    built.kill("two", signal.SIGTERM)  # so that the first one takes the task
    run_id = built.center.trigger(DAG, {"date": date})
    wait_for("the extract", lambda: rows_copied(built.center) > 1000)
    built.kill("one")
    killed = time.monotonic()
    start("two")
    assert built.center.await_run(run_id, 900) == "success"
    # Four minutes are enough on a quiet machine, half of them waits: docs/workers.md.
    seconds = time.monotonic() - killed
    assert built.tries(run_id, EXTRACT) == {1: "one", 2: "two"}
    assert built.center.warehouse("SELECT count(*) FROM ecommerce.large") == [(3_000_000,)]
    print(f"\n{built.executor}: green {seconds:.0f} s after the kill")
    assert "is sealed" in built.log(DAG, run_id, EXTRACT, 2)
    return run_id
