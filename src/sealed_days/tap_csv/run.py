"""The tap without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from sealed_days.core import messages
from sealed_days.core.dates import date_line
from sealed_days.core.pgtypes import json_schema
from sealed_days.store.manifest import StagedTable
from sealed_days.store.scratch import Scratch
from sealed_days.tap_csv.definitions import read_tables
from sealed_days.tap_csv.remote import Downloads
from sealed_days.tap_csv.select import Selection
from sealed_days.tap_csv.settings import Settings
from sealed_days.tap_csv.staged_days import open_days, staging_of

logger = logging.getLogger("tap-csv")


def needs_sdk(settings: Settings, first_message: str) -> str | None:
    """Return why a run needs the SDK's adapter, None where it sends nothing but whole files."""
    del first_message  # a tap reads none
    if settings.batch_config is None:
        return "without batch_config, rows are sent one by one"
    if settings.flattening_enabled:
        return "flattening_enabled is set"
    return "stream_maps is set" if settings.stream_maps else None


def run(settings: Settings, lines: Iterable[str]) -> None:
    """Send the user's files, checked, or the sealed days of DATE.

    Raises:
        UserError: DATE is wrong, or a file is missing, bad or damaged.
    """
    del lines  # a tap reads none
    day, given = settings.resolve_date()
    selection = Selection.from_environment()
    if settings.reads_users_files:
        _users_files(settings, selection, day)
        return
    if line := date_line(day, given, settings.timezone):
        logger.info(line)
    jobs = settings.jobs
    days = open_days(settings.staged_root, jobs, day, selection)
    _send(
        [
            (table, staging_of(sealed, table, jobs[sealed.source]))
            for sealed in days
            for table in sealed.tables
        ]
    )


def _users_files(settings: Settings, selection: Selection, day: date) -> None:
    from sealed_days.tap_csv.check_and_copy import stage_all

    downloads = Downloads(lambda: settings.scratch_area)
    try:
        tables = read_tables(settings, selection, day, downloads)
        scratch = Scratch(settings.scratch_area)
        try:
            _send(stage_all(tables, scratch.path, logger))
        except BaseException as error:
            scratch.close()
            if isinstance(error, OSError) and not error.filename:
                error.filename = str(scratch.path)  # a write itself does not say where
            raise
        scratch.release()
    finally:
        downloads.close()


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
