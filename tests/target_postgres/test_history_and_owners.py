"""History is not overwritten by accident, and a load touches only what is its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ecommerce import D1, D2, Ecommerce, T, orders

from sealed_days.core.errors import WarehouseError

ON_ITS_DAY, NEXT_DAY, LATER = (
    "2025-01-01T22:00:00+00:00",
    "2025-01-02T10:00:00+00:00",
    ("2025-06-01T00:00:00+00:00"),
)
GO_ON = {"replaces_history": "allow"}


def read(at: str | None, *ids: int, kind: str = "snapshot", **more: Any) -> T:
    table = orders(*ids)
    about = {"read_at": at, **more} if at else dict(more)
    return T(table.columns, table.rows, table.keys, kind, read=about)


@pytest.mark.parametrize("at", [ON_ITS_DAY, NEXT_DAY])
def test_a_later_reading_does_not_replace_an_authentic_snapshot_unless_asked(
    shop: Ecommerce, at: str
) -> None:
    shop.load(D1, orders=read(at, 1), products=read(at, 1))
    before = shop.everything()
    with pytest.raises(
        WarehouseError,
        match=r"orders of 2025-01-01 was read on its day .*TARGET_POSTGRES_REPLACES_HISTORY=allow",
    ):
        shop.load(D1, orders=read(LATER, 2), products=read(LATER, 1))
    assert shop.everything() == before
    shop.load(D1, GO_ON, orders=read(LATER, 2), products=read(LATER, 1))
    assert shop.view("orders") == [(2, "c2")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (read(ON_ITS_DAY, 1), read(NEXT_DAY, 2)),  # run again on its day
        (read(ON_ITS_DAY, 1), read(LATER, 1)),  # the same bytes
        (read(LATER, 1), read(LATER, 2)),  # was never authentic
        (read(None, 1), read(LATER, 2)),
        (read(ON_ITS_DAY, 1, kind="slice"), read(LATER, 2, kind="slice")),
        (read(ON_ITS_DAY, 1), read(LATER, 2, dated=True)),  # a file whose path carries the date
    ],
)
def test_all_else_is_replaced_without_questions(shop: Ecommerce, old: T, new: T) -> None:
    shop.load(D1, orders=old)
    shop.load(D1, orders=new)
    assert [row[0] for row in shop.view("orders")] == [int(row[0] or 0) for row in new.rows]


def test_the_day_is_that_of_the_time_zone_and_the_grace_is_a_setting(shop: Ecommerce) -> None:
    at = "2025-01-03T02:00:00+00:00"  # the evening of the 2nd in São Paulo
    zone = {"timezone": "America/Sao_Paulo"}
    shop.load(D1, zone, orders=read(at, 1))
    with pytest.raises(WarehouseError, match="was read on its day"):
        shop.load(D1, zone, orders=read(LATER, 2))
    shop.load(D1, {**zone, "authentic_grace_days": 0}, orders=read(LATER, 2))


def test_loads_say_when_the_source_was_read(shop: Ecommerce) -> None:
    shop.load(D1, orders=read(LATER, 1, database="db:5432/shop"))
    found = shop.sql(
        "SELECT date, read_at::date - date, origin, project, loaded_by, manifest "
        "FROM ecommerce_days.loads"
    )
    assert found == [(D1, 151, "db:5432/shop", "", "ecommerce_owner", None)]


def test_two_projects_of_other_tables_leave_each_other_alone(shop: Ecommerce) -> None:
    one, two = {"project": "one"}, {"project": "two"}
    shop.load(D1, one, orders=orders(1), products=orders(1))
    shop.load(D1, two, people=orders(2))
    shop.load(D2, two, people=orders(3))
    assert shop.view("orders") == shop.view("products") == [(1, "c1")]
    assert shop.view("people") == [(3, "c3")]
    shop.load(D2, one, orders=orders(4))  # products went, from this project's source
    views = shop.sql("SELECT viewname FROM pg_views WHERE schemaname = 'ecommerce' ORDER BY 1")
    assert views == [("orders",), ("people",)]


@pytest.mark.parametrize(
    ("config", "other"),
    [
        ({"project": "two"}, orders(2)),
        ({"project": "one"}, read(None, 2, database="elsewhere:5432/shop")),
        ({"project": "one"}, T(orders().columns, orders(2).rows, ("order_id",), source="csv")),
    ],
)
def test_a_table_of_another_project_source_or_database_is_refused(
    shop: Ecommerce, config: dict[str, Any], other: T
) -> None:
    shop.load(D1, {"project": "one"}, orders=read(None, 1, database="db:5432/shop"))
    for day in (D1, D2, D1 - timedelta(1)):
        with pytest.raises(
            WarehouseError, match=r"orders was loaded from .*TARGET_POSTGRES_OTHER_SOURCE=take_over"
        ):
            shop.load(day, config, orders=other)
    assert shop.view("orders") == [(1, "c1")]
    shop.load(D2, {**config, "other_source": "take_over"}, orders=other)
    assert shop.view("orders") == [(2, "c2")]
    shop.load(D2 + timedelta(1), config, orders=other)


def test_tables_that_are_not_selected_stay(shop: Ecommerce) -> None:
    def selected(**tables: T) -> dict[str, T]:
        for table in tables.values():
            table.read["not_selected"] = ["products"]
        return tables

    shop.load(D1, orders=orders(1), products=orders(1))
    shop.load(D2, **selected(orders=orders(2)))
    assert shop.view("products") == [(1, "c1")]
    shop.load(D1, **selected(orders=orders(3)))
    assert shop.day("products", D1) == [(1, "c1", D1)]


def test_all_tables_that_cannot_be_loaded_are_named_before_any_copy(
    shop: Ecommerce, caplog: Any
) -> None:
    shop.sql("CREATE SCHEMA ecommerce; CREATE TABLE ecommerce.mine AS SELECT 1 AS x")
    with pytest.raises(WarehouseError) as refused:
        shop.load(
            D1,
            mine=orders(1),
            loads_days=orders(1),
            odd=T({"snapshot_date": "date"}, []),
            fine=orders(1),
        )
    for words in ("ecommerce.mine is there", "'loads_days' is a name of the", "odd has a column"):
        assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "rows, " not in caplog.text  # no table was copied
    assert shop.parts() == set()


def test_one_tables_trouble_holds_that_table_alone_where_so_set(shop: Ecommerce) -> None:
    hold = {"on_table_error": "hold_table"}
    twice = T(orders().columns, [("1", "a"), ("1", "b")], ("order_id",))
    shop.load(D1, orders=orders(1), products=orders(1))
    with pytest.raises(
        WarehouseError,
        match=r"2025-02-01 is loaded without 1 of 2 tables, .*\(on_table_error: hold_table\): "
        r"orders: the key \(order_id\) is not unique",
    ):
        shop.load(D2, hold, orders=twice, products=orders(2))
    assert shop.view("orders") == [(1, "c1")]
    assert shop.view("products") == [(2, "c2")]
    assert shop.sql(
        "SELECT table_name, held IS NOT NULL FROM ecommerce_days.loads WHERE date = %s ORDER BY 1",
        D2,
    ) == [("orders", True), ("products", False)]
    with pytest.raises(WarehouseError, match="is not unique"):
        shop.load(D2, orders=twice, products=orders(3))
    assert shop.view("products") == [(2, "c2")]
