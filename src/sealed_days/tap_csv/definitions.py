"""Which CSV files make a stream, how they are written, and what their headers say."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.settings import nearest
from sealed_days.tap_csv.select import Selection
from sealed_days.tap_csv.settings import File, Settings
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
            SourceError: its size or modification time differs.
        """
        try:
            now = self.path.stat()
        except FileNotFoundError:
            now = None
        if now is None or (now.st_size, now.st_mtime_ns) != (self.size, self.mtime_ns):
            msg = f"{self.path} changed while it was read: run again when it is complete"
            raise SourceError(msg)


@dataclass(frozen=True)
class CsvTable:
    """One stream: files with the same header, read one after the other.

    `columns` and `types` (PostgreSQL's) are in the header's order; `kept` are the indexes of the
    columns that leave the tap.
    """

    entity: str
    sources: tuple[Source, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    keys: tuple[str, ...]
    kept: tuple[int, ...]
    format: Format
    null_values: tuple[str, ...]
    metadata: bool
    quarantine: bool

    @property
    def all_columns(self) -> tuple[tuple[str, str], ...]:
        """(name, PostgreSQL type) of each column that is kept, metadata columns included."""
        own = tuple((self.columns[index], self.types[index]) for index in self.kept)
        return own + METADATA_COLUMNS if self.metadata else own


def read_tables(settings: Settings, selection: Selection) -> list[CsvTable]:
    """Return the tables of `files` and `csv_files_definition`, headers read.

    Raises:
        UserError: a file, a column, a definition or the selection is wrong.
    """
    entries = settings.all_files()
    if settings.on_bad_row == "quarantine" and settings.batch_config is None:
        msg = (
            "on_bad_row: quarantine keeps bad rows beside the day's file, which needs a target "
            "that takes whole files: set batch_config in meltano.yml, or on_bad_row: fail"
        )
        raise ConfigurationError(msg)
    for entity, count in Counter(entry.entity for entry in entries).items():
        if count > 1:
            msg = f"entity {entity} is defined {count} times: give each entry of files its own"
            raise ConfigurationError(msg)
    tables = [_read_table(entry, settings) for entry in entries]
    kept = selection.apply(
        {table.entity: table.columns for table in tables},
        {table.entity: table.keys for table in tables},
    )
    return [
        replace(table, kept=tuple(table.columns.index(name) for name in kept[table.entity]))
        for table in tables
        if table.entity in kept
    ]


def _read_table(entry: File, settings: Settings) -> CsvTable:
    form = _format(entry)
    headers = []
    for path in _paths(entry.path):
        stat = path.stat()
        header, lines = _read_header(path, form)
        headers.append((header, Source(path, lines, stat.st_size, stat.st_mtime_ns)))
    columns, first = headers[0]
    for header, source in headers:
        if header != columns:
            msg = f"{source.path} line 1: the header differs from that of {first.path}"
            raise SourceError(msg)
    metadata = settings.add_metadata_columns
    _check_names(first.path, columns, metadata)
    keys = tuple(entry.keys)
    named = [*((key, "key") for key in keys), *((name, "declared") for name in entry.types)]
    for name, what in named:
        if name not in columns:
            msg = (
                f"{first.path} line 1: {what} column {name} is missing"
                f"{nearest(name, list(columns))}; the header has {', '.join(columns)}"
            )
            raise SourceError(msg)
    return CsvTable(
        entity=entry.entity,
        sources=tuple(source for _, source in headers),
        columns=columns,
        types=tuple(postgres_type(entry.types.get(name, "text")) for name in columns),
        keys=keys,
        kept=tuple(range(len(columns))),
        format=form,
        null_values=tuple(entry.null_values),
        metadata=metadata,
        quarantine=settings.on_bad_row == "quarantine",
    )


def _format(entry: File) -> Format:
    form = Format(
        delimiter=entry.delimiter,
        quote=entry.quotechar,
        escape=entry.escapechar or None,
        doublequote=entry.doublequote,
        skip_initial_space=entry.skipinitialspace,
        encoding=entry.encoding,
    )
    for name in ("delimiter", "quote", "escape"):
        value = getattr(form, name)
        if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n\0"):
            msg = f"entity {entry.entity}: {name} {value!r} is not one ASCII character"
            raise ConfigurationError(msg)
    if len({form.delimiter, form.quote, form.escape}) < 3:
        msg = f"entity {entry.entity}: delimiter, quotechar and escapechar must differ"
        raise ConfigurationError(msg)
    try:
        codecs.getincrementaldecoder(form.encoding)
        text_encoding = codecs.lookup(form.encoding)._is_text_encoding
    except LookupError:
        text_encoding = False
    if not text_encoding:
        msg = f"entity {entry.entity}: {form.encoding!r} is not an encoding that Python knows"
        raise ConfigurationError(msg)
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
        raise SourceError(msg)
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
        raise SourceError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise SourceError(msg) from None
    if header is None:
        msg = f"{path} is empty: its first line must be the header"
        raise SourceError(msg)
    return tuple(header), reader.line_num


def _check_names(path: Path, header: tuple[str, ...], metadata: bool) -> None:
    for number, name in enumerate(header, start=1):
        if not name.strip():
            msg = f"{path} line 1: column {number} has no name in the header"
            raise SourceError(msg)
        if "\0" in name:
            msg = f"{path} line 1: the header has a NUL byte"
            raise SourceError(msg)
    added = [name for name, _ in METADATA_COLUMNS] if metadata else []
    for name, count in Counter([*header, *added]).items():
        if count > 1:
            msg = f"{path} line 1: the header has column {name} {count} times"
            raise SourceError(msg)
