"""How a day is sealed: files gather in a draft, and are published together."""

from __future__ import annotations

import errno
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealed_days.core.closing import Closing
from sealed_days.core.dialect import check_header
from sealed_days.core.errors import FileError
from sealed_days.core.packed_file import KINDS, PackedFile, pack, packed
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store import manifest as manifests
from sealed_days.store.layout import SCRATCH, safe_name
from sealed_days.store.manifest import StagedTable
from sealed_days.store.protocol import Lease
from sealed_days.store.scratch import ScratchFile

if TYPE_CHECKING:
    from sealed_days.store.days import StagedDays


class Draft(Closing):
    """A day that is being written: files gather in an attempt until `seal` publishes them all.

    As a context manager it releases the lease, sealed or not.
    """

    def __init__(self, days: StagedDays, day: date, lease: Lease) -> None:
        self.days = days
        self.day = day
        self._lease = lease
        self._attempt = days.store.attempt(day)
        self._tables: dict[str, StagedTable] = {}
        self._scratch: dict[Path, bool] = {}

    def path(self, table: str) -> Path:
        """Return the path to write a table's file to."""
        return self._attempt.path / f"{safe_name(table)}.csv"

    def take(self, table: str, source: Path) -> Path:
        """Bring a file into this draft and return its path there.

        A scratch file of our own area is moved. Any other file is the user's: it is copied.
        """
        if file := packed(source):
            target = self.path(table).with_name(f"{safe_name(table)}.csv.{file.ending}")
            return replace(file, path=self._take(file.path, target)).as_path()
        return self._take(source, self.path(table))

    def pack(self, table: str, file: ProvenFile, compression: str) -> ProvenFile:
        """Compress a file into this draft, and prove its content on the way.

        Args:
            table: the table's name.
            file: a plain file, which is removed where it is this draft's own.
            compression: `gzip` or `zstd`.

        Raises:
            FileError: the file is not what its proof says.
        """
        ending = KINDS[compression]
        target = self.path(table)
        with (
            file.path.open("rb", buffering=0) as content,
            closing(ScratchFile(target.with_name(f"{target.name}.{ending}"))) as out,
        ):
            size, sha256, blocks = pack(content, out, ending)
        if sha256 != file.sha256:
            msg = (
                f"{file.path} is not what was written to it (sha256 differs): nothing was "
                f"published; run {self.days.command(self.day)}"
            )
            raise FileError(msg)
        if file.path == target:
            target.unlink()
        packed_ = PackedFile(out.path, out.bytes, out.sha256, size, blocks)
        return file.at(packed_.as_path())

    def take_rejects(self, table: str, source: Path) -> None:
        """Bring in the file of the rows that were set aside; it is published beside the table."""
        self._take(source, self.path(table).with_suffix(".rejects"))

    def _take(self, source: Path, target: Path) -> Path:
        if source == target:
            return target
        import shutil

        if source.is_symlink() or not self._is_scratch(source.parent):
            shutil.copyfile(source, target)
            return target
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # the source's folder is a link to another filesystem
            shutil.copyfile(source, target)
            source.unlink()
        return target

    def _is_scratch(self, folder: Path) -> bool:
        """Return whether a folder is below the taps' scratch area, wherever links lead."""
        if folder not in self._scratch:
            area = (self.days.root / SCRATCH).resolve()
            resolved = folder.resolve()
            self._scratch[folder] = area == resolved or area in resolved.parents
        return self._scratch[folder]

    def add(self, table: StagedTable) -> None:
        """Register a table whose file is complete at `path(table.name)`.

        Raises:
            FileError: the file has another size than its proof.
        """
        path = table.file.path if packed(table.file.path) else self.path(table.name)
        size = path.stat().st_size
        if size != table.file.bytes:
            msg = (
                f"the scratch file of {table.name} has {size} bytes where {table.file.bytes} were "
                f"written: nothing was published; run {self.days.command(self.day)}"
            )
            raise FileError(msg)
        try:
            check_header(path, (name for name, _, _ in table.columns))
        except ValueError as error:
            msg = (
                f"the scratch file of {table.name} is not that of its columns: {error}: "
                f"nothing was published; run {self.days.command(self.day)}"
            )
            raise FileError(msg) from None
        self._tables[table.name] = table

    def seal(self, **about: Any) -> dict[str, Any]:
        """Publish the day: a crash at any instant leaves the old day or the new one.

        Args:
            about: what the manifest says besides its tables (snapshot, versions, …).

        Returns:
            The manifest.

        Raises:
            OSError: nothing was changed.
            FileError: the day is published, and some files are not in their places yet.
        """
        manifest = manifests.to_json(
            self.days.source, self.days.job, self.day, self._tables.values(), about
        )
        self.days.store.publish(self.day, self._attempt, manifest)
        return manifest

    def close(self) -> None:
        """Remove what was not published and release the lease."""
        try:
            self._attempt.close()
        finally:
            self._lease.close()
