"""target-csv's settings: all of upstream's are known, what is wrong is one line on both ways."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from meltanolabs_target_csv.target import TargetCSV as MeltanoLabsTargetCSV

from sealed_days.target_csv.settings import Settings

REFUSED = {
    # upstream's ways to name files and folders: a day's paths are fixed
    "output_path_prefix", "file_naming_scheme", "datestamp_format", "timestamp_format",
    "timestamp_timezone", "default_path", "destination_path",
    # upstream's ways to write: rows come in the order of the source, in our dialect
    "default_CSV_template", "record_sort_property_name", "overwrite_behavior",
    "escape_character", "encoding",
}  # fmt: skip


def test_every_setting_of_upstream_and_the_sdk_is_known_with_its_default() -> None:
    theirs = MeltanoLabsTargetCSV
    schema = json.loads(json.dumps(theirs.config_jsonschema))
    theirs.append_builtin_config(schema)
    ours = Settings.json_schema()["properties"]
    assert set(schema["properties"]) - set(ours) <= REFUSED
    for name, setting in schema["properties"].items():
        if name in ours and setting.get("default") is not None and name != "output_path":
            assert ours[name].get("default") == setting["default"], name


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"source": "Shop"}, "source is 'Shop', which is not a text of the form"),
    ({"source": "../x"}, "source is '../x'"),
    ({"sauce": "x"}, "sauce is not a setting (did you mean source?)"),
    ({"seal_on": "eof"}, "seal_on is 'eof', which is not one of"),
    ({"guards": {"shrnk": "fail"}}, "guards.shrnk is not a setting (did you mean shrank?)"),
    ({"guards": {"shrank": "stop"}}, "guards.shrank is 'stop'"),
    ({"guards": {"shrink_percent": -1}}, "guards.shrink_percent is -1"),
    ({"guards": "fail"}, "guards is 'fail', which is not a mapping"),
    ({"stream_maps": "orders"}, "stream_maps is 'orders', which is not a mapping"),
    ({"stream_maps": {"t": "drop"}}, "stream_maps.t is 'drop'"),
    ({"stream_maps": {"t": None}}, "stream_maps.t is null"),
    ({"output_path": 5}, "output_path is 5, which is not a text"),
    ({"date": "yesterday"}, "which is not a day written YYYY-MM-DD: nothing was touched"),
    ({"timezone": "Mars/Base"}, "Mars/Base"),
    ({"allow_future": "perhaps"}, "allow_future is 'perhaps', which is not true or false"),
]
WAYS = [(*wrong, "direct") for wrong in WRONG] + [(*wrong, "sdk") for wrong in WRONG[::4]]


@pytest.mark.parametrize(("wrong", "words", "way"), WAYS)
def test_a_wrong_setting_is_one_line_before_anything_is_touched(
    tmp_path: Path, wrong: dict[str, Any], words: str, way: str
) -> None:
    config = {"output_path": str(tmp_path / "output"), "source": "s", "date": "2025-01-31"} | wrong
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from sealed_days.target_csv import main; main()",
            "--config",
            str(tmp_path / "config.json"),
            *(["--input", "/dev/stdin"] if way == "sdk" else []),
        ],
        input="",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    (line,) = [text for text in done.stderr.splitlines() if "INFO" not in text]
    assert words in line
    assert not (tmp_path / "output").exists()
