"""The target: meltanolabs-target-csv, which here seals whole days."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meltanolabs_target_csv.target import TargetCSV as MeltanoLabsTargetCSV
from singer_sdk import typing as th

from singer_copy import __version__
from singer_copy.batch import STAGING, batch_file, columns_of
from singer_copy.dates import resolve_date, say_date
from singer_copy.errors import UserError
from singer_copy.progress import size
from singer_copy.staging import StagedDays, TableFile, file_sha256
from singer_copy.target_csv.sink import CSVSink


@dataclass
class _Stream:
    """What is known of a stream so far. `ended` holds only until the next row or file."""

    schema: dict[str, Any]
    keys: tuple[str, ...]
    table: TableFile | None = None
    ended: bool = False
    staging: dict[str, Any] = field(default_factory=dict)


class TargetCSV(MeltanoLabsTargetCSV):
    """Singer target that stages a day: one CSV file per stream, sealed by a manifest."""

    name = "target-csv"
    package_name = "northwind-meltano-pipeline"
    default_sink_class = CSVSink
    config_jsonschema = th.PropertiesList(
        th.Property(
            "output_path",
            th.StringType,
            default="output",
            title="Output path",
            description="The folder of all staged days.",
        ),
        th.Property(
            "source",
            th.StringType,
            default="default",
            title="Source",
            description="The name of what is staged: the folder below `output_path`.",
        ),
        th.Property(
            "job",
            th.StringType,
            default="JOB",
            title="Job",
            description="The `meltano run` job that stages this source, named in errors.",
        ),
        th.Property(
            "date",
            th.StringType,
            title="DATE",
            description="The day, YYYY-MM-DD; default today.",
        ),
        th.Property(
            "timezone",
            th.StringType,
            title="Time zone",
            description="IANA name of the time zone in which days begin; default UTC.",
        ),
        th.Property(
            "seal_on",
            th.StringType(allowed_values=["activate_version", "end_of_pipe"]),
            default="activate_version",
            title="Seal on",
            description=(
                "When a stream counts as complete: at its closing ACTIVATE_VERSION message, "
                "which our taps send, or at the end of the pipe, for other taps; then a tap "
                "that dies in the middle leaves a day that looks complete."
            ),
        ),
        th.Property(
            "stream_maps",
            th.ObjectType(),
            title="Stream maps",
            description="See https://sdk.meltano.com/en/latest/stream_maps.html",
        ),
    ).to_dict()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.day, given = resolve_date(self.config.get("date"), self.config.get("timezone"))
        self._say_day = say_date(self.day, given, self.config.get("timezone"))
        self._days = StagedDays(
            Path(self.config["output_path"]).absolute(), self.config["source"], self.config["job"]
        )
        self._streams: dict[str, _Stream] = {}

    def listen(self, file_input: Any = None) -> None:  # noqa: ANN401
        """Take the day's lock, read all messages, and publish the day if it is complete."""
        if self._say_day:
            self.logger.info(self._say_day)
        try:
            with self._days.begin(self.day) as self.draft:
                super().listen(file_input)
        except OSError as error:
            msg = (
                f"cannot write {error.filename or self._days.root}: {error.strerror}; "
                f"{self._days.source} {self.day} was not sealed; make room or mend the folder, "
                f"then run {self._days.command(self.day)}"
            )
            raise UserError(msg) from None

    def _process_schema_message(self, message_dict: dict) -> None:
        self._assert_line_requires(message_dict, requires={"stream", "schema"})
        self._assert_line_requires(message_dict["schema"], requires={"properties"})
        staging = message_dict["schema"].pop(STAGING, {})
        if not staging:
            super()._process_schema_message(message_dict)
        else:
            # a sink is made only for a stream that sends rows: see _process_record_message
            self.mapper.register_raw_stream_schema(
                message_dict["stream"], message_dict["schema"], message_dict.get("key_properties")
            )
        for stream_map in self.mapper.stream_maps[message_dict["stream"]]:
            known = self._streams.get(stream_map.stream_alias)
            if known and known.staging.get("stream") not in {None, message_dict["stream"]}:
                msg = (
                    f"{known.staging['stream']} and {message_dict['stream']} would both be staged "
                    f"as {stream_map.stream_alias}: change stream_maps in meltano.yml"
                )
                raise UserError(msg)
            if known is None:
                self._streams[stream_map.stream_alias] = _Stream(
                    stream_map.transformed_schema,
                    tuple(stream_map.transformed_key_properties or ()),
                    staging={**staging, "stream": message_dict["stream"]},
                )

    def _process_record_message(self, message_dict: dict) -> None:
        for stream in self._of(message_dict):
            if not self.sink_exists(stream):
                known = self._streams[stream]
                self.get_sink(stream, schema=known.schema, key_properties=known.keys)
            self._streams[stream].ended = False
        super()._process_record_message(message_dict)

    def _process_batch_message(self, message_dict: dict) -> None:
        path, proof = batch_file(message_dict)
        (stream,) = self._of(message_dict)
        known = self._streams[stream]
        if known.table:
            msg = f"stream {stream} came in more than one file: a csv BATCH names one whole file"
            raise UserError(msg)
        taken = self.draft.take(stream, path)
        sha256 = file_sha256(taken)
        if proof is None:
            proof = _measure(taken)
        elif sha256 != proof["sha256"]:
            msg = (
                f"the scratch file of {stream} is not what was written to it (sha256 differs): "
                f"nothing was published; run {self._days.command(self.day)}"
            )
            raise UserError(msg)
        known.table = self._table(stream, proof["rows"], proof["bytes"], sha256)
        self.draft.add(known.table)

    def _process_activate_version_message(self, message_dict: dict) -> None:
        for stream in self._of(message_dict):
            self._streams[stream].ended = True

    def process_endofpipe(self) -> None:
        """Publish the day if every stream has ended; else leave what was there.

        Raises:
            UserError: the extractor ended before that.
        """
        if self.config["seal_on"] == "end_of_pipe":
            for known in self._streams.values():
                known.ended = True
        if not self._streams or not all(known.ended for known in self._streams.values()):
            missing = [name for name, known in self._streams.items() if not known.ended]
            what = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
            msg = (
                f"the extractor ended before {what or 'it sent a stream'} was complete: "
                f"{self._days.source} {self.day} was not sealed, what was there is unchanged; "
                f"see the extractor's error above, then run {self._days.command(self.day)}"
            )
            raise UserError(msg)
        super().process_endofpipe()
        for stream, known in self._streams.items():
            if known.table is None:
                sink = self._record_sink(stream, known)
                self.draft.add(
                    self._table(stream, sink.rows, sink.bytes, sink.sha256.hexdigest())
                )
        self._seal()

    def _seal(self) -> None:
        read = next((k.staging["read"] for k in self._streams.values() if "read" in k.staging), {})
        versions = {"target": f"target-csv {__version__}"}
        manifest = self.draft.seal(read=read, versions=versions)
        self.logger.info(
            "%s %s is sealed: %d tables, %s rows, %s",
            self._days.source,
            self.day,
            len(manifest["resources"]),
            f"{manifest['rows']:,}",
            size(manifest["bytes"]),
        )
        self.logger.info("manifest: %s", self._days.manifest_path(self.day))

    def _record_sink(self, stream: str, known: _Stream) -> CSVSink:
        sink = self.get_sink(stream, schema=known.schema, key_properties=known.keys)
        assert isinstance(sink, CSVSink)  # noqa: S101
        return sink

    def _of(self, message: dict) -> list[str]:
        """Return the names under which a message's stream is staged."""
        if message["stream"] not in self.mapper.stream_maps:
            self._assert_sink_exists(message["stream"])
        return [m.stream_alias for m in self.mapper.stream_maps[message["stream"]]]

    def _table(self, stream: str, rows: int, bytes_: int, sha256: str) -> TableFile:
        known = self._streams[stream]
        return TableFile(
            stream=stream,
            rows=rows,
            bytes=bytes_,
            sha256=sha256,
            columns=columns_of(known.schema),
            keys=known.keys,
            kind=known.staging.get("kind", "snapshot"),
            details={
                key: known.staging[key]
                for key in ("day_column", "row_order", "description")
                if key in known.staging
            },
        )


def _measure(path: Path) -> dict[str, int]:
    """Return rows and bytes of a file that came without proof."""
    from singer_copy.dialect import RowCounter
    from singer_copy.staging import BLOCK

    counter = RowCounter()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            counter.update(block)
    return {"rows": counter.rows - 1, "bytes": path.stat().st_size}
