"""The cost of a load does not grow with the days before it."""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta

import pytest
from ecommerce import Ecommerce, T, session

FIRST = date(2024, 1, 1)
DAYS, TABLES, EACH = 300, 60, 10
"""Every tenth day a column comes, or changes its type, in all tables."""


def tables(number: int) -> dict[str, T]:
    columns = {"id": "integer", "n": ["integer", "bigint", "text"][number // EACH % 3]}
    columns |= {f"c{k}": "text" for k in range(number // (3 * EACH))}
    row = ("1", "1", *["x"] * (len(columns) - 2))
    return {f"t{k}": T(columns, [row], ("id",)) for k in range(TABLES)}


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_three_hundred_days_of_sixty_tables_cost_the_last_what_they_cost_the_first(
    shop: Ecommerce, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = []
    for number in range(DAYS):
        lines = shop.stage(FIRST + timedelta(number), tables(number))
        began = time.monotonic()
        shop.feed(lines)
        seconds.append(time.monotonic() - began)
    plain = [s for number, s in enumerate(seconds) if number % EACH]
    first, last = statistics.median(plain[:27]), statistics.median(plain[-27:])
    changes = seconds[::EACH]
    query = "SELECT count(*), count(DISTINCT snapshot_date) FROM ecommerce_days.t0"
    assert shop.sql(query) == [(DAYS, DAYS)]
    locks = shop.sql(
        "BEGIN; SELECT * FROM ecommerce_days.t0; "
        "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()"
    )
    with capsys.disabled():
        print(
            f"\nplain days: first {first:.2f} s, last {last:.2f} s, {last / first:.2f}; days that "
            f"change all tables: first {changes[1]:.2f} s, last {changes[-1]:.2f} s; locks of all "
            f"days of a table: {locks[0][0]}; every 30th: {[round(s, 2) for s in seconds[5::30]]}"
        )
    assert last < 2 * first  # the machine's own speed differs from one to the other


def test_a_load_reads_only_its_own_tables_of_the_registry(shop: Ecommerce) -> None:
    shop.feed(shop.stage(FIRST, tables(0)))
    shop.sql(
        "INSERT INTO ecommerce_days.loads_days SELECT d.* FROM ecommerce_days.loads_days o, "
        "generate_series(1, 400) n, LATERAL jsonb_populate_record(o, jsonb_build_object("
        "'relation', 'old ' || n || o.relation, 'table_name', 'old ' || n || o.table_name)) d; "
        "ANALYZE ecommerce_days.loads_days"
    )
    before = read_by_scans(shop, "loads_days")
    shop.feed(shop.stage(FIRST + timedelta(1), tables(0)))
    assert read_by_scans(shop, "loads_days") - before < 400 * TABLES


def read_by_scans(shop: Ecommerce, name: str) -> int:
    """Return how many rows of a table were read without an index, by sessions now gone."""
    gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'target-postgres%'"
    while shop.sql(gone) != [(0,)]:
        pass
    query = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = %s"
    return int(shop.sql(query, name)[0][0])


def test_a_day_is_attached_without_a_scan(shop: Ecommerce) -> None:
    shop.feed(shop.stage(FIRST, {"t": T({"id": "integer"}, [("1",), ("2",)])}))
    assert read_by_scans(shop, f"t@{FIRST}") == 0


def test_who_attaches_or_reads_a_day_meets_the_days_of_its_year_alone(shop: Ecommerce) -> None:
    def table(number: int) -> T:
        return T({"id": "integer"}, [(str(number),)], ("id",))

    first, other_year = FIRST, FIRST.replace(year=2023)
    shop.load(first, t=table(1))
    ((shape,),) = shop.sql("SELECT shape FROM ecommerce_days.loads_shapes")
    shop.sql(f'CREATE INDEX of_users ON ecommerce_parts."{shape}" (id)')
    with session(shop.parameters) as reader:
        reader.execute("BEGIN; SELECT * FROM ecommerce_days.t WHERE snapshot_date = %s", (first,))
        for number in (2, 3):  # the second replaces the first
            shop.feed(shop.stage(other_year, {"t": table(number)}), lock_wait_seconds=0)
        assert shop.sql("SELECT id FROM ecommerce_days.t ORDER BY 1") == [(1,), (3,)]
    assert shop.sql(
        "SELECT relname::text FROM pg_partition_tree(%s) JOIN pg_class ON oid = relid "
        "WHERE level = 1 ORDER BY 1",
        f'ecommerce_parts."{shape}"',
    ) == [(f"{shape}/2023",), (f"{shape}/2024",)]
    # the users' index on the shape is that of each day, whatever its year
    assert shop.sql(
        "SELECT count(*) FROM pg_partition_tree('ecommerce_parts.of_users') WHERE isleaf"
    ) == [(2,)]


def test_statistics_of_a_wide_table_are_made_from_fewer_rows(shop: Ecommerce) -> None:
    columns = {f"c{n}": "integer" for n in range(400)}
    rows = [tuple(str(number * 7 + n) for n in range(400)) for number in range(300)]
    shop.feed(shop.stage(FIRST, {"wide": T(columns, rows, ("c0",))}))
    query = (
        "SELECT max(array_length(histogram_bounds::text::int[], 1)) FROM pg_stats "
        "WHERE tablename LIKE 'wide@%'"
    )
    assert shop.sql(query) == [(26,)]
