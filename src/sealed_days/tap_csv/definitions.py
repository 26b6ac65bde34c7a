"""From the settings' entries to tables: files found, headers read, everything checked."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from sealed_days.core.errors import ConfigurationError, SourceError, UserError
from sealed_days.core.settings import nearest
from sealed_days.tap_csv import find_files, limits
from sealed_days.tap_csv.conversions import written
from sealed_days.tap_csv.headers import Header, read_header
from sealed_days.tap_csv.remote import Downloads
from sealed_days.tap_csv.select import Selection
from sealed_days.tap_csv.settings import Column, File, Settings
from sealed_days.tap_csv.tables import METADATA_COLUMNS, CsvTable, Format, Source
from sealed_days.tap_csv.types import postgres_type


def read_tables(
    settings: Settings, selection: Selection, day: date, downloads: Downloads
) -> list[CsvTable]:
    """Return the tables of `files` and `csv_files_definition`, headers read.

    Args:
        settings: what to read.
        selection: which tables and columns of it.
        day: DATE, for paths.
        downloads: gets the files of URLs.

    Raises:
        UserError: a file, a column, a definition or the selection is wrong; all entries that
            are wrong are named.
    """
    entries = settings.all_files()
    for entity, count in Counter(entry.entity for entry in entries).items():
        if count > 1:
            msg = f"entity {entity} is defined {count} times: give each entry of files its own"
            raise ConfigurationError(msg)
    tables, wrong = [], []
    # what is not asked for is not looked at: a run of one table needs no other's file
    entities = [entry.entity for entry in entries]
    asked_for = selection.filtered(entities)
    for entry in entries:
        if entry.entity not in asked_for:
            continue
        try:
            tables.append(_read_table(entry, settings, day, downloads))
        except UserError as error:
            wrong.append(error)
    if wrong:
        kind = type(wrong[0]) if len(wrong) == 1 else SourceError
        raise kind("; ".join(map(str, wrong)))
    kept = selection.without_filter(entities, asked_for).apply(
        {table.entity: _names(table) for table in tables},
        {table.entity: table.keys for table in tables},
    )
    left_out = tuple(entry.entity for entry in entries if entry.entity not in kept)
    return [
        replace(_select(table, kept[table.entity]), not_selected=left_out)
        for table in tables
        if table.entity in kept
    ]


def _names(table: CsvTable) -> list[str]:
    return [table.columns[index] for index in table.kept]


def _select(table: CsvTable, names: tuple[str, ...]) -> CsvTable:
    kept = tuple(index for index in table.kept if table.columns[index] in names)
    columns = [(table.columns[index], table.types[index]) for index in kept]
    added = list(METADATA_COLUMNS) if table.metadata else []
    source = table.sources[0]
    where = f"{source.name} line {max(source.header_lines, 1)}"
    limits.check_columns(where, columns + added, table.keys)
    # what is left out needs no type
    types = [kind if index in kept else "text" for index, kind in enumerate(table.types)]
    return replace(
        table,
        kept=kept,
        types=tuple(types),
        own_header=table.own_header and len(kept) == len(table.columns),
    )


def _read_table(entry: File, settings: Settings, day: date, downloads: Downloads) -> CsvTable:
    limits.check_entity(entry.entity)
    bad_rows = entry.on_bad_row or settings.on_bad_row
    if bad_rows == "quarantine" and settings.batch_config is None:
        msg = (
            "on_bad_row: quarantine keeps bad rows beside the day's file, which needs a target "
            "that takes whole files: set batch_config in meltano.yml, or on_bad_row: fail"
        )
        raise ConfigurationError(msg)
    form = _format(entry)
    _check_nulls(entry)
    types = {
        name: postgres_type(given.type if isinstance(given, Column) else given)
        for name, given in entry.types.items()
    }
    how = {name: written(entry, name, kind) for name, kind in types.items()}
    found = _headers(entry, day, downloads)
    columns = _columns(entry, found)
    if not any(columns):
        msg = f"entity {entry.entity}: columns leaves out every column: change it in meltano.yml"
        raise ConfigurationError(msg)
    first = found[0][2]
    where = f"{found[0][0]} line {max(first.lines, 1)}"
    visible = {name for name in columns if name}
    wanted = [*((key, "key") for key in entry.keys), *((name, "declared") for name in entry.types)]
    if isinstance(entry.null_values, dict):
        wanted += [(name, "null_values'") for name in entry.null_values if name != "*"]
    for name, what in wanted:
        if name not in visible:
            msg = (
                f"{where}: {what} column {name} is missing{nearest(name, sorted(visible))}; the "
                f"header has {', '.join(first.raw)}{_other_delimiter(first)}"
            )
            raise SourceError(msg)
    plain = written(entry, "", "text")
    return CsvTable(
        entity=entry.entity,
        sources=tuple(_source(entry, *file, columns) for file in found),
        columns=tuple(name or f"#{number}" for number, name in enumerate(columns, start=1)),
        types=tuple(types.get(str(name), "text") for name in columns),
        written=tuple(how.get(str(name), plain) for name in columns),
        nulls=tuple(_nulls(entry, str(name)) for name in columns),
        keys=tuple(dict.fromkeys(entry.keys)),
        kept=tuple(index for index, name in enumerate(columns) if name is not None),
        format=replace(form, delimiter=first.delimiter),
        own_header=entry.header and first.lines == 1 and tuple(columns) == first.raw,
        metadata=settings.add_metadata_columns,
        quarantine=bad_rows == "quarantine",
        max_bad_rows=str(
            settings.max_bad_rows if entry.max_bad_rows is None else entry.max_bad_rows
        ),
    )


def _headers(entry: File, day: date, downloads: Downloads) -> list[tuple[str, Path, Header]]:
    """Return the files of an entry that are fit to be read: name, place, what their heads say."""
    if find_files.is_url(entry.path):
        files = downloads.get(entry, find_files.resolve(entry, day))
    else:
        files = [(str(path), path) for path in find_files.find(entry, day)]
    found = []
    for name, path in files:
        if path.stat().st_size == 0 and entry.empty_files == "skip":
            find_files.logger.warning("%s has 0 bytes: skipped (empty_files)", name)
            continue
        find_files.check_fit(entry, path, name)
        found.append((name, path, read_header(path, name, entry)))
    if not found:
        msg = f"entity {entry.entity}: all files of {entry.path} have 0 bytes: get them again"
        raise SourceError(msg)
    return found


def _columns(entry: File, found: list[tuple[str, Path, Header]]) -> list[str | None]:
    """Return the table's columns: the first file's, then optional ones of others or of none.

    Raises:
        SourceError: a file lacks a column that is not optional, or has one that others lack.
    """
    first_name, first_path, first = found[0]
    columns: list[str | None] = list(first.names)
    named = {name for name in columns if name is not None}
    for name_, path, header in found[1:]:
        here = {name for name in header.names if name is not None}
        optional = set(entry.optional)
        if differ := sorted((named ^ here) - optional):
            who, lacks = (first_path, path) if differ[0] in named else (path, first_path)
            msg = (
                f"{name_} line {max(header.lines, 1)}: the header differs from that of "
                f"{first_name}: {lacks.name} lacks {differ[0]}, which {who.name} has; list it "
                "under optional in meltano.yml if it may be missing"
            )
            raise SourceError(msg)
        columns += [name for name in header.names if name in here - named]
        named |= here
    if unseen := [name for name in entry.optional if name not in named]:
        find_files.logger.warning(
            "entity %s: optional %s is in no file: NULL in every row", entry.entity, unseen[0]
        )
    return columns + unseen


def _source(
    entry: File, shown: str, path: Path, header: Header, columns: list[str | None]
) -> Source:
    try:
        stat = path.stat()
    except OSError as error:
        msg = f"{shown} cannot be read: {error.strerror}"
        raise SourceError(msg) from None
    places = {name: at for at, name in enumerate(header.names) if name is not None}
    order: list[int | None] = []
    for index, name in enumerate(columns):
        if name is not None:
            order.append(places.get(name))
        else:  # left out: any place will do, the first file's own where that is possible
            order.append(index if index < len(header.names) else 0)
    return Source(
        name=shown,
        path=path,
        header_lines=header.lines,
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        delimiter=header.delimiter,
        width=len(header.names),
        order=tuple(order),
        expected_rows=find_files.expected_rows(entry, path),
    )


def _other_delimiter(header: Header) -> str:
    """Return a hint where a header looks as if another delimiter stood in it."""
    [*more] = header.raw
    if len(more) > 1:
        return ""
    for other in (";", "\t", "|", ","):
        if other in more[0]:
            return f"; is its delimiter {other!r}?"
    return ""


def _nulls(entry: File, name: str) -> tuple[str, ...]:
    if isinstance(entry.null_values, list):
        return tuple(dict.fromkeys(entry.null_values))
    found = entry.null_values.get(name, entry.null_values.get("*", [""]))
    return tuple(dict.fromkeys(found))


def _check_nulls(entry: File) -> None:
    given = entry.null_values
    for text in given if isinstance(given, list) else [t for v in given.values() for t in v]:
        if not entry.quoted_nulls and set(text) & {entry.delimiter, entry.quotechar, "\r", "\n"}:
            msg = (
                f"entity {entry.entity}: null_values has {text!r}, which no unquoted value can "
                "be: nothing was touched; change it in meltano.yml"
            )
            raise ConfigurationError(msg)


def _format(entry: File) -> Format:
    form = Format(
        delimiter=entry.delimiter,
        quote=entry.quotechar,
        escape=entry.escapechar,
        doublequote=entry.doublequote,
        skip_initial_space=entry.skipinitialspace,
        encoding=entry.encoding,
        strict=entry.strict,
        trim=entry.trim,
        comment=entry.comment,
        skip_footer=entry.skip_footer,
        quoted_nulls=entry.quoted_nulls,
        longest=entry.max_field_bytes,
    )
    for name in ("delimiter", "quote", "escape", "comment"):
        value = getattr(form, name)
        if value is not None and (not value.isascii() or value in "\r\n\0"):
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
