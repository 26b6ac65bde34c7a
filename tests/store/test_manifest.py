"""A manifest proves itself: whatever is changed in it is one line that names the key."""

from __future__ import annotations

import copy
import json
import random
import re
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from staging import DAY, NEW, OLD, files, opened, stage

from sealed_days.core.errors import FileError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store import manifest as manifests
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable, parse

Json = dict[str, Any]
SHA = "0" * 64
COLUMNS = (("id", "integer", "integer"), ("note", "text", "public.mood"))
TABLES = (
    StagedTable("orders", ProvenFile(Path("x"), 2, 30, SHA), COLUMNS, ("id",)),
    StagedTable("Größe/x", ProvenFile(Path("x"), 0, 9, SHA), COLUMNS, (), "slice",
                {"day_column": "note", "row_order": ["id"], "rejected_rows": 3}),
)  # fmt: skip
READ = {"read": {"read_at": "2025-01-31T00:00:00Z", "share": 0.5}, "versions": {"target": "1"}}


def whole() -> Json:
    return manifests.to_json("s", "J", DAY, TABLES, copy.deepcopy(READ))


def encoded(manifest: Any) -> bytes:
    return json.dumps(manifest, indent=2, ensure_ascii=False).encode()


def reseal(manifest: Json) -> Json:
    """Give a manifest the hash of what it says now: only its own rules are left to refuse it."""
    return manifest | {"hash": manifests.hash_of(manifest)}


def refusal(data: bytes) -> str:
    with pytest.raises(ValueError) as caught:
        parse(data, "s", DAY)
    line = str(caught.value)
    assert line
    assert "\n" not in line
    return line


def test_what_is_sealed_is_read_back() -> None:
    manifest = parse(encoded(whole()), "s", DAY)
    assert manifest == whole()
    tables = [manifests.table_of(r, Path("x")) for r in manifest["resources"]]
    assert tables == sorted(TABLES, key=lambda table: table.name)
    assert (manifest["rows"], manifest["bytes"]) == (2, 39)
    assert [r["path"] for r in manifest["resources"]] == [
        "Größe%2Fx/2025-01-31/Größe%2Fx.csv",
        "orders/2025-01-31/orders.csv",
    ]
    assert [r["name"] for r in manifest["resources"]] == ["gr--e-x-1", "orders"]


def test_what_a_day_says_besides_its_tables_is_what_was_given_to_its_seal() -> None:
    named = manifests.in_attempt(whole(), DAY, f".{DAY.isoformat()}.0123abcd")
    assert manifests.about_of(named) == READ


def test_names_that_differ_in_what_a_slug_drops_stay_apart() -> None:
    file = ProvenFile(Path("x"), 0, 0, SHA)
    tables = [StagedTable(name, file, COLUMNS) for name in ("A", "a", "a.b", "a b", "a-b")]
    manifest = manifests.to_json("s", "J", DAY, tables, {})
    names = [resource["name"] for resource in manifest["resources"]]
    assert len(set(names)) == len(names)


def test_where_the_files_lie_is_no_part_of_the_hash() -> None:
    manifest = whole()
    attempt = manifests.in_attempt(manifest, DAY, ".2025-01-31.0123abcd")
    assert attempt["resources"][1]["path"] == ".2025-01-31.0123abcd/orders.csv"
    assert parse(encoded(attempt), "s", DAY) == attempt
    assert manifests.in_place(attempt, DAY) == manifest


def test_a_manifest_of_version_1_0_0_has_no_hash_and_is_read() -> None:
    old = whole()
    del old["hash"]
    assert parse(encoded(old), "s", DAY) == old
    old["rows"] = 3
    assert refusal(encoded(old)) == "rows is 3 where its resources have 2"


