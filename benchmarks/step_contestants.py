"""Contests of one step: a table or many out of PostgreSQL, into it, a day after many days."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import history
from benchmarks.contestants import DAY, Contestant, Nothing, Psql
from benchmarks.measure import measure
from benchmarks.work import BIN, REPOSITORY, Bench, BenchError, Table, new_folder

OUT, IN = "postgres-to-local", "local-csv-to-postgres"
SCHEMAS = ("ecommerce", "ecommerce_days", "ecommerce_parts")
FIRST = "bench_first"


def _meltano(*words: str) -> list[str | Path]:
    return [BIN / "meltano", *words[:1], "--no-install", *words[1:]]


def staged(bench: Bench, table: Table, day: date = DAY) -> Path:
    """Return a table's staged file."""
    return bench.root / "output" / "postgres" / table.name / str(day) / f"{table.name}.csv"


def stage(bench: Bench, day: date = DAY) -> None:
    """Stage the source once, for those who load; not measured.

    Raises:
        BenchError: it fails.
    """
    if (bench.root / "output" / "postgres" / f"{day}.datapackage.json").exists():
        return
    log = bench.root / "logs" / "stage.log"
    run = measure(_meltano("run", OUT), bench.root, bench.env(DATE=str(day)), log)
    if run.code:
        raise BenchError(f"{OUT} failed, see {log}\n{run.tail()}")


class OursOut(Contestant):
    """This project: every table to disk."""

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the job, staging elsewhere than what the loaders read."""
        return _meltano("run", OUT), bench.env(DATE=str(day), STAGE_ROOT=str(self.folder(bench)))


class OursIn(Contestant):
    """This project: the sealed day into the warehouse."""

    def prepare(self, bench: Bench) -> None:
        """Stage the day."""
        stage(bench)

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the job."""
        return _meltano("run", IN), bench.env(DATE=str(day))

    def keyed(self, table: str, day: date = DAY) -> str:
        """Return the day's own table."""
        return f'ecommerce_parts."{table}@{day.isoformat()}"'


class PsqlOut(Psql):
    """psql's `\\copy` of every table, one after the other."""

    def prepare(self, bench: Bench) -> None:
        """Write the script."""
        folder = new_folder(bench.root / "psql" / self.name)
        steps = [self._extract(bench, table) for table in bench.tables]
        (folder / "all.sql").write_text("".join(steps))


class PsqlIn(Psql):
    """psql's `\\copy` into every table, with FREEZE and key."""

    def prepare(self, bench: Bench) -> None:
        """Stage the day and write the script."""
        stage(bench)
        folder = new_folder(bench.root / "psql" / self.name)
        steps = [self._to_warehouse(bench), *(self._load(bench, table) for table in bench.tables)]
        (folder / "all.sql").write_text("".join(steps))

    def file(self, bench: Bench, table: Table, day: date = DAY) -> Path:
        """Return what all load."""
        return staged(bench, table)


class PartsOut(PsqlOut):
    """The practical limit: two psql side by side, each a range of ctid."""

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the shell that joins the two files."""
        steps = []
        for table in bench.tables:
            path = shlex.quote(str(self.file(bench, table)))
            half = table.bytes // 8192 // 2
            scripts = []
            wheres = (f"WHERE ctid < '({half},0)'", f"WHERE ctid >= '({half},0)'")
            for part, where in enumerate(wheres):
                script = bench.root / "psql" / self.name / f"{table.name}-{part}.sql"
                script.write_text(self._extract(bench, table, where, part))
                scripts.append(f"psql -qX -v ON_ERROR_STOP=1 -f {shlex.quote(str(script))}")
            steps.append(f"{scripts[0]} & first=$!; {scripts[1]}; wait $first")
            steps.append(f"cat {path}.1 >> {path}; rm {path}.1")
        return ["sh", "-ec", "\n".join(steps)], bench.psql_env()


class PartsIn(PsqlIn):
    """The practical limit: two psql COPY byte ranges of a file into one table, then its key."""

    def prepare(self, bench: Bench) -> None:
        """Cut the files where lines end, as no value of ours has a line feed inside."""
        super().prepare(bench)
        folder = bench.root / "psql" / self.name
        lines = ["set -e"]
        login = bench.settings.warehouse
        psql = f"psql -qX -v ON_ERROR_STOP=1 -U {login.user} -d {login.database}"
        for table in bench.tables:
            name, path = self.visible(table.name), self.file(bench, table)
            with path.open("rb") as file:
                file.seek(path.stat().st_size // 2)
                file.readline()
                cut = file.tell()
            made = folder / f"{table.name}-make.sql"
            made.write_text(
                f"SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS "
                f"{self.schemas[0]}; {table.definition(name)};"
            )
            keyed = folder / f"{table.name}-key.sql"
            keyed.write_text(f"ALTER TABLE {name} ADD PRIMARY KEY ({table.key_list});")
            file_ = shlex.quote(str(path))
            copy = f"COPY {name} FROM STDIN WITH (FORMAT csv"
            first = shlex.quote(f"{copy}, HEADER)")
            second = shlex.quote(f"{copy})")
            lines += [
                f"{psql} -f {shlex.quote(str(made))}",
                f"head -c {cut} {file_} | {psql} -c {first} & first=$!",
                f"tail -c +{cut + 1} {file_} | {psql} -c {second}; wait $first",
                f"{psql} -f {shlex.quote(str(keyed))}",
            ]
        (folder / "all.sh").write_text("\n".join(lines) + "\n")

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the shell script."""
        return ["sh", bench.root / "psql" / self.name / "all.sh"], bench.psql_env()


