"""Step one: the tables of a source become a sealed day, or nothing changes."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from el_project import BIN, Project

JOB = "postgres-to-local"
WITH_VIEWS = {"TAP_POSTGRES_RELATION_KINDS": '["table", "view", "materialized_view"]'}


def is_whole(project: Project, day: str) -> bool:
    """Return whether a day is sealed; fail if it is sealed and not proven by its files."""
    manifest = project.output / "postgres" / f"{day}.datapackage.json"
    if not manifest.exists():
        return False
    for item in json.loads(manifest.read_bytes())["resources"]:
        data = (project.output / "postgres" / item["path"]).read_bytes()
        assert f"sha256:{hashlib.sha256(data).hexdigest()}" == item["hash"], item["path"]
    return True


def scratch(project: Project) -> list[str]:
    """Return what lies in the scratch area."""
    area = project.output / ".scratch"
    return sorted(entry.name for entry in area.iterdir()) if area.exists() else []


def wait_until(condition, seconds: float = 60.0) -> None:
    """Poll a condition until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def sql(project: Project, database: str, *statements: str) -> None:
    connection = project.connect(database)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def copied(project: Project, database: str, query: str) -> bytes:
    """Return what COPY itself writes for a query."""
    import io

    connection, out = project.connect(database), io.BytesIO()
    with connection.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'")
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", out)
    connection.close()
    return out.getvalue()


def test_every_table_of_northwind_is_staged_as_copy_writes_it(project: Project) -> None:
    said = project.run(JOB, "2025-01-01")
    resources = project.manifest("2025-01-01")["resources"]
    assert len(resources) == 13
    assert sum(item["rows"] for item in resources) == 1207
    for item in resources:
        keys = ", ".join(item["schema"]["primaryKey"])
        expected = copied(project, "northwind", f"SELECT * FROM {item['stream']} ORDER BY {keys}")
        assert project.file(item["stream"], "2025-01-01").read_bytes() == expected
    assert "orders: 830 rows" in said
    assert "postgres 2025-01-01 is sealed: 13 tables, 1,207 rows" in said
    assert scratch(project) == []


def test_manifest_has_exact_types_and_keys(project: Project) -> None:
    project.run(JOB, "2025-01-01")
    tables = {item["stream"]: item for item in project.manifest("2025-01-01")["resources"]}
    fields = {f["name"]: f["sql_type"] for f in tables["employees"]["schema"]["fields"]}
    assert fields["employee_id"] == "smallint"
    assert fields["last_name"] == "character varying(20)"
    assert fields["birth_date"] == "date"
    assert fields["photo"] == "bytea"
    assert tables["employee_territories"]["schema"]["primaryKey"] == ["employee_id", "territory_id"]


def test_manifest_is_a_valid_data_package(project: Project) -> None:
    import frictionless

    project.run(JOB, "2025-01-01")
    path = project.output / "postgres" / "2025-01-01.datapackage.json"
    report = frictionless.validate(str(path))
    assert report.valid, report.flatten(["name", "message"])
    assert len(report.tasks) == 13


def test_rerun_gives_the_same_bytes_and_a_manifest_that_differs_in_times(project: Project) -> None:
    def snapshot() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in project.output.glob("postgres/*/2025-01-02/*.csv")}

    project.run(JOB, "2025-01-02")
    first, before = project.manifest("2025-01-02"), snapshot()
    sql(project, "northwind", "CREATE TEMP TABLE x AS SELECT 1", "VACUUM FULL orders")
    project.run(JOB, "2025-01-02")
    second, after = project.manifest("2025-01-02"), snapshot()
    assert before == after
    for manifest in (first, second):
        del manifest["read"]["read_at"], manifest["read"]["snapshot"], manifest["hash"]
    assert first == second


@pytest.mark.parametrize("day", ["2025-13-01", "yesterday", "../x", "2025-1-1", "٢٠٢٥-01-01"])
def test_wrong_date_is_refused_before_anything_is_touched(project: Project, day: str) -> None:
    before = sorted(project.output.rglob("*"))
    said = project.run(JOB, day, check=False)
    assert "which is not a day written YYYY-MM-DD: nothing was touched" in said
    assert sorted(project.output.rglob("*")) == before


