"""A staged file on an object store: what readers ask of a path, asked of objects.

Its URI is `s3://bucket/prefix/postgres/2025-01-01/{attempt}/orders.csv#bytes=1200,800`: the
bytes of the object and of those that follow it (`orders-00001.csv`, …). Concatenated, they are
the file.
"""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO, cast
from urllib.parse import quote, unquote

from sealed_days.core.errors import FileError
from sealed_days.store.layout import MANIFEST_SUFFIX, object_paths
from sealed_days.store.objects import Objects


@functools.cache
def store_at(root: str) -> Objects:
    """Return this process's one client for a store.

    Raises:
        ConfigurationError: a setting is missing.
    """
    return Objects(root)


def bucket_of(url: str) -> tuple[Objects, str]:
    """Return the client for an URL's bucket, and the URL's key there."""
    scheme, _, place = url.partition("://")
    bucket, _, key = place.partition("/")
    return store_at(f"{scheme}://{bucket}"), key


@dataclass(frozen=True)
class ObjectFile:
    """Objects that are one file. It answers as a Path does to those who read files.

    `folder` is the URL of the folder, `pieces` are (name, bytes).
    """

    folder: str
    pieces: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """The first object's name."""
        return self.pieces[0][0]

    @property
    def url(self) -> str:
        """The first object's URL."""
        return f"{self.folder}/{self.name}"

    def __str__(self) -> str:
        return self.url

    def open(self, mode: str = "rb", buffering: int = -1, start: int = 0) -> BinaryIO:
        """Return a reader of the whole file, from a byte on."""
        del buffering
        if mode != "rb":
            raise io.UnsupportedOperation(mode)
        store, folder = bucket_of(self.folder)
        pieces = [(f"{folder}/{name}", size) for name, size in self.pieces]
        return store.open(pieces, start, self._staged_again)

    def _staged_again(self) -> list[tuple[str, int]] | None:
        """Return the keys of a file of the same names and bytes that the manifest names now.

        A day may be staged again while it is read; whoever reads compares the sha256 at the end.
        """
        day_folder, _, attempt = self.folder.rpartition("/")
        source_folder, _, day = day_folder.rpartition("/")
        store, source = bucket_of(source_folder)
        found = store.read(f"{source}/{day}{MANIFEST_SUFFIX}")
        for resource in json.loads(found[0])["resources"] if found else []:
            paths = [path.rpartition("/") for path in object_paths(resource["path"])]
            is_same = [name for _, _, name in paths] == [name for name, _ in self.pieces]
            if is_same and resource["bytes"] == sum(size for _, size in self.pieces):
                folder = paths[0][0]
                if folder == f"{day}/{attempt}":
                    return None
                return [(f"{source}/{folder}/{name}", size) for name, size in self.pieces]
        return None

    def stat(self) -> SimpleNamespace:
        """Return `st_size`, the sum over the objects.

        Raises:
            FileNotFoundError: one of them is not there.
        """
        store, folder = bucket_of(self.folder)
        total = 0
        for name, _ in self.pieces:
            size = store.size(f"{folder}/{name}")
            if size is None:
                raise FileNotFoundError(2, "No such object", f"{self.folder}/{name}")
            total += size
        return SimpleNamespace(st_size=total)

    def absolute(self) -> ObjectFile:
        """Return itself."""
        return self

    def as_uri(self) -> str:
        """Return the URI that names all its objects, with their bytes."""
        sizes = ",".join(str(size) for _, size in self.pieces)
        return f"{self.folder}/{quote(self.name)}#bytes={sizes}"

    def read_bytes(self) -> bytes:
        """Return what the first object has now, whatever its size was.

        Raises:
            FileNotFoundError: it is not there.
        """
        store, folder = bucket_of(self.folder)
        found = store.read(f"{folder}/{self.name}")
        if found is None:
            raise FileNotFoundError(2, "No such object", self.url)
        return found[0]


def object_file(folder: str, pieces: Sequence[tuple[str, int]]) -> Path:
    """Return the objects of one file, as those who read files take it.

    Args:
        folder: the URL of their folder.
        pieces: their names and bytes, in order.
    """
    # readers call open, stat, name and as_uri alone, which it has
    return cast(Path, ObjectFile(folder, tuple(pieces)))


def piece_name(name: str, number: int) -> str:
    """Return the name of a file's n-th object: `orders.csv`, `orders-00001.csv`, …"""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{number:05d}{dot}{suffix}" if number else name


def object_of(uri: str) -> Path:
    """Return the file that a URI of a BATCH message names.

    Raises:
        FileError: the URI does not say how long its objects are.
    """
    place, _, sizes = uri.partition("#bytes=")
    folder, _, name = place.rpartition("/")
    try:
        numbers = [int(size) for size in sizes.split(",")]
    except ValueError:
        msg = f"{uri} does not say how many bytes it has: only a tap of this project can send it"
        raise FileError(msg) from None
    name = unquote(name)
    return object_file(folder, [(piece_name(name, n), size) for n, size in enumerate(numbers)])
