"""The target: meltanolabs' target-postgres, with a bulk path for staged days."""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from types import FrameType
from typing import Any

import sqlalchemy
from singer_sdk.mapper import RemoveRecordTransform
from target_postgres.sinks import PostgresSink
from target_postgres.target import TargetPostgres as MeltanoLabsTargetPostgres

from sealed_days.core.dialect import ENCODING
from sealed_days.core.errors import ConfigurationError, SourceError, WarehouseError
from sealed_days.core.sql import column_list, quote_ident
from sealed_days.plugin.adapter import ChecksSettings
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.run import check_connection
from sealed_days.target_postgres.settings import Settings
from sealed_days.target_postgres.staged_run import StagedRun, is_staged


class CopySink(PostgresSink):
    """Upstream's sink: rows go to tables, and names in COPY are quoted whatever they have."""

    def setup(self) -> None:
        """Make the table ready.

        Raises:
            WarehouseError: a view has its name, such as the one that shows a staged table.
        """
        name, schema = str(self.table_name), self.schema_name
        with self.connector._connect() as connection:
            views = sqlalchemy.inspect(connection).get_view_names(schema=schema)
        if name in views:
            msg = (
                f"{schema}.{name} is a view: the rows of stream {self.stream_name} cannot go "
                "there, and nothing of it was changed; give target-postgres another "
                "default_target_schema for rows, or the stream another name by stream_maps"
            )
            raise WarehouseError(msg)
        super().setup()

    def generate_copy_statement(self, full_table_name: Any, columns: Any) -> str:
        """Return the COPY statement for a batch of records."""
        names = column_list([column.name for column in columns])
        return f"COPY {quote_ident(str(full_table_name))} ({names}) FROM STDIN"


class TargetPostgres(ChecksSettings, MeltanoLabsTargetPostgres):
    """Loads staged days by COPY and publishes each in one transaction.

    A stream whose SCHEMA says which staged day it belongs to, and that comes as BATCH, takes
    the bulk path. All else is upstream's.
    """

    name = "target-postgres"
    package_name = "northwind-meltano-pipeline"
    settings_class = Settings
    config_jsonschema = Settings.json_schema()
    default_sink_class = CopySink

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._staged: dict[str, dict[str, Any]] = {}
        """Stream -> SCHEMA message, of the streams on the bulk path."""
        super().__init__(*args, **kwargs)
        self._settings = Settings.parse(self.config, self.name)
        self._run = StagedRun(self._settings, self._server, self.logger)

    def _validate_config(self, *args: Any, **kwargs: Any) -> Any:
        # before the SDK's schema and upstream's assertions: in one line, and what is missing too
        check_connection(Settings.parse(self.config, self.name))
        return super()._validate_config(*args, **kwargs)

    def listen(self, file_input: Any = None) -> None:
        """Read all messages; however that ends, nothing half done is left in the warehouse."""
        try:
            super().listen(file_input)
        finally:
            self._run.close()

    def process_endofpipe(self) -> None:
        """Publish the day; then upstream's own end."""
        self._run.finish()
        self._run.close()
        super().process_endofpipe()

    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        if not is_staged(message_dict):
            super()._process_schema_message(message_dict)
            return
        stream = message_dict["stream"]
        self._staged[stream] = message_dict
        keys = message_dict.get("key_properties") or []
        self.mapper.register_raw_stream_schema(stream, message_dict["schema"], keys)
        self._run.schema(self._tables_of(stream), message_dict)

    def _process_record_message(self, message_dict: dict[str, Any]) -> None:
        if schema := self._staged.pop(message_dict.get("stream", ""), None):
            # a stream of rows after all, though staged: upstream's path, from its SCHEMA on
            self._run.leave_out(self._tables_of(schema["stream"]))
            del self.mapper.stream_maps[schema["stream"]]
            super()._process_schema_message(schema)
        super()._process_record_message(message_dict)

    def _process_batch_message(self, message_dict: dict[str, Any]) -> None:
        stream = message_dict["stream"]
        if stream in self._staged:
            self._run.batch(self._tables_of(stream), message_dict)
        elif message_dict["encoding"].get("format") == ENCODING:
            msg = (
                f"stream {stream} comes in csv files that belong to no staged day: stage it first, "
                "or remove batch_config from the extractor in meltano.yml"
            )
            raise SourceError(msg)
        else:
            super()._process_batch_message(message_dict)

    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        stream = message_dict["stream"]
        if stream in self._staged:
            self._run.end(self._tables_of(stream))
        else:
            super()._process_activate_version_message(message_dict)

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        if not self._staged:
            super()._handle_termination(signum, frame)
        # upstream would drain and end with 0, as if all were well; `listen` closes the day
        self.logger.info("stopped by signal %d: nothing more is published", signum)
        sys.exit(128 + signum)

    def _server(self) -> Server:
        url = str(self.target_connector.sqlalchemy_url)
        set_ = self._settings
        return Server.from_url(url, set_.connect_timeout_seconds, set_.stall_seconds)

    def _tables_of(self, stream: str) -> list[str]:
        """Return the tables a stream goes to: its name, or what stream maps make of it.

        Raises:
            ConfigurationError: a stream map would change rows.
        """
        for key, change in self.mapper.stream_maps_dict.items():
            source = change.get("__source__", key) if isinstance(change, dict) else None
            if source and fnmatch(stream, source) and change.keys() - {"__alias__", "__source__"}:
                msg = (
                    f"the stream map {key} of target-postgres changes rows of {stream}, which "
                    "comes as a whole file: only __alias__ can be used here; change rows where "
                    "the day is staged"
                )
                raise ConfigurationError(msg)
        if self._settings.flattening_enabled:
            msg = (
                f"flattening_enabled of target-postgres changes rows of {stream}, which comes as a "
                "whole file: remove it, or flatten where the day is staged"
            )
            raise ConfigurationError(msg)
        return [
            stream_map.stream_alias
            for stream_map in self.mapper.stream_maps[stream]
            if not isinstance(stream_map, RemoveRecordTransform)
        ]
