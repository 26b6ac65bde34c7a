"""A day's files may be compressed: they are the same day, for every reader."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from crash import crash
from staging import DAY, OLD, files, litter, stage

from sealed_days.core import packed_file
from sealed_days.core.errors import BusyError, FileError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.day.compress import _compress
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.store.place import on_this_machine, place_of

KINDS = list(packed_file.KINDS)
COLUMNS = (("id", "integer", "integer"), ("v", "text", "text"))


def contents(root: Path) -> dict[str, bytes]:
    """Return the tables of a day as a reader of ours has them, each proven."""
    tables = {}
    for table in StagedDays(root, "s").open(DAY).tables:
        with table.file.path.open("rb") as file:
            tables[table.name] = file.read()
        assert ProvenFile.measure(table.file.path) == table.file
    return tables


def compressed(root: Path) -> set[bool]:
    manifest = json.loads((root / f"s/{DAY}.datapackage.json").read_bytes())
    return {"compression" in resource for resource in manifest["resources"]}


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[StagedTable, bytes]:
    """A table of several blocks."""
    monkeypatch.setattr(packed_file, "BLOCK", 1000)
    chance = random.Random(1)
    rows = "".join(f"{n},{chance.random()}\n" for n in range(500))
    path = tmp_path / "large.csv"
    path.write_text(f"id,v\n{rows}")
    return StagedTable("t", ProvenFile.measure(path), COLUMNS, ("id",)), path.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_content_is_read_from_any_byte_on_and_as_a_message_names_it(
    tmp_path: Path, large: tuple[StagedTable, bytes], kind: str
) -> None:
    table, data = large
    with StagedDays(tmp_path, "s").begin(DAY) as draft:
        draft.add(replace(table, file=draft.pack("t", table.file, kind)))
        draft.seal()
    [sealed] = StagedDays(tmp_path, "s").open(DAY).tables
    assert sealed.file == replace(table.file, path=sealed.file.path)
    path = place_of(sealed.file.path.absolute().as_uri())
    assert path == sealed.file.path
    for start in (0, 1, 999, 1000, 1001, len(data) - 1, len(data)):
        with path.open("rb", start=start) as file:  # type: ignore[call-overload]
            assert file.read() == data[start:]
    with path.open("rb", buffering=0) as file:
        assert b"".join(iter(lambda: file.read(7), b"")) == data, "less than a block at a time"
    assert large[0].file.path.exists(), "what is not the draft's own stays"
    with on_this_machine(path) as plain:
        assert plain.read_bytes() == data
    if kind == "gzip":
        lies = tmp_path / f"s/t/{DAY}/t.csv.gz"
        assert gzip.decompress(lies.read_bytes()) == data


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_day_that_is_damaged_is_found(
    tmp_path: Path, large: tuple[StagedTable, bytes], kind: str
) -> None:
    table, _ = large
    with StagedDays(tmp_path, "s").begin(DAY) as draft:
        draft.add(replace(table, file=draft.pack("t", table.file, kind)))
        draft.seal()
    [lies] = (tmp_path / f"s/t/{DAY}").iterdir()
    good = lies.read_bytes()
    right = tried = 0
    for at in range(0, len(good), 31):
        lies.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        tried += 1
        try:
            [sealed] = StagedDays(tmp_path, "s").open(DAY).tables
        except FileError as error:
            assert f"{lies} is damaged" in str(error)
            continue
        right += ProvenFile.measure(sealed.file.path).sha256 == table.file.sha256
    assert right < tried / 20, "all but what stands for nothing, such as the time in gzip's header"
    lies.write_bytes(good[:-1])
    with pytest.raises(FileError, match="is damaged"):
        StagedDays(tmp_path, "s").open(DAY)


def test_frictionless_reads_a_gzipped_day(tmp_path: Path, large: tuple[StagedTable, bytes]) -> None:
    import frictionless

    table, _ = large
    days = StagedDays(tmp_path, "s")
    with days.begin(DAY) as draft:
        draft.add(replace(table, file=draft.pack("t", table.file, "gzip")))
        draft.seal()
    report = frictionless.validate(str(days.manifest_path(DAY)))
    assert report.valid, report.flatten(["message"])
    assert report.tasks[0].stats["rows"] == 500


def test_a_file_that_changed_before_it_is_compressed_is_refused(
    tmp_path: Path, large: tuple[StagedTable, bytes]
) -> None:
    table, data = large
    table.file.path.write_bytes(data.replace(b"7", b"8", 1))
    with StagedDays(tmp_path, "s").begin(DAY) as draft, pytest.raises(FileError, match="sha256"):
        draft.pack("t", table.file, "gzip")
    assert StagedDays(tmp_path, "s").list() == []


def test_old_day_is_compressed_whole_or_not_at_all(root: Path, kind: str = "zstd") -> None:
    """Whatever call it ends at; the next time does it, and a third one nothing."""
    days, states, number = StagedDays(root, "s"), [], 1
    stage(root, OLD)
    before = days.read_manifest(DAY)
    while crash(root, number, lambda: _compress(StagedDays(root, "s"), DAY, kind)):
        assert contents(root) == files(OLD)
        assert len(compressed(root)) == 1, "a day is whole"
        states.append(compressed(root))
        assert contents(root) == files(OLD)
        said = _compress(days, DAY, kind)
        assert ("is compressed" in said) == (states[-1] == {True})
        assert contents(root) == files(OLD)
        if "is compressed" not in said:  # else whoever writes next takes it away
            assert litter(root) == []
        names = {path.name for path in (root / "s").glob(f"*/{DAY}/*")}
        ending = packed_file.KINDS[kind]
        assert names == {f"orders.csv.{ending}", f"gone.csv.{ending}", "rejects.csv"}
        shutil.rmtree(root)
        root.mkdir()
        stage(root, OLD)
        number += 1
    assert number > 40
    assert {True} in states
    assert {False} in states
    after = days.read_manifest(DAY)
    same = {"bytes", "resources", "hash"}
    assert {k: v for k, v in after.items() if k not in same} == {
        k: v for k, v in before.items() if k not in same
    }
    assert _compress(days, DAY, kind) == "is compressed"
    stage(root, OLD)
    assert compressed(root) == {False}, "a day that is staged again is as its loader says"
    assert contents(root) == files(OLD)


def test_day_that_is_being_written_or_damaged_is_not_compressed(root: Path) -> None:
    stage(root, OLD)
    days = StagedDays(root, "s")
    with days.begin(DAY), pytest.raises(BusyError):
        _compress(days, DAY, "gzip")
    (root / f"s/orders/{DAY}/orders.csv").write_bytes(b"id,v\n1,olD\n")
    with pytest.raises(FileError, match="sha256 differs"):
        _compress(days, DAY, "gzip")
    assert compressed(root) == {False}
    assert litter(root) == []
