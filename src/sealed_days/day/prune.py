"""Removes old days from disk and warehouse together; never the current one."""

from __future__ import annotations

import argparse
import contextlib
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg2
from psycopg2.errors import DependentObjectsStillExist, LockNotAvailable
from psycopg2.extensions import connection as Connection

from sealed_days.core.dates import resolve_date
from sealed_days.core.errors import UserError
from sealed_days.core.progress import size
from sealed_days.core.sql import qualified
from sealed_days.day import evidence, nearest
from sealed_days.day.calendar import unsealed
from sealed_days.day.partitions import Partition, partitions
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.target_postgres.warehouse import transaction


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Remove old days, each from the warehouse first: what fails there leaves its files whole.

    Raises:
        UserError: nothing would be kept, or somebody uses a day. It stays as it is.
    """
    session = settings.server.connect("day prune", lock_timeout="5s")
    with contextlib.closing(session):
        with session.cursor() as cursor, settings.server.errors("reading the days"):
            there: dict[date, list[Partition]] = {}
            for part in partitions(cursor, settings.warehouse):
                there.setdefault(part.day, []).append(part)
        staged = settings.staged()
        sealed = {days.source: days.list() for days in staged}
        known = {*there, *(day for found in sealed.values() for day in found)}
        known |= {day for days in staged for _, day in unsealed(days)}
        # what the views show, and each source's newest snapshot
        current = {max(found) for found in (there, *sealed.values()) if found}
        for day in _old(options, known):
            parts = there.get(day, [])
            size_ = _bytes(staged, day)
            text = f"{day}: {len(parts)} tables of the warehouse, {size(size_)} on disk"
            if day in current:
                print(f"{day} is current: kept")
            elif _has_slices(staged, parts, day) and not options.slices:
                print(f"{day} holds slices, which the views still show: kept (--slices removes it)")
            elif options.dry_run:
                print(f"{text}: would be removed")
            else:
                _remove(settings, session, staged, day, parts)
                print(f"{text}: removed", flush=True)
    return 0


def _old(options: argparse.Namespace, known: set[date]) -> list[date]:
    """Return the days to remove, oldest first."""
    if options.before:
        limit, _ = resolve_date(options.before, None)
        old = sorted(day for day in known if day < limit)
        if not old:
            print(f"no day is before {limit} ({nearest.days(limit, known)})")
        return old
    if options.keep < 1:
        msg = f"--keep {options.keep} would keep no day: use 1 or more"
        raise UserError(msg)
    old = sorted(known)[: -options.keep]
    if not old:
        print(f"there are {len(known)} days: nothing to remove")
    return old


def _has_slices(staged: list[StagedDays], parts: list[Partition], day: date) -> bool:
    if any(part.is_slice for part in parts):
        return True
    for days in staged:
        with contextlib.suppress(UserError):  # not sealed, or not to be read: no slice either
            resources = days.read_manifest(day).get("resources", [])
            if any(resource.get("kind") == "slice" for resource in resources):
                return True
    return False


def _remove(
    settings: Settings, session: Connection, staged: list[StagedDays], day: date,
    parts: list[Partition],
) -> None:  # fmt: skip
    warehouse = settings.warehouse
    with contextlib.ExitStack() as stack:
        for days in staged:
            stack.enter_context(days.hold(day))  # no run may stage the day meanwhile
        if parts:
            warehouse.lock_day(session, day)
            try:
                with transaction(session) as cursor:
                    key = warehouse.lock_key("publish")
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (key,))
                    for part in parts:
                        cursor.execute(f"DROP TABLE {qualified(warehouse.parts, part.name)}")
            except LockNotAvailable:
                msg = f"{day} is being read in the warehouse: it was kept; run day prune again"
                raise UserError(msg) from None
            except DependentObjectsStillExist as error:
                msg = f"{day} was kept: {error.diag.message_detail}: drop what depends on it"
                raise UserError(msg) from None
            except psycopg2.Error as error:
                msg = f"{day} was kept: {error.diag.message_primary}"
                raise UserError(msg) from None
            with session.cursor() as cursor:
                key = warehouse.lock_key(day.isoformat())
                cursor.execute("SELECT pg_advisory_unlock(%s)", (key,))
        for days in staged:
            days.store.remove(day)
        shutil.rmtree(evidence.folder(settings, day), ignore_errors=True)


def _folders(days: StagedDays, day: date) -> Iterator[Path]:
    """Yield the folders of a day's files, one per table."""
    yield from (days.root / days.source).glob(f"*/{day.isoformat()}")


def _bytes(staged: list[StagedDays], day: date) -> int:
    return sum(
        path.stat().st_size
        for days in staged
        for folder in _folders(days, day)
        for path in folder.iterdir()
    )
