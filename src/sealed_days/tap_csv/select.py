"""Meltano's `select` and `select_filter`: which tables and columns leave the tap.

Meltano applies `select` itself only to taps that it runs once more for discovery, a second start
that this tap spares; the rules reach it as MELTANO_EXTRACT__SELECT.
Source: https://docs.meltano.com/concepts/plugins#select-extra
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.settings import nearest

_DOT = re.compile(r"(?<!\\)\.")


@dataclass(frozen=True)
class Selection:
    """The rules of a run. Columns are included first, then excluded: an exclusion wins."""

    columns: tuple[str, ...] = ("*.*",)
    tables: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> Selection:
        """Return the rules that Meltano passes.

        Raises:
            ConfigurationError: a variable is not a JSON list of texts.
        """
        return cls(
            _rules("MELTANO_EXTRACT__SELECT") or ("*.*",),
            _rules("MELTANO_EXTRACT__SELECT_FILTER"),
        )

    def apply(
        self, tables: Mapping[str, Sequence[str]], keys: Mapping[str, Sequence[str]]
    ) -> dict[str, tuple[str, ...]]:
        """Return the columns and tables that `select` leaves, in their order.

        Args:
            tables: table -> its columns.
            keys: table -> its key's columns, which are selected with their table.

        Raises:
            ConfigurationError: a rule matches nothing, leaves out a key's column, or nothing
                is left.
        """
        chosen: dict[str, set[str]] = {table: set() for table in tables}
        for rule in sorted(self.columns, key=lambda rule: rule.startswith("!")):
            table_pattern, column_pattern = _split(rule.removeprefix("!"))
            found = False
            for table, columns in tables.items():
                if not fnmatchcase(table, table_pattern):
                    continue
                hit = {name for name in columns if fnmatchcase(name, column_pattern)}
                found = found or bool(hit)
                if not rule.startswith("!"):
                    chosen[table] |= hit
                elif column_pattern == "*":
                    chosen[table].clear()
                else:
                    chosen[table] -= hit
                    left_out = [key for key in keys[table] if key in hit]
                    if left_out:
                        msg = (
                            f"select: {rule} leaves out {left_out[0]}, which belongs to the key "
                            f"of {table}: nothing was touched; change select or keys in meltano.yml"
                        )
                        raise ConfigurationError(msg)
            if not found:
                _refuse_unmatched("select", rule, tables)
        selected = {
            table: tuple(c for c in tables[table] if c in names or c in keys[table])
            for table, names in chosen.items()
            if names
        }
        if not selected:
            raise _nothing_left("select", tables)
        return selected

    def filtered(self, tables: Collection[str]) -> set[str]:
        """Return the tables that `select_filter` leaves: it has names of tables, or !names.

        Raises:
            ConfigurationError: a name is no table, or none is left.
        """
        for rule in self.tables:
            if not _any_of(tables, rule.removeprefix("!")):
                _refuse_unmatched("select_filter", rule, dict.fromkeys(tables, ()))
        wanted = [rule for rule in self.tables if not rule.startswith("!")]
        unwanted = [rule[1:] for rule in self.tables if rule.startswith("!")]
        left = set().union(*(_any_of(tables, rule) for rule in wanted)) if wanted else {*tables}
        left = left.difference(*(_any_of(tables, rule) for rule in unwanted))
        if tables and not left:
            raise _nothing_left("select_filter", tables)
        return left

    def finds_all_in(self, tables: Collection[str]) -> bool:
        """Return whether `select_filter` names tables, and all of them are among these."""
        named = [rule for rule in self.tables if not rule.startswith("!")]
        return bool(named) and all(_any_of(tables, rule) for rule in named)

    def without_filter(self, tables: Collection[str], left: set[str]) -> Selection:
        """Return the rules of `select` that are for the tables that `select_filter` leaves.

        Args:
            tables: all.
            left: what `filtered` returns.
        """

        def is_for(rule: str) -> bool:
            pattern, _ = _split(rule.removeprefix("!"))
            found = {table for table in tables if fnmatchcase(table, pattern)}
            return not found or bool(found & left)

        return Selection(tuple(filter(is_for, self.columns)))


def _any_of(tables: Collection[str], rule: str) -> set[str]:
    pattern = rule.replace(r"\.", ".")
    return {table for table in tables if fnmatchcase(table, pattern)}


def _nothing_left(rules: str, tables: Iterable[str]) -> ConfigurationError:
    return ConfigurationError(
        f"{rules} in meltano.yml selects none of {', '.join(tables)}: nothing was touched; "
        f"change {rules}, or remove it to take everything"
    )


def _rules(variable: str) -> tuple[str, ...]:
    text = os.environ.get(variable) or "[]"
    try:
        rules = json.loads(text)
    except ValueError:
        rules = None
    if not isinstance(rules, list) or not all(isinstance(rule, str) and rule for rule in rules):
        name = variable.removeprefix("MELTANO_EXTRACT__").lower()
        msg = (
            f"{name} is {text}, which is not a list, each item a text: nothing was touched; "
            f"change {name} in meltano.yml"
        )
        raise ConfigurationError(msg)
    return tuple(rules)


def _split(rule: str) -> tuple[str, str]:
    r"""Return the table's and the column's pattern; `\.` is a dot of a name."""
    table, *column = _DOT.split(rule, maxsplit=1)
    return table.replace(r"\.", "."), (column[0].replace(r"\.", ".") if column else "*")


def _refuse_unmatched(setting: str, rule: str, tables: Mapping[str, Sequence[str]]) -> None:
    known = [name for table in tables for name in (table, *(f"{table}.{c}" for c in tables[table]))]
    near = nearest(rule.removeprefix("!"), known) or f" (known: {', '.join(tables)})"
    msg = (
        f"{setting}: {rule} matches no table or column{near}: nothing was touched; change it in "
        "meltano.yml"
    )
    raise ConfigurationError(msg)
