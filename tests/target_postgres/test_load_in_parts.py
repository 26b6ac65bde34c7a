"""A large file is loaded by several sessions, and its day is as if it had been loaded by one."""

from __future__ import annotations

import re
import signal
from datetime import timedelta
from typing import Any

import pytest
from ecommerce import D1, D2, Ecommerce, T, orders, session, text_of
from kills import killed_at

from sealed_days.core import messages, proven_file, stretches
from sealed_days.core.errors import FileError, WarehouseError
from sealed_days.target_postgres.warehouse import Warehouse

PARTS: dict[str, Any] = {"parallelism": 3, "part_bytes": 1}
ONE: dict[str, Any] = {"parallelism": 3, "part_bytes": 1 << 40}
LEAVES = (
    "SELECT inhrelid::regclass::text FROM pg_inherits "
    "WHERE inhparent = 'ecommerce_parts.\"{}@2025-01-01\"'::regclass ORDER BY 1"
)


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "SHORTEST", 200)
    monkeypatch.setattr(proven_file, "BLOCK", 64)


def lines(*keys: Any, kind: str = "integer", **more: Any) -> T:
    """Rows of these keys, one after the other, four to each."""
    columns = {"order_id": kind, "line": "smallint", "note": "text"}
    note = 'a "quoted"\nline'
    rows = [(str(key), str(line), note if line == 2 else None) for key in keys for line in range(4)]
    return T(columns, rows, ("order_id", "line"), **more)


def leaves(shop: Ecommerce, table: str = "lines") -> list[str]:
    return [name for (name,) in shop.sql(LEAVES.format(table))]


@pytest.mark.parametrize(
    ("table", "in_leaves"),
    [
        (lines(*range(-20, 40)), True),
        (lines(*(f"2025-01-{day:02}" for day in range(1, 31)), kind="date"), True),
        (lines(*(f"{n}.50" for n in range(30)), kind="numeric(10,2)"), True),
        (lines(*(f"00000000-0000-0000-0000-0000000000{n}" for n in range(10, 40)), kind="uuid"),
         True),
        (lines(*(f"key {n}" for n in range(10, 40)), kind="text"), False),
        (lines(*range(40, -20, -1)), False),
        (lines(*range(10), *range(50, 20, -1), *range(60, 80)), False),
        (T({"a": "integer"}, [(str(n % 7),) for n in range(200)]), False),
        (T({"a": "integer", "b": "integer"}, [("1", str(n)) for n in range(200)], ("a", "b")),
         False),
    ],
)  # fmt: skip
def test_a_day_that_is_loaded_in_parts_is_the_day(
    shop: Ecommerce, table: T, in_leaves: bool
) -> None:
    shop.load(D1, ONE, lines=table)

    def seen() -> list[list[Any]]:
        return [sorted(map(repr, rows)) for rows in (shop.view("lines"), shop.day("lines", D1))]

    wanted = seen()
    keys = (
        "SELECT attname, attnum FROM pg_index JOIN pg_attribute ON attrelid = indrelid "
        "AND attnum = ANY(indkey) WHERE indisprimary AND indisvalid "
        "AND indrelid = 'ecommerce_parts.\"lines@2025-01-01\"'::regclass ORDER BY attnum"
    )
    key = shop.sql(keys)
    audit = "SELECT rows, bytes, sha256 FROM ecommerce_days.loads ORDER BY published_at"
    shop.load(D1, PARTS, lines=table)
    assert seen() == wanted
    assert shop.sql(keys) == key
    first, second = shop.sql(audit)
    assert first == second
    found = leaves(shop)
    assert found == (
        [f'ecommerce_parts."lines@2025-01-01/{n}"' for n in (1, 2, 3)] if in_leaves else []
    )
    # the planner knows all of it, and each leaf
    for name in ['ecommerce_parts."lines@2025-01-01"', *found]:
        ((known,),) = shop.sql("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", name)
        assert known == shop.sql(f"SELECT count(*) FROM {name}")[0][0]
    if found:
        sizes = [shop.sql(f"SELECT count(*) FROM {name}")[0][0] for name in found]
        assert min(sizes) > len(table.rows) / 6
        assert shop.sql(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'c' "
            "AND connamespace = 'ecommerce_parts'::regnamespace"
        ) == [(0,)]
    shop.load(D1, ONE, lines=table)
    assert seen() == wanted
    assert leaves(shop) == []


