"""The RECORD path: rows of one stream become one scratch file, with bounded memory."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from meltanolabs_target_csv.sinks import CSVSink as MeltanoLabsCSVSink
from singer_sdk.sinks import BatchSink

from singer_copy.dialect import format_row, text_form
from singer_copy.messages import columns_of

if TYPE_CHECKING:
    from singer_copy.target_csv.target import TargetCSV


class CSVSink(MeltanoLabsCSVSink):
    """Writes the rows of a stream in our dialect to the day's scratch folder."""

    MAX_SIZE_DEFAULT = BatchSink.MAX_SIZE_DEFAULT
    """Rows held in memory at a time (upstream holds them all)."""

    def __init__(self, target: TargetCSV, *args: Any, **kwargs: Any) -> None:
        super().__init__(target, *args, **kwargs)
        self._target = target
        self._columns = columns_of(self.schema)
        self.rows = 0
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def setup(self) -> None:
        """Start the file with its header."""
        self._target.draft.path(self.stream_name).write_bytes(b"")
        self._write(format_row(name for name, _, _ in self._columns))

    def process_batch(self, context: dict) -> None:
        """Append the rows that have gathered."""
        records = context.get("records") or []
        self._write(
            "".join(
                format_row(text_form(record.get(name), kind) for name, kind, _ in self._columns)
                for record in records
            )
        )
        self.rows += len(records)

    def _write(self, text: str) -> None:
        data = text.encode()
        with self._target.draft.path(self.stream_name).open("ab") as file:
            file.write(data)
        self.bytes += len(data)
        self.sha256.update(data)
