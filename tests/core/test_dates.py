"""DATE: which day a run works on, and what is refused before anything is touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sealed_days.core.dates import resolve_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.singer_settings import DaySettings

FIRST_ZONE, LAST_ZONE = "Pacific/Kiritimati", "Etc/GMT+12"
"""Where a day begins first and last on earth: 26 hours apart."""


@pytest.mark.parametrize("value", ["2025-13-01", "2025-1-1", "01/02/2025", "today", "2025-02-29"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="which is not a day written YYYY-MM-DD"):
        resolve_date(value, None)


def test_a_day_that_has_not_begun_in_the_time_zone_is_refused_unless_allowed() -> None:
    first = datetime.now(ZoneInfo(FIRST_ZONE)).date()
    ahead = (first + timedelta(1)).isoformat()
    assert DaySettings(date=first.isoformat(), timezone=FIRST_ZONE).resolve_date() == (first, True)
    for zone in (FIRST_ZONE, LAST_ZONE):
        with pytest.raises(ConfigurationError, match=r"has not begun.*DATE_ALLOW_FUTURE=true"):
            DaySettings(date=ahead, timezone=zone).resolve_date()
        day, _ = DaySettings(date=ahead, timezone=zone, allow_future=True).resolve_date()
        assert day.isoformat() == ahead
    # it is tomorrow there already
    with pytest.raises(ConfigurationError, match="has not begun"):
        DaySettings(date=first.isoformat(), timezone=LAST_ZONE).resolve_date()


def test_unset_is_today_in_the_time_zone() -> None:
    assert DaySettings(timezone=FIRST_ZONE).resolve_date()[1] is False
    assert resolve_date("", LAST_ZONE)[0] < resolve_date("", FIRST_ZONE)[0]
