"""The warehouse under test, and a source that stages days for it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sealed_days.core import messages
from sealed_days.core.dialect import format_row
from sealed_days.core.pgtypes import json_schema
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.sql import qualified
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.target_postgres.run import needs_sdk, run
from sealed_days.target_postgres.settings import Settings

both_ways = pytest.mark.parametrize("way", ["direct", "sdk"], indirect=True)


D1, D2, D3 = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
ROLE, PASSWORD = "ecommerce_owner", "s3cret'\\pass"


@contextmanager
def session(parameters: dict[str, Any], **more: Any) -> Iterator[Any]:
    session = psycopg2.connect(**parameters, **more)
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()


@dataclass
class T:
    """A table of a day: columns (name -> type), rows of text forms."""

    columns: dict[str, str]
    rows: list[tuple[str | None, ...]]
    keys: tuple[str, ...] = ()
    kind: str = "snapshot"
    source: str = "postgres"
    read: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


class Ecommerce:
    """The warehouse under test, and a source that stages days for it."""

    def __init__(self, server: dict[str, Any], root: Path, way: str = "direct") -> None:
        self.server = server
        self.way = way
        self.root = root
        self.config = {key: value for key, value in server.items() if key != "admin"}
        self.config |= {"default_target_schema": "ecommerce"}
        self.parameters = {key: server[key] for key in ("host", "port", "user", "password")} | {
            "dbname": server["database"]
        }

    def stage(self, day: date, tables: dict[str, T]) -> list[dict[str, Any]]:
        """Seal a day, and return the messages that tap-csv would send for it."""
        schemas, files = [], []
        for source in sorted({table.source for table in tables.values()}):
            days = StagedDays(self.root, source, f"{source}-to-local")
            with days.begin(day) as draft:
                for name, table in tables.items():
                    if table.source != source:
                        continue
                    path = draft.path(name)
                    path.write_text(
                        format_row(table.columns) + "".join(map(format_row, table.rows)), "utf-8"
                    )
                    columns = tuple((column, kind, kind) for column, kind in table.columns.items())
                    file = ProvenFile.measure(path)
                    draft.add(StagedTable(name, file, columns, table.keys, table.kind))
                draft.seal()
            for staged in days.open(day).tables:
                table = tables[staged.name]
                staging = {
                    "source": source,
                    "date": day.isoformat(),
                    "kind": table.kind,
                    "job": days.job,
                    "whole_files": True,
                    "read": table.read,
                    "description": table.comments.get(""),
                }
                properties = {
                    column: json_schema(kind, nullable=column not in table.keys)
                    for column, kind in table.columns.items()
                }
                for column, text in table.comments.items():
                    if column:
                        properties[column]["description"] = text
                stream = staged.name
                schemas.append(messages.schema(stream, properties, table.keys, staging))
                files.append(messages.batch(stream, staged.file))
                files.append(messages.activate_version(stream, 1))
        return schemas + files

    def feed(self, lines: list[dict[str, Any]], **config: Any) -> None:
        """Feed the target by the way that is under test, or the one that a run needs."""
        settings = Settings.parse(self.config | config, "target-postgres")
        if self.way == "sdk" or needs_sdk(settings, json.dumps(lines[0])):
            from sealed_days.target_postgres.sdk import TargetPostgres

            TargetPostgres(config=self.config | config).listen(io.StringIO(text_of(lines)))
        else:
            run(settings, io.StringIO(text_of(lines)))

    def load(self, day: date, config: dict[str, Any] | None = None, **tables: T) -> None:
        self.feed(self.stage(day, tables), **(config or {}))

    def start(self, **config: Any) -> subprocess.Popen[str]:
        """Start the real command."""
        path = self.root / "config.json"
        path.write_text(json.dumps(self.config | config))
        source = Path(__file__).parents[2] / "src"
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from sealed_days.target_postgres import main; main()",
                "--config",
                str(path),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(source)},
        )

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with session(self.parameters) as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def until(self, query: str, *values: Any) -> None:
        """Wait until a query says true."""
        with session(self.parameters) as cursor:
            while True:
                cursor.execute(query, values or None)
                if cursor.fetchone()[0]:
                    return

    def view(self, table: str) -> list[tuple[Any, ...]]:
        return self.sql(f"SELECT * FROM {qualified('ecommerce', table)} ORDER BY 1")

    def day(self, table: str, day: date) -> list[tuple[Any, ...]]:
        name = qualified("ecommerce_days", table).replace("%", "%%")
        return self.sql(f"SELECT * FROM {name} WHERE snapshot_date = %s ORDER BY 1", day)

    def parts(self) -> set[str]:
        return {
            name
            for (name,) in self.sql(
                "SELECT relname FROM pg_class WHERE relkind = 'r' "
                "AND relnamespace = to_regnamespace('ecommerce_parts')"
            )
        }

    def shape(self) -> list[tuple[Any, ...]]:
        """Every relation of the warehouse with its columns in order: what people see of it."""
        return self.sql(
            "SELECT relnamespace::regnamespace::text, relname, relkind, attnum, attname, "
            "format_type(atttypid, atttypmod), attnotnull FROM pg_class c "
            "JOIN pg_attribute ON attrelid = c.oid "
            "WHERE relnamespace::regnamespace::text LIKE 'ecommerce%%' "
            "AND attnum > 0 AND NOT attisdropped AND relname !~ '^(loads|pg_toast)' "
            "ORDER BY 1, 2, 4"
        )

    def type_of(self, schema: str, table: str, column: str) -> str:
        return self.sql(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attname = %s",
            qualified(schema, table),
            column,
        )[0][0]

    def drop(self) -> None:
        self.sql(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS ecommerce CASCADE;"
            "DROP SCHEMA IF EXISTS ecommerce_days CASCADE;"
            "DROP SCHEMA IF EXISTS ecommerce_parts CASCADE"
        )

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All of the warehouse but the audit: definitions and rows."""
        found = {
            "": self.sql(
                "SELECT relnamespace::regnamespace::text, relname, relkind, attname, "
                "format_type(atttypid, atttypmod), attnotnull, "
                "obj_description(c.oid, 'pg_class') IS NOT NULL "
                "FROM pg_class c JOIN pg_attribute ON attrelid = c.oid "
                "WHERE relnamespace::regnamespace::text LIKE 'ecommerce%%' "
                "AND attnum > 0 AND NOT attisdropped AND relname !~ '^(loads|pg_toast)' "
                "ORDER BY 1, 2, attnum"
            )
        }
        for schema, name in {(row[0].strip('"'), row[1]) for row in found[""] if row[2] in "rpv"}:
            rows = self.sql(f"SELECT t::text FROM {qualified(schema, name)} t ORDER BY 1")
            found[f"{schema}.{name}"] = rows
        return found


def text_of(lines: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


def orders(*ids: int, **more: str) -> T:
    columns = {"order_id": "smallint", "customer": "character varying(5)"} | more
    rows = [(str(i), f"c{i}", *["1"] * len(more)) for i in ids]
    return T(columns, rows, ("order_id",))
