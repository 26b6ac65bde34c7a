"""The work folder of a size: its data, a project with an embedded server, the peers' places."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.step_data import STEPS, STEPS_FILE
from embedded_postgres.programs import binaries
from embedded_postgres.settings import Login, Settings

REPOSITORY = Path(__file__).resolve().parent.parent
WORK = REPOSITORY / "benchmarks" / ".work"
BIN = REPOSITORY / ".venv" / "bin"
REFERENCE = "bench_reference"
CSV_TABLE = "order_details"
CSV_TYPES = {
    "order_id": "integer",
    "product_id": "smallint",
    "unit_price": "real",
    "quantity": "smallint",
    "discount": "real",
}
CSV_KEYS = ("order_id", "product_id")
_PAGE = 8192
_PATIENCE_SECONDS = 30
_CSV_JOB = """\
- name: orders-details-csv-to-local
  tasks:
  - tap-csv--from-csv target-csv--order-details
"""
_SHARED = ("requirements", "src", "pyproject.toml", "README.md")


@dataclass(frozen=True)
class Size:
    """How much data: the generator's scale; what is made instead where the kind is a step's."""

    name: str
    scale: int
    says: str
    kind: str = "northwind"


SIZES = {
    size.name: size
    for size in (
        Size("northwind", 1, "Northwind: 3,362 rows"),
        Size("2m", 2410, "2.0 M orders and 5.2 M details, 345 MB of CSV"),
        Size("20m", 24100, "20 M orders and 52 M details, 3.6 GB of CSV"),
        Size("one-table", 10_000_000, "One table of 10 M rows", "one-table"),
        Size("days", 100, "100 tables after 1,000 days", "days"),
        Size("wide", 1500, "1,500 tables of one row", "wide"),
        Size("columns", 100_000, "1,000 columns and 100,000 rows", "columns"),
    )
}


class BenchError(Exception):
    """Something that ends the benchmark, with a line that says what to do."""


@dataclass(frozen=True)
class Table:
    """A table of the source: columns with their exact types, and its primary key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    bytes: int
    rows: int

    def definition(self, relation: str) -> str:
        """Return the statement that makes it elsewhere, without its key."""
        columns = ", ".join(
            f'"{name}" {kind}{" NOT NULL" if name in self.keys else ""}'
            for name, kind in self.columns
        )
        return f"CREATE TABLE {relation} ({columns})"

    @property
    def key_list(self) -> str:
        """The key's columns, quoted."""
        return ", ".join(f'"{key}"' for key in self.keys)


