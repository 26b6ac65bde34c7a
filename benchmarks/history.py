"""A thousand days of a hundred tables: the last one is loaded, the others are copied from it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import measure
from benchmarks.work import BIN, Bench, BenchError

DAYS = 999
FIRST = date(2022, 1, 1)
LAST = FIRST + timedelta(DAYS - 1)
_JOBS = ("postgres-to-local", "local-csv-to-postgres")

_COPY_A_TABLE = """
DO $do$
DECLARE
  day date; new text;
BEGIN
  FOR day IN SELECT generate_series('{first}'::date, '{last}', '1 day') LOOP
    new := '{table}@' || day;
    EXECUTE format('CREATE TABLE ecommerce_parts.%I (LIKE ecommerce_parts.%I INCLUDING ALL)',
      new, '{table}@{model}');
    EXECUTE format('ALTER TABLE ecommerce_parts.%I ALTER snapshot_date SET DEFAULT %L', new, day);
    EXECUTE format('INSERT INTO ecommerce_parts.%I ({columns}) SELECT {columns} '
      'FROM ecommerce_parts.%I', new, '{table}@{model}');
  END LOOP;
END $do$
"""

_ATTACH = """
DO $do$
DECLARE
  day date;
BEGIN
  FOR day IN SELECT generate_series('{first}'::date, '{last}', '1 day') LOOP
    EXECUTE format('ALTER TABLE ecommerce_parts.%I ATTACH PARTITION ecommerce_parts.%I '
      'FOR VALUES IN (%L)', '{shape}/' || extract(year FROM day), '{table}@' || day, day);
  END LOOP;
END $do$
"""

# ATTACH reads all of pg_constraint each time: 100,000 of them would take hours. So one table is
# attached by it, and the catalog's rows for the others are made as it has made those.
_ATTACH_LIKE = """
SET allow_system_table_mods = on;
BEGIN;
CREATE TEMP TABLE attached ON COMMIT DROP AS
  SELECT new.oid AS new, year.oid AS year, model.relpartbound AS bound
  FROM ecommerce_days.loads_days o,
    generate_series('{first}'::date, '{last}', '1 day') at
    JOIN pg_class model ON model.relname = ('{table}@' || at::date)::name
      AND model.relnamespace = {parts},
    LATERAL (SELECT oid FROM pg_class WHERE relnamespace = {parts}
      AND relname = (o.shape || '/' || extract(year FROM at))::name OFFSET 0) year,
    LATERAL (SELECT oid, relispartition FROM pg_class WHERE relnamespace = {parts}
      AND relname = (o.table_name || '@' || at::date)::name OFFSET 0) new
  WHERE o.day = '{model}' AND o.state = 'published' AND NOT new.relispartition;
ANALYZE attached;
UPDATE pg_class SET relispartition = true, relpartbound = bound FROM attached WHERE oid = new;
UPDATE pg_attribute SET attinhcount = 1, attislocal = false FROM attached
  WHERE attrelid = new AND attnum > 0;
INSERT INTO pg_inherits SELECT new, year, 1, false FROM attached;
INSERT INTO pg_depend SELECT 'pg_class'::regclass, new, 0, 'pg_class'::regclass, year, 0, 'a'
  FROM attached;
UPDATE pg_class SET relhassubclass = true WHERE oid IN (SELECT year FROM attached);
COMMIT
"""

_REGISTER = """
INSERT INTO ecommerce_days.loads_days SELECT d.* FROM ecommerce_days.loads_days o,
  generate_series('{first}'::date, '{last}', '1 day') at, LATERAL jsonb_populate_record(o,
    jsonb_build_object('relation', o.table_name || '@' || at::date, 'day', at::date,
      'load_id', md5(at::text)::uuid)) d WHERE o.day = '{model}' AND o.state = 'published';
INSERT INTO ecommerce_days.loads SELECT d.* FROM ecommerce_days.loads o,
  generate_series('{first}'::date, '{last}', '1 day') at, LATERAL jsonb_populate_record(o,
    jsonb_build_object('date', at::date, 'load_id', md5(at::text)::uuid)) d
  WHERE o.date = '{model}'
