"""What Meltano's `select` and `select_filter` leave of the user's files, or of the staged days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sealed_days.core import select
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.select import EVERYTHING, Pattern, matches, selected_columns
from sealed_days.core.settings import nearest


@dataclass(frozen=True)
class Selection:
    """The rules of a run. Columns are included first, then excluded: an exclusion wins."""

    columns: tuple[str, ...] = EVERYTHING
    tables: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> Selection:
        """Return the rules that Meltano passes.

        Raises:
            ConfigurationError: a variable is not a JSON list of texts.
        """
        return cls(select.rules("select") or EVERYTHING, select.rules("select_filter"))

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
        found: dict[str, list[Pattern]] = {table: [] for table in tables}
        for pattern in map(Pattern.parse, self.columns):
            hit = {
                table: [column for column in columns if pattern.finds_column(column)]
                for table, columns in tables.items()
                if pattern.finds(table)
            }
            if not any(hit.values()):
                _refuse_unmatched("select", pattern.text, tables)
            for table, columns in hit.items():
                if columns:
                    found[table].append(pattern)
                lost = [key for key in keys[table] if key in columns]
                if pattern.excludes and pattern.column != "*" and lost:
                    msg = (
                        f"select: {pattern.text} leaves out {lost[0]}, which belongs to the key "
                        f"of {table}: nothing was touched; change select or keys in meltano.yml"
                    )
                    raise ConfigurationError(msg)
        selected = {
            table: left
            for table, patterns in found.items()
            if (left := selected_columns(tables[table], keys[table], patterns))
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
            found = set(filter(Pattern.parse(rule).finds, tables))
            return not found or bool(found & left)

        return Selection(tuple(filter(is_for, self.columns)))


def _any_of(tables: Collection[str], rule: str) -> set[str]:
    pattern = rule.replace(r"\.", ".")
    return {table for table in tables if matches(table, pattern)}


def _nothing_left(rules: str, tables: Iterable[str]) -> ConfigurationError:
    return ConfigurationError(
        f"{rules} in meltano.yml selects none of {', '.join(tables)}: nothing was touched; "
        f"change {rules}, or remove it to take everything"
    )


def _refuse_unmatched(setting: str, rule: str, tables: Mapping[str, Sequence[str]]) -> None:
    known = [name for table in tables for name in (table, *(f"{table}.{c}" for c in tables[table]))]
    near = nearest(rule.removeprefix("!"), known) or f" (known: {', '.join(tables)})"
    msg = (
        f"{setting}: {rule} matches no table or column{near}: nothing was touched; change it in "
        "meltano.yml"
    )
    raise ConfigurationError(msg)
