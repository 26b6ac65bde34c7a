"""The tap by the Singer SDK: rows one by one, stream maps, --about; the same calls as `run`."""

from __future__ import annotations

import sys
import tempfile
from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType
from typing import Any

from singer_sdk import Stream, Tap
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib import SchemaMessage

from sealed_days.core import dates, messages
from sealed_days.core.errors import SourceError, UserError
from sealed_days.core.messages import SOURCE_TYPE, STAGING
from sealed_days.core.pgtypes import json_schema
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.stream_map_names import check_names
from sealed_days.plugin.adapter import ChecksSettings
from sealed_days.store.days import SealedDay
from sealed_days.store.manifest import StagedTable
from sealed_days.store.scratch import Scratch
from sealed_days.tap_csv.check_and_copy import stage_all
from sealed_days.tap_csv.definitions import read_tables
from sealed_days.tap_csv.remote import Downloads
from sealed_days.tap_csv.select import Selection
from sealed_days.tap_csv.settings import Settings
from sealed_days.tap_csv.staged_days import assert_proven, open_days, staging_of
from sealed_days.tap_csv.tables import CsvTable
from sealed_days.tap_csv.types import from_text

_RENAMES = {"__alias__", "__source__"}


class FileStream(Stream):
    """A stream that is one file in our dialect once it is prepared."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    emit_activate_version_messages = False  # the tap writes them, after the last row

    def __init__(
        self,
        tap: TapCSV,
        name: str,
        columns: Sequence[tuple[str, str, str]],
        keys: Sequence[str],
    ) -> None:
        self.columns = tuple(columns)
        self.staging: dict[str, Any] = {}
        self.file: ProvenFile | None = None
        properties = {
            column: json_schema(kind, nullable=column not in keys) for column, kind, _ in columns
        }
        super().__init__(tap, {"type": "object", "properties": properties}, name)
        self.primary_keys = list(keys)

    @abstractmethod
    def prepare(self, scratch: Path) -> None:
        """Check the stream and set `file` and `staging`; nothing is sent to the target yet."""

    def verify(self) -> None:
        """Check `file` before its rows are read here, if `prepare` has not."""

    def get_batch_config(self, config: Any) -> None:
        """Return None: `TapCSV.sync_all` writes BATCH, `sync` (of --test) writes RECORDs."""

    @property
    def sends_whole_files(self) -> bool:
        """Whether the target gets the file as it is: stream maps at most rename."""
        if not self.config.get("batch_config") or self.config.get("flattening_enabled"):
            return False
        kept = [m for m in self.stream_maps if not isinstance(m, RemoveRecordTransform)]
        if len(kept) != 1 or not all(
            self.mask[("properties", column)] for column, _, _ in self.columns
        ):
            return False
        maps = self.config.get("stream_maps") or {}
        return not any(
            isinstance(given, dict)
            and fnmatch(self.name, given.get("__source__", pattern))
            and given.keys() - _RENAMES
            for pattern, given in maps.items()
        )

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows of the file, typed."""
        from sealed_days.tap_csv import duckdb_check as check

        with tempfile.TemporaryDirectory(prefix="tap-csv-") as folder:
            if self.file is None:
                self.prepare(Path(folder))
            assert self.file is not None  # noqa: S101
            self.verify()
            names = [name for name, _, _ in self.columns]
            convert = [from_text(kind) for _, kind, _ in self.columns]
            try:
                with check.session(Path(folder)) as session:
                    for row in check.read_rows(session, self.file.path, len(names)):
                        yield {
                            name: None if text is None else of(text)
                            for name, of, text in zip(names, convert, row, strict=True)
                        }
            finally:
                if Path(folder) in self.file.path.parents:
                    self.file = None

    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        exact = {name: source for name, kind, source in self.columns if source != kind}
        staging = self.staging
        for message in super()._generate_schema_messages():
            properties = {
                name: prop | {SOURCE_TYPE: exact[name]} if name in exact else prop
                for name, prop in message.schema["properties"].items()
            }
            message.schema = {**message.schema, "properties": properties, STAGING: staging}
            # where one stream becomes several, the rows set aside go with the first
            staging = {key: value for key, value in staging.items() if key != "rejects"}
            yield message

    def send(self, version: int) -> None:
        """Write the stream's BATCH or RECORD messages, then its ACTIVATE_VERSION."""
        assert self.file is not None  # noqa: S101
        self._stream_version = version
        if self.sends_whole_files:
            for stream_map in self.stream_maps:
                messages.write(messages.batch(stream_map.stream_alias, self.file))
        else:
            for record in self.get_records(None):
                self._write_record_message(record)
        self._write_activate_version_message(version)


