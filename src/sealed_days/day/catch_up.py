"""What to run for the gaps, in the order that loses least: `day status --commands`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sealed_days.core.errors import UserError
from sealed_days.day import calendar
from sealed_days.day.calendar import Calendar, SourceDay
from sealed_days.day.settings import Settings


def commands(settings: Settings, found: Calendar) -> Iterator[str]:
    """Yield the commands of `day status`, those first that a day's own rows depend on.

    A source that keeps days apart (slices, files with the day in their path) still has a missed day
    as it was, for as long as it keeps it. A snapshot is what the source is now, today or tomorrow:
    it comes last.
    """
    later = []
    by_day = {source for source in settings.sources if _keeps_days_apart(settings, source)}
    for sources in found.days.values():
        line = command(settings, found, sources)
        if not line:
            continue
        first = [s.source for s in sources if s.source in by_day]
        if all(_is_missing(s) for s in sources) and first:
            if others := [s.source for s in sources if s.source not in by_day]:
                yield _run(settings, sources, first)
                line = f"{_run(settings, sources, others)} {settings.load_job}"
            else:
                yield line
                continue
        later.append(line)
    yield from later


def command(settings: Settings, found: Calendar, sources: list[SourceDay]) -> str:
    """Return what makes a day whole, "" where it is, or was pruned."""
    if sources[0].day in found.pruned and all(_is_missing(s) for s in sources):
        return ""
    return calendar.next_command(settings, sources)


def _is_missing(source: SourceDay) -> bool:
    return source.state == "missing" and not source.number


def _run(settings: Settings, sources: list[SourceDay], which: list[str]) -> str:
    jobs = " ".join(settings.sources[source] for source in which)
    return f"DATE={sources[0].day} meltano run {jobs}"


def _keeps_days_apart(settings: Settings, name: str) -> bool:
    """Return whether the source's newest day has slices, or its files' paths the day."""
    extractor = next((s.extractor for s in settings.pipeline.sources if s.name == name), "")
    if extractor and "{date" in str(settings.meltano_yml.setting(extractor, "files") or ""):
        return True
    staged = next(days for days in settings.staged() if days.source == name)
    newest: dict[str, Any] = {}
    try:
        for day in staged.list()[-1:]:
            newest = staged.read_manifest(day)
    except UserError:
        return False  # `day status` says that it is damaged
    return any(table["kind"] == "slice" for table in newest.get("resources", ()))
