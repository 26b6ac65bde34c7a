"""What the source has: its relations, their columns, keys and rights, in two queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import connection as Connection

from sealed_days.tap_postgres.settings import RelationKind


@dataclass(frozen=True)
class Column:
    """A column: its type for the warehouse and its exact type at the source.

    `cuts` says that its values have one plain order, by which a table can be cut into parts.
    """

    name: str
    sql_type: str
    source_type: str
    nullable: bool
    readable: bool
    cuts: bool


@dataclass(frozen=True)
class Table:
    """A relation: a table, partitioned table, view, materialized view or foreign table.

    `relkind` is pg_class'. `keys` are the primary key's columns, else those of a unique index
    without NULLs. `schema_usage`, `hides_rows`, `populated` and `on_standby` say what may stand
    in the way of reading it: the schema's USAGE, row-level security that filters for this role,
    a materialized view never filled, an unlogged table on a standby.
    """

    oid: int
    schema: str
    name: str
    relkind: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    comment: str | None
    stream: str
    """The stream's name: schema-table, as meltanolabs-tap-postgres forms it."""
    schema_usage: bool = True
    hides_rows: bool = False
    populated: bool = True
    on_standby: bool = False
    lockable: bool = True
    filenode: int | None = None
    """Which file holds the rows, where LOCK TABLE cannot keep others from exchanging it: of a
    materialized view, or a table of which only columns are granted."""

    @property
    def kind(self) -> RelationKind:
        """What it is, in the words of the setting `relation_kinds`."""
        kinds: dict[str, RelationKind] = {
            "f": "foreign_table",
            "v": "view",
            "m": "materialized_view",
        }
        return kinds.get(self.relkind, "table")

    @property
    def has_heap(self) -> bool:
        """Whether its rows lie in one heap, so that they can be read in ranges."""
        return self.relkind in {"r", "m"}