"""

_CATALOG = (
    "pg_class", "pg_attribute", "pg_constraint", "pg_depend", "pg_inherits", "pg_index", "pg_type",
    "pg_attrdef", "pg_statistic",
)  # fmt: skip


def make(bench: Bench) -> None:
    """Make what is missing of the history; not measured.

    Raises:
        BenchError: a job fails.
    """
    from sealed_days.target_postgres.shapes import create_year
    from sealed_days.target_postgres.warehouse import Warehouse

    stamp = bench.root / "output" / "history-is-made"
    if stamp.exists():
        return
    bench.say(f"{bench.size.name}: making a history of {DAYS} days, which takes minutes, once")
    source, warehouse = bench.settings.source.database, bench.settings.warehouse
    # not its schemas: no transaction can lock what an interrupted call has left in them
    bench.query(f"DROP DATABASE IF EXISTS {warehouse.database} WITH (FORCE)", source)
    bench.query(f"CREATE DATABASE {warehouse.database} OWNER {warehouse.user}", source)
    for job in _JOBS:
        log = bench.root / "logs" / f"history {job}.log"
        command = [BIN / "meltano", "run", "--no-install", job]
        run = measure(command, bench.root, bench.env(DATE=str(LAST)), log)
        if run.code:
            raise BenchError(f"{job} failed, see {log}\n{run.tail()}")
    tables = bench.query(
        "SELECT table_name, columns, shape FROM ecommerce_days.loads_days "
        f"WHERE day = '{LAST}' AND state = 'published' ORDER BY 1"
    )
    role = bench.settings.warehouse.user
    schemas = Warehouse("ecommerce", "ecommerce_days", "ecommerce_parts")
    for _, _, shape in tables:
        for year in range(FIRST.year, LAST.year):
            statements = create_year(schemas, shape, date(year, 1, 1))
            bench.query(f'SET ROLE "{role}"; {statements}')
    _copy_tables(bench, tables[:1])
    table, _, shape = tables[0]
    for days in _some_days():
        attach = _ATTACH.format(**days, table=table, shape=shape)
        bench.query(f'SET ROLE "{role}"; {attach}')
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda half: _copy_tables(bench, half), (tables[1::2], tables[2::2])))
    days = {"first": FIRST, "last": LAST - timedelta(1), "model": LAST}
    parts = "'ecommerce_parts'::regnamespace"
    bench.query(_ATTACH_LIKE.format(**days, table=table, parts=parts))
    bench.query(_REGISTER.format(**days))
    for number in range(DAYS - 1):
        _stage_copy(bench, FIRST + timedelta(number))
    # or autovacuum would do it while a contestant is measured
    for name in (*_CATALOG, "ecommerce_days.loads_days", "ecommerce_days.loads"):
        bench.query(f"VACUUM (ANALYZE) {name}")
    stamp.touch()


def _some_days() -> Iterator[dict[str, date]]:
    """Yield the first and the last of a hundred days: no more can one transaction lock."""
    for start in range(0, DAYS - 1, 100):
        last = min(start + 99, DAYS - 2)
        yield {"first": FIRST + timedelta(start), "last": FIRST + timedelta(last)}


def _copy_tables(bench: Bench, tables: Sequence[tuple[str, list[str], str]]) -> None:
    """Copy the last day of some tables to every day before it, in tables of their own."""
    connection = bench.connect()
    try:
        with connection.cursor() as cursor:
            role = bench.settings.warehouse.user
            cursor.execute(f'SET synchronous_commit = off; SET ROLE "{role}"')
            for table, names, _ in tables:
                columns = ", ".join(f'"{name}"' for name in names)
                for days in _some_days():
                    values = {**days, "model": LAST, "table": table, "columns": columns}
                    cursor.execute(_COPY_A_TABLE.format(**values))
    finally:
        connection.close()


def newest_staged(bench: Bench) -> date:
    """Return the newest day on disk."""
    names = (bench.root / "output" / "postgres").glob("*.datapackage.json")
    return max(date.fromisoformat(path.name.partition(".")[0]) for path in names)


def stage_next(bench: Bench) -> None:
    """Stage the day after the newest one in the warehouse, if it is not there."""
    ((day,),) = bench.query("SELECT max(day) FROM ecommerce_days.loads_days")
    if day == newest_staged(bench):
        _stage_copy(bench, day + timedelta(1))


def _stage_copy(bench: Bench, day: date) -> None:
    """Make a sealed day of the last one's files: the same bytes, by hard links."""
    from sealed_days.store.manifest import hash_of

    folder = bench.root / "output" / "postgres"
    manifest: dict[str, Any] = json.loads((folder / f"{LAST}.datapackage.json").read_bytes())
    last = str(LAST)
    manifest |= {"date": str(day), "name": f"postgres-{day}", "title": f"postgres, {day}"}
    for resource in manifest["resources"]:
        old = folder / Path(resource["path"])
        resource["path"] = resource["path"].replace(last, str(day))
        new = folder / Path(resource["path"])
        new.parent.mkdir(parents=True, exist_ok=True)
        if not new.exists():
            os.link(old, new)
    del manifest["hash"]
    manifest["hash"] = hash_of(manifest)
    (folder / f"{day}.datapackage.json").write_text(json.dumps(manifest, indent=1))
