"""tap-postgres with the SDK's suite, as rows and as whole files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import source
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from tap_runs import Outcome

from sealed_days.tap_postgres.sdk import TapPostgres

TAP = "from sealed_days.tap_postgres import main; main()"
EMPTY = ["public-customer_customer_demo", "public-customer_demographics"]


_Suite = get_tap_test_class(
    TapPostgres,
    config=source()[0] | {"dates_as_string": True},
    suite_config=SuiteConfig(ignore_no_records_for_streams=EMPTY),
)


class TestTapOfTheSdk(_Suite):
    """The standard suite of the Singer SDK."""


def printed(config: dict[str, Any], folder: Path, *arguments: str) -> str:
    """Return what the tap prints, in a process of its own."""
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
    )
    return done.stdout


def said(config: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return the messages of the tap, in a process of its own."""
    return [json.loads(line) for line in printed(config, folder).splitlines()]


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


def test_both_ways_make_the_same_schemas_and_bytes_of_northwind(
    config: dict[str, Any], tmp_path: Path
) -> None:
    storage = {"storage": {"root": str(tmp_path / "s")}, "encoding": {"format": "csv"}}
    url = "postgresql://{user}:{password}@{host}:{port}/{database}".format(**config)
    batch = config | {"batch_config": storage}
    made = []
    for way in (batch, batch | {"sqlalchemy_url": url}, batch | {"max_record_count": 10**6}):
        found = Outcome(0, "", [m for m in said(way, tmp_path) if m["type"] != "STATE"])
        files = {stream: found.file(stream) for stream in found.schemas}
        for message in found.schemas.values():
            message["schema"]["x-staging"].pop("read")
            message["schema"]["x-staging"].pop("whole_files", None)
        made.append((found.schemas, files))
    assert len(made[0][1]) == 13
    assert made[0] == made[1]
    assert made[0] == made[2]


def test_discovery_prints_a_catalog_with_keys_and_exact_types(
    config: dict[str, Any], tmp_path: Path
) -> None:
    catalog = json.loads(printed(config, tmp_path, "--discover"))
    streams = {s["tap_stream_id"]: s for s in catalog["streams"]}
    assert streams["public-employee_territories"]["key_properties"] == [
        "employee_id",
        "territory_id",
    ]
    properties = streams["public-products"]["schema"]["properties"]
    assert properties["unit_price"]["x-sql-datatype"] == "real"
