"""Reads UUIDs and moments with a time zone in their usual forms, all of a column at once.

What stands at one place of texts of one length is a slice of their bytes with a step.
"""

from __future__ import annotations

import binascii

import pyarrow as pa
import pyarrow.compute as pc

_ZONE = len("+02:00")
_LONGEST = 64
"""Bytes, more than any moment has; Arrow takes no slice without an end."""
_TOO_FAR = r"[+-](1[6-9]|[2-9][0-9])"


def uuids(texts: pa.StringArray) -> pa.Array | None:
    """Return UUIDs, all with dashes or all without, as 16 bytes each, which sort as they do.

    Args:
        texts: without an offset, and not all NULL.

    Returns:
        None for another form; the texts as they are where some are NULL, which no key has.
    """
    lengths = pc.min_max(pc.binary_length(texts))
    length, count = lengths["max"].as_py(), len(texts) - texts.null_count
    if length not in {32, 36} or lengths["min"].as_py() != length:
        return None
    data = texts.buffers()[2][: length * count].to_pybytes()
    if length == 36:
        dashes = b"-" * count
        if any(data[at::36] != dashes for at in (8, 13, 18, 23)):
            return None
        data = data.translate(None, b"-")
    try:
        values = binascii.unhexlify(data)
    except binascii.Error:
        return None
    if len(values) != 16 * count:  # there are more dashes
        return None
    if texts.null_count:
        return texts
    return pa.Array.from_buffers(pa.binary(16), count, [None, pa.py_buffer(values)])


def instants(texts: pa.StringArray) -> pa.Array | None:
    """Return timestamps with a zone as microseconds of their instants; None for other forms.

    Arrow reads them, and takes two things that PostgreSQL does not: an hour without minutes, and
    zones of 16 hours and more.
    """
    rows = texts.view(pa.binary())
    # only a text that is shorter than one with seconds can lack minutes
    if pc.min(pc.binary_length(rows)).as_py() < len("2025-01-01 00:00:00Z"):
        after_hour = pc.unique(pc.binary_slice(rows, 13, 14)).drop_null().to_pylist()
        if after_hour != [b":"]:
            return None
    # there are few zones, however many rows
    zones = pc.unique(pc.binary_slice(rows, -_ZONE, _LONGEST)).view(pa.string())
    if pc.any(pc.match_substring_regex(zones, _TOO_FAR)).as_py():
        return None
    try:
        return pc.cast(texts, pa.timestamp("us", "UTC")).view(pa.int64())
    except pa.ArrowInvalid:
        return None
