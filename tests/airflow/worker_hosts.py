"""Hosts for the tests of workers: clones without a shared folder, their days on an object store."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg2
from airflow_project import REPOSITORY, Project, serving

from embedded_postgres import env_file
from embedded_store.server import Store

WEED = REPOSITORY / ".seaweedfs" / "venv" / "bin" / "weed"
NO_OTHER_SETTINGS = (
    *("AIRFLOW", "MELTANO", "TAP_", "TARGET_", "DATE", "ALERT", "EMBED", "PIPELINE", "STAGE_"),
    *("AWS_", "AZURE_", "GOOGLE_", "PYTHONDONTWRITEBYTECODE"),
)
ADDRESSES = {"one": "127.0.0.2", "two": "127.0.0.3"}
NAMES = {address: name for name, address in ADDRESSES.items()}


@dataclass
class Site:
    """A central Airflow, its workers' hosts, and what they share: databases and the store."""

    folder: Path
    executor: str
    store: Store
    center: Project
    hosts: dict[str, Project] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"http://localhost:{self.center.environment['AIRFLOW_API_PORT']}"

    def start(self, name: str, *arguments: str) -> None:
        """Start the worker of a host, as `make worker` does."""
        host = self.hosts[name]
        with (self.folder / f"{name}.log").open("a") as log:
            host.popen(
                sys.executable,
                host.root / "orchestrate/airflow/start.py",
                *arguments,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End all processes of a host, as a power failure does."""
        while found := self.hosts[name].processes():
            for process in found:
                with suppress(psutil.Error):
                    process.send_signal(how)
            psutil.wait_procs(found, 10)

    def said(self, name: str) -> str:
        """Return what a host's worker said so far."""
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def host_of(self, run_id: str) -> dict[str, str]:
        """Return the host on which each task of a run was tried last."""
        sql = "SELECT task_id, hostname FROM task_instance WHERE run_id = %s"
        return {task: NAMES.get(at, at) for task, at in self.center.metadata(sql, run_id)}

    def tries(self, run_id: str, task: str) -> dict[int, str]:
        """Return the host of each try of a task."""
        sql = "SELECT try_number, hostname FROM {} WHERE run_id = %s AND task_id = %s"
        found = [
            row
            for table in ("task_instance_history", "task_instance")
            for row in self.center.metadata(sql.format(table), run_id, task)
        ]
        return {number: NAMES.get(at, at) for number, at in found}

    def log(self, dag: str, run_id: str, task: str, attempt: int) -> str:
        """Return a task's log, as the UI gets it."""
        status, said = self.center.api(
            "GET", f"dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/logs/{attempt}"
        )
        assert status == 200, said
        return said


@contextmanager
def site(
    folder: Path, executor: str, center: str, worker: str, own: dict[str, str] | None = None
) -> Iterator[Site]:
    """Run a central Airflow with an executor; ends all that was started, also after a failure.

    Args:
        folder: where all of it lies.
        executor: the suffix of its file in requirements/.
        center: lines of the central `.env`; `{api}` is the address of Airflow's API.
        worker: lines of a worker's `.env`; names of the central one are filled in.
        own: lines of the `.env` of one host.
    """
    with ExitStack() as stack:
        store = Store(WEED, folder / "store")
        store.up()
        stack.callback(store.down)
        project = checkout(folder / "center")
        env_file.make(project.root)
        port = env_file.free_port()
        project.environment["AIRFLOW_API_PORT"] = str(port)
        built = Site(folder, executor, store, project)
        days = {"STAGE_ROOT": "s3://days/northwind", **store.variables}
        known = project.settings.variables.values
        database = (
            "postgresql+psycopg2://{TARGET_POSTGRES_USER}:{TARGET_POSTGRES_PASSWORD}"
            "@127.0.0.1:{TARGET_POSTGRES_PORT}/meltano"
        )
        shared = "".join(
            f"{name}={value}\n"
            for name, value in {
                **days,
                "AIRFLOW_REQUIREMENTS": f"airflow-{executor}",
                "MELTANO_DATABASE_URI": database.format(**known),
            }.items()
        )
        add(project, shared + center.format(api=built.api, **known))
        stack.callback(project.run, sys.executable, "-m", "embedded_postgres", "clean")
        run(project, sys.executable, "-m", "embedded_postgres", "up", "--airflow")
        create_database_of_meltano(project)
        for name in ("one", "two"):
            host = built.hosts[name] = checkout(folder / name)
            stack.callback(built.kill, name)
            connections = "".join(
                f"{key}={value}\n"
                for key, value in known.items()
                if key.startswith(("TAP_POSTGRES", "TARGET_POSTGRES"))
            )
            add(
                host,
                connections
                + shared
                + worker.format(api=built.api, **known)
                + (own or {}).get(name, ""),
            )
            run(host, host.meltano, "install")
        stack.enter_context(serving(project, folder / "center.log"))
        yield built


def checkout(root: Path) -> Project:
    """Clone the working tree, without what belongs to it alone."""
    shutil.copytree(
        REPOSITORY, root, ignore=shutil.ignore_patterns(".*", "output", "__pycache__", "*.egg-info")
    )
    ignored = "orchestrate/airflow/dags/.airflowignore"
    shutil.copy(REPOSITORY / ignored, root / ignored)
    (root / "output").mkdir()
    (root / ".venv").symlink_to(sys.prefix)
    environment = {n: v for n, v in os.environ.items() if not n.startswith(NO_OTHER_SETTINGS)}
    return Project(root, environment | {"UV_COMPILE_BYTECODE": "1"})


def add(project: Project, lines: str) -> None:
    """Add lines to the .env of a project."""
    path = project.root / ".env"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.write("\n" + lines)


def run(project: Project, *command: str | Path) -> None:
    """Run a command that must succeed."""
    done = project.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def as_superuser(project: Project, database: str, sql: str) -> None:
    """Run a statement on the embedded PostgreSQL."""
    login = project.settings.superuser
    connection = psycopg2.connect(
        host=login.host, port=login.port, user=login.user, password=login.password, dbname=database
    )
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(sql)


def create_database_of_meltano(project: Project) -> None:
    """Create the database that MELTANO_DATABASE_URI names."""
    as_superuser(project, "postgres", "CREATE DATABASE meltano OWNER ecommerce_owner")


def rows_copied(project: Project) -> int:
    """Return how many rows the source has sent in the COPY that runs, 0 when none does."""
    sql = (
        "SELECT coalesce(max(tuples_processed), 0) FROM pg_stat_progress_copy "
        "WHERE datname = %s AND command = 'COPY TO'"
    )
    ((rows,),) = project.query(project.settings.superuser, sql, project.settings.source.database)
    return int(rows)
