"""Where a staged day lies and how it is published: no other module touches a path.

A source's day is the set of its tables' files and one manifest that proves them:

    {root}/{source}/{table}/{DATE}/{table}.csv
    {root}/{source}/{table}/{DATE}/rejects.csv          rows set aside, if there are any
    {root}/{source}/{DATE}.datapackage.json

The day exists (is *sealed*) only while its manifest does. The manifest is a Frictionless
Data Package (https://specs.frictionlessdata.io/data-package/) and is always written last.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from singer_copy.errors import UserError

MANIFEST_SUFFIX = ".datapackage.json"
SCRATCH = ".scratch"
REJECTS = "rejects.csv"
"""The rows of a table's source that were set aside, beside the table's file."""
BLOCK = 1 << 20
"""Bytes read or written at a time."""
WRITE_BEHIND = 8 << 20
"""Bytes of a scratch file that the disk begins to write at a time."""

_FOREIGN_SCRATCH_SECONDS = 2 * 24 * 3600
_UNSAFE = re.compile(r"[^\w-]|\A-")
_SOURCE = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class TableFile:
    """One table of a day: its file and what proves it.

    `columns` are (name, PostgreSQL type for the warehouse, exact type at the source).
    `rows` are data rows, without the header; `bytes` the size of the file.
    """

    stream: str
    rows: int
    bytes: int
    sha256: str
    columns: tuple[tuple[str, str, str], ...]
    keys: tuple[str, ...] = ()
    kind: str = "snapshot"
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SealedDay:
    """A day whose manifest is there. `files` pairs each table with its file's path."""

    source: str
    day: date
    manifest: dict[str, Any]
    files: tuple[tuple[TableFile, Path], ...]


def safe_name(table: str) -> str:
    """Return a table's name as one path component.

    Word characters of any script and `-` stay; all else (slash, dot, space, quote, control
    characters) is percent-encoded, so that no name leaves its folder or meets another's.
    """

    def encode(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match.group().encode())

    return _UNSAFE.sub(encode, table)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
            raise UserError(msg)
        self.root = root
        self.source = source
        self.job = job

    def manifest_path(self, day: date) -> Path:
        """Return where the manifest of a day is, whether or not the day is sealed."""
        return self.root / self.source / f"{day.isoformat()}{MANIFEST_SUFFIX}"

    def file_path(self, day: date, stream: str) -> Path:
        """Return where a table's file of a day is."""
        name = safe_name(stream)
        return self.root / self.source / name / day.isoformat() / f"{name}.csv"

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
            raise UserError(msg) from None
        except (OSError, ValueError) as error:
            msg = f"{path} cannot be read ({error}): run {self.command(day)}"
            raise UserError(msg) from None
        if not isinstance(manifest, dict) or manifest.get("date") != day.isoformat():
            msg = f"{path} is not the manifest of {day.isoformat()}: run {self.command(day)}"
            raise UserError(msg)
        return manifest

    def open(self, day: date) -> SealedDay:
        """Return a sealed day whose files are all there with their sizes.

        The sha256 is not checked here: whoever reads a file compares it on the way.

        Raises:
            UserError: the day is not sealed, or a file is missing or has another size.
        """
        manifest = self.read_manifest(day)
        files = []
        for resource in manifest.get("resources", []):
            table = _table_of(resource)
            path = self.file_path(day, table.stream)
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                msg = (
                    f"{path} is missing though {self.source} {day.isoformat()} is sealed: "
                    f"run {self.command(day)}"
                )
                raise UserError(msg) from None
            if size != table.bytes:
                msg = (
                    f"{path} is damaged: {size} bytes where the manifest says {table.bytes}: "
                    f"run {self.command(day)}"
                )
                raise UserError(msg)
            files.append((table, path))
        return SealedDay(self.source, day, manifest, tuple(files))

    def begin(self, day: date) -> Draft:
        """Start a day: take its lock and a scratch folder; what dead runs left goes.

        Raises:
            UserError: another run is writing this day.
        """
        area = self.root / SCRATCH
        sweep(area)
        lock = _take_lock(area / f"{self.source}.{day.isoformat()}.lock")
        if lock is None:
            msg = (
                f"{self.source} {day.isoformat()} is being written by another run: "
                f"wait for it to end, then run {self.command(day)}"
            )
            raise UserError(msg)
        return Draft(self, day, lock)


