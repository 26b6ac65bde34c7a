"""Which column type holds the values of several, and how a value is written in it."""

from __future__ import annotations

import re
from collections.abc import Collection

from sealed_days.core.pgtypes import base_name

# Each type's wider types: every value has an exact counterpart there.
_WIDER = {
    "smallint": {"integer", "bigint", "numeric", "real", "double precision"},
    "integer": {"bigint", "numeric", "double precision"},
    "bigint": {"numeric"},
    "real": {"double precision"},
    "date": {"timestamp without time zone"},
    "jsonb": {"json"},
    "cidr": {"inet"},
    "character": {"bpchar"},
}
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_EXACT = {*_DIGITS, "numeric"}
_CHARACTER = {"text", "character varying", "character", "bpchar", '"char"', "name"}
_SAME_TEXT = {"character varying", "text"}
_FIXED_LENGTH = {"bit", "character"}
"""Without a modifier, these have a length of 1."""

_LONGER_HOLDS_SHORTER = {
    "numeric",
    "character varying",
    "bit varying",
    "interval",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
}
"""A modifier of any other type, such as vector(3), may be more than a limit."""

_MODIFIERS = re.compile(r"\(([\d,\s-]+)\)")


def common_type(types: Collection[str]) -> str:
    """Return the narrowest type that holds every value of all, whatever their order; else text."""
    kinds = sorted(set(types))
    for wide in kinds:
        if all(holds(wide, kind) for kind in kinds):
            return wide
    if all(kind.endswith("[]") for kind in kinds):
        elements = [kind[:-2] for kind in kinds]
        element = common_type(elements)
        # an element's text is quoted otherwise than a value's own: text[] would not be text
        if element != "text" or {base_name(kind) for kind in elements} <= _SAME_TEXT:
            return f"{element}[]"
        return "text"
    bases = {base_name(kind) for kind in kinds}
    if len(bases) == 1 and not bases & _FIXED_LENGTH:
        return bases.pop()
    if bases <= _EXACT:
        return "numeric"
    if all(holds("double precision", kind) for kind in kinds):
        return "double precision"
    return "text"


def holds(wide: str, narrow: str) -> bool:
    """Return whether a type holds every value of another without loss."""
    if wide == narrow:
        return True
    if wide.endswith("[]") or narrow.endswith("[]"):
        both = wide.endswith("[]") and narrow.endswith("[]")
        element = wide[:-2]
        return both and element not in _CHARACTER and holds(element, narrow[:-2])
    if wide == "text":
        return base_name(narrow) in _CHARACTER
    wide_base, narrow_base = base_name(wide), base_name(narrow)
    size, needed = _modifiers(wide), _modifiers(narrow)
    if wide_base == narrow_base:
        if not size:
            return wide_base not in _FIXED_LENGTH
        if not needed or wide_base not in _LONGER_HOLDS_SHORTER:
            return False
        if wide_base == "numeric":
            return size[0] - size[1] >= needed[0] - needed[1] and size[1] >= needed[1]
        return size[0] >= needed[0]
    if wide_base not in _WIDER.get(narrow_base, ()):
        return False
    return not size or (
        wide_base == "numeric" and size[0] - size[1] >= _DIGITS.get(narrow_base, 1000)
    )


def converted(column: str, old: str, new: str) -> str:
    """Return the SQL expression for a column's value in another type.

    It is what COPY would have read from the same file into that type.

    Args:
        column: quoted.
        old: its type.
        new: the type that is wanted, which holds every value of the old one.
    """
    if old == new:
        return column
    if new == "text" and base_name(old) not in _SAME_TEXT:
        # format() writes a value as COPY does; a cast writes true for t and trims char(n)
        return f"CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END"
    if base_name(old) == "real" and new == "double precision":
        return f"{column}::text::double precision"  # 0.1 stays 0.1
    return f"{column}::{new}"


def _modifiers(kind: str) -> list[int]:
    match = _MODIFIERS.search(kind)
    sizes = [int(part) for part in match[1].split(",")] if match else []
    if base_name(kind) == "numeric" and len(sizes) == 1:
        sizes.append(0)  # numeric(10) of a hand-written type
    return sizes
