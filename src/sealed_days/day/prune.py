"""Old days go, from disk and warehouse together; never what the views show."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from datetime import date

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.dates import parse_date
from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.core.progress import size
from sealed_days.day import nearest
from sealed_days.day.day_tables import day_tables
from sealed_days.day.removal import bytes_on_disk, own_tables, remove_day
from sealed_days.day.retention import kept
from sealed_days.day.settings import Settings
from sealed_days.store.days import StagedDays
from sealed_days.target_postgres import prepare, views
from sealed_days.target_postgres.registry import DayTable


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Remove old days, each from the warehouse first: what fails there leaves its files whole.

    By the policy `keep` nothing is removed without --apply.

    Raises:
        UserError: nothing would be kept, or somebody uses a day. It stays as it is.
    """
    by_policy = options.keep is None and not options.before
    with settings.session("day prune") as session:
        prepare.take_role(session, settings.warehouse)
        with session.cursor() as cursor, settings.server.errors("reading the days"):
            there: dict[date, list[DayTable]] = {}
            for row in own_tables(settings, day_tables(cursor, settings.warehouse)):
                there.setdefault(row.day, []).append(row)
            current = _current(cursor, settings, there)
        staged = settings.staged()
        sealed = {days.source: days.list() for days in staged}
        known = {*there, *(day for found in sealed.values() for day in found)}
        known |= {day for days in staged for _, day in days.unsealed()}
        # what the views show, and each source's newest snapshot
        current |= {max(found) for found in (there, *sealed.values()) if found}
        dry = options.dry_run or (by_policy and not options.apply)
        for day in _old(settings, options, known):
            rows = there.get(day, [])
            text = (
                f"{day}: {len(rows)} tables of the warehouse, "
                f"{size(bytes_on_disk(staged, day))} on disk"
            )
            if day in current:
                print(f"{day} is current: kept")
            elif _has_slices(staged, rows, day) and not options.slices:
                print(f"{day} holds slices, which the views still show: kept (--slices removes it)")
            elif names := list(_never_loaded(staged, rows, day)):
                print(f"{day} holds what was never loaded ({', '.join(names[:3])}): kept")
            elif dry:
                print(f"{text}: would be removed")
            else:
                remove_day(settings, session, day, is_prune=True)
                print(f"{text}: removed", flush=True)
        if not dry and (removed := sum(days.remove_old_attempts() for days in staged)):
            print(f"{size(removed)} of attempts that no day names any more: removed")
        if dry and by_policy:
            print(f"nothing was removed: {settings.command('prune --apply')} does it")
    return 0


def _current(cursor: Cursor, settings: Settings, there: dict[date, list[DayTable]]) -> set[date]:
    """Return the days that the views show: a table that was held shows an older one."""
    relations = {row.relation: row for rows in there.values() for row in rows}
    tables = {row.table_name for row in relations.values()}
    found = views.existing(cursor, settings.warehouse, tables) if tables else {}
    return {
        relations[name].day
        for (schema, _), view in found.items()
        if schema == settings.warehouse.views
        for name in view.sources
        if name in relations
    }


def _old(settings: Settings, options: argparse.Namespace, known: set[date]) -> list[date]:
    """Return the days to remove, oldest first."""
    if options.before:
        limit = parse_date(options.before)
        old = sorted(day for day in known if day < limit)
        if not old:
            print(f"no day is before {limit} ({nearest.days(limit, known)})")
        return old
    if options.keep is None:
        if not settings.keep:
            msg = (
                "prune has no --keep and no --before, and orchestrate/day.meltano.yml has no keep: "
                "use one of them, for example keep: 30 days, 12 months, 5 years"
            )
            raise ConfigurationError(msg)
        old = sorted(known - kept(settings.keep, known))
        if not old:
            print(f"keep: {settings.keep}: there is nothing to remove")
        return old
    if options.keep < 1:
        msg = f"--keep {options.keep} would keep no day: use 1 or more"
        raise ConfigurationError(msg)
    old = sorted(known)[: -options.keep]
    if not old:
        print(f"there are {len(known)} days: nothing to remove")
    return old


def _has_slices(staged: list[StagedDays], rows: list[DayTable], day: date) -> bool:
    if any(row.is_slice for row in rows):
        return True
    return any(kind == "slice" for _, kind in _sealed(staged, day))


def _never_loaded(staged: list[StagedDays], rows: list[DayTable], day: date) -> Iterator[str]:
    """Yield the tables that are sealed and that the warehouse does not have."""
    there = {row.table_name for row in rows}
    yield from (name for name, _ in _sealed(staged, day) if name not in there)


def _sealed(staged: list[StagedDays], day: date) -> Iterator[tuple[str, str]]:
    """Yield (table, kind) of what is sealed; a manifest that cannot be read seals nothing."""
    for days in staged:
        with contextlib.suppress(UserError):
            for resource in days.read_manifest(day).get("resources", []):
                yield resource["stream"], resource.get("kind", "snapshot")
