"""All that cannot be read is said at once, with the GRANT and the line of `select` that help."""

from __future__ import annotations

import re

import pytest
from tap_runs import Tap, copied


def test_everything_unreadable_is_named_in_one_run_and_the_advice_works(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE good AS SELECT 1 AS a",
        "CREATE TABLE no_select AS SELECT 1 AS a",
        "CREATE TABLE some_columns AS SELECT 1 AS open, 2 AS secret",
        "CREATE SCHEMA closed",
        "CREATE TABLE closed.t AS SELECT 1 AS a",
        "CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS a WITH NO DATA",
        'CREATE VIEW system_name AS SELECT 1 AS a, 2 AS "xmin"',
        f"REVOKE ALL ON no_select, some_columns FROM {database.reader}",
        f"GRANT SELECT (open) ON some_columns TO {database.reader}",
        f"GRANT SELECT ON closed.t TO {database.reader}",
    )
    everything = {
        "filter_schemas": ["public", "closed"],
        "relation_kinds": ["table", "view", "materialized_view"],
    }
    said = tap(**everything).refused("5 selected relations of the source cannot be read")
    for statement in re.findall(r"(GRANT [^;]+|REFRESH [^;]+)", said):
        database.sql(statement)
    patterns = ["*.*", *re.findall(r'"(!public-system_name\.xmin)"', said)]
    found = tap(**everything, select=patterns).right()
    assert len(found.ended) == 6
    assert found.file("public-some_columns") == b"open,secret\n1,2\n"
    assert found.file("public-system_name") == b"a\n1\n"


def test_the_select_lines_of_the_advice_leave_out_what_cannot_be_read(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE good AS SELECT 1 AS a",
        'CREATE TABLE "a.b" AS SELECT 1 AS a',
        "CREATE TABLE no_select AS SELECT 1 AS a",
        f'REVOKE ALL ON "a.b", no_select FROM {database.reader}',
    )
    said = tap().refused("public-a.b", "public-no_select")
    patterns = re.findall(r'select: \["(![^"]+)"\]', said)
    assert len(patterns) == 2
    assert tap(select=["*.*", *patterns]).right().ended == {"public-good"}


def test_granted_columns_are_enough_where_select_takes_no_others(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE t AS SELECT 1 AS open, 2 AS secret",
        f"REVOKE ALL ON t FROM {database.reader}",
        f"GRANT SELECT (open) ON t TO {database.reader}",
    )
    found = tap(select=["*.*", "!public-t.secret"]).right()
    assert found.file("public-t") == b"open\n1\n"


def test_a_foreign_server_that_does_not_answer_is_named(direct: Tap) -> None:
    database = direct.database
    try:
        database.sql("CREATE EXTENSION file_fdw")
    except Exception as error:
        pytest.skip(f"no file_fdw: {error}")
    database.sql(
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE gone (a int) SERVER files OPTIONS (filename '/nowhere/x.csv')",
        f"GRANT pg_read_server_files TO {database.reader}",
    )
    direct().refused("public-gone: its foreign server does not answer", "/nowhere/x.csv")


@pytest.mark.parametrize(("columns", "is_right"), [(1599, True), (1600, False)])
def test_as_many_columns_as_the_warehouse_takes(direct: Tap, columns: int, is_right: bool) -> None:
    direct.database.sql(f"CREATE TABLE wide ({', '.join(f'c{n} bool' for n in range(columns))})")
    found = direct()
    if is_right:
        found.right()
    else:
        found.refused("public-wide: it has 1600 columns, and a table of the warehouse takes 1599")


def test_extension_members_and_views_are_left_out_and_said(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TABLE member AS SELECT 1 AS a",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE TABLE no_column ()",
        "CREATE EXTENSION plpgsql" if not has_extension(tap) else "SELECT 1",
        "ALTER EXTENSION plpgsql ADD TABLE member",
    )
    found = tap().right()
    assert found.ended == {"public-t"}
    assert "left out by kind: 1 views" in found.log
    assert "left out, as they have no column: public-no_column" in found.log
    tap(select=["public-v.*"]).refused("public-v.* is a view", "relation_kinds")
    tap(select=["public-no_column.*"]).refused("is a table without columns", "select")
    assert tap(relation_kinds=["view"]).right().ended == {"public-v"}


