"""The fixtures: a copy of the project with databases and ports of its own, Airflow in it."""

import os
import shutil
import sys
from collections.abc import Iterator

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
    shutil.copy(
        REPOSITORY / "orchestrate/airflow/dags/.airflowignore", root / "orchestrate/airflow/dags"
    )
    (root / "output").mkdir()
    (root / ".venv").symlink_to(sys.prefix)
    env_file.make(root)
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
        yield project
    for path in files:
        path.unlink()
