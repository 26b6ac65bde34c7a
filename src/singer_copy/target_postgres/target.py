"""The target: meltanolabs' target-postgres, with a bulk path for staged days."""

from __future__ import annotations

import copy
import os
import sys
from datetime import date
from fnmatch import fnmatch
from types import FrameType
from typing import Any

from singer_sdk import typing as th
from singer_sdk.mapper import RemoveRecordTransform
from target_postgres.sinks import PostgresSink
from target_postgres.target import TargetPostgres as MeltanoLabsTargetPostgres

from singer_copy.batch import STAGING, batch_file, columns_of
from singer_copy.dates import resolve_date
from singer_copy.dialect import ENCODING
from singer_copy.errors import UserError
from singer_copy.sql import column_list, quote_ident
from singer_copy.target_postgres.connection import Server
from singer_copy.target_postgres.day import DayLoad
from singer_copy.target_postgres.load import Table
from singer_copy.target_postgres.publish import Publication
from singer_copy.target_postgres.warehouse import Warehouse

_STAGED = {"source", "date", "kind", "job"}


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
            default=2,
            title="Lock timeout",
            description="How long one try to publish waits for queries that read.",
        ),
        th.Property(
            "lock_wait_seconds",
            th.NumberType(minimum=0),
            default=600,
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
        self._day: DayLoad | None = None
        self._staged: dict[str, dict[str, Any]] = {}
        """Stream -> SCHEMA message, of the streams on the bulk path."""
        super().__init__(*args, **kwargs)

    def _process_schema_message(self, message_dict: dict) -> None:
        staging = message_dict.get("schema", {}).get(STAGING, {})
        if not staging.keys() >= _STAGED:
            super()._process_schema_message(message_dict)
            return
        self._staged[message_dict["stream"]] = message_dict
        keys = message_dict.get("key_properties") or []
        self.mapper.register_raw_stream_schema(message_dict["stream"], message_dict["schema"], keys)
        day = self._day_of(message_dict["stream"], staging)
        columns = tuple((name, kind) for name, kind, _ in columns_of(message_dict["schema"]))
        for name in self._tables_of(message_dict["stream"]):
            day.expect(
                Table(
                    name=name,
                    day=day.day,
                    source=staging["source"],
                    kind=staging["kind"],
                    job=staging["job"],
                    columns=columns,
                    keys=tuple(keys),
                )
            )

    def _process_record_message(self, message_dict: dict) -> None:
        if schema := self._staged.pop(message_dict.get("stream", ""), None):
            # a stream of rows after all, though staged: upstream's path, from its SCHEMA on
            for name in self._tables_of(schema["stream"]):
                self._bulk.leave_out(name)
            del self.mapper.stream_maps[schema["stream"]]
            super()._process_schema_message(schema)
        super()._process_record_message(message_dict)

    def _process_batch_message(self, message_dict: dict) -> None:
        stream = message_dict["stream"]
        if stream in self._staged:
            path, proof = batch_file(message_dict)
            for name in self._tables_of(stream):
                self._bulk.put(name, path, proof)
        elif message_dict["encoding"].get("format") == ENCODING:
            msg = (
                f"stream {stream} comes in csv files that belong to no staged day: stage it first, "
                "or remove batch_config from the extractor in meltano.yml"
            )
            raise UserError(msg)
        else:
            super()._process_batch_message(message_dict)

    def _process_activate_version_message(self, message_dict: dict) -> None:
        if message_dict["stream"] not in self._staged:
            super()._process_activate_version_message(message_dict)
            return
        for name in self._tables_of(message_dict["stream"]):
            self._bulk.end(name)

    def process_endofpipe(self) -> None:
        """Publish the day; then upstream's own end."""
        if self._day:
            try:
                self._day.finish(self._publication())
            finally:
                self.close()
        super().process_endofpipe()

    def close(self) -> None:
        """End a day's load; what was not published is gone."""
        day, self._day = self._day, None
        if day:
            day.close()

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        if self._day is None:
            super()._handle_termination(signum, frame)
        # upstream would drain and end with 0, as if all were well; leaving closes the day
        self.logger.info("stopped by signal %d: nothing more is published", signum)
        sys.exit(128 + signum)

    @property
    def _bulk(self) -> DayLoad:
        if self._day is None:
            msg = "a day's load has ended"
            raise RuntimeError(msg)
        return self._day

    def _day_of(self, stream: str, staging: dict[str, Any]) -> DayLoad:
        """Return the load of the run's one day, begun with its first stream."""
        day, _ = resolve_date(staging["date"], None)
        wanted = self._day.day if self._day else self._date_setting()
        if wanted and wanted != day:
            msg = (
                f"stream {stream} is of {day.isoformat()} where this run loads "
                f"{wanted.isoformat()}: one run loads one day"
            )
            raise UserError(msg)
        if self._day is None:
            server = Server.from_url(str(self.target_connector.sqlalchemy_url))
            self._day = DayLoad(
                server,
                self._warehouse,
                day,
                parallelism=self.config.get("parallelism") or min(4, os.cpu_count() or 1),
                log=self.logger,
            )
        return self._day

    def _date_setting(self) -> date | None:
        value = self.config.get("date")
        return resolve_date(value, None)[0] if value else None

    @property
    def _warehouse(self) -> Warehouse:
        views = self.config["default_target_schema"]
        return Warehouse(
            views=views,
            days=self.config.get("days_schema") or f"{views}_days",
            parts=self.config.get("parts_schema") or f"{views}_parts",
        )

    def _publication(self) -> Publication:
        return Publication(
            self._warehouse,
            lock_timeout=float(self.config["lock_timeout_seconds"]),
            lock_wait=float(self.config["lock_wait_seconds"]),
            log=self.logger,
        )

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
