"""The tap: its settings, and how streams of whole files are told to a target."""

from __future__ import annotations

import sys
import tempfile
from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType
from typing import Any

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib import SchemaMessage

from sealed_days.core import dates, messages
from sealed_days.core.messages import SOURCE_TYPE, STAGING
from sealed_days.core.pgtypes import json_schema
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.days import SealedDay
from sealed_days.store.manifest import StagedTable
from sealed_days.store.scratch import Scratch
from sealed_days.tap_csv.check_and_copy import read_now, stage, told_rejects
from sealed_days.tap_csv.definitions import CsvTable, read_tables, reads_users_files
from sealed_days.tap_csv.sealed_days import assert_proven, open_days, staging_of
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
        staging: dict[str, Any],
    ) -> None:
        self.columns = tuple(columns)
        self.staging = staging
        self.file: ProvenFile | None = None
        properties = {
            column: json_schema(kind, nullable=column not in keys) for column, kind, _ in columns
        }
        super().__init__(tap, {"type": "object", "properties": properties}, name)
        self.primary_keys = list(keys)

    @abstractmethod
    def prepare(self, scratch: Path) -> None:
        """Check the stream and set `file`; nothing is sent to the target yet."""

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
            database = check.Database(Path(folder))
            try:
                for row in check.read_rows(database.session(), self.file.path, len(names)):
                    yield {
                        name: None if text is None else of(text)
                        for name, of, text in zip(names, convert, row, strict=True)
                    }
            finally:
                database.close()
                if Path(folder) in self.file.path.parents:
                    self.file = None

    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        exact = {name: source for name, kind, source in self.columns if source != kind}
        for message in super()._generate_schema_messages():
            properties = {
                name: prop | {SOURCE_TYPE: exact[name]} if name in exact else prop
                for name, prop in message.schema["properties"].items()
            }
            message.schema = {**message.schema, "properties": properties, STAGING: self.staging}
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
        super().__init__(
            tap,
            table.entity,
            [(name, kind, kind) for name, kind in table.all_columns],
            table.keys,
            read_now(),
        )

    def prepare(self, scratch: Path) -> None:
        """Check the files and bring them into scratch."""
        quarantine = self.config.get("on_bad_row") == "quarantine"
        log = self._tap.logger
        done = stage(
            self.table,
            scratch,
            log.info,
            log.warning if quarantine else log.error,
            quarantine=quarantine,
        )
        self.file = done.file
        if done.rejects:
            log.warning("%s: %s rows are left out", self.name, f"{done.rejects.rows:,}")
            if self.sends_whole_files:  # else the scratch folder ends with the tap
                self.staging |= told_rejects(done.rejects)


class StagedStream(FileStream):
    """A table of a sealed day."""

    def __init__(self, tap: TapCSV, sealed: SealedDay, table: StagedTable, job: str) -> None:
        self.table = table
        self._command = f"DATE={sealed.day.isoformat()} meltano run {job}"
        staging = staging_of(sealed, table, job)
        super().__init__(tap, table.name, table.columns, table.keys, staging)
        self.file = table.file

    def prepare(self, scratch: Path) -> None:
        """Do nothing: whoever reads the file compares its sha256, the target or `verify`."""

    def verify(self) -> None:
        """Compare the file's sha256 with its manifest."""
        assert_proven(self.table, self._command)


