"""The cost of a load does not grow with the days before it."""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta

import pytest
from ecommerce import Ecommerce, T

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
