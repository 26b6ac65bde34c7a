"""Who runs: each does the same work, from both sources to files, and from the files to tables."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.work import (
    BIN,
    CSV_TABLE,
    REPOSITORY,
    Bench,
    BenchError,
    Table,
    environment,
    new_folder,
    url,
)

FULL_JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
WORK_ALONE = (
    "tap-postgres target-csv--from-postgres tap-csv--from-csv target-csv--order-details "
    "tap-csv target-postgres"
)
JOBS = ("postgres-to-local", "orders-details-csv-to-local", "local-csv-to-postgres")
DAY = date(2025, 1, 1)
PEERS = {"sling", "dlt", "stock"}
SPLIT_BYTES = 64 << 20
_FORMAT = "FORMAT csv, HEADER"


@dataclass
class Contestant:
    """One way to do the work.

    `schemas` are what it fills in the warehouse, `note` what it does otherwise than the others.
    """

    name: str
    title: str
    schemas: tuple[str, ...] = ()
    note: str = ""
    against: str = ""
    """Whose time its own is divided by, where a size is about one step."""

    def prepare(self, bench: Bench) -> None:
        """Install and write what it needs; not measured.

        Raises:
            BenchError: it cannot run here, for the reason that this says.
        """

    def reset(self, bench: Bench) -> None:
        """Remove what an earlier run left; not measured."""
        for schema in self.schemas:
            bench.query(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        new_folder(self.folder(bench))

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the command that does it all, and its environment."""
        raise NotImplementedError

    def folder(self, bench: Bench) -> Path:
        """Return where its files are."""
        return bench.root / "peers" / self.name

    def file(self, bench: Bench, table: Table, day: date = DAY) -> Path | None:
        """Return a table's file."""
        return self.folder(bench) / f"{table.name}.csv"

    def visible(self, table: str) -> str:
        """Return what people query for a table."""
        return f'{self.schemas[0]}."{table}"'

    def keyed(self, table: str, day: date = DAY) -> str:
        """Return the relation that bears a table's key."""
        return self.visible(table)

    def takes(self, table: Table) -> bool:
        """Return whether it moves a table."""
        return True


class Ours(Contestant):
    """This project: `meltano run`."""

    def __init__(self, name: str, title: str, jobs: Sequence[str]) -> None:
        super().__init__(name, title, ("ecommerce", "ecommerce_days", "ecommerce_parts"))
        self._jobs = jobs

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return one `meltano run` per job."""
        # the plugins are there already, installed below the repository's own path
        runs = [f"{shlex.quote(str(BIN))}/meltano run --no-install {job}" for job in self._jobs]
        return ["sh", "-c", "exec " + runs[0] if len(runs) == 1 else " && ".join(runs)], bench.env(
            DATE=day.isoformat()
        )

    def folder(self, bench: Bench) -> Path:
        """Return the folder of the staged days."""
        return bench.root / "output"

    def file(self, bench: Bench, table: Table, day: date = DAY) -> Path | None:
        """Return a table's staged file."""
        source = "csv" if table.name == CSV_TABLE else "postgres"
        return self.folder(bench) / source / table.name / day.isoformat() / f"{table.name}.csv"

    def keyed(self, table: str, day: date = DAY) -> str:
        """Return the day's own table."""
        return f'ecommerce_parts."{table}@{day.isoformat()}"'


