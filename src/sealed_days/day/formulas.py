"""Evidence for spreadsheets: texts that one of them would run as a formula get a `'` before them.

Source: OWASP, "CSV Injection": what begins with one of these characters may be executed.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import quote_ident, quote_literal

STARTERS = "=+-@\t\r\n＝＋－＠"
_FORMULA = quote_literal(f"^[{''.join(sorted(STARTERS, key='-'.__eq__))}]")
_HARMLESS = "BDNT"
"""Categories of types (pg_type.typcategory) that are no text: yes or no, dates, numbers, times."""


def without_formulas(cursor: Cursor, query: str) -> str:
    """Return a query for the same rows in the same order, whose texts run nowhere.

    Args:
        cursor: of a transaction in which the query can run.
        query: one statement that returns rows.
    """
    cursor.execute(f"SELECT * FROM (\n{query}\n) AS q LIMIT 0")
    columns = [(column.name, column.type_code) for column in cursor.description or ()]
    cursor.execute(
        "SELECT oid, typcategory FROM pg_catalog.pg_type WHERE oid = ANY (%s::bigint[]::oid[])",
        ([kind for _, kind in columns],),
    )
    categories = dict(cursor.fetchall())
    shown = []
    for number, (name, kind) in enumerate(columns):
        value = f"c{number}"
        if categories[kind] not in _HARMLESS:
            # format() writes a value as COPY does
            text = f"CASE WHEN {value} IS DISTINCT FROM NULL THEN format('%s', {value}) END"
            value = f"CASE WHEN {text} ~ {_FORMULA} THEN '''' || {text} ELSE {text} END"
        safe = f"'{name}" if name[:1] in STARTERS else name
        shown.append(f"{value} AS {quote_ident(safe)}")
    names = ", ".join(f"c{number}" for number in range(len(columns)))
    return f"SELECT {', '.join(shown)} FROM (\n{query}\n) AS q ({names})"
