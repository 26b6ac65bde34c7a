"""A copy of the project with databases and ports of its own, and Airflow in it."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from embedded_postgres.settings import Login, Settings

REPOSITORY = Path(__file__).resolve().parents[2]
DAG = "northwind_meltano_pipeline"
SLEEPER = (
    "plugins:\n  utilities:\n  - name: sleeper\n    namespace: sleeper\n"
    "    executable: sleep\n    commands: {forever: '471147'}\n",
    "from datetime import timedelta\n"
    "from airflow.sdk import DAG\n"
    "from meltano_task import MACROS, date_param, meltano\n"
    "with DAG('sleeper', schedule=None, is_paused_upon_creation=False,\n"
    "         user_defined_macros=MACROS, params={'date': date_param()}):\n"
    "    meltano('run sleeper:forever', task_id='sleep', retries=0,\n"
    "            execution_timeout=timedelta(seconds=15))\n",
)


def wait_for(what: str, condition: Callable[[], Any], seconds: float = 900) -> Any:
    """Return the first true value of the condition; fail when the deadline passes."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.25)
    return value


@dataclass
class Project:
    """The copy: how its commands are run, and what its databases say."""

    root: Path
    environment: dict[str, str]

    def popen(self, *command: str | Path, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            list(map(str, command)), cwd=self.root, env=self.environment, text=True, **options
        )

    def run(self, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, command)),
            cwd=self.root,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
        )

    def airflow(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `meltano invoke airflow …`."""
        return self.run(self.meltano, "invoke", "airflow", *arguments, **variables)

    @property
    def meltano(self) -> Path:
        return Path(sys.executable).with_name("meltano")

    @property
    def serve(self) -> tuple[Path | str, ...]:
        return sys.executable, self.root / "orchestrate/airflow/serve.py"

    def inside(self, code: str, **variables: str) -> Any:
        """Run code in Airflow's environment, without any database; returns what it prints."""
        venv = self.root / ".meltano/utilities/airflow/venv/bin/python"
        dags = self.root / "orchestrate/airflow/dags"
        done = self.run(
            venv,
            "-W",
            "ignore",
            "-c",
            code,
            PYTHONPATH=str(dags),
            MELTANO_PROJECT_ROOT=str(self.root),
            AIRFLOW_HOME=str(self.root / ".airflow-without-database"),
            AIRFLOW__CORE__DAGS_FOLDER=str(dags),
            AIRFLOW__CORE__PLUGINS_FOLDER=str(dags.with_name("plugins")),
            AIRFLOW__CORE__LOAD_EXAMPLES="false",
            AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="postgresql+psycopg2://nobody@127.0.0.1:1/none",
            **variables,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def query(self, login: Login, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            dbname=login.database,
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    @property
    def settings(self) -> Settings:
        return Settings.read(self.root)

    def warehouse(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.query(self.settings.warehouse, sql, *values)

    def metadata(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.query(self.settings.airflow, sql, *values)

    def states(self, run_id: str) -> dict[str, str]:
        return dict(
            self.metadata("SELECT task_id, state FROM task_instance WHERE run_id = %s", run_id)
        )

    def loads(self) -> list[tuple[Any, ...]]:
        """Return what the warehouse's audit says of its loads: nothing before the first one."""
        if self.warehouse("SELECT to_regclass('ecommerce_days.loads')") == [(None,)]:
            return []
        return self.warehouse("SELECT date, table_name, load_id::text FROM ecommerce_days.loads")

    def note(self, run_id: str) -> str | None:
        """Return what the list of runs says of a run."""
        rows = self.metadata(
            "SELECT content FROM dag_run_note n JOIN dag_run r ON r.id = n.dag_run_id "
            "WHERE r.run_id = %s",
            run_id,
        )
        return rows[0][0] if rows else None

    def trigger(self, dag: str, conf: dict[str, Any]) -> str:
        """Trigger a run; returns its id."""
        run_id = f"test_{time.time_ns()}"
        done = self.airflow("dags", "trigger", dag, "--run-id", run_id, "--conf", json.dumps(conf))
        assert done.returncode == 0, done.stderr
        return run_id

    def await_run(self, run_id: str, seconds: float = 240) -> str:
        """Return the state in which the run ends."""

        def ended() -> str | None:
            rows = self.metadata("SELECT state FROM dag_run WHERE run_id = %s", run_id)
            return rows[0][0] if rows and rows[0][0] in ("success", "failed") else None

        return wait_for(f"the end of {run_id}", ended, seconds)

    def log(self, run_id: str, task: str, attempt: int = 1) -> list[str]:
        """Return the messages of a task's log."""
        return [line["event"] for line in self.log_entries(run_id, task, attempt)]

    def log_entries(self, run_id: str, task: str, attempt: int = 1) -> list[dict[str, Any]]:
        """Return the lines of a task's log, with their levels."""
        (path,) = (self.root / ".airflow/logs").glob(
            f"dag_id=*/run_id={run_id}/task_id={task}/attempt={attempt}.log"
        )
        return [json.loads(line) for line in path.read_text().splitlines()]

    def api(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Ask Airflow's API as the admin; returns status and answer."""
        port, variables = self.environment["AIRFLOW_API_PORT"], self.settings.variables
        login = {
            "username": variables.get("AIRFLOW_ADMIN_USER"),
            "password": variables.get("AIRFLOW_ADMIN_PASSWORD"),
        }
        headers = {"Content-Type": "application/json"}
        for url, content in (("auth/token", login), (f"api/v2/{path}", body)):
            asked = urllib.request.Request(
                f"http://localhost:{port}/{url}",
                data=None if content is None else json.dumps(content).encode(),
                headers=headers,
                method="POST" if content is login else method,
            )
            try:
                with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
                    status, said = answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()
            if content is login:
                headers["Authorization"] = f"Bearer {json.loads(said)['access_token']}"
        return status, said

    def processes(self) -> list[psutil.Process]:
        """Return what runs for this project: nothing but PostgreSQL, when Airflow is stopped."""
        found = []
        for process in psutil.process_iter(["name"]):
            with suppress(psutil.Error):
                # By its folder: Airflow overwrites command line and environment.
                if process.info["name"] != "postgres" and Path(process.cwd()).is_relative_to(
                    self.root
                ):
                    found.append(process)
        return found


def _heed_ctrl_c() -> None:
    """A shell starts what runs in its background with SIGINT ignored, and children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def serving(project: Project, log: Path) -> Iterator[psutil.Process]:
    """Run Airflow as `make airflow` does, until the block ends."""
    with log.open("w") as output:
        process = project.popen(
            *project.serve, stdout=output, stderr=subprocess.STDOUT, preexec_fn=_heed_ctrl_c
        )
        try:
            wait_for(
                "Airflow's address",
                lambda: "Airflow is on" in log.read_text() or process.poll() is not None,
                600,  # it may have to be installed first
            )
            assert process.poll() is None, log.read_text()[-3000:]
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(300)
