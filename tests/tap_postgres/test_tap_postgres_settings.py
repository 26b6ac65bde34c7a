"""A wrong setting, select rule or name is one line that says so, before anything is touched."""

from __future__ import annotations

from typing import Any

import pytest
from tap_postgres.tap import TapPostgres as MeltanoLabsTapPostgres
from tap_runs import Database, Tap

from sealed_days.tap_postgres.settings import Settings

ORDERS = "CREATE TABLE IF NOT EXISTS orders (id integer PRIMARY KEY, mail text, day date)"


@pytest.fixture
def database(shared_database: Database) -> Database:
    shared_database.sql(ORDERS)
    return shared_database


def test_every_setting_of_upstream_is_declared() -> None:
    upstream = dict(MeltanoLabsTapPostgres.config_jsonschema)
    MeltanoLabsTapPostgres.append_builtin_config(upstream)
    assert set(upstream["properties"]) - set(Settings.json_schema()["properties"]) == set()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"port": "abc"}, "port is 'abc', which is not a whole number from 1 to 65535"),
    ({"port": 0}, "port is 0"),
    ({"filter_schemas": "public"}, "filter_schemas is 'public', which is not a list"),
    ({"part_bytes": 1}, "part_bytes is 1, which is not a whole number of at least 8192"),
    ({"parallelism": -1}, "parallelism is -1"),
    ({"row_order": "key"}, "row_order is 'key', which is not one of"),
    ({"lock_timeout_seconds": "soon"}, "lock_timeout_seconds is 'soon'"),
    ({"lock_timeout_seconds": -1}, "lock_timeout_seconds is -1"),
    ({"relation_kinds": ["views"]}, "relation_kinds[0] is 'views'"),
    ({"filter_schema": ["public"]}, "filter_schema is not a setting (did you mean"),
    (
        {"stream_options": {"public-orders": {"day_colum": "day"}}},
        "stream_options.public-orders.day_colum is not a setting (did you mean day_column?)",
    ),
    ({"stream_options": {"public-orders": {"day_column": 1}}}, "day_column is 1"),
    ({"stream_maps": {"public-orders": None}}, "stream_maps.public-orders is null"),
    ({"batch_config": {"encoding": {"format": "jsonl"}}}, "batch_config.encoding.format"),
    ({"date": "2025-13-01"}, "DATE is '2025-13-01'"),
    (
        {"stream_options": {"public-order": {"day_column": "day"}}},
        "stream_options names public-order, which is no table of the source "
        "(did you mean public-orders?)",
    ),
    (
        {"filter_schemas": ["public", "publik"]},
        "filter_schemas names publik, a schema that the source does not have (did you mean pub",
    ),
    (
        {"filter_schemas": ["sales"]},
        "filter_schemas names sales, a schema that the source does not have (it has public): "
        "nothing was touched; change it in meltano.yml, or TAP_POSTGRES_FILTER_SCHEMAS in .env",
    ),
    (
        {"stream_options": {"public-orders": {"day_column": "id"}}},
        "day_column is 'id', which is integer",
    ),
    (
        {"stream_options": {"public-orders": {"day_column": "dya"}}},
        "day_column is 'dya', which does not exist",
    ),
]


@pytest.mark.parametrize(("wrong", "expected"), WRONG, ids=[text[:50] for _, text in WRONG])
def test_wrong_setting_is_one_line(tap: Tap, wrong: dict[str, Any], expected: str) -> None:
    tap(**wrong).refused(expected)
    assert not (tap.folder / "scratch").exists()


SELECT = [
    (["*.*", "!public-ordres.*"], "select: !public-ordres.* matches no table"),
    (["*.*", "!public-orders.email"], "select: !public-orders.email matches no column"),
    (["*.*", "!secret*.*"], "select: !secret*.* matches no table"),
    (["public-ordres.*"], "(did you mean public-orders?)"),
    (["public-orders.mial"], "(did you mean mail?)"),
]


@pytest.mark.parametrize(("select", "expected"), SELECT, ids=[text for _, text in SELECT])
def test_select_that_names_nothing_is_one_line(tap: Tap, select: list[str], expected: str) -> None:
    tap(select=select).refused(expected)


def test_a_glob_of_select_that_includes_nothing_is_a_warning(tap: Tap) -> None:
    found = tap(select=["*.*", "nothing*.*"]).right()
    assert "select: nothing*.* matches nothing" in found.log


def test_metadata_of_a_stream_that_is_not_there_is_one_line(tap: Tap) -> None:
    tap(metadata={"public-ordres": {"selected": False}}).refused("did you mean public-orders")
    tap(metadata={"public-orders": {"replication-methd": "x"}}).refused("is not known")


@pytest.mark.parametrize("method", ["INCREMENTAL", "LOG_BASED"])
def test_replication_that_does_not_stage_days_is_refused(tap: Tap, method: str) -> None:
    rule = {"public-orders": {"replication-method": method, "replication-key": "id"}}
    tap(metadata=rule).refused("day_column")
    tap(default_replication_method=method).refused("day_column")
