"""The tap without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from sealed_days.core import messages
from sealed_days.core.dates import resolve_date, say_date
from sealed_days.core.pgtypes import json_schema
from sealed_days.store.manifest import StagedTable
from sealed_days.store.scratch import Scratch
from sealed_days.tap_csv.definitions import read_tables, reads_users_files
from sealed_days.tap_csv.sealed_days import open_days, staging_of

KEYS = {
    "files",
    "csv_files_definition",
    "add_metadata_columns",
    "on_bad_row",
    "date",
    "allow_future",
    "timezone",
    "staged_path",
    "sources",
    "batch_config",
}

logger = logging.getLogger("tap-csv")


def is_enough(config: dict[str, Any] | None) -> bool:
    """Return whether a config asks for nothing but whole files."""
    return (
        config is not None
        and bool(config.get("batch_config"))
        and config.get("on_bad_row", "fail") in {"fail", "quarantine"}
        and all(isinstance(item, dict) for item in config.get("files") or [])
    )


def run(config: dict[str, Any]) -> None:
    """Hand over the user's files, checked, or the sealed days of DATE.

    Raises:
        UserError: DATE is wrong, or a file is missing, bad or damaged.
    """
    day, given = resolve_date(
        config.get("date"),
        config.get("timezone"),
        allow_future=config.get("allow_future") is True,
    )
    if reads_users_files(config):
        _users_files(config)
        return
    if line := say_date(day, given, config.get("timezone")):
        logger.info(line)
    sources = config.get("sources") or {}
    _send(
        [
            (table, staging_of(sealed, table, sources[sealed.source]))
            for sealed in open_days(Path(config["staged_path"]), sources, day)
            for table in sealed.tables
        ]
    )


def _users_files(config: dict[str, Any]) -> None:
    from sealed_days.tap_csv.check_and_copy import read_now, stage, told_rejects

    quarantine = config.get("on_bad_row") == "quarantine"
    warn = logger.warning if quarantine else logger.error
    tables = read_tables(config)
    scratch = Scratch(messages.scratch_area(config["batch_config"]))
    try:
        ready = []
        for table in tables:
            staging = read_now()
            done = stage(table, scratch.path, logger.info, warn, quarantine=quarantine)
            if done.rejects:
                logger.warning("%s: %s rows are left out", table.entity, f"{done.rejects.rows:,}")
                staging |= told_rejects(done.rejects)
            staged = StagedTable(
                name=table.entity,
                file=done.file,
                columns=tuple((name, kind, kind) for name, kind in table.all_columns),
                keys=tuple(table.keys),
            )
            ready.append((staged, staging))
        _send(ready)
    except BaseException:
        scratch.close()
        raise
    scratch.leave()


def _send(ready: list[tuple[StagedTable, dict[str, Any]]]) -> None:
    """Write all SCHEMA messages, then each file and its end, the largest first."""
    for table, staging in ready:
        properties = {}
        for name, kind, exact in table.columns:
            properties[name] = json_schema(kind, nullable=name not in table.keys)
            if exact != kind:
                properties[name][messages.SOURCE_TYPE] = exact
        staging = staging | {"whole_files": True}
        messages.write(messages.schema(table.name, properties, table.keys, staging))
    version = int(time.time() * 1000)
    for table, _ in sorted(ready, key=lambda item: -item[0].file.bytes):
        messages.write(messages.batch(table.name, table.file))
        messages.write(messages.activate_version(table.name, version))
