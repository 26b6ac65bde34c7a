"""Session settings that every session of ours pins, on source and warehouse.

A role, a database or a server may have set any of them otherwise (`ALTER ROLE … SET`). Each one
changes the text of a value, which rows a query returns, or how long it may run. A server that does
not know a name, or lets only a superuser set it, is asked by `settable` first.
Source: https://www.postgresql.org/docs/current/runtime-config-client.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sealed_days.core.sql import quote_literal

PINNED: Mapping[str, str] = {
    # the text of values
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "timezone_abbreviations": "Default",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "xmlbinary": "base64",
    "xmloption": "content",
    "array_nulls": "on",
    "quote_all_identifiers": "off",
    # how our statements are read
    "standard_conforming_strings": "on",
    "escape_string_warning": "on",
    "backslash_quote": "safe_encoding",
    "transform_null_equals": "off",
    "search_path": "",
    # which rows a query returns
    "gin_fuzzy_search_limit": "0",
    "row_security": "off",
    "restrict_nonsystem_relation_kind": "",
    "zero_damaged_pages": "off",
    "ignore_checksum_failure": "off",
    "constraint_exclusion": "partition",
    # how long it may take
    "statement_timeout": "0",
    "lock_timeout": "0",
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    # the server notices within seconds that a killed client is gone
    "client_connection_check_interval": "5s",
    "client_min_messages": "warning",
}

SETTABLE = """
SELECT s.name FROM pg_catalog.pg_settings s
WHERE pg_catalog.lower(s.name) = ANY (%s) AND (s.context = 'user' OR s.context = 'superuser'
  AND (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user))
"""
"""The query for those names of a list, in lower case, that this role can set on this server."""


def set_local(settings: Mapping[str, str], settable: Iterable[str]) -> str:
    """Return the statements that pin settings until a transaction ends.

    They are no queries: a REPEATABLE READ transaction takes no snapshot for them, and a pooler's
    next client finds nothing of them.

    Args:
        settings: names and values.
        settable: the names that the server answered to `SETTABLE`.
    """
    known = {name.lower() for name in settable}
    return "; ".join(
        f"SET LOCAL {name} = {quote_literal(value)}"
        for name, value in settings.items()
        if name.lower() in known
    )
