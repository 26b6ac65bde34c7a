"""A DAG of each entry under `schedules:` of meltano.yml, paused at first."""

from airflow.sdk import DAG  # noqa: F401  (Airflow looks into files that name it)
from meltano_schedule import dags

globals().update(dags()[0])
