"""tap-postgres with the SDK's suite, as rows and as whole files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import SOURCE
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from sealed_days.tap_postgres.sdk import TapPostgres

TAP = "from sealed_days.tap_postgres import main; main()"
EMPTY = ["public-customer_customer_demo", "public-customer_demographics"]


_Suite = get_tap_test_class(
    TapPostgres,
    config=SOURCE | {"dates_as_string": True},
    suite_config=SuiteConfig(ignore_no_records_for_streams=EMPTY),
)


class TestTapOfTheSdk(_Suite):
    """The standard suite of the Singer SDK."""


def said(config: dict[str, Any], folder: Path, *arguments: str, **env: str) -> list[dict[str, Any]]:
    """Return the messages of the tap in a process of its own."""
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            TAP,
            "--config",
            str(path),
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **env},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_all_schemas_come_first_and_each_stream_says_that_it_ended(
    config: dict[str, Any], tmp_path: Path
) -> None:
    whole = {
        "batch_config": {"encoding": {"format": "csv"}, "storage": {"root": str(tmp_path / "s")}}
    }
    for more in (whole, {}):
        found = [m for m in said(config | more, tmp_path) if m["type"] != "STATE"]
        streams = {m["stream"] for m in found}
        assert len(streams) == 13
        first = list(found[:13])
        assert {m["type"] for m in first} == {"SCHEMA"}
        assert {m["stream"] for m in first} == streams
        last = {m["stream"]: m["type"] for m in found}
        assert set(last.values()) == {"ACTIVATE_VERSION"}


def test_both_ways_tell_the_same_schemas(config: dict[str, Any], tmp_path: Path) -> None:
    storage = {"storage": {"root": str(tmp_path / "s")}, "encoding": {"format": "csv"}}
    quick = said(config | {"batch_config": storage}, tmp_path)
    slow = said(config | {"batch_config": storage, "dates_as_string": True}, tmp_path)

    def schemas(found: list[dict[str, Any]]) -> dict[str, Any]:
        made = {}
        for message in found:
            if message["type"] == "SCHEMA":
                message["schema"]["x-staging"].pop("read")
                message["schema"]["x-staging"].pop("whole_files", None)
                made.setdefault(message["stream"], message)
        return made

    assert schemas(quick) == schemas(slow)


def test_incremental_stream_sends_rows_among_files(config: dict[str, Any], tmp_path: Path) -> None:
    storage = {"storage": {"root": str(tmp_path / "s")}, "encoding": {"format": "csv"}}
    rules = {"public-orders": {"replication-method": "INCREMENTAL", "replication-key": "order_id"}}
    found = said(
        config | {"batch_config": storage}, tmp_path, MELTANO_EXTRACT__METADATA=json.dumps(rules)
    )
    kinds = {(m["stream"], m["type"]) for m in found if "stream" in m}
    assert ("public-orders", "RECORD") in kinds
    assert ("public-orders", "BATCH") not in kinds
    assert ("public-customers", "BATCH") in kinds
    assert sum(m["type"] == "RECORD" for m in found) == 830


def test_discovery_prints_a_catalog_with_keys_and_exact_types(
    config: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            TAP,
            "--config",
            str(path),
            "--discover",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    streams = {s["tap_stream_id"]: s for s in json.loads(done.stdout)["streams"]}
    assert streams["public-employee_territories"]["key_properties"] == [
        "employee_id",
        "territory_id",
    ]
    properties = streams["public-products"]["schema"]["properties"]
    assert properties["unit_price"]["x-sql-datatype"] == "real"
