"""Suggests the nearest existing days or names for one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from datetime import date


def days(wanted: date, there: Collection[date], count: int = 3) -> str:
    """Return in words the days nearest to one that is missing."""
    if not there:
        return "there are none yet"
    nearest = sorted(sorted(there, key=lambda day: abs(day - wanted))[:count])
    return "nearest: " + ", ".join(day.isoformat() for day in nearest)


def names(wanted: str, there: Collection[str], count: int = 3) -> str:
    """Return in words the names nearest to one that is missing."""
    close = difflib.get_close_matches(wanted, there, count, cutoff=0.5)
    return "nearest: " + ", ".join(close or sorted(there)[:count]) if there else "there are none"
