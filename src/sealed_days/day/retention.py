"""Which days a policy such as `30 days, 12 months, 5 years` keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from sealed_days.core.errors import ConfigurationError

_PART = re.compile(r"(\d+)\s+(day|week|month|year)s?")
_PERIODS: dict[str, Callable[[date], object]] = {
    "day": lambda day: day,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
    "year": lambda day: day.year,
}


def kept(policy: str, known: Iterable[date]) -> set[date]:
    """Return the days that a policy keeps: the newest of each of the last so many periods.

    Args:
        policy: `30 days, 12 months, 5 years`, in any order.
        known: the days there are.

    Raises:
        ConfigurationError: the policy cannot be read, or would keep nothing.
    """
    days = sorted(known, reverse=True)
    found: set[date] = set()
    parts = [part.strip() for part in policy.split(",")]
    for part in parts:
        match = _PART.fullmatch(part)
        if not match or match[1] == "0":
            msg = (
                f"keep is {policy!r}, where {part!r} cannot be read: nothing was removed; use for "
                "example 30 days, 12 months, 5 years in orchestrate/day.meltano.yml"
            )
            raise ConfigurationError(msg)
        period = _PERIODS[match[2]]
        newest: dict[object, date] = {}
        for day in days:
            newest.setdefault(period(day), day)
        found.update(list(newest.values())[: int(match[1])])
    return found