def test_a_date_that_has_not_begun_is_refused_unless_allowed(project: Project) -> None:
    before = sorted(project.output.rglob("*"))
    said = project.run(JOB, "2999-01-01", check=False)
    assert "DATE is 2999-01-01, which has not begun" in said
    assert sorted(project.output.rglob("*")) == before
    project.run(JOB, "2999-01-01", DATE_ALLOW_FUTURE="true")
    assert is_whole(project, "2999-01-01")
    (
        project.output / "postgres/2999-01-01.datapackage.json"
    ).unlink()  # other tests see no such day


def test_unset_date_is_today_and_the_run_says_so(project: Project) -> None:
    said = project.meltano("run", JOB, DATE_TIMEZONE="Pacific/Kiritimati")
    zone = datetime.timezone(datetime.timedelta(hours=14))
    today = datetime.datetime.now(zone).date().isoformat()
    assert f"DATE is not set: using today, {today} (Pacific/Kiritimati)" in said
    assert is_whole(project, today)


TORTURE = """
CREATE TYPE mood AS ENUM ('sad', 'ok, "fine"');
CREATE DOMAIN positive AS numeric(8, 2) CHECK (value > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE torture (
  id integer PRIMARY KEY, c_smallint smallint, c_bigint bigint, c_numeric numeric,
  c_numeric_s numeric(10, 2), c_real real, c_double double precision, c_money money,
  c_char char(5), c_varchar varchar(7), c_text text, c_bytea bytea,
  c_timestamp timestamp, c_timestamptz timestamptz, c_date date, c_time time,
  c_timetz timetz, c_interval interval, c_boolean boolean, c_mood mood,
  c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon,
  c_circle circle, c_cidr cidr, c_inet inet, c_macaddr macaddr, c_macaddr8 macaddr8,
  c_bit bit(3), c_varbit varbit(9), c_tsvector tsvector, c_tsquery tsquery, c_uuid uuid,
  c_xml xml, c_json json, c_jsonb jsonb, c_jsonpath jsonpath, c_int_array integer[],
  c_text_array text[][], c_mood_array mood[], c_domain positive, c_pair pair,
  c_int4range int4range, c_tstzrange tstzrange, c_nummultirange nummultirange,
  c_oid oid, c_name name, c_pg_lsn pg_lsn, c_time3 time(3), c_generated integer
    GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO torture (id) VALUES (1);
INSERT INTO torture VALUES (2, -32768, 9223372036854775807, 'NaN', -0.01, 'Infinity', '-Infinity',
  '-12.34', 'ab', '', '', '', 'infinity', '-infinity', 'infinity', '24:00', '23:59:59.999999-12',
  '-1 year 2 mons -3 days 04:05:06.789', true, 'ok, "fine"', '(1.5,-2)', '{1,2,3}',
  '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(1,0))', '<(0,0),1.5>',
  '10.0.0.0/8', '::1/64', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '1', 'a:1 b:2',
  'a & !b', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', NULL, '{"a":  1}', '{"b": "\\u00e9"}',
  '$.a[*]', '{1,NULL,-3}', '{{a,NULL},{"x,y","q\\"uote"}}', '{sad,NULL}', 12.50, '(1,"a,b")',
  '[1,5)', '["2020-01-01 00:00+00",)', '{[1.5,2),(3,4]}', 4294967295, 'na"me', '16/B374D848',
  '12:34:56.789');
INSERT INTO torture (id, c_numeric, c_real, c_double, c_timestamp, c_date, c_text, c_bytea)
  VALUES (3, repeat('9', 1000)::numeric, 3.4e38, 5e-324, '4713-01-01 00:00:00 BC',
  '0044-03-15 BC', E'a\\r\\nb\\nc\\rd\\\\e"f\\tg,\\u2028h\\U0001F600 ', decode(
  (SELECT string_agg(lpad(to_hex(i), 2, '0'), '') FROM generate_series(0, 255) i), 'hex'));
INSERT INTO torture (id, c_text, c_varchar) VALUES
  (4, '\\.', NULL), (5, 'NULL', ''), (6, '\\N', ','), (7, ' ', '"'), (8, E'\\n', E'\\r');
"""


