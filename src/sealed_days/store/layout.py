"""Where a staged day lies: its paths below the output folder.

{root}/{source}/{table}/{DATE}/{table}.csv          compressed: .csv.gz or .csv.zst
{root}/{source}/{table}/{DATE}/rejects.csv          rows set aside, if there are any
{root}/{source}/{DATE}.datapackage.json             the manifest: with it, the day is sealed
{root}/{source}/.{DATE}.{token}/{table}.csv         an attempt: a day that is being written
{root}/{source}/.{DATE}.{token}.gone                what is left of one, to be removed by any run
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

MANIFEST_SUFFIX = ".datapackage.json"
SCRATCH = ".scratch"
REJECTS = "rejects.csv"
"""The rows of a table's source that were set aside, beside the table's file."""

_UNSAFE = re.compile(r"[^\w-]|\A-")
_OBJECTS = re.compile(r"\d{4}-\d\d-\d\d/[0-9a-f]{16}")
_ATTEMPT = re.compile(r"\.(\d{4}-\d\d-\d\d)\.([0-9a-f]{8})")


def safe_name(table: str) -> str:
    """Return a table's name as one path component.

    Word characters of any script and `-` stay; all else (slash, dot, space, quote, control
    characters) is percent-encoded, so that no name leaves its folder or meets another's.
    """

    def encode(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match.group().encode())

    return _UNSAFE.sub(encode, table)


def day_of(name: str) -> date:
    """Return the day that a name means, by the one way to write it: `2025-01-31`.

    Raises:
        ValueError: it means none, or is written otherwise (`20250131`).
    """
    day = date.fromisoformat(name)
    if day.isoformat() != name:
        raise ValueError(name)
    return day


def manifest_path(root: Path, source: str, day: date) -> Path:
    """Return where the manifest of a day is, whether or not the day is sealed."""
    return root / source / f"{day.isoformat()}{MANIFEST_SUFFIX}"


def file_path(root: Path, source: str, day: date, table: str) -> Path:
    """Return where a table's file of a day is."""
    return root / source / relative_path(day, table)


def relative_path(day: date, table: str, attempt: str | None = None) -> str:
    """Return where a table's file is, below the folder of its source.

    Args:
        day: DATE.
        table: the table's name.
        attempt: the folder of the attempt that still has it; None: it is in its place.
    """
    name = safe_name(table)
    return f"{attempt}/{name}.csv" if attempt else f"{name}/{day.isoformat()}/{name}.csv"


def packed_suffix(resource: Mapping[str, Any]) -> str:
    """Return what follows `.csv` in the name of a resource's file: "", `.gz` or `.zst`."""
    ending = resource.get("compression")
    return f".{ending}" if ending else ""


def attempt_name(day: date, token: str) -> str:
    """Return the name of an attempt's folder; `token` are eight hex digits."""
    return f".{day.isoformat()}.{token}"


def attempt_parts(folder: str) -> tuple[str, str] | None:
    """Return DATE and token of an attempt's folder, None where it has another name."""
    match = _ATTEMPT.fullmatch(folder)
    return (match[1], match[2]) if match else None


def object_paths(path: str | Sequence[str]) -> list[str]:
    """Return the paths of a resource on an object store: more than one where it is very large."""
    return [path] if isinstance(path, str) else list(path)


def piece_name(first: str, number: int) -> str:
    """Return the name of a file's next objects: `t-00001.csv` follows `t.csv`.

    Args:
        first: the first object's.
        number: how many come before.
    """
    if not number:
        return first
    stem, dot, suffix = first.rpartition(".")
    return f"{stem}-{number:05d}{dot}{suffix}"


def is_object_path(path: str | Sequence[str], day: date) -> bool:
    """Return whether a resource's path names objects of one attempt at a day."""
    paths = object_paths(path)
    folders = {name.rpartition("/")[0] for name in paths}
    return (
        len(folders) == 1
        and bool(_OBJECTS.fullmatch(folders.pop()))
        and all(name.startswith(f"{day.isoformat()}/") for name in paths)
    )
