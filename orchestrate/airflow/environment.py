"""Prints the variables of Airflow as JSON, secrets too, for `meltano invoke airflow:environment`.

Runs in Airflow's own environment, and ends with one line where the executor is not installed there.
"""

import json
import os
import sys
from importlib import metadata

# What an executor comes with, and the file of requirements/ that has it.
PROVIDERS = {
    "EdgeExecutor": ("apache-airflow-providers-edge3", "airflow-edge"),
    "CeleryExecutor": ("apache-airflow-providers-celery", "airflow-celery"),
    "KubernetesExecutor": ("apache-airflow-providers-cncf-kubernetes", "airflow-kubernetes"),
}


def refusal(executor: str) -> str | None:
    """Return why an executor cannot be used here, in one line; None when it can."""
    package, requirements = PROVIDERS.get(executor.rpartition(".")[2], ("", ""))
    try:
        if package:
            metadata.version(package)
    except metadata.PackageNotFoundError:
        return (
            f"airflow: the executor {executor} (AIRFLOW_CORE_EXECUTOR) is not installed here: "
            f"set AIRFLOW_REQUIREMENTS={requirements} in .env"
        )
    return None


if __name__ == "__main__":
    if refused := refusal(os.environ.get("AIRFLOW__CORE__EXECUTOR", "")):
        sys.exit(refused)
    print(json.dumps(dict(os.environ)))
