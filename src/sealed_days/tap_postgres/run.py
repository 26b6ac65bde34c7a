"""The tap without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

from collections.abc import Iterable

from sealed_days.core import messages
from sealed_days.tap_postgres.extraction import Extraction
from sealed_days.tap_postgres.settings import Settings
from sealed_days.tap_postgres.source import Source
from sealed_days.tap_postgres.streams import (
    FileStream,
    copy_files,
    properties_of,
    with_source_types,
)


def needs_sdk(settings: Settings, first_message: str) -> str | None:
    """Return why a run needs the SDK's adapter, None where it sends nothing but whole files."""
    if settings.as_files is None:
        return "no batch_config is set, or rows is"
    if why := settings.needs_upstream_connection:
        return why
    if settings.stream_maps:
        return "the tap has stream maps"
    if settings.flattening_enabled:
        return "flattening_enabled is set"
    return "max_record_count is set" if settings.max_record_count else None


def run(settings: Settings, lines: Iterable[str]) -> None:
    """Copy every selected table.

    Raises:
        UserError: the source cannot be reached, nothing is selected, or a copy failed.
    """
    assert settings.as_files is not None  # noqa: S101 - `needs_sdk` saw to it
    extraction = Extraction(settings, Source.of(settings))
    streams = []
    for one in extraction.snapshot.tables:
        properties = with_source_types(properties_of(one, settings), one)
        staging = extraction.staging(one) | {"whole_files": True}
        messages.write(messages.schema(one.stream, properties, one.keys, staging))
        copy = extraction.copy_of(one, tuple(properties))
        streams.append(FileStream(one.stream, copy))
    batch, day = settings.as_files, extraction.day
    copy_files(extraction.snapshot, streams, settings, batch, day, messages.write)
    extraction.close()