_TABLES = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'),
       ARRAY(
           SELECT a.attname::text FROM (
               SELECT i.indkey, i.indnkeyatts FROM pg_index i
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                 AND i.indpred IS NULL AND i.indexprs IS NULL
                 AND NOT EXISTS (
                     SELECT FROM pg_attribute k
                     WHERE k.attrelid = c.oid
                       AND k.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                       AND (NOT k.attnotnull OR EXISTS (
                           SELECT FROM pg_constraint o WHERE o.conrelid = c.oid
                             AND o.contype = 'n' AND NOT o.convalidated
                             AND k.attnum = ANY (o.conkey))))
               ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) best,
               unnest(best.indkey::int2[]) WITH ORDINALITY key (attnum, place)
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
           WHERE key.place <= best.indnkeyatts ORDER BY key.place),
       (SELECT json_agg(json_build_array(a.attname, a.atttypid::bigint,
                            format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
                            COALESCE(has_column_privilege(c.oid, a.attnum, 'SELECT'), true))
                        ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       COALESCE(has_schema_privilege(n.oid, 'USAGE'), true),
       c.relrowsecurity AND row_security_active(c.oid),
       c.relispopulated,
       c.relpersistence = 'u' AND pg_is_in_recovery(),
       c.relkind IN ('r', 'p') AND COALESCE(has_table_privilege(c.oid, 'SELECT'), true),
       CASE WHEN c.relkind = 'm' OR NOT has_table_privilege(c.oid, 'SELECT')
            THEN pg_relation_filenode(c.oid)::bigint END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND CASE WHEN %(schemas)s::text[] IS NULL
           THEN n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%'
           ELSE n.nspname = ANY (%(schemas)s::text[]) END
  AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
"""

_SIZES = """
WITH RECURSIVE heaps (root, oid) AS (
    SELECT oid, oid FROM unnest(%(oids)s::bigint[]::oid[]) AS roots (oid)
    UNION ALL
    SELECT h.root, i.inhrelid FROM heaps h
    JOIN pg_class c ON c.oid = h.oid AND c.relkind = 'p'
    JOIN pg_inherits i ON i.inhparent = h.oid)
SELECT root::bigint, COALESCE(sum(pg_relation_size(oid)), 0) FROM heaps GROUP BY root
"""

_INDEX_KEYS_BEFORE_11 = "i.indnatts"
"""PostgreSQL 10 has no INCLUDE columns, and no `indnkeyatts`."""

_TYPES = """
SELECT t.oid::bigint, t.typtype, t.typelem::bigint, t.typcategory = 'A' AND t.typelem <> 0,
       t.typbasetype::bigint, format_type(t.typbasetype, t.typtypmod)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname <> 'pg_catalog' AND t.typtype IN ('e', 'c', 'd', 'r', 'm', 'b')
"""

CUTTING_TYPES = frozenset({20, 21, 23, 25, 1043, 1082, 1114, 1184, 1700, 2950})
"""Oids of bigint, smallint, integer, text, varchar, date, both timestamps, numeric and uuid: their
`<` and `>=` are those of ORDER BY, and every value is on one side of every bound."""

_AS_TEXT = frozenset(
    {
        *("regclass", "regcollation", "regconfig", "regdatabase", "regdictionary"),
        *("regnamespace", "regoper", "regoperator", "regproc", "regprocedure", "regrole"),
        *("regtype", "aclitem", "anyarray", "pg_node_tree", "pg_ndistinct", "pg_dependencies"),
        *("pg_mcv_list", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary"),
    }
)
"""PostgreSQL's own types whose values name objects of the source, or that no server reads back."""


def read_tables(connection: Connection, schemas: Iterable[str]) -> list[Table]:
    """Return the relations of the schemas, or of all but the system's own where none is named.

    No lock is waited for: a relation that another session holds is listed like any other, and one
    that it drops meanwhile (its rights are then NULL) as if it could be read: LOCK finds out.
    """
    tables_query = _TABLES
    if connection.server_version < 110000:
        tables_query = tables_query.replace("i.indnkeyatts", _INDEX_KEYS_BEFORE_11)
    with connection.cursor() as cursor:
        cursor.execute(_TYPES)
        types = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(tables_query, {"schemas": list(schemas) or None})
        rows = cursor.fetchall()
    taken: dict[str, int] = {}
    for row in rows:
        stream = f"{row[1]}-{row[2]}"
        taken[stream] = taken.get(stream, 0) + 1
    tables = []
    for oid, schema, name, relkind, comment, keys, columns, *flags in rows:
        usage, hides, populated, unlogged, lockable, filenode = flags
        stream = f"{schema}-{name}"
        tables.append(
            Table(
                oid=oid,
                schema=schema,
                name=name,
                relkind=relkind,
                columns=tuple(_column(types, *column) for column in columns or []),
                keys=tuple(keys),
                comment=comment,
                # `a`.`b-c` and `a-b`.`c` would share a name
                stream=stream if taken[stream] == 1 else f"{schema}.{name}",
                schema_usage=usage,
                hides_rows=hides,
                populated=populated,
                on_standby=unlogged,
                lockable=lockable,
                filenode=filenode,
            )
        )
    return tables


def read_schemas(connection: Connection) -> list[str]:
    """Return the names of all schemas."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname::text FROM pg_namespace ORDER BY nspname")
        return [name for (name,) in cursor.fetchall()]


def read_sizes(connection: Connection, tables: Iterable[Table]) -> dict[int, int]:
    """Return the sizes of the tables' heaps in bytes, by oid; partitions are summed.

    Size is asked for under a lock of ours: it would wait for another's.
    """
    stored = [table for table in tables if table.relkind in {"r", "p", "m"}]
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, {"oids": [table.oid for table in stored]})
        return {oid: int(size) for oid, size in cursor.fetchall()}


def read_filenodes(connection: Connection, tables: Iterable[Table]) -> dict[int, int | None]:
    """Return which file holds the rows now, whatever the snapshot, of tables that had one."""
    oids = [table.oid for table in tables if table.filenode is not None]
    if not oids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::bigint, pg_relation_filenode(oid)::bigint "
            "FROM unnest(%s::bigint[]::oid[]) AS heaps (oid)",
            [oids],
        )
        return dict(cursor.fetchall())


def _column(
    types: Mapping[int, tuple[Any, ...]],
    name: str,
    oid: int,
    exact: str,
    nullable: bool,
    readable: bool,
) -> Column:
    return Column(
        name, _portable(types, oid, exact), exact, nullable, readable, oid in CUTTING_TYPES
    )


def _portable(types: Mapping[int, tuple[Any, ...]], oid: int, exact: str) -> str:
    """Return the type that holds a column's values in a database without its types.

    A domain becomes its base type; an enum, a composite or a range of the user's becomes text,
    and so does what names an object of the source (regclass, …); a type of an extension stays
    (the warehouse may have the extension too).
    """
    if oid not in types:
        if exact.removesuffix("[]") not in _AS_TEXT:
            return exact
        return "text[]" if exact.endswith("[]") else "text"
    kind, element, is_array, base, base_exact = types[oid]
    if kind == "d":
        return _portable(types, base, base_exact)
    if is_array:
        return _portable(types, element, exact.removesuffix("[]")).removesuffix("[]") + "[]"
    if kind == "b":
        return exact
    return "text"