class TapCSV(Tap):
    """Singer tap for CSV files, and for the sealed days that this project stages."""

    name = "tap-csv"
    package_name = "northwind-meltano-pipeline"

    config_jsonschema = th.PropertiesList(
        th.Property(
            "files",
            th.ArrayType(
                th.ObjectType(
                    th.Property(
                        "entity", th.StringType, required=True, description="Name of the stream."
                    ),
                    th.Property(
                        "path",
                        th.StringType,
                        required=True,
                        description="A file, a folder (its *.csv files by name) or a glob; files "
                        "with the same header become one stream.",
                    ),
                    th.Property(
                        "keys",
                        th.ArrayType(th.StringType),
                        description="Key columns: never NULL, and each key once.",
                    ),
                    th.Property("delimiter", th.StringType, description="Default: comma."),
                    th.Property("quotechar", th.StringType, description='Default: ".'),
                    th.Property(
                        "escapechar",
                        th.StringType,
                        description="Makes the next quote or escapechar in quotes a literal one.",
                    ),
                    th.Property(
                        "doublequote",
                        th.BooleanType,
                        description="A doubled quote in quotes is one quote. Default: true.",
                    ),
                    th.Property(
                        "skipinitialspace",
                        th.BooleanType,
                        description="Spaces after a delimiter are no part of the value.",
                    ),
                    th.Property(
                        "strict",
                        th.BooleanType,
                        description="Kept for configs of MeltanoLabs tap-csv: reading is always "
                        "strict.",
                    ),
                    th.Property(
                        "encoding", th.StringType, description="Any of Python's. Default: utf-8."
                    ),
                    th.Property(
                        "types",
                        th.ObjectType(additional_properties=th.StringType),
                        description="Column -> PostgreSQL type; the others are text.",
                    ),
                    th.Property(
                        "null_values",
                        th.ArrayType(th.StringType),
                        description='Texts that mean NULL when unquoted. Default: [""].',
                    ),
                )
            ),
            title="Files",
            description="The CSV files to read.",
        ),
        th.Property(
            "csv_files_definition",
            th.StringType,
            title="Files definition",
            description="Path of a JSON file with an array like `files`.",
        ),
        th.Property(
            "add_metadata_columns",
            th.BooleanType,
            default=False,
            title="Add metadata columns",
            description="Add _sdc_source_file, _sdc_source_file_mtime and _sdc_source_lineno "
            "(the physical line) to every row.",
        ),
        th.Property(
            "on_bad_row",
            th.StringType,
            default="fail",
            allowed_values=["fail", "quarantine"],
            title="On bad row",
            description="fail: nothing is taken. quarantine: the day goes on without the bad "
            "rows, which stand in rejects.csv.",
        ),
        th.Property(
            "date",
            th.StringType,
            title="DATE",
            description="The day, YYYY-MM-DD; unset or empty is today.",
        ),
        th.Property(
            "timezone",
            th.StringType,
            title="Time zone",
            description="IANA name of the zone whose today is meant. Default: UTC.",
        ),
        th.Property(
            "staged_path",
            th.StringType,
            title="Staged path",
            description="Folder of the staged days: hand those of DATE to the target. Instead "
            "of files.",
        ),
        th.Property(
            "sources",
            th.ObjectType(additional_properties=th.StringType),
            title="Sources",
            description="With staged_path: source -> the job that stages it.",
        ),
    ).to_dict()

    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add the SDK's own settings, with csv as a format of batch files."""
        super().append_builtin_config(config_jsonschema)
        batch = config_jsonschema["properties"]["batch_config"]["properties"]
        batch["encoding"]["properties"]["format"]["enum"] = ["csv"]

    def discover_streams(self) -> Sequence[FileStream]:
        """Return the streams of the role that the config chooses.

        Raises:
            UserError: the config names no role or both, DATE is wrong, files are missing.
        """
        day, given = dates.resolve_date(
            self.config.get("date"),
            self.config.get("timezone"),
            allow_future=self.config.get("allow_future") is True,
        )
        if reads_users_files(self.config):
            return [CsvStream(self, table) for table in read_tables(self.config)]
        if said := dates.say_date(day, given, self.config.get("timezone")):
            self.logger.info(said)
        return self._staged_streams(Path(str(self.config["staged_path"])), day)

    def _staged_streams(self, root: Path, day: date) -> list[FileStream]:
        sources = self.config.get("sources") or {}
        return [
            StagedStream(self, sealed, table, job)
            for sealed, job in zip(open_days(root, sources, day), sources.values(), strict=True)
            for table in sealed.tables
        ]

    def sync_all(self) -> None:  # type: ignore[misc]
        """Check every stream, then write all SCHEMAs, then stream by stream its rows.

        A target knows so the full list before the first row, and a stream is complete when
        its ACTIVATE_VERSION is there. There is no state: a file is read as a whole.
        """
        streams = [
            stream
            for stream in self.streams.values()
            if isinstance(stream, FileStream) and stream.selected
        ]
        with self._scratch(streams) as scratch:
            for stream in streams:
                stream.prepare(scratch)
            for stream in streams:
                stream._write_schema_message()
            # the longest first: the target's workers end together
            for stream in sorted(streams, key=_size, reverse=True):
                stream.send(self.initialized_at)

    @contextmanager
    def _scratch(self, streams: Iterable[FileStream]) -> Iterator[Path]:
        """Give a folder for scratch files, which outlives the tap only if all went well."""
        own = any(isinstance(stream, CsvStream) for stream in streams)
        if not own or not self.config.get("batch_config"):
            with tempfile.TemporaryDirectory(prefix="tap-csv-") as folder:
                yield Path(folder)
            return
        scratch = Scratch(messages.scratch_area(self.config["batch_config"]))
        try:
            yield scratch.path
        except BaseException:
            scratch.close()
            raise
        # the target takes what it was told of; the rest would keep the folder from going
        named = {stream.file for stream in streams if stream.sends_whole_files}
        for stream in streams:
            if stream.file not in named and stream.file is not None:
                stream.file.path.unlink(missing_ok=True)
        if not named:
            scratch.close()
        scratch.leave()

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End with an error: what was not sent to the end is not a success."""
        sys.exit(128 + signum)


def _size(stream: FileStream) -> int:
    return stream.file.bytes if stream.file else 0