def test_every_type_survives_the_way_through_the_file(project: Project, database: str) -> None:
    sql(project, database, TORTURE)
    project.run(JOB, "2025-01-05", TAP_POSTGRES_DATABASE=database)
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE back AS SELECT * FROM torture WITH NO DATA")
        with project.file("torture", "2025-01-05").open("rb") as file:
            cursor.copy_expert("COPY back FROM STDIN WITH (FORMAT csv, HEADER)", file)
        cursor.execute(
            "SELECT count(*) FROM torture t JOIN back b USING (id) WHERE t::text = b::text"
        )
        assert cursor.fetchone() == (8,)
    connection.close()
    fields = {
        f["name"]: (f["sql_type"], f["source_type"])
        for f in project.manifest("2025-01-05")["resources"][0]["schema"]["fields"]
    }
    assert fields["c_numeric_s"] == ("numeric(10,2)", "numeric(10,2)")
    assert fields["c_mood"] == ("text", "public.mood")
    assert fields["c_mood_array"] == ("text[]", "public.mood[]")
    assert fields["c_domain"] == ("numeric(8,2)", "public.positive")
    assert fields["c_pair"] == ("text", "public.pair")
    assert fields["c_time3"] == ("time(3) without time zone",) * 2


NAMES = [
    "Orders",
    "orders",
    "a/b",
    "a%2Fb",
    "..",
    ".",
    "x.y",
    'q"; DROP TABLE "x',
    "select",
    "é ñ 表",
]


def test_names_that_need_quoting_stay_in_their_folder(project: Project, database: str) -> None:
    names = [*NAMES, "n" * 63, "é" * 31, "2025-01-06.datapackage.json"]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        sql(project, database, f"CREATE TABLE {quoted} ({quoted} text PRIMARY KEY)")
        sql(
            project,
            database,
            f"INSERT INTO {quoted} VALUES ('{hashlib.sha1(name.encode()).hexdigest()}')",
        )
    project.run(JOB, "2025-01-06", TAP_POSTGRES_DATABASE=database)
    found = {item["stream"]: item["path"] for item in project.manifest("2025-01-06")["resources"]}
    assert sorted(found) == sorted(names)
    for name, path in found.items():
        file = project.output / "postgres" / path
        assert file.resolve().parent.parent.parent == (project.output / "postgres").resolve()
        assert hashlib.sha1(name.encode()).hexdigest() in file.read_text()


def test_two_schemas_do_not_collide(project: Project, database: str) -> None:
    sql(
        project,
        database,
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE SCHEMA sales",
        "CREATE TABLE sales.t AS SELECT 2 AS a",
    )
    project.run(
        JOB,
        "2025-01-07",
        TAP_POSTGRES_DATABASE=database,
        TAP_POSTGRES_FILTER_SCHEMAS='["public", "sales"]',
    )
    assert project.file("t", "2025-01-07").read_text() == "a\n1\n"
    assert project.file("sales-t", "2025-01-07").read_text() == "a\n2\n"


def test_views_and_partitioned_tables_come_whole_and_once(project: Project, database: str) -> None:
    sql(
        project,
        database,
        "CREATE TABLE p (k integer PRIMARY KEY) PARTITION BY RANGE (k)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
        "INSERT INTO p VALUES (15), (3)",
        "CREATE VIEW v AS SELECT k + 1 AS k FROM p",
        "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM p",
        "CREATE TABLE none ()",
    )
    said = project.run(JOB, "2025-01-08", TAP_POSTGRES_DATABASE=database)
    assert "left out by kind: 1 materialized views, 1 views" in said
    assert [r["stream"] for r in project.manifest("2025-01-08")["resources"]] == ["p"]
    project.run(JOB, "2025-01-08", TAP_POSTGRES_DATABASE=database, **WITH_VIEWS)
    assert [r["stream"] for r in project.manifest("2025-01-08")["resources"]] == ["m", "p", "v"]
    assert project.file("p", "2025-01-08").read_text() == "k\n3\n15\n"
    assert project.file("m", "2025-01-08").read_text() == "n\n2\n"


