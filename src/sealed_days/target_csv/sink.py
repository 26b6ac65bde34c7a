"""The RECORD path: the rows of one stream become one scratch file, as they come."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meltanolabs_target_csv.sinks import CSVSink as MeltanoLabsCSVSink

from sealed_days.core.dialect import format_row, text_form
from sealed_days.core.messages import columns_of
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.scratch import ScratchFile

if TYPE_CHECKING:
    from sealed_days.target_csv.sdk import TargetCSV

BLOCK = 1 << 16
"""Characters that gather before they are written."""


class RowFile:
    """The rows of one stream, in one file of our dialect.

    A tap may send another SCHEMA between rows: new columns come last, and are NULL in the rows
    before.
    """

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._path = path
        self._types: dict[str, str] = {}
        self._file: ScratchFile | None = None
        self._pending: list[str] = []
        self._length = 0

    def take_columns(self, columns: Iterable[tuple[str, str, str]]) -> None:
        """Take the columns (name, type, source type) of the stream's SCHEMA."""
        before = len(self._types)
        self._types |= {name: kind for name, kind, _ in columns if name not in self._types}
        added = len(self._types) - before
        if not self.rows:
            self._pending, self._length = [], 0
            self._add(format_row(self._types))
        elif added:
            self._widen(added)

    def write(self, record: dict[str, Any]) -> None:
        """Write a row."""
        self._add(format_row(text_form(record.get(n), kind) for n, kind in self._types.items()))
        self.rows += 1

    def finish(self) -> ProvenFile:
        """Write what is pending; return the complete file."""
        file = self._flush()
        file.close()
        return file.proven(self.rows)

    def _widen(self, added: int) -> None:
        """Write the file again with NULL in the new columns of each row."""
        self._flush().close()
        narrow = self._path.with_suffix(".narrow")
        self._path.rename(narrow)
        self._file = None
        nulls, is_header, is_quoted = "," * added + "\n", True, False
        with narrow.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                is_quoted ^= line.count('"') % 2 == 1
                if is_quoted:  # the row goes on in the next line
                    self._add("" if is_header else line)
                    continue
                self._add(format_row(self._types) if is_header else line[:-1] + nulls)
                is_header = False
        narrow.unlink()

    def _add(self, line: str) -> None:
        self._pending.append(line)
        self._length += len(line)
        if self._length >= BLOCK:
            self._flush()

    def _flush(self) -> ScratchFile:
        # not before there are rows: a stream may come as a whole file after all
        self._file = self._file or ScratchFile(self._path)
        self._file.write("".join(self._pending).encode())
        self._pending.clear()
        self._length = 0
        return self._file


class CSVSink(MeltanoLabsCSVSink):
    """Writes the rows of a stream to the day's scratch folder.

    Upstream's sink holds all rows in memory and writes over the good file at once. The SDK makes a
    new sink when a stream's SCHEMA changes: all sinks of a stream write to its one file.
    """

    def __init__(self, target: TargetCSV, *args: Any, **kwargs: Any) -> None:
        super().__init__(target, *args, **kwargs)
        self._file = target.row_file(self.stream_name)

    def setup(self) -> None:
        """Start the file with its header, or add the columns of a later SCHEMA."""
        self._file.take_columns(columns_of(self.schema))

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Write a row."""
        self._file.write(record)

    def process_batch(self, context: dict[str, Any]) -> None:
        """Do nothing: rows are written as they come."""

    def finish(self) -> ProvenFile:
        """Return the complete file."""
        return self._file.finish()
