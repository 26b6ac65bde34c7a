"""Gathers the messages of a run into a day, and seals it if it is complete."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sealed_days import __version__
from sealed_days.core.dates import date_line
from sealed_days.core.errors import ConfigurationError, FileError, SourceError, UserError
from sealed_days.core.meltano_yml import stage_root, stage_url
from sealed_days.core.messages import STAGING, batch_file, columns_of, file_of
from sealed_days.core.packed_file import packed
from sealed_days.core.progress import size
from sealed_days.core.proven_file import ProvenFile, file_sha256
from sealed_days.core.spool import spool_area
from sealed_days.store.layout import REJECTS
from sealed_days.store.manifest import DETAILS, StagedTable
from sealed_days.store.place import days_at, place_of
from sealed_days.store.seal import Draft
from sealed_days.target_csv.guards import check
from sealed_days.target_csv.settings import Settings
from sealed_days.target_csv.stream_maps import alias, change_of_rows

logger = logging.getLogger("target-csv")


@dataclass
class _Stream:
    """What the messages said of a stream. A later row or file resets `ended`."""

    origin: str
    schema: dict[str, Any]
    keys: tuple[str, ...]
    staging: dict[str, Any]
    table: StagedTable | None = None
    ended: bool = False


class DayGathering:
    """Gathers the streams of a run and seals the day when every one of them has ended.

    Raises:
        UserError: DATE is wrong.
    """

    def __init__(self, settings: Settings) -> None:
        self.day: date
        self.day, given = settings.resolve_date()
        self._said = date_line(self.day, given, settings.timezone)
        root = stage_url() or stage_root(settings.output_path).absolute()
        self._days = days_at(root, settings.source, settings.command)
        self._settings = settings
        self._compression = "" if settings.compression == "none" else settings.compression
        if self._compression and self._days.is_remote:
            msg = (
                f"compression: {self._compression} is for days in a folder: nothing was touched; "
                "remove it from meltano.yml where STAGE_ROOT is an object store"
            )
            raise ConfigurationError(msg)
        self.streams: dict[str, _Stream] = {}
        self._draft: Draft | None = None

    @property
    def draft(self) -> Draft:
        """Where the day's files gather; with it comes the day's lock.

        Raises:
            UserError: another run is writing this day, or the folder cannot be written.
        """
        if self._draft is None:
            if self._said:
                logger.info(self._said)
            try:
                self._draft = self._days.begin(self.day)
            except OSError as error:
                raise self._cannot_write(error) from None
        return self._draft

    def close(self) -> None:
        """Release the lock and remove the scratch folder."""
        if self._draft is not None:
            self._draft.close()
            self._draft = None

    def __enter__(self) -> Self:
        _ = self.draft  # two runs of one day exclude each other from the start
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise self._cannot_write(error) from None

    def schema(self, stream: str, message: dict[str, Any]) -> None:
        """Take the SCHEMA of a stream that is to be staged under this name.

        Raises:
            UserError: another stream has this name, or a setting would change the rows of a file.
        """
        known = self.streams.get(stream)
        if known and known.origin != message["stream"]:
            msg = (
                f"{known.origin} and {message['stream']} would both be staged as {stream}: "
                "change stream_maps in meltano.yml"
            )
            raise ConfigurationError(msg)
        if known is None:
            schema = dict(message["schema"])
            staging = schema.pop(STAGING, {})
            if staging.get("whole_files"):
                self._refuse_changes(message["stream"])
            keys = tuple(message.get("key_properties") or ())
            if rejects := staging.get("rejects"):
                self.draft.take_rejects(stream, file_of(rejects["path"]))
                staging["rejected_rows"] = rejects["rows"]
            self.streams[stream] = _Stream(message["stream"], schema, keys, staging)
        else:
            self._take_columns(known, message)

    def _take_columns(self, known: _Stream, message: dict[str, Any]) -> None:
        """Add the columns of a later SCHEMA of a stream, the new ones last."""
        kinds = {name: kind for name, kind, _ in columns_of(known.schema)}
        for name, kind, _ in columns_of(message["schema"]):
            if kinds.get(name, kind) != kind:
                msg = (
                    f"the extractor sends {name} of {known.origin} as {kinds[name]} and then as "
                    f"{kind}: nothing was published; a stream's column has one type in a run"
                )
                raise SourceError(msg)
        properties = known.schema["properties"]
        known.schema["properties"] = {**properties, **message["schema"]["properties"], **properties}

    def rows(self, stream: str) -> None:
        """Note that rows came: the stream is open until its next ACTIVATE_VERSION."""
        self.streams[stream].ended = False

    def file(self, stream: str, message: dict[str, Any]) -> None:
        """Take the file of a BATCH message.

        Raises:
            UserError: the file is not what its proof says, the stream has one already, or a
                setting would change its rows.
        """
        self._refuse_changes(message["stream"])
        file = batch_file(message, place_of)
        known = self.streams[stream]
        if known.table:
            msg = f"stream {stream} came in more than one file: a csv BATCH names one whole file"
            raise FileError(msg)
        try:
            taken = self.draft.take(stream, file.path)
        except FileNotFoundError:
            if file.path.exists():
                raise
            # an extractor that fails takes its scratch away
            raise self._ended_early([stream]) from None
        # what is compressed is proven as it is read
        is_read = self._compression or not isinstance(taken, Path)
        if not is_read and not file.at(taken).is_intact():
            msg = (
                f"the scratch file of {stream} is not what was written to it (sha256 differs): "
                f"nothing was published; run {self._command}"
            )
            raise FileError(msg)
        known.ended = False
        self.add(stream, file.at(taken))

    def add(self, stream: str, file: ProvenFile) -> None:
        """Register a complete file, which lies at `draft.path(stream)`."""
        known = self.streams[stream]
        if self._compression and not packed(file.path):
            file = self.draft.pack(stream, file, self._compression)
        known.table = StagedTable(
            name=stream,
            file=file,
            columns=columns_of(known.schema),
            keys=known.keys,
            kind=known.staging.get("kind", "snapshot"),
            details={key: known.staging[key] for key in sorted(DETAILS & known.staging.keys())},
        )
        self.draft.add(known.table)

    def ended(self, stream: str) -> None:
        """Mark a stream finished."""
        self.streams[stream].ended = True

    def check_complete(self) -> None:
        """Refuse to go on unless every stream has ended.

        Raises:
            UserError: the extractor ended before that.
        """
        missing = [
            name
            for name, known in self.streams.items()
            if not known.ended and self._closes_streams(known)
        ]
        if self.streams and not missing:
            return
        raise self._ended_early(missing)

    def _ended_early(self, missing: list[str]) -> SourceError:
        what = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        return SourceError(
            f"the extractor ended before {what or 'any stream'} was complete: "
            f"{self._days.source} {self.day} was not sealed and what was there is unchanged; "
            f"see the extractor's error, then run {self._command}"
        )

    def _closes_streams(self, stream: _Stream) -> bool:
        """Whether a stream's tap says where it ends: ours do, and mark their SCHEMA."""
        if self._settings.seal_on == "auto":
            return bool(stream.staging)
        return self._settings.seal_on == "activate_version"

    def seal(self) -> None:
        """Publish the day, unless a guard holds it.

        Raises:
            UserError: a guard that is set to `fail` found something.
        """
        read: dict[str, Any] = next(
            (k.staging["read"] for k in self.streams.values() if "read" in k.staging), {}
        )
        self._guard(read.get("database", ""))
        read = self._keep_what_is_not_selected(read)
        manifest = self.draft.seal(read=read, versions={"target": f"target-csv {__version__}"})
        logger.info(
            "%s %s is sealed: %d tables, %s rows, %s",
            self._days.source,
            self.day,
            len(manifest["resources"]),
            f"{manifest['rows']:,}",
            size(manifest["bytes"]),
        )
        logger.info("manifest: %s", self._days.manifest_path(self.day))

    def _keep_what_is_not_selected(self, read: dict[str, Any]) -> dict[str, Any]:
        """Keep the day's tables that the source still has and this run does not select.

        A run of one table replaces that table alone, and the day's manifest goes on proving all.

        Args:
            read: what the tap says of its reading.

        Returns:
            The same; `not_selected` are then the tables that the day does not have.
        """
        if "not_selected" not in read:
            return read
        missing = {alias(name, self._settings) for name in read["not_selected"]}
        missing -= self.streams.keys()
        before = None
        if missing and self.day in self._days.list():
            try:
                before = self._days.open(self.day)
            except UserError as error:
                logger.warning("what is not selected is not kept: %s", error)
        for table in before.tables if before else ():
            if table.name not in missing:
                continue
            path = self.draft.take(table.name, table.file.path)
            if file_sha256(path) != table.file.sha256:
                msg = (
                    f"{table.file.path} is damaged, and {table.name} is not selected: nothing was "
                    f"published; run {self._command} with all tables, or day restore {self.day}"
                )
                raise FileError(msg)
            # on an object store they stay beside the table's objects, which the day names on
            if packed(table.file.path) or isinstance(table.file.path, Path):
                rejects = table.file.path.parent / REJECTS
                if rejects.exists():
                    self.draft.take_rejects(table.name, rejects)
            read_at = before.manifest.get("read", {}).get("read_at") if before else None
            kept = {"read_at": read_at} if read_at else {}
            details = kept | table.details
            self.draft.add(replace(table, file=table.file.at(path), details=details))
            missing.discard(table.name)
            logger.info("%s is not selected: it stays as it was", table.name)
        return read | {"not_selected": sorted(missing)}

    def _guard(self, database: str) -> None:
        """Compare the day with the last sealed day before it, and with the one it replaces."""
        known = self._days.list()
        before = [day for day in known if day < self.day]
        previous, replaced = None, None
        try:
            previous = self._days.read_manifest(before[-1]) if before else None
            replaced = self._days.read_manifest(self.day) if self.day in known else None
        except UserError as error:
            # an unreadable day before is no fault of this one
            logger.warning("not compared with the day before: %s", error)
        tables = [known.table for known in self.streams.values() if known.table]
        held: list[str] = []
        for finding in check(tables, previous, self._settings.guards, database, replaced):
            (held.append if finding.fails else logger.warning)(finding.line)
        if held:
            msg = f"{self._days.source} {self.day} was not sealed: {'; '.join(held)}"
            raise SourceError(msg)

    def _refuse_changes(self, stream: str) -> None:
        if setting := change_of_rows(stream, self._settings):
            msg = (
                f"{setting} would change the rows of {stream}, "
                "which come as a whole file: nothing was published; remove it in meltano.yml, or "
                "remove batch_config from the extractor, so that rows come one by one"
            )
            raise ConfigurationError(msg)

    @property
    def _command(self) -> str:
        return self._days.command(self.day)

    def _cannot_write(self, error: OSError) -> FileError:
        place = error.filename or (spool_area() if self._days.is_remote else self._days.root)
        return FileError(
            f"cannot write {place}: {error.strerror}; "
            f"{self._days.source} {self.day} was not sealed; make room or allow writing, "
            f"then run {self._command}"
        )