CHANGES: dict[str, tuple[Callable[[Json], Any], str]] = {
    "resources renamed": (lambda m: m.update(resource=m.pop("resources")), "`resources`"),
    "resources null": (lambda m: m.update(resources=None), "resources: Expected `array`"),
    "resources of text": (lambda m: m.update(resources=["x"]), "resources[0]: Expected `object`"),
    "rows null": (lambda m: m.update(rows=None), "rows: Expected `int`, got `null`"),
    "rows text": (lambda m: m.update(rows="2"), "rows: Expected `int`, got `str`"),
    "rows true": (lambda m: m.update(rows=True), "rows: Expected `int`, got `bool`"),
    "rows below 0": (lambda m: m.update(rows=-1), "rows: Expected `int` >= 0"),
    "rows of another day": (lambda m: m.update(rows=99), "rows is 99 where its resources have 2"),
    "bytes of another day": (lambda m: m.update(bytes=1), "bytes is 1 where its resources have"),
    "a resource gone": (lambda m: m["resources"].pop(), "rows is 2 where its resources have 0"),
    "another date": (lambda m: m.update(date="2025-02-01"), "date is '2025-02-01', not"),
    "another source": (lambda m: m.update(source="t"), "source is 't', not 's'"),
    "no source": (lambda m: m.pop("source"), "`source`"),
    "read of text": (lambda m: m.update(read="x"), "read: Expected `object`, got `str`"),
    "an attempt elsewhere": (lambda m: m.update(attempt="../../etc"), "attempt is '../../etc'"),
    "another day's attempt": (lambda m: m.update(attempt=".2025-02-01.0123abcd"), "attempt is"),
    "a hash that is none": (lambda m: m.update(hash="md5:x"), "hash: Expected `str` matching"),
    "a resource twice": (
        lambda m: m["resources"].append(m["resources"][0] | {"rows": 0, "bytes": 0}),
        "resources[2].stream is 'Größe/x' a second time",
    ),
    "a path elsewhere": (
        lambda m: m["resources"][1].update(path="../../../etc/passwd"),
        "resources[1].path is '../../../etc/passwd'",
    ),
    "another table's path": (
        lambda m: m["resources"][1].update(path=m["resources"][0]["path"]),
        "resources[1].path is 'Größe%2Fx/",
    ),
    "a table's rows null": (
        lambda m: m["resources"][1].update(rows=None),
        "resources[1].rows: Expected `int`, got `null`",
    ),
    "a table's hash cut": (
        lambda m: m["resources"][1].update(hash="sha256:00"),
        "resources[1].hash: Expected `str` matching",
    ),
    "no name": (
        lambda m: m["resources"][1].update(stream=""),
        "resources[1].stream: Expected `str` of length >= 1",
    ),
    "a column twice": (
        lambda m: m["resources"][1]["schema"]["fields"][0].update(name="note"),
        "resources[1].schema.fields has a column twice",
    ),
    "a column without a type": (
        lambda m: m["resources"][1]["schema"]["fields"][0].pop("sql_type"),
        "resources[1].schema.fields[0]",
    ),
    "a key that is no column": (
        lambda m: m["resources"][1]["schema"].update(primaryKey=["idd"]),
        "resources[1].schema.primaryKey has 'idd', which is no column",
    ),
    "no schema": (lambda m: m["resources"][1].pop("schema"), "resources[1]: Object missing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_manifest_may_not_be_is_one_line_that_names_the_key(change: str) -> None:
    edit, says = CHANGES[change]
    manifest = whole()
    edit(manifest)
    if isinstance(manifest.get("resources"), list) and "hash" not in change:
        # even with a hash that fits
        manifest = reseal(manifest) if change != "resources of text" else manifest
    assert says in refusal(encoded(manifest))


def test_what_breaks_no_rule_breaks_the_hash() -> None:
    def swap(manifest: Json) -> None:
        fields = manifest["resources"][1]["schema"]["fields"]
        fields[0]["name"], fields[1]["name"] = fields[1]["name"], fields[0]["name"]

    edits: list[Callable[[Json], Any]] = [
        swap,
        lambda m: m["resources"].reverse(),
        lambda m: m["resources"][1].update(kind="slice"),
        lambda m: m["resources"][1].update(hash=f"sha256:{'1' * 64}"),
        lambda m: m["resources"][1]["schema"].pop("primaryKey"),
        lambda m: m["read"].update(read_at="2025-02-01T00:00:00Z"),
        lambda m: m.update(job="rm"),
        lambda m: m.update(more=1),
    ]
    for edit in edits:
        manifest = whole()
        edit(manifest)
        assert refusal(encoded(manifest)) == "hash is not that of what it says"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"null", b"[]", b"5", b'"x"', b"{", b"{}", b"[" * 100_000, b"NaN",
     b'{"a":' * 50_000, b'{"rows": 1e999}', b"\x00" * 9, b'{"date": "\\ud800"}'],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_what_is_no_manifest_at_all_is_one_line(data: bytes) -> None:
    refusal(data)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [p for key, v in value.items() for p in _places(v, (*path, key))]
    if isinstance(value, list):
        return found + [p for key, v in enumerate(value) for p in _places(v, (*path, key))]
    return found


HOSTILE = [
    None, True, False, -1, 0, 1, 2**70, 1.5, "", "x", "../x", "\x00", "\x1b[2J", [], {}, [None],
    [[]], {"a": 1}, "sha256:" + "f" * 64, "2025-01-30",
]  # fmt: skip


def test_a_fuzzer_finds_nothing_that_is_accepted_or_crashes() -> None:
    chance = random.Random(1)
    good = whole()
    places = _places(good)
    kept = 0
    for _ in range(5000):
        manifest = copy.deepcopy(good)
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            *way, last = chance.choice(places)
            holder: Any = manifest
            try:
                for step in way:
                    holder = holder[step]
                match chance.randrange(4):
                    case 0:
                        holder[last] = copy.deepcopy(chance.choice(HOSTILE))
                    case 1:
                        del holder[last]
                    case 2 if isinstance(holder, dict):
                        holder[f"{last}x"] = holder.pop(last)
                    case _:
                        holder[last] = copy.deepcopy(good["resources"][0])
            except (KeyError, IndexError, TypeError):
                continue
        data = encoded(manifest)
        if chance.random() < 0.2:  # and its bytes
            at = chance.randrange(len(data))
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + chance.randrange(3) :]
        try:
            taken = parse(data, "s", DAY)
        except ValueError as error:
            assert "\n" not in str(error)
            continue
        kept += 1
        # it says what was sealed; only where it has no hash at all (1.0.0) may it say else
        assert "hash" not in taken or taken == good
    assert kept < 500


