"""PostgreSQL's types in the lake: which column type, and how the text of a value is read.

A type is in `_EXACT` only if every value of it, or every one that is not refused by name, comes
back from the lake's Parquet files as it was. Parquet's interval has milliseconds, its time has no
offset; DuckDB's decimals end at 38 digits. Sources: https://duckdb.org/docs/stable/sql/data_types,
https://ducklake.select/docs/stable/specification/data_types
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sealed_days.core.pgtypes import BOOLEANS, base_name
from sealed_days.core.sql import quote_ident, quote_literal

_EXACT = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "oid": "BIGINT",
    "boolean": "BOOLEAN",
    "real": "FLOAT",
    "double precision": "DOUBLE",
    "text": "VARCHAR",
    "character varying": "VARCHAR",
    "character": "VARCHAR",
    "bpchar": "VARCHAR",
    '"char"': "VARCHAR",
    "name": "VARCHAR",
    "citext": "VARCHAR",
    "json": "JSON",
    "jsonb": "JSON",
    "uuid": "UUID",
    "bytea": "BLOB",
    "date": "DATE",
    "time without time zone": "TIME",
    "timestamp without time zone": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
}
_WHY_NOT = {
    "numeric": "the lake has numeric(p,s) up to 38 digits, with 0 <= s <= p",
    "interval": "Parquet keeps no microseconds of an interval",
    "time with time zone": "Parquet keeps no offset of a time",
}
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")
_DAY = r"[0-9]{4,}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6}0*)?)?"
_ZONE = r" ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
# What a text may look like beside the one that DuckDB itself writes for the value
_FORMS = {
    "SMALLINT": r"[+-]?[0-9]+",
    "INTEGER": r"[+-]?[0-9]+",
    "BIGINT": r"[+-]?[0-9]+",
    "DATE": _DAY,
    "TIME": _CLOCK,
    "TIMESTAMP": f"{_DAY}([ T]{_CLOCK})?",
    "TIMESTAMPTZ": f"{_DAY}[ T]{_CLOCK}{_ZONE}",
    "UUID": r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}",
}
_ENDLESS = {"DATE", "TIMESTAMP", "TIMESTAMPTZ"}
"""Types with infinity, which other readers of Parquet take for a day in a far year."""


@dataclass(frozen=True)
class LakeColumn:
    """A column of a table: its name, its types at the source and in the day, and in the lake."""

    name: str
    sql_type: str
    source_type: str
    lake_type: str


def lake_type(sql_type: str) -> str | None:
    """Return the lake's type for a type of PostgreSQL, None where it has none that is exact."""
    if numeric := _NUMERIC.fullmatch(sql_type):
        precision, scale = int(numeric[1]), int(numeric[2])
        exact = precision <= 38 and 0 <= scale <= precision
        return f"DECIMAL({precision},{scale})" if exact else None
    return _EXACT.get(base_name(sql_type))


def why_not(sql_type: str) -> str:
    """Return why the lake has no exact type for one of PostgreSQL."""
    return _WHY_NOT.get(base_name(sql_type), "the lake has no such type")


def reading(table: str, column: LakeColumn) -> str:
    """Return SQL for the value of a column whose text is in a column of the same name.

    It raises an error that names table, column and text where the lake would not hold just what
    PostgreSQL reads: DuckDB's casts take more texts, round, and drop what they do not know.
    """
    text, kind = quote_ident(column.name), column.lake_type
    if kind == "VARCHAR":
        return text
    error = f"error({quote_literal(f'{table}.{column.name}: ')} || {text}[:80])"
    if kind == "BOOLEAN":
        true, false = (", ".join(map(quote_literal, words)) for words in BOOLEANS)
        return (
            f"CASE WHEN {text} IN ({true}) THEN true WHEN {text} IN ({false}) THEN false "
            f"WHEN {text} IS NOT NULL THEN {error} END"
        )
    if kind == "JSON":
        return (
            f"CASE WHEN json_valid({text}) THEN {text}::JSON "
            f"WHEN {text} IS NOT NULL THEN {error} END"
        )
    if kind == "BLOB":
        hexadecimal = f"regexp_full_match({text}, '\\\\x([0-9a-fA-F]{{2}})*')"
        return (
            f"CASE WHEN {hexadecimal} THEN unhex({text}[3:]) "
            f"WHEN {text} IS NOT NULL THEN {error} END"
        )
    value = f"TRY_CAST({text} AS {kind})"
    if kind in {"FLOAT", "DOUBLE"}:
        wanted = (
            f"isfinite({value}) AND NOT contains({text}, '_') OR "
            f"regexp_full_match({text}, '(?i)nan|[+-]?inf(inity)?')"
        )
    else:
        form = _FORMS.get(kind) or rf"[+-]?[0-9]*([.][0-9]{{0,{kind[8:-1].split(',')[1]}}}0*)?"
        # the round trip spares most values the regular expression
        wanted = (
            f"CASE WHEN {value}::VARCHAR = {text} THEN true "
            f"ELSE {value} IS NOT NULL AND regexp_full_match({text}, {quote_literal(form)}) END"
        )
        if kind in _ENDLESS:
            wanted = f"isfinite({value}) AND {wanted}"
    christ = ""
    if kind in _ENDLESS:
        before = _before_christ(text, kind)  # a cast to DATE drops the BC without a word
        christ = f"WHEN {text} LIKE '% BC' AND {before} IS NOT NULL THEN {before} "
        wanted = f"NOT {text} LIKE '% BC' AND {wanted}"
    return f"CASE WHEN {wanted} THEN {value} {christ}WHEN {text} IS NOT NULL THEN {error} END"


def _before_christ(text: str, kind: str) -> str:
    """Return SQL for `0044-03-15 10:00:00 BC`, which DuckDB writes `0044-03-15 (BC) 10:00:00`."""
    return rf"TRY_CAST(regexp_replace({text}, '^({_DAY})(.*) BC$', '\1 (BC)\2') AS {kind})"


_INTEGERS = {"SMALLINT": 5, "INTEGER": 10, "BIGINT": 19}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def common_type(types: set[str]) -> str:
    """Return the type of the lake that holds every value of several, else VARCHAR."""
    if len(types) == 1:
        return next(iter(types))
    if types <= _INTEGERS.keys():
        return max(types, key=lambda kind: _INTEGERS[kind])
    if types == {"FLOAT", "DOUBLE"}:
        return "DOUBLE"
    whole = scale = 0
    for kind in types:
        decimal = _DECIMAL.fullmatch(kind)
        if not decimal and kind not in _INTEGERS:
            return "VARCHAR"
        p, s = map(int, decimal.groups()) if decimal else (_INTEGERS[kind], 0)
        whole, scale = max(whole, p - s), max(scale, s)
    return f"DECIMAL({whole + scale},{scale})" if whole + scale <= 38 else "VARCHAR"


def converted(name: str, old: str, new: str) -> str:
    """Return SQL for a column's value in the wider type that `common_type` chose."""
    column = quote_ident(name)
    if old == new:
        return column
    if old == "FLOAT" and new == "DOUBLE":
        return f"{column}::VARCHAR::DOUBLE"  # 0.1 stays 0.1
    if new == "VARCHAR" and old == "BOOLEAN":
        return f"CASE WHEN {column} THEN 't' WHEN NOT {column} THEN 'f' END"
    if new == "VARCHAR" and old == "BLOB":
        return f"'\\x' || lower(hex({column}))"
    return f"{column}::{new}"
