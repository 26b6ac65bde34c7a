"""Last resort parser: each record with its file and line, or why it is malformed.

It is slower than the scan of `copy_in` and DuckDB's reader, so it runs only where lines are
needed (something is wrong, or `_sdc_source_lineno` is asked for) or the format is one that those
do not read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sealed_days.tap_csv.headers import text_lines
from sealed_days.tap_csv.open_file import open_text
from sealed_days.tap_csv.records import Record, Records
from sealed_days.tap_csv.rejects import Rejects
from sealed_days.tap_csv.tables import CsvTable, Source

_LONG = 1 << 20
"""DuckDB's reader takes no longer unquoted values."""


def number_rows(table: CsvTable, target: Path, rejects: Rejects) -> tuple[int, int]:
    """Write the rows of a table's files as `file, line, [text,] values…`, in our dialect.

    With `table.quarantine`, `text` is the row as it stands. Rows that are none go to `rejects`.

    Returns:
        How many rows were written, and the length of the longest in bytes, at least.

    Raises:
        SourceError: a quote is never closed, a row is too long, or a file changed.
    """
    rows = longest = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for index, source in enumerate(table.sources):
            line_of = _row_writer(table, source)
            for record in _records(table, source):
                if reason := record.reason or _ragged(record, source):
                    rejects.add(index, record.line, "", reason, record.raw)
                    continue
                text = f"{_quote(record.raw)}," if table.quarantine else ""
                written = f"{index},{record.line},{text}{line_of(record)}\n"
                longest = max(longest, len(written))
                out.write(written)
                rows += 1
            source.assert_unchanged()
    return rows, 4 * longest + 64


def _records(table: CsvTable, source: Source) -> Iterator[Record]:
    form = replace(table.format, delimiter=source.delimiter)
    encoding = "utf-8" if form.encoding == "utf-8-sig" else form.encoding
    with open_text(source.path, encoding) as stream:
        lines = text_lines(stream)
        for _ in range(source.header_lines):
            next(lines, None)
        records = Records(form, source.width, lines, source.header_lines, source.name)
        held: deque[Record] = deque()
        for record in records:
            held.append(record)
            if len(held) > form.skip_footer:
                yield held.popleft()


def _ragged(record: Record, source: Source) -> str:
    has = len(record.fields)
    if has == source.width:
        return ""
    return f"has {has} column{'' if has == 1 else 's'} where the header has {source.width}"


def _row_writer(table: CsvTable, source: Source) -> Callable[[Record], str]:
    """Return what writes a record's values in the table's order, NULL as nothing."""
    form = table.format
    nulls = [frozenset(values) for values in table.nulls]
    places = list(zip(source.order, nulls, strict=True))
    as_it_is = (
        source.delimiter == ","
        and form.quote == '"'
        and source.order == tuple(range(source.width))
        and all(values == {""} for values in nulls)
    )

    def write(record: Record) -> str:
        fields, quoted = record.fields, record.quoted
        if as_it_is and quoted is None and len(record.raw) < _LONG:
            return record.raw
        values = []
        for place, null in places:
            if place is None:
                values.append("")
                continue
            text = fields[place]
            is_quoted = quoted is not None and quoted[place]
            if text in null and (form.quoted_nulls or not is_quoted):
                values.append("")
            else:
                values.append(_quote(text))
        return ",".join(values)

    return write


def _quote(text: str) -> str:
    if text and len(text) < _LONG and not _SPECIAL.intersection(text):
        return text
    return '"' + text.replace('"', '""') + '"'


_SPECIAL = frozenset('",\r\n')
