"""The store whose days are files in a folder: an attempt beside the day, then one rename.

All that can fail comes before the rename: the files are on the disk, and a second name for
each stands in the folder where it belongs. The manifest that is renamed in names the files by
the attempt's folder, where they are; so the day is whole and proven at once, by plain paths.
Then the files take their places, and a manifest that names those is renamed in. A crash before
the first rename leaves the old day, one after it the new day; the next run that opens or writes
the day does the rest.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sealed_days.core.errors import FileError
from sealed_days.store import manifest as manifests
from sealed_days.store.layout import (
    MANIFEST_SUFFIX,
    REJECTS,
    SCRATCH,
    attempt_name,
    attempt_parts,
    day_of,
    manifest_path,
    packed_suffix,
    relative_path,
    safe_name,
)
from sealed_days.store.lock import Lease, holder, take_lease
from sealed_days.store.protocol import Attempt
from sealed_days.store.scratch import LOCK, is_abandoned, lock_folder, remove_tree, sweep

_NO_LINK = {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""Errors of link(2) where it cannot work: another filesystem, or one without links."""

_THROWN_AWAY = ".gone"
"""What the name of an attempt ends with that nobody needs any more."""

_FSYNCS = 16
"""How many files or folders are waited for at a time until they are on the disk."""


class Folder:
    """The attempt of a store of files: its lock shows that a process writes there.

    Args:
        path: the folder to make.
        area: the taps' scratch area; what dead runs left there is removed at the end.
    """

    def __init__(self, path: Path, area: Path) -> None:
        self.path = path
        self._area = area
        self.is_named = False
        path.mkdir()
        self._lock = lock_folder(path, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove it, with the second names of its files."""
        lock, self._lock = self._lock, -1
        if lock < 0:
            return
        if not self.is_named:
            _discard(self.path, has_lease=True)
        os.close(lock)
        with contextlib.suppress(OSError):  # the next run removes what is left
            sweep(self._area)


class Files:
    """The days of one source below a root folder.

    Args:
        root: the folder of all sources.
        source: the source's name, a folder below root.
    """

    def __init__(self, root: Path, source: str) -> None:
        self.root = root
        self.source = source
        self.folder = root / source

    def days(self) -> list[date]:
        """Return the days that have a manifest, oldest first."""
        found = []
        for path in self.folder.glob(f"*{MANIFEST_SUFFIX}"):
            with contextlib.suppress(ValueError):
                found.append(day_of(path.name.removesuffix(MANIFEST_SUFFIX)))
        return sorted(found)

    def read(self, day: date) -> bytes | None:
        """Return the manifest of a day, None where there is none.

        Raises:
            OSError: it is there and cannot be read.
        """
        try:
            return manifest_path(self.root, self.source, day).read_bytes()
        except FileNotFoundError:
            return None

    def lease(self, day: date) -> Lease | None:
        """Return the right to write a day, None while another run has it."""
        return take_lease(self._lock(day))

    def holder(self, day: date) -> str:
        """Return who holds a day's lease, in words; "" where unknown."""
        return holder(self._lock(day))

    def _lock(self, day: date) -> Path:
        return self.root / SCRATCH / f"{self.source}.{day.isoformat()}.lock"

    def attempt(self, day: date) -> Folder:
        """Begin a day beside what is there, on the same filesystem."""
        area = self.root / SCRATCH
        sweep(area)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep_attempts(day)
        return Folder(self.folder / attempt_name(day, os.urandom(4).hex()), area)

    def publish(self, day: date, attempt: Attempt, manifest: Mapping[str, Any]) -> None:
        """Make an attempt the day: see the module.

        Raises:
            OSError: nothing was changed.
            FileError: the day is published, and some files are not in their places yet.
        """
        _fsync_all(path for path in attempt.path.iterdir() if path.name != LOCK)
        moves = self._prepare(day, attempt.path, manifest)
        attempt.is_named = True
        named = manifests.in_attempt(manifest, day, attempt.path.name)
        self._write_manifest(day, attempt.path, named)
        try:
            self._finish(day, attempt.path, manifest, moves)
        except OSError as error:
            msg = (
                f"{self.source} {day} is sealed, but {error.filename or self.folder} could not be "
                f"written ({error.strerror}): its manifest names files in {attempt.path}; make "
                "room or fix the folder, and the next run puts them in their places"
            )
            raise FileError(msg) from None
        attempt.is_named = False
        _throw_away(attempt.path)  # its files have no second names any more

    def settle(self, day: date, manifest: Mapping[str, Any]) -> None:
        """Put the files of a published day in their places, where a crash kept them from it.

        Raises:
            OSError: a folder cannot be written.
        """
        if "attempt" not in manifest:
            return
        folder = self.folder / manifest["attempt"]
        settled = manifests.in_place(manifest, day)
        moves = self._prepare(day, folder, settled)
        self._finish(day, folder, settled, moves)
        _throw_away(folder)

    def remove(self, day: date) -> None:
        """Remove a day, its manifest first."""
        manifest_path(self.root, self.source, day).unlink(missing_ok=True)
        if self.folder.exists():
            fsync(self.folder)
        self._remove_files(day)
        self._sweep_attempts(day)

    def _remove_files(self, day: date, but: Iterable[Path] = ()) -> None:
        kept = set(but)
        for folder in self.folder.glob(f"*/{day.isoformat()}"):
            for path in files_in(folder):
                if path not in kept:
                    path.unlink(missing_ok=True)
            _remove_empty(folder, self.folder)

    def _prepare(
        self, day: date, attempt: Path, manifest: Mapping[str, Any]
    ) -> list[tuple[Path, Path]]:
        """Give each file its second name, in the folder where it belongs.

        Returns:
            The second name and the final one of each file.
        """
        moves = list(self._moves(day, attempt, manifest))
        _make_folders(dict.fromkeys(final.parent for _, final in moves))
        placed = []
        for source, final in moves:
            if final.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(final))
            second = _second_name(attempt, final)
            _place(source, second)
            placed.append((second, final))
        fsync(attempt)
        return placed

    def _write_manifest(self, day: date, attempt: Path, manifest: Mapping[str, Any]) -> None:
        draft = attempt / "manifest.json"
        with draft.open("wb") as file:
            file.write(manifests.text_of(manifest))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(manifest_path(self.root, self.source, day))

    def _finish(
        self,
        day: date,
        attempt: Path,
        manifest: Mapping[str, Any],
        moves: Iterable[tuple[Path, Path]],
    ) -> None:
        """Rename each file to its place, then the manifest that names these places."""
        fsync(self.folder)
        finals = [final for _, final in moves]
        for second, final in moves:
            second.rename(final)
        # of tables that were dropped, renamed or deselected since the day was last staged
        self._remove_files(day, but=finals)
        _fsync_all({final.parent for final in finals})
        self._write_manifest(day, attempt, manifest)
        fsync(self.folder)

    def _moves(
        self, day: date, attempt: Path, manifest: Mapping[str, Any]
    ) -> Iterator[tuple[Path, Path]]:
        """Yield (where it is, where it belongs) for each file of an attempt."""
        there = {path.name for path in attempt.glob("*.rejects")}
        for resource in manifest["resources"]:
            table = resource["stream"]
            ending = packed_suffix(resource)
            final = self.folder / f"{relative_path(day, table)}{ending}"
            yield self.folder / f"{relative_path(day, table, attempt.name)}{ending}", final
            rejects = f"{safe_name(table)}.rejects"
            if rejects in there:
                yield attempt / rejects, final.parent / REJECTS

    def _sweep_attempts(self, own: date) -> None:
        """Remove the attempts of dead runs that no manifest names. The caller has own's lease.

        Of another day, whose run may be at work, only a dead run's own files go: folders that
        they leave empty are that run's to remove, which may just have made them.
        """
        for name in names_in(self.folder):
            if name.endswith(_THROWN_AWAY):
                remove_tree(self.folder / name)
            parts = attempt_parts(name)
            folder = self.folder / name
            if not parts or not (parts[0] == own.isoformat() or is_abandoned(folder)):
                continue
            # its run is dead: no later manifest can name it
            named = self.read(date.fromisoformat(parts[0])) or b""
            if name.encode() not in named:
                _discard(folder, has_lease=parts[0] == own.isoformat())


