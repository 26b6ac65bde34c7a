"""Meltano's `select` and its relatives: the rules that reach a tap, and what they match.

Meltano applies them itself only to taps that it runs once more for discovery, a second start that
ours spare; the rules reach them as MELTANO_EXTRACT__SELECT, __SELECT_FILTER and __METADATA.
Source: https://docs.meltano.com/concepts/plugins#select-extra
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sealed_days.core.errors import ConfigurationError

EVERYTHING = ("*.*",)
UNESCAPED_DOT = re.compile(r"(?<!\\)\.")
GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Pattern:
    r"""One rule of `select`: `[!]table[.column]`, where `\.` stands for a dot of a name."""

    text: str
    excludes: bool
    table: str
    column: str

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Return the pattern of a rule."""
        table, *column = UNESCAPED_DOT.split(text.removeprefix("!"), maxsplit=1)
        return cls(
            text,
            text.startswith("!"),
            table.replace(r"\.", "."),
            column[0].replace(r"\.", ".") if column else "*",
        )

    @property
    def is_literal(self) -> bool:
        """Whether it names one table, and one column or all."""
        return not GLOB.search(self.table) and (self.column == "*" or not GLOB.search(self.column))

    def finds(self, table: str) -> bool:
        """Return whether it is for a table."""
        return matches(table, self.table)

    def finds_column(self, column: str) -> bool:
        """Return whether it is for a column of its tables."""
        return matches(column, self.column)


def matches(name: str, pattern: str) -> bool:
    """Return whether a name is a pattern's, to the letter or by its wildcards."""
    return name == pattern or fnmatchcase(name, pattern)


def selected_columns(
    columns: Iterable[str], keys: Sequence[str], patterns: Sequence[Pattern]
) -> tuple[str, ...]:
    """Return a table's columns that are included, and its key's, less all that are excluded.

    Args:
        columns: the table's, in their order.
        keys: its key's columns, which are selected with their table.
        patterns: those that are for the table; an exclusion wins, wherever it stands.
    """
    included = [pattern for pattern in patterns if not pattern.excludes]
    excluded = [pattern for pattern in patterns if pattern.excludes]
    if not included or any(pattern.column == "*" for pattern in excluded):
        return ()
    return tuple(
        column
        for column in columns
        if (column in keys or any(pattern.finds_column(column) for pattern in included))
        and not any(pattern.finds_column(column) for pattern in excluded)
    )


def rules(extra: str) -> tuple[str, ...]:
    """Return the rules of `select` or `select_filter` that Meltano passes.

    Raises:
        ConfigurationError: they are no list of texts.
    """
    found = _variable(extra)
    found = [] if found is None else found
    if not isinstance(found, list) or not all(isinstance(rule, str) and rule for rule in found):
        raise _wrong(extra, "a list, each item a text")
    return tuple(found)


def mapping(extra: str) -> dict[str, Any]:
    """Return an extra such as `metadata` that Meltano passes.

    Raises:
        ConfigurationError: it is no mapping.
    """
    found = _variable(extra)
    found = {} if found is None else found
    if not isinstance(found, dict):
        raise _wrong(extra, "a mapping")
    return found


def _variable(extra: str) -> Any:
    """Return what Meltano passes for an extra, None where it passes nothing."""
    text = os.environ.get(f"MELTANO_EXTRACT__{extra.upper()}") or "null"
    try:
        return json.loads(text)
    except ValueError:
        return text


def _wrong(extra: str, what: str) -> ConfigurationError:
    said = os.environ[f"MELTANO_EXTRACT__{extra.upper()}"]
    return ConfigurationError(
        f"{extra} is {said}, which is not {what}: nothing was touched; change {extra} in "
        "meltano.yml"
    )
