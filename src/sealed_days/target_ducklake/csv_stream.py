"""A staged file as a stream of Arrow batches of texts, proven when it has been read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sealed_days.core.errors import FileError
from sealed_days.core.proven_file import ProvenFile

LARGEST_ROW = 1 << 30
"""Bytes; a row of PostgreSQL has at most 1 GiB of text."""


class ProvenCsv:
    """Reads a file once: what is loaded is what is hashed.

    It answers as a binary file does to Arrow's reader; `batches` returns that.

    Args:
        file: the file and what proves it, on this machine or on a store.
    """

    def __init__(self, file: ProvenFile) -> None:
        self._file = file
        self._stream = file.path.open("rb")
        self._digest = hashlib.sha256()
        self._bytes = 0
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the file."""
        data = self._stream.read(size)
        self._digest.update(data)
        self._bytes += len(data)
        return data

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def batches(self, columns: Sequence[str], block: int) -> Any:
        """Return Arrow's reader: NULL is an unquoted empty field, the empty string a quoted one.

        Args:
            columns: the names in the header.
            block: bytes that are parsed at a time; no row may be longer.
        """
        import pyarrow as pa
        from pyarrow import csv

        reader = csv.open_csv(
            pa.PythonFile(self, mode="r"),
            read_options=csv.ReadOptions(block_size=block, use_threads=True),
            parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in columns},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        if reader.schema.names != list(columns):
            msg = (
                f"{self._file.path} has the columns {', '.join(reader.schema.names)[:200]} where "
                f"its manifest has {', '.join(columns)[:200]}: stage the day again"
            )
            raise FileError(msg)
        return reader

    def check(self, rows: int) -> None:
        """Compare what was read with what the manifest says.

        Raises:
            FileError: it is another file, or rows were lost.
        """
        file = self._file
        if (self._bytes, self._digest.hexdigest()) != (file.bytes, file.sha256):
            msg = (
                f"{file.path} is damaged: its sha256 is not that of the manifest: nothing was "
                "published; stage the day again"
            )
            raise FileError(msg)
        if rows != file.rows:
            msg = (
                f"{file.path} has {file.rows:,} rows, {rows:,} went into the lake: nothing was "
                "published; please report it"
            )
            raise FileError(msg)

    def close(self) -> None:
        """Close the file."""
        self.closed = True
        self._stream.close()
