"""Reads UUIDs and moments with a time zone in their usual forms, all of a column at once.

What stands at one place of texts of one length is a slice of their bytes with a step.
"""

from __future__ import annotations

import binascii
import re
import sys

import pyarrow as pa
import pyarrow.compute as pc

_LONGEST = 64
"""Bytes, more than any moment has; Arrow takes no slice without an end."""
_WORD = 8
_ZONE = pa.scalar(int.from_bytes(b"\0\0\xff\xff\xff\xff\xff\xff", sys.byteorder), pa.uint64())
"""The part of a word that holds the longest zone, as in +02:00."""
_TOO_FAR = re.compile(rb"[+-](1[6-9]|[2-9][0-9])")
_DATE = len("2025-01-01")


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

    Args:
        texts: without an offset, not all NULL, and of 17 bytes at least.
    """
    zones = _zones(texts)
    if b"z" in zones or b" " in zones:
        # Arrow takes neither; with the blank gone, another text could become a date
        blanks = pc.find_substring(texts, " ")
        if b"t" in texts.buffers()[2].to_pybytes() or _are_early(blanks):
            return None
        for sign in ("+", "-"):
            if f" {sign}".encode() in zones:
                texts = pc.replace_substring(texts, f" {sign}", sign)
        texts = pc.ascii_upper(texts)
        zones = _zones(texts)
    # only a text that is shorter than one with seconds can lack minutes
    if pc.min(pc.binary_length(texts)).as_py() < len("2025-01-01 00:00:00Z"):
        after_hour = pc.unique(pc.binary_slice(texts.view(pa.binary()), 13, 14))
        if after_hour.drop_null().to_pylist() != [b":"]:
            return None
    if _TOO_FAR.search(zones):
        return None
    try:
        return pc.cast(texts, pa.timestamp("us", "UTC")).view(pa.int64())
    except pa.ArrowInvalid:
        return None


def _zones(texts: pa.StringArray) -> bytes:
    """Return the ends of all texts, each once: there are few zones, however many rows."""
    last = pc.binary_slice(texts.view(pa.binary()), -_WORD, _LONGEST).buffers()[2]
    words = pa.Array.from_buffers(pa.uint64(), len(texts) - texts.null_count, [None, last])
    ends: bytes = pc.unique(pc.bit_wise_and(words, _ZONE)).buffers()[1].to_pybytes()
    return ends


def _are_early(blanks: pa.Array) -> bool:
    """Return whether a blank stands in a date; -1 is none."""
    early = pc.and_(pc.greater_equal(blanks, 0), pc.less(blanks, _DATE))
    return bool(pc.any(early, min_count=0).as_py())
