"""Guards find what a day lost since the last one, and stop it only where they are set to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sealed_days.core.errors import UserError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.manifest import StagedTable
from sealed_days.target_csv import guards
from sealed_days.target_csv.guards import Finding
from sealed_days.target_csv.settings import Settings


def check(
    tables: list[StagedTable], previous: dict[str, Any] | None, settings: dict[str, Any]
) -> list[Finding]:
    return guards.check(tables, previous, Settings.parse({"guards": settings}, "target-csv").guards)


def table(rows: int, *columns: str, kind: str = "snapshot") -> StagedTable:
    names = columns or ("id", "name")
    file = ProvenFile(Path("orders.csv"), rows, 1, "0")
    return StagedTable("orders", file, tuple((n, "text", "text") for n in names), kind=kind)


def manifest(rows: int, *columns: str, kind: str = "snapshot") -> dict[str, Any]:
    fields = [{"name": name} for name in columns or ("id", "name")]
    resource = {"stream": "orders", "rows": rows, "kind": kind, "schema": {"fields": fields}}
    return {"date": "2025-01-01", "resources": [resource]}


@pytest.mark.parametrize(
    ("new", "old", "guard"),
    [
        (table(49), manifest(100), "shrank"),
        (table(0), manifest(1), "became_empty"),
        (table(100, "id"), manifest(100), "column_vanished"),
    ],
)
def test_guard_warns_fails_or_is_silent_as_set(
    new: StagedTable, old: dict[str, Any], guard: str
) -> None:
    for settings, expected in (
        ({}, [False]),
        ({guard: "warn"}, [False]),
        ({guard: "fail"}, [True]),
        ({guard: "off"}, []),
        ({guard: False}, []),  # a bare `off` in YAML
    ):
        found = check([new], old, settings)
        assert [finding.fails for finding in found] == expected
        for finding in found:
            assert finding.line.startswith("orders ")
            assert "\n" not in finding.line
            assert f"guards.{guard}" in finding.line


@pytest.mark.parametrize("rows", [50, 51, 100, 1000])
def test_guard_is_silent_on_what_shrank_by_no_more_than_its_percentage(rows: int) -> None:
    assert check([table(rows)], manifest(100), {}) == []


def test_guard_takes_its_percentage_from_the_settings() -> None:
    assert len(check([table(80)], manifest(100), {"shrink_percent": 10})) == 1
    assert check([table(80)], manifest(100), {"shrink_percent": "25"}) == []


def test_guard_sees_a_table_that_is_gone() -> None:
    (found,) = check([], manifest(100), {"column_vanished": "fail"})
    assert found.fails
    assert found.line.startswith("orders is gone: 2025-01-01 had it with 100 rows")


def test_guard_lets_a_first_day_pass() -> None:
    assert check([table(0)], None, {"became_empty": "fail"}) == []


def test_guard_lets_the_size_of_a_slice_vary() -> None:
    assert check([table(0, kind="slice")], manifest(9, kind="slice"), {"shrank": "fail"}) == []


@pytest.mark.parametrize(
    "settings",
    [{"shrank": "maybe"}, {"shrink_percent": "x"}, {"shrink_percent": 101}, {"srank": 1}],
)
def test_guard_refuses_a_setting_it_does_not_know(settings: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"guards\."):
        check([table(1)], None, settings)


def test_a_day_of_another_database_is_said_and_held_where_it_is_set() -> None:
    def told(last: str, now: str, replaced: str, **settings: str) -> list[Finding]:
        before = manifest(100) | {"read": {"database": last}}
        same_day = {"date": "2025-01-02", "resources": [], "read": {"database": replaced}}
        checked = Settings.parse({"guards": settings}, "target-csv").guards
        return guards.check([table(100)], before, checked, now, same_day if replaced else None)

    assert told("db/shop", "db/shop", "") == []
    assert told("db/shop", "", "") == []
    (found,) = told("db/shop", "db/test", "")
    assert "db/test was read, where 2025-01-01 was read from db/shop" in found.line
    assert not found.fails
    # the day that is replaced says more than the day before
    assert told("db/shop", "db/test", "db/test") == []
    (found,) = told("db/shop", "db/shop", "db/test", other_database="fail")
    assert found.fails
    assert "guards.other_database: warn" in found.line
