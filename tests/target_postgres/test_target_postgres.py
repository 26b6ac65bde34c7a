"""What target-postgres promises, against a real PostgreSQL."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

pytest.importorskip("target_postgres")

from ecommerce import D1, D2, D3, PASSWORD, ROLE, Ecommerce, T, both_ways, orders, session, text_of
from singer_sdk.testing import get_target_test_class
from singer_sdk.testing.suites import SingerTestSuite
from singer_sdk.testing.target_tests import (
    TargetArrayData,
    TargetCamelcaseComplexSchema,
    TargetCamelcaseTest,
    TargetCliPrintsTest,
    TargetDuplicateRecords,
    TargetInvalidSchemaTest,
    TargetNoPrimaryKeys,
    TargetOptionalAttributes,
    TargetRecordBeforeSchemaTest,
    TargetRecordMissingKeyProperty,
    TargetRecordMissingOptionalFields,
    TargetSchemaNoProperties,
    TargetSchemaUpdates,
    TargetSpecialCharsInAttributes,
)

from sealed_days.core import messages
from sealed_days.core.errors import UserError, one_line_errors
from sealed_days.core.sql import qualified, quote_ident
from sealed_days.target_postgres.column_types import common_type, holds
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.sdk import TargetPostgres
from sealed_days.target_postgres.warehouse import Warehouse, part_name

# --- days, views, audit --------------------------------------------------------------------------


@both_ways
def test_a_day_arrives_with_exact_types_keys_and_audit(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1, 2), details=T({"a": "real", "b": "date"}, [], source="csv"))
    assert shop.view("orders") == [(1, "c1"), (2, "c2")]
    assert shop.view("details") == []
    assert shop.sql(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = 'ecommerce.orders'::regclass AND attnum > 0"
    ) == [("order_id", "smallint"), ("customer", "character varying(5)")]
    assert shop.sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('p', 'c') "
        "AND conrelid = 'ecommerce_parts.\"orders@2025-01-01\"'::regclass"
    ) == [("PRIMARY KEY (order_id)",)]
    audit = shop.sql(
        "SELECT date, table_name, source, kind, rows, bytes, length(sha256), "
        "started_at <= finished_at AND finished_at <= published_at, run_id <> '' "
        "FROM ecommerce_days.loads ORDER BY table_name"
    )
    assert audit == [
        (D1, "details", "csv", "snapshot", 0, 4, 64, True, True),
        (D1, "orders", "postgres", "snapshot", 2, 28, 64, True, True),
    ]


def test_all_days_schema_has_one_view_per_source_table_and_the_registry(shop: Ecommerce) -> None:
    for day in (D1, D2):
        shop.load(day, orders=orders(1), products=orders(2))
    views = shop.sql("SELECT viewname FROM pg_views WHERE schemaname = 'ecommerce_days'")
    assert {name for (name,) in views} == {"orders", "products"}
    tables = shop.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'ecommerce_days'")
    assert {name for (name,) in tables} == {"loads", "loads_days", "loads_shapes", "loads_sources"}


@both_ways
def test_a_rerun_changes_nothing_but_the_audit(shop: Ecommerce) -> None:
    tables = {"orders": orders(1, 2), "products": orders(3)}
    shop.load(D1, **tables)
    before = shop.everything()
    shop.load(D1, **tables)
    assert shop.everything() == before
    assert shop.sql("SELECT count(*) FROM ecommerce_days.loads") == [(4,)]


def test_a_rerun_replaces_its_day(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1, 2))
    shop.load(D1, orders=orders(2, 3))
    assert shop.view("orders") == [(2, "c2"), (3, "c3")]


def test_deletes_vanish_from_the_new_day_and_stay_in_the_days_before(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1, 2))
    shop.load(D2, orders=orders(2))
    assert shop.view("orders") == [(2, "c2")]
    assert shop.day("orders", D1) == [(1, "c1", D1), (2, "c2", D1)]


@both_ways
def test_backfill_leaves_newer_day_current(shop: Ecommerce) -> None:
    shop.load(D2, orders=orders(2))
    shop.load(D1, orders=orders(1))
    assert shop.view("orders") == [(2, "c2")]
    assert shop.day("orders", D1) == [(1, "c1", D1)]


def test_as_of_reads_one_partition(shop: Ecommerce) -> None:
    for day in (D1, D2, D3):
        shop.load(day, orders=orders(1))
    for query in (
        "SELECT * FROM ecommerce_days.orders WHERE snapshot_date = '2025-01-01'",
        "SELECT * FROM ecommerce.orders",
    ):
        plan = shop.sql(f"EXPLAIN {query}")
        assert sum("Scan on" in line for (line,) in plan) == 1, plan


def test_slices_are_united_and_replace_only_their_day(shop: Ecommerce) -> None:
    def events(*ids: int) -> T:
        return T({"id": "integer"}, [(str(i),) for i in ids], ("id",), "slice")

    shop.load(D1, events=events(1, 2))
    shop.load(D3, events=events(5))
    shop.load(D2, events=events(3, 4))
    assert shop.view("events") == [(1,), (2,), (3,), (4,), (5,)]
    shop.load(D2, events=events(4))
    assert shop.view("events") == [(1,), (2,), (4,), (5,)]


def test_days_that_were_snapshots_are_no_part_of_a_slices_view(shop: Ecommerce) -> None:
    snapshot = T({"id": "integer"}, [("1",), ("2",)], ("id",))
    part = T({"id": "integer"}, [("3",)], ("id",), "slice")
    shop.load(D2, events=snapshot)
    shop.load(D3, events=part)
    assert shop.view("events") == [(3,)]
    shop.load(D1, events=snapshot)
    assert shop.view("events") == [(3,)]
    shop.load(D2, events=part)
    assert shop.view("events") == [(3,), (3,)]


def test_a_dropped_table_loses_its_view_and_keeps_its_days(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1), products=orders(2))
    shop.sql("CREATE VIEW ecommerce.mine AS SELECT 1 AS x")
    shop.load(D2, orders=orders(1))
    views = shop.sql("SELECT viewname FROM pg_views WHERE schemaname = 'ecommerce'")
    assert {name for (name,) in views} == {"orders", "mine"}
    assert shop.day("products", D1) == [(2, "c2", D1)]


def test_a_rerun_of_some_tables_replaces_those_alone(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1), products=orders(2))
    shop.load(D1, orders=orders(3))
    assert shop.view("orders") == [(3, "c3")]
    assert shop.view("products") == [(2, "c2")]


def test_a_rerun_removes_a_table_that_the_source_says_it_no_longer_has(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1), products=orders(2), people=orders(3))
    lines = shop.stage(D1, {"orders": orders(1)})
    lines[0]["schema"][messages.STAGING]["read"] = {"not_selected": ["people"]}
    shop.feed(lines)
    assert shop.parts() == {"orders@2025-01-01", "people@2025-01-01"}
    assert shop.view("people") == [(3, "c3")]
    views = shop.sql("SELECT viewname FROM pg_views WHERE viewname = 'products'")
    assert views == []


def test_all_tables_change_at_one_instant(shop: Ecommerce) -> None:
    def tables(number: int) -> dict[str, T]:
        row = [(str(number),)]
        return {f"t{i}": T({"v": "integer"}, row, ("v",)) for i in range(6)}

    shop.load(date(2025, 1, 1), **tables(1))
    query = "SELECT " + ", ".join(f"(SELECT min(v) FROM ecommerce.t{i})" for i in (3, 0, 5, 1, 4))
    seen: set[tuple[int, ...]] = set()
    stop = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            with session(shop.parameters) as cursor:
                while not stop.is_set():
                    cursor.execute(query)
                    seen.add(cursor.fetchone())
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in (2, 3, 4):
            shop.load(date(2025, 1, number), **tables(number))
            shop.load(date(2025, 1, number), **tables(number))
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not failures
    assert {len(set(row)) for row in seen} == {1}, seen
    assert len(seen) > 1
    assert shop.sql(query) == [(4,) * 5]


def test_those_who_could_read_a_view_still_can(shop: Ecommerce) -> None:
    with session(shop.server["admin"], dbname="ecommerce") as cursor:
        cursor.execute("DROP ROLE IF EXISTS reader")
        cursor.execute("CREATE ROLE reader")
    shop.load(D1, orders=orders(1))
    shop.sql("GRANT SELECT ON ecommerce.orders TO reader WITH GRANT OPTION")
    shop.load(D2, orders=T({"customer": "text", "order_id": "integer"}, [("x", "1")]))
    with session(shop.server["admin"], dbname="ecommerce") as cursor:
        cursor.execute("SELECT has_table_privilege('reader', 'ecommerce.orders', 'SELECT')")
        assert cursor.fetchone()[0]
        cursor.execute("DROP OWNED BY reader; DROP ROLE reader")


# --- drift ---------------------------------------------------------------------------------------


def test_a_new_column_is_null_in_older_days(shop: Ecommerce, caplog: Any) -> None:
    shop.load(D1, orders=orders(1))
    shop.load(D2, orders=orders(1, extra="integer"))
    assert shop.view("orders") == [(1, "c1", 1)]
    assert shop.sql("SELECT snapshot_date, extra FROM ecommerce_days.orders ORDER BY 1") == [
        (D1, None),
        (D2, 1),
    ]
    assert "orders: new column extra (integer): NULL in the other days" in caplog.text


def test_a_dropped_column_leaves_the_view_and_stays_in_older_days(
    shop: Ecommerce, caplog: Any
) -> None:
    shop.load(D1, orders=orders(1, extra="integer"))
    shop.load(D2, orders=orders(1))
    assert shop.view("orders") == [(1, "c1")]
    assert shop.sql("SELECT snapshot_date, extra FROM ecommerce_days.orders ORDER BY 1") == [
        (D1, 1),
        (D2, None),
    ]
    assert "orders: column extra is gone" in caplog.text


def test_a_backfill_with_another_column_leaves_the_view(shop: Ecommerce) -> None:
    shop.load(D2, orders=orders(1))
    shop.load(D1, orders=orders(1, extra="integer"))
    assert shop.view("orders") == [(1, "c1")]
    assert shop.sql("SELECT extra FROM ecommerce_days.orders ORDER BY snapshot_date") == [
        (1,),
        (None,),
    ]


@pytest.mark.parametrize(
    ("old", "new", "value", "both"),
    [
        ("smallint", "integer", "7", "integer"),
        ("integer", "bigint", "7", "bigint"),
        ("bigint", "numeric(30,2)", "7", "numeric(30,2)"),
        ("bigint", "numeric(10,2)", "7|7.00", "numeric"),
        ("real", "double precision", "0.1", "double precision"),
        ("character varying(5)", "character varying(9)", "abc", "character varying(9)"),
        ("character varying(5)", "text", "abc", "text"),
        ("character(5)", "text", "abc  ", "text"),
        ("date", "timestamp without time zone", "2025-01-01", "timestamp without time zone"),
        ("numeric(6,2)", "numeric(8,3)", "1.5", "numeric(8,3)"),
        ("boolean", "text", "t", "text"),
        ("integer[]", "bigint[]", "{1,2}", "bigint[]"),
    ],
)
def test_a_widened_type_holds_both_days_in_any_order(
    shop: Ecommerce, old: str, new: str, value: str, both: str
) -> None:
    def table(kind: str) -> T:
        text = value.split("|")[-1 if kind == new else 0]
        return T({"id": "integer", "x": kind}, [("1", text), ("2", None)], ("id",))

    results = []
    for days in ((D1, D2), (D2, D1), (D2, D1, D2)):
        for day in days:
            shop.load(day, t=table(old if day == D1 else new))
        results.append(
            (shop.sql("SELECT t::text FROM ecommerce_days.t t ORDER BY 1"), shop.shape())
        )
        assert shop.type_of("ecommerce_days", "t", "x") == both
        assert shop.type_of("ecommerce", "t", "x") == new
        shop.drop()
    assert results == [results[0]] * 3


@pytest.mark.parametrize(
    ("old", "new", "values", "texts"),
    [
        ("text", "integer", ("x", "1"), ("x", "1")),
        ("integer", "date", ("1", "2025-01-01"), ("1", "2025-01-01")),
        (
            "timestamp without time zone",
            "timestamp with time zone",
            ("2025-01-01 00:00:00", "2025-01-01 00:00:00+00"),
            ("2025-01-01 00:00:00", "2025-01-01 00:00:00+00"),
        ),
        ("boolean", "integer", ("t", "1"), ("t", "1")),
        ("character(5)", "integer", ("a    ", "7"), ("a    ", "7")),
        ("bit(3)", "bit(4)", ("101", "1010"), ("101", "1010")),
        ("integer[]", "boolean[]", ("{1,2}", "{t,f}"), ("{1,2}", "{t,f}")),
        ("bigint", "integer", ("9223372036854775807", "7"), ("9223372036854775807", "7")),
    ],
)
def test_every_change_of_a_type_loads_and_every_value_stays_as_it_was(
    shop: Ecommerce, old: str, new: str, values: tuple[str, str], texts: tuple[str, str]
) -> None:
    def table(day: date) -> T:
        return T({"x": old if day == D1 else new}, [(values[day == D2],), (None,)])

    results = []
    for days in ((D1, D2), (D2, D1)):
        for day in days:
            shop.load(day, t=table(day))
        assert shop.type_of("ecommerce", "t", "x") == new
        found = shop.sql(
            "SELECT x::text FROM ecommerce_days.t WHERE x IS NOT NULL ORDER BY snapshot_date"
        )
        assert tuple(text for (text,) in found) == texts
        assert shop.sql("SELECT count(*) FROM ecommerce_days.t WHERE x IS NULL") == [(2,)]
        results.append(shop.shape())
        shop.drop()
    assert results[0] == results[1]


def test_a_changed_key_is_reported(shop: Ecommerce, caplog: Any) -> None:
    columns = {"a": "integer", "b": "integer"}
    shop.load(D1, t=T(columns, [("1", "1"), ("2", "1")], ("a",)))
    shop.load(D2, t=T(columns, [("1", "1"), ("1", "2")], ("b", "a")))
    assert "t: the key changed from a to b, a" in caplog.text
    assert shop.view("t") == [(1, 1), (1, 2)]


def test_a_table_that_is_not_ours_is_not_touched(shop: Ecommerce) -> None:
    shop.sql("CREATE SCHEMA ecommerce")
    shop.sql("CREATE TABLE ecommerce.orders AS SELECT 1 AS mine")
    with pytest.raises(UserError, match=r"ecommerce\.orders is there and is not a view"):
        shop.load(D1, orders=orders(1))
    assert shop.view("orders") == [(1,)]


def test_types_are_compared_by_what_they_hold() -> None:
    assert holds("numeric", "numeric(10,2)")
    assert not holds("numeric(10,2)", "numeric(10,3)")
    assert not holds("numeric(5,2)", "smallint")
    # every int4 has an exact counterpart in float8, not in float4
    assert holds("double precision", "integer")
    assert not holds("real", "integer")


@pytest.mark.parametrize(
    ("types", "common"),
    [
        (("smallint", "integer", "bigint"), "bigint"),
        (("integer", "real"), "double precision"),
        (("bigint", "double precision"), "text"),
        (("integer", "real", "bigint"), "text"),
        (("numeric(10,2)", "numeric(8,4)"), "numeric"),
        (("bigint", "numeric(10,2)"), "numeric"),
        (("boolean", "integer"), "text"),
        (("date", "timestamp without time zone"), "timestamp without time zone"),
        (("timestamp without time zone", "timestamp with time zone"), "text"),
        (
            ("timestamp(3) without time zone", "timestamp without time zone"),
            "timestamp without time zone",
        ),
        (("vector(3)", "vector(4)"), "vector"),
        (("character(3)", "character(5)"), "text"),
        (("bit(3)", "bit(4)"), "text"),
        (("character varying(5)", "character varying(9)"), "character varying(9)"),
        (("character(3)", "character varying(5)"), "text"),
        (("integer[]", "bigint[]"), "bigint[]"),
        (("boolean[]", "integer[]"), "text"),
        (("text[]", "character varying(3)[]"), "text[]"),
        (("integer", "integer[]"), "text"),
        (("uuid", "integer"), "text"),
        (("public.mood", "public.other"), "text"),
    ],
)
def test_the_common_type_of_some_does_not_depend_on_their_order(
    types: tuple[str, ...], common: str
) -> None:
    assert {common_type(order) for order in itertools.permutations(types)} == {common}


# --- what is refused -----------------------------------------------------------------------------


@both_ways
def test_a_truncated_pipe_publishes_nothing(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1))
    lines = shop.stage(D2, {"orders": orders(2), "products": orders(3)})
    before = shop.everything()
    for end in range(1, len(lines)):
        with pytest.raises(UserError, match=r"the extractor ended before .* were complete"):
            shop.feed(lines[:end])
    assert shop.everything() == before


@both_ways
@pytest.mark.parametrize("lie", [{"rows": 5}, {"bytes": 5}, {"sha256": "0" * 64}])
def test_a_file_that_is_not_as_proven_publishes_nothing(
    shop: Ecommerce, lie: dict[str, Any]
) -> None:
    lines = shop.stage(D1, {"orders": orders(1, 2), "products": orders(3)})
    lines[2]["files"][0] |= lie
    with pytest.raises(UserError, match="run DATE=2025-01-01 meltano run postgres-to-local"):
        shop.feed(lines)
    assert shop.sql("SELECT count(*) FROM pg_views WHERE schemaname = 'ecommerce'") == [(0,)]
    assert shop.parts() == set()


def test_a_damaged_file_is_called_damaged_even_if_copy_fails(shop: Ecommerce) -> None:
    lines = shop.stage(D1, {"orders": orders(1, 2)})
    path = messages.batch_file(lines[1]).path
    path.write_bytes(path.read_bytes().replace(b"2", b"x"))
    with pytest.raises(UserError, match=r"orders.csv is damaged.*run DATE=2025-01-01"):
        shop.feed(lines)


@both_ways
def test_a_missing_file_is_named_with_what_fixes_it(shop: Ecommerce) -> None:
    lines = shop.stage(D1, {"orders": orders(1)})
    path = messages.batch_file(lines[1]).path
    path.unlink()
    with pytest.raises(UserError, match=r"orders.csv cannot be read.*run DATE=2025-01-01"):
        shop.feed(lines)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("1", "a"), ("x", "b")], 'orders: line 3, column order_id: invalid .*smallint: "x"'),
        ([("1", "a"), (None, "b")], "orders: line 3, column order_id: it is part of the key"),
        ([("1", "a"), ("1", "b")], r"the key \(order_id\) is not unique: Key \(order_id\)=\(1\)"),
        ([("1", "toolong")], "orders: .*value too long for type character varying"),
    ],
)
def test_a_bad_row_is_named_by_table_line_and_column(
    shop: Ecommerce, rows: list[tuple[str | None, ...]], message: str
) -> None:
    with pytest.raises(UserError, match=message) as refused:
        shop.load(D1, orders=T(orders().columns, rows, ("order_id",)))
    assert "\n" not in str(refused.value)
    assert shop.parts() == set()


@both_ways
def test_one_run_loads_one_day(shop: Ecommerce) -> None:
    lines = shop.stage(D1, {"orders": orders(1)})
    with pytest.raises(UserError, match="one run loads one day"):
        shop.feed(lines[:1] + shop.stage(D2, {"products": orders(1)}))
    with pytest.raises(UserError, match="of 2025-01-01 where this run loads 2025-02-01"):
        shop.feed(lines, date="2025-02-01")


@pytest.mark.parametrize("name", ["loads", "x" * 64, "é" * 32])
def test_a_name_the_warehouse_cannot_have_is_refused(shop: Ecommerce, name: str) -> None:
    with pytest.raises(UserError, match=r"stream_maps: .*__alias__"):
        shop.load(D1, **{name: orders(1)})


def test_a_stream_map_gives_a_table_another_name(shop: Ecommerce) -> None:
    lines = shop.stage(D1, {"loads": orders(1)})
    shop.feed(lines, stream_maps={"loads": {"__alias__": "cargo"}})
    assert shop.view("cargo") == [(1, "c1")]
    with pytest.raises(UserError, match="changes rows of loads"):
        shop.feed(lines, stream_maps={"loads": {"customer": "'x'"}})


def test_a_role_that_may_not_create_gets_the_grant_to_run(shop: Ecommerce) -> None:
    with session(shop.server["admin"], dbname="ecommerce") as cursor:
        cursor.execute("DROP ROLE IF EXISTS weak")
        cursor.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
    lines = shop.stage(D1, {"orders": orders(1)})
    weak = {"user": "weak", "password": "weak"}
    with pytest.raises(UserError, match='GRANT CREATE ON DATABASE "ecommerce" TO "weak"'):
        shop.feed(lines, **weak)
    shop.sql("CREATE SCHEMA ecommerce")
    with pytest.raises(UserError, match='GRANT CREATE, USAGE ON SCHEMA "ecommerce" TO "weak"'):
        shop.feed(lines, **weak)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "n0t-it"},
        {"port": 1},
        {"host": "no-such-host.invalid"},
        {"database": "no_such_database"},
    ],
)
def test_no_connection_is_one_line_without_the_password(
    shop: Ecommerce, wrong: dict[str, Any], caplog: Any
) -> None:
    lines = shop.stage(D1, {"orders": orders(1)})
    with pytest.raises(SystemExit), one_line_errors("target-postgres"):
        shop.feed(lines, **wrong)
    last = caplog.records[-1].getMessage()
    assert "cannot connect to PostgreSQL at" in last
    assert "TARGET_POSTGRES_PASSWORD in .env" in last
    assert (PASSWORD not in last) and ("n0t-it" not in last) and ("\n" not in last)


# --- crashes and company -------------------------------------------------------------------------


@contextmanager
def _stalled(shop: Ecommerce, day: date, lines: list[dict[str, Any]]) -> Iterator[Any]:
    """The real command, in the middle of COPY of `big` while all else is loaded."""
    pipe = shop.root / "big.fifo"
    os.mkfifo(pipe)
    for line in lines:
        if line["type"] == "BATCH" and line["stream"] == "big":
            file = messages.batch_file(line).path
            line["manifest"] = [pipe.as_uri()]
    target = shop.start(parallelism=2)
    assert target.stdin
    target.stdin.write(text_of(lines))
    target.stdin.flush()
    with pipe.open("wb") as writer:
        writer.write(file.read_bytes()[:20])
        writer.flush()
        shop.until(
            "SELECT count(*) = 1 FROM pg_class WHERE relname LIKE %s AND relkind = 'r'",
            f"orders@{day.isoformat()}~%",
        )
        try:
            yield target, writer
        finally:
            target.kill()
            target.communicate()
            pipe.unlink()


def _big() -> T:
    return T({"id": "integer"}, [(str(i),) for i in range(1000)], ("id",))


def test_kill_9_in_the_middle_and_the_next_run_succeeds(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1), big=_big())
    before = shop.everything()
    tables = {"orders": orders(2), "big": _big()}
    with _stalled(shop, D2, shop.stage(D2, tables)) as (target, _):
        target.send_signal(signal.SIGKILL)
        target.wait()
    assert [name for name in shop.parts() if name.startswith("orders@2025-02-01~")]
    shop.until("SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'")
    shop.load(D1, orders=orders(1), big=_big())  # another day's load sweeps it, too
    assert shop.everything() == before
    shop.load(D2, **tables)
    assert shop.view("orders") == [(2, "c2")]
    assert len(shop.view("big")) == 1000


def test_sigterm_publishes_nothing_and_cleans_up(shop: Ecommerce) -> None:
    tables = {"orders": orders(2), "big": _big()}
    with _stalled(shop, D2, shop.stage(D2, tables)) as (target, writer):
        target.send_signal(signal.SIGTERM)
        assert any("nothing more is published" in line for line in target.stderr)
        writer.close()
        _, errors = target.communicate()
        assert target.returncode == 128 + signal.SIGTERM, errors
    assert shop.parts() == set()
    assert shop.sql("SELECT count(*) FROM ecommerce_days.loads") == [(0,)]


def test_a_lost_server_is_one_line_and_nothing_changed(shop: Ecommerce) -> None:
    tables = {"orders": orders(2), "big": _big()}
    with _stalled(shop, D2, shop.stage(D2, tables)) as (target, writer):
        shop.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'target-postgres%'"
        )
        writer.close()
        _, errors = target.communicate()
    assert target.returncode == 1
    assert "was lost while loading big" in errors, errors
    assert "Traceback" not in errors
    shop.load(D2, **tables)
    assert shop.view("orders") == [(2, "c2")]


def test_two_loads_of_one_day_exclude_each_other(shop: Ecommerce) -> None:
    lines = shop.stage(D1, {"orders": orders(1)})
    first = shop.start()
    assert first.stdin
    first.stdin.write(text_of(lines[:1]))
    first.stdin.flush()
    shop.until("SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted")
    with pytest.raises(UserError, match=r"2025-01-01 is being loaded by another run \(pid \d+ s"):
        shop.feed(lines)
    _, errors = first.communicate(text_of(lines[1:]))
    assert first.returncode == 0, errors
    assert shop.view("orders") == [(1, "c1")]


def test_two_days_load_side_by_side_into_a_new_warehouse(shop: Ecommerce) -> None:
    days = {day: shop.stage(day, {"orders": orders(day.month), "big": _big()}) for day in (D1, D2)}
    targets = {day: shop.start() for day in days}
    for day, target in targets.items():
        assert target.stdin
        target.stdin.write(text_of(days[day]))
        target.stdin.close()
        target.stdin = None
    for target in targets.values():
        _, errors = target.communicate()
        assert target.returncode == 0, errors
    assert shop.view("orders") == [(2, "c2")]
    assert shop.day("orders", D1) == [(1, "c1", D1)]


@both_ways
def test_a_long_query_makes_the_load_give_up_and_changes_nothing(
    shop: Ecommerce, caplog: Any
) -> None:
    shop.load(D1, orders=orders(1), products=orders(1))
    before = shop.everything()
    lines = shop.stage(D2, {"orders": orders(2), "products": orders(2)})
    with session(shop.parameters) as reader:
        reader.execute("BEGIN; SELECT * FROM ecommerce.orders")
        with pytest.raises(UserError, match=r"ecommerce\.orders is held by pid .*SELECT \* FROM"):
            shop.feed(lines, lock_timeout_seconds=0.05, lock_wait_seconds=0.1)
        reader.execute("COMMIT")
    assert "waiting to publish 2025-02-01" in caplog.text
    assert shop.everything() == before
    shop.feed(lines)
    assert shop.view("orders") == [(2, "c2")]


def test_a_reader_of_the_newest_day_does_not_hold_up_a_backfill(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1))
    shop.load(D2, orders=orders(2))
    lines = shop.stage(D1, {"orders": orders(3)})
    with session(shop.parameters) as reader:
        reader.execute("BEGIN; SELECT * FROM ecommerce.orders")
        shop.feed(lines, lock_timeout_seconds=0.05, lock_wait_seconds=0)
    assert shop.day("orders", D1) == [(3, "c3", D1)]


def test_the_lean_start_does_what_the_sdk_does(shop: Ecommerce) -> None:
    tables = {"orders": orders(1, 2), "empty": T({"a": "text"}, [])}
    shop.load(D1, **tables)
    before = shop.everything()
    shop.sql("DROP SCHEMA ecommerce, ecommerce_days, ecommerce_parts CASCADE")
    target = shop.start()
    _, errors = target.communicate(text_of(shop.stage(D1, tables)))
    assert target.returncode == 0, errors
    assert "2025-01-01 is loaded: 2 tables, 2 rows" in errors
    assert "ecommerce.* shows 2025-01-01" in errors
    assert shop.everything() == before


# --- values and names ----------------------------------------------------------------------------


@both_ways
def test_null_and_empty_and_every_value_arrive_as_they_were(shop: Ecommerce) -> None:
    values = {
        "smallint": "-32768",
        "bigint": "9223372036854775807",
        "numeric": "123456789012345678901234567890.120",
        "numeric(10,2)": "1.50",
        "real": "0.1",
        "double precision": "0.30000000000000004",
        "boolean": "t",
        "text": 'a,"b"\n\r\\.\u00e9\U0001f600',
        "character(3)": "a  ",
        "character varying(9)": "",
        "bytea": "\\x00ff",
        "date": "0044-03-15 BC",
        "timestamp(3) without time zone": "2025-01-01 00:00:00.123",
        "timestamp with time zone": "2025-01-01 00:00:00+00",
        "interval": "1 year -2 days +03:00:00",
        "uuid": "11111111-2222-3333-4444-555555555555",
        "jsonb": '{"a": "b"}',
        "json": '{"a":   1}',
        "text[]": '{a,NULL,"b c"}',
        "inet": "10.0.0.0/8",
        "int4range": "[1,5)",
    }
    columns = {f"c{i}": kind for i, kind in enumerate(values)}
    rows = [tuple(values.values()), (None,) * len(values)]
    shop.load(D1, t=T(columns, rows))
    # format() writes a value as COPY does
    texts = ", ".join(f"format('%s', {column})" for column in columns)
    found = shop.sql(f"SET TimeZone = 'UTC'; SELECT {texts} FROM ecommerce.t WHERE c0 IS NOT NULL")
    assert found == [tuple(values.values())]
    assert shop.sql(
        f"SELECT num_nulls({', '.join(columns)}) FROM ecommerce.t WHERE c0 IS NULL"
    ) == [(len(values),)]


def test_an_unknown_type_becomes_text(shop: Ecommerce, caplog: Any) -> None:
    columns = {"mood": "public.mood", "n": "no such type)", "r": "record", "ok": "integer"}
    shop.load(D1, t=T(columns, [("happy", "x", "(1,2)", "1")]))
    assert shop.view("t") == [("happy", "x", "(1,2)", 1)]
    assert "t: column mood is text here: the warehouse has no type public.mood" in caplog.text


def test_a_key_of_several_columns(shop: Ecommerce) -> None:
    columns = {"a": "integer", "b": "text"}
    shop.load(D1, t=T(columns, [("1", "x"), ("1", "y")], ("b", "a")))
    assert shop.sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p' "
        "AND conrelid::regclass::text LIKE %s",
        "%t@2025-01-01%",
    ) == [("PRIMARY KEY (b, a)",)]


HOSTILE = [
    'x"; drop schema ecommerce; --',
    "a" * 63,
    "a" * 62 + "b",
    "é" * 31,
    "été d'orders %s {}",
    "Orders",
    "orders",
    "orders@2025-01-01",
    part_name("a" * 63, D1)[: -len("@2025-01-01")],
    " ",
    "select",
]


@both_ways
def test_hostile_names_are_just_names(shop: Ecommerce) -> None:
    tables = {
        name: T({'c"; --': "integer", "%s": "text"}, [(str(i), "x")], ('c"; --',))
        for i, name in enumerate(HOSTILE)
    }
    for day in (D1, D2, D1):
        shop.load(day, **tables)
    for i, name in enumerate(HOSTILE):
        assert shop.view(name) == [(i, "x")]
        assert shop.day(name, D1) == [(i, "x", D1)]
    assert len(shop.parts()) == 2 * len(HOSTILE)


def test_partition_names_are_readable_fit_and_never_meet() -> None:
    assert part_name("orders", D1) == "orders@2025-01-01"
    names = {
        part_name(name, day, suffix)
        for name in HOSTILE
        for day in (D1, D2)
        for suffix in ("", "~abcdef", "_pkey")
    }
    assert len(names) == 6 * len(HOSTILE)
    assert max(len(name.encode()) for name in names) <= 63


def test_hostile_schemas_are_just_schemas(shop: Ecommerce) -> None:
    hostile = 'e%s"; drop schema ecommerce; --'
    shop.feed(shop.stage(D1, {"orders": orders(1)}), default_target_schema=hostile)
    assert shop.sql(f"SELECT * FROM {qualified(hostile, 'orders')}") == [(1, "c1")]
    for schema in (hostile, f"{hostile}_days", f"{hostile}_parts"):
        shop.sql(f"DROP SCHEMA {quote_ident(schema)} CASCADE")


def test_three_schemas_are_three() -> None:
    with pytest.raises(UserError, match="three different names"):
        Warehouse("a", "a", "b")


def test_connection_comes_from_the_url_with_ssl() -> None:
    server = Server.from_url(
        "postgresql+psycopg://u:p%40ss@h:1/db?sslmode=verify-full&sslrootcert=x"
    )
    assert server.parameters == {
        "host": "h",
        "port": 1,
        "user": "u",
        "password": "p@ss",
        "dbname": "db",
        "sslmode": "verify-full",
        "sslrootcert": "x",
    }
    assert "p@ss" not in str(server)


# --- the RECORD path -----------------------------------------------------------------------------


def test_third_party_records_go_by_copy_beside_a_staged_day(shop: Ecommerce, caplog: Any) -> None:
    schema = {"properties": {"id": {"type": "integer"}, 'na"me': {"type": "string"}}}
    records = [
        {"type": "SCHEMA", "stream": "people", "schema": schema, "key_properties": ["id"]},
        {"type": "RECORD", "stream": "people", "record": {"id": 1, 'na"me': "x"}},
        {"type": "RECORD", "stream": "people", "record": {"id": 1, 'na"me': "y"}},
    ]
    shop.feed(records + shop.stage(D1, {"orders": orders(1)}))
    assert shop.sql('SELECT id, "na""me" FROM ecommerce.people') == [(1, "y")]
    assert shop.view("orders") == [(1, "c1")]
    assert "COPY" in caplog.text


def test_a_staged_stream_that_sends_rows_takes_the_record_path(shop: Ecommerce) -> None:
    schema = shop.stage(D1, {"orders": orders(1)})[0]
    del schema["schema"][messages.STAGING]["whole_files"]
    record = {"order_id": 7, "customer": "c7"}
    shop.feed([schema, {"type": "RECORD", "stream": "orders", "record": record}])
    assert shop.sql("SELECT order_id, customer FROM ecommerce.orders") == [(7, "c7")]


def test_csv_files_of_no_day_are_refused(shop: Ecommerce) -> None:
    lines = shop.stage(D1, {"orders": orders(1)})
    del lines[0]["schema"][messages.STAGING]
    with pytest.raises(UserError, match="belong to no staged day"):
        shop.feed(lines)


SDK_SUITE = SingerTestSuite(
    kind="target",
    tests=[
        TargetArrayData,
        TargetCamelcaseComplexSchema,
        TargetCamelcaseTest,
        TargetCliPrintsTest,
        TargetDuplicateRecords,
        TargetInvalidSchemaTest,
        TargetNoPrimaryKeys,
        TargetOptionalAttributes,
        TargetRecordBeforeSchemaTest,
        TargetRecordMissingKeyProperty,
        TargetRecordMissingOptionalFields,
        TargetSchemaNoProperties,
        TargetSchemaUpdates,
        TargetSpecialCharsInAttributes,
    ],
)
SDK_CONFIG = {
    "host": "127.0.0.1",
    "port": 0,
    "user": ROLE,
    "password": PASSWORD,
    "database": "ecommerce",
    "default_target_schema": "melty",
    "add_record_metadata": True,
}


class TestTargetPostgres(
    get_target_test_class(  # type: ignore[misc]
        target_class=TargetPostgres,
        config=SDK_CONFIG,
        custom_suites=[SDK_SUITE],
        include_target_tests=False,
    )
):
    """The suite that meltanolabs-target-postgres runs, by COPY."""

    @pytest.fixture
    def target(self, warehouse: dict[str, Any]) -> TargetPostgres:
        return TargetPostgres(config=SDK_CONFIG | {"port": warehouse["port"]})

    @pytest.fixture
    def runner(self, warehouse: dict[str, Any], resource: Any) -> Any:
        from singer_sdk.testing.runners import TargetTestRunner

        return TargetTestRunner(
            target_class=TargetPostgres, config=SDK_CONFIG | {"port": warehouse["port"]}
        )
