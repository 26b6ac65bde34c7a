"""The exact reader: every row with its file and its line, or the reason why it is none.

It is slower than the scan of `intake` and DuckDB's reader, so it runs only where lines are
needed (something is wrong, or `_sdc_source_lineno` is asked for) or the format is unusual
(escapechar, skipinitialspace, no doubled quotes, quotes inside unquoted values). Lines
without quotes, nearly all of most files, still cost one count each.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from sealed_days.core.errors import UserError
from sealed_days.tap_csv.definitions import CsvTable, Format, Source
from sealed_days.tap_csv.rejects import Rejects

_LONGEST_RECORD = 16 << 20


def number_rows(table: CsvTable, target: Path, rejects: Rejects) -> int:
    """Write the rows of a table's files as `file, line, values…`, in the table's own format.

    Quotes are doubled and only around whole values. Rows that are none go to `rejects`.

    Returns:
        The length of the longest record in bytes, at least.

    Raises:
        UserError: a quote is never closed, or a file changed.
    """
    longest = 0
    delimiter = table.format.delimiter
    with target.open("w", encoding="utf-8", newline="") as out:
        for index, source in enumerate(table.sources):
            for line, record in _records(table, source, index, rejects):
                longest = max(longest, len(record))
                out.write(f"{index}{delimiter}{line}{delimiter}{record}\n")
            source.assert_unchanged()
    return 4 * longest + 64


def _records(
    table: CsvTable, source: Source, index: int, rejects: Rejects
) -> Iterator[tuple[int, str]]:
    form = table.format
    delimiter, quote = form.delimiter, form.quote
    needed = len(table.columns)
    utf8 = codecs.lookup(form.encoding).name == "utf-8"
    split = _Splitter(form)
    with source.path.open(encoding="utf-8-sig" if utf8 else form.encoding, newline="") as lines:
        number = 0
        for text in lines:
            number += 1
            if number <= source.header_lines:
                continue
            record, start = text.rstrip("\r\n") if text[-1:] in "\r\n" else text, number
            if not record and needed > 1:
                continue  # a blank line is no row
            if quote not in record and not form.skip_initial_space:
                if record.count(delimiter) == needed - 1:
                    yield start, record
                else:
                    _ragged(rejects, index, start, record.count(delimiter) + 1, needed, record)
                continue
            fields = split(record)
            if fields is None:
                pieces = [text]
                while fields is None:
                    text = next(lines, "")
                    number += 1
                    pieces.append(text)
                    if not text or sum(map(len, pieces)) > _LONGEST_RECORD:
                        msg = (
                            f"{source.path} line {start}: a quote is opened in this row and "
                            "never closed"
                        )
                        raise UserError(msg)
                    if quote in text:
                        record = "".join(pieces)
                        record = record[: len(record) - len(text) + len(text.rstrip("\r\n"))]
                        fields = split(record)
            if isinstance(fields, str):
                rejects.add(index, start, "", fields, record)
            elif len(fields) != needed:
                _ragged(rejects, index, start, len(fields), needed, record)
            else:
                yield start, delimiter.join(fields)


class _Splitter:
    """Splits a record into its raw values, quoted ones with doubled quotes.

    Returns None where a quote is still open at the end, a reason where the record is wrong.
    """

    def __init__(self, form: Format) -> None:
        self.form = form
        quote = re.escape(form.quote)
        inside = [rf"[^{quote}{re.escape(form.escape or '')}]"]
        if form.escape:
            inside.append(rf"{re.escape(form.escape)}.")
        if form.doublequote:
            inside.append(quote * 2)
        self._quoted = re.compile(f"{quote}((?:{'|'.join(inside)})*+){quote}", re.DOTALL)
        self._escaped = re.compile(
            rf"{re.escape(form.escape)}([{quote}{re.escape(form.escape)}])" if form.escape else "$^"
        )

    def __call__(self, record: str) -> list[str] | str | None:
        delimiter, quote = self.form.delimiter, self.form.quote
        fields: list[str] = []
        at = 0
        while True:
            if self.form.skip_initial_space:
                while record.startswith(" ", at):
                    at += 1
            if record.startswith(quote, at):
                match = self._quoted.match(record, at)
                if match is None:
                    return None
                end = match.end()
                if not (end == len(record) or record.startswith(delimiter, end)):
                    return f"has text after the closing quote of column {len(fields) + 1}"
                value = match.group(1)
                if self.form.escape:
                    value = self._escaped.sub(r"\1", value.replace(quote * 2, quote))
                    value = value.replace(quote, quote * 2)
                fields.append(f"{quote}{value}{quote}")
            else:
                end = record.find(delimiter, at)
                end = len(record) if end < 0 else end
                value = record[at:end]
                if quote in value:
                    value = f"{quote}{value.replace(quote, quote * 2)}{quote}"
                fields.append(value)
            if end == len(record):
                return fields
            at = end + len(delimiter)


def _ragged(rejects: Rejects, index: int, line: int, has: int, needed: int, record: str) -> None:
    noun = "column" if has == 1 else "columns"
    rejects.add(index, line, "", f"has {has} {noun} where the header has {needed}", record)
