"""Reads plain values by Arrow, where PostgreSQL reads the same from the text.

Arrow takes more than PostgreSQL in some corners (blanks around numbers, hexadecimal, underflow)
and less in others. So a column is read only if its texts have nothing but the characters of the
plain form and a length that leaves no corner; `types` decides about all others.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from sealed_days.core.pgtypes import BOOLEANS, base_name
from sealed_days.tap_csv import fixed_forms

# type -> (Arrow's type, its plain form's characters, shortest and longest text)
_PLAIN = {
    "smallint": (pa.int16(), b"-0123456789", 1, 30),
    "integer": (pa.int32(), b"-0123456789", 1, 30),
    "bigint": (pa.int64(), b"-0123456789", 1, 30),
    # no exponent, and too short to be out of range or to vanish
    "real": (pa.float32(), b"-.0123456789", 1, 30),
    "double precision": (pa.float64(), b"-.0123456789", 1, 30),
    "numeric": (pa.float64(), b"-.0123456789", 1, 30),
    "date": (pa.date32(), b"-0123456789", 10, 10),
    "timestamp without time zone": (pa.timestamp("us"), b"-:. T0123456789", 16, 26),
    "timestamp with time zone": (None, b"-+:. TZ0123456789", 17, 32),
    "uuid": (None, b"-0123456789abcdefABCDEF", 36, 36),
}
_FIXED = {"timestamp with time zone": fixed_forms.instants, "uuid": fixed_forms.uuids}
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
        fits = pc.all(pc.or_(known, pc.is_null(texts)), min_count=0).as_py()
        return pc.if_else(pc.is_valid(texts), true, None) if fits else None
    if base not in _PLAIN:
        return None
    kind, alphabet, least, most = _PLAIN[base]
    if base == "numeric" and size:
        kind = pa.decimal128(int(size[1]), int(size[2] or 0))
    if base.startswith("timestamp") and size:
        most = 20 + int(size[1])  # no more digits than the type holds
    lengths = pc.binary_length(texts)
    total = pc.sum(lengths).as_py()
    if not total and texts.null_count == len(texts):
        return pa.nulls(len(texts), kind)
    found = pc.min_max(lengths)
    if found["min"].as_py() < least or found["max"].as_py() > most:
        return None
    data = texts.buffers()[2][:total].to_pybytes()
    if data.translate(None, alphabet):
        return None
    is_moment = kind is None or pa.types.is_temporal(kind)
    if is_moment and base != "uuid" and (b"0000-" in data or b"0001-01-01" in data):
        return None  # there is no year 0, and where it begins depends on the time zone
    if kind is None:
        # how many digits a zone follows is not known here
        return None if size and b"." in data else _FIXED[base](texts)
    try:
        return pc.cast(texts, kind)
    except pa.ArrowInvalid:
        return None
