"""A session reads each table by the settings that it needs, whatever it read before."""

from __future__ import annotations

from typing import Any

from tap_runs import Database

from sealed_days.tap_postgres.settings import Settings
from sealed_days.tap_postgres.source import Session, Source


def settings_of(session: Session, **how: bool) -> tuple[Any, ...]:
    """Return (row_security, enable_indexscan, enable_bitmapscan) where a table is read so."""
    names = ("row_security", "enable_indexscan", "enable_bitmapscan")
    shown = ", ".join(f"current_setting('{name}')" for name in names)
    with session.reading(**how), session.connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown}")
        return cursor.fetchone() or ()


def test_settings_of_a_reading_do_not_outlive_it(shared_database: Database) -> None:
    given = shared_database.config
    source = Source.of(Settings.parse(given, "tap-postgres"))
    session = source.connect()
    try:
        for begin in (session.begin, session.begin):
            begin()
            assert settings_of(session, no_index=True) == ("off", "off", "off")
            assert settings_of(session, no_index=True, filtered=True) == ("on", "off", "off")
            assert settings_of(session, filtered=True) == ("on", "on", "on")
            assert settings_of(session) == ("off", "on", "on")
            assert settings_of(session, no_index=True) == ("off", "off", "off")
            session.rollback()
        with session.transaction():
            assert settings_of(session, no_index=True) == ("off", "off", "off")
    finally:
        session.close()
