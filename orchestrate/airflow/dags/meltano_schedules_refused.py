"""No DAG, but an import error that names each schedule of meltano.yml that Airflow cannot run.

In a file of its own: Airflow schedules no DAG of a file with an import error.
"""

from airflow.sdk import DAG  # noqa: F401  (Airflow looks into files that name it)
from meltano_schedule import dags

if refused := dags()[1]:
    raise ValueError("\n".join(refused))
