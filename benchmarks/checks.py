"""What a contestant lost: its tables and files against the source, by queries, after its run."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.contestants import DAY, Contestant
from benchmarks.measure import Measured, measure
from benchmarks.work import CSV_TABLE, REFERENCE, Bench, Table

_POLL_SECONDS = 0.005


@dataclass
class Losses:
    """What is not as it was at the source. Empty fields: nothing lost, None: not looked at."""

    rows: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    nulls: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    columns: int = 0
    tables: int = 0


@dataclass
class Behaviour:
    """What a contestant does on the way, seen on Northwind."""

    files: str = ""
    atomic: str = ""
    deletes: str = ""
    history: str = ""


Facts = dict[str, tuple[int, int, int]]


def look(bench: Bench, contestant: Contestant) -> Losses:
    """Compare what a contestant's run left in the warehouse with the source."""
    losses = Losses()
    connection = bench.connect()
    try:
        with connection.cursor() as cursor:
            for table in filter(contestant.takes, bench.tables):
                losses.tables += 1
                losses.columns += len(table.columns)
                _look_at_table(cursor, bench, contestant, table, losses)
    finally:
        connection.close()
    return losses


def _look_at_table(
    cursor: Any, bench: Bench, contestant: Contestant, table: Table, losses: Losses
) -> None:
    relation = contestant.visible(table.name)
    cursor.execute("SELECT to_regclass(%s)", [relation])
    if cursor.fetchone() == (None,):
        losses.rows.append(f"{table.name} is not there")
        return
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
        [relation],
    )
    there = dict(cursor.fetchall())
    for column, kind in table.columns:
        if there.get(column) != kind:
            losses.types.append(f"{table.name}.{column}: {there.get(column)} for {kind}")
    cursor.execute(
        "SELECT array_agg(attname ORDER BY n)::text[] FROM pg_constraint, "
        "unnest(conkey) WITH ORDINALITY k (attnum, n) JOIN pg_attribute a USING (attnum) "
        "WHERE contype = 'p' AND attrelid = conrelid AND conrelid = to_regclass(%s)",
        [contestant.keyed(table.name)],
    )
    (found,) = cursor.fetchone()
    if tuple(found or ()) != table.keys:
        losses.keys.append(table.name)
    rows, facts = _facts(cursor, relation, table, there)
    _compare(table, rows, facts, *_source(bench, table), losses)


def _compare(
    table: Table, rows: int, facts: Facts, true_rows: int, true_facts: Facts, losses: Losses
) -> None:
    if rows != true_rows:
        losses.rows.append(f"{table.name}: {rows:,} of {true_rows:,} rows")
    for column, true in true_facts.items():
        name = f"{table.name}.{column}"
        got = facts.get(column, (0, 0, 0))
        if got[:2] != true[:2]:
            losses.nulls.append(
                f"{name}: {got[0]} NULL and {got[1]} '' for {true[0]} and {true[1]}"
            )
        elif got != true:
            losses.values.append(name)


_known: dict[tuple[str, str], tuple[int, Facts]] = {}


def _source(bench: Bench, table: Table) -> tuple[int, Facts]:
    """Return the facts of a table at the source; they do not change."""
    key = (bench.size.name, table.name)
    if key not in _known:
        is_csv = table.name == CSV_TABLE
        relation = f'{REFERENCE if is_csv else "public"}."{table.name}"'
        connection = bench.connect("" if is_csv else bench.settings.source.database)
        with connection.cursor() as cursor:
            _known[key] = _facts(cursor, relation, table, dict(table.columns))
        connection.close()
    return _known[key]


def _facts(cursor: Any, relation: str, table: Table, there: dict[str, str]) -> tuple[int, Facts]:
    """Return the rows, and by column how many are NULL, how many '', and a hash of all values.

    A value of another type counts as the same if the cast to the source's type gives it.
    """
    columns = [(name, kind) for name, kind in table.columns if name in there]
    for cast in (True, False):
        texts = [
            f'("{name}"::{kind})::text' if cast and there[name] != kind else f'"{name}"::text'
            for name, kind in columns
        ]
        sums = "".join(
            f", count(*) FILTER (WHERE {text} IS NULL), count(*) FILTER (WHERE {text} = ''), "
            f"coalesce(sum(hashtext({text})::bigint), 0)::bigint"
            for text in texts
        )
        try:
            cursor.execute(f"SELECT count(*){sums} FROM {relation}")
        except psycopg2.DataError:
            continue  # what is there is no value of that type
        rows, *found = cursor.fetchone()
        triples = [tuple(found[i : i + 3]) for i in range(0, len(found), 3)]
        return rows, {name: t for (name, _), t in zip(columns, triples, strict=True)}
    raise AssertionError(relation)


