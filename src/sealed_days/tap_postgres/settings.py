"""tap-postgres' settings."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sealed_days.core.settings import Group, Name, Positive, PositiveSeconds
from sealed_days.core.singer_settings import Batch, BatchConfig, PostgresSettings

RelationKind = Literal["table", "foreign_table", "view", "materialized_view"]

_LOG_BASED = "Not used: LOG_BASED replication is refused."


class StreamOptions(Group, kw_only=True, frozen=True):
    """What is special about one stream."""

    day_column: Annotated[
        Name | None,
        Meta(description="A date or timestamp column: only the rows of DATE are staged."),
    ] = None
    custom_where_clauses: Annotated[
        list[Name], Meta(description="SQL conditions that rows must fulfil.")
    ] = msgspec.field(default_factory=list)
    row_security: Annotated[
        Literal["refused", "filtered"],
        Meta(
            description="What to do where row-level security hides rows from the reader: refuse "
            "the run, or stage what it may see; the manifest then says so."
        ),
    ] = "refused"


class Settings(PostgresSettings, kw_only=True, frozen=True):
    """The settings of tap-postgres."""

    filter_schemas: Annotated[
        list[Name], Meta(description="The schemas to read; empty: all but the system's own.")
    ] = msgspec.field(default_factory=list)
    relation_kinds: Annotated[
        list[RelationKind],
        Meta(
            description="What is read, beside what `select` leaves out. A view runs code of the "
            "source with the reader's rights, so views come only when they are named here."
        ),
    ] = msgspec.field(default_factory=lambda: ["table", "foreign_table"])
    stream_options: Annotated[
        dict[str, StreamOptions], Meta(description="Options by the name of a stream.")
    ] = msgspec.field(default_factory=dict)
    parallelism: Annotated[
        Positive | None,
        Meta(description="How many connections copy at a time; default: the cores, at most 4."),
    ] = None
    part_bytes: Annotated[
        int,
        Meta(ge=8192, description="Bytes of a part; tables of at least two are read in parts."),
    ] = 8 << 20
    row_order: Annotated[
        Literal["primary_key", "physical"],
        Meta(
            description="Order of the rows in a file: by primary key (the same data gives the "
            "same bytes, whatever the source did in between), or as they lie in the heap."
        ),
    ] = "primary_key"
    spool_bytes: Annotated[
        int,
        Meta(
            ge=0,
            description="With an object store: bytes that parts may keep in $TMPDIR until their "
            "turn; then their connections wait.",
        ),
    ] = 1 << 30
    lock_timeout_seconds: Annotated[
        PositiveSeconds,
        Meta(
            description="How long to wait for tables that another session has locked "
            "exclusively (TRUNCATE, ALTER TABLE)."
        ),
    ] = 60.0
    batch_config: Batch = None
    rows: Annotated[
        bool,
        Meta(description="Send RECORD messages whatever batch_config says, for other targets."),
    ] = False

    # meltanolabs-tap-postgres' own
    dates_as_string: Annotated[
        bool, Meta(description="Rows only: dates as PostgreSQL's text, not ISO 8601's.")
    ] = False
    json_as_object: Annotated[
        bool, Meta(description="Rows only: json and jsonb as objects, not as texts.")
    ] = False
    max_record_count: Annotated[
        Positive | None, Meta(description="Send at most so many rows of each table, as rows.")
    ] = None
    default_replication_method: Annotated[
        Literal["FULL_TABLE", "INCREMENTAL", "LOG_BASED"],
        Meta(description="The method of streams for which `metadata` names none."),
    ] = "FULL_TABLE"
    use_singer_decimal: Annotated[bool, Meta(description="Rows only: decimals as texts.")] = False
    replication_slot_name: Annotated[str, Meta(description=_LOG_BASED)] = "tappostgres"
    replication_max_run_seconds: Annotated[int, Meta(description=_LOG_BASED)] = 600
    replication_idle_exit_seconds: Annotated[int, Meta(description=_LOG_BASED)] = 60
    log_based_single_connection: Annotated[bool, Meta(description=_LOG_BASED)] = False
    auto_bootstrap_log_based: Annotated[bool, Meta(description=_LOG_BASED)] = False

    @property
    def as_files(self) -> BatchConfig | None:
        """How streams leave as files; None where they leave as rows."""
        return None if self.rows else self.batch_config
