"""The staged days of a source: which are sealed, what they hold, and how a new one is begun."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from sealed_days.core.dialect import check_header
from sealed_days.core.errors import BusyError, ConfigurationError, FileError
from sealed_days.store import layout
from sealed_days.store import manifest as manifests
from sealed_days.store.files import Files, files_in, names_in
from sealed_days.store.manifest import StagedTable, table_of
from sealed_days.store.protocol import Lease, Store
from sealed_days.store.seal import Draft

_SOURCE = re.compile(r"[a-z][a-z0-9_-]*")

Find = Callable[[Mapping[str, Any]], tuple[Path, int]]
"""Finds the file of a manifest's resource and its size, or raises OSError."""


@dataclass(frozen=True)
class SealedDay:
    """A day whose manifest is there."""

    source: str
    day: date
    manifest: dict[str, Any]
    tables: tuple[StagedTable, ...]

    @cached_property
    def manifest_sha256(self) -> str:
        """What a warehouse knows the manifest by: computed once for all tables of the day."""
        return hashlib.sha256(json.dumps(self.manifest, sort_keys=True).encode()).hexdigest()


class StagedDays:
    """The staged days of one source below a root folder.

    Args:
        root: the folder that holds all sources, `output` in this project.
        source: the source's name, a folder below root: lower case, digits, `_`, `-`.
        job: the `meltano run` job that stages this source, named in errors.
    """

    is_remote = False
    """Whether each look at a day takes a request over the network."""

    def __init__(self, root: Path, source: str, job: str = "JOB") -> None:
        if not _SOURCE.fullmatch(source):
            msg = f"source is {source!r}: use lower-case letters, digits, _ and - in meltano.yml"
            raise ConfigurationError(msg)
        self.root = root
        self.source = source
        self.job = job
        self.store: Store = Files(root, source)

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
        return self.store.days()

    def read_manifest(self, day: date) -> dict[str, Any]:
        """Return the manifest of a day.

        Raises:
            FileError: the day is not sealed, or its manifest is not what was sealed.
        """
        path = self.manifest_path(day)
        try:
            data = self.store.read(day)
            if data is None:
                # what another host sealed on its own disk is not to be seen here
                at = "" if self.is_remote else f" on {os.uname().nodename}"
                msg = (
                    f"{self.source} has no sealed day {day.isoformat()}{at} ({path} is missing): "
                    f"run {self.command(day)}"
                )
                raise FileError(msg)
            return manifests.parse(data, self.source, day)
        except OSError as error:
            msg = f"{path} cannot be read ({error.strerror}): run {self.command(day)}"
            raise FileError(msg) from None
        except ValueError as error:
            msg = f"{path} is damaged: {error}: run {self.command(day)}"
            raise FileError(msg) from None

    def open(self, day: date) -> SealedDay:
        """Return a sealed day whose files are all there with their sizes and headers.

        The sha256 is not checked here: the reader of a file compares it on the way.

        Raises:
            FileError: the day is not sealed, or a file is missing or has another size or header.
        """
        manifest = self._settled(day)
        while True:
            find = self.table_at(day)
            try:
                tables = tuple(self._table(day, find, r) for r in manifest["resources"])
            except FileError:
                # another run may have published it meanwhile: the old files are gone then
                before, manifest = manifest, self.read_manifest(day)
                if manifest == before:
                    raise
            else:
                return SealedDay(self.source, day, manifest, tables)

    def table_at(self, day: date) -> Find:
        """Return what finds a resource's file of a day and its size, or raises OSError."""
        del day
        folder = f"{self.root}/{self.source}"

        def find(resource: Mapping[str, Any]) -> tuple[Path, int]:
            path = f"{folder}/{resource['path']}"
            return Path(path), os.stat(path).st_size  # noqa: PTH116 # of thousands of files

        return find

    def sizes_at(self, day: date) -> Callable[[Mapping[str, Any]], int]:
        """Return what finds the size of a resource's file of a day, or raises OSError."""
        del day
        folder = f"{self.root}/{self.source}/"
        return lambda resource: os.stat(folder + resource["path"]).st_size  # noqa: PTH116

    def _table(
        self,
        day: date,
        find: Find,
        resource: dict[str, Any],
    ) -> StagedTable:
        try:
            path, size = find(resource)
        except OSError as error:
            what = "is missing" if isinstance(error, FileNotFoundError) else str(error.strerror)
            msg = (
                f"{error.filename} {what} though {self.source} {day.isoformat()} is sealed: "
                f"run {self.command(day)}"
            )
            raise FileError(msg) from None
        table = table_of(resource, path)
        what = f"{size} bytes where the manifest says {resource['bytes']}"
        if size == resource["bytes"]:
            try:
                self._check_header(table)
            except OSError as error:
                what = f"it cannot be read ({error.strerror})"
            except ValueError as error:
                what = str(error)
            else:
                return table
        msg = f"{path} is damaged: {what}: run {self.command(day)}"
        raise FileError(msg)

    def _check_header(self, table: StagedTable) -> None:
        check_header(table.file.path, (name for name, _, _ in table.columns))

    def unsealed(self) -> Iterable[tuple[str, date]]:
        """Return (table's folder, day) for the files of days that have no manifest."""
        sealed = {day.isoformat() for day in self.list()}
        found = []
        folder = self.root / self.source
        for table in names_in(folder):
            for name in names_in(f"{folder}/{table}"):
                if name in sealed:
                    continue
                with contextlib.suppress(ValueError):
                    day = layout.day_of(name)
                    if files_in(folder / table / name):
                        found.append((table, day))
        return found

    def remove_old_attempts(self) -> int:
        """Remove what no manifest names any more; return how many bytes went.

        In a folder each run does it when it begins.
        """
        return 0

    def bytes_of(self, day: date) -> int:
        """Return the size of all files of a day, sealed or not."""
        found = 0
        for folder in (self.root / self.source).glob(f"*/{day.isoformat()}"):
            for path in files_in(folder):
                with contextlib.suppress(FileNotFoundError):  # a run has just removed it
                    found += path.stat().st_size
        return found

    def _settled(self, day: date) -> dict[str, Any]:
        """Return the manifest of a day; first finish what a crash left undone, if we may write."""
        manifest = self.read_manifest(day)
        if "attempt" not in manifest:
            return manifest
        with contextlib.suppress(OSError):  # a folder that we may only read: files are as named
            lease = self.store.lease(day)
            if lease is not None:
                with lease:
                    self._settle(day)
        return self.read_manifest(day)

    def _settle(self, day: date) -> None:
        with contextlib.suppress(FileError):  # not sealed, or damaged: nothing to go by
            self.store.settle(day, self.read_manifest(day))

    def hold(self, day: date) -> Lease:
        """Return the right to write a day: no other run may meanwhile.

        Raises:
            BusyError: another run is writing this day.
        """
        lease = self.store.lease(day)
        if lease is None:
            by = self.store.holder(day)
            msg = (
                f"{self.source} {day.isoformat()} is being written by another run"
                f"{f' ({by})' if by else ''}: wait for it to end, then run {self.command(day)}"
            )
            raise BusyError(msg)
        return lease

    def begin(self, day: date) -> Draft:
        """Start a day: take its lease, and remove what dead runs left.

        Raises:
            BusyError: another run is writing this day.
        """
        lease = self.hold(day)
        try:
            with contextlib.suppress(OSError):  # files that are lost: the new day replaces them
                self._settle(day)
            return Draft(self, day, lease)
        except BaseException:
            lease.close()
            raise
