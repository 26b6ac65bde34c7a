"""The daily pipeline: both sources to sealed days on disk, side by side, then to the warehouse."""

from typing import Any

from airflow.sdk import DAG, Asset
from meltano_task import MACROS, cron, date_param, run

# Told of each load, with the date: `schedule=[Asset("ecommerce")]` lets a DAG follow it.
ECOMMERCE = Asset("ecommerce")


def publish_date(context: Any, _result: Any) -> None:
    """Put the loaded day into the asset's event."""
    date = context["ti"].task.env["DATE"]
    context["outlet_events"][ECOMMERCE].extra = {"date": date}


with DAG(
    dag_id="northwind_meltano_pipeline",
    description="PostgreSQL and CSV to sealed days on disk, and from there to the warehouse.",
    schedule=cron("@daily"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=3,
    params={"date": date_param()},
    user_defined_macros=MACROS,
    tags=["northwind", "meltano", "el"],
    doc_md="""
### Northwind, daily

Every table of the source and the CSV file of order details land on disk, one file per table and
day (`output/`); when both are sealed, the day goes to the warehouse, as a whole.

- **Another day:** trigger with `date`; empty means the run's own day.
- **Many days:** `meltano invoke airflow backfill create --dag-id northwind_meltano_pipeline
  --from-date 2025-01-01 --to-date 2025-01-10 --reprocess-behavior completed`
- **Any day can be run again,** in any order: it is replaced, and newer days stay as they are.
- **After the load,** the asset `ecommerce` gets an event with `{"date": …}`.

A step that failed keeps the next from starting. Its log ends with what is wrong; its
documentation says what to check. It is retried twice before it counts as failed.
""",
) as dag:
    postgres = run(
        "postgres-to-local",
        doc_md="""
**Does:** copies every table of the source to `output/postgres/{table}/{DATE}/{table}.csv`, and
seals the day by `output/postgres/{DATE}.datapackage.json`.

**Check when it fails:** that the source answers (`TAP_POSTGRES_…` in `.env`), and that the disk
has room. The files of the last good run are still there.

**Run it again:** Clear this task, or `DATE=2025-01-05 meltano run postgres-to-local`
""",
    )
    order_details = run(
        "orders-details-csv-to-local",
        doc_md="""
**Does:** checks the CSV file against its declared types, copies it to
`output/csv/order_details/{DATE}/order_details.csv`, and seals the day by
`output/csv/{DATE}.datapackage.json`.

**Check when it fails:** the file and the line that the log names; path and types are in
`meltano.yml`, under `tap-csv--from-csv`.

**Run it again:** Clear this task, or `DATE=2025-01-05 meltano run orders-details-csv-to-local`
""",
    )
    load = run(
        "local-csv-to-postgres",
        outlets=[ECOMMERCE],
        post_execute=publish_date,
        doc_md="""
**Does:** takes the sealed files of DATE, of both sources, into the warehouse: days in
`ecommerce_days`, the newest day in the views of `ecommerce`. All tables of the day become
visible at once, or none.

**Check when it fails:** that both steps before are green for this DATE, and that the warehouse
answers (`TARGET_POSTGRES_…` in `.env`). What was loaded before is untouched.

**Run it again:** Clear this task, or `DATE=2025-01-05 meltano run local-csv-to-postgres`
""",
    )
    [postgres, order_details] >> load
