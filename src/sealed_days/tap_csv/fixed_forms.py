"""Checks texts of one length by their bytes: all that stand at one place are looked at together.

Slicing every 36th byte out of a column of UUIDs, say, is one loop in C over all rows.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_HEX = b"0123456789abcdef"
_SIGNS = b"+-"


def uuids(texts: pa.StringArray) -> pa.Array | None:
    """Return UUIDs of the usual form as 32 hex digits each, which sort as they do.

    Returns:
        None for another form; the texts as they are where some are NULL, which no key has.
    """
    count = len(texts) - texts.null_count
    if not _all_have(texts, 36):
        return None
    data = _bytes(texts)
    others = data.translate(None, _HEX)
    if len(others) != 4 * count:
        data = data.lower()
        others = data.translate(None, _HEX)
    dashes = b"-" * count
    if others != dashes * 4 or any(data[at::36] != dashes for at in (8, 13, 18, 23)):
        return None
    if texts.null_count:
        return texts
    digits = pa.py_buffer(data.translate(None, b"-"))
    return pa.Array.from_buffers(pa.binary(32), count, [None, digits])


def instants(texts: pa.StringArray) -> pa.Array | None:
    """Return timestamps with a zone as microseconds of their instants; None for other forms.

    Arrow reads them, and takes two things that PostgreSQL does not: an hour without minutes, and
    zones of 16 hours and more.
    """
    lengths = pc.binary_length(texts)
    found = [length for length in pc.unique(lengths).to_pylist() if length is not None]
    for length in found:
        if length < len("2025-01-01 00:00Z"):
            return None
        same = texts.filter(pc.equal(lengths, length)) if len(found) > 1 else texts.drop_null()
        if not _are_zoned(same, length):
            return None
    try:
        return pc.cast(texts, pa.timestamp("us", "UTC")).view(pa.int64())
    except pa.ArrowInvalid:
        return None


def _are_zoned(texts: pa.StringArray, length: int) -> bool:
    """Return whether texts of one length have minutes, and zones that PostgreSQL has."""
    data = _bytes(texts)
    count = len(texts)
    if data[13::length] != b":" * count:
        return False
    for sign, hour in ((-3, -2), (-6, -5), (-5, -4)):
        # 2025-01-01 00:00:00+02, +02:00, +0200
        signs = data[length + sign :: length]
        if signs.translate(None, _SIGNS):
            continue
        tens, ones = data[length + hour :: length], data[length + hour + 1 :: length]
        return not tens.translate(None, b"01") and not _any_both(tens, b"1", ones, b"6789")
    ends = data[length - 1 :: length]
    if ends == b"Z" * count:
        return True
    # rows of several forms: divide them by one of the places that tell them apart
    for place in (length - 1, length - 3):
        at = data[place::length]
        kinds = pa.Array.from_buffers(pa.uint8(), count, [None, pa.py_buffer(at)])
        chosen = pc.is_in(kinds, pa.array(b"Z" if place == length - 1 else b"+-", pa.uint8()))
        first, second = texts.filter(chosen), texts.filter(pc.invert(chosen))
        if len(first) and len(second):
            return _are_zoned(first, length) and _are_zoned(second, length)
    return False


def _any_both(texts: bytes, chars: bytes, others: bytes, other_chars: bytes) -> bool:
    """Return whether, at some place, one text has one of some characters and so has another."""
    marks = []
    for text, wanted in ((texts, chars), (others, other_chars)):
        table = bytes(int(byte in wanted) for byte in range(256))
        marks.append(int.from_bytes(text.translate(table), "little"))
    return bool(marks[0] & marks[1])


def _all_have(texts: pa.StringArray, length: int) -> bool:
    found = pc.min_max(pc.binary_length(texts))
    return bool(found["min"].as_py() == found["max"].as_py() == length)


def _bytes(texts: pa.StringArray) -> bytes:
    """Return the bytes of all texts; those that are NULL have none."""
    start, size = texts.offset, pc.sum(pc.binary_length(texts)).as_py() or 0
    whole = texts if not start else pa.concat_arrays([texts])
    data: bytes = whole.buffers()[2][:size].to_pybytes()
    return data
