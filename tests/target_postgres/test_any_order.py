"""Any days load in any order: the end state is that of the days sorted, by query and by catalog."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from ecommerce import Ecommerce, T

FIRST = date(2025, 6, 1)
KINDS = {
    "n": ["smallint", "integer", "bigint", "numeric(10,2)", "real", "text", "boolean"],
    "v": ["character varying(5)", "character varying(9)", "text", "character(4)"],
    "w": ["timestamp without time zone", "timestamp with time zone", "date"],
    "a": ["integer[]", "bigint[]", "text[]"],
}
VALUES = {
    "smallint": "7",
    "integer": "70000",
    "bigint": "9223372036854775807",
    "numeric(10,2)": "1.50",
    "real": "0.1",
    "text": "x, y",
    "boolean": "t",
    "character varying(5)": "abc",
    "character varying(9)": "abcdefghi",
    "character(4)": "ab  ",
    "timestamp without time zone": "2025-01-01 10:00:00",
    "timestamp with time zone": "2025-01-01 10:00:00+00",
    "date": "2025-01-01",
    "integer[]": "{1,2}",
    "bigint[]": "{3}",
    "text[]": "{a,NULL}",
}


def drifting(days: int, tables: int, chance: random.Random) -> dict[date, dict[str, T]]:
    """Days on which columns come, go, come back with another type, and change their order."""
    found: dict[date, dict[str, T]] = {}
    now: dict[str, dict[str, str]] = {
        f"t{number}": {"id": "integer", "n": "smallint"} for number in range(tables)
    }
    gone: set[str] = set()
    for number in range(days):
        today = {}
        for name, columns in now.items():
            for _ in range(chance.randrange(3)):
                column = chance.choice([*KINDS])
                if column in columns and chance.random() < 0.4:
                    del columns[column]
                else:
                    columns[column] = chance.choice(KINDS[column])
            if chance.random() < 0.3:
                names = list(columns)
                chance.shuffle(names)
                columns = now[name] = {column: columns[column] for column in names}
            if chance.random() < 0.1:
                gone ^= {name}
            if name in gone and number > 0 and name != "t0":
                continue
            rows = [
                tuple(
                    str(row) if column == "id" else VALUES[kind] if row else None
                    for column, kind in columns.items()
                )
                for row in range(3)
            ]
            keys = ("id",) if chance.random() < 0.8 else ()
            kind = "slice" if name == "t1" and number > days // 2 else "snapshot"
            today[name] = T(dict(columns), rows, keys, kind)
        found[FIRST + timedelta(number)] = today
    return found


def state(shop: Ecommerce) -> dict[str, Any]:
    """All that people can see of the warehouse, and its catalog."""
    catalog = shop.sql(
        "SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(relowner), relacl::text, "
        "reloptions, obj_description(c.oid, 'pg_class'), "
        "CASE relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END, "
        "pg_get_expr(relpartbound, c.oid), "
        "ARRAY(SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = c.oid) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname LIKE 'ecommerce%%' AND relname !~ '^loads' ORDER BY 1, 2"
    )
    constraints = shop.sql(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace::regnamespace::text LIKE 'ecommerce%%' "
        "AND conrelid::regclass::text !~ 'loads' ORDER BY 1, 2"
    )
    return {"relations": catalog, "constraints": constraints, "columns": shop.shape()} | {
        name: rows for name, rows in shop.everything().items() if name
    }


def check_orders(shop: Ecommerce, days: dict[date, dict[str, T]], orders: int) -> None:
    for day in sorted(days):
        shop.load(day, **days[day])
    sorted_state = state(shop)
    newest = max(days)
    for name, table in days[newest].items():
        if table.kind == "snapshot":
            assert {row[0]: row[1] for row in columns_of_view(shop, name)} == table.columns
    for seed in range(orders):
        shop.drop()
        chance = random.Random(seed)
        order = [*days, *chance.sample([*days], len(days) // 3)]  # some of them twice
        chance.shuffle(order)
        for day in order:
            shop.load(day, **days[day])
        found = state(shop)
        for part, expected in sorted_state.items():
            assert found[part] == expected, (part, order)
        assert found.keys() == sorted_state.keys()


def columns_of_view(shop: Ecommerce, name: str) -> list[tuple[Any, ...]]:
    return [row[4:6] for row in shop.shape() if row[:2] == ("ecommerce", name)]


def test_the_end_state_does_not_depend_on_the_order_of_loads(shop: Ecommerce) -> None:
    check_orders(shop, drifting(6, 3, random.Random(6)), orders=2)


@pytest.mark.slow
def test_the_end_state_of_thirty_days_does_not_depend_on_their_order(shop: Ecommerce) -> None:
    for seed in range(3):
        shop.drop()
        check_orders(shop, drifting(30, 6, random.Random(seed)), orders=2)


def test_the_known_order_of_columns_stays_and_new_ones_come_last(shop: Ecommerce) -> None:
    def t(*names: str) -> T:
        return T(dict.fromkeys(names, "integer"), [("1",) * len(names)])

    shop.load(FIRST, t=t("b", "a"))
    shop.load(FIRST + timedelta(1), t=t("x", "a", "b"))
    shop.load(FIRST + timedelta(2), t=t("b", "y", "x"))
    assert [name for name, _ in columns_of_view(shop, "t")] == ["b", "x", "y"]
    days = [row[4] for row in shop.shape() if row[:2] == ("ecommerce_days", "t")]
    assert days == ["b", "a", "snapshot_date", "x", "y"]
