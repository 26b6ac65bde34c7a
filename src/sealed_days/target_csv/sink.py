"""The RECORD path: the rows of one stream become one scratch file, as they come."""

from __future__ import annotations

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


class CSVSink(MeltanoLabsCSVSink):
    """Writes the rows of a stream in our dialect to the day's scratch folder.

    Upstream's sink holds all rows in memory and writes over the good file at once.
    """

    def __init__(self, target: TargetCSV, *args: Any, **kwargs: Any) -> None:
        super().__init__(target, *args, **kwargs)
        self._columns = columns_of(self.schema)
        self._path = target.draft.path(self.stream_name)
        self._file: ScratchFile | None = None
        self._pending: list[str] = []
        self._length = 0
        self.rows = 0

    def setup(self) -> None:
        """Start the file with its header."""
        self._add(format_row(name for name, _, _ in self._columns))

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Write a row."""
        self._add(format_row(text_form(record.get(name), kind) for name, kind, _ in self._columns))
        self.rows += 1

    def process_batch(self, context: dict[str, Any]) -> None:
        """Do nothing: rows are written as they come."""

    def finish(self) -> ProvenFile:
        """Write what is pending; return the complete file."""
        file = self._flush()
        file.close()
        return file.proven(self.rows)

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
