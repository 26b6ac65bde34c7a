"""What a file's head says: its delimiter, its columns' names, and where its rows begin."""

from __future__ import annotations

import csv
import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.settings import nearest
from sealed_days.tap_csv.open_file import open_text
from sealed_days.tap_csv.settings import File

logger = logging.getLogger("tap-csv")

_SEPARATOR = re.compile(r"(?i)\"?sep=([,;:|^~ \t])\"?[\r\n]*")
_DATA = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")
_BOM = "\ufeff"


@dataclass(frozen=True)
class Header:
    """The names that a file's columns have in the table, None for one that is left out.

    `raw` are those that the file itself has. `lines` are the physical lines before the rows.
    """

    raw: tuple[str, ...]
    names: tuple[str | None, ...]
    lines: int
    delimiter: str


def text_lines(lines: Iterator[str]) -> Iterator[str]:
    """Yield a file's physical lines without the byte order mark, whatever its encoding."""
    for number, line in enumerate(lines):
        yield line.removeprefix(_BOM) if number == 0 else line


def read_header(path: Path, shown: str, entry: File) -> Header:
    """Return what a file's head says.

    Args:
        path: the file.
        shown: its name in messages.
        entry: how it is written.

    Raises:
        SourceError: it cannot be read, is empty, or its columns are not those declared.
    """
    encoding = "utf-8" if entry.encoding == "utf-8-sig" else entry.encoding
    try:
        with open_text(path, encoding) as stream:
            raw, lines, delimiter = _first_record(text_lines(stream), entry)
    except UnicodeError:
        # the scan that comes before any row is taken names line and byte
        from sealed_days.tap_csv.copy_in import first_bad_byte

        raise first_bad_byte(path, entry.encoding) from None
    except csv.Error as error:
        msg = f"{shown} line {1 + entry.skip_lines}: the header cannot be read: {error}"
        raise SourceError(msg) from None
    if raw is None:
        if entry.header or not isinstance(entry.columns, list):
            msg = f"{shown} is empty: its first line must be the header"
            raise SourceError(msg)
        raw = list(entry.columns)
    if not raw:
        msg = f"{shown} line {max(lines, 1)}: is blank where the header should be: set skip_lines"
        raise SourceError(msg)
    if entry.trim:
        raw = [name.strip() for name in raw]
    names = _names(raw, shown, entry, lines)
    return Header(tuple(raw), tuple(names), lines, delimiter)


def _first_record(lines: Iterator[str], entry: File) -> tuple[list[str] | None, int, str]:
    passed = 0
    for _ in range(entry.skip_lines):
        if next(lines, None) is None:
            return None, passed, entry.delimiter
        passed += 1
    delimiter = entry.delimiter
    first = next(lines, None)
    if first is not None and (found := _SEPARATOR.fullmatch(first)):
        delimiter = found[1]
        passed += 1
        first = next(lines, None)
    while first is not None and entry.comment and first.startswith(entry.comment):
        passed += 1
        first = next(lines, None)
    if first is None:
        return None, passed, delimiter
    reader = csv.reader(
        itertools.chain([first], lines),
        delimiter=delimiter,
        quotechar=entry.quotechar,
        escapechar=entry.escapechar,
        doublequote=entry.doublequote,
        skipinitialspace=entry.skipinitialspace,
        strict=True,
    )
    record = next(reader, None)
    return record, passed + (reader.line_num if entry.header else 0), delimiter


def _names(raw: list[str], shown: str, entry: File, lines: int) -> list[str | None]:
    """Return the names in the table of the columns of a record or header."""
    where = f"{shown} line {max(lines, 1)}"
    if isinstance(entry.columns, list):
        if len(entry.columns) != len(raw):
            msg = (
                f"{where}: has {len(raw)} columns, and columns in meltano.yml names "
                f"{len(entry.columns)}: make them equal"
            )
            raise SourceError(msg)
        return list(entry.columns)
    if not entry.header:
        msg = (
            f"entity {entry.entity}: header: false needs the columns' names: set columns to a "
            "list in meltano.yml"
        )
        raise ConfigurationError(msg)
    names: list[str | None] = list(raw)
    for old, new in entry.columns.items():
        place = re.fullmatch("#([0-9]+)", old)
        if place and 0 < int(place[1]) <= len(raw):
            names[int(place[1]) - 1] = new
        elif raw.count(old) == 1:
            names[raw.index(old)] = new
        elif old in raw:
            at = raw.index(old) + 1
            msg = (
                f"{where}: the header has column {old} {raw.count(old)} times: name them by "
                f"place in columns: '#{at}'"
            )
            raise SourceError(msg)
        elif new not in entry.optional:
            msg = (
                f"{where}: columns names {old}, which is missing{nearest(old, raw)}; the header "
                f"has {', '.join(raw)}"
            )
            raise SourceError(msg)
    _warn_of_data(raw, where)
    for number, name in enumerate(names, start=1):
        if name is not None and not name.strip():
            msg = (
                f"{where}: column {number} has no name in the header: give it one in columns: "
                f"'#{number}'"
            )
            raise SourceError(msg)
    for name, count in Counter(name for name in names if name is not None).items():
        if count > 1:
            at = names.index(name) + 1
            msg = (
                f"{where}: the header has column {name} {count} times: rename them by place in "
                f"columns: '#{at}'"
            )
            raise SourceError(msg)
    return names


def looks_like_data(names: list[str]) -> bool:
    """Return whether a header has a number or a date among its names."""
    return any(_DATA.fullmatch(name) for name in names)


def _warn_of_data(raw: list[str], where: str) -> None:
    if looks_like_data(raw):
        logger.warning(
            "%s is taken for the header: %s; if it is data, set header: false and columns",
            where,
            ", ".join(raw[:8]),
        )
