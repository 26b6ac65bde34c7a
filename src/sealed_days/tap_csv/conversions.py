"""How a file writes its values, and the SQL (DuckDB's) that gives them PostgreSQL's form.

`value` is NULL where a text is not written as declared: the check of `types` then refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.pgtypes import base_name
from sealed_days.core.sql import quote_literal
from sealed_days.tap_csv.settings import Column, File
from sealed_days.tap_csv.types import match

_NUMBERS = {"smallint", "integer", "bigint", "real", "double precision", "numeric"}
_TIMES = {"date", "time without time zone", "timestamp without time zone"}
_ZONED = "timestamp with time zone"
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_YEAR_2000 = 946_684_800_000_000
"""Microseconds from 1970: PostgreSQL counts from there."""
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999, in microseconds from 1970."""
_CODES = set("YymdbBjaAHIMSfpz%T")


@dataclass(frozen=True)
class Written:
    """How the values of a column are written, where that is not PostgreSQL's form."""

    decimal: str = "."
    thousands: str | None = None
    format: str | None = None
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    round: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the texts are PostgreSQL's as they stand."""
        return self == Written()


def written(entry: File, name: str, sql_type: str) -> Written:
    """Return how a column's values are written by an entry's settings, the column's own first.

    Raises:
        ConfigurationError: what the column's mapping says does not go with its type.
    """
    given = entry.types.get(name, "text")
    own = given if isinstance(given, Column) else Column()
    base = base_name(sql_type)
    where = f"entity {entry.entity}: types.{name}"
    form = own.format
    if form is None and base == "date":
        form = entry.date_format
    elif form is None and base.startswith("timestamp"):
        form = entry.timestamp_format
    numbers = base in _NUMBERS
    if not numbers and (own.decimal or own.thousands):
        raise ConfigurationError(f"{where}: decimal and thousands go with numbers, not {sql_type}")
    if base != "boolean" and (own.true_values or own.false_values):
        raise ConfigurationError(f"{where}: true_values and false_values go with boolean")
    if form is not None:
        _check_format(where, form, base)
    made = Written(
        decimal=(own.decimal or entry.decimal) if numbers else ".",
        thousands=(own.thousands or entry.thousands) if numbers else None,
        format=form,
        true_values=tuple(own.true_values or entry.true_values) if base == "boolean" else (),
        false_values=tuple(own.false_values or entry.false_values) if base == "boolean" else (),
        round=(entry.round if own.round is None else own.round)
        and ((base == "numeric" and "(" in sql_type) or base.startswith("time")),
    )
    if made.thousands is not None and (
        made.thousands == made.decimal or made.thousands in '0123456789+-eE"\r\n'
    ):
        msg = f"{where}: thousands {made.thousands!r} and decimal {made.decimal!r} cannot be told"
        raise ConfigurationError(f"{msg} apart: nothing was touched; change them in meltano.yml")
    if bool(made.true_values) != bool(made.false_values):
        msg = f"{where}: true_values and false_values go together: nothing was touched; set both"
        raise ConfigurationError(msg)
    return made


def _check_format(where: str, form: str, base: str) -> None:
    wrong = ""
    codes = re.findall("%-?(.?)", form)
    if base not in _TIMES and base != _ZONED:
        wrong = f"goes with dates, times and timestamps, not {base}"
    elif form in _EPOCHS:
        wrong = "" if base.startswith("timestamp") else "goes with timestamps"
    elif unknown := [code for code in codes if code not in _CODES]:
        wrong = f"has %{unknown[0]}, which is not one of %{', %'.join(sorted(_CODES))}"
    elif not codes:
        wrong = "has no code of strptime, such as %Y (or use epoch_s, epoch_ms, epoch_us)"
    elif base == _ZONED and "z" not in codes:
        wrong = "has no %z: declare the column timestamp, or write the zone"
    elif base != _ZONED and "z" in codes:
        wrong = "has %z: declare the column timestamptz"
    elif base != "time without time zone" and not _names_a_day(set(codes)):
        wrong = "does not name a day: it needs %Y, %m and %d, or %Y and %j"
    if wrong:
        msg = f"{where}: format {form!r} {wrong}: nothing was touched; change it in meltano.yml"
        raise ConfigurationError(msg)


def _names_a_day(codes: set[str]) -> bool:
    in_year = "j" in codes or ("d" in codes and bool(codes & set("mbB")))
    return bool(codes & {"Y", "y"}) and in_year


def value(text: str, sql_type: str, how: Written) -> str:
    """Return SQL for a value in PostgreSQL's form; the text itself where it is so already."""
    base = base_name(sql_type)
    if how.true_values:
        words = (_in(text, how.true_values), _in(text, how.false_values))
        return f"(CASE WHEN {words[0]} THEN 't' WHEN {words[1]} THEN 'f' END)"
    found = text
    if how.format is not None:
        found = _moment(text, base, how.format)
    elif how.decimal != "." or how.thousands is not None:
        found = _number(text, how)
    return _rounded(found, sql_type) if how.round else found


