"""A sealed day in the lake: one transaction for all tables, again and again the same."""

from __future__ import annotations

import pytest
from lake_project import D1, D2, D3, LakeProject, T

ORDERS = {"order_id": "integer", "customer": "text"}


def orders(*rows: tuple[str | None, ...], **more: object) -> T:
    return T(ORDERS, list(rows), ("order_id",), **more)  # type: ignore[arg-type]


def snapshots(lake: LakeProject) -> list[str | None]:
    return [row[0] for row in lake.sql("SELECT commit_message FROM shop.snapshots() ORDER BY 1")]


def test_a_day_of_all_tables_is_one_snapshot_of_the_lake(lake: LakeProject) -> None:
    lake.stage(
        D1,
        orders=orders(("1", "a"), ("2", None), ("3", "")),
        items=T({"n": "bigint"}, [("7",)]),
        details=T({"id": "integer"}, [("9",)], source="csv"),
    )
    lake.load(D1)
    assert lake.sql("FROM ecommerce.orders") == [(1, "a"), (2, None), (3, "")]
    assert lake.sql("FROM ecommerce.items") == [(7,)]
    assert lake.sql("FROM ecommerce.details") == [(9,)]
    assert snapshots(lake).count(D1) == 1
    assert lake.sql(
        "SELECT table_name, source, rows, keys FROM ecommerce_days.loads ORDER BY table_name"
    ) == [
        ("details", "csv", 1, "[]"),
        ("items", "postgres", 1, "[]"),
        ("orders", "postgres", 3, '["order_id"]'),
    ]


def test_the_same_day_again_changes_nothing(lake: LakeProject) -> None:
    lake.stage(D1, orders=orders(("1", "a")))
    lake.load(D1)
    before = lake.sql("SELECT snapshot_id FROM shop.snapshots()")
    assert "nothing to do" in lake.load(D1)
    assert lake.sql("SELECT snapshot_id FROM shop.snapshots()") == before
    lake.stage(D1, orders=orders(("1", "a")))  # read again, with the same rows
    lake.load(D1)
    assert lake.sql("FROM ecommerce.orders") == [(1, "a")]


def test_a_day_loaded_again_replaces_itself_alone_and_what_it_was_can_be_read(
    lake: LakeProject,
) -> None:
    lake.stage(D1, orders=orders(("1", "first")))
    lake.load(D1)
    lake.stage(D2, orders=orders(("2", "other")))
    lake.load(D2)
    [(seen,)] = lake.sql("SELECT max(snapshot_id) FROM shop.snapshots()")
    lake.stage(D1, orders=orders(("1", "second"), ("5", "more")))
    lake.load(D1)
    days = (
        "SELECT snapshot_date::VARCHAR, order_id, customer FROM ecommerce_days.orders ORDER BY ALL"
    )
    assert lake.sql(days) == [(D1, 1, "second"), (D1, 5, "more"), (D2, 2, "other")]
    assert lake.sql("FROM ecommerce.orders") == [(2, "other")]
    with lake.reader() as connection:
        connection.execute("USE memory; DETACH shop")
        connection.execute(
            f"ATTACH 'ducklake:sqlite:{lake.lake}/catalog.sqlite' AS shop (SNAPSHOT_VERSION {seen})"
        )
        assert connection.execute(days.replace("FROM ", "FROM shop.")).fetchall() == [
            (D1, 1, "first"),
            (D2, 2, "other"),
        ]


def test_a_backfill_leaves_the_newest_day_what_people_query(lake: LakeProject) -> None:
    for day in (D3, D1, D2):
        lake.stage(day, orders=orders(("1", day)))
        lake.load(day)
    assert lake.sql("FROM ecommerce.orders") == [(1, D3)]
    assert lake.sql("SELECT customer FROM ecommerce_days.orders ORDER BY snapshot_date") == [
        (D1,),
        (D2,),
        (D3,),
    ]


def views(lake: LakeProject, schema: str = "ecommerce") -> list[str]:
    found = lake.sql(
        f"SELECT view_name FROM duckdb_views() WHERE schema_name = '{schema}' "
        "AND database_name = 'shop' ORDER BY 1"
    )
    return [name for (name,) in found]


def test_a_table_that_vanished_leaves_the_newest_day_and_keeps_its_history(
    lake: LakeProject,
) -> None:
    lake.stage(D1, [], orders=orders(("1", "a")), items=T({"n": "bigint"}, [("7",)]))
    lake.load(D1)
    lake.stage(D2, [], orders=orders(("2", "b")))
    lake.load(D2)
    assert views(lake) == ["orders"]
    assert lake.sql("SELECT n FROM ecommerce_days.items") == [(7,)]
    lake.stage(D1, [], orders=orders(("1", "a")))  # the day itself, without it
    assert "items is not in 2025-01-01 any more: removed" in lake.load(D1)
    assert lake.sql("SELECT table_name FROM ecommerce_days.loads WHERE table_name = 'items'") == []
    assert views(lake, "ecommerce_days") == ["orders"]


def test_a_table_that_was_not_asked_for_stays_as_it_is(lake: LakeProject) -> None:
    lake.stage(D1, [], orders=orders(("1", "a")), items=T({"n": "bigint"}, [("7",)]))
    lake.load(D1)
    for day, said in ((D2, ["items"]), (D1, ["items"]), (D1, None)):
        lake.stage(day, said, orders=orders(("1", "a")))
        lake.load(day)
        assert views(lake) == ["items", "orders"]
        assert lake.sql("FROM ecommerce.items") == [(7,)]


