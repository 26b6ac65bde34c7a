"""A compressed file that readers use as the file that it holds.

It is made of blocks that are compressed by themselves (members of a gzip file, frames of a zstd
file): any program that reads .gz or .zst reads them in one go, several threads write them, and a
reader may begin at any block.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import parse_qsl, unquote, urlencode, urlparse

KINDS = {"gzip": "gz", "zstd": "zst"}
"""What `compression` may be, and the ending that files then have."""
BLOCK = 1 << 20
"""Bytes of content in a block."""
_PIECE = 1 << 16
"""Bytes of content that a buffered reader takes at a time: they stay in the processor's cache."""
_THREADS = min(4, os.cpu_count() or 1)
_MARK = "#packed&"


class Out(Protocol):
    """What takes the compressed bytes."""

    def write(self, data: bytes) -> None:
        """Take a block."""


class _Block(Protocol):
    """A block that is being decompressed, piece by piece."""

    @property
    def eof(self) -> bool:
        """Whether all of it was returned."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take the compressed bytes, or none more, and return the next piece."""


@dataclass(frozen=True)
class PackedFile:
    """A compressed file. It answers as a Path to the uncompressed file does to its readers.

    `bytes` and `sha256` are those of the file as it lies, `size` is that of its content, and
    `blocks` are the compressed bytes of each block.
    """

    path: Path
    bytes: int
    sha256: str
    size: int
    blocks: tuple[int, ...]

    @property
    def ending(self) -> str:
        """The ending of its name: `gz` or `zst`."""
        return self.path.suffix[1:]

    @property
    def compression(self) -> str:
        """What made it: `gzip` or `zstd`."""
        return next(kind for kind, ending in KINDS.items() if ending == self.ending)

    @property
    def name(self) -> str:
        """The name that its content has."""
        return self.path.stem

    @property
    def parent(self) -> Path:
        """The folder in which it lies."""
        return self.path.parent

    def __str__(self) -> str:
        return str(self.path)

    def open(self, mode: str = "rb", buffering: int = -1, start: int = 0) -> BinaryIO:
        """Return a reader of the content, from a byte on.

        A block that is damaged ends it: whoever proves what was read finds another sha256.
        """
        if mode != "rb":
            raise io.UnsupportedOperation(mode)
        reader = _Reader(self, start)
        return cast(BinaryIO, reader if buffering == 0 else io.BufferedReader(reader, _PIECE))

    def stat(self) -> SimpleNamespace:
        """Return `st_size` of the content.

        Raises:
            OSError: the file is not there.
        """
        there = self.path.stat().st_size
        return SimpleNamespace(st_size=self.size if there == self.bytes else -1)

    def absolute(self) -> PackedFile:
        """Return the same file by its absolute path."""
        return PackedFile(self.path.absolute(), self.bytes, self.sha256, self.size, self.blocks)

    def as_uri(self) -> str:
        """Return a file:// URI that says all that a reader must know."""
        blocks = ",".join(map(str, self.blocks))
        said = {"bytes": self.bytes, "sha256": self.sha256, "size": self.size, "blocks": blocks}
        return f"{self.path.as_uri()}{_MARK}{urlencode(said)}"

    def as_path(self) -> Path:
        """Return itself, as those who read files take it."""
        return cast(Path, self)


def packed(path: Any) -> PackedFile | None:
    """Return a path as the compressed file that it is, None where it is none."""
    return path if isinstance(path, PackedFile) else None


def of_uri(uri: str) -> Path | None:
    """Return the compressed file that a URI names, None where it names none."""
    place, mark, said = uri.partition(_MARK)
    if not mark:
        return None
    known = dict(parse_qsl(said))
    blocks = tuple(int(size) for size in known["blocks"].split(",") if size)
    path = Path(unquote(urlparse(place).path))
    size = int(known["size"])
    return PackedFile(path, int(known["bytes"]), known["sha256"], size, blocks).as_path()


def pack(content: BinaryIO, out: Out, ending: str) -> tuple[int, str, tuple[int, ...]]:
    """Compress a file block by block, several side by side.

    Args:
        content: the file, read to its end.
        out: gets the compressed bytes.
        ending: `gz` or `zst`.

    Returns:
        The bytes of the content, its sha256, and the compressed bytes of each block.
    """
    from concurrent.futures import ThreadPoolExecutor  # most runs compress nothing

    compress = _compressor(ending)
    digest, size, blocks = hashlib.sha256(), 0, []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="pack") as pool:
        waiting: list[Any] = []

        def write_next() -> None:
            data = waiting.pop(0).result()
            out.write(data)
            blocks.append(len(data))

        while data := content.read(BLOCK):
            while len(data) < BLOCK and (more := content.read(BLOCK - len(data))):
                data += more
            waiting.append(pool.submit(compress, data))
            digest.update(data)
            size += len(data)
            if len(waiting) > _THREADS:
                write_next()
        while waiting:
            write_next()
    return size, digest.hexdigest(), tuple(blocks)


class _Reader(io.RawIOBase):
    def __init__(self, file: PackedFile, start: int) -> None:
        first = start // BLOCK
        self._file = file.path.open("rb", buffering=0)
        self._file.seek(sum(file.blocks[:first]))
        self._blocks = iter(file.blocks[first:])
        self._begin = _decompressor(file.ending)
        self._block: _Block | None = None
        skip = start % BLOCK
        while skip and (piece := self.read(min(skip, _PIECE))):
            skip -= len(piece)

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return some bytes, none at the end; all where no size is given."""
        if size < 0:
            return self.readall()
        # in pieces, not whole blocks: those would be in new memory each time, which costs a
        # quarter of the CPU
        while size:
            data = b""
            if self._block is None:
                if not (packed_bytes := next(self._blocks, 0)):
                    break
                self._block, data = self._begin(), self._file.read(packed_bytes)
            try:
                piece = self._block.decompress(data, size)
            except Exception:  # each library has its own; the sha256 tells
                piece = b""
            if self._block.eof:
                self._block = None
            elif not piece:  # it is damaged
                self._block, self._blocks = None, iter(())
            if piece:
                return piece
        return b""

    def readinto(self, target: Any, /) -> int:
        """Read some bytes; 0 at the end."""
        piece = self.read(len(target))
        target[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the file and free its block."""
        self._block = None
        self._file.close()
        super().close()


def _compressor(ending: str) -> Callable[[bytes], bytes]:
    """Return what compresses a block."""
    if ending == "gz":
        from isal import igzip

        # level 2 of igzip: three times as fast as zlib's level 1, and smaller
        return lambda data: igzip.compress(data, 2, mtime=0)
    zstd = _zstd()
    # a window of 128 KB: a fifth less CPU than with one of a whole block, which each call would
    # page in anew, and a tenth more on the disk at most
    options = {zstd.CompressionParameter.compression_level: 1}
    options[zstd.CompressionParameter.window_log] = 17
    return lambda data: zstd.compress(data, options=options)


def _decompressor(ending: str) -> Callable[[], _Block]:
    """Return what begins to decompress a block."""
    if ending == "gz":
        from isal import igzip_lib

        return lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    begin: Callable[[], _Block] = _zstd().ZstdDecompressor
    return begin


def _zstd() -> Any:
    try:
        from compression import zstd  # from Python 3.14 on
    except ImportError:
        from backports import zstd
    return zstd