def test_tables_that_keep_all_sessions_busy_have_no_leaves(shop: Ecommerce) -> None:
    two = PARTS | {"parallelism": 2}
    shop.load(D1, two, lines=lines(*range(30)), more=lines(*range(30)))
    assert (leaves(shop), leaves(shop, "more")) == ([], [])
    shop.load(D1, two, lines=lines(*range(30)), more=lines(*range(5)))
    assert (len(leaves(shop)), leaves(shop, "more")) == (2, [])


def test_days_of_both_kinds_are_partitions_of_one_shape(shop: Ecommerce) -> None:
    shop.load(D1, PARTS, lines=lines(*range(30)))
    shop.load(D2, ONE, lines=lines(*range(20)))
    shop.load(D2 + timedelta(1), PARTS, lines=lines(*range(25)))
    assert shop.sql(
        "SELECT count(*) FROM pg_inherits JOIN ecommerce_days.loads_shapes "
        "ON inhparent = format('ecommerce_parts.%I', shape || '/2025')::regclass"
    ) == [(3,)]
    assert shop.sql(
        "SELECT snapshot_date, count(*) FROM ecommerce_days.lines GROUP BY 1 ORDER BY 1"
    ) == [(D1, 120), (D2, 80), (D2 + timedelta(1), 100)]


def test_users_indexes_are_on_every_leaf(shop: Ecommerce) -> None:
    shop.load(D1, PARTS, lines=lines(*range(30)))
    ((shape,),) = shop.sql("SELECT shape FROM ecommerce_days.loads_shapes")
    shop.sql(f'CREATE INDEX ON ecommerce_parts."{shape}" (note)')
    shop.load(D2, PARTS, lines=lines(*range(30)))
    assert shop.sql(
        "SELECT count(*) FROM pg_index WHERE indisvalid AND NOT indisprimary "
        "AND indrelid::regclass::text LIKE '%/_\"'"
    ) == [(6,)]
    # it is the shape's index all the way down: nothing was built when the day was attached
    assert shop.sql(
        "SELECT count(*) FROM pg_partition_tree((SELECT indexrelid FROM pg_index "
        f"WHERE indrelid = 'ecommerce_parts.\"{shape}\"'::regclass)) WHERE isleaf"
    ) == [(6,)]


def test_a_unique_index_of_a_users_needs_one_table_and_gets_it(shop: Ecommerce) -> None:
    table = lines(*range(30))
    table.rows = [(a, b, f"{a}/{b}") for a, b, _ in table.rows]
    shop.load(D1, ONE, lines=table)
    ((shape,),) = shop.sql("SELECT shape FROM ecommerce_days.loads_shapes")
    shop.sql(f'CREATE UNIQUE INDEX ON ecommerce_parts."{shape}" (note, snapshot_date)')
    shop.load(D1, PARTS, lines=table)
    assert leaves(shop) == []
    assert len(shop.view("lines")) == 120


def test_a_value_may_be_longer_than_python_s_csv_takes(
    shop: Ecommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "SHORTEST", 1_000_000)
    table = lines(*range(10))
    table.rows = [(key, line, "x" * 150_000) for key, line, _ in table.rows]
    shop.load(D1, PARTS, lines=table)
    assert len(leaves(shop)) == 3
    assert {(len(note), note[:1]) for *_, note in shop.view("lines")} == {(150_000, "x")}


def test_a_bad_value_is_named_by_its_line_in_the_file(shop: Ecommerce) -> None:
    table = lines(*range(30))
    table.rows[100] = ("25", "none", None)
    with pytest.raises(WarehouseError, match=r"lines: line (\d+), column line:") as caught:
        shop.load(D1, PARTS, lines=table)
    named = re.search(r"line (\d+)", str(caught.value))
    # each of the 25 rows before it with a line feed inside has two lines
    assert named and int(named[1]) == 1 + 100 + 25 + 1
    assert shop.parts() == set()


def test_a_key_that_comes_twice_is_refused(shop: Ecommerce) -> None:
    table = lines(*range(30))
    table.rows[100] = table.rows[101]
    with pytest.raises(WarehouseError, match=r"lines: the key \(order_id, line\) is not unique"):
        shop.load(D1, PARTS, lines=table)
    assert shop.parts() == set()


