"""The one seam between staged days and where they lie: what a kind of store must do.

`files` is the kind for a folder. `object_days` is the kind for objects in a bucket: their manifest
names the attempt's objects for good, so one conditional put seals and `settle` does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self


class Lease(Protocol):
    """The right to write one day of one source."""

    def close(self) -> None:
        """Give it back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class Attempt(Protocol):
    """A folder of this machine in which the files of a day are made.

    A table's file is `{safe_name}.csv` there, its rows that were set aside `{safe_name}.rejects`.
    """

    path: Path
    is_named: bool
    """Whether the day's manifest may name this folder: it must outlive its process then."""

    def close(self) -> None:
        """Remove what was not published."""


class Store(Protocol):
    """Where the sealed days of one source lie."""

    def days(self) -> list[date]:
        """Return the days that have a manifest, oldest first."""

    def read(self, day: date) -> bytes | None:
        """Return the manifest of a day, None where there is none.

        Raises:
            OSError: it is there and cannot be read.
        """

    def lease(self, day: date) -> Lease | None:
        """Return the right to write a day, None while another run has it."""

    def holder(self, day: date) -> str:
        """Return who holds a day's lease, in words; "" where unknown."""

    def attempt(self, day: date) -> Attempt:
        """Begin a day; remove what dead attempts left. The caller holds the day's lease."""

    def publish(self, day: date, attempt: Attempt, manifest: Mapping[str, Any]) -> None:
        """Make an attempt the day. It succeeds, or the day is as it was.

        Args:
            day: DATE; the caller has its lease.
            attempt: holds a file for each resource.
            manifest: with the paths that files have once they are in their places.

        Raises:
            OSError: nothing was changed.
            FileError: the day is published, and some files are not in their places yet.
        """

    def settle(self, day: date, manifest: Mapping[str, Any]) -> None:
        """Put the files of a published day in their places, where a crash kept them from it."""

    def remove(self, day: date) -> None:
        """Remove a day, its manifest first. The caller has its lease."""
