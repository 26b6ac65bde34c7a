"""Column types a user may declare: which texts PostgreSQL's COPY takes for each.

The checks are SQL for DuckDB on the text of a value. They take a subset of what PostgreSQL
takes: what every release of it reads to one and the same value, without blanks around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sealed_days.core.errors import UserError
from sealed_days.core.pgtypes import base_name
from sealed_days.core.sql import quote_literal

_NAMES = {
    "smallint": "smallint", "int2": "smallint",
    "integer": "integer", "int": "integer", "int4": "integer",
    "bigint": "bigint", "int8": "bigint",
    "real": "real", "float4": "real",
    "double precision": "double precision", "float8": "double precision",
    "numeric": "numeric", "decimal": "numeric",
    "boolean": "boolean", "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp without time zone",
    "timestamp without time zone": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timestamp with time zone": "timestamp with time zone",
    "time": "time without time zone", "time without time zone": "time without time zone",
    "uuid": "uuid", "json": "json", "jsonb": "jsonb", "text": "text", "bytea": "bytea",
    "varchar": "character varying", "character varying": "character varying",
    "char": "character", "character": "character",
}  # fmt: skip
_SHORT = {
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
}
_DECLARED = re.compile(r"([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?")

_INTEGER = r"[+-]?[0-9]+"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_ZONE = r" ?([Zz]|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
_TRUE = ("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1")
_FALSE = ("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0")


def postgres_type(declared: str) -> str:
    """Return a declared type under the name that PostgreSQL's format_type gives it.

    Raises:
        UserError: the type is not one of those a CSV column can have.
    """
    match = _DECLARED.fullmatch(" ".join(declared.lower().split()))
    name = _NAMES.get(match.group(1)) if match else None
    if match is None or name is None:
        msg = f"{declared!r} is not a type of tap-csv: use one of {', '.join(_NAMES)}"
        raise UserError(msg)
    size, scale = match.group(2), match.group(3)
    if size is None:
        return "character(1)" if name == "character" else name
    if name == "numeric" and 0 < int(size) <= 38 and int(scale or 0) <= int(size):
        return f"numeric({int(size)},{int(scale or 0)})"
    if name in {"character", "character varying"} and scale is None and int(size) > 0:
        return f"{name}({int(size)})"
    msg = (
        f"{declared!r} is not a type of tap-csv: a length goes with varchar and char, "
        "numeric takes up to 38 digits or none"
    )
    raise UserError(msg)


_SHORT_NUMBER = "[0-9]{1,9}([.][0-9]{1,6})?"
"""What fits every floating type, and is most of what comes."""


def _match(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {quote_literal(pattern)})"


def accepts(text: str, sql_type: str) -> str | None:
    """Return SQL that is true where PostgreSQL takes a text, None where it takes any."""
    base, size = base_name(sql_type), _size(sql_type)
    if base in {"smallint", "integer", "bigint"}:
        # the round trip spares most values the regular expression
        number = f"TRY_CAST({text} AS {base})"
        # CASE, unlike OR inside an expression, does not look further where the first is true
        return (
            f"(CASE WHEN {number}::VARCHAR = {text} THEN true "
            f"ELSE {number} IS NOT NULL AND {_match(text, _INTEGER)} END)"
        )
    if base in {"real", "double precision"}:
        number = f"TRY_CAST({text} AS {'FLOAT' if base == 'real' else 'DOUBLE'})"
        return (
            f"(CASE WHEN {_match(text, _SHORT_NUMBER)} THEN true "
            f"ELSE ({_match(text, _NUMBER)} AND isfinite({number}) AND ({number} <> 0 "
            f"OR NOT regexp_matches({text}, '^[^eE]*[1-9]'))) "
            f"OR {_match(f'lower({text})', 'nan|[+-]?inf(inity)?')} END)"
        )
    if base == "numeric":
        fits = (
            f"TRY_CAST({text} AS DECIMAL({size})) IS NOT NULL" if size else f"length({text})<9999"
        )
        return f"(({_match(text, _NUMBER)} AND {fits}) OR lower({text}) = 'nan')"
    if base == "boolean":
        return f"lower({text}) IN ({', '.join(map(quote_literal, _TRUE + _FALSE))})"
    if base == "date":
        return f"({_match(text, _DATE)} AND TRY_CAST({text} AS DATE) >= DATE '0001-01-01')"
    if base == "time without time zone":
        return f"({_match(text, _TIME)} AND TRY_CAST({text} AS TIME) IS NOT NULL)"
    if base.startswith("timestamp"):
        local, pattern = text, f"{_DATE}([ T]{_TIME})?"
        if base == "timestamp with time zone":
            pattern = f"{_DATE}[ T]{_TIME}"
            local = f"regexp_replace({text}, {quote_literal(_ZONE + '$')}, '')"
            pattern += _ZONE
        early = "TIMESTAMP '0001-01-02'"  # a zone may move the first day out of year 1
        return f"({_match(text, pattern)} AND TRY_CAST({local} AS TIMESTAMP) >= {early})"
    if base == "uuid":
        return _match(text, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")
    if base in {"json", "jsonb"}:
        # DuckDB's parser also takes NaN, Infinity and a comma before a closing bracket
        bare = f"""regexp_replace({text}, '"([^"\\\\]|\\\\.)*"', '""', 'g')"""
        check = f"json_valid({text}) AND NOT regexp_matches({bare}, '(?i)nan|inf|,\\s*[\\]}}]')"
        if base == "jsonb":
            check += rf" AND NOT regexp_matches({text}, '(^|[^\\])(\\\\)*\\u0000')"
            check += f" AND NOT regexp_matches({bare}, '[eE][+-]?[0-9]{{5}}')"  # a numeric
        return f"({check})"
    if base == "bytea":
        return _match(text, r"\\x([0-9a-fA-F]{2})*")
    if size:
        return f"length({text}) <= {size}"
    return None


def reason(text: str, sql_type: str) -> str:
    """Return why a text that `accepts` refuses is not a value of the type."""
    base, shown = base_name(sql_type), shorten(text)
    name = _SHORT.get(base, sql_type)
    if base.startswith("character"):
        short = "varchar" if base.endswith("varying") else "char"
        return f"{shown} has {len(text)} characters, more than {short}({_size(sql_type)})"
    if base in {"smallint", "integer", "bigint"} and re.fullmatch(_INTEGER, text):
        return f"{shown} is out of range for {name}"
    if base in {"real", "double precision", "numeric"} and re.fullmatch(_NUMBER, text):
        return f"{shown} is out of range for {name}"
    if base == "timestamp with time zone" and re.fullmatch(f"{_DATE}[ T]{_TIME}", text):
        return f"{shown} has no time zone: add one or declare the column timestamp"
    return f"{shown} is not {'an' if name[0] in 'aeio' else 'a'} {name}"


def key_form(text: str, sql_type: str) -> str:
    """Return SQL that is equal for two texts of a key exactly where PostgreSQL's values are."""
    base = base_name(sql_type)
    target = {
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "real": "FLOAT",
        "double precision": "DOUBLE",
        "date": "DATE",
        "timestamp without time zone": "TIMESTAMP",
        "time without time zone": "TIME",
        "uuid": "UUID",
    }.get(base)
    if target:
        return f"TRY_CAST({text} AS {target})"
    if base == "numeric" and _size(sql_type):
        return f"TRY_CAST({text} AS DECIMAL({_size(sql_type)}))"
    if base == "boolean":
        return f"lower({text}) IN ({', '.join(map(quote_literal, _TRUE))})"
    if base == "character":
        return f"rtrim({text}, ' ')"
    return "lower(" + text + ")" if base == "bytea" else text


def shorten(text: str, limit: int = 60) -> str:
    """Return a text in quotes, cut to a length that fits a line of a log."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def from_text(sql_type: str) -> Callable[[str], Any]:
    """Return what makes the value of a RECORD message from a text of the type."""
    forms: dict[str, Callable[[str], Any]] = {
        "smallint": int,
        "integer": int,
        "bigint": int,
        "oid": int,
        "real": float,
        "double precision": float,
        "numeric": Decimal,
        "boolean": lambda text: text.lower() in _TRUE,
    }
    return forms.get(base_name(sql_type), str)


def _size(sql_type: str) -> str | None:
    match = re.search(r"\((.*?)\)", sql_type)
    return match.group(1) if match else None
