"""A warehouse of version 1.0.0 is upgraded in place by the first load."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ecommerce import Ecommerce, T, session

OLD = Path(__file__).with_name("warehouse_1_0_0.sql").read_text()
FIRST, SECOND, THIRD = (date(2025, 1, number) for number in (1, 2, 3))


def rows(shop: Ecommerce, query: str) -> list[tuple[Any, ...]]:
    return shop.sql(f"{query} ORDER BY 1, 2")


def events(*ids: int) -> T:
    return T({"id": "integer"}, [(str(i),) for i in ids], ("id",), "slice")


def people_see(shop: Ecommerce) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "orders": shop.sql("SELECT order_id, customer, extra FROM ecommerce.orders"),
        "events": shop.sql("SELECT id FROM ecommerce.events ORDER BY 1"),
        "mixed": shop.sql("SELECT id FROM ecommerce.mixed"),
        "all orders": rows(
            shop, "SELECT snapshot_date, order_id, customer, extra FROM ecommerce_days.orders"
        ),
        "all products": rows(shop, "SELECT snapshot_date, p FROM ecommerce_days.products"),
        "all mixed": rows(shop, "SELECT snapshot_date, id FROM ecommerce_days.mixed"),
    }


def test_the_first_load_upgrades_and_nothing_is_lost(shop: Ecommerce, caplog: Any) -> None:
    shop.sql(OLD)
    shop.sql("CREATE VIEW public.mine AS SELECT order_id FROM ecommerce_days.orders")
    shop.sql("COMMENT ON TABLE ecommerce_days.orders IS 'of the shop'")
    before = people_see(shop)
    old_oids = shop.sql(
        "SELECT oid FROM pg_class WHERE relnamespace = 'ecommerce_parts'::regnamespace "
        "AND relkind = 'r' ORDER BY 1"
    )
    try:
        shop.load(date(2024, 12, 31), other=T({"a": "text"}, []))
        assert "the warehouse of version 1.0.0 was upgraded: 4 tables, 7 days" in caplog.text
        assert people_see(shop) == before
        kept = shop.sql("SELECT oid FROM pg_class WHERE oid = ANY(%s) ORDER BY 1", old_oids)
        assert kept == old_oids  # no row was moved
        assert shop.sql("SELECT count(*) FROM public.mine") == [(3,)]
        new = T({"order_id": "bigint", "new": "text"}, [("9", "x")], ("order_id",))
        shop.load(THIRD, orders=new, events=events(4), mixed=events(5))
        assert shop.view("orders") == [(9, "x")]
        assert shop.view("events") == [(1,), (2,), (3,), (4,)]
        assert shop.view("mixed") == [(2,), (5,)]
        assert shop.sql("SELECT count(*) FROM public.mine") == [(4,)]
        assert shop.sql("SELECT obj_description('ecommerce_days.orders'::regclass)") == [
            ("of the shop",)
        ]
        again = T({"order_id": "integer"}, [("7",)], ("order_id",))
        shop.load(SECOND, orders=again, events=events(3), mixed=events(2))
        assert shop.day("orders", SECOND)[0][0] == 7
    finally:
        shop.sql("DROP VIEW public.mine")


@pytest.mark.parametrize("grantee", ["reader", "PUBLIC"])
def test_those_who_could_read_a_table_of_all_days_can_read_the_view(
    shop: Ecommerce, grantee: str
) -> None:
    with session(shop.server["admin"], dbname="ecommerce") as cursor:
        cursor.execute("DROP ROLE IF EXISTS reader; CREATE ROLE reader")
        try:
            shop.sql(OLD)
            shop.sql(f"GRANT SELECT ON ecommerce_days.orders TO {grantee}")
            shop.load(THIRD, orders=T({"order_id": "integer"}, []))
            cursor.execute(
                "SELECT has_table_privilege('reader', 'ecommerce_days.orders', 'SELECT')"
            )
            assert cursor.fetchone()[0]
            cursor.execute(
                "SELECT has_table_privilege('reader', 'ecommerce_days.events', 'SELECT')"
            )
            assert not cursor.fetchone()[0]
        finally:
            cursor.execute("DROP OWNED BY reader; DROP ROLE reader")