class Draft:
    """A day in the making: files gather in scratch until `seal` publishes them all.

    As a context manager it gives the lock and the scratch folder back, sealed or not.
    """

    def __init__(self, days: StagedDays, day: date, lock: int) -> None:
        self.days = days
        self.day = day
        self._lock = lock
        self._scratch = Scratch(days.root / SCRATCH)
        self._tables: dict[str, tuple[TableFile, Path]] = {}
        self._rejects: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def path(self, stream: str) -> Path:
        """Return the scratch path to write a table's file to."""
        return self._scratch.path / f"{safe_name(stream)}.csv"

    def take(self, stream: str, source: Path) -> Path:
        """Bring a file into this draft and return its scratch path.

        A scratch file of our own area is moved. Any other file is the user's: it is copied.
        """
        return self._take(source, self.path(stream))

    def take_rejects(self, stream: str, source: Path) -> None:
        """Bring in the file of the rows that were set aside; it is published beside the table."""
        self._rejects[stream] = self._take(source, self.path(stream).with_suffix(".rejects"))

    def _take(self, source: Path, target: Path) -> Path:
        if source == target:
            return target
        area = (self.days.root / SCRATCH).resolve()
        if area in source.resolve().parents:
            source.rename(target)
        else:
            shutil.copyfile(source, target)
        return target

    def add(self, table: TableFile) -> None:
        """Count a table, whose file is complete at `path(table.stream)`, into the day.

        Raises:
            UserError: the file has not the size it is said to have.
        """
        path = self.path(table.stream)
        size = path.stat().st_size
        if size != table.bytes:
            msg = (
                f"the scratch file of {table.stream} has {size} bytes where {table.bytes} were "
                f"written: nothing was published; run {self.days.command(self.day)}"
            )
            raise UserError(msg)
        self._tables[table.stream] = (table, path)

    def seal(self, **about: Any) -> dict[str, Any]:
        """Publish the day: the old manifest goes, the files take their places, the new
        manifest is renamed in. A crash at any instant leaves the old day or an unsealed one.

        Args:
            about: what the manifest says besides its tables (snapshot, versions, …).

        Returns:
            The manifest.
        """
        days, day = self.days, self.day
        manifest = _manifest(days, day, [table for table, _ in self._tables.values()], about)
        for path in (*(path for _, path in self._tables.values()), *self._rejects.values()):
            _fsync(path)
        before = set((days.root / days.source).glob(f"*/{day.isoformat()}/*.csv"))
        manifest_path = days.manifest_path(day)
        manifest_path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._scratch.path / manifest_path.name
        draft.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        _fsync(draft)

        manifest_path.unlink(missing_ok=True)
        _fsync(manifest_path.parent)
        for stream, (_, path) in self._tables.items():
            final = days.file_path(day, stream)
            final.parent.mkdir(parents=True, exist_ok=True)
            path.rename(final)
            before.discard(final)
            if stream in self._rejects:
                self._rejects[stream].rename(final.parent / REJECTS)
                before.discard(final.parent / REJECTS)
            _fsync(final.parent)
        for gone in before:
            # a table that was dropped, renamed or deselected since the day was last staged
            gone.unlink()
            _remove_empty(gone.parent, days.root / days.source)
        draft.rename(manifest_path)
        _fsync(manifest_path.parent)
        return manifest

    def close(self) -> None:
        """Remove the scratch folder and give the lock back."""
        self._scratch.close()
        if self._lock >= 0:
            lock_path = self.days.root / SCRATCH / f"{self.days.source}.{self.day.isoformat()}.lock"
            lock_path.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1
        sweep(self.days.root / SCRATCH)


