"""target-postgres' settings."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sealed_days.core.settings import Name, Positive, PositiveSeconds, Seconds
from sealed_days.core.singer_settings import PostgresSettings


class Settings(PostgresSettings, kw_only=True, frozen=True):
    """The settings of target-postgres."""

    date: Annotated[
        str | None,
        Meta(description="The day that must arrive, YYYY-MM-DD. Unset: the day that arrives."),
    ] = None
    default_target_schema: Annotated[Name, Meta(description="Schema of what people query.")] = (
        "melty"  # upstream's default
    )
    days_schema: Annotated[
        Name | None,
        Meta(
            description="Schema of all days, the audit `loads` and the registry. "
            "Default: default_target_schema followed by _days."
        ),
    ] = None
    parts_schema: Annotated[
        Name | None,
        Meta(
            description="Schema of the days' own tables. "
            "Default: default_target_schema followed by _parts."
        ),
    ] = None
    parallelism: Annotated[
        Positive | None,
        Meta(
            description="Tables, or parts of large ones, loaded at a time. "
            "Default: the number of cores, at most 4."
        ),
    ] = None
    part_bytes: Annotated[
        Positive,
        Meta(
            description="A file of twice this size or more is loaded in parts by several "
            "sessions, unless whole tables keep all of them busy. Where its rows lie in the order "
            "of a key of numbers, dates or uuids, its day's table then has leaves by ranges of "
            "that key. A size that no file reaches gives every day one plain table."
        ),
    ] = 32 << 20
    lock_timeout_seconds: Annotated[
        PositiveSeconds,
        Meta(
            description="How long, in all, other queries may be held up while a load waits for "
            "its locks."
        ),
    ] = 1.0
    lock_wait_seconds: Annotated[
        Seconds,
        Meta(description="How long all tries to publish take together before the load gives up."),
    ] = 600.0

    project: Annotated[
        str,
        Meta(
            description="The name of this project in a warehouse that several share: a load "
            "touches only what its own project and source loaded."
        ),
    ] = ""
    other_source: Annotated[
        Literal["fail", "take_over"],
        Meta(
            description="What to do with a table that another project, source or database loaded "
            "so far: fail, or take it over."
        ),
    ] = "fail"
    replaces_history: Annotated[
        Literal["fail", "allow"],
        Meta(
            description="Whether a later reading that differs may replace a snapshot that was "
            "read on its own day."
        ),
    ] = "fail"
    authentic_grace_days: Annotated[
        float,
        Meta(
            ge=0,
            description="Days after its own within which a snapshot's reading still counts as "
            "read on its day.",
        ),
    ] = 1.0
    on_table_error: Annotated[
        Literal["hold_day", "hold_table"],
        Meta(
            description="What a table that cannot be loaded holds: the day, or itself alone; the "
            "others are then published, and the run still ends with an error."
        ),
    ] = "hold_day"

    # The Singer SDK's and meltanolabs' own. They concern rows, not whole files.
    use_copy: Annotated[bool, Meta(description="Rows only: insert them by COPY.")] = True
    dialect_driver: Annotated[
        str, Meta(description="Rows only, deprecated: SQLAlchemy's dialect and driver.")
    ] = msgspec.field(default="postgresql+psycopg", name="dialect+driver")
    activate_version: Annotated[
        bool, Meta(description="Rows only: act on ACTIVATE_VERSION; needs add_record_metadata.")
    ] = True
    hard_delete: Annotated[
        bool, Meta(description="Rows only: delete rows of older versions at ACTIVATE_VERSION.")
    ] = False
    add_record_metadata: Annotated[bool, Meta(description="Rows only: add _sdc_ columns.")] = True
    interpret_content_encoding: Annotated[
        bool, Meta(description="Rows only: decode what a contentEncoding of the schema says.")
    ] = False
    sanitize_null_text_characters: Annotated[
        bool, Meta(description="Rows only: leave NUL characters out of texts.")
    ] = False
    load_method: Annotated[
        Literal["append-only", "upsert", "overwrite"], Meta(description="Rows only.")
    ] = "append-only"
    batch_size_rows: Annotated[Positive | None, Meta(description="Rows only.")] = None
    validate_records: Annotated[bool, Meta(description="Rows only: check them by schema.")] = True
    process_activate_version_messages: Annotated[
        bool, Meta(description="Rows only: act on ACTIVATE_VERSION.")
    ] = True
