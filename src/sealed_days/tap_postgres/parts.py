"""A large table is cut into parts that are read side by side and enter its file in order.

By key only where the key's first column is of a plain built-in type (`CUTTING_TYPES`): every row
is then on one side of every bound, by the operators that also order the rows, and rows without a
key are a part of their own. By ctid where rows come as they lie: the last part has no end.
"""

from __future__ import annotations

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.sql import qualified, quote_ident, quote_literal
from sealed_days.tap_postgres.table_copy import TableCopy

_SCATTERED = 8
"""How many times as large a part is where the keys lie all over the heap: each part may then
have to read all of it."""
_PAGE = 8192


def cut(
    connection: Connection, table: TableCopy, part_bytes: int, parallelism: int
) -> list[str | None]:
    """Return the WHERE clauses of a table's parts, in the order of their rows.

    Args:
        connection: in the transaction that reads it.
        table: its rows come in the order of its key, or as they lie.
        part_bytes: how much of its heap a part is.
        parallelism: how many parts are read at a time.
    """
    wanted = table.bytes // part_bytes
    if wanted < 2 or not table.has_heap or parallelism == 1:
        return [table.where]
    if table.order_by and not table.cuts_by_key:
        return [table.where]
    fewer = max(1, min(parallelism * 2, wanted // _SCATTERED))
    if table.where or (not table.order_by and connection.server_version < 140000):
        # a slice may be much less than its table, and a server without Tid Range Scans reads
        # all of a table for each part of it
        wanted = fewer
    if not table.order_by:
        pages = table.bytes // _PAGE
        cuts = [pages * part // wanted for part in range(1, wanted)]
        bounds = [f"ctid >= '({page},0)'" for page in cuts]
        ends = [f"ctid < '({page},0)'" for page in cuts]
        return _clauses(table, bounds, ends)
    with connection.cursor() as cursor:
        values = _quantiles(cursor, table, wanted, fewer)
    if not values:
        return [table.where]
    column = quote_ident(table.order_by[0])
    literals = [f"{quote_literal(value)}::{table.cut_type}" for value in values]
    bounds = [f"{column} >= {literal}" for literal in literals]
    ends = [f"{column} < {literal}" for literal in literals]
    # NULLs come last, as in ORDER BY
    return [*_clauses(table, bounds, ends), *_clauses(table, [], [], f"{column} IS NULL")]


def _clauses(
    table: TableCopy, bounds: list[str], ends: list[str], all_: str = ""
) -> list[str | None]:
    clauses: list[str | None] = []
    for low, high in zip(["", *bounds], [*ends, ""], strict=True):
        conditions = [f"({table.where})" if table.where else "", all_, low, high]
        clauses.append(" AND ".join(part for part in conditions if part) or None)
    return clauses


def _quantiles(cursor: Cursor, table: TableCopy, wanted: int, fewer: int) -> list[str]:
    """Return texts of the key's first column that cut the table into parts, in their order.

    Args:
        cursor: where the table is.
        table: what to cut.
        wanted: how many parts, if each is about one stretch of the heap.
        fewer: how many, if it is not.
    """
    column, pages = quote_ident(table.order_by[0]), table.bytes // _PAGE
    looks = min(pages, max(300, 4 * wanted))
    many, few = (",".join(str(part / n) for part in range(1, n)) for n in (wanted, fewer))
    cursor.execute(
        # some rows of pages evenly spaced: where they rise together, a part is a stretch of pages
        f"WITH seen AS (SELECT (ctid::text::point)[0] AS page, {column} AS key "
        f"FROM ONLY {qualified(table.schema, table.name)} WHERE {column} IS NOT NULL "
        f"AND ctid = ANY(ARRAY("
        f"SELECT format('(%s,%s)', look * {pages} / {looks}, line)::tid "
        f"FROM generate_series(0::bigint, {looks - 1}) look, generate_series(1, 3) line))), "
        "ranked AS (SELECT page, key, rank() OVER (ORDER BY key) AS rank FROM seen) "
        "SELECT abs(corr(page, rank)) > 0.9, "
        f"percentile_disc('{{{many}}}'::float8[]) WITHIN GROUP (ORDER BY key)::text[], "
        f"percentile_disc('{{{few}}}'::float8[]) WITHIN GROUP (ORDER BY key)::text[] FROM ranked"
    )
    rise_together, *cuts = cursor.fetchone() or (None, None, None)
    return list(dict.fromkeys(cuts[0 if rise_together else 1] or []))
