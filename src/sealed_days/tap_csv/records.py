"""Splits a file's text into records, in any format, in linear time: the exact rules.

A record is a row, or the reason why it is none. A quote that stays open is followed line by line
from where it stands; no text is looked at twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sealed_days.core.errors import SourceError
from sealed_days.tap_csv.tables import Format

_END = "\r\n"


@dataclass(frozen=True)
class Record:
    """A row of a file: `raw` is its text without the line end.

    `quoted` says which fields stood in quotes, None where none did. `reason` says why it is no
    row; then it has no fields.
    """

    line: int
    raw: str
    fields: list[str]
    quoted: list[bool] | None = None
    reason: str = ""


class Records:
    """Yields the records of a file.

    Args:
        form: how it is written, with the file's own delimiter.
        width: how many fields a row has.
        lines: its physical lines, with their ends, from the first row on.
        passed: how many physical lines came before.
        shown: the file's name in messages.
    """

    def __init__(
        self, form: Format, width: int, lines: Iterator[str], passed: int, shown: str
    ) -> None:
        self._form, self._width, self._lines = form, width, lines
        self._number, self._shown = passed, shown
        quote = re.escape(form.quote)
        if form.escape:
            escape = re.escape(form.escape)
            doubled = f"|{quote}{quote}" if form.doublequote else ""
            inside = rf"(?:[^{quote}{escape}]++|{escape}.{doubled})*+"
            self._escaped: re.Pattern[str] | None = re.compile(rf"{escape}([{quote}{escape}])")
        else:
            doubled = f"|{quote}{quote}" if form.doublequote else ""
            inside = f"(?:[^{quote}]++{doubled})*+"
            self._escaped = None
        self._inside = re.compile(inside, re.DOTALL)

    def __iter__(self) -> Iterator[Record]:
        """Yield the records.

        Raises:
            SourceError: a quote is never closed, or a record is too long.
        """
        form = self._form
        delimiter, quote, comment = form.delimiter, form.quote, form.comment
        simple = not form.skip_initial_space and not form.trim
        for text in self._lines:
            self._number += 1
            if comment and text.startswith(comment):
                continue
            record = text.rstrip(_END)
            if self._width > 1 and not (record.strip() if form.trim else record):
                continue  # a blank line is no row
            if len(record) > form.longest:
                raise self._too_long(self._number)
            if quote not in record and simple:
                yield Record(self._number, record, record.split(delimiter))
            else:
                yield self._split(text)

    def _split(self, text: str) -> Record:
        form, start = self._form, self._number
        delimiter, quote = form.delimiter, form.quote
        raw = [text]
        fields: list[str] = []
        quoted: list[bool] = []
        at, reason = 0, ""
        end = len(text.rstrip(_END))
        while True:
            if form.skip_initial_space or form.trim:
                blanks = " \t" if form.trim and delimiter != "\t" else " "
                while at < end and text[at] in blanks:
                    at += 1
            if text.startswith(quote, at):
                value, text, at = self._quoted(text, at + 1, raw, start)
                end = len(text.rstrip(_END))
                if form.trim:
                    value = value.strip()
                    while at < end and text[at] in " \t" and text[at] != delimiter:
                        at += 1
                if at < end and not text.startswith(delimiter, at):
                    reason = f"has text after the closing quote of column {len(fields) + 1}"
                    break
                fields.append(value)
                quoted.append(True)
            else:
                stop = text.find(delimiter, at, end)
                stop = end if stop < 0 else stop
                value = text[at:stop]
                if form.strict and quote in value:
                    reason = (
                        f"has a quote inside the unquoted column {len(fields) + 1} (strict: false "
                        "takes it as a part of the value)"
                    )
                    break
                fields.append(value.strip() if form.trim else value)
                quoted.append(False)
                at = stop
            if at >= end:
                break
            at += len(delimiter)
        shown = "".join(raw).rstrip(_END)
        return Record(start, shown, [] if reason else fields, quoted, reason)

    def _quoted(self, text: str, at: int, raw: list[str], start: int) -> tuple[str, str, int]:
        """Return a quoted value, the line on which it ends, and the place behind its quote."""
        form = self._form
        pieces: list[str] = []
        size = sum(map(len, raw))
        while True:
            found = self._inside.match(text, at)
            assert found is not None  # noqa: S101 - it matches nothing, too
            pieces.append(found[0])
            if text.startswith(form.quote, found.end()):
                break
            text, at = next(self._lines, ""), 0
            self._number += 1
            size += len(text)
            if not text:
                msg = (
                    f"{self._shown} line {start}: a quote is opened in this row and never closed: "
                    "correct the file, or set quotechar in meltano.yml"
                )
                raise SourceError(msg)
            if size > form.longest:
                raise self._too_long(start)
            raw.append(text)
        value = "".join(pieces)
        if form.doublequote and self._escaped is None:
            value = value.replace(form.quote * 2, form.quote)
        elif self._escaped is not None:
            value = self._unescape(value)
        return value, text, found.end() + 1

    def _unescape(self, value: str) -> str:
        form = self._form
        pattern = self._escaped
        assert pattern is not None  # noqa: S101
        if not form.doublequote:
            return pattern.sub(r"\1", value)
        quote = re.escape(form.quote)
        both = re.compile(rf"{pattern.pattern}|({quote}){quote}")
        return both.sub(lambda match: match[1] or match[2], value)

    def _too_long(self, line: int) -> SourceError:
        return SourceError(
            f"{self._shown} line {line}: the row is longer than {self._form.longest:,} bytes: a "
            "quote may be open; correct the file, or raise max_field_bytes in meltano.yml"
        )