def test_select_rules_of_meltano_are_kept(project: Project) -> None:
    said = project.run(
        JOB,
        "2025-01-09",
        TAP_POSTGRES__SELECT='["public-o*.*", "!public-orders.ship_*", "public-nothing*.*"]',
    )
    assert [r["stream"] for r in project.manifest("2025-01-09")["resources"]] == ["orders"]
    header = project.file("orders", "2025-01-09").read_text().splitlines()[0]
    assert "freight" in header
    assert "ship_" not in header
    assert "public-nothing*.* matches nothing" in said


def test_rows_take_the_same_way_to_the_same_files(project: Project) -> None:
    project.run(JOB, "2025-01-10")
    path = project.root / "meltano.yml"
    declared = path.read_text()
    try:
        # one of upstream's settings that meltano.yml does not list: config alone is enough
        path.write_text(
            declared.replace("config:\n", "config:\n      max_record_count: 100000\n", 1)
        )
        project.run(JOB, "2025-01-11")
    finally:
        path.write_text(declared)
    for table in ("orders", "employees", "categories", "products", "customers"):
        by_copy = project.file(table, "2025-01-10").read_bytes()
        assert project.file(table, "2025-01-11").read_bytes() == by_copy


def test_parts_make_the_same_file_as_one_copy(project: Project) -> None:
    expected = copied(project, "northwind", "SELECT * FROM orders ORDER BY order_id")
    for order in ("primary_key", "physical"):
        project.run(
            JOB,
            "2025-01-12",
            TAP_POSTGRES_PART_BYTES="8192",
            TAP_POSTGRES_PARALLELISM="4",
            TAP_POSTGRES_ROW_ORDER=order,
        )
        found = project.file("orders", "2025-01-12").read_bytes()
        assert sorted(found.splitlines()) == sorted(expected.splitlines())
        assert found.startswith(expected[:200])
    assert is_whole(project, "2025-01-12")


@pytest.mark.parametrize("heap", ["n", "-n", "md5(n::text)"], ids=["rising", "falling", "any"])
def test_parts_come_in_the_order_of_the_key_wherever_rows_lie(
    project: Project, database: str, heap: str
) -> None:
    sql(
        project,
        database,
        'CREATE TABLE scattered (code text COLLATE "C" PRIMARY KEY, n int, filler text)',
        "INSERT INTO scattered SELECT 'é' || n % 7 || '-' || n, n, repeat('x', n % 300) "
        f"FROM generate_series(1, 20000) n ORDER BY {heap}",
        # pages that begin with rows that are gone
        "DELETE FROM scattered WHERE n % 5 < 3 AND n > 10000",
    )
    expected = copied(project, database, "SELECT * FROM scattered ORDER BY code")
    project.run(
        JOB,
        "2025-01-12",
        TAP_POSTGRES_DATABASE=database,
        TAP_POSTGRES_PART_BYTES="16384",
        TAP_POSTGRES_PARALLELISM="3",
    )
    assert project.file("scattered", "2025-01-12").read_bytes() == expected


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_slice_asks_for_the_rows_of_the_day_alone(
    project: Project, database: str, kind: str
) -> None:
    sql(
        project,
        database,
        f"CREATE TABLE events (id integer PRIMARY KEY, at {kind})",
        "INSERT INTO events VALUES (1, '2025-01-12 23:59:59+00'), (2, '2025-01-13 00:00+00'), "
        "(3, '2025-01-13 23:59:59.999+00'), (4, '2025-01-14 00:00+00'), (5, NULL)",
    )
    project.run(
        JOB,
        "2025-01-13",
        TAP_POSTGRES_DATABASE=database,
        TAP_POSTGRES_STREAM_OPTIONS='{"public-events": {"day_column": "at"}}',
    )
    (item,) = project.manifest("2025-01-13")["resources"]
    assert (item["kind"], item["day_column"], item["rows"]) == ("slice", "at", 2)
    assert item["null_day_rows"] == 1
    said = project.run(
        JOB,
        "2025-01-13",
        check=False,
        TAP_POSTGRES_DATABASE=database,
        TAP_POSTGRES_STREAM_OPTIONS='{"public-events": {"day_column": "id"}}',
    )
    assert "day_column is 'id', which is integer: name a date or timestamp column" in said