@dataclass
class Bench:
    """A project of its own below the work folder, for one size."""

    size: Size
    say: Callable[[str], None]
    tables: list[Table] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The project's folder."""
        return WORK / self.size.name

    @property
    def csv(self) -> Path:
        """The CSV file that is the second source."""
        return self.root / "data" / "order_details.csv"

    @property
    def settings(self) -> Settings:
        """What the project's .env says."""
        return Settings.read(self.root)

    def env(self, **more: str) -> dict[str, str]:
        """Return the environment of a contestant: nothing of this shell's."""
        return {
            "HOME": os.environ.get("HOME", str(self.root)),
            "PATH": f"{BIN}{os.pathsep}{binaries()}{os.pathsep}/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            **more,
        }

    def psql_env(self) -> dict[str, str]:
        """Return an environment in which psql gets to both databases."""
        source, warehouse = self.settings.source, self.settings.warehouse
        passes = self.root / ".pgpass"
        passes.touch(mode=0o600)
        passes.write_text("".join(f"*:*:*:{x.user}:{x.password}\n" for x in (source, warehouse)))
        return self.env(
            PGPASSFILE=str(passes),
            PGHOST=source.host,
            PGPORT=str(source.port),
            PGUSER=source.user,
            PGDATABASE=source.database,
            PGSSLMODE="disable",
        )

    def connect(self, database: str = "") -> Any:
        """Return an autocommit connection of the superuser, to the warehouse by default."""
        settings = self.settings
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=settings.source.port,
            user=settings.superuser.user,
            password=settings.superuser.password,
            dbname=database or settings.warehouse.database,
        )
        connection.autocommit = True
        return connection

    def query(self, sql: str, database: str = "") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def rest(self) -> None:
        """Have what was written reach the disk and the sources lie in memory.

        So no run pays for the one before, or for what the machine has done with its memory.
        """
        self.query("CHECKPOINT")
        os.sync()
        for table in self.tables:
            if table.name != CSV_TABLE and table.bytes > _PAGE:
                self.query(
                    f'SELECT count(*) FROM public."{table.name}"', self.settings.source.database
                )
        if self.csv.exists():
            with self.csv.open("rb") as file:
                while file.read(1 << 20):
                    pass
        self._wait_for_autovacuum()

    def _wait_for_autovacuum(self) -> None:
        """Wait until nothing that an earlier contestant left is being tended."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and self.query(
            "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
        ):
            time.sleep(0.2)

    def server_cpu(self) -> float:
        """Return the CPU seconds of the server so far, those of all its sessions included."""
        data = self.settings.data
        if data is None:
            return 0.0
        server = int((data / "postmaster.pid").read_text().split()[0])
        total = 0
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *map(int, children)):
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                # man 5 proc_pid_stat: utime, stime, and those of children that have ended
                total += sum(map(int, stat[11:15]))
        return total / os.sysconf("SC_CLK_TCK")

    def up(self) -> None:
        """Make what is missing and start the server."""
        made = self._lay_out()
        self._embedded("up", "--source-sql", str(self.root / "data" / "northwind.sql"))
        if made:
            (self.root / "data" / "northwind.sql").unlink()
        self.query("VACUUM (ANALYZE)", self.settings.source.database)
        self.tables = self._tables()

    def down(self) -> None:
        """Stop the server; its data stay for the next time."""
        if (self.root / ".env").exists():
            self._embedded("down")

    def _lay_out(self) -> bool:
        """Make the project; True when its source is new and must be loaded."""
        stamp = self.root / "data" / "made-by"
        sql = REPOSITORY / "data" / "northwind.sql"
        made_by = STEPS_FILE if self.size.kind in STEPS else "data/generate.py"
        generator = REPOSITORY / made_by
        version = hashlib.sha256(generator.read_bytes()).hexdigest()
        fresh = not stamp.exists() or stamp.read_text() != version
        if fresh:
            if self.root.exists():
                self.down()
                shutil.rmtree(self.root)
            (self.root / "data").mkdir(parents=True)
            self.say(f"{self.size.name}: making the data")
            if self.size.kind in STEPS:
                (self.root / "data" / "northwind.sql").write_text(
                    STEPS[self.size.kind](self.size.scale)
                )
            elif self.size.scale == 1:
                shutil.copy(sql, self.root / "data")
                shutil.copy(sql.with_name("order_details.csv"), self.root / "data")
            else:
                subprocess.run(
                    [
                        *(sys.executable, generator, "--scale", str(self.size.scale)),
                        *("--output", self.root / "data"),
                    ],
                    check=True,
                    stderr=subprocess.DEVNULL,
                )
        # what may have changed since the last time
        for name in _SHARED:
            link = self.root / name
            link.unlink(missing_ok=True)
            link.symlink_to(REPOSITORY / name)
        text = (REPOSITORY / "meltano.yml").read_text()
        if self.size.kind in STEPS:
            text = text.replace(_CSV_JOB, "").replace(_CSV_JOB.splitlines(keepends=True)[-1], "")
        (self.root / "meltano.yml").write_text(text)
        for name in ("orchestrate", "analyze"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            shutil.copytree(REPOSITORY / name, self.root / name)
        (self.root / "orchestrate" / "bench.meltano.yml").write_text(_meltano_plugins())
        for name, text in (("tap", "exit 0"), ("target", "cat > /dev/null")):
            script = self.root / f"noop-{name}.sh"
            script.write_text(f"#!/bin/sh\n{text}\n")
            script.chmod(0o755)
        (self.root / ".meltano").mkdir(exist_ok=True)
        for kind in ("extractors", "loaders", "utilities"):
            link = self.root / ".meltano" / kind
            link.unlink(missing_ok=True)
            link.symlink_to(REPOSITORY / ".meltano" / kind)
        (self.root / "output").mkdir(exist_ok=True)
        if fresh:
            # only now is the source there: an interruption makes it again
            self._embedded("up", "--source-sql", str(self.root / "data" / "northwind.sql"))
            stamp.write_text(version)
        return fresh

    def _embedded(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "embedded_postgres", *arguments]
        env = self.env(PYTHONPATH=str(REPOSITORY / "src"))
        done = subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(f"{' '.join(arguments)}: {done.stderr.strip()}")

    def _tables(self) -> list[Table]:
        source = self.settings.source.database
        rows = self.query(
            "SELECT c.relname, pg_table_size(c.oid), "
            "json_agg(json_build_array(attname, format_type(atttypid, atttypmod)) "
            " ORDER BY attnum), "
            "(SELECT array_agg(k.attname ORDER BY o.n)::text[] FROM pg_constraint p "
            " CROSS JOIN unnest(p.conkey) WITH ORDINALITY o (attnum, n) JOIN pg_attribute k "
            " ON k.attnum = o.attnum AND k.attrelid = p.conrelid "
            " WHERE p.contype = 'p' AND p.conrelid = c.oid) "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 "
            "AND NOT attisdropped WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "GROUP BY c.oid ORDER BY 1",
            source,
        )
        # by one query: there may be 1,500
        counted = " UNION ALL ".join(
            f"SELECT '{name}', count(*) FROM public.\"{name}\"" for name, *_ in rows
        )
        counts = dict(self.query(counted, source))
        tables = [
            Table(
                name,
                tuple((column, kind) for column, kind in columns),
                tuple(keys or ()),
                int(size),
                int(counts[name]),
            )
            for name, size, columns, keys in rows
        ]
        if self.size.kind in STEPS:
            return tables
        columns = tuple(CSV_TYPES.items())
        csv = Table(CSV_TABLE, columns, CSV_KEYS, self.csv.stat().st_size, self._csv_rows())
        return [*tables, csv]

    def _csv_rows(self) -> int:
        """Load the CSV file beside the warehouse once, to compare with; return its rows."""
        relation = f"{REFERENCE}.{CSV_TABLE}"
        if self.query(f"SELECT to_regclass('{relation}')") == [(None,)]:
            table = Table(CSV_TABLE, tuple(CSV_TYPES.items()), CSV_KEYS, 0, 0)
            connection = self.connect()
            with connection.cursor() as cursor, self.csv.open("rb") as file:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {REFERENCE}")
                cursor.execute(table.definition(relation))
                cursor.copy_expert(f"COPY {relation} FROM STDIN (FORMAT csv, HEADER)", file)
            connection.close()
        return int(self.query(f"SELECT count(*) FROM {relation}")[0][0])


def url(login: Login) -> str:
    """Return a login as a URL; the passwords of .env are URL-safe."""
    return (
        f"postgresql://{login.user}:{login.password}@{login.host}:{login.port}/{login.database}"
        "?sslmode=disable"
    )


def environment(name: str) -> Path:
    """Return a throw-away environment with what requirements/bench-NAME.txt pins.

    Raises:
        BenchError: it cannot be had.
    """
    folder = WORK / "env" / name
    wanted = REPOSITORY / "requirements" / f"bench-{name}.txt"
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return folder
    uv = str(BIN / "uv")
    env = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", str(BIN / "python"), str(folder)],
        [
            *(uv, "pip", "sync", "--quiet", "--python", str(folder / "bin" / "python")),
            str(wanted),
        ],
    ):
        done = subprocess.run(
            command,
            env=env | {"UV_COMPILE_BYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["uv failed"]
            raise BenchError(f"{name} cannot be installed: {' '.join(lines)[:200]}")
    stamp.write_text(wanted.read_text())
    return folder


def new_folder(path: Path) -> Path:
    """Return an empty folder."""
    if path.exists():
        path.rename(old := path.with_name(f"{path.name}.{secrets.token_hex(4)}"))
        shutil.rmtree(old)
    path.mkdir(parents=True)
    return path


def _meltano_plugins() -> str:
    """Return the plugins that only the benchmarks have: a pipe of nothing, and the stock ones."""
    env = WORK / "env"
    return f"""\
