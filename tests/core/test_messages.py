"""What taps and targets say to each other: a BATCH names one whole file and proves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sealed_days.core import messages
from sealed_days.core.errors import UserError
from sealed_days.core.proven_file import ProvenFile


def test_a_file_survives_its_message(tmp_path: Path) -> None:
    file = ProvenFile(tmp_path / "Größe %20#?.csv", 1, 2, "aa")
    message = json.loads(json.dumps(messages.batch("t", file)))
    assert messages.batch_file(message) == file


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"encoding": {"format": "jsonl"}}, "format jsonl: this target reads uncompressed csv"),
        ({"encoding": {"format": "csv", "compression": "gzip"}}, "reads uncompressed csv"),
        ({"manifest": []}, "a csv BATCH names one whole file"),
        ({"manifest": ["file:///a", "file:///b"]}, "a csv BATCH names one whole file"),
        ({"manifest": ["s3://bucket/t.csv"]}, "s3://bucket/t.csv is not a local file"),
        ({"files": []}, "without rows, bytes and sha256"),
        ({"files": None}, "without rows, bytes and sha256"),
        ({"files": [{"rows": 1}]}, "only a tap of this project can send it"),
    ],
)
def test_what_is_no_proven_local_file_is_refused(change: dict[str, Any], says: str) -> None:
    message = messages.batch("t", ProvenFile(Path("/x/t.csv"), 1, 2, "aa")) | change
    with pytest.raises(UserError) as caught:
        messages.batch_file(message)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("root", "area"),
    [("/a b/c", "/a b/c"), ("file:///a%20b/c", "/a b/c"), ("file:/x", "/x"), ("rel/x", "rel/x")],
)
def test_storage_root_is_a_path_or_a_uri(root: str, area: str) -> None:
    assert messages.scratch_area({"storage": {"root": root}}) == Path(area)


@pytest.mark.parametrize("config", [{}, {"storage": None}, {"storage": {"root": ""}}])
def test_no_storage_root_is_one_line(config: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"batch_config has no storage\.root"):
        messages.scratch_area(config)
    with pytest.raises(UserError, match="is not a local file"):
        messages.scratch_area({"storage": {"root": "s3://x"}})


def test_columns_have_both_types() -> None:
    schema = {
        "properties": {
            "id": {"type": "integer", "x-sql-datatype": "smallint"},
            "mood": {"x-sql-datatype": "text", "x-source-type": "public.mood"},
            "v": {"type": ["string", "null"]},
        }
    }
    assert messages.columns_of(schema) == (
        ("id", "smallint", "smallint"),
        ("mood", "text", "public.mood"),
        ("v", "text", "text"),
    )


def test_messages_are_single_lines(capsys: pytest.CaptureFixture[str]) -> None:
    messages.write(messages.schema("a\nb", {"v": {}}, ["v"], {"kind": "slice"}))
    messages.write(messages.activate_version("é", 7))
    first, second = capsys.readouterr().out.splitlines()
    assert json.loads(first)["schema"]["x-staging"] == {"kind": "slice"}
    assert json.loads(first)["key_properties"] == ["v"]
    assert json.loads(second) == {"type": "ACTIVATE_VERSION", "stream": "é", "version": 7}
