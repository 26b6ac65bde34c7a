"""Which tables and columns a run reads, by the rules of Meltano's `select` and its relatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sealed_days.core import select
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.select import (
    EVERYTHING,
    GLOB,
    UNESCAPED_DOT,
    Pattern,
    matches,
    selected_columns,
)
from sealed_days.core.settings import nearest
from sealed_days.tap_postgres.catalog import Column, Table
from sealed_days.tap_postgres.settings import Settings, StreamOptions

_KIND_WORDS = {
    "table": "tables",
    "foreign_table": "foreign tables",
    "view": "views",
    "materialized_view": "materialized views",
}


@dataclass(frozen=True)
class SelectedTable:
    """A table that a run reads.

    `keys` are empty where a key column is left out. `replication_key` is the column that an
    INCREMENTAL stream goes by.
    """

    table: Table
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    options: StreamOptions
    replication_method: str = "FULL_TABLE"
    replication_key: str | None = None

    @property
    def stream(self) -> str:
        """The stream's name."""
        return self.table.stream


@dataclass(frozen=True)
class Selection:
    """What a run reads, with remarks and warnings about what it leaves out.

    `not_selected` are the streams that it could read and that `select` leaves out.
    """

    tables: tuple[SelectedTable, ...]
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    not_selected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """Meltano's extras: patterns of `select` and `select_filter`, and `metadata` by stream."""

    select: tuple[str, ...] = EVERYTHING
    select_filter: tuple[str, ...] = ()
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_environment(cls) -> Rules:
        """Return the rules that Meltano passes.

        Raises:
            ConfigurationError: one is not what Meltano would write, or cannot be kept.
        """
        if select.mapping("schema"):
            msg = (
                "tap-postgres: the extra `schema` of meltano.yml changes types, which this tap "
                "takes from the source: nothing was touched; remove it"
            )
            raise ConfigurationError(msg)
        return cls(
            select.rules("select") or EVERYTHING,
            select.rules("select_filter"),
            select.mapping("metadata"),
        )


def select_tables(
    tables: Sequence[Table], schemas: Iterable[str], settings: Settings, rules: Rules
) -> Selection:
    """Return what a run reads of the source's relations.

    Args:
        tables: all relations of `filter_schemas`.
        schemas: the names of all schemas of the source.
        settings: the tap's.
        rules: Meltano's.

    Raises:
        ConfigurationError: a setting or a rule names what the source does not have.
    """
    _check_names(tables, schemas, settings, rules)
    read = [t for t in tables if t.kind in settings.relation_kinds and t.columns]
    warnings: list[str] = []
    patterns = [Pattern.parse(text) for text in rules.select]
    for pattern in patterns:
        if line := _check_pattern(pattern, tables, read):
            warnings.append(line)
    filters = [Pattern.parse(text) for text in rules.select_filter]
    for pattern in filters:
        if not any(pattern.finds(table.stream) for table in tables):
            raise ConfigurationError(_names_nothing("select_filter", pattern, tables))
    chosen: list[SelectedTable] = []
    for table in read:
        selected = _columns(table, patterns)
        if not selected or not _passes(table, filters):
            continue
        plain = SelectedTable(
            table,
            selected,
            table.keys,
            settings.stream_options.get(table.stream) or StreamOptions(),
            settings.default_replication_method,
        )
        one = _with_metadata(plain, rules.metadata)
        if one is None:
            continue
        names = {column.name for column in one.columns}
        if lost := [key for key in one.keys if key not in names]:
            warnings.append(
                f"{table.stream}: select leaves out {', '.join(lost)}, a column of the key: the "
                "file and the warehouse's table have no key"
            )
            one = replace(one, keys=())
        chosen.append(one)
    streams = {one.stream for one in chosen}
    return Selection(
        tuple(chosen),
        tuple(_left_out(tables, settings)),
        tuple(warnings),
        tuple(sorted(table.stream for table in read if table.stream not in streams)),
    )


def _check_names(
    tables: Sequence[Table], schemas: Iterable[str], settings: Settings, rules: Rules
) -> None:
    """Refuse names of schemas and streams that the source does not have."""
    known = sorted(schemas)
    there = ", ".join(name for name in known if not name.startswith(("pg_", "information_")))
    for schema in settings.filter_schemas:
        if schema not in known:
            msg = (
                f"filter_schemas names {schema}, a schema that the source does not have"
                f"{nearest(schema, known) or f' (it has {there})'}: nothing was touched; change "
                "it in meltano.yml, or TAP_POSTGRES_FILTER_SCHEMAS in .env"
            )
            raise ConfigurationError(msg)
    streams = [table.stream for table in tables]
    for stream in settings.stream_options:
        if stream not in streams:
            msg = (
                f"stream_options names {stream}, which is no table of the source"
                f"{nearest(stream, streams)}: nothing was touched; change it in meltano.yml"
            )
            raise ConfigurationError(msg)
    for pattern in rules.metadata:
        if not any(matches(stream, pattern) for stream in streams) and not GLOB.search(pattern):
            msg = (
                f"metadata names {pattern}, which is no table of the source"
                f"{nearest(pattern, streams)}: nothing was touched; change it in meltano.yml"
            )
            raise ConfigurationError(msg)


