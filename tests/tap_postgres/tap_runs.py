"""The tap in a process of its own, in each of its ways, on a database that a test may ruin."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from sealed_days.core import messages
from sealed_days.core.dialect import format_row, text_form

TAP = "from sealed_days.tap_postgres import main; main()"
WAYS = ["direct", "sdk"]
"""Whole files without the SDK, and by its adapter. A third, "rows", sends RECORD messages."""


@dataclass
class Database:
    """A database and its reader; `config` reaches it as the reader, `admin` as its owner."""

    name: str
    config: dict[str, Any]
    admin: Connection

    @classmethod
    def make(cls, admin: Connection, server: Mapping[str, Any]) -> Database:
        """Make a database and a role by a superuser's connection."""
        name = f"t_{secrets.token_hex(4)}"
        with admin.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            cursor.execute(f"CREATE ROLE {name}_reader LOGIN PASSWORD 'reader'")
        connection = psycopg2.connect(
            host=server["host"],
            port=server["port"],
            user=server["user"],
            password=server["password"],
            dbname=name,
            options="-c statement_timeout=60s",
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}_reader")
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {name}_reader"
            )
        config = {
            "host": server["host"],
            "port": server["port"],
            "user": f"{name}_reader",
            "password": "reader",
            "database": name,
            "filter_schemas": ["public"],
        }
        return cls(name, config, connection)

    @property
    def reader(self) -> str:
        """The reader's role."""
        return str(self.config["user"])

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the owner; return the last one's rows."""
        with self.admin.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def session(self) -> Connection:
        """Return one more session of the owner, not in autocommit."""
        parameters = self.admin.get_dsn_parameters()
        return psycopg2.connect(
            host=parameters["host"],
            port=parameters["port"],
            user=parameters["user"],
            password=self.admin.info.password,
            dbname=self.name,
        )

    def reconnect(self) -> None:
        """Go on in a new session, which knows nothing of the catalog yet."""
        new = self.session()
        new.autocommit = True
        self.admin.close()
        self.admin = new

    def drop(self, admin: Connection) -> None:
        """Drop both."""
        self.admin.close()
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
            cursor.execute(f"DROP ROLE {self.name}_reader")


@dataclass
class Outcome:
    """What a tap did: exit code, its log, and its messages."""

    code: int
    log: str
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def schemas(self) -> dict[str, dict[str, Any]]:
        """The SCHEMA messages by stream."""
        return {m["stream"]: m for m in self.messages if m["type"] == "SCHEMA"}

    @property
    def ended(self) -> set[str]:
        """The streams that are complete."""
        return {m["stream"] for m in self.messages if m["type"] == "ACTIVATE_VERSION"}

    def file(self, stream: str) -> bytes:
        """Return a stream's file as a target of ours stages it."""
        schema = self.schemas[stream]["schema"]
        columns = messages.columns_of(schema)
        made = [format_row(name for name, _, _ in columns)]
        for message in self.messages:
            if message.get("stream") != stream:
                continue
            if message["type"] == "BATCH":
                return messages.file_of(message["manifest"][0]).read_bytes()
            if message["type"] == "RECORD":
                row = message["record"]
                made.append(format_row(text_form(row.get(n), kind) for n, kind, _ in columns))
        return "".join(made).encode()

    def refused(self, *expected: str) -> str:
        """Check that it failed in one error, whose line has all texts, before anything was sent."""
        assert self.code == 1, self.log
        assert "Traceback" not in self.log, self.log
        assert self.messages == [], self.messages
        for text in expected:
            assert text in self.log, self.log
        return self.log

    def right(self) -> Outcome:
        """Check that it ended well."""
        assert self.code == 0, self.log
        assert self.ended == set(self.schemas)
        return self


class Tap:
    """The tap in a process of its own."""

    def __init__(self, folder: Path, database: Database, way: str) -> None:
        self.folder = folder
        self.database = database
        self.way = way

    def config(self, **more: Any) -> dict[str, Any]:
        """Return the config that makes the tap go its way."""
        storage = {"storage": {"root": str(self.folder / "scratch")}}
        config = {**self.database.config, "batch_config": storage, "parallelism": 2}
        if self.way == "sdk":
            url = "postgresql://{user}:{password}@{host}:{port}/{database}"
            config["sqlalchemy_url"] = url.format(**self.database.config)
        if self.way == "rows":
            config["max_record_count"] = 10**9
        return config | more

    def start(self, *arguments: str, env: Mapping[str, str], **more: Any) -> subprocess.Popen[str]:
        """Start it."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.config(**more)))
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("MELTANO", "PG", "TAP"))}
        return subprocess.Popen(
            [sys.executable, "-c", TAP, "--config", str(path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**plain, "TAP_POSTGRES_LOGLEVEL": "DEBUG", **env},
            cwd=self.folder,
        )

    def __call__(
        self,
        *arguments: str,
        select: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Outcome:
        """Run it with `more` in its config."""
        meltano = {}
        if select is not None:
            meltano["MELTANO_EXTRACT__SELECT"] = json.dumps(select)
        if metadata is not None:
            meltano["MELTANO_EXTRACT__METADATA"] = json.dumps(metadata)
        return self.outcome(self.start(*arguments, env={**meltano, **(env or {})}, **more))

    @staticmethod
    def outcome(process: subprocess.Popen[str]) -> Outcome:
        """Wait for a tap's end."""
        out, err = process.communicate(timeout=120)
        found = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        return Outcome(process.returncode, err, [m for m in found if m["type"] != "STATE"])


def copied(database: Database, query: str) -> bytes:
    """Return what COPY itself writes for a query in a plain session."""
    import io

    out = io.BytesIO()
    database.sql("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET lc_monetary = 'C'")
    with database.admin.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", out)
    return out.getvalue()
