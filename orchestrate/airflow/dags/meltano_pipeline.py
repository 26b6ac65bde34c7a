"""What the DAG is made of: the sources, names and places of meltano.yml and `.env`."""

import os
import sys
from urllib.parse import quote

from airflow.sdk import Asset
from meltano_task import PROJECT

# Airflow's environment has no package of ours: this part of it needs what Airflow brings.
sys.path.append(str(PROJECT / "src"))

from sealed_days.core.meltano_yml import MeltanoYml, Source, stage_root, stage_url

MELTANO_YML = MeltanoYml.read(PROJECT)
PIPELINE = MELTANO_YML.pipeline()
DAG_ID = MELTANO_YML.get("PIPELINE_DAG") or "northwind_meltano_pipeline"

# Told of each load, with its date and rows: `schedule=[Asset("ecommerce")]` lets a DAG follow it.
# It bears the name of the warehouse's schema.
WAREHOUSE = Asset(str(MELTANO_YML.setting(PIPELINE.loader, "default_target_schema") or "ecommerce"))
MOVED = MELTANO_YML.get("STAGE_ROOT")
OUTPUT = stage_url(MOVED) or stage_root(
    PROJECT
    / str(MELTANO_YML.setting(PIPELINE.sources[0].loader, "output_path") or PROJECT / "output"),
    PROJECT,
    MOVED,
)
if stage_url(MOVED):
    for name in MELTANO_YML.variables.values:
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
            os.environ.setdefault(name, MELTANO_YML.get(name))  # obstore reads them there


def task_id(source: Source) -> str:
    """Return a source's job as a task's ID; one without a job of its own gets a name like it."""
    return source.job if " " not in source.job else f"{source.name}-to-local"


def load_extractor() -> str:
    """Return the plugin that passes staged days to the warehouse."""
    return MELTANO_YML.jobs.get(PIPELINE.load_job, PIPELINE.load_job.split())[0]


def warehouse_table(table: str) -> tuple[str, str]:
    """Return OpenLineage's namespace and name of a table in the warehouse."""
    setting = {
        name: str(MELTANO_YML.setting(PIPELINE.loader, name) or "")
        for name in ("host", "port", "database")
    }
    return (
        f"postgres://{setting['host']}:{setting['port'] or 5432}",
        f"{setting['database']}.{WAREHOUSE.name}.{table}",
    )


def asset(namespace: str, name: str) -> Asset:
    """Return the asset of a dataset that OpenLineage knows by namespace and name.

    With Airflow's provider for PostgreSQL its URI is that of the provider, with slashes.
    """
    separate = "" if name.startswith("/") else "/"
    root = "file://" if namespace == "file" else namespace
    try:
        return Asset(name=name, uri=f"{root}{separate}{quote(name)}")
    except ValueError:
        return Asset(name=name, uri=f"{root}{separate}{quote(name.replace('.', '/', 2))}")
