"""The target: meltanolabs' target-postgres, with a bulk path for staged days."""

from __future__ import annotations

import copy
import sys
from fnmatch import fnmatch
from types import FrameType
from typing import Any

from singer_sdk import typing as th
from singer_sdk.mapper import RemoveRecordTransform
from target_postgres.sinks import PostgresSink
from target_postgres.target import TargetPostgres as MeltanoLabsTargetPostgres

from sealed_days.core.dialect import ENCODING
from sealed_days.core.errors import UserError
from sealed_days.core.sql import column_list, quote_ident
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.staged_run import DEFAULTS, StagedRun, is_staged


class CopySink(PostgresSink):
    """Upstream's sink, with names in COPY quoted whatever characters they have."""

    def generate_copy_statement(self, full_table_name: Any, columns: Any) -> str:
        """Return the COPY statement for a batch of records."""
        names = column_list([column.name for column in columns])
        return f"COPY {quote_ident(str(full_table_name))} ({names}) FROM STDIN"


def _settings() -> dict[str, Any]:
    settings = copy.deepcopy(MeltanoLabsTargetPostgres.config_jsonschema)
    settings["properties"]["use_copy"]["default"] = True
    settings["properties"] |= th.PropertiesList(
        th.Property(
            "days_schema",
            th.StringType,
            title="Schema of all days",
            description=(
                "Where each source table has one table with all its days, and where the audit "
                "`loads` is. Default: default_target_schema followed by _days."
            ),
        ),
        th.Property(
            "parts_schema",
            th.StringType,
            title="Schema of the partitions",
            description=(
                "Where the days' partitions and the tables in the making are. "
                "Default: default_target_schema followed by _parts."
            ),
        ),
        th.Property(
            "date",
            th.StringType,
            title="DATE",
            description="The day that must arrive, YYYY-MM-DD. Unset: the day that arrives.",
        ),
        th.Property(
            "parallelism",
            th.IntegerType(minimum=1),
            title="Parallelism",
            description="Tables loaded at a time. Default: the number of cores, at most 4.",
        ),
        th.Property(
            "lock_timeout_seconds",
            th.NumberType(exclusive_minimum=0),
            default=DEFAULTS["lock_timeout_seconds"],
            title="Lock timeout",
            description="How long one try to publish waits for queries that read.",
        ),
        th.Property(
            "lock_wait_seconds",
            th.NumberType(minimum=0),
            default=DEFAULTS["lock_wait_seconds"],
            title="Lock wait",
            description="How long all tries to publish take together before the load gives up.",
        ),
    ).to_dict()["properties"]
    return settings


class TargetPostgres(MeltanoLabsTargetPostgres):
    """Loads staged days by COPY and publishes each in one transaction.

    A stream whose SCHEMA says which staged day it belongs to, and that comes as BATCH, takes
    the bulk path. All else is upstream's.
    """

    config_jsonschema = _settings()
    default_sink_class = CopySink

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._staged: dict[str, dict[str, Any]] = {}
        """Stream -> SCHEMA message, of the streams on the bulk path."""
        super().__init__(*args, **kwargs)
        self._run = StagedRun(self.config, self._server, self.logger)

    def listen(self, file_input: Any = None) -> None:  # type: ignore[misc]
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

    def _process_schema_message(self, message_dict: dict) -> None:
        if not is_staged(message_dict):
            super()._process_schema_message(message_dict)
            return
        stream = message_dict["stream"]
        self._staged[stream] = message_dict
        keys = message_dict.get("key_properties") or []
        self.mapper.register_raw_stream_schema(stream, message_dict["schema"], keys)
        self._run.schema(self._tables_of(stream), message_dict)

    def _process_record_message(self, message_dict: dict) -> None:
        if schema := self._staged.pop(message_dict.get("stream", ""), None):
            # a stream of rows after all, though staged: upstream's path, from its SCHEMA on
            self._run.leave_out(self._tables_of(schema["stream"]))
            del self.mapper.stream_maps[schema["stream"]]
            super()._process_schema_message(schema)
        super()._process_record_message(message_dict)

    def _process_batch_message(self, message_dict: dict) -> None:
        stream = message_dict["stream"]
        if stream in self._staged:
            self._run.batch(self._tables_of(stream), message_dict)
        elif message_dict["encoding"].get("format") == ENCODING:
            msg = (
                f"stream {stream} comes in csv files that belong to no staged day: stage it first, "
                "or remove batch_config from the extractor in meltano.yml"
            )
            raise UserError(msg)
        else:
            super()._process_batch_message(message_dict)

    def _process_activate_version_message(self, message_dict: dict) -> None:
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
        return Server.from_url(str(self.target_connector.sqlalchemy_url))

    def _tables_of(self, stream: str) -> list[str]:
        """Return the tables a stream goes to: its name, or what stream maps make of it.

        Raises:
            UserError: a stream map would change rows.
        """
        for key, change in self.mapper.stream_maps_dict.items():
            source = change.get("__source__", key) if isinstance(change, dict) else None
            if source and fnmatch(stream, source) and change.keys() - {"__alias__", "__source__"}:
                msg = (
                    f"the stream map {key} of target-postgres changes rows of {stream}, which "
                    "comes as a whole file: only __alias__ can be used here; change rows where "
                    "the day is staged"
                )
                raise UserError(msg)
        return [
            stream_map.stream_alias
            for stream_map in self.mapper.stream_maps[stream]
            if not isinstance(stream_map, RemoveRecordTransform)
        ]
