"""What the DAG is made of: the sources, names and folders of meltano.yml and `.env`."""

import sys

from airflow.sdk import Asset
from meltano_task import PROJECT

# Airflow's environment has no package of ours: this part of it needs what Airflow brings.
sys.path.append(str(PROJECT / "src"))

from sealed_days.core.meltano_yml import MeltanoYml, Source, stage_root

MELTANO_YML = MeltanoYml.read(PROJECT)
PIPELINE = MELTANO_YML.pipeline()
DAG_ID = MELTANO_YML.get("PIPELINE_DAG") or "northwind_meltano_pipeline"

# Told of each load, with its date and rows: `schedule=[Asset("ecommerce")]` lets a DAG follow it.
# It bears the name of the warehouse's schema.
WAREHOUSE = Asset(str(MELTANO_YML.setting(PIPELINE.loader, "default_target_schema") or "ecommerce"))
OUTPUT = stage_root(
    PROJECT
    / str(MELTANO_YML.setting(PIPELINE.sources[0].loader, "output_path") or PROJECT / "output"),
    PROJECT,
    MELTANO_YML.get("STAGE_ROOT"),
)


def task_id(source: Source) -> str:
    """Return a source's job as a task's ID; one without a job of its own gets a name like it."""
    return source.job if " " not in source.job else f"{source.name}-to-local"