class Nothing(Contestant):
    """A `meltano run` of a tap and a target that do nothing: what Meltano itself takes."""

    def reset(self, bench: Bench) -> None:
        """Do nothing."""

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return a `meltano run` of one block."""
        return [BIN / "meltano", "run", "--no-install", "noop-tap", "noop-target"], bench.env()

    def takes(self, table: Table) -> bool:
        """Return that it moves nothing."""
        return False


class Psql(Contestant):
    """psql's `\\copy`, table after table."""

    def prepare(self, bench: Bench) -> None:
        """Write the script."""
        folder = new_folder(bench.root / "psql" / self.name)
        steps = [self._extract(bench, table) for table in bench.tables]
        steps.append(self._to_warehouse(bench))
        steps += [self._load(bench, table) for table in bench.tables]
        (folder / "all.sql").write_text("".join(steps))

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the one psql."""
        script = bench.root / "psql" / self.name / "all.sql"
        return ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", script], bench.psql_env()

    def _extract(self, bench: Bench, table: Table, where: str = "", part: int = 0) -> str:
        path = self.file(bench, table)
        if table.name == CSV_TABLE:
            return f"\\! cp {shlex.quote(str(bench.csv))} {shlex.quote(str(path))}\n"
        relation = f'(SELECT * FROM public."{table.name}" {where})'
        what = _FORMAT if part == 0 else "FORMAT csv"
        name = f"{path}.{part}" if part else path
        return f"\\copy {relation} TO '{name}' WITH ({what})\n"

    def _to_warehouse(self, bench: Bench) -> str:
        login = bench.settings.warehouse
        return (
            f"\\connect {login.database} {login.user}\n"
            f"SET client_min_messages = warning;\nCREATE SCHEMA IF NOT EXISTS {self.schemas[0]};\n"
        )

    def _load(self, bench: Bench, table: Table) -> str:
        name = self.visible(table.name)
        return (
            f"BEGIN;\nDROP TABLE IF EXISTS {name};\n{table.definition(name)};\n"
            f"\\copy {name} FROM '{self.file(bench, table)}' WITH ({_FORMAT}, FREEZE)\n"
            f"ALTER TABLE {name} ADD PRIMARY KEY ({table.key_list});\nCOMMIT;\n"
        )


class PsqlTwo(Psql):
    """psql's `\\copy`, two tables at a time, the large ones first and in halves."""

    def prepare(self, bench: Bench) -> None:
        """Write a script per table and step."""
        folder = new_folder(bench.root / "psql" / self.name)
        extracts, loads, joins = [], [], []
        largest_first = sorted(bench.tables, key=lambda t: -t.bytes)
        for table in largest_first:
            wheres = [""]
            if table.name != CSV_TABLE and table.bytes > SPLIT_BYTES:
                half = table.bytes // 8192 // 2
                wheres = [f"WHERE ctid < '({half},0)'", f"WHERE ctid >= '({half},0)'"]
                path = shlex.quote(str(self.file(bench, table)))
                joins.append(f"cat {path}.1 >> {path} && rm {path}.1\n")
            for part, where in enumerate(wheres):
                script = folder / f"extract-{table.name}-{part}.sql"
                script.write_text(self._extract(bench, table, where, part))
                extracts.append(script)
            script = folder / f"load-{table.name}.sql"
            script.write_text(self._to_warehouse(bench) + self._load(bench, table))
            loads.append(script)
        psql = "xargs -P 2 -n 1 psql -qX -v ON_ERROR_STOP=1 -f"
        for name, scripts in (("extract", extracts), ("load", loads)):
            (folder / f"{name}.list").write_text("".join(f"{script}\n" for script in scripts))
        (folder / "schema.sql").write_text(self._to_warehouse(bench))
        (folder / "all.sh").write_text(
            f"set -e\n{psql} < extract.list\n{''.join(joins)}"
            f"psql -qX -f schema.sql\n{psql} < load.list\n"
        )

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the shell that runs two psql at a time."""
        folder = shlex.quote(str(bench.root / "psql" / self.name))
        return ["sh", "-c", f"cd {folder} && exec sh all.sh"], bench.psql_env()


class Stock(Contestant):
    """The MeltanoLabs plugins as they are, through the same Meltano."""

    def prepare(self, bench: Bench) -> None:
        """Install the three plugins.

        Raises:
            BenchError: they cannot be had, or this is too much for them.
        """
        if bench.size.scale > 1:
            raise BenchError(
                "row by row, it takes minutes and gigabytes at this size: Northwind only"
            )
        for name in ("stock-tap-postgres", "stock-target-csv", "stock-target-postgres"):
            environment(name)

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return a `meltano run` of two blocks."""
        blocks = "stock-tap-postgres stock-target-csv stock-tap-postgres stock-target-postgres"
        return [BIN / "meltano", "run", "--no-install", *blocks.split()], bench.env()

    def file(self, bench: Bench, table: Table, day: date = DAY) -> Path | None:
        """Return a table's file."""
        return self.folder(bench) / f"public-{table.name}.csv"

    def takes(self, table: Table) -> bool:
        """Return whether the table comes from PostgreSQL."""
        return table.name != CSV_TABLE


