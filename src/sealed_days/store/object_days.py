"""The staged days of a source on an object store, and how a new one is sealed there.

{source}/{DATE}.datapackage.json               the manifest: the only object that changes
{source}/{DATE}/{attempt}/{table}.csv          never changed; named by the manifest's `path`
{source}/{DATE}/{attempt}/{table}-00001.csv    what did not fit into one object: concatenate
{source}/.leases/{DATE}                        keeps the writers of a day apart

A day is sealed by one conditional put of its manifest, over the version that the run saw when it
began. So staging a day again never unseals it, and of two writers one is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sealed_days.core.errors import BusyError, FileError
from sealed_days.core.proven_file import BLOCK
from sealed_days.core.spool import spool_area
from sealed_days.store import lease
from sealed_days.store.days import Find, StagedDays
from sealed_days.store.layout import MANIFEST_SUFFIX, day_of, object_paths
from sealed_days.store.manifest import StagedTable, text_of, to_json
from sealed_days.store.object_attempt import ObjectAttempt
from sealed_days.store.object_file import ObjectFile, object_file, store_at
from sealed_days.store.objects import Entry, Lost
from sealed_days.store.scratch import Scratch, sweep
from sealed_days.store.seal import Draft

OLD = timedelta(hours=24)
"""How long an attempt that no manifest names stays: a loader may still read it."""


class LocalFolder(Scratch):
    """The part of an attempt that is on this machine; no manifest names it."""

    is_named = False


class ObjectStore:
    """The sealed days of one source on an object store."""

    def __init__(self, url: str, source: str) -> None:
        self.url = url.rstrip("/")
        self.source = source
        self.objects = store_at(self.url)

    def manifest_key(self, day: date) -> str:
        """Return the key of a day's manifest."""
        return f"{self.source}/{day.isoformat()}{MANIFEST_SUFFIX}"

    def days(self) -> list[date]:
        """Return the days that have a manifest, oldest first."""
        found = []
        for entry in self.objects.list_folder(f"{self.source}/"):
            name = entry.key.rpartition("/")[2]
            if entry.bytes is not None and name.endswith(MANIFEST_SUFFIX):
                try:
                    found.append(day_of(name.removesuffix(MANIFEST_SUFFIX)))
                except ValueError:
                    continue
        return sorted(found)

    def read(self, day: date) -> bytes | None:
        """Return the manifest of a day, None where there is none."""
        found = self.objects.read(self.manifest_key(day))
        return found[0] if found else None

    def lease(self, day: date) -> lease.Lease | None:
        """Return the right to write a day, None while another run has it."""
        return lease.take(self.objects, self._lease(day), lease.LEASE_SECONDS)

    def holder(self, day: date) -> str:
        """Return who has a day's lease, in words; "" where that is not known."""
        return lease.holder(self.objects, self._lease(day))

    def _lease(self, day: date) -> str:
        return f"{self.source}/.leases/{day.isoformat()}"

    def attempt(self, day: date) -> LocalFolder:
        """Return a folder of this machine for what cannot go straight to the store."""
        del day
        sweep(spool_area())
        return LocalFolder(spool_area())

    def publish(self, day: date, attempt: object, manifest: Mapping[str, Any]) -> None:
        """Refuse: an `ObjectDraft` publishes, by the version that it saw when it began."""
        raise NotImplementedError

    def settle(self, day: date, manifest: Mapping[str, Any]) -> None:
        """Do nothing: objects are where their manifest names them from the start."""

    def remove(self, day: date) -> None:
        """Remove a day, its manifest first: from then on it is no day any more."""
        self.objects.remove([self.manifest_key(day)])
        self.objects.remove([entry.key for entry in self.of_day(day)])

    def of_day(self, day: date) -> Iterable[Entry]:
        """Return the objects of a day, of whatever attempt, without the manifest."""
        return self.objects.list(f"{self.source}/{day.isoformat()}/")

    def sizes(self, day: date) -> dict[str, int]:
        """Return path below the source's folder -> bytes of a day's objects."""
        start = len(self.source) + 1
        return {entry.key[start:]: entry.bytes or 0 for entry in self.of_day(day)}

    def remove_old_attempts(self, day: date, now: datetime, manifest: bytes | None) -> int:
        """Remove the attempts that the manifest of a day has not named for 24 hours.

        Args:
            day: the day, whose lease is held.
            now: the store's own time.
            manifest: as it is, None where there is none.

        Returns:
            How many bytes went.
        """
        if manifest and now - self.objects.modified(self.manifest_key(day)) <= OLD:
            return 0  # until then it may have named another attempt
        removed = 0
        attempts: dict[str, list[Entry]] = {}
        for entry in self.of_day(day):
            attempts.setdefault(entry.key.split("/")[2], []).append(entry)
        for attempt, entries in attempts.items():
            newest = max((entry.modified for entry in entries if entry.modified), default=now)
            if attempt.encode() not in (manifest or b"") and now - newest > OLD:
                self.objects.remove([entry.key for entry in entries])
                removed += sum(entry.bytes or 0 for entry in entries)
        return removed

    def attempts(self) -> dict[date, set[str]]:
        """Return day -> the attempts that have objects, by one listing of all of them."""
        found: dict[date, set[str]] = {}
        for entry in self.objects.list(f"{self.source}/"):
            parts = entry.key.split("/")
            with contextlib.suppress(ValueError):
                if len(parts) == 4:
                    found.setdefault(day_of(parts[1]), set()).add(parts[2])
        return found


