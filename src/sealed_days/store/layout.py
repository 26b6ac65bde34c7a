"""Where a staged day lies: its paths below the output folder.

{root}/{source}/{table}/{DATE}/{table}.csv
{root}/{source}/{table}/{DATE}/rejects.csv          rows set aside, if there are any
{root}/{source}/{DATE}.datapackage.json             the manifest: with it, the day is sealed
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

MANIFEST_SUFFIX = ".datapackage.json"
SCRATCH = ".scratch"
REJECTS = "rejects.csv"
"""The rows of a table's source that were set aside, beside the table's file."""

_UNSAFE = re.compile(r"[^\w-]|\A-")


def safe_name(table: str) -> str:
    """Return a table's name as one path component.

    Word characters of any script and `-` stay; all else (slash, dot, space, quote, control
    characters) is percent-encoded, so that no name leaves its folder or meets another's.
    """

    def encode(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match.group().encode())

    return _UNSAFE.sub(encode, table)


def manifest_path(root: Path, source: str, day: date) -> Path:
    """Return where the manifest of a day is, whether or not the day is sealed."""
    return root / source / f"{day.isoformat()}{MANIFEST_SUFFIX}"


def file_path(root: Path, source: str, day: date, table: str) -> Path:
    """Return where a table's file of a day is."""
    name = safe_name(table)
    return root / source / name / day.isoformat() / f"{name}.csv"