class Dlt(Contestant):
    """dlt, by its sql_database source with the pyarrow backend."""

    def prepare(self, bench: Bench) -> None:
        """Install dlt."""
        environment("dlt")

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the script, run by dlt's own environment."""
        env = bench.env(
            SOURCE=url(bench.settings.source),
            TARGET=url(bench.settings.warehouse),
            CSV=str(bench.csv),
            FOLDER=str(self.folder(bench)),
            DATASET=self.schemas[0],
            RUNTIME__DLTHUB_TELEMETRY="false",
            DLT_DATA_DIR=str(self.folder(bench) / "dlt"),
        )
        script = REPOSITORY / "benchmarks" / "peers" / "dlt_job.py"
        return [environment("dlt") / "bin" / "python", script], env

    def file(self, bench: Bench, table: Table, day: date = DAY) -> Path | None:
        """Return nothing: its files are parts in load packages of its own."""
        return None


class Sling(Contestant):
    """sling: one replication to files, one from files."""

    def prepare(self, bench: Bench) -> None:
        """Install sling and write its two replications."""
        environment("sling")
        folder = new_folder(bench.root / "sling")
        streams = {
            f"public.{table.name}": {"object": f"file://{self.file(bench, table)}"}
            for table in bench.tables
            if table.name != CSV_TABLE
        }
        extract = {
            "source": "BENCH_SOURCE",
            "target": "LOCAL",
            "defaults": {"mode": "full-refresh"},
            "streams": streams,
        }
        load = {
            "source": "LOCAL",
            "target": "BENCH_TARGET",
            "defaults": {"mode": "full-refresh", "source_options": {"empty_as_null": False}},
            "streams": {
                f"file://{self.file(bench, table)}": {
                    "object": f"{self.schemas[0]}.{table.name}",
                    "primary_key": list(table.keys),
                    "columns": {name: _sling_type(kind) for name, kind in table.columns},
                    "target_options": {"table_keys": {"primary": list(table.keys)}},
                }
                for table in bench.tables
                if table.rows  # it makes no file of an empty table
            },
        }
        # JSON is YAML
        (folder / "extract.yaml").write_text(json.dumps(extract, indent=1))
        (folder / "load.yaml").write_text(json.dumps(load, indent=1))

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the two runs and the copy of the CSV file."""
        (program,) = environment("sling").glob("lib/*/site-packages/sling_*/bin/sling*")
        folder = bench.root / "sling"
        env = bench.env(
            BENCH_SOURCE=url(bench.settings.source),
            BENCH_TARGET=url(bench.settings.warehouse),
            SLING_DISABLE_TELEMETRY="true",
            SLING_HOME_DIR=str(folder / "home"),
        )
        csv = self.folder(bench) / f"{CSV_TABLE}.csv"
        steps = [
            [str(program), "run", "-r", str(folder / "extract.yaml")],
            ["cp", str(bench.csv), str(csv)],
            [str(program), "run", "-r", str(folder / "load.yaml")],
        ]
        return ["sh", "-c", " && ".join(map(shlex.join, steps))], env


def _sling_type(kind: str) -> str:
    """Return sling's own name for a PostgreSQL type."""
    if kind.startswith("character"):
        return "text"
    return {"bytea": "binary", "real": "float", "date": "date"}.get(kind, kind)


def contestants() -> list[Contestant]:
    """Return all contestants, in the order of the table."""
    return [
        Nothing("nothing", "`meltano run` of nothing, for comparison"),
        Ours("ours", "ours, one `meltano run`", [WORK_ALONE]),
        Ours("ours-full", "ours, the full job", [FULL_JOB]),
        Ours("ours-jobs", "ours, the three jobs apart", JOBS),
        Psql("psql", "psql `\\copy`, one table after the other", ("bench_psql",)),
        PsqlTwo("psql-two", "psql `\\copy`, two at a time", ("bench_psql_two",)),
        Sling(
            "sling",
            "sling",
            ("bench_sling",),
            "it makes no file of an empty table, so that there is none to load",
        ),
        Dlt(
            "dlt",
            "dlt, pyarrow backend",
            ("bench_dlt",),
            "its files are parts in load packages of its own, in its working folder",
        ),
        Stock(
            "stock",
            "stock MeltanoLabs plugins",
            ("bench_stock",),
            "MeltanoLabs' tap-csv is on no package index: without order_details, and the load "
            "reads the source once more instead of the files",
        ),
    ]
