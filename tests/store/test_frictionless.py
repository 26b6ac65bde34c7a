"""A stranger's validator finds in a sealed day what its manifest says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sealed_days.core.pgtypes import BOOLEANS
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable

DAY = date(2025, 1, 31)
WORDS = "".join(f"{number},{word}\n" for number, word in enumerate(BOOLEANS[0] + BOOLEANS[1]))


@pytest.mark.parametrize(
    ("content", "columns", "keys"),
    [
        ("id,ok\n" + WORDS, {"id": "integer", "ok": "boolean"}, ["id"]),
        ('id,n\n"",1\nx,2\n', {"id": "text", "n": "integer"}, ["id"]),
        ('id,n\n"",\n,\nx,2\n', {"id": "text", "n": "integer"}, []),
        ("a,b\n1,t\n,\n2,\n", {"a": "bigint", "b": "boolean"}, []),
        ("a,b\n,x\n", {"a": "date", "b": "timestamp with time zone"}, ["b"]),
    ],
)
def test_sealed_day_is_a_valid_data_package(
    tmp_path: Path, content: str, columns: dict[str, str], keys: list[str]
) -> None:
    import frictionless

    days = StagedDays(tmp_path / "output", "csv", "JOB")
    with days.begin(DAY) as draft:
        draft.path("t").write_text(content)
        kinds = tuple((name, kind, kind) for name, kind in columns.items())
        draft.add(StagedTable("t", ProvenFile.measure(draft.path("t")), kinds, tuple(keys)))
        draft.seal()
    report = frictionless.validate(str(days.manifest_path(DAY)))
    assert report.valid, report.flatten(["message"])