class ObjectDays(StagedDays):
    """The staged days of one source on an object store.

    Args:
        url: `s3://bucket/prefix`, `gs://…` or `az://…`.
        source: the source's name.
        job: the `meltano run` job that stages this source, named in errors.

    Raises:
        ConfigurationError: a setting of the store is missing.
    """

    is_remote = True

    def __init__(self, url: str, source: str, job: str = "JOB") -> None:
        super().__init__(Path(url), source, job)
        self.object_store = self.store = ObjectStore(url, source)
        self.folder = f"{self.object_store.url}/{source}"

    def manifest_path(self, day: date) -> Path:
        """Return where the manifest of a day is, whether or not the day is sealed."""
        return object_file(self.folder, [(f"{day.isoformat()}{MANIFEST_SUFFIX}", 0)])

    def table_at(self, day: date) -> Find:
        """Return what finds a resource's file of a day and its size: by one listing of the day."""
        sizes = self.object_store.sizes(day)

        def find(resource: Mapping[str, Any]) -> tuple[Path, int]:
            paths = object_paths(resource["path"])
            pieces = [(path.rpartition("/")[2], sizes.get(path, 0)) for path in paths]
            if gone := [path for path in paths if path not in sizes]:
                raise FileNotFoundError(2, "is missing", f"{self.folder}/{gone[0]}")
            folder = f"{self.folder}/{paths[0].rpartition('/')[0]}"
            return object_file(folder, pieces), sum(size for _, size in pieces)

        return find

    def sizes_at(self, day: date) -> Callable[[Mapping[str, Any]], int]:
        """Return what finds the size of a resource's file of a day, or raises OSError."""
        find = self.table_at(day)
        return lambda resource: find(resource)[1]

    def _check_header(self, table: StagedTable) -> None:
        """Do nothing: a request per table, and whoever reads an object compares its sha256."""

    def unsealed(self) -> Iterable[tuple[str, date]]:
        """Return nothing: objects that no manifest names are no day's."""
        return []

    def remove_old_attempts(self) -> int:
        """Remove what no manifest has named for 24 hours; return how many bytes went."""
        removed, store = 0, self.object_store
        for day, attempts in store.attempts().items():
            manifest = store.read(day)
            if all(attempt.encode() in (manifest or b"") for attempt in attempts):
                continue
            held = store.lease(day)
            if held:  # else a run is at work, which does it
                with held:
                    removed += store.remove_old_attempts(day, held.taken_at, store.read(day))
        return removed

    def bytes_of(self, day: date) -> int:
        """Return the size of all objects of a day."""
        return sum(self.object_store.sizes(day).values())

    def begin(self, day: date) -> Draft:
        """Start a day: take its lease; attempts that nobody reads any more go.

        Raises:
            UserError: another run is writing this day, or the store is not fit for days.
        """
        self.object_store.objects.probe()
        held: Any = self.hold(day)
        try:
            return ObjectDraft(self, day, held)
        except BaseException:
            held.close()
            raise


