"""What the source has, in one query, as a Singer catalog with Meltano's select rules."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import connection as Connection

from sealed_days.core import pgtypes


@dataclass(frozen=True)
class Column:
    """A column: its type for the warehouse and its exact type at the source."""

    name: str
    sql_type: str
    source_type: str
    nullable: bool


@dataclass(frozen=True)
class Table:
    """A table, partitioned table, view, materialized view or foreign table.

    `keys` are the primary key's columns, else those of a unique index without NULLs.
    `bytes` is the size of the heap on disk, 0 where there is none. `plain` says that the
    rows lie in one heap, so that they can be read in ranges.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    bytes: int
    plain: bool
    is_view: bool
    comment: str | None = None

    @property
    def stream(self) -> str:
        """The stream's name, as meltanolabs-tap-postgres forms it."""
        return f"{self.schema}-{self.name}"


_TABLES = """
SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), c.relkind IN ('r', 'm'),
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END,
       obj_description(c.oid, 'pg_class'),
       ARRAY(
           SELECT a.attname::text FROM (
               SELECT i.indkey, i.indnkeyatts FROM pg_index i
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                 AND i.indpred IS NULL AND i.indexprs IS NULL
                 AND NOT EXISTS (
                     SELECT FROM pg_attribute k
                     WHERE k.attrelid = c.oid AND NOT k.attnotnull
                       AND k.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
               ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) best,
               unnest(best.indkey::int2[]) WITH ORDINALITY key (attnum, place)
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
           WHERE key.place <= best.indnkeyatts ORDER BY key.place),
       (SELECT json_agg(json_build_array(a.attname, a.atttypid::bigint,
                            format_type(a.atttypid, a.atttypmod), NOT a.attnotnull)
                        ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND CASE WHEN %(schemas)s::text[] IS NULL
           THEN n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%'
           ELSE n.nspname = ANY (%(schemas)s::text[]) END
ORDER BY n.nspname, c.relname
"""

_TYPES = """
SELECT t.oid::bigint, t.typtype, t.typelem::bigint, t.typcategory = 'A',
       t.typbasetype::bigint, format_type(t.typbasetype, t.typtypmod)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname <> 'pg_catalog' AND t.typtype IN ('e', 'c', 'd', 'r', 'm', 'b')
"""


def read_tables(connection: Connection, schemas: Iterable[str] | None) -> list[Table]:
    """Return the tables of the schemas, or of all but the system's own."""
    with connection.cursor() as cursor:
        cursor.execute(_TYPES)
        types = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_TABLES, {"schemas": list(schemas) if schemas else None})
        return [
            Table(
                schema=schema,
                name=name,
                columns=tuple(
                    Column(column, _portable(types, oid, exact), exact, nullable)
                    for column, oid, exact, nullable in columns or []
                ),
                keys=tuple(keys),
                bytes=size,
                plain=plain,
                is_view=is_view,
                comment=comment,
            )
            for schema, name, is_view, plain, size, comment, keys, columns in cursor.fetchall()
        ]


def _portable(types: Mapping[int, tuple[Any, ...]], oid: int, exact: str) -> str:
    """Return the type that holds a column's values in a database without its types.

    A domain becomes its base type; an enum, a composite or a range of the user's becomes
    text; a type of an extension stays (the warehouse may have the extension too).
    """
    if oid not in types:
        return exact
    kind, element, is_array, base, base_exact = types[oid]
    if is_array:
        return _portable(types, element, exact.removesuffix("[]")).removesuffix("[]") + "[]"
    if kind == "d":
        return _portable(types, base, base_exact)
    if kind == "b":
        return exact
    return "text"


def catalog_entry(table: Table, *, json_as_object: bool = False) -> dict[str, Any]:
    """Return the Singer catalog entry of a table."""
    properties = {
        column.name: pgtypes.json_schema(
            column.sql_type, nullable=column.nullable, json_as_object=json_as_object
        )
        for column in table.columns
    }
    root = {
        "inclusion": "available",
        "selected-by-default": True,
        "table-key-properties": list(table.keys),
        "forced-replication-method": "",
        "schema-name": table.schema,
    }
    metadata: list[dict[str, Any]] = [{"breadcrumb": [], "metadata": root}]
    for column in table.columns:
        inclusion = "automatic" if column.name in table.keys else "available"
        metadata.append(
            {"breadcrumb": ["properties", column.name], "metadata": {"inclusion": inclusion}}
        )
    return {
        "tap_stream_id": table.stream,
        "stream": table.stream,
        "table_name": table.name,
        "key_properties": list(table.keys),
        "schema": {"type": "object", "properties": properties},
        "is_view": table.is_view,
        "replication_method": "FULL_TABLE",
        "metadata": metadata,
    }


def apply_select(entries: list[dict[str, Any]], patterns: list[str]) -> list[str]:
    """Select streams and columns by the rules of Meltano's `select` extra.

    Meltano applies them itself only to taps that it runs once more for discovery, a second
    start that this tap spares; the rules reach it as MELTANO_EXTRACT__SELECT.
    Source: https://docs.meltano.com/concepts/plugins#select-extra

    Returns:
        The patterns that match no stream.
    """
    unmatched = []
    for entry in entries:
        for item in entry["metadata"]:
            item["metadata"]["selected"] = item["metadata"].get("inclusion") == "automatic"
    for pattern in patterns:
        include = not pattern.startswith("!")
        stream, _, attribute = pattern.lstrip("!").partition(".")
        attribute = attribute or "*"
        found = False
        for entry in entries:
            if not fnmatch.fnmatchcase(entry["tap_stream_id"], stream):
                continue
            found = True
            for item in entry["metadata"]:
                if not item["breadcrumb"]:
                    if include or attribute == "*":
                        item["metadata"]["selected"] = include
                elif fnmatch.fnmatchcase(item["breadcrumb"][-1], attribute):
                    item["metadata"]["selected"] = include
        if not found:
            unmatched.append(pattern)
    return unmatched


def apply_metadata(entries: list[dict[str, Any]], rules: Mapping[str, Mapping[str, Any]]) -> None:
    """Set stream metadata (replication-method, …) by the rules of Meltano's `metadata` extra.

    Source: https://docs.meltano.com/concepts/plugins#metadata-extra
    """
    for pattern, values in rules.items():
        for entry in entries:
            if not fnmatch.fnmatchcase(entry["tap_stream_id"], pattern):
                continue
            for key, value in values.items():
                if key == "replication-method":
                    entry["replication_method"] = value
                    entry["metadata"][0]["metadata"]["forced-replication-method"] = value
                elif key == "replication-key":
                    entry["replication_key"] = value
                    entry["metadata"][0]["metadata"]["replication-key"] = value
                elif key == "table-key-properties":
                    entry["key_properties"] = list(value)
                    entry["metadata"][0]["metadata"]["table-key-properties"] = list(value)
                else:
                    entry["metadata"][0]["metadata"][key] = value
