"""Column types a user may declare: which texts PostgreSQL's COPY takes for each.

The checks are SQL for DuckDB on the text of a value. They take a subset of what PostgreSQL
takes: what every release of it reads to one and the same value, and holds without rounding it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.pgtypes import BOOLEANS, base_name
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
    "interval": "interval",
    "uuid": "uuid", "json": "json", "jsonb": "jsonb", "text": "text", "bytea": "bytea",
    "varchar": "character varying", "character varying": "character varying",
    "char": "character", "character": "character",
    "text[]": "text[]",
}  # fmt: skip
_SHORT = {
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
}
_DECLARED = re.compile(
    r"([a-z][a-z0-9 ]*?(?:\[\])?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?( with(?:out)? time zone)?"
)

_INTEGER = r"[+-]?[0-9]+"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_ZONE = r" ?([Zz]|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
_ITEM = r"""([^{},"\\\s]+|"([^"\\]|\\.)*")"""
_UNIT = r"(microsecond|millisecond|second|minute|hour|day|week|mon|month|year|decade|century)s?"
_SPAN = rf"[+-]?[0-9]{{1,6}} {_UNIT}"
_CLOCK = r"[+-]?[0-9]{1,6}:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_ISO_SPAN = (
    r"P([0-9]{1,6}Y)?([0-9]{1,6}M)?([0-9]{1,6}W)?([0-9]{1,6}D)?"
    r"(T([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,6}S)?)?"
)
_TRUE, _FALSE = BOOLEANS
NOT_AS_KEY = {"json", "jsonb", "interval", "text[]"}
"""Types whose values PostgreSQL cannot compare, or finds equal in ways that are not had here."""


def postgres_type(declared: str) -> str:
    """Return a declared type under the name that PostgreSQL's format_type gives it.

    Raises:
        ConfigurationError: the type is not one of those a CSV column can have.
    """
    match = _DECLARED.fullmatch(" ".join(declared.lower().split()))
    name = _NAMES.get((match[1] + (match[4] or "")).strip()) if match else None
    if match is None or name is None:
        msg = f"{declared!r} is not a type of tap-csv: use one of {', '.join(_NAMES)}"
        raise ConfigurationError(msg)
    size, scale = match[2], match[3]
    if size is None:
        return "character(1)" if name == "character" else name
    if name == "numeric" and 0 < int(size) <= 38 and int(scale or 0) <= int(size):
        return f"numeric({int(size)},{int(scale or 0)})"
    if name in {"character", "character varying"} and scale is None and 0 < int(size) <= 10485760:
        return f"{name}({int(size)})"
    if name in _SHORT and scale is None and int(size) <= 6:
        return name.replace(
            _SHORT[name].removesuffix("tz"), f"{_SHORT[name].removesuffix('tz')}({int(size)})", 1
        )
    msg = (
        f"{declared!r} is not a type of tap-csv: a length goes with varchar and char, up to 6 "
        "digits with timestamp and time; numeric takes up to 38 digits or none"
    )
    raise ConfigurationError(msg)


_SHORT_NUMBER = "[0-9]{1,9}([.][0-9]{1,6})?"
"""What fits every floating type, and is most of what comes."""


def match(text: str, pattern: str) -> str:
    """Return SQL that is true where a text is of a pattern as a whole."""
    return f"regexp_full_match({text}, {quote_literal(pattern)})"


def accepts(text: str, sql_type: str) -> str | None:
    """Return SQL that is true where PostgreSQL takes a text unchanged, None where it takes any."""
    base, size = base_name(sql_type), _size(sql_type)
    if base in {"smallint", "integer", "bigint"}:
        # the round trip spares most values the regular expression
        number = f"TRY_CAST({text} AS {base})"
        # CASE, unlike OR inside an expression, does not look further where the first is true
        return (
            f"(CASE WHEN {number}::VARCHAR = {text} THEN true "
            f"ELSE {number} IS NOT NULL AND {match(text, _INTEGER)} END)"
        )
    if base in {"real", "double precision"}:
        number = f"TRY_CAST({text} AS {'FLOAT' if base == 'real' else 'DOUBLE'})"
        return (
            f"(CASE WHEN {match(text, _SHORT_NUMBER)} THEN true "
            f"ELSE ({match(text, _NUMBER)} AND isfinite({number}) AND ({number} <> 0 "
            f"OR NOT regexp_matches({text}, '^[^eE]*[1-9]'))) "
            f"OR {match(f'lower({text})', 'nan|[+-]?inf(inity)?')} END)"
        )
    if base == "numeric":
        fits = _fits(text, size) if size else f"length({text})<6000"
        return f"(({match(text, _NUMBER)} AND {fits}) OR lower({text}) = 'nan')"
    if base == "boolean":
        return f"{text} IN ({', '.join(map(quote_literal, _TRUE + _FALSE))})"
    if base == "date":
        return f"({match(text, _DATE)} AND TRY_CAST({text} AS DATE) >= DATE '0001-01-01')"
    if base == "time without time zone":
        time = f"({match(text, _TIME)} AND TRY_CAST({text} AS TIME) IS NOT NULL)"
        return f"({time} AND {_has_digits(text, size)})"
    if base.startswith("timestamp"):
        local, pattern = text, f"{_DATE}([ T]{_TIME})?"
        if base == "timestamp with time zone":
            pattern = f"{_DATE}[ T]{_TIME}"
            local = f"regexp_replace({text}, {quote_literal(_ZONE + '$')}, '')"
            pattern += _ZONE
        early = "TIMESTAMP '0001-01-02'"  # a zone may move the first day out of year 1
        return (
            f"({match(text, pattern)} AND TRY_CAST({local} AS TIMESTAMP) >= {early} "
            f"AND {_has_digits(local, size)})"
        )
    if base == "uuid":
        return match(text, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")
    if base in {"json", "jsonb"}:
        # DuckDB's parser also takes NaN, Infinity and a comma before a closing bracket
        wrong = "(?i)nan|inf|,\\s*[\\]}]"
        check = f"json_valid({text}) AND NOT {_outside_strings(text, wrong)}"
        if base == "jsonb":
            check += rf" AND NOT regexp_matches({text}, '(^|[^\\])(\\\\)*\\u0000')"
            check += f" AND NOT {_outside_strings(text, '[eE][+-]?[0-9]{5}')}"  # a numeric
        return f"({check})"
    if base == "bytea":
        return match(text, r"\\x([0-9a-fA-F]{2})*")
    if base == "interval":
        spans = f"{_SPAN}( {_SPAN})*( {_CLOCK})?|{_CLOCK}"
        iso = f"{match(text, _ISO_SPAN)} AND {match(text, 'P.*[0-9][A-Z]')}"
        return f"({match(text, spans)} OR ({iso}))"
    if base == "text[]":
        return match(text, rf"\{{({_ITEM}(,{_ITEM})*)?\}}")
    if size:
        return f"length({text}) <= {size}"
    return None


def _outside_strings(text: str, pattern: str) -> str:
    """Return SQL that is true where a pattern without quotes is in a JSON text, not in a string.

    To take the strings out is slow, so it is done only where the pattern is anywhere.
    """
    bare = f"""regexp_replace({text}, '"([^"\\\\]|\\\\.)*"', '""', 'g')"""
    return (
        f"(CASE WHEN regexp_matches({text}, '{pattern}') "
        f"THEN regexp_matches({bare}, '{pattern}') ELSE false END)"
    )


def _fits(text: str, size: str) -> str:
    """Return SQL that is true where numeric(size) holds a number without rounding it."""
    precision, scale = (int(part) for part in size.split(","))
    value = f"TRY_CAST({text} AS DECIMAL({precision},{scale}))"
    plain = match(text, rf"[+-]?[0-9]*([.][0-9]{{0,{scale}}}0*)?")
    # with an exponent: DuckDB's casts take some that do not fit, and refuse some that do
    digits, last = _significant(text)
    exact = f"{last} >= {-scale} AND length({digits}) + {last} <= {precision - scale}"
    return (
        f"(CASE WHEN {plain} THEN {value} IS NOT NULL "
        f"WHEN regexp_matches({text}, '[eE]') THEN {digits} = '' OR {exact} ELSE false END)"
    )


def _has_digits(text: str, size: str | None) -> str:
    """Return SQL that is true where a time has no more fractional digits than its type."""
    return f"NOT regexp_matches({text}, '[.][0-9]{{{size or 6}}}[0-9]*[1-9]')"


def reason(text: str, sql_type: str) -> str:
    """Return why a text that `accepts` refuses is not a value of the type."""
    base, shown = base_name(sql_type), shorten(text)
    short = _SHORT.get(base, base)
    name = sql_type.replace(base, short, 1) if base in sql_type else f"{short}({_size(sql_type)})"
    if base.startswith("character"):
        short = "varchar" if base.endswith("varying") else "char"
        return f"{shown} has {len(text)} characters, more than {short}({_size(sql_type)})"
    if base in {"smallint", "integer", "bigint"} and re.fullmatch(_INTEGER, text):
        return f"{shown} is out of range for {name}"
    if base in {"real", "double precision", "numeric"} and re.fullmatch(_NUMBER, text):
        if base == "numeric" and "," in name and _needs_rounding(text, sql_type):
            return f"{shown} would be rounded by {name}: set round: true, or a wider type"
        return f"{shown} is out of range for {name}"
    if base == "timestamp with time zone" and re.fullmatch(f"{_DATE}[ T]{_TIME}", text):
        return f"{shown} has no time zone: add one or declare the column timestamp"
    if base in _SHORT and re.search(rf"[.][0-9]{{{_size(sql_type) or 6}}}[0-9]*[1-9]", text):
        return f"{shown} would be rounded by {name}: set round: true"
    return f"{shown} is not {'an' if name[0] in 'aeio' else 'a'} {name}"


def _needs_rounding(text: str, sql_type: str) -> bool:
    precision, scale = (int(part) for part in str(_size(sql_type)).split(","))
    number = Decimal(text)
    return abs(number) < Decimal(10) ** (precision - scale) and number != round(number, scale)


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
    if base == "numeric":
        return _digits(text)
    if base == "timestamp with time zone":
        return _instant(text)
    if base == "boolean":
        return f"{text} IN ({', '.join(map(quote_literal, _TRUE))})"
    if base == "character":
        return f"rtrim({text}, ' ')"
    return "lower(" + text + ")" if base == "bytea" else text


def _digits(text: str) -> str:
    """Return SQL for a number as its significant digits and their exponent: 1.10 is 11e-1."""
    digits, last = _significant(text)
    return (
        f"(CASE WHEN lower({text}) = 'nan' THEN 'nan' WHEN {digits} = '' THEN '0' "
        f"ELSE (CASE WHEN {text} LIKE '-%' THEN '-' ELSE '' END) || {digits} || 'e' || {last} END)"
    )


def _significant(text: str) -> tuple[str, str]:
    """Return SQL for the significant digits of a number, none of 0, and the last one's exponent."""
    fraction = rf"regexp_extract({text}, '\.([0-9]*)', 1)"
    digits = f"(regexp_extract({text}, '^[+-]?([0-9]*)', 1) || {fraction})"
    exponent = rf"coalesce(TRY_CAST(regexp_extract({text}, '[eE]([+-]?[0-9]+)$', 1) AS INTEGER), 0)"
    kept = f"rtrim({digits}, '0')"
    last = f"({exponent} - length({fraction}) + length({digits}) - length({kept}))"
    return f"ltrim({kept}, '0')", last


def _instant(text: str) -> str:
    """Return SQL for a timestamptz as the microseconds of its instant."""
    local = f"regexp_replace({text}, {quote_literal(_ZONE + '$')}, '')"
    zone = f"ltrim(substr({text}, length({local}) + 1))"
    minutes = (
        f"(coalesce(TRY_CAST(substr({zone}, 2, 2) AS BIGINT), 0) * 60 "
        f"+ coalesce(TRY_CAST(ltrim(substr({zone}, 4), ':') AS BIGINT), 0)) "
        f"* (CASE WHEN {zone} LIKE '-%' THEN -1 ELSE 1 END)"
    )
    return f"(epoch_us(TRY_CAST({local} AS TIMESTAMP)) - {minutes} * 60000000)"


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
        "boolean": lambda text: text in _TRUE,
        "text[]": _items,
    }
    return forms.get(base_name(sql_type), str)


def _items(literal: str) -> list[str | None]:
    """Return the items of an array literal that `accepts` takes; NULL in quotes is a text."""
    found: list[str | None] = []
    for item in re.finditer(_ITEM, literal[1:-1]):
        text = item[0]
        if text.startswith('"'):
            found.append(re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL))
        else:
            found.append(None if text.upper() == "NULL" else text)
    return found


def _size(sql_type: str) -> str | None:
    found = re.search(r"\((.*?)\)", sql_type)
    return found[1] if found else None
