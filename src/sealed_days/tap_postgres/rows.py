"""Rows as JSON values, for RECORD messages: PostgreSQL's own text wherever JSON has no such value.

A target of ours reads that text back to the bit (an interval, 24:00:00, NaN, infinity, a date BC,
a range). Numbers are Python's, so that stream maps can reckon with them, and keep their text for
the case that no map changes them.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from psycopg2 import extensions
from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import SourceError
from sealed_days.core.pgtypes import base_name
from sealed_days.tap_postgres.table_copy import TableCopy

_INTEGERS = {"smallint", "integer", "bigint", "oid"}
_FLOATS = {"real", "double precision"}
_TIMES = ("date", "timestamp")
_PLAIN_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)?")
_ROWS_AT_A_TIME = 10_000
_NUMBERS = itertools.count()

# psycopg2 makes Python objects of the types that it knows: here every value stays text
_TEXT = extensions.new_type(tuple(extensions.string_types), "TEXT", lambda value, cursor: value)
_TEXT_ARRAY = extensions.new_array_type((), "TEXT_ARRAY", _TEXT)


class ExactFloat(float):
    """A finite float that knows PostgreSQL's text of it."""

    text: str


class ExactDecimal(Decimal):
    """A finite numeric that knows PostgreSQL's text of it."""

    text: str


def read_rows(
    connection: Connection,
    copy: TableCopy,
    types: Mapping[str, str],
    *,
    exact: bool,
    limit: int | None = None,
    json_as_object: bool = False,
    dates_as_string: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as JSON values, with bounded memory.

    Args:
        connection: in the transaction that reads it.
        copy: what to read.
        types: the columns' PostgreSQL types.
        exact: whether the target reads PostgreSQL's texts (ours do).
        limit: how many rows at most.
        json_as_object: whether json and jsonb become objects.
        dates_as_string: whether dates keep PostgreSQL's text for a target that is not ours.

    Raises:
        SourceError: a value that JSON cannot carry to a third-party target.
    """

    def value_of(name: str, kind: str, text: str) -> Any:
        value = _value(text, kind, json_as_object)
        if exact:
            return value
        value = _for_strangers(value, kind, dates_as_string)
        if value is None:
            msg = (
                f"{copy.stream}: {name} has {text}, which JSON has no number for: leave it out by "
                f'select ("!{copy.stream}.{name}"), or use a target of this project'
            )
            raise SourceError(msg)
        return value

    kinds = [types[name] for name in copy.columns]
    sql = copy.select(copy.where) + (f" LIMIT {limit}" if limit else "")
    with connection.cursor() as cursor:
        extensions.register_type(_TEXT, cursor)
        # by hand: psycopg2 begins transactions of its own for its named cursors
        name_of_rows = f"rows_{next(_NUMBERS)}"  # an earlier one may not have been read to its end
        cursor.execute(f"DECLARE {name_of_rows} NO SCROLL CURSOR FOR {sql}")
        while True:
            cursor.execute(f"FETCH {_ROWS_AT_A_TIME} FROM {name_of_rows}")
            rows = cursor.fetchall()
            if not rows:
                break
            for row in rows:
                yield {
                    name: None if text is None else value_of(name, kind, text)
                    for name, kind, text in zip(copy.columns, kinds, row, strict=True)
                }
        cursor.execute(f"CLOSE {name_of_rows}")


def with_texts(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record in which numbers that no map changed are PostgreSQL's texts."""
    return {
        name: value.text if isinstance(value, ExactFloat | ExactDecimal) else value
        for name, value in record.items()
    }


def _value(text: str, kind: str, json_as_object: bool) -> Any:
    base = base_name(kind)
    if base in _INTEGERS:
        return int(text)
    if base == "boolean":
        return text == "t"
    if base in _FLOATS:
        number = ExactFloat(text)
        number.text = text
        return number if math.isfinite(number) else text
    if base == "numeric":
        decimal = ExactDecimal(text)
        decimal.text = text
        return decimal if decimal.is_finite() else text
    if json_as_object and base in {"json", "jsonb"}:
        return json.loads(text)
    return text


def _for_strangers(value: Any, kind: str, dates_as_string: bool) -> Any:
    """Return what a target that is not ours expects, None where that is unknown."""
    base = base_name(kind)
    if base in _FLOATS or base == "numeric":
        if isinstance(value, ExactFloat):
            return float(value)
        return Decimal(value) if isinstance(value, ExactDecimal) else None
    if base.endswith("[]") and isinstance(value, str):
        # a lower bound other than 1 comes before the values: [0:1]={1,2}
        return _list(_TEXT_ARRAY(value[value.find("{") :], None), base.removesuffix("[]"))
    is_time = base.startswith(_TIMES) and not dates_as_string
    if is_time and (found := _PLAIN_TIMESTAMP.fullmatch(value)):
        day, time, zone = found.groups()
        return f"{day}T{time}" + (f"{zone}:00" if zone else "")
    return value


def _list(items: list[Any], kind: str) -> list[Any]:
    return [_list(i, kind) if isinstance(i, list) else _item(i, kind) for i in items]


def _item(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    value = _for_strangers(_value(text, kind, json_as_object=False), kind, dates_as_string=False)
    return text if value is None else value
