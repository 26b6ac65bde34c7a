"""target-postgres' settings: all of upstream's are known, what is wrong is one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("target_postgres")

from target_postgres.target import TargetPostgres as MeltanoLabsTargetPostgres

from sealed_days.core.errors import ConfigurationError
from sealed_days.target_postgres.settings import Settings

GOOD: dict[str, Any] = {
    "host": "127.0.0.1",
    "port": 1,
    "user": "u",
    "password": "p",
    "database": "d",
    "default_target_schema": "ecommerce",
}


def command(tmp_path: Path, config: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    code = "from sealed_days.target_postgres import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--config", str(path)],
        input="",
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )


def test_every_setting_of_upstream_and_the_sdk_is_known_with_its_default() -> None:
    theirs = MeltanoLabsTargetPostgres
    schema = json.loads(json.dumps(theirs.config_jsonschema))
    theirs.append_builtin_config(schema)
    ours = Settings.json_schema()["properties"]
    assert set(schema["properties"]) <= set(ours)
    other = {"use_copy"}  # the one default that is not theirs: COPY is faster and loses nothing
    for name, setting in schema["properties"].items():
        if setting.get("default") is not None and name not in other:
            assert ours[name].get("default") == setting["default"], name


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"parallelism": -1}, "parallelism is -1, which is not a whole number of at least 1"),
        ({"parallelism": 0}, "parallelism is 0"),
        ({"parallelism": "many"}, "parallelism is 'many'"),
        ({"lock_timeout_seconds": -2}, "lock_timeout_seconds is -2"),
        ({"lock_timeout_seconds": 0}, "lock_timeout_seconds is 0, which is not a number above 0"),
        ({"lock_wait_seconds": "soon"}, "lock_wait_seconds is 'soon', which is not a number"),
        ({"port": "abc"}, "port is 'abc', which is not a whole number from 1 to 65535"),
        ({"paralelism": 2}, "paralelism is not a setting (did you mean parallelism?)"),
        ({"lock_wait": 2}, "lock_wait is not a setting (did you mean lock_wait_seconds?)"),
        ({"stream_maps": "orders"}, "stream_maps is 'orders', which is not a mapping"),
        ({"ssh_tunnel": {"enabled": True}}, "ssh_tunnel.enabled is not a setting"),
        ({"default_target_schema": {}}, "default_target_schema is {}"),
        ({"user": None, "password": ""}, "user, password not set"),
        (
            {"days_schema": "ecommerce"},
            "are ecommerce, ecommerce and ecommerce_parts: use three different names",
        ),
    ],
)
def test_a_wrong_setting_is_one_line_before_anything_is_touched(
    tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    config = GOOD | wrong
    if "days_schema" not in wrong and "user" not in wrong:
        with pytest.raises(ConfigurationError):
            Settings.parse(config, "target-postgres")
    done = command(tmp_path, config)
    assert done.returncode == 1, done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "cannot connect" not in done.stderr
