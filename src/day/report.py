"""One HTML page on all days."""

from __future__ import annotations

from pathlib import Path

from day.settings import Settings


def page(settings: Settings) -> Path:
    """Return where the page is."""
    return settings.output / "report.html"
