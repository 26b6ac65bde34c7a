"""The staged days of a source: which are sealed, what they hold, and how a new one is begun."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sealed_days.core.errors import BusyError, ConfigurationError, FileError
from sealed_days.store import layout
from sealed_days.store.layout import MANIFEST_SUFFIX, SCRATCH
from sealed_days.store.lock import take_lock
from sealed_days.store.manifest import StagedTable, table_of
from sealed_days.store.scratch import sweep
from sealed_days.store.seal import Draft

_SOURCE = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class SealedDay:
    """A day whose manifest is there."""

    source: str
    day: date
    manifest: dict[str, Any]
    tables: tuple[StagedTable, ...]


class StagedDays:
    """The staged days of one source below a root folder.

    Args:
        root: the folder that holds all sources, `output` in this project.
        source: the source's name, a folder below root: lower case, digits, `_`, `-`.
        job: the `meltano run` job that stages this source, named in errors.
    """

    def __init__(self, root: Path, source: str, job: str = "JOB") -> None:
        if not _SOURCE.fullmatch(source):
            msg = f"source is {source!r}: use lower-case letters, digits, _ and - in meltano.yml"
            raise ConfigurationError(msg)
        self.root = root
        self.source = source
        self.job = job

    def manifest_path(self, day: date) -> Path:
        """Return where the manifest of a day is, whether or not the day is sealed."""
        return layout.manifest_path(self.root, self.source, day)

    def file_path(self, day: date, table: str) -> Path:
        """Return where a table's file of a day is."""
        return layout.file_path(self.root, self.source, day, table)

    def command(self, day: date) -> str:
        """Return the command that stages a day again."""
        return f"DATE={day.isoformat()} meltano run {self.job}"

    def list(self) -> list[date]:
        """Return the days that are sealed, oldest first."""
        found = []
        for path in (self.root / self.source).glob(f"*{MANIFEST_SUFFIX}"):
            try:
                found.append(date.fromisoformat(path.name.removesuffix(MANIFEST_SUFFIX)))
            except ValueError:
                continue
        return sorted(found)

    def read_manifest(self, day: date) -> dict[str, Any]:
        """Return the manifest of a day.

        Raises:
            UserError: the day is not sealed, or the manifest cannot be read.
        """
        path = self.manifest_path(day)
        try:
            manifest = json.loads(path.read_bytes())
        except FileNotFoundError:
            msg = (
                f"{self.source} has no sealed day {day.isoformat()} ({path} is missing): "
                f"run {self.command(day)}"
            )
            raise FileError(msg) from None
        except (OSError, ValueError) as error:
            msg = f"{path} cannot be read ({error}): run {self.command(day)}"
            raise FileError(msg) from None
        if not isinstance(manifest, dict) or manifest.get("date") != day.isoformat():
            msg = f"{path} is not the manifest of {day.isoformat()}: run {self.command(day)}"
            raise FileError(msg)
        return manifest

    def open(self, day: date) -> SealedDay:
        """Return a sealed day whose files are all there with their sizes.

        The sha256 is not checked here: whoever reads a file compares it on the way.

        Raises:
            UserError: the day is not sealed, or a file is missing or has another size.
        """
        manifest = self.read_manifest(day)
        tables = []
        for resource in manifest.get("resources", []):
            path = self.file_path(day, resource["stream"])
            table = table_of(resource, path)
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                msg = (
                    f"{path} is missing though {self.source} {day.isoformat()} is sealed: "
                    f"run {self.command(day)}"
                )
                raise FileError(msg) from None
            if size != table.file.bytes:
                msg = (
                    f"{path} is damaged: {size} bytes where the manifest says {table.file.bytes}: "
                    f"run {self.command(day)}"
                )
                raise FileError(msg)
            tables.append(table)
        return SealedDay(self.source, day, manifest, tuple(tables))

    def begin(self, day: date) -> Draft:
        """Start a day: take its lock and a scratch folder; what dead runs left goes.

        Raises:
            UserError: another run is writing this day.
        """
        area = self.root / SCRATCH
        sweep(area)
        lock = take_lock(area / f"{self.source}.{day.isoformat()}.lock")
        if lock is None:
            msg = (
                f"{self.source} {day.isoformat()} is being written by another run: "
                f"wait for it to end, then run {self.command(day)}"
            )
            raise BusyError(msg)
        return Draft(self, day, lock)
