"""The target: meltanolabs-target-csv, which here seals whole days."""

from __future__ import annotations

from typing import Any

from meltanolabs_target_csv.target import TargetCSV as MeltanoLabsTargetCSV
from singer_sdk import typing as th

from singer_copy.messages import STAGING
from singer_copy.staging import Draft
from singer_copy.target_csv.day import DayInTheMaking
from singer_copy.target_csv.sink import CSVSink


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
            "guards",
            th.ObjectType(),
            title="Guards",
            description="What holds or warns of a suspicious day: see singer_copy.guards.",
        ),
        th.Property(
            "stream_maps",
            th.ObjectType(),
            title="Stream maps",
            description="See https://sdk.meltano.com/en/latest/stream_maps.html",
        ),
    ).to_dict()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_parallelism = 1  # rows reach a stream's file in order
        self._day = DayInTheMaking(self.config)

    @property
    def draft(self) -> Draft:
        """Where the day's files gather."""
        return self._day.draft

    def listen(self, file_input: Any = None) -> None:
        """Take the day's lock, read all messages, and publish the day if it is complete."""
        with self._day:
            super().listen(file_input)

    def _process_schema_message(self, message_dict: dict) -> None:
        self._assert_line_requires(message_dict, requires={"stream", "schema"})
        self._assert_line_requires(message_dict["schema"], requires={"properties"})
        staging = message_dict["schema"].pop(STAGING, {})
        super()._process_schema_message(message_dict)
        for stream_map in self.mapper.stream_maps[message_dict["stream"]]:
            schema = {**stream_map.transformed_schema, STAGING: staging}
            keys = stream_map.transformed_key_properties
            self._day.schema(
                stream_map.stream_alias,
                {"stream": message_dict["stream"], "schema": schema, "key_properties": keys},
            )

    def _process_record_message(self, message_dict: dict) -> None:
        super()._process_record_message(message_dict)
        for stream in self._names(message_dict):
            self._day.rows(stream)

    def _process_batch_message(self, message_dict: dict) -> None:
        for stream in self._names(message_dict):
            self._day.file(stream, message_dict)

    def _process_activate_version_message(self, message_dict: dict) -> None:
        for stream in self._names(message_dict):
            self._day.ended(stream)

    def process_endofpipe(self) -> None:
        """Publish the day if every stream has ended; else leave what was there."""
        self._day.check_complete()
        super().process_endofpipe()
        for stream, known in self._day.streams.items():
            if known.table is None:
                sink = self.get_sink(stream)
                assert isinstance(sink, CSVSink)  # noqa: S101 - no other class is made
                sink.finish()
                self._day.add(stream, sink.rows, sink.file.bytes, sink.file.sha256)
        self._day.seal()
        self._day.close()

    def _names(self, message: dict) -> list[str]:
        """Return the names under which a message's stream is staged."""
        if message["stream"] not in self.mapper.stream_maps:
            self._assert_sink_exists(message["stream"])
        return [m.stream_alias for m in self.mapper.stream_maps[message["stream"]]]
