"""What changes between days: which column types can be held together, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sealed_days.core.errors import UserError
from sealed_days.core.pgtypes import base_name
from sealed_days.core.sql import quote_ident

SNAPSHOT_DATE = "snapshot_date"

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
_MODIFIERS = re.compile(r"\(([\d,\s-]+)\)")


@dataclass
class Drift:
    """What to change so that a day's table and the table of all days fit each other.

    Each is column -> type. `lines` say it in words: those of the table of all days, and
    those of the day's table.
    """

    add_to_all: dict[str, str] = field(default_factory=dict)
    widen_all: dict[str, str] = field(default_factory=dict)
    add_to_day: dict[str, str] = field(default_factory=dict)
    widen_day: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    day_lines: list[str] = field(default_factory=list)

    @property
    def alters_all(self) -> bool:
        """Whether the table of all days changes."""
        return bool(self.add_to_all or self.widen_all)


def compare(
    table: str, day: str, all_days: dict[str, str], one_day: dict[str, str], *, is_newest: bool
) -> Drift:
    """Return what makes a day's columns fit the table of all days.

    Args:
        table: name for the messages.
        day: the DATE of `one_day`.
        all_days: column -> type in the table of all days.
        one_day: column -> type in the day's table.
        is_newest: no day from DATE on is there. Text that is to become something narrower is
            then refused; for a day run again or out of order, text holds it as it did before.

    Raises:
        UserError: a column's types cannot be held together.
    """
    drift = Drift()
    for name, new in one_day.items():
        old = all_days.get(name)
        if old is None:
            drift.add_to_all[name] = new
            drift.lines.append(f"{table}: new column {name} ({new}): NULL in the other days")
            continue
        if old == new:
            continue
        both = widest(old, new)
        narrowed = is_newest and _is_character(old) and not _is_character(new)
        if both is None or narrowed:
            msg = (
                f"{table}.{name} is {new} in {day} where the days before have {old}, which cannot "
                f"be kept in one column: nothing was changed; load it under another name "
                f"(stream_maps: {table}: __alias__: {table}_v2 in the config of the extractor) or "
                f"drop its older days (DROP TABLE … CASCADE)"
            )
            raise UserError(msg)
        if both != old:
            drift.widen_all[name] = both
            how = "history is rewritten" if rewrites(old, both) else "no rewrite"
            drift.lines.append(f"{table}: column {name} widened from {old} to {both} ({how})")
        if both != new:
            drift.widen_day[name] = both
            drift.day_lines.append(f"{table}: column {name} is {new} in {day}: kept as {both}")
    drift.add_to_day = {name: kind for name, kind in all_days.items() if name not in one_day}
    return drift


def widest(one: str, other: str) -> str | None:
    """Return the narrowest known type that holds every value of both, or None."""
    if holds(one, other):
        return one
    if holds(other, one):
        return other
    if _is_character(one) or _is_character(other):
        return "text"
    bases = {base_name(one), base_name(other)}
    if bases <= _EXACT:
        return "numeric"
    if bases == {"integer", "real"}:
        return "double precision"
    return None


def holds(wide: str, narrow: str) -> bool:
    """Return whether a type holds every value of another without loss."""
    if wide in {narrow, "text"}:
        return True
    if wide.endswith("[]") and narrow.endswith("[]"):
        # an element's text form inside an array is quoted otherwise: text[] is not text
        return holds(wide[:-2], narrow[:-2])
    wide_base, narrow_base = base_name(wide), base_name(narrow)
    size, needed = _modifiers(wide), _modifiers(narrow)
    if wide_base == narrow_base:
        if not size:
            return True
        if not needed or wide_base == "bit":
            return False
        if wide_base == "numeric":
            return size[0] - size[1] >= needed[0] - needed[1] and size[1] >= needed[1]
        return size[0] >= needed[0]
    if wide_base not in _WIDER.get(narrow_base, ()):
        return False
    return not size or (
        wide_base == "numeric" and size[0] - size[1] >= _DIGITS.get(narrow_base, 1000)
    )


def rewrites(old: str, new: str) -> bool:
    """Return whether PostgreSQL rewrites a table for this change of a column's type."""
    bases = [base_name(old), base_name(new)]
    if set(bases) <= {"character varying", "text"}:
        return False
    if bases[0] != bases[1] or bases[0] == "character":
        return True
    scales = [_modifiers(kind)[1:] for kind in (old, new)]
    return bases[0] == "numeric" and bool(scales[1]) and scales[0] != scales[1]


def alter_type(column: str, old: str, new: str) -> str:
    """Return the ALTER TABLE action that widens a column.

    The values become what COPY would have read from the same file into the wider type.
    """
    name = quote_ident(column)
    action = f"ALTER COLUMN {name} TYPE {new}"
    if new == "text" and base_name(old) not in {"character varying", "text"}:
        # format() writes a value as COPY does; a cast writes true for t and trims char(n)
        return f"{action} USING CASE WHEN {name} IS NOT NULL THEN format('%s', {name}) END"
    if base_name(old) == "real" and new == "double precision":
        return f"{action} USING {name}::text::double precision"  # 0.1 stays 0.1
    return action


def _is_character(kind: str) -> bool:
    return base_name(kind) in _CHARACTER


def _modifiers(kind: str) -> list[int]:
    match = _MODIFIERS.search(kind)
    return [int(part) for part in match[1].split(",")] if match else []
