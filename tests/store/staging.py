"""Stages small days, and says what a reader finds: the old day, the new one, or neither."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.store.seal import Draft

DAY = date(2025, 1, 31)
Day = dict[str, bytes]
"""Table -> its file; `table!` -> its rows that were set aside."""

OLD: Day = {"orders": b"id,v\n1,old\n", "gone": b"id,v\n7,old\n", "orders!": b"bad old\n"}
NEW: Day = {"orders": b"id,v\n1,new\n2,new\n", "a/b": b"id,v\n", "a/b!": b"bad new\n"}


def fill(draft: Draft, tables: Day) -> None:
    """Bring the files of a day into a draft, as the target does."""
    for name, data in tables.items():
        if name.endswith("!"):
            own = draft._attempt.path / "mine"
            own.write_bytes(data)
            draft.take_rejects(name[:-1], own)
            own.unlink()
            continue
        path = draft.path(name)
        path.write_bytes(data)
        columns = (("id", "integer", "integer"), ("v", "text", "text"))
        rejected = {"rejected_rows": 1} if f"{name}!" in tables else {}
        draft.add(StagedTable(name, ProvenFile.measure(path), columns, ("id",), details=rejected))


def stage(root: Path, tables: Day, day: date = DAY) -> None:
    """Seal a day."""
    with StagedDays(root, "s").begin(day) as draft:
        fill(draft, tables)
        draft.seal()


def found(root: Path, day: date = DAY) -> Day | None:
    """Return the day that is there, by its manifest's own paths alone, None where none is.

    Fails where a file is not what the manifest says: that is a mixed day.
    """
    manifest = root / "s" / f"{day}.datapackage.json"
    if not manifest.exists():
        return None
    tables = {}
    for resource in json.loads(manifest.read_bytes())["resources"]:
        path = root / "s" / resource["path"]
        data = path.read_bytes()
        assert f"sha256:{hashlib.sha256(data).hexdigest()}" == resource["hash"], path
        tables[resource["stream"]] = data
    return tables


def opened(root: Path, day: date = DAY) -> Day:
    """Return the day that a reader of ours opens."""
    tables = {}
    for table in StagedDays(root, "s").open(day).tables:
        data = table.file.path.read_bytes()
        assert hashlib.sha256(data).hexdigest() == table.file.sha256, table.file.path
        tables[table.name] = data
    return tables


def in_place(root: Path, day: date = DAY) -> Day:
    """Return what lies at the paths that users know, rejects included."""
    tables = {}
    for path in (root / "s").glob(f"*/{day}/*.csv"):
        name = path.parent.parent.name.replace("%2F", "/")
        if path.is_file():
            tables[f"{name}!" if path.name == "rejects.csv" else name] = path.read_bytes()
    return tables


def files(day: Day) -> Day:
    """Return a day without its rejects."""
    return {name: data for name, data in day.items() if not name.endswith("!")}


def litter(root: Path) -> list[str]:
    """Return what lies about that is neither a day nor a lock of it."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.suffix in {".new", ".lock"} or path.name.startswith(".2") or path.name == ".lock"
    )
