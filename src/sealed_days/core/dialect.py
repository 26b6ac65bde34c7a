"""The CSV dialect between the steps: PostgreSQL's `FORMAT csv, HEADER`.

UTF-8, comma, LF, `"` doubled inside quotes. NULL is an empty unquoted field, the empty
string is `""`. COPY reads back what COPY wrote, so every value survives to the bit.
Source: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.3
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

ENCODING = "csv"
"""The `encoding.format` of a BATCH message whose files are in this dialect."""

_LONGEST_HEADER = 1 << 20
"""Characters; PostgreSQL has at most 1,600 columns with names of 63 bytes."""

_LONGEST_VALUE = 1 << 30
"""Characters; PostgreSQL's own limit. Python's csv takes 131,072 unless it is told."""

_NO_MARKS = bytes(set(range(256)) - set(b'"\n'))
_NEEDS_QUOTES = re.compile(r'[",\r\n]|^$')
_END_OF_DATA = "\\."
"""What servers before 18 take for the end of the file when it stands alone in a line."""


class RowCounter:
    """Counts the rows in the bytes of a file in this dialect, header included.

    A row ends at a line feed outside quotes. A doubled quote toggles twice: an odd number of
    quotes so far means inside.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._quoted = False

    def update(self, data: bytes | memoryview) -> None:
        """Count the rows that end in the next bytes of the file."""
        # only quotes and line feeds matter: drop all other bytes in one fast pass, then the pairs
        # of quotes that have nothing left between them
        marks = bytes(data).translate(None, _NO_MARKS).replace(b'""', b"")
        pieces = marks.split(b'"')
        self.rows += sum(map(len, pieces[self._quoted :: 2]))
        self._quoted ^= (len(pieces) - 1) % 2 == 1

    def last_end(self, data: bytes | memoryview) -> int:
        """Return how many of the next bytes end with the last row that ends in them."""
        return last_end(bytes(data), quoted=self._quoted)


def last_end(data: bytes, *, quoted: bool) -> int:
    """Return where the last row ends that ends in a block, 0 where none does.

    Args:
        data: the block.
        quoted: whether it begins inside quotes.
    """
    end, quoted = len(data), quoted ^ (data.count(b'"') % 2 == 1)
    while (at := data.rfind(b"\n", 0, end)) >= 0:
        quoted ^= data.count(b'"', at, end) % 2 == 1
        if not quoted:
            return at + 1
        end = at
    return 0


def check_header(path: Path, columns: Iterable[str]) -> None:
    """Compare the names in the first line of a file with the columns that it must have.

    Raises:
        ValueError: they differ, in one line.
        OSError: the file cannot be read.
    """
    with path.open("rb") as bytes_, io.TextIOWrapper(bytes_, "utf-8", newline="") as file:
        try:
            there = read_record(iter(lambda: file.readline(_LONGEST_HEADER), ""))
        except ValueError:
            there = ["no header at all"]
    expected = list(columns)
    if there != expected:
        said, wanted = (", ".join(names)[:200] for names in (there, expected))
        raise ValueError(f"its header is {said!r} where its columns are {wanted!r}")


def read_record(lines: Iterable[str]) -> list[str]:
    """Return the values of the first record, NULL as the empty string; [] where there is none.

    Raises:
        ValueError: it is no record of this dialect.
    """
    csv.field_size_limit(_LONGEST_VALUE)
    try:
        return next(csv.reader(lines, strict=True), [])
    except csv.Error as error:
        raise ValueError(str(error)) from None


def format_row(values: Iterable[str | None]) -> str:
    """Return one line for values that are PostgreSQL text forms, None for NULL."""
    line = ",".join(map(_field, values))
    return (f'"{line}"' if line == _END_OF_DATA else line) + "\n"


def _field(text: str | None) -> str:
    if text is None:
        return ""
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def text_form(value: Any, sql_type: str) -> str | None:
    """Return the PostgreSQL text form of a value of a RECORD message, None for NULL.

    Args:
        value: as parsed from JSON, or a Python object that the mapper made.
        sql_type: the column's PostgreSQL type.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        if sql_type == "bytea" and not value.startswith("\\x"):
            # meltanolabs-tap-postgres sends bytea as hex without the prefix
            return "\\x" + value
        return value
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, list) and sql_type.endswith("[]"):
        return array_literal(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) or sql_type in {"real", "double precision"}:
        # shortest round trip, as COPY writes it
        return repr(float(value)).removesuffix(".0")
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    return str(value)


def array_literal(values: list[Any]) -> str:
    """Return a PostgreSQL array literal."""
    items = []
    for value in values:
        if value is None:
            items.append("NULL")
        elif isinstance(value, list):
            items.append(array_literal(value))
        else:
            text = text_form(value, "text") or ""
            items.append('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return "{" + ",".join(items) + "}"