class ScratchFile:
    """A file in the making: what is written is hashed and counted, and soon on its way to the disk.

    So the fsync that comes before a day is sealed finds little left to wait for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._file = path.open("wb", buffering=0)
        self._hash = hashlib.sha256()
        self._behind = 0

    @property
    def sha256(self) -> str:
        """The sha256 of what was written, as hex digits."""
        return self._hash.hexdigest()

    def write(self, data: bytes | memoryview) -> None:
        """Write all of a block.

        Raises:
            OSError: the disk is full, say.
        """
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._hash.update(data)
        self.bytes += len(data)
        if self.bytes - self._behind >= WRITE_BEHIND:
            _begin_writing(self._file.fileno(), self._behind, self.bytes - self._behind)
            self._behind = self.bytes

    def close(self) -> None:
        """Close it; `bytes` and `sha256` are those of the file."""
        self._file.close()


def _begin_writing(descriptor: int, start: int, length: int) -> None:
    """Have the kernel begin to write a stretch of a file to the disk, where Linux is the kernel."""
    if sys.platform == "linux":
        import ctypes

        write = 2  # SYNC_FILE_RANGE_WRITE of man 2 sync_file_range; what it says does not matter
        ctypes.CDLL(None).sync_file_range(
            descriptor, ctypes.c_int64(start), ctypes.c_int64(length), write
        )


class Scratch:
    """A folder for files in the making.

    It is named after the host and the process that runs tap and target together (their
    parent), so that it outlives the tap, which ends before the target has taken its files.
    """

    def __init__(self, area: Path) -> None:
        parent = os.getppid()
        owner = parent if parent > 1 else os.getpid()
        self.path = area / f"{socket.gethostname()}-{owner}-{secrets.token_hex(4)}"
        self.path.mkdir(parents=True)
        self._lock = os.open(self.path / ".lock.new", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        # only now can `sweep` see the lock, which is held already
        (self.path / ".lock.new").rename(self.path / ".lock")

    def close(self) -> None:
        """Remove the folder and all that is left in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.leave()

    def leave(self) -> None:
        """Leave the files to whoever was told of them."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def sweep(area: Path) -> None:
    """Remove the scratch that dead runs left in an area.

    A folder is dead when nobody holds its lock, and all files were taken from it or the
    process that it is named after is gone; one of another host (a shared disk) after two days.
    """
    area.mkdir(parents=True, exist_ok=True)
    for entry in list(area.iterdir()):
        if entry.suffix == ".lock":
            lock = _take_lock(entry)
            if lock is not None:
                entry.unlink(missing_ok=True)
                os.close(lock)
        elif entry.is_dir() and _is_dead(entry):
            shutil.rmtree(entry, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    host, _, rest = folder.name.rpartition("-")[0].rpartition("-")
    try:
        if host != socket.gethostname():
            return time.time() - folder.stat().st_mtime > _FOREIGN_SCRATCH_SECONDS
        has_owner = rest.isdigit() and _is_alive(int(rest))
        if has_owner and [entry.name for entry in folder.iterdir()] != [".lock"]:
            return False
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _take_lock(path: Path) -> int | None:
    """Return a locked descriptor, or None while another process holds the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return None
            raise
        try:
            if path.stat().st_ino == os.fstat(lock).st_ino:
                return lock
        except FileNotFoundError:
            pass
        # its last holder removed the file between our open and our lock: take the new one
        os.close(lock)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _manifest(
    days: StagedDays, day: date, tables: Iterable[TableFile], about: dict[str, Any]
) -> dict[str, Any]:
    tables = sorted(tables, key=lambda table: table.stream)
    return {
        "profile": "data-package",
        "name": f"{days.source}-{day.isoformat()}",
        "title": f"{days.source}, {day.isoformat()}",
        "date": day.isoformat(),
        "source": days.source,
        "job": days.job,
        **about,
        "bytes": sum(table.bytes for table in tables),
        "rows": sum(table.rows for table in tables),
        "resources": [
            _resource(days, day, number, table) for number, table in enumerate(tables, start=1)
        ],
    }


def _resource(days: StagedDays, day: date, number: int, table: TableFile) -> dict[str, Any]:
    from singer_copy.pgtypes import frictionless_field

    path = days.file_path(day, table.stream)
    slug = re.sub(r"[^a-z0-9_-]", "-", table.stream.lower())
    if slug != table.stream:
        slug = f"{slug}-{number}"  # names that differ only in what a slug drops stay apart
    schema: dict[str, Any] = {
        "fields": [frictionless_field(*column) for column in table.columns],
        "missingValues": [""],
    }
    if table.keys:
        schema["primaryKey"] = list(table.keys)
    return {
        "name": slug,
        "stream": table.stream,
        "path": path.relative_to(days.root / days.source).as_posix(),
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "kind": table.kind,
        "rows": table.rows,
        "bytes": table.bytes,
        "hash": f"sha256:{table.sha256}",
        **table.details,
        "schema": schema,
    }


def _table_of(resource: dict[str, Any]) -> TableFile:
    schema = resource["schema"]
    known = {"day_column", "row_order", "description", "rejected_rows"}
    return TableFile(
        stream=resource["stream"],
        rows=resource["rows"],
        bytes=resource["bytes"],
        sha256=resource["hash"].removeprefix("sha256:"),
        columns=tuple(
            (column["name"], column["sql_type"], column["source_type"])
            for column in schema["fields"]
        ),
        keys=tuple(schema.get("primaryKey", ())),
        kind=resource["kind"],
        details={key: resource[key] for key in known & resource.keys()},
    )
