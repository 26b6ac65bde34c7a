"""A table of a day on its way into the warehouse, as its SCHEMA message announces it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sealed_days.core.messages import STAGING, columns_of


@dataclass(frozen=True)
class IncomingTable:
    """One table of a day. `columns` are (name, type).

    `origin` is the database that it was read from, "" where none is known, `read_at` when.
    `is_dated` is whether its file's own path names the day; `others` are the tables that the
    source has and the day does not, None where the source did not say.
    """

    name: str
    day: date
    source: str
    kind: str
    job: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    origin: str = ""
    read_at: datetime | None = None
    is_dated: bool = False
    manifest: str | None = None
    others: frozenset[str] | None = None
    comments: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, day: date, message: dict[str, Any]) -> IncomingTable:
        """Return the table that a SCHEMA message of a staged stream announces."""
        schema = message["schema"]
        staging = schema[STAGING]
        read = staging.get("read") or {}
        comments = {
            column: prop["description"]
            for column, prop in schema["properties"].items()
            if prop.get("description")
        }
        if staging.get("description"):
            comments[""] = staging["description"]
        others = read.get("not_selected")
        return cls(
            name=name,
            day=day,
            source=staging["source"],
            kind=staging["kind"],
            job=staging["job"],
            columns=tuple((column, kind) for column, kind, _ in columns_of(schema)),
            keys=tuple(message.get("key_properties") or ()),
            origin=read.get("database") or "",
            read_at=_time(read.get("read_at")),
            is_dated=bool(read.get("dated")),
            manifest=staging.get("manifest"),
            others=None if others is None else frozenset(others),
            comments=comments,
        )

    @property
    def restage_command(self) -> str:
        """The command that stages this table's day again."""
        return f"run DATE={self.day.isoformat()} meltano run {self.job}"


def is_authentic(day: date, read_at: datetime | None, zone: tzinfo, grace_days: float) -> bool:
    """Return whether a snapshot was read on its own day, or within a grace after it."""
    if read_at is None:
        return False
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    return begin <= read_at < begin + timedelta(days=1 + grace_days)


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
