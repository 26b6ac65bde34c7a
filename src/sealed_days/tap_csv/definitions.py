"""Which CSV files make a stream, how they are written, and what their headers say."""

from __future__ import annotations

import codecs
import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sealed_days.core.errors import UserError
from sealed_days.tap_csv.types import postgres_type

METADATA_COLUMNS = (
    ("_sdc_source_file", "text"),
    ("_sdc_source_file_mtime", "timestamp with time zone"),
    ("_sdc_source_lineno", "bigint"),
)


@dataclass(frozen=True)
class Format:
    """How a file is written. `escape` is what makes a quote part of a quoted value."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    doublequote: bool = True
    skip_initial_space: bool = False
    encoding: str = "utf-8"

    @property
    def is_plain(self) -> bool:
        """Whether quotes are doubled in quotes and nothing else needs reading twice."""
        return self.escape is None and self.doublequote and not self.skip_initial_space


@dataclass(frozen=True)
class Source:
    """One file as it was when it was first looked at. `header_lines` are physical lines."""

    path: Path
    header_lines: int
    size: int
    mtime_ns: int

    @property
    def mtime(self) -> str:
        """When the file was last changed, as a timestamptz."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC).isoformat(" ")

    def assert_unchanged(self) -> None:
        """Check that nobody has written the file since.

        Raises:
            UserError: its size or modification time differs.
        """
        try:
            now = self.path.stat()
        except FileNotFoundError:
            now = None
        if now is None or (now.st_size, now.st_mtime_ns) != (self.size, self.mtime_ns):
            msg = f"{self.path} changed while it was read: run again when it is complete"
            raise UserError(msg)


