"""The days that the warehouse has: a digest of each source's day; its tables where that differs.

A hundred tables of a thousand days are one row a day, not one a table: a day on disk with the
same digest has the same tables with the same sha256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from psycopg2.extensions import cursor as Cursor

from sealed_days.day.day_tables import registry
from sealed_days.day.settings import Settings
from sealed_days.target_postgres.registry import PRUNED, Registry

_DIGESTS = """
SELECT day, source, encode(sha256(convert_to(string_agg(
    table_name || ' ' || sha256, chr(10) ORDER BY table_name COLLATE "C"), 'UTF8')), 'hex')
FROM {days} WHERE state = 'published' GROUP BY day, source
"""
_TABLES = """
SELECT day, table_name, source, sha256 FROM {days}
WHERE state = 'published' AND day = ANY (%s)
"""
_HELD = """
SELECT date, table_name, held FROM {loads} l WHERE held IS NOT NULL AND NOT EXISTS (
    SELECT FROM {loads} later WHERE later.date = l.date AND later.table_name = l.table_name
      AND later.published_at > l.published_at)
"""


def digest(tables: Iterable[tuple[str, str]]) -> str:
    """Return what `LoadedDays.digests` has for a day of these tables: (name, sha256)."""
    lines = "\n".join(f"{name} {sha256}" for name, sha256 in sorted(tables))
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass
class LoadedDays:
    """What the warehouse has, as one instant shows it.

    `digests` are by source and day; `held` is (day, table) -> why its last load held it. `problem`
    says why the warehouse was not read, "" where it was.
    """

    digests: dict[tuple[str, date], str] = field(default_factory=dict)
    pruned: set[date] = field(default_factory=set)
    held: dict[tuple[date, str], str] = field(default_factory=dict)
    problem: str = ""
    _cursor: Cursor | None = None
    _registry: Registry | None = None

    @property
    def current(self) -> date | None:
        """The newest day, None where there is none."""
        return max((day for _, day in self.digests), default=None)

    def tables(self, days: Iterable[date]) -> dict[date, dict[str, tuple[str, str]]]:
        """Return day -> table -> its source and sha256."""
        wanted = list(days)
        found: dict[date, dict[str, tuple[str, str]]] = {day: {} for day in wanted}
        if wanted and self._cursor and self._registry:
            self._cursor.execute(_TABLES.format(days=self._registry.days), (wanted,))
            for day, table, source, sha256 in self._cursor.fetchall():
                found[day][table] = source, sha256
        return found

    @classmethod
    def ask(cls, cursor: Cursor, found: Registry | None) -> LoadedDays:
        """Return what a registry says; None is that of a new warehouse.

        Args:
            cursor: in a transaction whose snapshot stays.
            found: the registry.
        """
        if found is None:
            return cls()
        cursor.execute(_DIGESTS.format(days=found.days).replace("%%", "%"))
        digests = {(source, day): text for day, source, text in cursor.fetchall()}
        query = f"SELECT DISTINCT day FROM {found.days} WHERE state = %s"
        cursor.execute(query, (PRUNED,))
        pruned = {day for (day,) in cursor.fetchall()}
        cursor.execute(_HELD.format(loads=found.loads).replace("%%", "%"))
        held = {(day, table): why for day, table, why in cursor.fetchall()}
        return cls(digests, pruned, held, "", cursor, found)


@contextmanager
def loaded_days(settings: Settings) -> Iterator[LoadedDays]:
    """Ask the warehouse; while the block lasts, it can be asked on at the same instant.

    Raises:
        UserError: it cannot be reached or read.
    """
    with (
        settings.session("day status") as session,
        session.cursor() as cursor,
        settings.server.errors("reading its loads"),
    ):
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield LoadedDays.ask(cursor, registry(cursor, settings.warehouse))
