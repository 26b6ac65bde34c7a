"""Every row of the source comes once: in parts, under locks, with row security off, proven."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
from tap_runs import Database, Tap, copied

from sealed_days.core.errors import FileError, SourceError
from sealed_days.tap_postgres.copy_out import prove
from sealed_days.tap_postgres.ordered_file import FilePart, OrderedFile
from sealed_days.tap_postgres.table_copy import TableCopy

SMALL_PARTS = {"part_bytes": 8192, "parallelism": 3}

# a type, and a value of it for the number n
KEYS = {
    "smallint": "(n - 3000)::smallint",
    "integer": "(n * 7919) % 6007",
    "bigint": "n - 3000",
    "oid": "(n + 2147483000::bigint)::oid",
    "numeric": "CASE n WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' ELSE (n - 3000) / 7.0 END",
    "double precision": "CASE n WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' ELSE n / 7.0 END",
    "text": "'é' || n % 7 || '-' || n",
    'text COLLATE "C"': "'Ä' || chr(65 + n % 60) || n",
    "varchar(20)": "md5(n::text)::varchar(20)",
    "char(12)": "'a' || n",
    "name": "('n' || n)::name",
    "boolean_and_number": "n % 2 = 0",
    "date": "CASE n WHEN 1 THEN 'infinity'::date ELSE DATE '0044-03-15 BC' + n * 100 END",
    "timestamp": "CASE n WHEN 1 THEN '-infinity' ELSE now()::timestamp + n * interval '1s' END",
    "timestamptz": "TIMESTAMPTZ '2000-01-01 00:00+02' + n * interval '1 hour'",
    "interval": "n * interval '1 day' + n % 3 * interval '1 month'",
    "uuid": "md5(n::text)::uuid",
    "bytea": "decode(md5(n::text), 'hex')",
    "inet": "'10.0.0.0'::inet + n",
    "integer[]": "ARRAY[n % 5, CASE WHEN n % 3 = 0 THEN NULL ELSE n END, n]",
    "int4range": "int4range(n % 10, 10 + n)",
    "jsonb": "jsonb_build_object('n', n)",
    "pair": "ROW(n % 9, 'v' || n)::public.pair",
    "domain_over_text": "'d' || n",
    "domain_over_array": "ARRAY[n, -n]",
    "mood": "(CASE n % 2 WHEN 0 THEN 'ok' ELSE 'sad' END)::public.mood",
}
TYPES = (
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "CREATE DOMAIN domain_over_text AS text",
    "CREATE DOMAIN domain_over_array AS int[]",
)


def test_every_kind_of_key_gives_every_row_once_and_in_order(tap: Tap) -> None:
    database = tap.database
    database.sql(*TYPES)
    for number, (kind, value) in enumerate(KEYS.items()):
        database.sql(
            f"CREATE TABLE t{number} (k {kind.replace('boolean_and_number', 'boolean')} NOT NULL, "
            "n int NOT NULL, filler text, PRIMARY KEY (k, n))",
            f"INSERT INTO t{number} SELECT {value}, n, repeat('x', n % 90) "
            "FROM generate_series(1, 3000) n ORDER BY md5(n::text)",
        )
    found = tap(**SMALL_PARTS).right()
    for number, kind in enumerate(KEYS):
        expected = copied(database, f"SELECT * FROM t{number} ORDER BY k, n")
        assert found.file(f"public-t{number}") == expected, kind


def test_rows_without_a_key_come_too(direct: Tap) -> None:
    database = direct.database
    database.sql(
        "CREATE TABLE t (id int, v text)",
        "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 2000) n",
        "INSERT INTO t SELECT NULL, 'no key' FROM generate_series(1, 100)",
        "CREATE UNIQUE INDEX ON t (id)",
    )
    asked = {"public-t": {"table-key-properties": ["id"]}}
    expected = copied(database, "SELECT * FROM t ORDER BY id")
    assert direct(metadata=asked, **SMALL_PARTS).right().file("public-t") == expected
    # a constraint that was never validated makes no key
    database.sql("ALTER TABLE t ADD CONSTRAINT never NOT NULL id NOT VALID")
    found = direct(**SMALL_PARTS).right()
    assert found.schemas["public-t"]["key_properties"] == []
    assert sorted(found.file("public-t").splitlines()) == sorted(expected.splitlines())


@pytest.mark.parametrize("order", ["primary_key", "physical"])
def test_an_inheritance_parent_and_its_children_come_by_themselves(direct: Tap, order: str) -> None:
    database = direct.database
    database.sql(
        "CREATE TABLE p (id int PRIMARY KEY, v text)",
        "CREATE TABLE c (PRIMARY KEY (id)) INHERITS (p)",
        "INSERT INTO p SELECT n, repeat('p', 90) FROM generate_series(1, 2000) n",
        "INSERT INTO c SELECT n, repeat('c', 90) FROM generate_series(1, 2000) n",
    )
    found = direct(**SMALL_PARTS, row_order=order).right()
    assert found.file("public-p") == copied(database, "SELECT * FROM ONLY p ORDER BY id")
    assert found.file("public-c") == copied(database, "SELECT * FROM c ORDER BY id")


DAMAGED = (
    "CREATE TABLE t (id int PRIMARY KEY, filler text)",
    "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 2000) n",
    "UPDATE pg_index SET indisready = false WHERE indrelid = 't'::regclass",
)
DAMAGED_NOW = (
    "INSERT INTO t VALUES (5000, 'not in the index')",
    "UPDATE pg_index SET indisready = true WHERE indrelid = 't'::regclass",
)


def test_a_damaged_index_loses_no_row(tap: Tap) -> None:
    database = tap.database
    database.sql(*DAMAGED)
    database.reconnect()
    database.sql(*DAMAGED_NOW)
    for setting in ("seqscan", "sort", "tidscan"):
        database.sql(f"ALTER ROLE {database.reader} SET enable_{setting} = off")
    small = tap().right()
    assert small.file("public-t").endswith(b"5000,not in the index\n")
    physical = tap(**SMALL_PARTS, row_order="physical").right()
    assert b"\n5000,not in the index\n" in physical.file("public-t")
    found = tap(**SMALL_PARTS)
    assert found.code == 1
    assert "2000 rows were read by an index, and its heap has 2001" in found.log
    assert "REINDEX" in found.log
    assert found.ended == set()


def a_file(folder: Path, rows: int) -> OrderedFile:
    table_file = OrderedFile(folder / "0.csv", 1)
    table_file.begin()
    part = FilePart(table_file, 0, None, threading.Event())
    part.write(b"id\n1\n2\n3\n")
    part.rows = rows
    table_file.end(part)
    return table_file


def test_rows_that_copy_counted_and_rows_in_the_file_are_compared(tmp_path: Path) -> None:
    table = TableCopy("public-t", "public", "t", ("id",))
    assert prove(table, a_file(tmp_path, 3), None).rows == 3
    assert prove(table, a_file(tmp_path, 3), 3).rows == 3
    with pytest.raises(FileError, match="COPY counted 4 rows, its file has 3"):
        prove(table, a_file(tmp_path, 4), None)
    with pytest.raises(SourceError, match="its heap has 4"):
        prove(table, a_file(tmp_path, 3), 4)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def is_waiting_for_a_lock(database: Database) -> bool:
    return bool(
        database.sql(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'tap-postgres' "
            f"AND datname = '{database.name}' AND wait_event_type = 'Lock'"
        )
    )


CHANGES = {
    "truncate": (["TRUNCATE t", "INSERT INTO t SELECT n, 'new' FROM generate_series(1, 50) n"], 50),
    "rewrite": (["ALTER TABLE t ALTER v TYPE varchar(9)", "INSERT INTO t VALUES (99, 'new')"], 11),
    "swap": (
        [
            "ALTER TABLE t RENAME TO t_old",
            "CREATE TABLE t (id int PRIMARY KEY, v text)",
            "GRANT SELECT ON t TO PUBLIC",
            "INSERT INTO t VALUES (1, 'new'), (2, 'new')",
        ],
        2,
    ),
    "column": (["ALTER TABLE t ADD w int DEFAULT 7"], 10),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_that_is_being_changed_is_read_as_it_becomes(tap: Tap, change: str) -> None:
    database = tap.database
    statements, rows = CHANGES[change]
    database.sql(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT n, 'old' FROM generate_series(1, 10) n",
    )
    other = database.session()
    with other.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    process = tap.start(env={})
    wait_until(lambda: is_waiting_for_a_lock(database))
    other.commit()
    other.close()
    found = tap.outcome(process).right()
    assert found.file("public-t") == copied(database, "SELECT * FROM t ORDER BY id")
    assert found.file("public-t").count(b"\n") == rows + 1


def test_a_table_that_is_dropped_meanwhile_is_not_there(tap: Tap) -> None:
    database = tap.database
    database.sql("CREATE TABLE t AS SELECT 1 AS a", "CREATE TABLE u AS SELECT 2 AS a")
    other = database.session()
    with other.cursor() as cursor:
        cursor.execute("DROP TABLE t")
    process = tap.start(env={})
    wait_until(lambda: is_waiting_for_a_lock(database))
    other.commit()
    other.close()
    assert tap.outcome(process).right().ended == {"public-u"}


def test_nobody_can_truncate_what_is_still_to_be_copied(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE t AS SELECT generate_series(1, 10) AS a",
        "CREATE VIEW a_slow AS SELECT pg_advisory_lock_shared(7)::text",
    )
    holder, other = database.session(), database.session()
    with holder.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
    process = tap.start(env={}, relation_kinds=["table", "view"], parallelism=1)
    wait_until(lambda: is_waiting_for_a_lock(database))
    with other.cursor() as cursor, pytest.raises(psycopg2.errors.LockNotAvailable):
        cursor.execute("SET lock_timeout = '100ms'; TRUNCATE t")
    other.close()
    holder.close()
    found = tap.outcome(process).right()
    assert found.file("public-t").count(b"\n") == 11


@pytest.mark.parametrize(
    "change", ["REFRESH MATERIALIZED VIEW m", "TRUNCATE columns_only"], ids=["refresh", "truncate"]
)
def test_what_cannot_be_locked_is_not_exchanged_unnoticed(direct: Tap, change: str) -> None:
    database = direct.database
    database.sql(
        "CREATE TABLE columns_only (a int)",
        f"REVOKE ALL ON columns_only FROM {database.reader}",
        f"GRANT SELECT (a) ON columns_only TO {database.reader}",
        "CREATE MATERIALIZED VIEW m AS SELECT * FROM columns_only",
        "CREATE VIEW a_slow AS SELECT pg_advisory_lock_shared(7)::text",
    )
    holder = database.session()
    with holder.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
    kinds = ["table", "view", "materialized_view"]
    process = direct.start(
        env={"MELTANO_EXTRACT__SELECT": '["public-a_slow", "public-columns_only", "public-m"]'},
        relation_kinds=kinds,
        parallelism=1,
    )
    wait_until(lambda: is_waiting_for_a_lock(database))
    database.sql(change)
    holder.close()
    found = direct.outcome(process)
    assert found.code == 1
    assert "was rewritten or refreshed while it was read" in found.log
    assert len(found.ended) == 2


def test_a_lock_that_does_not_come_is_one_line_with_its_holder(tap: Tap) -> None:
    database = tap.database
    database.sql("CREATE TABLE t AS SELECT 1 AS a", "CREATE TABLE u AS SELECT 2 AS a")
    other = database.session()
    with other.cursor() as cursor:
        cursor.execute("SET application_name = 'the migration'; LOCK TABLE t")
    pid = other.info.backend_pid
    said = tap(lock_timeout_seconds=0.3).refused(f"public.t by process {pid}", "the migration")
    assert "lock_timeout_seconds" in said
    # a deselected table holds nothing up
    assert tap(select=["*.*", "!public-t.*"], lock_timeout_seconds=0.3).right().ended == {
        "public-u"
    }
    other.close()


def test_row_level_security_never_filters_silently(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE t (id int PRIMARY KEY, deleted bool)",
        "INSERT INTO t VALUES (1, true), (2, false)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (NOT deleted)",
    )
    said = tap().refused("row-level security hides rows of it from")
    assert f'ALTER ROLE "{database.reader}" BYPASSRLS' in said
    assert 'select: ["!public-t.*"]' in said
    asked = tap(stream_options={"public-t": {"row_security": "filtered"}}).right()
    assert asked.file("public-t") == b"id,deleted\n2,f\n"
    assert asked.schemas["public-t"]["schema"]["x-staging"]["row_security"] == "filtered"
    rows = tap(stream_options={"public-t": {"row_security": "filtered"}}, max_record_count=99)
    assert rows.right().file("public-t") == b"id,deleted\n2,f\n"
    database.sql(f"ALTER ROLE {database.reader} BYPASSRLS")
    found = tap().right()
    assert found.file("public-t") == b"id,deleted\n1,t\n2,f\n"
    assert "row_security" not in found.schemas["public-t"]["schema"]["x-staging"]


def test_what_row_level_security_leaves_can_be_cut_counted_and_sliced(direct: Tap) -> None:
    database = direct.database
    database.sql(
        "CREATE TABLE t (id int PRIMARY KEY, at date, filler text)",
        "INSERT INTO t SELECT n, DATE '2025-01-01' + n % 3, repeat('x', 90) "
        "FROM generate_series(1, 2000) n",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (id % 2 = 0)",
    )
    for options, where in (
        ({}, "id % 2 = 0"),
        ({"day_column": "at"}, "id % 2 = 0 AND at = '2025-01-02'"),
    ):
        asked = {"stream_options": {"public-t": {"row_security": "filtered", **options}}}
        found = direct(**SMALL_PARTS, **asked, date="2025-01-02").right()
        expected = copied(database, f"SELECT * FROM t WHERE {where} ORDER BY id")
        assert found.file("public-t") == expected


def test_row_level_security_behind_a_view_is_an_error(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE hidden (id int)",
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY",
        "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM hidden",
    )
    found = tap(relation_kinds=["view"])
    assert found.code == 1
    assert "row-level security policy" in found.log
    assert found.ended == set()


def test_fifteen_hundred_tables_are_read_twice(direct: Tap) -> None:
    direct.database.sql(
        "DO $$BEGIN FOR n IN 1..1500 LOOP "
        "EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text UNIQUE)', n); "
        "IF n % 100 = 0 THEN COMMIT; END IF; END LOOP; END$$"
    )
    for _ in range(2):
        assert len(direct().right().ended) == 1500