def _check_pattern(pattern: Pattern, tables: Sequence[Table], read: Sequence[Table]) -> str | None:
    """Refuse a pattern that matches nothing; return a warning where that may be meant."""
    found = [table for table in tables if pattern.finds(table.stream)]
    names = [column.name for table in found for column in table.columns]
    has_columns = pattern.column == "*" or any(pattern.finds_column(name) for name in names)
    if found and has_columns:
        kept = {table.oid for table in found} & {table.oid for table in read}
        if pattern.excludes or kept or not pattern.is_literal:
            return None
        if not found[0].columns:
            msg = (
                f"select: {pattern.text} is a table without columns, of which nothing can be "
                "staged: nothing was touched; take it out of select in meltano.yml"
            )
            raise ConfigurationError(msg)
        what = found[0].kind
        msg = (
            f"select: {pattern.text} is a {what.replace('_', ' ')}, and relation_kinds does not "
            f"name {what}: nothing was touched; add it to relation_kinds in meltano.yml"
        )
        raise ConfigurationError(msg)
    if pattern.excludes or pattern.is_literal:
        raise ConfigurationError(_names_nothing("select", pattern, tables))
    return f"select: {pattern.text} matches nothing of the source"


def _names_nothing(extra: str, pattern: Pattern, tables: Sequence[Table]) -> str:
    streams = [table.stream for table in tables]
    found = [table for table in tables if pattern.finds(table.stream)]
    near = nearest(pattern.table, streams)
    what = "table"
    if found:
        what = "column"
        near = nearest(pattern.column, [column.name for t in found for column in t.columns])
    elif UNESCAPED_DOT.search(pattern.text):
        dotted = [name for name in streams if "." in name and pattern.text.lstrip("!") in name]
        if dotted:
            escaped = dotted[0].replace(".", "\\.")
            near = f" (a dot of a name is written \\. : {escaped})"
    return (
        f"{extra}: {pattern.text} matches no {what} of the source{near}: nothing was touched; "
        "change it in meltano.yml"
    )


def _columns(table: Table, patterns: Sequence[Pattern]) -> tuple[Column, ...]:
    mine = [pattern for pattern in patterns if pattern.finds(table.stream)]
    names = selected_columns([column.name for column in table.columns], table.keys, mine)
    return tuple(column for column in table.columns if column.name in names)


def _passes(table: Table, filters: Sequence[Pattern]) -> bool:
    """Return whether `select_filter` (`meltano el --select`) lets a table through."""
    kept = [f for f in filters if not f.excludes]
    return not any(f.excludes and f.finds(table.stream) for f in filters) and (
        not kept or any(f.finds(table.stream) for f in kept)
    )


def _with_metadata(
    one: SelectedTable, metadata: Mapping[str, Mapping[str, Any]]
) -> SelectedTable | None:
    """Return a table as Meltano's `metadata` extra wants it, None where it deselects it.

    Source: https://docs.meltano.com/concepts/plugins#metadata-extra

    Raises:
        ConfigurationError: a key is not known, or names a column that the table does not have.
    """
    columns = [column.name for column in one.table.columns]
    for pattern, values in metadata.items():
        if not matches(one.stream, pattern):
            continue
        for key, value in values.items():
            match key:
                case "replication-method":
                    one = replace(one, replication_method=str(value))
                case "replication-key":
                    _check_column(one.stream, key, str(value), columns)
                    one = replace(one, replication_key=str(value))
                case "table-key-properties" | "view-key-properties":
                    for name in value:
                        _check_column(one.stream, key, name, columns)
                    one = replace(one, keys=tuple(value))
                case "selected":
                    if value in {False, "false"}:
                        return None
                case _:
                    known = ["replication-method", "replication-key", "table-key-properties"]
                    msg = (
                        f"metadata: {pattern}.{key} is not known{nearest(key, known)}: nothing "
                        f"was touched; known are {', '.join(known)} and selected"
                    )
                    raise ConfigurationError(msg)
    return one


def _check_column(stream: str, key: str, column: str, columns: list[str]) -> None:
    if column not in columns:
        msg = (
            f"metadata: {key} of {stream} is {column!r}, which is no column of it"
            f"{nearest(column, columns)}: nothing was touched; change it in meltano.yml"
        )
        raise ConfigurationError(msg)


def _left_out(tables: Sequence[Table], settings: Settings) -> list[str]:
    lines = []
    count = Counter(t.kind for t in tables if t.kind not in settings.relation_kinds)
    if count:
        what = ", ".join(f"{number} {_KIND_WORDS[kind]}" for kind, number in sorted(count.items()))
        lines.append(f"left out by kind: {what}; relation_kinds in meltano.yml says what is read")
    if empty := [table.stream for table in tables if not table.columns]:
        names = ", ".join(empty)
        lines.append(f"left out, as they have no column: {names}; nothing of them can be staged")
    return lines
