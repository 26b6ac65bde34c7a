"""A disk that takes nothing more is one line, whoever meets it: nothing is published."""

from __future__ import annotations

import json
import resource
import subprocess
from pathlib import Path

import pytest
from el_project import REPOSITORY

LIMIT = 2_000_000  # bytes of any file
RECORD = {"type": "RECORD", "stream": "big", "record": {"id": "a text of some length"}}
SCHEMA = {"type": "SCHEMA", "stream": "big", "key_properties": [], "schema": {
    "properties": {"id": {"type": "string"}}}}  # fmt: skip


def plugin(kind: str, name: str, config: dict, folder: Path, messages: str = "") -> str:
    """Run a plugin as Meltano does, where no file may grow over the limit."""
    program = f"sealed-{name.partition('--')[0]}"
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    done = subprocess.run(
        [REPOSITORY / ".meltano" / kind / name / "venv" / "bin" / program, "--config", path],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        input=messages,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT)),
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "File too large" in line]
    return line


@pytest.mark.parametrize(
    ("date", "written"),
    # what is written otherwise is written once more, by DuckDB, and is longer then
    [("2025-01-01", "%Y-%m-%d"), ("010125", "%d%m%y")],
    ids=["copied", "converted"],
)
def test_a_full_disk_is_one_line_of_the_csv_tap(tmp_path: Path, date: str, written: str) -> None:
    path = tmp_path / "big.csv"
    path.write_text("id,t\n" + f"{date},x\n" * 200_000)
    entry = {"entity": "big", "path": str(path), "types": {"id": "date"}, "date_format": written}
    storage = {"encoding": {"format": "csv"}, "storage": {"root": str(tmp_path / "scratch")}}

    config = {"files": [entry], "batch_config": storage}
    line = plugin("extractors", "tap-csv--from-csv", config, tmp_path)

    assert f"cannot write {tmp_path}/scratch/" in line
    assert "then run again" in line
    assert not list((tmp_path / "scratch").glob("*-*")), "nothing is left"


def test_a_full_disk_is_one_line_where_rows_are_staged(tmp_path: Path) -> None:
    messages = json.dumps(SCHEMA) + "\n" + (json.dumps(RECORD) + "\n") * 120_000

    config = {"output_path": str(tmp_path / "days"), "source": "big", "date": "2025-01-01"}
    line = plugin("loaders", "target-csv--order-details", config, tmp_path, messages)

    assert f"cannot write {tmp_path}/days" in line
    assert "big 2025-01-01 was not sealed" in line
    assert not list((tmp_path / "days").glob("big/*.json"))
