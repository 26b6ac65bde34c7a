"""Readers are not blocked: neither by a load that waits, nor by what takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from ecommerce import D1, D2, D3, Ecommerce, T, orders, session, text_of

from sealed_days.core.errors import BusyError


def wide(*ids: int) -> T:
    columns = {"order_id": "bigint", "customer": "text"}
    return T(columns, [(str(i), f"c{i}") for i in ids], ("order_id",))


@contextmanager
def reading(shop: Ecommerce, query: str) -> Iterator[list[float]]:
    """Read again and again in a session of its own; each reading's seconds are told."""
    seconds: list[float] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            with session(shop.parameters) as cursor:
                while not stop.is_set():
                    began = time.monotonic()
                    cursor.execute(query)
                    seconds.append(time.monotonic() - began)
        except BaseException as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield seconds
    finally:
        stop.set()
        reader.join()
    assert not failures


QUERIES = [
    "SELECT count(*) FROM ecommerce.orders",
    "SELECT count(*) FROM ecommerce_days.orders",
    "SELECT count(*) FROM ecommerce_days.orders WHERE snapshot_date = '2025-01-01'",
]


@pytest.mark.parametrize("query", QUERIES)
def test_an_idle_transaction_costs_other_readers_at_most_a_second_in_all(
    shop: Ecommerce, query: str
) -> None:
    """What the others wait is counted, not timed: their readings beyond a plain one's length."""
    shop.load(D1, orders=orders(1))
    again = shop.stage(D1, {"orders": wide(2)})  # replaces the day, its shape and both views
    with session(shop.parameters) as idle:
        idle.execute(f"BEGIN; {query}")
        with (
            reading(shop, query) as seconds,
            pytest.raises(BusyError, match=r"is held by pid .*nothing was changed"),
        ):
            shop.feed(again, lock_wait_seconds=5)
        # 1 s of patience, and what a loaded machine adds to the readings themselves
        longest = sorted(seconds)[-50:]
        plain = sorted(seconds)[len(seconds) // 2]
        assert sum(max(0.0, each - 10 * plain) for each in longest) < 3
        assert len(seconds) > 10
        idle.execute("COMMIT")
    shop.feed(again)
    assert shop.view("orders") == [(2, "c2")]


def test_readers_without_a_gap_do_not_starve_a_load(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1))
    lines = shop.stage(D2, {"orders": wide(2)})
    query = "SELECT count(*), pg_sleep(0.05) FROM ecommerce.orders"
    with reading(shop, query), reading(shop, query), reading(shop, query):
        shop.feed(lines, lock_wait_seconds=60)
    assert shop.view("orders") == [(2, "c2")]


def test_a_reader_of_another_day_or_of_all_days_does_not_hold_up_a_new_day(
    shop: Ecommerce,
) -> None:
    shop.load(D1, orders=orders(1))
    shop.load(D2, orders=orders(2))
    for number, query in enumerate(QUERIES[1:]):
        with session(shop.parameters) as idle:
            idle.execute(f"BEGIN; {query}")
            lines = shop.stage(D3 + timedelta(number), {"orders": orders(3)})
            shop.feed(lines, lock_wait_seconds=0)


def test_a_new_column_needs_no_lock_on_old_days(shop: Ecommerce) -> None:
    for day in (D1, D2):
        shop.load(day, orders=orders(1))
    with session(shop.parameters) as idle:
        idle.execute(
            'BEGIN; SELECT * FROM ecommerce_parts."orders@2025-01-01", '
            'ecommerce_parts."orders@2025-02-01"'
        )
        shop.feed(shop.stage(D3, {"orders": orders(3, extra="integer")}), lock_wait_seconds=0)
    assert shop.sql("SELECT count(*) FROM ecommerce_days.orders") == [(3,)]


def test_users_indexes_are_built_before_any_lock_that_a_reader_meets(shop: Ecommerce) -> None:
    """A query holds the view for all of the load: the index of the new day is there already."""
    shop.load(D1, orders=orders(1))
    (shape,) = (row[0] for row in shop.sql("SELECT shape FROM ecommerce_days.loads_shapes"))
    shop.sql(f'CREATE INDEX ON ecommerce_parts."{shape}" (customer)')
    target = shop.start()
    assert target.stdin
    with session(shop.parameters) as idle:
        idle.execute("BEGIN; SELECT * FROM ecommerce.orders")
        target.stdin.write(text_of(shop.stage(D2, {"orders": orders(2)})))
        target.stdin.close()
        target.stdin = None
        shop.until(
            "SELECT count(*) = 2 FROM pg_index JOIN pg_class c ON c.oid = indrelid "
            "WHERE c.relname LIKE 'orders@2025-02-01%%'"
        )
        idle.execute("COMMIT")
    _, errors = target.communicate()
    assert target.returncode == 0, errors
    assert shop.view("orders") == [(2, "c2")]