@dataclass(frozen=True)
class CsvTable:
    """One stream: files with the same header, read one after the other.

    `types` are the PostgreSQL types of the columns, in the header's order.
    """

    entity: str
    sources: tuple[Source, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    keys: tuple[str, ...]
    format: Format
    null_values: tuple[str, ...]
    metadata: bool

    @property
    def all_columns(self) -> tuple[tuple[str, str], ...]:
        """(name, PostgreSQL type) of each column, metadata columns included."""
        own = tuple(zip(self.columns, self.types, strict=True))
        return own + METADATA_COLUMNS if self.metadata else own


def read_tables(config: Mapping[str, Any]) -> list[CsvTable]:
    """Return the streams of `files` or `csv_files_definition`, headers read.

    Raises:
        UserError: a file, a column or a definition is wrong.
    """
    tables = [_read_table(entry, config) for entry in _definitions(config)]
    for entity, count in Counter(table.entity for table in tables).items():
        if count > 1:
            msg = f"entity {entity} is defined {count} times: give each entry of files its own"
            raise UserError(msg)
    return tables


def _definitions(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    path = config.get("csv_files_definition")
    if not path:
        return list(config["files"])
    try:
        entries = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        msg = f"csv_files_definition {path} cannot be read: {error}"
        raise UserError(msg) from None
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and {"entity", "path"} <= entry.keys() for entry in entries
    ):
        msg = f"csv_files_definition {path} is not a JSON array of objects with entity and path"
        raise UserError(msg)
    return list(config.get("files") or []) + entries


def _read_table(entry: Mapping[str, Any], config: Mapping[str, Any]) -> CsvTable:
    form = _format(entry)
    headers = []
    for path in _paths(entry["path"]):
        stat = path.stat()
        header, lines = _read_header(path, form)
        headers.append((header, Source(path, lines, stat.st_size, stat.st_mtime_ns)))
    columns, first = headers[0]
    for header, source in headers:
        if header != columns:
            msg = f"{source.path} line 1: the header differs from that of {first.path}"
            raise UserError(msg)
    metadata = bool(config.get("add_metadata_columns"))
    _check_names(first.path, columns, metadata)
    declared = entry.get("types") or {}
    keys = tuple(entry.get("keys") or ())
    for name, what in [*((key, "key") for key in keys), *((name, "declared") for name in declared)]:
        if name not in columns:
            msg = (
                f"{first.path} line 1: {what} column {name} is missing; "
                f"the header has {', '.join(columns)}"
            )
            raise UserError(msg)
    nulls = entry.get("null_values")
    return CsvTable(
        entity=entry["entity"],
        sources=tuple(source for _, source in headers),
        columns=columns,
        types=tuple(postgres_type(declared.get(name, "text")) for name in columns),
        keys=keys,
        format=form,
        null_values=("",) if nulls is None else tuple(nulls),
        metadata=metadata,
    )


def _format(entry: Mapping[str, Any]) -> Format:
    def of(name: str, default: Any) -> Any:
        value = entry.get(name)
        return default if value is None else value

    form = Format(
        delimiter=of("delimiter", ","),
        quote=of("quotechar", '"'),
        escape=of("escapechar", "") or None,
        doublequote=of("doublequote", True),
        skip_initial_space=of("skipinitialspace", False),
        encoding=of("encoding", "utf-8"),
    )
    for name in ("delimiter", "quote", "escape"):
        value = getattr(form, name)
        if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n\0"):
            msg = f"entity {entry['entity']}: {name} {value!r} is not one ASCII character"
            raise UserError(msg)
    if len({form.delimiter, form.quote, form.escape}) < 3:
        msg = f"entity {entry['entity']}: delimiter, quotechar and escapechar must differ"
        raise UserError(msg)
    try:
        codecs.getincrementaldecoder(form.encoding)
        text_encoding = codecs.lookup(form.encoding)._is_text_encoding  # type: ignore[attr-defined]
    except LookupError:
        text_encoding = False
    if not text_encoding:
        msg = f"entity {entry['entity']}: {form.encoding!r} is not an encoding that Python knows"
        raise UserError(msg)
    return form


def _paths(given: str) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        found = sorted(path.glob("*.csv"))
    elif path.exists():
        return [path]
    else:
        parts = path.parts
        root, pattern = (parts[0], parts[1:]) if path.is_absolute() else (".", parts)
        magic = any(character in given for character in "*?[")
        found = sorted(Path(root).glob(str(Path(*pattern)))) if magic else []
    if not found:
        msg = f"{given} is missing: no such CSV file; put it there or set path in meltano.yml"
        raise UserError(msg)
    return found


def _read_header(path: Path, form: Format) -> tuple[tuple[str, ...], int]:
    """Return a file's column names and on how many physical lines they stand."""
    encoding = "utf-8-sig" if codecs.lookup(form.encoding).name == "utf-8" else form.encoding
    try:
        with path.open(encoding=encoding, newline="") as stream:
            reader = csv.reader(
                stream,
                delimiter=form.delimiter,
                quotechar=form.quote,
                escapechar=form.escape,
                doublequote=form.doublequote,
                skipinitialspace=form.skip_initial_space,
                strict=True,
            )
            header = next(reader, None)
    except UnicodeError:
        # the scan that comes before any row is taken names line and byte
        from sealed_days.tap_csv.copy_in import first_bad_byte

        raise first_bad_byte(path, form.encoding) from None
    except csv.Error as error:
        msg = f"{path} line 1: the header cannot be read: {error}"
        raise UserError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise UserError(msg) from None
    if header is None:
        msg = f"{path} is empty: its first line must be the header"
        raise UserError(msg)
    return tuple(header), reader.line_num


def _check_names(path: Path, header: tuple[str, ...], metadata: bool) -> None:
    for number, name in enumerate(header, start=1):
        if not name.strip():
            msg = f"{path} line 1: column {number} has no name in the header"
            raise UserError(msg)
        if "\0" in name:
            msg = f"{path} line 1: the header has a NUL byte"
            raise UserError(msg)
    added = [name for name, _ in METADATA_COLUMNS] if metadata else []
    for name, count in Counter([*header, *added]).items():
        if count > 1:
            msg = f"{path} line 1: the header has column {name} {count} times"
            raise UserError(msg)


def reads_users_files(config: Mapping[str, Any]) -> bool:
    """Return which of its two roles a config gives the tap: users' files, or staged days.

    Raises:
        UserError: it names neither or both.
    """
    own = config.get("files") or config.get("csv_files_definition")
    if bool(own) == bool(config.get("staged_path")):
        msg = (
            "tap-csv reads either CSV files (files or csv_files_definition) or staged days "
            f"(staged_path): set one of them in meltano.yml, not {'both' if own else 'none'}"
        )
        raise UserError(msg)
    return bool(own)