def test_dropped_table_leaves_a_day_that_is_staged_again(project: Project, database: str) -> None:
    sql(project, database, "CREATE TABLE a AS SELECT 1 AS x", "CREATE TABLE b AS SELECT 2 AS x")
    project.run(JOB, "2025-01-15", TAP_POSTGRES_DATABASE=database)
    sql(project, database, "DROP TABLE b")
    project.run(JOB, "2025-01-15", TAP_POSTGRES_DATABASE=database)
    assert not project.file("b", "2025-01-15").exists()
    assert project.file("a", "2025-01-15").exists()


def test_guard_holds_a_day_that_lost_rows(project: Project, database: str) -> None:
    sql(project, database, "CREATE TABLE t AS SELECT generate_series(1, 100) AS a")
    env = {"TAP_POSTGRES_DATABASE": database, "TARGET_CSV_FROM_POSTGRES_SOURCE": "guarded"}
    project.run(JOB, "2025-01-15", **env)
    sql(project, database, "DELETE FROM t WHERE a > 10")
    assert "t shrank by 90 %" in project.run(JOB, "2025-01-16", **env)
    sql(project, database, "DELETE FROM t")
    guards = {"TARGET_CSV_FROM_POSTGRES_GUARDS": '{"became_empty": "fail"}'}
    said = project.run(JOB, "2025-01-17", check=False, **env, **guards)
    assert "guarded 2025-01-17 was not sealed: t is empty" in said
    assert not (project.output / "guarded" / "2025-01-17.datapackage.json").exists()


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"TAP_POSTGRES_PASSWORD": "wrong"}, "password authentication failed"),
        ({"TAP_POSTGRES_PORT": "1"}, "cannot connect to the source 127.0.0.1:1/northwind"),
        (
            {"TAP_POSTGRES_FILTER_SCHEMAS": '["nowhere"]'},
            "nowhere, a schema that the source does not have",
        ),
    ],
)
def test_wrong_source_gives_one_line_and_leaves_the_day(
    project: Project, env: dict[str, str], expected: str
) -> None:
    project.run(JOB, "2025-01-16")
    said = project.run(JOB, "2025-01-16", check=False, **env)
    assert expected in said
    assert "Traceback" not in said
    assert project.dotenv()["TAP_POSTGRES_PASSWORD"] not in said
    assert is_whole(project, "2025-01-16")


def test_lost_connection_leaves_the_good_day(project: Project, database: str) -> None:
    sql(project, database, "CREATE TABLE t AS SELECT 1 AS a")
    project.run(JOB, "2025-01-17", TAP_POSTGRES_DATABASE=database)
    sql(project, database, "CREATE VIEW slow AS SELECT 1 AS a, pg_sleep(600)::text")
    process = project.start(
        "run", JOB, DATE="2025-01-17", TAP_POSTGRES_DATABASE=database, **WITH_VIEWS
    )
    connection = project.connect(database)
    with connection.cursor() as cursor:

        def cut() -> bool:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'tap-postgres' AND query LIKE 'COPY%slow%'"
            )
            return bool(cursor.fetchall())

        wait_until(cut)
    connection.close()
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "cannot copy public-slow from" in said
    assert is_whole(project, "2025-01-17")


