"""The daily pipeline: both sources to sealed days on disk, side by side, then to the warehouse."""

from airflow.sdk import DAG, Asset
from meltano_alerts import on_late_run
from meltano_rows import loaded, staged
from meltano_task import MACROS, date_param, run
from project_days import ProjectCron

# Told of each load, with its date and rows: `schedule=[Asset("ecommerce")]` lets a DAG follow it.
ECOMMERCE = Asset("ecommerce")


with DAG(
    dag_id="northwind_meltano_pipeline",
    description="PostgreSQL and CSV to sealed days on disk, and from there to the warehouse.",
    schedule=ProjectCron("@daily"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=3,
    params={"date": date_param()},
    user_defined_macros=MACROS,
    deadline=on_late_run(),
    tags=["northwind", "meltano", "el"],
    doc_md="""
### Northwind, daily

Every table of the source and the CSV file of order details land on disk, one file per table and
day (`output/`); when both are sealed, the day goes to the warehouse, as a whole.

- **Another day:** trigger with `date`, until today; empty means the run's own day.
- **Many days:** `meltano invoke airflow backfill create --dag-id northwind_meltano_pipeline
  --from-date 2025-01-01 --to-date 2025-01-10 --reprocess-behavior completed`
- **Any day can be run again,** in any order: it is replaced, and newer days stay as they are.
- **After the load,** the asset `ecommerce` gets an event with `{"date": …, "rows": {table: …}}`.
- **What a run did** is in its note: the day, how many tables, how many rows. Rows per table are
  under XCom of each task.

A step that failed keeps the next from starting. Its log ends with the cause; its
documentation says what to check. It is retried twice before it counts as failed.
""",
) as dag:
    postgres = run(
        "postgres-to-local",
        post_execute=staged("postgres"),
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
        post_execute=staged("csv"),
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
        post_execute=loaded(ECOMMERCE),
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
