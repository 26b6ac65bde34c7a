"""A file is cut where a session would be idle otherwise, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sealed_days.target_postgres.division import parts_of

MB = 1 << 20


def days_files(**megabytes: int) -> dict[str, Any]:
    """Files of so many MB, with rows of 100 bytes."""
    return {
        name: SimpleNamespace(bytes=size * MB, rows=size * MB // 100)
        for name, size in megabytes.items()
    }


@pytest.mark.parametrize(
    ("sessions", "files", "parts"),
    [
        (4, {"alone": 1000}, {"alone": 4}),
        (4, {"alone": 100}, {"alone": 3}),
        (4, {"small": 50}, {"small": 1}),
        (1, {"alone": 1000}, {"alone": 1}),
        (2, {"a": 500, "b": 480}, {"a": 1, "b": 1}),
        (2, {"a": 500, "b": 300, "c": 150, "d": 5}, {"a": 1, "b": 1, "c": 1, "d": 1}),
        (2, {"a": 900, "b": 100}, {"a": 2, "b": 1}),
        (2, {"a": 700, "b": 300}, {"a": 2, "b": 2}),
        (2, {f"t{n}": 64 for n in range(101)}, {f"t{n}": 1 for n in range(101)}),
        # nothing that can be cut would end earlier
        (4, {"a": 63, "b": 1}, {"a": 1, "b": 1}),
        (4, {}, {}),
        (4, {"empty": 0}, {"empty": 1}),
    ],
)
def test_a_table_is_cut_only_where_a_session_would_be_idle(
    sessions: int, files: dict[str, int], parts: dict[str, int]
) -> None:
    assert parts_of(days_files(**files), sessions, 32 * MB) == parts


def test_many_short_rows_weigh_as_much_as_few_long_ones() -> None:
    files: dict[str, Any] = {
        "orders": SimpleNamespace(bytes=245_296_480, rows=2_000_300),
        "order_details": SimpleNamespace(bytes=107_297_053, rows=5_193_550),
        "customers": SimpleNamespace(bytes=28_763_599, rows=219_310),
    }
    assert parts_of(files, 2, 32 * MB) == dict.fromkeys(files, 1)