def test_full_disk_leaves_the_good_day_and_says_so(project: Project, database: str) -> None:
    sql(project, database, "CREATE TABLE t AS SELECT 1 AS a")
    project.run(JOB, "2025-01-18", TAP_POSTGRES_DATABASE=database)
    sql(project, database, "INSERT INTO t SELECT generate_series(1, 1000000)")
    process = subprocess.run(
        [BIN / "meltano", "run", "--no-install", JOB],
        cwd=project.root,
        env=project.env(DATE="2025-01-18", TAP_POSTGRES_DATABASE=database),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000)),
    )
    said = process.stdout + process.stderr
    assert process.returncode != 0
    assert "cannot write public-t to" in said
    assert "File too large" in said
    assert is_whole(project, "2025-01-18")
    assert scratch(project) == []


def test_two_runs_of_one_day_exclude_each_other_and_two_days_do_not(
    project: Project, database: str
) -> None:
    sql(project, database, "CREATE VIEW slow AS SELECT 1 AS a, pg_advisory_lock_shared(7)::text")
    holder = project.connect(database)
    with holder.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
    env = {"TAP_POSTGRES_DATABASE": database, **WITH_VIEWS}
    first = project.start("run", JOB, DATE="2025-01-19", **env)
    wait_until(lambda: "postgres.2025-01-19.lock" in scratch(project))
    said = project.run(JOB, "2025-01-19", check=False, **env)
    assert "postgres 2025-01-19 is being written by another run" in said
    project.run(JOB, "2025-01-20")
    holder.close()
    said, _ = first.communicate(timeout=60)
    assert first.returncode == 0, said
    assert is_whole(project, "2025-01-19")
    assert is_whole(project, "2025-01-20")


VICTIMS = ("sealed-tap-postgres", "sealed-target-csv", "meltano", "group")


def kill_somewhere(project: Project, database: str, delay: float, victim: str) -> None:
    """Kill tap, target, Meltano or all of them, some time after the tap began."""
    process = project.start("run", JOB, DATE="2025-01-21", TAP_POSTGRES_DATABASE=database)
    tap = ["pgrep", "-g", str(process.pid), "-f", VICTIMS[0]]
    wait_until(lambda: subprocess.run(tap, stdout=subprocess.DEVNULL).returncode == 0)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        if victim == "group":
            os.killpg(process.pid, signal.SIGKILL)
        elif victim == "meltano":
            process.kill()
        else:
            subprocess.run(["pkill", "-9", "-g", str(process.pid), "-f", victim])
    process.communicate(timeout=60)
    # a target that outlives Meltano may still be publishing what it has read to the end
    wait_until(lambda: not is_alive(process.pid))


def is_alive(group: int) -> bool:
    """Return whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def sweep(project: Project) -> bool:
    """Return whether the next run's sweep finds nothing alive any more."""
    from sealed_days.store import scratch as staging

    staging.sweep(project.output / ".scratch")
    return scratch(project) == []


def test_kill_nine_anywhere_leaves_a_whole_day_and_the_next_run_works(
    project: Project, database: str
) -> None:
    sql(project, database, "CREATE TABLE t (id integer PRIMARY KEY, v integer)")
    sql(project, database, "CREATE TABLE u (id integer PRIMARY KEY, v integer)")
    chance = random.Random(1)
    for number, victim in enumerate(VICTIMS):
        sql(
            project,
            database,
            "TRUNCATE t, u",
            f"INSERT INTO t SELECT i, {number} FROM generate_series(1, 200000) i",
            f"INSERT INTO u SELECT i, {number} FROM generate_series(1, 1000) i",
        )
        kill_somewhere(project, database, chance.uniform(0, 0.6), victim)
        if is_whole(project, "2025-01-21"):
            values = {
                project.file(table, "2025-01-21").read_text().splitlines()[-1].split(",")[1]
                for table in ("t", "u")
            }
            assert len(values) == 1, "a mixed day"
        project.run(JOB, "2025-01-21", TAP_POSTGRES_DATABASE=database)
        assert is_whole(project, "2025-01-21")
        assert project.file("t", "2025-01-21").read_text().endswith(f"200000,{number}\n")
        wait_until(lambda: scratch(project) == [] or sweep(project))
