"""A file on its way into an object store: uploaded in parts while it is written.

What is smaller than a part is one request, made at `close`. Larger files are multipart uploads
by a thread of their own; at most `UPLOADS` parts and one that fills are in memory.
Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

from sealed_days.core.dialect import last_end
from sealed_days.store.clouds import explain
from sealed_days.store.layout import piece_name

MIB = 1 << 20
MAX_PARTS = 10_000
"""Parts of one multipart upload, on S3 and Google; Azure takes 50,000."""
MIN_PART = 8 * MIB
MAX_PART = 64 * MIB
UPLOADS = 2
"""Parts of one file that travel at a time."""
_BLOCKS = 8
"""Blocks that wait for the uploading thread; a block is what one `write` brings."""


def part_size(expected: int) -> int:
    """Return the part size for a file that is expected to have so many bytes.

    A tenth of the parts is spared for a file that becomes longer; one that becomes longer
    still rolls over into a further object.
    """
    parts = MAX_PARTS * 9 // 10
    needed = -(-expected // parts)
    return min(max(MIN_PART, -(-needed // MIB) * MIB), MAX_PART)


class Aborted(Exception):
    """An upload was given up: no object is made of it."""


class ObjectSink:
    """A file that becomes one object, or several where it is too large for one.

    Objects of one file are pieces: concatenated, they are the file. Each ends with a record.

    Args:
        client: obstore's client.
        root: the store's URL, for messages.
        key: the first object's key; the others have `-00001`, … before the suffix.
        expected: roughly how many bytes will come, 0 where nobody knows.
        max_parts: parts of one object.
        part: bytes of a part, chosen from `expected` where None.
    """

    def __init__(
        self,
        client: Any,
        root: str,
        key: str,
        expected: int = 0,
        max_parts: int = MAX_PARTS,
        part: int | None = None,
    ) -> None:
        self.bytes = 0
        self.pieces: list[tuple[str, int]] = []
        self._client, self._root, self._key = client, root, key
        self._part = part or part_size(expected)
        # the rest is for the end of a record
        self._limit = self._part * (max_parts * 99 // 100)
        self._hash = hashlib.sha256()
        self._quoted = False
        self._piece_bytes = 0
        self._upload: _Upload | None = None

    @property
    def sha256(self) -> str:
        """The sha256 of what was written, as hex digits."""
        return self._hash.hexdigest()

    def write(self, data: bytes | memoryview) -> int:
        """Take all of a block.

        Raises:
            UserError: the store does not take it.
        """
        block = bytes(data)
        self._hash.update(block)
        self.bytes += len(block)
        end = 0
        if self._piece_bytes + len(block) > self._limit:
            end = last_end(block, quoted=self._quoted)
        if end:
            self._send(block[:end])
            self._end_piece()
        self._quoted ^= block.count(b'"') % 2 == 1
        if rest := block[end:]:
            self._send(rest)
        return len(block)

    def close(self) -> None:
        """Finish the file: its objects are there now; `bytes` and `sha256` are the whole's.

        Raises:
            UserError: the store did not take it.
        """
        if self._piece_bytes or not self.pieces:
            self._end_piece()

    def abort(self) -> None:
        """Give the file up; objects that are complete stay for the prune of old attempts."""
        if self._upload:
            self._upload.abort()
            self._upload = None

    def _send(self, block: bytes) -> None:
        if self._upload is None:
            self._upload = _Upload(self._client, self._root, self._piece_key(), self._part)
        self._upload.write(block)
        self._piece_bytes += len(block)

    def _end_piece(self) -> None:
        key = self._piece_key()
        upload = self._upload or _Upload(self._client, self._root, key, self._part)
        self._upload = None
        upload.close()
        self.pieces.append((key, self._piece_bytes))
        self._piece_bytes = 0

    def _piece_key(self) -> str:
        return piece_name(self._key, len(self.pieces))


class _Upload:
    """One object on its way; the thread begins with the second part."""

    def __init__(self, client: Any, root: str, key: str, part: int) -> None:
        self._client, self._root, self.key, self._part = client, root, key, part
        self._first: list[bytes] = []
        self._size = 0
        self._blocks: queue.Queue[bytes | None] = queue.Queue(_BLOCKS)
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None
        self._aborted = False

    def write(self, block: bytes) -> None:
        if self._thread is None:
            self._first.append(block)
            self._size += len(block)
            if self._size > self._part:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            return
        self._put(block)

    def close(self) -> None:
        if self._thread is None:
            import obstore

            try:
                data = b"".join(self._first)
                obstore.put(self._client, self.key, data, use_multipart=False)
            except Exception as error:
                raise self._explained(error) from None
            return
        self._put(None)
        self._thread.join()
        if self._error:
            raise self._explained(self._error) from None

    def abort(self) -> None:
        if self._thread is not None:
            self._aborted = True
            self._put(None)
            self._thread.join()

    def _run(self) -> None:
        import obstore

        try:
            obstore.put(
                self._client,
                self.key,
                self._taken(),
                use_multipart=True,
                chunk_size=self._part,
                max_concurrency=UPLOADS,
            )
        except Aborted:
            pass
        except Exception as error:  # told to the writer, whose next call raises it
            self._error = error
            while not self._blocks.empty():
                self._blocks.get_nowait()

    def _taken(self) -> Iterator[bytes]:
        first, self._first = self._first, []
        first.reverse()
        while first:
            yield first.pop()
        while (block := self._blocks.get()) is not None:
            yield block
        if self._aborted:
            raise Aborted  # obstore then aborts the multipart upload

    def _put(self, block: bytes | None) -> None:
        while True:
            if self._error:
                if block is None:
                    return
                raise self._explained(self._error) from None
            try:
                self._blocks.put(block, timeout=1)
            except queue.Full:
                continue
            return

    def _explained(self, error: Exception) -> Exception:
        return explain(error, self._root, f"write {self.key}")
