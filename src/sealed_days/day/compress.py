"""Compresses the files of old days: each day as a whole, or not at all."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date

from sealed_days.core.dates import parse_date
from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.core.packed_file import packed
from sealed_days.core.progress import size
from sealed_days.day import nearest
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.store.layout import REJECTS
from sealed_days.store.manifest import about_of


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Compress the days before a date; print a line for each.

    Each file is proven as it is read, and the day published by one rename, as when it was staged:
    a crash leaves it as it was, or compressed. A day that is compressed already is left alone.

    Raises:
        UserError: days are on an object store, or there is none before the date.
    """
    if settings.store:
        msg = f"day compress is for days in a folder, not on {settings.store}: nothing was touched"
        raise ConfigurationError(msg)
    limit = parse_date(options.before)
    staged = settings.staged()
    known = {day for days in staged for day in days.list()}
    old = sorted(day for day in known if day < limit)
    if not old:
        print(f"no day is before {limit} ({nearest.days(limit, known)})")
    wrong = 0
    for day in old:
        for days in staged:
            if day in days.list():
                try:
                    print(f"{day} {days.source}: {_compress(days, day, options.to)}", flush=True)
                except UserError as error:
                    wrong += 1
                    print(f"✗ {error}", flush=True)
    return 1 if wrong else 0


def _compress(days: StagedDays, day: date, compression: str) -> str:
    """Compress one day; return what became of it.

    Raises:
        UserError: it is being written, or one of its files is damaged. It stays as it was.
    """
    if all("compression" in resource for resource in days.read_manifest(day)["resources"]):
        return "is compressed"
    with days.begin(day) as draft:
        sealed = days.open(day)
        for table in sealed.tables:
            rejects = days.file_path(day, table.name).parent / REJECTS
            if rejects.exists():
                draft.take_rejects(table.name, rejects)
            if packed(table.file.path):
                file = table.file.at(draft.take(table.name, table.file.path))
            else:
                file = draft.pack(table.name, table.file, compression)
            draft.add(replace(table, file=file))
        manifest = draft.seal(**about_of(sealed.manifest))
    return f"{size(sealed.manifest['bytes'])} are {size(manifest['bytes'])} now"