class FirstDay(Contestant):
    """A day into an empty database: the catalog of a thousand days costs a load time, too."""

    def prepare(self, bench: Bench) -> None:
        """Make the history, whose last day it loads."""
        history.make(bench)

    def reset(self, bench: Bench) -> None:
        """Make the database anew."""
        bench.query(f"DROP DATABASE IF EXISTS {FIRST} WITH (FORCE)")
        bench.query(f"CREATE DATABASE {FIRST} OWNER {bench.settings.warehouse.user}")

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the job, for that database."""
        del day
        env = bench.env(DATE=str(history.LAST), TARGET_POSTGRES_DATABASE=FIRST)
        return _meltano("run", IN), env


class NextDay(Contestant):
    """A day into a warehouse with a thousand days, another one in each round."""

    def reset(self, bench: Bench) -> None:
        """Stage the next day."""
        history.stage_next(bench)

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return the job."""
        del day
        return _meltano("run", IN), bench.env(DATE=str(history.newest_staged(bench)))

    def takes(self, table: Table) -> bool:
        """Return that what it loads is not looked at: FirstDay's is the same."""
        return False


class DayCommand(Contestant):
    """A command of `day` over all days."""

    def __init__(self, name: str, title: str, words: Sequence[str]) -> None:
        super().__init__(name, title)
        self._words = words

    def reset(self, bench: Bench) -> None:
        """Do nothing."""

    def command(self, bench: Bench, day: date = DAY) -> tuple[Sequence[str | Path], dict[str, str]]:
        """Return it as the Makefile does."""
        del day
        env = bench.env(PYTHONPATH=str(REPOSITORY / "src"))
        return [BIN / "python", "-m", "sealed_days.day", *self._words], env

    def takes(self, table: Table) -> bool:
        """Return that it moves nothing."""
        return False


def _pairs(*, in_parts: bool) -> list[Contestant]:
    found: list[Contestant] = [
        Nothing("nothing", "`meltano run` of nothing, for comparison"),
        OursOut("ours-out", "ours, out", against="psql-out"),
        PsqlOut("psql-out", "psql `\\copy`, out", against="psql-out"),
        OursIn("ours-in", "ours, in", SCHEMAS, against="psql-in"),
        PsqlIn("psql-in", "psql `\\copy`, in, FREEZE and key", ("bench_in",), against="psql-in"),
    ]
    if in_parts:
        found += [
            PartsOut("parts-out", "two psql, ranges of ctid, out", against="psql-out"),
            PartsIn(
                "parts-in", "two psql, byte ranges, then key, in", ("bench_parts",),
                against="psql-in",
            ),
        ]  # fmt: skip
    return found


def contestants(kind: str) -> list[Contestant]:
    """Return the contestants of a size that is about one step."""
    if kind == "days":
        return [
            FirstDay("first-day", "100 tables into an empty database", against="first-day"),
            NextDay("next-day", "100 tables on day 1,000", against="first-day"),
            DayCommand("status", "`day status` of all days", ["status"]),
            DayCommand("report", "`day report` of all days", ["report"]),
        ]  # fmt: skip
    return _pairs(in_parts=kind != "wide")
