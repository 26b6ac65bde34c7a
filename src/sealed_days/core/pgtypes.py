"""A column's PostgreSQL type beside its JSON Schema and its Frictionless type."""

from __future__ import annotations

import re
from typing import Any

_BASE = re.compile(r"\s*\(.*?\)")

_JSON_SCHEMA: dict[str, dict[str, Any]] = {
    "smallint": {"type": "integer"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer"},
    "oid": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "real": {"type": "number"},
    "double precision": {"type": "number"},
    "numeric": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "time without time zone": {"type": "string", "format": "time"},
    "timestamp without time zone": {"type": "string", "format": "date-time"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
}


def _cases(*words: str) -> list[str]:
    """Return each word in lower case, in capitals, and capitalized."""
    return list(dict.fromkeys(w for word in words for w in (word, word.upper(), word.title())))


BOOLEANS = (
    _cases("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"),
    _cases("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"),
)
"""What a file may have for true and for false: COPY writes t and f, and takes all of these."""

# Field types of https://specs.frictionlessdata.io/table-schema/#types-and-formats
_FRICTIONLESS: dict[str, dict[str, Any]] = {
    "smallint": {"type": "integer"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer"},
    "oid": {"type": "integer"},
    "boolean": {"type": "boolean", "trueValues": BOOLEANS[0], "falseValues": BOOLEANS[1]},
    "real": {"type": "number"},
    "double precision": {"type": "number"},
    "numeric": {"type": "number"},
    "date": {"type": "date"},
}


def base_name(sql_type: str) -> str:
    """Return a type without its modifiers: `numeric(10,2)` is `numeric`."""
    return _BASE.sub("", sql_type)


def json_schema(
    sql_type: str, *, nullable: bool, json_as_object: bool = False, as_text: bool = False
) -> dict[str, Any]:
    """Return the JSON Schema of a column, with its exact type as `x-sql-datatype`.

    Args:
        sql_type: the column's type.
        nullable: whether it may be NULL.
        json_as_object: whether json and jsonb travel as objects only.
        as_text: whether PostgreSQL's text may stand for what JSON cannot carry (NaN, an array).
    """
    base = base_name(sql_type)
    if base.endswith("[]"):
        schema: dict[str, Any] = {"type": "array"}
    elif base in {"json", "jsonb"}:
        kinds = ["string", "number", "integer", "array", "object", "boolean"]
        schema = {"type": ["object"] if json_as_object else kinds}
    else:
        schema = dict(_JSON_SCHEMA.get(base, {"type": "string"}))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    more = ["string"] if as_text and kinds[0] in {"number", "array"} else []
    more += ["null"] if nullable else []
    if more:
        schema["type"] = [*kinds, *more]
    schema["x-sql-datatype"] = sql_type
    return schema


def sql_type(schema: dict[str, Any]) -> str:
    """Return the PostgreSQL type for a property of a SCHEMA message.

    The tap's own `x-sql-datatype` where it sent one; else the widest type that holds
    what JSON Schema allows.
    """
    if declared := schema.get("x-sql-datatype"):
        return str(declared)
    options = [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]
    kinds: set[str] = set()
    formats: set[str] = set()
    for option in options:
        kind = option.get("type", [])
        kinds.update([kind] if isinstance(kind, str) else kind)
        if option.get("format"):
            formats.add(option["format"])
    kinds.discard("null")
    if kinds & {"object", "array"}:
        return "jsonb"
    if kinds == {"boolean"}:
        return "boolean"
    if kinds == {"integer"}:
        return "bigint"
    if kinds and kinds <= {"integer", "number"}:
        return "numeric"
    if kinds == {"string"} and len(formats) == 1:
        return {
            "date": "date",
            "date-time": "timestamp with time zone",
            "time": "time without time zone",
            "uuid": "uuid",
        }.get(formats.pop(), "text")
    return "text"


def frictionless_field(name: str, sql_type: str, source_type: str) -> dict[str, Any]:
    """Return a Table Schema field: the standard type beside the exact one."""
    field = dict(_FRICTIONLESS.get(base_name(sql_type), {"type": "string"}))
    return {"name": name, **field, "sql_type": sql_type, "source_type": source_type}
