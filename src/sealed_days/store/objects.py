"""Requests to an object store (S3, Azure Blob Storage, Google Cloud Storage).

Objects are put on a condition, read in ranges, and listed. Which objects a day has: `object_days`.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.store.clouds import RETRY_SECONDS, connect, explain
from sealed_days.store.object_sink import ObjectSink

READ_BYTES = 4 << 20
"""Bytes of one range request; two are in memory for each open file."""
_FETCHERS = 4
"""Threads that fetch ranges for all open files: the allocator keeps some blocks for each thread."""
_BUFFER_BYTES = 256 * 1024
"""Bytes that a reader keeps beside them, for those who read less at a time."""

Version = dict[str, str]
"""Names the bytes of an object at one moment; opaque."""


class Lost(Exception):
    """An object is not what it was: somebody else changed it."""


@dataclass(frozen=True)
class Entry:
    """One object of a listing, or one folder where `bytes` is None."""

    key: str
    bytes: int | None
    modified: datetime | None


class Objects:
    """A store's verbs. Keys are relative to the URL's prefix.

    Args:
        root: `s3://bucket/prefix`, `gs://bucket/prefix` or `az://container/prefix`.
        retry_seconds: how long a request is tried again.

    Raises:
        ConfigurationError: a setting is missing.
    """

    def __init__(self, root: str, retry_seconds: float = RETRY_SECONDS) -> None:
        self.root = root.rstrip("/")
        self.client = connect(self.root, retry_seconds)
        self._fetchers = ThreadPoolExecutor(_FETCHERS, "fetch")

    def url(self, key: str) -> str:
        """Return an object's URL."""
        return f"{self.root}/{key}"

    def probe(self) -> None:
        """Refuse a store without conditional writes: two runs could both seal a day there.

        Raises:
            UserError: it has none, or it cannot be reached.
        """
        key = f".probe/{secrets.token_hex(8)}"
        self.publish(key, b"first", None)
        try:
            self.publish(key, b"second", None)
        except Lost:
            return
        finally:
            self.remove([key])
        msg = (
            f"{self.root} has no conditional writes (of two writes that must not overwrite both "
            "succeeded): days would not be safe there; use another store (SeaweedFS from 4.17 on)"
        )
        raise ConfigurationError(msg)

    def read(self, key: str) -> tuple[bytes, Version] | None:
        """Return an object's bytes and version, None where it is not there.

        Raises:
            UserError: the store cannot be read.
        """
        import obstore

        try:
            found = obstore.get(self.client, key)
            return bytes(found.bytes()), _version(found.meta)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error) or "ContainerNotFound" in str(error):
                raise explain(error, self.root, f"read {key}") from None
            return None
        except Exception as error:
            raise self._explained(error, f"read {key}") from None

    def publish(self, key: str, data: bytes, expect: Version | None) -> Version:
        """Put an object if it is still what it was.

        An answer may be lost on its way: where the store refuses or fails, what is there is
        compared with what was to be put.

        Args:
            key: the object.
            data: all of its bytes.
            expect: the version that it has now, None where it must not exist.

        Raises:
            Lost: somebody else has put it since.
            UserError: the store does not take it.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        mode: Any = dict(expect) if expect else "create"
        try:
            return _version(obstore.put(self.client, key, data, mode=mode, use_multipart=False))
        except Exception as error:
            refused = isinstance(error, AlreadyExistsError | PreconditionError | FileNotFoundError)
            failure = None if refused else self._explained(error, f"write {key}")
        try:
            now = self.read(key)
        except UserError as error:
            raise failure or error from None
        if now and now[0] == data:
            return now[1]
        if failure:
            raise failure
        raise Lost(key)

    def put_file(self, key: str, path: Path) -> None:
        """Put a file, over whatever the key has.

        Raises:
            UserError: the store does not take it.
        """
        import obstore

        try:
            obstore.put(self.client, key, path)
        except Exception as error:
            raise self._explained(error, f"write {key}") from None

    def create(self, key: str, expected: int = 0) -> ObjectSink:
        """Begin a file that never changes.

        Args:
            key: a key that nobody else uses: an attempt's own.
            expected: roughly how many bytes it will have.
        """
        return ObjectSink(self.client, self.root, key, expected)

    def open(
        self,
        pieces: Sequence[tuple[str, int]],
        start: int = 0,
        again: Callable[[], Sequence[tuple[str, int]] | None] | None = None,
    ) -> BinaryIO:
        """Return a file of one or more objects, from a byte on.

        Args:
            pieces: keys and bytes, in order.
            start: where to begin.
            again: asked once, where an object is gone, for others of the same bytes.

        Returns:
            A reader; its `read` raises FileNotFoundError where an object is gone, UserError
            where the store cannot be read.
        """
        return io.BufferedReader(_Reader(self, pieces, start, again), _BUFFER_BYTES)

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """Yield every object below a prefix.

        Raises:
            UserError: the store cannot be read.
        """
        import obstore

        try:
            for batch in obstore.list(self.client, prefix):
                for meta in batch:
                    yield Entry(meta["path"], meta["size"], meta["last_modified"])
        except Exception as error:
            raise self._explained(error, f"list {prefix}") from None

    def list_folder(self, prefix: str = "") -> Iterator[Entry]:
        """Yield the objects and folders directly below a prefix, whatever lies deeper.

        Raises:
            UserError: the store cannot be read.
        """
        import obstore

        try:
            found = obstore.list_with_delimiter(self.client, prefix)
        except Exception as error:
            raise self._explained(error, f"list {prefix}") from None
        for folder in found["common_prefixes"]:
            yield Entry(folder, None, None)
        for meta in found["objects"]:
            yield Entry(meta["path"], meta["size"], meta["last_modified"])

    def size(self, key: str) -> int | None:
        """Return an object's size in bytes, None where it is not there.

        Raises:
            UserError: the store cannot be read.
        """
        import obstore

        try:
            return int(obstore.head(self.client, key)["size"])
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._explained(error, f"read {key}") from None

    def modified(self, key: str) -> datetime:
        """Return when an object was put, by the store's clock.

        Raises:
            UserError: the store cannot be read, or the object is gone.
        """
        import obstore

        try:
            found: datetime = obstore.head(self.client, key)["last_modified"]
        except Exception as error:
            raise self._explained(error, f"read {key}") from None
        return found

    def remove(self, keys: Iterable[str]) -> None:
        """Remove objects; one that is not there is no error.

        Raises:
            UserError: the store does not do it.
        """
        import obstore

        names = list(keys)
        try:
            if names:
                obstore.delete(self.client, names)
        except FileNotFoundError:
            if len(names) > 1:
                for name in names:
                    self.remove([name])
        except Exception as error:
            raise self._explained(error, f"remove {names[0]}") from None

    def read_range(self, key: str, start: int, end: int) -> memoryview:
        """Return bytes of an object.

        Raises:
            FileNotFoundError: it is gone.
            UserError: the store cannot be read.
        """
        import obstore

        try:
            return memoryview(obstore.get_range(self.client, key, start=start, end=end))
        except FileNotFoundError:
            raise FileNotFoundError(2, "it is gone", self.url(key)) from None
        except Exception as error:
            raise self._explained(error, f"read {key}") from None

    def fetch(self, key: str, start: int, end: int) -> Future[memoryview]:
        """Begin to read bytes of an object."""
        return self._fetchers.submit(self.read_range, key, start, end)

    def _explained(self, error: Exception, what: str) -> Exception:
        """Return the one line for an error of the store; a bug of ours stays what it is."""
        if isinstance(error, UserError) or not _is_of_store(error):
            return error
        return explain(error, self.root, what)


class _Reader(io.RawIOBase):
    """Reads ranges in order, the next one while the last one is used."""

    def __init__(
        self,
        store: Objects,
        pieces: Sequence[tuple[str, int]],
        start: int,
        again: Callable[[], Sequence[tuple[str, int]] | None] | None,
    ) -> None:
        self._store, self._at, self._again = store, start, again
        self._ranges = _ranges(pieces, start)
        self._next: Future[memoryview] | None = None
        self._block = memoryview(b"")
        self._fetch()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._block and self._next:
            try:
                block = self._next.result()
            except FileNotFoundError:
                again, self._again = self._again, None
                pieces = again() if again else None
                if pieces is None:
                    raise
                self._ranges = _ranges(pieces, self._at)
                self._fetch()
                block = self._next.result()
            self._at += len(block)
            self._fetch()
            self._block = block
        given = self._block[: len(buffer)]
        buffer[: len(given)] = given
        self._block = self._block[len(given) :]
        return len(given)

    def close(self) -> None:
        if not self.closed:
            if self._next:
                self._next.cancel()
            self._next, self._block = None, memoryview(b"")
        super().close()

    def _fetch(self) -> None:
        wanted = next(self._ranges, None)
        self._next = self._store.fetch(*wanted) if wanted else None


def _ranges(pieces: Sequence[tuple[str, int]], start: int) -> Iterator[tuple[str, int, int]]:
    for key, size in pieces:
        while start < size:
            end = min(start + READ_BYTES, size)
            yield key, start, end
            start = end
        start -= size


def _version(meta: Any) -> Version:
    # a None would be sent as a condition
    return {name: meta[name] for name in ("e_tag", "version") if meta.get(name)}


def _is_of_store(error: Exception) -> bool:
    from obstore.exceptions import BaseError

    return isinstance(error, BaseError | OSError | ValueError)
