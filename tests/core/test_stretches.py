"""Stretches are cut where records end, and each is proven by itself."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from pathlib import Path

import pytest

from sealed_days.core import proven_file, stretches
from sealed_days.core.dialect import format_row
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.stretches import Stretches, as_json, of_json

PIECES = ['"', "\n", ",", "a", "é", " "]


@pytest.mark.parametrize("seed", range(20))
def test_stretches_are_whole_records_whatever_the_values(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(stretches, "SHORTEST", chance.choice([1, 40, 300]))
    monkeypatch.setattr(proven_file, "BLOCK", chance.choice([1, 7, 64]))
    rows = [[str(n), "".join(chance.choices(PIECES, k=chance.randrange(12)))] for n in range(100)]
    path = tmp_path / "t.csv"
    path.write_bytes("".join(map(format_row, [["id", "v"], *rows])).encode())
    file = ProvenFile.measure(path)
    data = path.read_bytes()
    assert len(file.stretches) > 1
    offsets = [stretch.offset for stretch in file.stretches]
    back = []
    for stretch, end in zip(file.stretches, [*offsets[1:], len(data)], strict=True):
        piece = data[stretch.offset : end]
        assert hashlib.sha256(piece).hexdigest() == stretch.sha256
        found = list(csv.reader(io.StringIO(piece.decode(), newline="")))
        assert len(found) - (stretch.offset == 0) == stretch.rows
        back += found
    assert back == [["id", "v"], *rows]


def test_a_file_with_another_byte_or_length_is_not_intact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "SHORTEST", 40)
    monkeypatch.setattr(proven_file, "BLOCK", 16)
    path = tmp_path / "t.csv"
    path.write_bytes(good := b"id\n" + b"".join(b"%d\n" % n for n in range(1000, 1100)))
    file = ProvenFile.measure(path)
    assert len(file.stretches) > 5
    assert file.is_intact()
    changed = [good[:at] + b"x" + good[at + 1 :] for at in range(0, len(good), 9)]
    for bad in (*changed, good + b"1\n", good[:-5], b""):
        path.write_bytes(bad)
        assert not file.is_intact()


def test_a_large_file_has_a_few_hundred_at_most() -> None:
    cut, block, rows = Stretches(), bytes(1 << 20), 0
    for _ in range(4 << 10):  # 4 GiB
        cut.write(memoryview(block)[:0])
        cut._bytes += len(block)
        rows += 1
        if cut.is_due:
            cut.end(rows)
    found = cut.all(rows)
    assert 64 < len(found) < 300
    assert of_json(as_json(found), rows, 4 << 30) == found


@pytest.mark.parametrize(
    "said",
    [
        [{"offset": 0, "rows": 1, "sha256": ""}, {"offset": 9, "rows": 2, "sha256": ""}],
        [{"offset": 1, "rows": 1, "sha256": ""}, {"offset": 9, "rows": 1, "sha256": ""}],
        [{"offset": 0, "rows": 1, "sha256": ""}, {"offset": 50, "rows": 1, "sha256": ""}],
        [{"offset": 0, "rows": 1}, {"offset": 9, "rows": 1}],
    ],
)
def test_stretches_that_are_not_the_file_are_refused(said: list[dict[str, object]]) -> None:
    with pytest.raises(ValueError, match="stretch"):
        of_json(said, rows=2, size=50)