class CsvStream(FileStream):
    """A stream of the user's own CSV files."""

    def __init__(self, tap: TapCSV, table: CsvTable) -> None:
        self.table = table
        columns = [(name, kind, kind) for name, kind in table.all_columns]
        super().__init__(tap, table.entity, columns, table.keys)

    def prepare(self, scratch: Path) -> None:
        """Check the files and bring them into scratch."""
        [(staged, self.staging)] = stage_all([self.table], scratch, self._tap.logger)
        self.file = staged.file


class StagedStream(FileStream):
    """A table of a sealed day."""

    def __init__(self, tap: TapCSV, sealed: SealedDay, table: StagedTable, job: str) -> None:
        self.table = table
        self._command = f"DATE={sealed.day.isoformat()} meltano run {job}"
        super().__init__(tap, table.name, table.columns, table.keys)
        self.staging = staging_of(sealed, table, job)
        self.file = table.file

    def prepare(self, scratch: Path) -> None:
        """Do nothing: the reader of the file, the target or `verify`, compares its sha256."""

    def verify(self) -> None:
        """Compare the file's sha256 with its manifest."""
        assert_proven(self.table, self._command)


class TapCSV(ChecksSettings, Tap):
    """Singer tap for CSV files, and for the sealed days that this project stages."""

    name = "tap-csv"
    package_name = "northwind-meltano-pipeline"
    settings_class = Settings
    config_jsonschema = Settings.json_schema()

    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add nothing: `Settings` has the SDK's own settings too."""

    def discover_streams(self) -> Sequence[FileStream]:
        """Return the streams of the role that the config chooses.

        Raises:
            UserError: the config names no role or both, DATE is wrong, files are missing.
        """
        settings = Settings.parse(self.config, self.name)
        day, given = settings.resolve_date()
        selection = Selection.from_environment()
        if settings.reads_users_files:
            # what came from URLs stays until the process ends
            area = settings.scratch_area if settings.batch_config else Path(tempfile.gettempdir())
            tables = read_tables(settings, selection, day, Downloads(lambda: area))
            return [CsvStream(self, table) for table in tables]
        if said := dates.date_line(day, given, settings.timezone):
            self.logger.info(said)
        jobs = settings.jobs
        days = open_days(settings.staged_root, jobs, day, selection)
        return [
            StagedStream(self, sealed, table, jobs[sealed.source])
            for sealed in days
            for table in sealed.tables
        ]

    def sync_all(self) -> None:
        """Check every stream, then write all SCHEMAs, then stream by stream its rows.

        A target knows so the full list before the first row, and a stream is complete when
        its ACTIVATE_VERSION is there. There is no state: a file is read as a whole.
        """
        check_names(self.config.get("stream_maps") or {}, self.streams.keys())
        streams = [
            stream
            for stream in self.streams.values()
            if isinstance(stream, FileStream) and stream.selected
        ]
        with self._scratch(streams) as scratch:
            wrong = []
            for stream in streams:
                try:
                    stream.prepare(scratch)
                except UserError as error:
                    wrong.append(str(error))
            if wrong:
                raise SourceError("; ".join(wrong))
            whole = all(stream.sends_whole_files for stream in streams)
            for stream in streams:
                if whole:  # a target may then do without the SDK
                    stream.staging["whole_files"] = True
                stream._write_schema_message()
            # the longest first: the target's workers end together
            for stream in sorted(streams, key=_size, reverse=True):
                stream.send(self.initialized_at)

    @contextmanager
    def _scratch(self, streams: Iterable[FileStream]) -> Iterator[Path]:
        """Yield a folder for scratch files, which outlives the tap only if all went well."""
        own = any(isinstance(stream, CsvStream) for stream in streams)
        settings = Settings.parse(self.config, self.name)
        if not own or settings.batch_config is None:
            with tempfile.TemporaryDirectory(prefix="tap-csv-") as folder:
                yield Path(folder)
            return
        scratch = Scratch(settings.scratch_area)
        try:
            yield scratch.path
        except BaseException:
            scratch.close()
            raise
        # the target moves the files that messages name; others would keep the folder alive
        named = {stream.file.path for stream in streams if stream.file and stream.sends_whole_files}
        named |= {
            messages.file_of(stream.staging["rejects"]["path"])
            for stream in streams
            if "rejects" in stream.staging
        }
        for stream in streams:
            if stream.file is not None and stream.file.path not in named:
                stream.file.path.unlink(missing_ok=True)
        if not named:
            scratch.close()
        scratch.release()

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End with an error: what was not sent to the end is not a success."""
        sys.exit(128 + signum)


def _size(stream: FileStream) -> int:
    return stream.file.bytes if stream.file else 0
