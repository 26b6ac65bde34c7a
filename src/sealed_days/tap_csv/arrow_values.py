"""Reads plain values by Arrow, JSON by msgspec, where PostgreSQL reads the same from the text.

Arrow takes more than PostgreSQL in some corners (blanks around numbers, hexadecimal, underflow)
and less in others. So numbers are read only if their texts have nothing but the characters of the
plain form, and all only if they have a length that leaves no corner; `types` decides about others.
"""

from __future__ import annotations

import re
from collections import deque
from datetime import date

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from sealed_days.core.pgtypes import BOOLEANS, base_name
from sealed_days.tap_csv import fixed_forms

# type -> (Arrow's type, its plain form's characters where Arrow takes others, too, shortest and
# longest text)
_PLAIN = {
    "smallint": (pa.int16(), b"-0123456789", 1, 30),
    "integer": (pa.int32(), b"-0123456789", 1, 30),
    "bigint": (pa.int64(), b"-0123456789", 1, 30),
    # no exponent, and too short to be out of range or to vanish
    "real": (pa.float32(), b"-.0123456789", 1, 30),
    "double precision": (pa.float64(), b"-.0123456789", 1, 30),
    "numeric": (pa.float64(), b"-.0123456789", 1, 30),
    "date": (pa.date32(), None, 10, 10),
    "time without time zone": (pa.timestamp("us"), None, 5, 15),
    "timestamp without time zone": (pa.timestamp("us"), None, 16, 26),
    "timestamp with time zone": (pa.int64(), None, 17, 32),
}
_DAYS = (date(2, 1, 1) - date(1970, 1, 1)).days
_MICROSECONDS = _DAYS * 24 * 3600 * 1_000_000
_YEAR_2 = {
    "date": _DAYS,
    "timestamp without time zone": _MICROSECONDS,
    "timestamp with time zone": _MICROSECONDS,
}
"""From 1970. Arrow has a year 0, PostgreSQL has not, and a zone may move a moment out of year 1."""
_JSON = msgspec.json.Decoder(msgspec.Raw)  # checks all and makes nothing of it
_SOME_DAY = "2000-01-01 "
_TRUE, _FALSE = (pa.array(words) for words in BOOLEANS)


def plain_values(texts: pa.StringArray, sql_type: str) -> pa.Array | None:
    """Return a column's values, ordered as some order of PostgreSQL's values; NULL stays NULL.

    Args:
        texts: what stands in the file, without an offset.
        sql_type: the column's type, as `types.postgres_type` has it.

    Returns:
        None where a text is wrong or takes a closer look.
    """
    base, size = base_name(sql_type), re.search(r"\((\d+)(?:,(\d+))?\)", sql_type)
    if base == "text" or base.startswith("character"):
        longest = pc.max(pc.utf8_length(texts)).as_py() or 0
        if size and longest > int(size[1]):
            return None
        return pc.utf8_rtrim(texts, " ") if base == "character" else texts
    if base == "boolean":
        true = pc.is_in(texts, _TRUE)
        known = pc.or_(true, pc.is_in(texts, _FALSE))
        return pc.if_else(pc.is_valid(texts), true, None) if all_fit(known, texts) else None
    if base not in {"uuid", "json", "jsonb"} and base not in _PLAIN:
        return None
    if texts.null_count == len(texts):
        return pa.nulls(len(texts))
    if base in {"json", "jsonb"}:
        return texts if _are_json(texts, base) else None
    if base == "uuid":
        return fixed_forms.uuids(texts)
    kind, alphabet, least, most = _PLAIN[base]
    if base == "numeric" and size:
        kind = pa.decimal128(int(size[1]), int(size[2] or 0))
    found = pc.min_max(pc.binary_length(texts))
    if found["min"].as_py() < least or found["max"].as_py() > most:
        return None
    if alphabet and _bytes(texts).translate(None, alphabet):
        return None
    if base == "timestamp with time zone":
        values = fixed_forms.instants(texts)
    else:
        if base == "time without time zone":
            texts = pc.binary_join_element_wise(_SOME_DAY, texts, "")
        try:
            values = pc.cast(texts, kind)
        except pa.ArrowInvalid:
            return None
    if values is None or not (base == "date" or base.startswith("time")):
        return values
    numbers = values.view(pa.int32() if base == "date" else pa.int64())
    if base in _YEAR_2 and pc.min(numbers).as_py() < _YEAR_2[base]:
        return None
    if size and not _are_multiples(numbers, 10 ** (6 - int(size[1]))):
        return None
    return values


def all_fit(fits: pa.BooleanArray, texts: pa.StringArray) -> bool:
    """Return whether all texts fit that are not NULL."""
    return bool(pc.all(pc.or_(pc.fill_null(fits, False), pc.is_null(texts)), min_count=0).as_py())


def _are_json(texts: pa.StringArray, base: str) -> bool:
    """Return whether all texts are JSON; False where that takes a closer look."""
    # jsonb holds no NUL and has numbers of PostgreSQL's numeric
    if base == "jsonb" and re.search(rb"\\u0000|[eE][+-]?[0-9]{4}", _bytes(texts)):
        return False
    try:
        deque(map(_JSON.decode, texts.drop_null().to_pylist()), maxlen=0)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _are_multiples(numbers: pa.Array, unit: int) -> bool:
    """Return whether moments in microseconds have no more digits than their type holds."""
    held = pc.multiply(pc.divide(numbers, unit), unit)
    return bool(pc.all(pc.equal(held, numbers), min_count=0).as_py())


def _bytes(texts: pa.StringArray) -> bytes:
    """Return the bytes of all texts; those that are NULL have none."""
    end = memoryview(texts.buffers()[1]).cast("i")[len(texts)]
    data: bytes = texts.buffers()[2].slice(0, end).to_pybytes()
    return data