# Written by `make bench`.
plugins:
  extractors:
  - name: noop-tap
    namespace: noop_tap
    executable: ./noop-tap.sh
    capabilities: []
  - name: stock-tap-postgres
    namespace: stock_tap_postgres
    executable: {env}/stock-tap-postgres/bin/tap-postgres
    capabilities: [catalog, discover, state]
    settings:
    - {{name: host, value: $TAP_POSTGRES_HOST}}
    - {{name: port, kind: integer, value: $TAP_POSTGRES_PORT}}
    - {{name: user, value: $TAP_POSTGRES_USER}}
    - {{name: password, value: $TAP_POSTGRES_PASSWORD}}
    - {{name: database, value: $TAP_POSTGRES_DATABASE}}
    - {{name: filter_schemas, kind: array, value: [public]}}
  loaders:
  - name: noop-target
    namespace: noop_target
    executable: ./noop-target.sh
    capabilities: []
  - name: stock-target-csv
    namespace: stock_target_csv
    executable: {env}/stock-target-csv/bin/target-csv
    capabilities: []
    settings:
    - {{name: file_naming_scheme, value: "{{stream_name}}.csv"}}
    - {{name: output_path, value: "${{MELTANO_PROJECT_ROOT}}/peers/stock"}}
  - name: stock-target-postgres
    namespace: stock_target_postgres
    executable: {env}/stock-target-postgres/bin/target-postgres
    capabilities: [activate-version, hard-delete]
    settings:
    - {{name: host, value: $TARGET_POSTGRES_HOST}}
    - {{name: port, kind: integer, value: $TARGET_POSTGRES_PORT}}
    - {{name: user, value: $TARGET_POSTGRES_USER}}
    - {{name: password, value: $TARGET_POSTGRES_PASSWORD}}
    - {{name: database, value: $TARGET_POSTGRES_DATABASE}}
    - {{name: default_target_schema, value: bench_stock}}
"""
