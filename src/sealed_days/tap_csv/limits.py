"""The limits of PostgreSQL and of the warehouse, checked before a day is sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.pgtypes import base_name
from sealed_days.tap_csv.types import NOT_AS_KEY

LONGEST_NAME = 63
"""Bytes of an identifier of PostgreSQL: more are cut off, silently."""
MOST_COLUMNS = 1590
"""PostgreSQL takes 1,600 in a table; the warehouse adds its own."""
MOST_KEYS = 31
"""PostgreSQL takes 32 columns in an index; the warehouse adds the day."""
LONGEST_KEY = 2600
"""Bytes: a row of a B-tree index has at most 2,704."""
WIDEST_ROW = 8000
"""Bytes: a row must fit a page of 8 KiB; of a long value, only 18 bytes stay in it."""
RESERVED_TABLES = {"loads", "loads_days", "loads_shapes", "loads_sources"}
RESERVED_COLUMNS = {"snapshot_date"}
"""The names that target_postgres keeps for itself; a test compares them."""
_SYSTEM = {"ctid", "oid", "xmin", "xmax", "cmin", "cmax", "tableoid"}
_WIDTHS = {
    "smallint": 2, "integer": 4, "bigint": 8, "real": 4, "double precision": 8, "boolean": 1,
    "date": 4, "time without time zone": 8, "timestamp without time zone": 8,
    "timestamp with time zone": 8, "uuid": 16, "interval": 16,
}  # fmt: skip
TOASTED = 18


def check_entity(entity: str) -> None:
    """Check a table's name.

    Raises:
        ConfigurationError: the warehouse cannot have a table of that name.
    """
    wrong = ""
    if not entity.strip() or "\0" in entity:
        wrong = "is no name"
    elif entity in RESERVED_TABLES:
        wrong = "is a table of the warehouse's own"
    elif len(entity.encode()) > LONGEST_NAME:
        wrong = f"has {len(entity.encode())} bytes, more than {LONGEST_NAME}"
    if wrong:
        msg = f"entity {entity!r} {wrong}: nothing was touched; give it another in meltano.yml"
        raise ConfigurationError(msg)


def check_columns(where: str, columns: Sequence[tuple[str, str]], keys: Sequence[str]) -> None:
    """Check the columns that leave the tap.

    Args:
        where: the file and its line, for messages.
        columns: name and PostgreSQL type of each.
        keys: the key's columns.

    Raises:
        SourceError: the warehouse cannot have them.
    """
    if len(columns) > MOST_COLUMNS:
        msg = (
            f"{where}: has {len(columns):,} columns, more than the {MOST_COLUMNS:,} that a table "
            "of PostgreSQL holds: leave some out by select or columns in meltano.yml"
        )
        raise SourceError(msg)
    for name, count in Counter(name for name, _ in columns).items():
        wrong = ""
        if count > 1:
            wrong = f"is there {count} times"
        elif len(name.encode()) > LONGEST_NAME:
            wrong = f"has {len(name.encode())} bytes, more than PostgreSQL's {LONGEST_NAME}"
        elif name in _SYSTEM:
            wrong = "is a system column of PostgreSQL"
        elif name in RESERVED_COLUMNS:
            wrong = "is the warehouse's own column"
        elif "\0" in name:
            wrong = "has a NUL byte"
        if wrong:
            shown = name if len(name) < 80 else name[:79] + "…"
            msg = f"{where}: column {shown!r} {wrong}: rename it by columns in meltano.yml"
            raise SourceError(msg)
    types = dict(columns)
    for key in keys:
        if base_name(types[key]) in NOT_AS_KEY:
            msg = (
                f"{where}: key column {key} is {types[key]}, which cannot be a key: declare it "
                "text, or choose other keys in meltano.yml"
            )
            raise SourceError(msg)
    if len(keys) > MOST_KEYS:
        msg = f"{where}: the key has {len(keys)} columns, more than an index holds ({MOST_KEYS})"
        raise SourceError(msg)


def is_bounded(sql_type: str) -> bool:
    """Return whether no value of a type is long."""
    return base_name(sql_type) in _WIDTHS


def row_width(types: Sequence[str]) -> int:
    """Return the bytes of the widest row that columns of these types can have in a page."""
    header = 24 + (len(types) + 1) // 8 + 8
    return header + sum(_width(sql_type) for sql_type in types)


def _width(sql_type: str) -> int:
    base = base_name(sql_type)
    # with what is lost to alignment
    return (-(-_WIDTHS[base] // 8) * 8 if _WIDTHS[base] > 2 else 2) if base in _WIDTHS else TOASTED
