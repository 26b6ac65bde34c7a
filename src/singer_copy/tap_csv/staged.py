"""The sealed days of DATE, from all sources: what the loader is told to load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from singer_copy.errors import UserError
from singer_copy.staging import SealedDay, StagedDays, TableFile, file_sha256


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
        for table, _ in sealed.files:
            if table.stream in owner:
                msg = (
                    f"sources {owner[table.stream]} and {sealed.source} both have a table "
                    f"{table.stream} on {day.isoformat()}: rename one (stream_maps, __alias__)"
                )
                raise UserError(msg)
            owner[table.stream] = sealed.source
    return days


def staging_of(sealed: SealedDay, table: TableFile, job: str) -> dict[str, Any]:
    """Return what the SCHEMA of a staged table says under `x-staging`."""
    staging: dict[str, Any] = {"kind": table.kind}
    if "day_column" in table.details:
        staging["day_column"] = table.details["day_column"]
    return staging | {"source": sealed.source, "date": sealed.day.isoformat(), "job": job}


def assert_proven(table: TableFile, path: Path, command: str) -> None:
    """Check a staged file against its manifest.

    Raises:
        UserError: its sha256 differs.
    """
    if file_sha256(path) != table.sha256:
        msg = f"{path} is damaged: its sha256 is not that of the manifest: run {command}"
        raise UserError(msg)