@pytest.mark.parametrize("kind", ["integer", "text"])
def test_a_damaged_stretch_publishes_nothing(shop: Ecommerce, kind: str) -> None:
    sent = shop.stage(D1, {"lines": lines(*range(10, 40), kind=kind)})
    path = messages.batch_file(sent[1]).path
    data = path.read_bytes()
    for place in (len(data) // 2, len(data) - 10):
        changed = data[:place].rpartition(b"quoted")
        path.write_bytes(changed[0] + b"QUOTED" + changed[2] + data[place:])
        with pytest.raises(FileError, match=r"lines.csv is damaged.*DATE=2025-01-01"):
            shop.feed(sent, **PARTS)
        assert shop.parts() == set()
    for damage in (data[:-40], data.replace(b",1,", b',"1"x,')):
        path.write_bytes(damage)
        with pytest.raises(FileError, match=r"lines.csv is damaged"):
            shop.feed(sent, **PARTS)
        assert shop.parts() == set()
    path.write_bytes(data)
    shop.feed(sent, **PARTS)
    assert len(shop.view("lines")) == 120


@pytest.mark.parametrize("how", [PARTS, ONE])
def test_a_file_that_cannot_be_read_is_called_so(shop: Ecommerce, how: dict[str, Any]) -> None:
    sent = shop.stage(D1, {"lines": lines(*range(10, 40), kind="text")})
    path = messages.batch_file(sent[1]).path
    path.unlink()
    path.symlink_to("/proc/self/mem")  # it opens, and no read at its beginning succeeds
    with pytest.raises(FileError, match=r"lines.csv cannot be read \(Input/output error\): "):
        shop.feed(sent, **how)
    assert shop.parts() == set()


def test_a_table_that_cannot_be_loaded_holds_itself_alone(shop: Ecommerce) -> None:
    bad = lines(*range(30))
    bad.rows[3] = bad.rows[4]
    with pytest.raises(WarehouseError, match=r"loaded without 1 of 2 tables.*not unique"):
        shop.load(D1, PARTS | {"on_table_error": "hold_table"}, lines=bad, orders=orders(1))
    assert shop.view("orders") == [(1, "c1")]
    assert shop.parts() == {"orders@2025-01-01"}


@pytest.mark.parametrize("kind", ["integer", "text"])
def test_kill_9_leaves_nothing_that_the_next_load_does_not_sweep(
    shop: Ecommerce, kind: str
) -> None:
    table = lines(*range(10, 40), kind=kind)
    shop.load(D1, PARTS, lines=table)
    before = shop.everything()
    sent = shop.stage(D2, {"lines": table})
    key = Warehouse("ecommerce", "ecommerce_days", "ecommerce_parts").lock_key("publish")
    with session(shop.parameters) as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (key,))
        target = shop.start(**PARTS)
        assert target.stdin
        target.stdin.write(text_of(sent))
        target.stdin.close()
        shop.until("SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        target.send_signal(signal.SIGKILL)
        target.wait()
    shop.until("SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'")
    assert shop.sql("SELECT count(*) FROM ecommerce_days.loads_days WHERE state = 'making'") == [
        (1,)
    ]
    shop.load(D1, PARTS, lines=table)
    assert shop.everything() == before
    shop.feed(sent, **PARTS)
    assert len(shop.day("lines", D2)) == 120


@pytest.mark.parametrize("kind", ["integer", "text"])
def test_kill_9_at_every_statement_of_a_load_in_parts_shows_the_day_before(
    shop: Ecommerce, kind: str
) -> None:
    table = lines(*range(10, 30), kind=kind)
    shop.load(D1, ONE, lines=table)
    before, sent, points = shop.view("lines"), shop.stage(D2, {"lines": table}), 1
    while killed_at(points, lambda: shop.feed(sent, **PARTS | {"parallelism": 2})):
        shop.until(
            "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name ~ '^target-postgres'"
        )
        assert (shop.view("lines"), shop.day("lines", D2)) == (before, [])
        points += 1
    assert points > 20
    assert len(shop.day("lines", D2)) == 80
    # what the killed ones left is gone
    days = {name.partition("@")[2][:10] for name in shop.parts()}
    assert days == {D1.isoformat(), D2.isoformat()}
