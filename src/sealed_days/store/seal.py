"""How a day is sealed: files gather in a draft, and are published together."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sealed_days.core.errors import FileError
from sealed_days.store import manifest as manifests
from sealed_days.store.layout import REJECTS, SCRATCH, safe_name
from sealed_days.store.manifest import StagedTable
from sealed_days.store.scratch import Scratch, sweep

if TYPE_CHECKING:
    from sealed_days.store.days import StagedDays


class Draft:
    """A day in the making: files gather in scratch until `seal` publishes them all.

    As a context manager it gives the lock and the scratch folder back, sealed or not.
    """

    def __init__(self, days: StagedDays, day: date, lock: int) -> None:
        self.days = days
        self.day = day
        self._lock = lock
        self._scratch = Scratch(days.root / SCRATCH)
        self._tables: dict[str, StagedTable] = {}
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

    def path(self, table: str) -> Path:
        """Return the scratch path to write a table's file to."""
        return self._scratch.path / f"{safe_name(table)}.csv"

    def take(self, table: str, source: Path) -> Path:
        """Bring a file into this draft and return its scratch path.

        A scratch file of our own area is moved. Any other file is the user's: it is copied.
        """
        return self._take(source, self.path(table))

    def take_rejects(self, table: str, source: Path) -> None:
        """Bring in the file of the rows that were set aside; it is published beside the table."""
        self._rejects[table] = self._take(source, self.path(table).with_suffix(".rejects"))

    def _take(self, source: Path, target: Path) -> Path:
        if source == target:
            return target
        area = (self.days.root / SCRATCH).resolve()
        if area in source.resolve().parents:
            source.rename(target)
        else:
            shutil.copyfile(source, target)
        return target

    def add(self, table: StagedTable) -> None:
        """Register a table whose file is complete at `path(table.name)`.

        Raises:
            UserError: the file has not the size it is said to have.
        """
        size = self.path(table.name).stat().st_size
        if size != table.file.bytes:
            msg = (
                f"the scratch file of {table.name} has {size} bytes where {table.file.bytes} were "
                f"written: nothing was published; run {self.days.command(self.day)}"
            )
            raise FileError(msg)
        self._tables[table.name] = table

    def seal(self, **about: Any) -> dict[str, Any]:
        """Publish the day: the old manifest goes, the files take their places, the new
        manifest is renamed in. A crash at any instant leaves the old day or an unsealed one.

        Args:
            about: what the manifest says besides its tables (snapshot, versions, …).

        Returns:
            The manifest.
        """
        days, day = self.days, self.day
        manifest = manifests.to_json(
            days.root, days.source, days.job, day, self._tables.values(), about
        )
        paths = {table: self.path(table) for table in self._tables}
        for path in (*paths.values(), *self._rejects.values()):
            _fsync(path)
        before = set((days.root / days.source).glob(f"*/{day.isoformat()}/*.csv"))
        manifest_path = days.manifest_path(day)
        manifest_path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._scratch.path / manifest_path.name
        draft.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        _fsync(draft)

        manifest_path.unlink(missing_ok=True)
        _fsync(manifest_path.parent)
        for table, path in paths.items():
            final = days.file_path(day, table)
            final.parent.mkdir(parents=True, exist_ok=True)
            path.rename(final)
            before.discard(final)
            if table in self._rejects:
                self._rejects[table].rename(final.parent / REJECTS)
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