def names_in(folder: Path | str) -> list[str]:
    """Return what is in a folder: nothing where another run has removed it, or it is none."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 # of thousands of folders
    except (FileNotFoundError, NotADirectoryError):
        return []


def files_in(place: Path) -> list[Path]:
    """Return the files of a table and day; what others have put there is not ours."""
    return [place / n for n in names_in(place) if ".csv" in n and not (place / n).is_dir()]


def _second_name(attempt: Path, final: Path) -> Path:
    """Return the temporary name of a file, in the folder of its final name."""
    return final.with_name(f"{attempt.name.rpartition('.')[2]}.{final.name}.new")


def _discard(attempt: Path, *, has_lease: bool) -> None:
    """Remove an attempt: first the second names of its files, which are found by the files.

    Another run may do the same meanwhile. Who has the day's lease removes empty folders, too.
    """
    day = attempt.name.split(".")[1]
    for file in names_in(attempt):
        table, _, suffix = file.partition(".")
        if suffix not in {"csv", "csv.gz", "csv.zst", "rejects"}:
            continue
        name = REJECTS if suffix == "rejects" else file
        folder = attempt.parent / table / day
        with contextlib.suppress(OSError):
            _second_name(attempt, folder / name).unlink(missing_ok=True)
        if has_lease:
            _remove_empty(folder, attempt.parent)
    _throw_away(attempt)


def _throw_away(attempt: Path) -> None:
    """Remove an attempt whose files have no second names.

    By its new name any run may remove the rest of it, should this one die on the way.
    """
    thrown = attempt.with_name(attempt.name + _THROWN_AWAY)
    with contextlib.suppress(OSError):  # another run was first
        attempt.rename(thrown)
    remove_tree(thrown)


def _place(source: Path, target: Path) -> None:
    """Give a file a second name; where the filesystem cannot, copy it."""
    try:
        try:
            target.hardlink_to(source)
        except FileExistsError:  # of a run that was killed
            target.unlink()
            target.hardlink_to(source)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        import shutil

        shutil.copyfile(source, target)
        fsync(target)


def _make_folders(folders: Iterable[Path]) -> None:
    """Make folders and those above them, and have them on the disk."""
    changed: set[Path] = set()
    for folder in folders:
        _make_folder(folder, changed)
    _fsync_all(changed)


def _make_folder(folder: Path, changed: set[Path]) -> None:
    """Make a folder and those above it; add to `changed` where there is a new name."""
    try:
        folder.mkdir()
    except (FileNotFoundError, NotADirectoryError):
        _make_folder(folder.parent, changed)
        _make_folder(folder, changed)
    except FileExistsError:
        if not folder.is_dir():
            raise NotADirectoryError(
                errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)
            ) from None
    else:
        changed.add(folder.parent)


def _fsync_all(paths: Iterable[Path]) -> None:
    """Have files or folders on the disk, in any order.

    Side by side: the filesystem then writes its journal once for many of them. One after the
    other, 1,500 small tables wait for it 6,000 times.
    """
    waiting = list(paths)
    if len(waiting) < 2:
        for path in waiting:
            fsync(path)
        return
    from concurrent.futures import ThreadPoolExecutor  # who only reads days needs no threads

    def fsync_some(first: int) -> None:
        for path in waiting[first::_FSYNCS]:
            fsync(path)

    with ThreadPoolExecutor(_FSYNCS) as pool:
        for _ in pool.map(fsync_some, range(min(len(waiting), _FSYNCS))):
            pass


def fsync(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
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
