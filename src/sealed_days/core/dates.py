"""DATE, the day a run works on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from sealed_days.core.errors import ConfigurationError

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def time_zone(name: str | None) -> tzinfo:
    """Return the time zone of an IANA name; unset means UTC.

    Raises:
        ConfigurationError: the name is not known.
    """
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        msg = (
            f"DATE_TIMEZONE is {name!r}, which is not a time zone: "
            "use an IANA name such as DATE_TIMEZONE=America/Sao_Paulo in .env"
        )
        raise ConfigurationError(msg) from None


def resolve_date(
    value: str | None, timezone: str | None, *, allow_future: bool = True
) -> tuple[date, bool]:
    """Return the day a run works on, and whether DATE named it.

    Unset or empty means today in the configured time zone.

    Args:
        value: DATE.
        timezone: an IANA name; unset means UTC.
        allow_future: False to refuse a day that has not begun in this time zone. What stages or
            loads passes its setting `allow_future`; what only looks takes any day.

    Raises:
        ConfigurationError: the value is not a calendar date written YYYY-MM-DD, or it is ahead.
    """
    today = datetime.now(time_zone(timezone)).date()
    if not value:
        return today, False
    day = parse_date(value)
    if day > today and not allow_future:
        msg = (
            f"DATE is {value}, which has not begun: today is {today.isoformat()} "
            f"({timezone or 'UTC'}): nothing was touched; use a day until today, or set "
            "DATE_ALLOW_FUTURE=true"
        )
        raise ConfigurationError(msg)
    return day, True


def parse_date(value: str) -> date:
    """Return the calendar date of a text.

    Raises:
        ConfigurationError: it is not written YYYY-MM-DD.
    """
    try:
        if not _ISO_DATE.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        msg = (
            f"DATE is {value!r}, which is not a day written YYYY-MM-DD: nothing was touched; "
            "use for example DATE=2025-01-31 meltano run JOB"
        )
        raise ConfigurationError(msg) from None


def date_line(day: date, given: bool, timezone: str | None) -> str | None:
    """Return the log line for a day that DATE did not name, None where it did."""
    if given:
        return None
    return f"DATE is not set: using today, {day.isoformat()} ({timezone or 'UTC'})"