def behaviour(bench: Bench, contestant: Contestant) -> Behaviour:
    """Watch two days of a contestant; on the second, a row is gone at the source.

    Raises:
        psycopg2.Error: the server refuses.
    """
    seen = Behaviour()
    contestant.reset(bench)
    names = [t.name for t in bench.tables if t.rows and contestant.takes(t)]
    with _watching(bench, contestant, names) as counts:
        day_run(bench, contestant, "day 1")
    between = sorted(counts - {0, len(names)})
    seen.atomic = "yes" if len(names) in counts else "not seen"
    if between:
        seen.atomic = f"no: seen with {between[0]} of {len(names)} tables"
    seen.files = files(bench, contestant)

    source = bench.settings.source.database
    table, column = "us_states", "state_name"
    ((row, gone),) = bench.query(
        f"SELECT to_jsonb(t)::text, {column} FROM public.{table} t ORDER BY 1 LIMIT 1", source
    )
    bench.query(f"DELETE FROM public.{table} WHERE {column} = '{gone}'", source)
    try:
        day_run(bench, contestant, "day 2", days=1)
        ((left,),) = bench.query(
            f"SELECT count(*) FROM {contestant.visible(table)} WHERE {column} = '{gone}'"
        )
        seen.deletes = "kept: still there" if left else "gone too"
        seen.history = _history(bench, contestant, column, gone, current=bool(left))
    finally:
        escaped = row.replace("'", "''")
        bench.query(
            f"INSERT INTO public.{table} "
            f"SELECT * FROM jsonb_populate_record(NULL::public.{table}, '{escaped}')",
            source,
        )
    return seen


def day_run(bench: Bench, contestant: Contestant, what: str, days: int = 0) -> Measured:
    """Run a contestant once, not measured."""
    command, env = contestant.command(bench, DAY + timedelta(days=days))
    log = bench.root / "logs" / f"{contestant.name} {what}.log"
    return measure(command, bench.root, env, log)


def _history(bench: Bench, contestant: Contestant, column: str, gone: str, *, current: bool) -> str:
    """Return where the row of yesterday still is."""
    places = []
    schemas = ", ".join(f"'{schema}'" for schema in contestant.schemas)
    relations = bench.query(
        f"SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
        f"WHERE attname = '{column}' AND relnamespace::regnamespace::text IN ({schemas}) "
        "AND relkind IN ('r', 'p')"
    )
    if not current and any(
        bench.query(f"SELECT 1 FROM {name} WHERE {column} = '{gone}' LIMIT 1")
        for (name,) in relations
    ):
        places.append("tables")
    texts = contestant.folder(bench).rglob("*.csv")
    if any(f"{gone}" in p.read_text(errors="replace") for p in texts if "us_states" in str(p)):
        places.append("files")
    return " and ".join(places) or "none"


@contextlib.contextmanager
def _watching(bench: Bench, contestant: Contestant, names: list[str]) -> Iterator[set[int]]:
    """Gather how many of the tables show rows, again and again, each time at one instant."""
    counts: set[int] = set()
    stop = threading.Event()
    list_ = ", ".join("'" + contestant.visible(n).replace("'", "''") + "'" for n in names)
    sql = f"SELECT count(*) FROM unnest(ARRAY[{list_}]) n WHERE {REFERENCE}.shown(n)"
    # STABLE: each look is at one instant, that of the statement
    bench.query(
        f"CREATE OR REPLACE FUNCTION {REFERENCE}.shown(name text, OUT yes bool) STABLE "
        "LANGUAGE plpgsql AS $$ BEGIN yes := to_regclass(name) IS NOT NULL; IF yes THEN "
        "EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', name) INTO yes; END IF; END $$"
    )

    def watch() -> None:
        connection = bench.connect()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20ms'")
            while not stop.is_set():
                # a table that is locked, or gone between two looks, says nothing
                with contextlib.suppress(psycopg2.Error):
                    cursor.execute(sql)
                    counts.add(cursor.fetchone()[0])
                time.sleep(_POLL_SECONDS)
        connection.close()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield counts
    finally:
        time.sleep(20 * _POLL_SECONDS)  # one more look, at the end
        stop.set()
        thread.join()


def files(bench: Bench, contestant: Contestant) -> str:
    """Have PostgreSQL read the files back, and say what differs from the source."""
    wrong: list[str] = []
    losses = Losses()
    connection = bench.connect()
    with connection.cursor() as cursor:
        for table in filter(contestant.takes, bench.tables):
            path = contestant.file(bench, table)
            if path is None:
                connection.close()
                return "no file per table"
            if not path.exists():
                wrong.append(f"{table.name} has none")
                continue
            cursor.execute(
                "DROP TABLE IF EXISTS pg_temp.back; "
                + table.definition("pg_temp.back").replace(" NOT NULL", "")
            )
            try:
                with path.open("rb") as file:
                    names = _header(path)
                    cursor.copy_expert(
                        f"COPY pg_temp.back ({names}) FROM STDIN (FORMAT csv, HEADER)", file
                    )
            except psycopg2.Error as error:
                wrong.append(f"{table.name}: {str(error).splitlines()[0]}")
                continue
            rows, facts = _facts(cursor, "pg_temp.back", table, dict(table.columns))
            _compare(table, rows, facts, *_source(bench, table), losses)
    connection.close()
    parts = [
        f"{len(wrong)} unreadable or missing ({wrong[0]})" if wrong else "",
        f"rows differ ({losses.rows[0]})" if losses.rows else "",
        f"NULL and '' mixed up in {len(losses.nulls)} columns" if losses.nulls else "",
        f"values differ in {len(losses.values)} columns" if losses.values else "",
    ]
    return "; ".join(filter(None, parts)) or "exact"


def _header(path: Path) -> str:
    with path.open(encoding="utf-8-sig") as file:
        names = file.readline().strip().split(",")
    return ", ".join(f'"{name.strip(chr(34))}"' for name in names)
