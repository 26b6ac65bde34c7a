"""Checks, before anything is copied, that each selected table can be read as a whole.

One run names them all, each with the GRANT that helps and the line of `select` that leaves it out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import psycopg2
from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import SourceError, one_line
from sealed_days.core.sql import qualified, quote_ident
from sealed_days.tap_postgres.selection import SelectedTable, Selection

logger = logging.getLogger("tap-postgres")

SYSTEM_COLUMNS = frozenset({"tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"})
MOST_COLUMNS = 1599
"""What a table of the warehouse takes beside its snapshot_date.
Source: https://www.postgresql.org/docs/current/limits.html"""

_FOREIGN_SECONDS = 10


def preflight(connection: Connection, selection: Selection) -> None:
    """Refuse to begin while a selected relation cannot be read as a whole.

    Args:
        connection: in a transaction; foreign tables are tried by it.
        selection: what is to be read.

    Raises:
        SourceError: after a line in the log for each hindrance.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        (role,) = cursor.fetchone() or ("",)
    found = [
        (table, what)
        for table in selection.tables
        for what in _hindrances(connection, table, quote_ident(role))
    ]
    if not found:
        return
    for table, what in found:
        stream = table.stream.replace(".", "\\.")
        logger.error('%s: %s; or leave it out: select: ["!%s.*"]', table.stream, what, stream)
    count = len({table.stream for table, _ in found})
    what = "1 selected relation" if count == 1 else f"{count} selected relations"
    names = ", ".join(dict.fromkeys(table.stream for table, _ in found))
    msg = f"{what} of the source cannot be read ({names}): nothing was copied; see the lines above"
    raise SourceError(msg)


def _hindrances(connection: Connection, one: SelectedTable, role: str) -> Iterator[str]:
    table = one.table
    name = qualified(table.schema, table.name)
    if not table.schema_usage:
        yield (
            f"{role} may not look into the schema: "
            f"GRANT USAGE ON SCHEMA {quote_ident(table.schema)} TO {role}"
        )
    unreadable = [column.name for column in one.columns if not column.readable]
    if len(unreadable) == len(one.columns):
        yield f"{role} may not read it: GRANT SELECT ON {name} TO {role}"
    elif unreadable:
        yield (
            f"{role} may not read its columns {', '.join(unreadable)}: "
            f"GRANT SELECT ON {name} TO {role}"
        )
    if table.hides_rows and one.options.row_security == "refused":
        yield (
            f"row-level security hides rows of it from {role}: ALTER ROLE {role} BYPASSRLS, or "
            f"stage what it may see: stream_options: {{{table.stream}: {{row_security: filtered}}}}"
        )
    if not table.populated:
        yield f"it was never filled: REFRESH MATERIALIZED VIEW {name}"
    if table.on_standby:
        yield "it is unlogged, and a standby has no rows of it: read it from the primary"
    if system := sorted(SYSTEM_COLUMNS.intersection(column.name for column in one.columns)):
        columns = ", ".join(f'"!{table.stream}.{column}"' for column in system)
        yield (
            f"its column {system[0]} is named like a system column, which no table of the "
            f"warehouse can have: leave it out by select: [{columns}]"
        )
    if len(one.columns) > MOST_COLUMNS:
        yield (
            f"it has {len(one.columns)} columns, and a table of the warehouse takes "
            f"{MOST_COLUMNS}: leave some out by select"
        )
    if table.relkind == "f" and table.schema_usage and not unreadable:
        yield from _foreign_hindrance(connection, name)


def _foreign_hindrance(connection: Connection, name: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SAVEPOINT foreign_table; SET LOCAL statement_timeout = '{_FOREIGN_SECONDS}s'"
        )
        try:
            cursor.execute(f"SELECT FROM {name} LIMIT 1")
        except psycopg2.Error as error:
            yield f"its foreign server does not answer ({one_line(error)})"
        cursor.execute("ROLLBACK TO SAVEPOINT foreign_table")