class ObjectDraft(Draft):
    """A day in the making: objects of one attempt, until `seal` puts the manifest."""

    days: ObjectDays

    def __init__(self, days: ObjectDays, day: date, held: lease.Lease) -> None:
        super().__init__(days, day, held)
        self._held = held
        self._objects = ObjectAttempt(days.object_store.url, days.source, day)
        self._uploaded: dict[str, str] = {}
        found = days.object_store.objects.read(days.object_store.manifest_key(day))
        self._seen = found[1] if found else None
        days.object_store.remove_old_attempts(day, held.taken_at, found[0] if found else None)

    def take(self, table: str, source: Path) -> Path:
        """Bring a file into this draft.

        What the tap has put below this day already stays where it is. Anything else is uploaded.
        """
        below = f"{self.days.folder}/{self.day}/"
        if isinstance(source, ObjectFile) and source.folder.startswith(below):
            return source
        return self._bring(table, source, ".csv")

    def take_rejects(self, table: str, source: Path) -> None:
        """Bring in the file of the rows that were set aside; it is published beside the table."""
        self._bring(table, source, ".rejects.csv")

    def _bring(self, table: str, source: Path, suffix: str) -> Path:
        file = self._objects.file(table, source.stat().st_size, suffix)
        try:
            with source.open("rb", buffering=0) as stream:
                while block := stream.read(BLOCK):
                    file.write(block)
            file.close()
        except BaseException:
            file.abort()
            raise
        if suffix == ".csv":
            self._uploaded[table] = file.sha256
        if isinstance(source, Path) and spool_area() in source.parents:
            source.unlink()  # scratch of ours, not the user's file
        return file.proven(0).path

    def add(self, table: StagedTable) -> None:
        """Register a table whose file is complete.

        Raises:
            FileError: the store has not what was written.
        """
        file = table.file
        if not isinstance(file.path, ObjectFile):
            file = file.at(self.take(table.name, file.path))
        size = file.path.stat().st_size
        if size != file.bytes or self._uploaded.get(table.name, file.sha256) != file.sha256:
            msg = (
                f"{file.path} is not what was written ({size} bytes of {file.bytes}): nothing was "
                f"published; run {self.days.command(self.day)}"
            )
            raise FileError(msg)
        self._tables[table.name] = replace(table, file=file)

    def seal(self, **about: Any) -> dict[str, Any]:
        """Publish the day: its manifest is put if it is still what the run saw at its start.

        Args:
            about: what the manifest says besides its tables (snapshot, versions, …).

        Returns:
            The manifest.

        Raises:
            BusyError: another run has sealed the day since.
        """
        days, day = self.days, self.day
        manifest = to_json(days.source, days.job, day, self._tables.values(), about)
        for resource in manifest["resources"]:
            resource["path"] = self._path(self._tables[resource["stream"]])
        lost = self._held.is_lost
        if not lost:
            try:
                key = days.object_store.manifest_key(day)
                days.object_store.objects.publish(key, text_of(manifest), self._seen)
            except Lost:
                lost = True
        if lost:
            msg = (
                f"{days.source} {day.isoformat()} was taken over by another "
                f"run: what that run seals stays; look at day status, then run {days.command(day)}"
            )
            raise BusyError(msg)
        return manifest

    def _path(self, table: StagedTable) -> str | list[str]:
        """Return where a table's objects lie, below the source's folder."""
        file: Any = table.file.path
        folder = file.folder.removeprefix(f"{self.days.folder}/")
        paths = [f"{folder}/{name}" for name, _ in file.pieces]
        return paths[0] if len(paths) == 1 else paths
