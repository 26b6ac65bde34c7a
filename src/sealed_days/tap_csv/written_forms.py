"""Brings values from a file's own form into PostgreSQL's by Arrow, where all of a column are usual.

`conversions` has the rules for all of them, in SQL; here is what most files need of them. A text
that is taken here is taken there, and means the same.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from sealed_days.core.pgtypes import base_name
from sealed_days.tap_csv.arrow_values import all_fit
from sealed_days.tap_csv.conversions import Written, digits

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_ISO = {
    "date": ("{Y}-{m}-{d}",),
    "timestamp without time zone": ("{Y}-{m}-{d} {H}:{M}", "{Y}-{m}-{d} {H}:{M}:{S}"),
}


def in_plain_form(texts: pa.StringArray, sql_type: str, how: Written) -> pa.StringArray | None:
    """Return a column's values in PostgreSQL's form, NULL stays NULL.

    Args:
        texts: what stands in the file.
        sql_type: the column's type, as `types.postgres_type` has it.
        how: how the file writes it.

    Returns:
        None where a text is not written so, or takes a closer look.
    """
    if how.is_plain:
        return texts
    if how.round:
        return None
    if how.true_values:
        return _booleans(texts, how)
    if how.format is None:
        return _numbers(texts, how)
    return _moments(texts, base_name(sql_type), how.format)


def _booleans(texts: pa.StringArray, how: Written) -> pa.StringArray | None:
    true = pc.is_in(texts, pa.array(how.true_values))
    false = pc.is_in(texts, pa.array(how.false_values))
    if not all_fit(pc.or_(true, false), texts):
        return None
    return pc.if_else(pc.is_null(texts), pa.scalar(None, pa.string()), pc.if_else(true, "t", "f"))


def _numbers(texts: pa.StringArray, how: Written) -> pa.StringArray | None:
    if not all_fit(pc.match_substring_regex(texts, f"^-?{digits(how)}$"), texts):
        return None
    if how.thousands is not None:
        texts = pc.replace_substring(texts, how.thousands, "")
    return pc.replace_substring(texts, how.decimal, ".")


def _moments(texts: pa.StringArray, base: str, form: str) -> pa.StringArray | None:
    """Return dates and times whose parts have all their digits, in the order of ISO 8601."""
    pieces = re.split("%(-?.)", form)  # literals, and codes between them
    codes = pieces[1::2]
    iso = next((iso for iso in _ISO.get(base, ()) if iso.count("{") == len(codes)), None)
    if iso is None or sorted(codes) != sorted(re.findall("{(.)}", iso)):
        return None
    pattern = "".join(
        f"([0-9]{{{_DIGITS[piece]}}})" if at % 2 else re.escape(piece)
        for at, piece in enumerate(pieces)
    )
    if not all_fit(pc.match_substring_regex(texts, f"^{pattern}$"), texts):
        return None
    order = {code: f"\\{place}" for place, code in enumerate(codes, start=1)}
    return pc.replace_substring_regex(texts, f"^{pattern}$", iso.format(**order))
