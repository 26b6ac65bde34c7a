"""The daily pipeline: its sources to sealed days on disk, side by side, then to the warehouse.

The sources are the tasks of the pipeline's job in meltano.yml, one task here for each.
"""

from airflow.sdk import DAG
from meltano_alerts import on_late_run
from meltano_pipeline import DAG_ID, OUTPUT, PIPELINE, WAREHOUSE, load_extractor, task_id
from meltano_tables import LOADED_TABLES, loaded, selected, staged, staged_tables, tables_param
from meltano_task import MACROS, date_param, run
from project_days import ProjectCron

with DAG(
    dag_id=DAG_ID,
    description="The sources to sealed days on disk, and from there to the warehouse.",
    schedule=ProjectCron("@daily"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=3,
    params={"date": date_param(), "tables": tables_param()},
    user_defined_macros=MACROS,
    deadline=on_late_run(),
    tags=["northwind", "meltano", "el"],
    doc_md=f"""
### {PIPELINE.job}, daily

Every table of every source ({", ".join(PIPELINE.jobs)}) lands on disk, one file per table and day
(`{OUTPUT}`); when all are sealed, the day goes to the warehouse, as a whole.

- **Another day:** trigger with `date`, until today; empty means the run's own day.
- **Many days:** `meltano invoke airflow backfill create --dag-id {DAG_ID}
  --from-date 2025-01-01 --to-date 2025-01-10 --reprocess-behavior completed`
- **Some tables only:** trigger with `tables`; the others of the day stay as they are.
- **Any day can be run again,** in any order: it is replaced, and newer days stay as they are.
- **After the load,** the asset `{WAREHOUSE.name}` gets an event with
  `{{"date": …, "rows": {{table: …}}}}`; each table has an asset of its own, on disk and in the
  warehouse.
- **What a run did** is in its note: the day, how many tables, how many rows. Rows per table are
  under XCom of each task.

A step that failed keeps the next from starting. Its log ends with the cause; its
documentation says what to check. It is retried twice before it counts as failed.
""",
) as dag:
    sources = [
        run(
            source.job,
            task_id=task_id(source),
            select=selected(source.extractor, source.name),
            outlets=[staged_tables(source)],
            post_execute=staged(source),
            doc_md=f"""
**Does:** copies every table of `{source.extractor}` to
`{OUTPUT}/{source.name}/{{table}}/{{DATE}}/{{table}}.csv`, and seals the day by
`{OUTPUT}/{source.name}/{{DATE}}.datapackage.json`.

**Check when it fails:** the file and line, or the server, that the log names; its settings are in
`.env` and under `{source.extractor}` in meltano.yml. Has the disk room? The files of the last good
run are still there.

**Run it again:** Clear this task, or `DATE=2025-01-05 meltano run {source.job}`
""",
        )
        for source in PIPELINE.sources
    ]
    load = run(
        PIPELINE.load_job,
        task_id="load" if " " in PIPELINE.load_job else PIPELINE.load_job,
        select=selected(load_extractor()),
        trigger_rule="none_failed_min_one_success",  # a source without any of `tables` is skipped
        outlets=[WAREHOUSE, LOADED_TABLES],
        post_execute=loaded,
        doc_md=f"""
**Does:** takes the sealed files of DATE, of all sources, into the warehouse: days in
`{WAREHOUSE.name}_days`, the newest day in the views of `{WAREHOUSE.name}`. All tables of the day
become visible at once, or none.

**Check when it fails:** that the steps before are green for this DATE, and that the warehouse
answers (`TARGET_POSTGRES_…` in `.env`). What was loaded before is untouched.

**Run it again:** Clear this task, or `DATE=2025-01-05 meltano run {PIPELINE.load_job}`
""",
    )
    sources >> load
