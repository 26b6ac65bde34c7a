"""Takes one day back: from warehouse and disk, as if it had never been run."""

from __future__ import annotations

import argparse

from sealed_days.core.dates import parse_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.progress import size
from sealed_days.day import nearest
from sealed_days.day.day_tables import day_tables, days
from sealed_days.day.removal import bytes_on_disk, own_tables, remove_day
from sealed_days.day.settings import Settings
from sealed_days.target_postgres import prepare


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Remove a day, also the newest one; views then show the day before.

    Raises:
        UserError: there is no such day, or somebody uses it. It stays as it is.
    """
    day = parse_date(options.date)
    staged = settings.staged()
    with settings.session("day remove") as session:
        prepare.take_role(session, settings.warehouse)
        with session.cursor() as cursor, settings.server.errors("reading the days"):
            there = own_tables(settings, day_tables(cursor, settings.warehouse, day, day))
            known = days(cursor, settings.warehouse)
        on_disk = bytes_on_disk(staged, day)
        known |= {found for source in staged for found in source.list()}
        if not there and not on_disk and day not in known:
            msg = f"there is no day {day} ({nearest.days(day, known)})"
            raise ConfigurationError(msg)
        text = f"{day}: {len(there)} tables of the warehouse, {size(on_disk)} on disk"
        if options.dry_run:
            print(f"{text}: would be removed")
            return 0
        remove_day(settings, session, day, is_prune=False)
        print(f"{text}: removed")
    return 0
