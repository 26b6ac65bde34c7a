"""Opens the sealed days of DATE, of all sources, for the loader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sealed_days.core.errors import ConfigurationError, FileError, UserError
from sealed_days.core.proven_file import file_sha256
from sealed_days.store.days import SealedDay
from sealed_days.store.manifest import StagedTable
from sealed_days.store.place import days_at
from sealed_days.tap_csv.select import Selection


def open_days(
    root: str | Path, sources: Mapping[str, str], day: date, selection: Selection
) -> list[SealedDay]:
    """Return the sealed day of every source.

    Args:
        root: the folder or store of the staged days.
        sources: source name -> the job that stages it.
        day: DATE.
        selection: what Meltano's `select` says, which is everything, and `select_filter`, which
            may name the tables of this run: a source that has none of them need not be sealed.

    Raises:
        UserError: some are not sealed or damaged (all are named), two have one table, `select`
            leaves something out, or `select_filter` names what no source has.
    """
    if not sources:
        msg = "sources is not set: name each source and its job in meltano.yml"
        raise ConfigurationError(msg)
    days, wrong = [], []
    for source, job in sources.items():
        try:
            days.append(days_at(root, source, job).open(day))
        except UserError as error:
            wrong.append(str(error))
    if wrong and not selection.finds_all_in([t.name for sealed in days for t in sealed.tables]):
        raise FileError("; ".join(wrong))
    owner: dict[str, str] = {}
    for sealed in days:
        for table in sealed.tables:
            if table.name in owner:
                msg = (
                    f"sources {owner[table.name]} and {sealed.source} both have a table "
                    f"{table.name} on {day.isoformat()}: rename one (stream_maps, __alias__)"
                )
                raise ConfigurationError(msg)
            owner[table.name] = sealed.source
    left = selection.filtered(owner)
    days = [
        replace(sealed, tables=tuple(table for table in sealed.tables if table.name in left))
        for sealed in days
    ]
    _refuse_selection(days, selection.without_filter(owner, left))
    return days


def _refuse_selection(days: list[SealedDay], selection: Selection) -> None:
    """Refuse a `select` of part of a day, which would hold for all days."""
    tables = {
        table.name: [name for name, _, _ in table.columns]
        for sealed in days
        for table in sealed.tables
    }
    if not tables:
        return
    selected = selection.apply(tables, dict.fromkeys(tables, ()))
    for name, columns in tables.items():
        if list(selected.get(name, ())) != columns:
            what = f"columns of {name}" if name in selected else f"the table {name}"
            msg = (
                f"select leaves out {what}: a sealed day is loaded as a whole; remove select from "
                "tap-csv in meltano.yml, or set it where the table is staged and stage DATE again"
            )
            raise ConfigurationError(msg)


def staging_of(sealed: SealedDay, table: StagedTable, job: str) -> dict[str, Any]:
    """Return what the SCHEMA of a staged table says under `x-staging`."""
    staging: dict[str, Any] = {"kind": table.kind}
    for detail in ("day_column", "description"):
        if detail in table.details:
            staging[detail] = table.details[detail]
    read = dict(sealed.manifest.get("read") or {})
    names = {each.name for each in sealed.tables}
    if left_out := {each["stream"] for each in sealed.manifest["resources"]} - names:
        # the warehouse leaves these alone
        read["not_selected"] = sorted(left_out.union(read.get("not_selected") or ()))
    if "read_at" in table.details:  # it was kept from an earlier run of the day
        read["read_at"] = table.details["read_at"]
    return staging | {
        "source": sealed.source,
        "date": sealed.day.isoformat(),
        "job": job,
        "read": read,
        "manifest": sealed.manifest_sha256,
    }


def assert_proven(table: StagedTable, command: str) -> None:
    """Check a staged file against its manifest.

    Raises:
        UserError: its sha256 differs.
    """
    path = table.file.path
    if file_sha256(path) != table.file.sha256:
        msg = f"{path} is damaged: its sha256 is not that of the manifest: run {command}"
        raise FileError(msg)