def test_one_malformed_manifest_is_that_days_trouble_alone(root: Path) -> None:
    days, other = StagedDays(root, "s", "my-job"), date(2025, 1, 30)
    stage(root, OLD, other)
    days.manifest_path(other).write_bytes(b'{"resources": null}')
    stage(root, NEW)
    assert opened(root) == files(NEW)
    assert days.list() == [other, DAY]
    with pytest.raises(FileError) as caught:
        days.open(other)
    assert str(caught.value) == (
        f"{days.manifest_path(other)} is damaged: resources: Expected `array`, got `null`: "
        "run DATE=2025-01-30 meltano run my-job"
    )
    stage(root, NEW, other)
    assert opened(root, other) == files(NEW)


def test_days_are_named_by_the_one_way_to_write_them(root: Path) -> None:
    days = StagedDays(root, "s")
    assert days.list() == []
    stage(root, OLD)
    for name in ("20250130", "2025-W05-4", "2025-02-30", "x", ""):
        (root / "s" / f"{name}.datapackage.json").write_text("{}")
    assert days.list() == [DAY]
    # its host too: another host's disk may have the day
    where = f"has no sealed day 2025-01-30 on {re.escape(socket.gethostname())}"
    missing = rf"{where} \(.* is missing\): run DATE"
    with pytest.raises(FileError, match=missing):
        days.open(date(2025, 1, 30))


def test_what_others_put_beside_a_day_is_neither_counted_nor_removed(root: Path) -> None:
    for day in DAY, date(2025, 2, 1):
        stage(root, OLD, day)
    table = root / "s" / "orders"
    (root / "s" / f"{DAY}.datapackage.json").unlink()
    theirs = [
        root / "s" / ".DS_Store",
        table / ".DS_Store",
        table / "2024-12-31",
        table / "notes" / "orders.csv",
        table / "20241230" / "orders.csv",
        table / str(DAY) / "orders.parquet",
        table / str(DAY) / ".ipynb_checkpoints" / "orders-checkpoint.csv",
        table / str(DAY) / "old.csv" / "orders",
    ]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    days = StagedDays(root, "s")
    assert list(days.unsealed()) == [("gone", DAY), ("orders", DAY)]
    assert days.bytes_of(date(2024, 12, 31)) == 0
    assert days.bytes_of(DAY) == sum(map(len, OLD.values()))
    days.store.remove(DAY)
    assert list(days.unsealed()) == []
    stage(root, OLD)
    days.store.remove(DAY)
    assert all(path.exists() for path in theirs)
    assert opened(root, date(2025, 2, 1)) == files(OLD)


def test_a_file_that_is_gone_or_of_another_size_is_one_line(root: Path) -> None:
    days = StagedDays(root, "s")
    stage(root, OLD)
    path = days.file_path(DAY, "orders")
    path.write_bytes(b"v,id\n1,old\n")
    with pytest.raises(
        FileError, match=r"damaged: its header is 'v, id' where its columns are 'id"
    ):
        days.open(DAY)
    path.write_bytes(b"id,v\n")
    with pytest.raises(FileError, match=r"is damaged: 5 bytes where the manifest says 11: run"):
        days.open(DAY)
    path.unlink()
    with pytest.raises(FileError, match=r"is missing though s 2025-01-31 is sealed: run DATE="):
        days.open(DAY)
    days.manifest_path(DAY).unlink()
    days.manifest_path(DAY).mkdir()
    with pytest.raises(FileError, match=r"cannot be read \(Is a directory\): run DATE="):
        days.open(DAY)