def has_extension(tap: Tap) -> bool:
    return bool(tap.database.sql("SELECT 1 FROM pg_extension WHERE extname = 'plpgsql'"))


def test_two_tables_whose_names_would_meet_are_kept_apart(tap: Tap) -> None:
    database = tap.database
    database.sql(
        'CREATE SCHEMA a; CREATE SCHEMA "a-b"',
        'CREATE TABLE a."b-c" AS SELECT 1 AS x',
        'CREATE TABLE "a-b".c AS SELECT 2 AS x',
        f'GRANT USAGE ON SCHEMA a, "a-b" TO {database.reader}',
        f'GRANT SELECT ON a."b-c", "a-b".c TO {database.reader}',
    )
    found = tap(filter_schemas=["a", "a-b"]).right()
    assert found.file("a.b-c") == b"x\n1\n"
    assert found.file("a-b.c") == b"x\n2\n"
    one = tap(filter_schemas=["a", "a-b"], select=["*.*", "!a\\.b-c.*"]).right()
    assert one.ended == {"a-b.c"}


def test_exclusion_wins_in_any_order_and_a_key_column_left_out_drops_the_key(tap: Tap) -> None:
    database = tap.database
    database.sql(
        "CREATE TABLE t (mail text PRIMARY KEY, name text, city text)",
        "INSERT INTO t VALUES ('b', 'B', 'X'), ('a', 'A', 'Y')",
    )
    first = tap(select=["!public-t.city", "*.*"]).right()
    assert first.file("public-t") == b"mail,name\na,A\nb,B\n"
    keyless = tap(select=["public-t.*", "!public-t.mail"]).right()
    assert keyless.file("public-t") == b"name,city\nA,Y\nB,X\n"
    assert keyless.schemas["public-t"]["key_properties"] == []
    assert "select leaves out mail, a column of the key" in keyless.log
    one = tap(select=["public-t.name"]).right()
    assert one.file("public-t") == copied(database, "SELECT mail, name FROM t ORDER BY 1")


def test_select_filter_narrows_a_run(tap: Tap) -> None:
    tap.database.sql(
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TABLE u AS SELECT 1 AS a",
        "CREATE TABLE v AS SELECT 1 AS a",
    )
    only = {"MELTANO_EXTRACT__SELECT_FILTER": '["public-t", "public-u"]'}
    assert tap(env=only).right().ended == {"public-t", "public-u"}
    without = {"MELTANO_EXTRACT__SELECT_FILTER": '["!public-u"]'}
    assert tap(env=without).right().ended == {"public-t", "public-v"}
    typo = {"MELTANO_EXTRACT__SELECT_FILTER": '["public-x"]'}
    tap(env=typo).refused("select_filter: public-x matches no table")


def test_rows_without_a_day_are_counted(tap: Tap) -> None:
    tap.database.sql(
        "CREATE TABLE e (id int PRIMARY KEY, at timestamptz)",
        "INSERT INTO e VALUES (1, '2025-01-12 23:59:59+00'), (2, '2025-01-13 00:00+00'), "
        "(3, NULL), (4, NULL), (5, 'infinity')",
    )
    found = tap(date="2025-01-13", stream_options={"public-e": {"day_column": "at"}}).right()
    assert found.file("public-e") == b"id,at\n2,2025-01-13 00:00:00+00\n"
    staging = found.schemas["public-e"]["schema"]["x-staging"]
    assert (staging["kind"], staging["null_day_rows"]) == ("slice", 2)
    assert staging["infinite_day_rows"] == 1
    assert "public-e: 2 rows have no at and come on no day" in found.log
    assert "public-e: 1 rows have an infinite at and come on no day" in found.log
