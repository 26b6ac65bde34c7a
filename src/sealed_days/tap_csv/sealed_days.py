"""The sealed days of DATE, from all sources: what the loader is told to load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sealed_days.core.errors import UserError
from sealed_days.core.proven_file import file_sha256
from sealed_days.store.days import SealedDay, StagedDays
from sealed_days.store.manifest import StagedTable


def open_days(root: Path, sources: Mapping[str, str], day: date) -> list[SealedDay]:
    """Return the sealed day of every source.

    Args:
        root: the folder of the staged days.
        sources: source name -> the job that stages it.

    Raises:
        UserError: some are not sealed or damaged (all are named), or two have one table.
    """
    if not sources:
        msg = "sources is not set: name each source and its job in meltano.yml"
        raise UserError(msg)
    days, wrong = [], []
    for source, job in sources.items():
        try:
            days.append(StagedDays(root, source, job).open(day))
        except UserError as error:
            wrong.append(str(error))
    if wrong:
        raise UserError("; ".join(wrong))
    owner: dict[str, str] = {}
    for sealed in days:
        for table in sealed.tables:
            if table.name in owner:
                msg = (
                    f"sources {owner[table.name]} and {sealed.source} both have a table "
                    f"{table.name} on {day.isoformat()}: rename one (stream_maps, __alias__)"
                )
                raise UserError(msg)
            owner[table.name] = sealed.source
    return days


def staging_of(sealed: SealedDay, table: StagedTable, job: str) -> dict[str, Any]:
    """Return what the SCHEMA of a staged table says under `x-staging`."""
    staging: dict[str, Any] = {"kind": table.kind}
    if "day_column" in table.details:
        staging["day_column"] = table.details["day_column"]
    return staging | {"source": sealed.source, "date": sealed.day.isoformat(), "job": job}


def assert_proven(table: StagedTable, command: str) -> None:
    """Check a staged file against its manifest.

    Raises:
        UserError: its sha256 differs.
    """
    path = table.file.path
    if file_sha256(path) != table.file.sha256:
        msg = f"{path} is damaged: its sha256 is not that of the manifest: run {command}"
        raise UserError(msg)
