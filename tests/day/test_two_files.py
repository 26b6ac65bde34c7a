"""Two files are compared in little memory, in more where rows need it, and spill where they may."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("duckdb")

from sealed_days.core.errors import FileError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.day import two_files
from sealed_days.day.two_files import TwoFiles
from sealed_days.store.manifest import StagedTable

ROWS = 200_000
COLUMNS = (("id", "integer", "integer"), ("note", "text", "text"))


def staged(path: Path, keys: tuple[str, ...], skipped: int) -> StagedTable:
    """Write all rows but one, of a hundred bytes each; one in a thousand names the file."""
    with path.open("w") as file:
        file.write("id,note\n")
        for number in range(ROWS):
            if number != skipped:
                note = path.stem if number % 1000 == 7 else "x"
                file.write(f"{number},{note}{number:0>90}\n")
    return StagedTable("t", ProvenFile(path, ROWS - 1, 0, "0" * 64), COLUMNS, keys)


@pytest.mark.parametrize("keys", [("id",), ()], ids=["key", "no key"])
@pytest.mark.parametrize("memory", ["70MB", "10MB"], ids=["spills", "takes more"])
def test_what_differs_is_counted_however_little_memory_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], memory: str
) -> None:
    monkeypatch.setattr(two_files, "_MEMORY", memory)
    monkeypatch.chdir(tmp_path)
    files = TwoFiles(
        staged(tmp_path / "old.csv", keys, skipped=1), staged(tmp_path / "new.csv", keys, skipped=2)
    )
    changed = ROWS // 1000
    if keys:
        assert files.count() == (1, 1, changed, {"note": changed})
        found = [(what, key["id"]) for what, key, _ in files.rows()]
        assert found[:3] == [("added", 1), ("removed", 2), ("changed", 7)]
        assert len(found) == 2 + changed
    else:
        assert files.count() == (1 + changed, 1 + changed, 0, {})
        assert len(list(files.rows())) == 2 + 2 * changed
    there = {path.name for path in tmp_path.iterdir()}
    assert there == {"new.csv", "old.csv"}, "it spills elsewhere"


def test_too_little_memory_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Small:
        def execute(self, query: str) -> None:
            raise two_files.duckdb.OutOfMemoryException("failed to allocate\nmore")

        def __enter__(self) -> Small:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(two_files.duckdb, "connect", lambda config: Small())
    files = TwoFiles(
        staged(tmp_path / "old.csv", (), skipped=1), staged(tmp_path / "new.csv", (), skipped=2)
    )
    with pytest.raises(FileError, match=r"give more memory, or room in \$TMPDIR \(failed to alloc"):
        files.count()
