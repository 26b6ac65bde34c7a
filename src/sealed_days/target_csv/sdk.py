"""The target: meltanolabs-target-csv, which here seals whole days."""

from __future__ import annotations

from typing import Any

from meltanolabs_target_csv.target import TargetCSV as MeltanoLabsTargetCSV
from singer_sdk.mapper import RemoveRecordTransform, StreamMap

from sealed_days.core.messages import STAGING
from sealed_days.core.stream_map_names import check_names
from sealed_days.plugin.adapter import ChecksSettings
from sealed_days.store.seal import Draft
from sealed_days.target_csv.gather import DayGathering
from sealed_days.target_csv.settings import Settings
from sealed_days.target_csv.sink import CSVSink, RowFile
from sealed_days.target_csv.stream_maps import alias


class TargetCSV(ChecksSettings, MeltanoLabsTargetCSV):
    """Singer target that stages a day: one CSV file per stream, sealed by a manifest."""

    name = "target-csv"
    package_name = "northwind-meltano-pipeline"
    default_sink_class = CSVSink
    settings_class = Settings
    config_jsonschema = Settings.json_schema()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_parallelism = 1  # rows reach a stream's file in order
        self._settings = Settings.parse(self.config, self.name)
        self._day = DayGathering(self._settings)
        self._row_files: dict[str, RowFile] = {}

    @property
    def draft(self) -> Draft:
        """Where the day's files gather."""
        return self._day.draft

    def row_file(self, stream: str) -> RowFile:
        """Return the file that a stream's rows go to."""
        if stream not in self._row_files:
            self._row_files[stream] = RowFile(self.draft.path(stream))
        return self._row_files[stream]

    def listen(self, file_input: Any = None) -> None:
        """Take the day's lock, read all messages, and publish the day if it is complete."""
        with self._day:
            super().listen(file_input)

    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        self._assert_line_requires(message_dict, requires={"stream", "schema"})
        self._assert_line_requires(message_dict["schema"], requires={"properties"})
        staging = message_dict["schema"].pop(STAGING, {})
        alias(message_dict["stream"], self._settings)  # one line where the mapper has a traceback
        super()._process_schema_message(message_dict)
        for stream_map in self._maps(message_dict["stream"]):
            schema = {**stream_map.transformed_schema, STAGING: staging}
            keys = stream_map.transformed_key_properties
            self._day.schema(
                stream_map.stream_alias,
                {"stream": message_dict["stream"], "schema": schema, "key_properties": keys},
            )

    def _process_record_message(self, message_dict: dict[str, Any]) -> None:
        super()._process_record_message(message_dict)
        for stream in self._names(message_dict):
            self._day.rows(stream)

    def _process_batch_message(self, message_dict: dict[str, Any]) -> None:
        for stream in self._names(message_dict):
            self._day.file(stream, message_dict)

    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        for stream in self._names(message_dict):
            self._day.ended(stream)

    def process_endofpipe(self) -> None:
        """Publish the day if every stream has ended; else leave what was there."""
        self._day.check_complete()
        check_names(self._settings.stream_maps, self.mapper.stream_maps.keys())
        super().process_endofpipe()
        for stream, known in self._day.streams.items():
            if known.table is None:
                sink = self.get_sink(stream)
                assert isinstance(sink, CSVSink)  # noqa: S101 - no other class is made
                self._day.add(stream, sink.finish())
        self._day.seal()
        self._day.close()

    def _names(self, message: dict[str, Any]) -> list[str]:
        """Return the names under which a message's stream is staged."""
        if message["stream"] not in self.mapper.stream_maps:
            self._assert_sink_exists(message["stream"])
        return [stream_map.stream_alias for stream_map in self._maps(message["stream"])]

    def _maps(self, stream: str) -> list[StreamMap]:
        """Return what is made of a stream; nothing where a map drops it."""
        maps = self.mapper.stream_maps[stream]
        return [m for m in maps if not isinstance(m, RemoveRecordTransform)]
