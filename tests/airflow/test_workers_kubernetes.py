"""The pods of the Kubernetes executor: Airflow renders them, the API's own schema accepts them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow_project import DAG, REPOSITORY

pytestmark = pytest.mark.workers

UV = REPOSITORY / ".venv/bin/uv"
VALIDATE = [UV, "tool", "run", "--quiet", "--from", "kubernetes-validate==1.37.0"]
TEMPLATE = REPOSITORY / "orchestrate/airflow/kubernetes/pod_template.yaml"


def output(*command: str | Path, **variables: str) -> str:
    kept = {name: v for name, v in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        list(map(str, command)), env=kept | variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def pods(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pods of the DAG's tasks, as `airflow kubernetes generate-dag-yaml` writes them."""
    folder = tmp_path_factory.mktemp("kubernetes")
    output(UV, "venv", "--quiet", folder / "venv")
    requirements = REPOSITORY / "requirements/airflow-kubernetes.txt"
    output(UV, "pip", "sync", "--quiet", "--python", folder / "venv/bin/python", requirements)
    environment = {
        "MELTANO_PROJECT_ROOT": str(REPOSITORY),
        "AIRFLOW_HOME": str(folder / "home"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "orchestrate/airflow/dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "orchestrate/airflow/plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
        "AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE": str(TEMPLATE),
        "AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE": "northwind",
        "AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_REPOSITORY": "northwind-airflow",
        "AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_TAG": "1.0.0",
    }
    airflow = folder / "venv/bin/airflow"
    output(airflow, "db", "migrate", **environment)
    command = ("kubernetes", "generate-dag-yaml", "--logical-date", "2025-01-05")
    output(airflow, *command, "--output-path", folder, DAG, **environment)
    return sorted((folder / "airflow_yaml_output").glob("*.yml"))


def test_pods_of_all_tasks_are_valid_by_the_strict_schema(pods: list[Path]) -> None:
    assert len(pods) == 3
    had = subprocess.run(
        list(map(str, [*VALIDATE, "kubernetes-validate", "--version"])),
        capture_output=True, text=True,
    )  # fmt: skip
    if had.returncode:
        pytest.skip(f"kubernetes-validate cannot be had: {had.stderr.strip().splitlines()[-1:]}")
    output(*VALIDATE, "kubernetes-validate", "--strict", *pods)


def test_pod_runs_the_workload_in_our_image_with_few_rights(pods: list[Path]) -> None:
    for path in pods:
        pod: dict[str, Any] = yaml.safe_load(path.read_text())
        (container,) = pod["spec"]["containers"]
        # the image's entry point takes the arguments: a command would replace it
        assert "command" not in container
        assert container["args"][:2] == ["python", "-m"]
        assert container["image"] == "northwind-airflow:1.0.0"
        assert container["envFrom"] == [{"secretRef": {"name": "northwind"}}]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["automountServiceAccountToken"] is False


def test_template_fits_the_dockerfile() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    spec = yaml.safe_load(TEMPLATE.read_text())["spec"]
    (user,) = re.findall(r"(?m)^USER (\d+)", dockerfile)
    assert str(spec["securityContext"]["runAsUser"]) == user
    image = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["x-airflow"]["image"]
    assert spec["containers"][0]["image"] == image
    values = yaml.safe_load(TEMPLATE.with_name("values.yaml").read_text())
    assert (
        f"{values['images']['airflow']['repository']}:{values['images']['airflow']['tag']}" == image
    )
