"""Quoting for the SQL that is built from names: the one place that does it."""

from __future__ import annotations


def quote_ident(name: str) -> str:
    """Return a name as a quoted SQL identifier, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(value: str) -> str:
    """Return text as a quoted SQL literal (standard_conforming_strings on)."""
    return "'" + value.replace("'", "''") + "'"


def qualified(schema: str, name: str) -> str:
    """Return schema.name, both quoted."""
    return f"{quote_ident(schema)}.{quote_ident(name)}"


def column_list(columns: list[str] | tuple[str, ...]) -> str:
    """Return quoted names, separated by commas."""
    return ", ".join(quote_ident(column) for column in columns)