def test_columns_and_types_that_change_keep_each_day_as_it_was(lake: LakeProject) -> None:
    lake.stage(
        D1, t=T({"id": "integer", "v": "numeric(5,2)", "x": "integer"}, [("1", "1.50", "1")])
    )
    lake.load(D1)
    lake.stage(D2, t=T({"id": "bigint", "v": "numeric(6,3)", "x": "text", "new": "boolean"},
                       [("9223372036854775807", "2.125", "z", "t")]))  # fmt: skip
    lake.load(D2)
    assert str(lake.sql("FROM ecommerce.t")) == (
        "[(9223372036854775807, Decimal('2.125'), 'z', True)]"
    )
    assert lake.sql("SELECT id, v::VARCHAR, x, new FROM ecommerce_days.t ORDER BY id") == [
        (1, "1.500", "1", None),
        (9223372036854775807, "2.125", "z", True),
    ]
    assert lake.sql("DESCRIBE ecommerce_days.t")[1][:2] == ("id", "BIGINT")


def test_slices_are_shown_together(lake: LakeProject) -> None:
    for day in (D1, D2):
        lake.stage(day, orders=orders(("1", day), kind="slice"))
        lake.load(day)
    assert sorted(lake.sql("SELECT customer FROM ecommerce.orders")) == [(D1,), (D2,)]


def test_names_of_all_kinds(lake: LakeProject) -> None:
    name = 'Ünï "q" /x.~; \'a'
    lake.stage(D1, **{name: T({"a b": "text", 'q"': "text", "rowid": "integer", "ü": "date"},
                              [("1", "2", "3", "2025-01-01")])})  # fmt: skip
    lake.load(D1)
    quoted = name.replace('"', '""')
    assert lake.sql(f'SELECT "a b", "q""", rowid, "ü"::VARCHAR FROM ecommerce."{quoted}"') == [
        ("1", "2", 3, "2025-01-01")
    ]


def test_a_day_that_is_not_sealed_or_is_damaged_does_not_go_in(lake: LakeProject) -> None:
    lake.stage(D1, orders=orders(("1", "a")), items=T({"n": "bigint"}, [("7",)]))
    lake.load(D1)
    assert "2025-02-01" in lake.load(D2, check=False)  # tap-csv's own line
    lake.stage(D2, orders=orders(("2", "b")), items=T({"n": "bigint"}, [("8",)]))
    file = lake.file(D2, "orders")
    file.write_bytes(file.read_bytes().replace(b"2,b", b"2,c"))
    said = lake.load(D2, check=False)
    assert "orders.csv is damaged: its sha256 is not that of the manifest" in said
    assert lake.sql("SELECT n FROM ecommerce_days.items") == [(7,)]
    assert lake.sql("FROM ecommerce.orders") == [(1, "a")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_compressed_day_is_the_same_day(lake: LakeProject, compression: str) -> None:
    lake.stage(D1, orders=orders(("1", "a"), ("2", None)))
    lake.load(D1)
    lake.stage(D1, compression=compression, orders=orders(("1", "a"), ("2", None)))
    lake.load(D1)
    assert lake.sql("FROM ecommerce.orders") == [(1, "a"), (2, None)]
    lake.stage(D2, compression=compression, orders=orders(("1", ""), ("3", "b")))
    lake.load(D2)
    assert lake.sql("FROM ecommerce.orders") == [(1, ""), (3, "b")]


def test_a_row_longer_than_a_block_goes_in(lake: LakeProject) -> None:
    long = "ä\n" * 5_000_000
    lake.stage(D1, orders=orders(("1", long), ("2", "b")))
    lake.load(D1)
    assert lake.sql("SELECT order_id, length(customer) FROM ecommerce.orders") == [
        (1, 10_000_000),
        (2, 1),
    ]


def test_blank_lines_and_marks_are_values(lake: LakeProject) -> None:
    values = [None, "", "\\.", '"', ",", "\r\n", "\\N", "NULL", " x ", None]
    lake.stage(D1, one=T({"v": "text"}, [(value,) for value in values]),
               two=T({"v": "text", "w": "text"}, [(value, None) for value in values]),
               none=T({"v": "text"}, []))  # fmt: skip
    lake.load(D1)
    assert [row[0] for row in lake.sql("FROM ecommerce.one")] == values
    assert lake.sql("FROM ecommerce.two") == [(value, None) for value in values]
    assert lake.sql("FROM ecommerce.none") == []


def test_another_sources_table_is_left_alone(lake: LakeProject) -> None:
    lake.stage(D1, orders=orders(("1", "a")))
    lake.load(D1)
    lake.sources = []
    lake.stage(D2, orders=orders(("1", "b"), source="other"))
    assert "orders in the lake is of the source postgres, not other" in lake.load(D2, check=False)
    assert lake.sql("FROM ecommerce.orders") == [(1, "a")]


def test_rows_are_refused(lake: LakeProject) -> None:
    from io import StringIO

    from sealed_days.core.errors import ConfigurationError
    from sealed_days.target_ducklake.run import run
    from sealed_days.target_ducklake.settings import Settings

    settings = Settings.parse(lake.config, "target-ducklake")
    schema = '{"type": "SCHEMA", "stream": "a", "schema": {"properties": {}}, "key_properties": []}'
    for line in (schema, '{"type": "RECORD", "stream": "a", "record": {}}'):
        with pytest.raises(ConfigurationError, match="meltano run tap-csv target-ducklake"):
            run(settings, StringIO(line + "\n"))
    assert not lake.lake.exists()
