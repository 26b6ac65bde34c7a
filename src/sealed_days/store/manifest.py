"""The manifest of a day: a Frictionless Data Package that proves its files.

Source: https://specs.frictionlessdata.io/data-package/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sealed_days.core.pgtypes import frictionless_field
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.layout import file_path

DETAILS = frozenset(
    {"day_column", "null_day_rows", "row_order", "row_security", "description", "rejected_rows"}
)
"""What a resource may say besides; it goes from the tap's SCHEMA to the manifest and back."""


@dataclass(frozen=True)
class StagedTable:
    """One table of a day: its file, and what its rows are.

    `columns` are (name, PostgreSQL type for the warehouse, exact type at the source).
    `kind` is snapshot or slice.
    """

    name: str
    file: ProvenFile
    columns: tuple[tuple[str, str, str], ...]
    keys: tuple[str, ...] = ()
    kind: str = "snapshot"
    details: dict[str, Any] = field(default_factory=dict)


def to_json(
    root: Path,
    source: str,
    job: str,
    day: date,
    tables: Iterable[StagedTable],
    about: dict[str, Any],
) -> dict[str, Any]:
    """Return the manifest of a day.

    Args:
        root: the folder of all sources.
        source: the source's name.
        job: the job that stages it.
        day: DATE.
        tables: what the day holds.
        about: what it says besides (snapshot, versions, …).
    """
    tables = sorted(tables, key=lambda table: table.name)
    return {
        "profile": "data-package",
        "name": f"{source}-{day.isoformat()}",
        "title": f"{source}, {day.isoformat()}",
        "date": day.isoformat(),
        "source": source,
        "job": job,
        **about,
        "bytes": sum(table.file.bytes for table in tables),
        "rows": sum(table.file.rows for table in tables),
        "resources": [
            _resource(file_path(root, source, day, table.name), root / source, number, table)
            for number, table in enumerate(tables, start=1)
        ],
    }


def _resource(path: Path, folder: Path, number: int, table: StagedTable) -> dict[str, Any]:
    slug = re.sub(r"[^a-z0-9_-]", "-", table.name.lower())
    if slug != table.name:
        slug = f"{slug}-{number}"  # names that differ only in what a slug drops stay apart
    schema: dict[str, Any] = {
        "fields": [frictionless_field(*column) for column in table.columns],
        "missingValues": [""],
    }
    if table.keys:
        schema["primaryKey"] = list(table.keys)
    return {
        "name": slug,
        "stream": table.name,
        "path": path.relative_to(folder).as_posix(),
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "kind": table.kind,
        "rows": table.file.rows,
        "bytes": table.file.bytes,
        "hash": f"sha256:{table.file.sha256}",
        **table.details,
        "schema": schema,
    }


def table_of(resource: dict[str, Any], path: Path) -> StagedTable:
    """Return the table that a resource of a manifest describes, whose file lies at `path`."""
    schema = resource["schema"]
    file = ProvenFile(
        path, resource["rows"], resource["bytes"], resource["hash"].removeprefix("sha256:")
    )
    return StagedTable(
        name=resource["stream"],
        file=file,
        columns=tuple(
            (column["name"], column["sql_type"], column["source_type"])
            for column in schema["fields"]
        ),
        keys=tuple(schema.get("primaryKey", ())),
        kind=resource["kind"],
        details={key: resource[key] for key in DETAILS & resource.keys()},
    )