def _in(text: str, values: tuple[str, ...]) -> str:
    return f"{text} IN ({', '.join(map(quote_literal, values))})"


def digits(how: Written) -> str:
    """Return the pattern, RE2's, of a number without sign and exponent as a file writes it."""
    whole, point = "[0-9]+", re.escape(how.decimal)
    if how.thousands is not None:
        whole = f"([0-9]+|[0-9]{{1,3}}({re.escape(how.thousands)}[0-9]{{3}})+)"
    return f"({whole}({point}[0-9]*)?|{point}[0-9]+)"


def _number(text: str, how: Written) -> str:
    found = text
    if how.thousands is not None:
        found = f"replace({found}, {quote_literal(how.thousands)}, '')"
    if how.decimal != ".":
        found = f"replace({found}, {quote_literal(how.decimal)}, '.')"
    pattern = f"[+-]?{digits(how)}([eE][+-]?[0-9]{{1,4}})?"
    special = match(f"lower({text})", "nan|[+-]?inf(inity)?")
    return f"(CASE WHEN {match(text, pattern)} THEN {found} WHEN {special} THEN {text} END)"


def _moment(text: str, base: str, form: str) -> str:
    if form in _EPOCHS:
        unit = _EPOCHS[form]
        pattern = "-?[0-9]{1,12}([.][0-9]{1,6})?" if form == "epoch_s" else "-?[0-9]{1,18}"
        micros = f"TRY_CAST(TRY_CAST({text} AS DECIMAL(28,6)) * {unit} AS BIGINT)"
        is_one = f"{match(text, pattern)} AND {micros} BETWEEN {_FIRST} AND {_LAST}"
        moment = f"make_timestamp(CASE WHEN {is_one} THEN {micros} END)"
        zone = "|| '+00'" if base == _ZONED else ""
        return f"(CAST({moment} AS VARCHAR) {zone})"
    moment = f"try_strptime({text}, {quote_literal(form)})"
    if base == "date":
        day = f"CAST({moment} AS DATE)"
        return f"(CASE WHEN {moment} = {day} THEN CAST({day} AS VARCHAR) END)"
    if base == "time without time zone":
        return f"CAST(CAST({moment} AS TIME) AS VARCHAR)"
    if base == _ZONED:
        return f"(CAST(make_timestamp(epoch_us({moment})) AS VARCHAR) || '+00')"
    return f"CAST({moment} AS VARCHAR)"


def _rounded(text: str, sql_type: str) -> str:
    """Return SQL for a value with the digits that its type holds, as PostgreSQL rounds it."""
    base, size = base_name(sql_type), re.search(r"\((.*?)\)", sql_type)
    if base == "numeric" and size:
        return (
            f"(CASE WHEN lower({text}) = 'nan' THEN {text} ELSE "
            f"coalesce(CAST(TRY_CAST({text} AS DECIMAL({size[1]})) AS VARCHAR), {text}) END)"
        )
    return _rounded_moment(text, base, int(size[1]) if size else 6)


def _rounded_moment(text: str, base: str, digits: int) -> str:
    is_time = base == "time without time zone"
    fraction = rf"regexp_extract({text}, '([.][0-9]+)', 1)"
    whole = rf"regexp_replace({text}, '[.][0-9]+', '')"
    clock = f"'2000-01-01 ' || {whole}" if is_time else whole
    zone = "''"
    if base == _ZONED:
        pattern = "( ?[Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
        zone = f"regexp_extract({whole}, '{pattern}', 1)"
        clock = f"regexp_replace({whole}, '{pattern}', '')"
    local = f"TRY_CAST({clock} AS TIMESTAMP)"
    # PostgreSQL, too, reads the fraction as a double and rounds it to even; then, where the type
    # holds less than microseconds, away from the year 2000
    micros = f"CAST(round_even(CAST('0' || {fraction} AS DOUBLE) * 1000000, 0) AS BIGINT)"
    since = f"(epoch_us({local}) + {micros} - {_YEAR_2000})"
    unit = 10 ** (6 - digits)
    away = f"((abs({since}) + {unit // 2}) // {unit} * {unit} * sign({since}))"
    moment = f"make_timestamp(CAST({away} AS BIGINT) + {_YEAR_2000})"
    shown = f"CAST({moment} AS {'TIME' if is_time else 'TIMESTAMP'})::VARCHAR"
    more = rf"regexp_matches({text}, '^[^.]*[.][0-9]{{{digits}}}[0-9]*[1-9]')"
    # the last moment of a day would become the first of it
    same_day = f" AND {moment} < TIMESTAMP '2000-01-02'" if is_time else ""
    return (
        f"(CASE WHEN {more} AND {local} IS NOT NULL{same_day} THEN {shown} || {zone} "
        f"ELSE {text} END)"
    )
