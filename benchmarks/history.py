"""A thousand days of a hundred tables: the last one is loaded, the others are copied from it."""

from __future__ import annotations

import json
import os
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

_COPY_A_DAY = """
DO $do$
DECLARE
  one record; new text; load uuid := gen_random_uuid();
BEGIN
  FOR one IN SELECT relation, table_name, shape FROM ecommerce_days.loads_days o
      WHERE day = '{last}' AND state = 'published' AND {half} LOOP
    new := one.table_name || '@{day}';
    EXECUTE format('CREATE TABLE ecommerce_parts.%I (LIKE ecommerce_parts.%I INCLUDING ALL)',
      new, one.relation);
    EXECUTE format('ALTER TABLE ecommerce_parts.%I ALTER snapshot_date SET DEFAULT %L', new,
      '{day}');
    EXECUTE format('INSERT INTO ecommerce_parts.%I SELECT (jsonb_populate_record(NULL::'
      'ecommerce_parts.%I, to_jsonb(t) || jsonb_build_object(''snapshot_date'', ''{day}''))).* '
      'FROM ecommerce_parts.%I t', new, new, one.relation);
    EXECUTE format('ALTER TABLE ecommerce_parts.%I ATTACH PARTITION ecommerce_parts.%I '
      'FOR VALUES IN (%L)', one.shape, new, '{day}');
  END LOOP;
  INSERT INTO ecommerce_days.loads_days
    SELECT d.* FROM ecommerce_days.loads_days o,
      LATERAL jsonb_populate_record(o, jsonb_build_object(
        'relation', o.table_name || '@{day}', 'day', '{day}', 'load_id', load)) d
    WHERE o.day = '{last}' AND o.state = 'published' AND {half};
  INSERT INTO ecommerce_days.loads
    SELECT d.* FROM ecommerce_days.loads o, LATERAL jsonb_populate_record(o, jsonb_build_object(
      'date', '{day}', 'load_id', load)) d
    WHERE o.date = '{last}' AND {half};
END $do$
"""


def make(bench: Bench) -> None:
    """Make what is missing of the history; not measured.

    Raises:
        BenchError: a job fails.
    """
    stamp = bench.root / "output" / "history-is-made"
    if stamp.exists():
        return
    bench.say(f"{bench.size.name}: making a history of {DAYS} days, which takes some minutes, once")
    for schema in ("ecommerce", "ecommerce_days", "ecommerce_parts"):
        bench.query(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    for job in _JOBS:
        log = bench.root / "logs" / f"history {job}.log"
        command = [BIN / "meltano", "run", "--no-install", job]
        run = measure(command, bench.root, bench.env(DATE=str(LAST)), log)
        if run.code:
            raise BenchError(f"{job} failed, see {log}\n{run.tail()}")
    # half of the tables each, side by side
    halves = [f"hashtext(o.table_name) % 2 {sign} 0" for sign in ("=", "<>")]
    with ThreadPoolExecutor(len(halves)) as pool:
        list(pool.map(lambda half: _copy_days(bench, half, speaks=half == halves[0]), halves))
    bench.query("ANALYZE ecommerce_days.loads_days, ecommerce_days.loads")
    for number in range(DAYS - 1):
        _stage_copy(bench, FIRST + timedelta(number))
    stamp.touch()


def _copy_days(bench: Bench, half: str, *, speaks: bool) -> None:
    """Copy the last day of half of the tables to every day before it."""
    connection = bench.connect()
    try:
        with connection.cursor() as cursor:
            role = bench.settings.warehouse.user
            cursor.execute(f'SET synchronous_commit = off; SET ROLE "{role}"')
            for number in range(DAYS - 1):
                day = FIRST + timedelta(number)
                cursor.execute(_COPY_A_DAY.format(day=day, last=LAST, half=half))
                if speaks and number % 100 == 99:
                    bench.say(f"{bench.size.name}: {number + 1} days of {DAYS}")
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
