"""Open a user's file, unpacked: gz, bz2, xz, zst and zip are recognized by their first bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sealed_days.core.errors import SourceError

_MAGIC = {
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "old Excel",
}
_READ = {"gz", "bz2", "xz", "zst", "zip"}


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked.

    Raises:
        SourceError: it cannot be read, is cut off, or is of a kind that is not had.
    """
    try:
        raw = path.open("rb")
        head = raw.read(8)
        raw.seek(0)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise SourceError(msg) from None
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    damaged = _unpacking_errors(kind)
    try:
        with raw, _unpacked(path, raw, kind) as stream:
            yield stream
    except damaged as error:
        if getattr(error, "errno", None) is not None:
            raise  # the disk is full, say
        msg = f"{path} is cut off or damaged: it cannot be unpacked ({error}); get it again"
        raise SourceError(msg) from None


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a file for reading as text, unpacked, line ends as they are."""
    with open_bytes(path) as stream:
        yield io.TextIOWrapper(stream, encoding=encoding, newline="")


def _unpacked(path: Path, raw: IO[bytes], kind: str | None) -> Any:
    if kind is None:
        return raw
    if kind not in _READ:
        msg = f"{path} is a {kind} file, not CSV: export it as CSV, or pack that as gz, zip or zst"
        raise SourceError(msg)
    if kind == "gz":
        import gzip

        return gzip.GzipFile(fileobj=raw)
    if kind == "bz2":
        import bz2

        return bz2.BZ2File(raw)
    if kind == "xz":
        import lzma

        return lzma.LZMAFile(raw)
    if kind == "zst":
        import pyarrow as pa

        return io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd"))
    return _only_member(path, raw)


@contextmanager
def _only_member(path: Path, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    import zipfile

    try:
        with zipfile.ZipFile(raw) as archive:
            names = [
                name
                for name in archive.namelist()
                if not name.endswith("/") and not name.startswith("__MACOSX/")
            ]
            if "[Content_Types].xml" in names:
                msg = f"{path} is an Excel file, not CSV: export it as CSV"
                raise SourceError(msg)
            if len(names) != 1:
                msg = f"{path} holds {len(names)} files: a zip must hold one CSV file"
                raise SourceError(msg)
            with archive.open(names[0]) as member:
                yield member
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        msg = f"{path} cannot be unpacked: {error}"
        raise SourceError(msg) from None


def _unpacking_errors(kind: str | None) -> tuple[type[Exception], ...]:
    if kind is None:
        return ()
    import lzma
    import zlib

    return (EOFError, zlib.error, lzma.LZMAError, OSError)
