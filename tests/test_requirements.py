"""What is installed is what was pinned: every pin carries the hashes of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PINS = sorted((Path(__file__).parent.parent / "requirements").glob("*.txt"))
OF_TESTS = {"bench", "test"}
"""Not installed where data is."""


@pytest.mark.parametrize(
    "path", [p for p in PINS if p.stem.partition("-")[0] not in OF_TESTS], ids=lambda p: p.stem
)
def test_every_pin_has_hashes_and_no_index_is_named(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    for pin in re.split(r"(?m)^(?=\S)", text)[1:]:
        assert re.match(r"[a-z0-9._\[\]-]+==\S+ ", pin), pin.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", pin), pin.splitlines()[0]
