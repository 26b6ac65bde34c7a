"""The fixtures: a copy of the project with databases and ports of its own, Airflow in it."""

import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from airflow_project import DAG, REPOSITORY, SLEEPER, Project, serving, wait_for

from embedded_postgres import env_file


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The copy, with its own .env, the utility airflow installed."""
    root = tmp_path_factory.mktemp("airflow") / "project"
    shutil.copytree(
        REPOSITORY, root, ignore=shutil.ignore_patterns(".*", "output", "__pycache__", "*.egg-info")
    )
    for folder in ("dags", "plugins"):
        ignored = Path("orchestrate/airflow") / folder / ".airflowignore"
        shutil.copy(REPOSITORY / ignored, root / ignored)
    (root / "output").mkdir()
    (root / ".venv").symlink_to(sys.prefix)
    env_file.make(root)
    # as a random password may begin
    env = (root / ".env").read_text()
    (root / ".env").write_text(env.replace("ADMIN_PASSWORD=", "ADMIN_PASSWORD=-"))
    port = env_file.free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "MELTANO", "TAP_", "TARGET_", "DATE", "ALERT", "EMBED"))
        and name != "PYTHONDONTWRITEBYTECODE"
    }
    environment |= {"UV_COMPILE_BYTECODE": "1", "AIRFLOW_API_PORT": str(port)}
    project = Project(root, environment)
    done = project.run(project.meltano, "install", "utility", "airflow")
    assert done.returncode == 0, done.stderr
    yield project
    project.run(sys.executable, "-m", "embedded_postgres", "clean")


NEWEST = (
    "SELECT data::jsonb #>> '{client_defaults,tasks,retries}' FROM serialized_dag "
    "WHERE dag_id = %s ORDER BY created_at DESC LIMIT 1"
)


@pytest.fixture(scope="module")
def served(project: Project) -> Iterator[Project]:
    """The copy, with Airflow running in it."""
    # For the test of the timeout: a DAG whose job never ends by itself.
    files = (
        project.root / "orchestrate/sleeper.meltano.yml",
        project.root / "orchestrate/airflow/dags/sleeper.py",
    )
    for path, text in zip(files, SLEEPER, strict=True):
        path.write_text(text)
    with serving(project, project.root / "serve.log"):
        wait_for(
            "the DAGs",
            lambda: (
                {row[0] for row in project.metadata("SELECT dag_id FROM dag")} >= {DAG, "sleeper"}
            ),
        )
        # tests of `dags test` have written one without retries, and it counts for half a minute
        wait_for("the DAG as it is here", lambda: project.metadata(NEWEST, DAG) == [("2",)])
        yield project
    for path in files:
        path.unlink()


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web server that takes alerts: its address, and what it has received."""
    received: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/services/T0/B0", received
        server.shutdown()
