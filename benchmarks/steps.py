"""`make bench-steps`: CSV files, evidence and compressed days, beside what they are compared with.

Writes benchmarks/steps.json and steps.md. In each round all take turns, and a ratio is of
one round. Five rounds take about seven minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import DAY, WORK_ALONE, Ours, Psql, contestants
from benchmarks.measure import measure
from benchmarks.report import Runs, conditions, keep, median
from benchmarks.run import say
from benchmarks.work import (
    CSV_KEYS,
    CSV_TABLE,
    CSV_TYPES,
    REPOSITORY,
    SIZES,
    Bench,
    new_folder,
)

PAGE = REPOSITORY / "benchmarks" / "steps.md"
PLUGINS = REPOSITORY / ".meltano"
DAY_PYTHON = PLUGINS / "utilities" / "day" / "venv" / "bin" / "python"
HARD_TYPES = {
    "id": "uuid",
    "happened": "timestamptz",
    "amount": "numeric(10,2)",
    "quantity": "smallint",
}
_DUCKDB_TYPES = {"integer": "INTEGER", "smallint": "SMALLINT", "real": "FLOAT"}
_ZONES = ("+00", "+02", "-05", "+05:30")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the page, and return the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.steps", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="2m")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--only", nargs="+", choices=list(_STEPS), default=list(_STEPS))
    options = parser.parse_args(arguments)
    bench = Bench(SIZES[options.size], say)
    runs: Runs = []
    bench.up()
    try:
        for name in options.only:
            _STEPS[name](bench, options.rounds, runs)
    finally:
        bench.down()
    bad = [run for run in runs if run["code"]]
    if not bad:
        _write(options.size, options.rounds, runs)
    return 1 if bad else 0


def _measure(
    bench: Bench, runs: Runs, step: str, what: str, number: int,
    command: Sequence[str | Path], env: dict[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    bench.rest()
    log = bench.root / "logs" / f"{step} {what} {number}.log"
    done = measure(command, bench.root, env or bench.env(DATE=DAY.isoformat()), log)
    run = {
        "step": step, "what": what, "round": number, "code": done.code,
        "seconds": round(done.seconds, 2), "cpu": round(done.cpu, 2),
        "peak_bytes": done.largest.peak,
    }  # fmt: skip
    say(f"{step}: {run}")
    runs.append(run)
    return run


def _csv(bench: Bench, rounds: int, runs: Runs) -> None:
    """Check and stage two files of as many rows, beside DuckDB's typed read and write."""
    hard = bench.root / "data" / "hard.csv"
    if not hard.exists():
        rows = sum(table.rows for table in bench.tables if table.name == CSV_TABLE)
        _make_hard(hard, rows)
    files = {
        "plain": (bench.csv, CSV_TYPES, CSV_KEYS),
        "hard": (hard, HARD_TYPES, ("id",)),
    }
    folder = new_folder(bench.root / "steps")
    columns = ", ".join(f"{name!r}: {_DUCKDB_TYPES[kind]!r}" for name, kind in CSV_TYPES.items())
    query = (
        f"COPY (FROM read_csv('{bench.csv}', header=true, columns={{{columns}}})) "
        f"TO '{folder}/duckdb.csv' (HEADER)"
    )
    duckdb = [DAY_PYTHON, "-c", f"import duckdb; duckdb.execute({query!r})"]
    for number in range(rounds):
        _measure(bench, runs, "csv", "DuckDB, plain", number, duckdb)
        for name, (path, types, keys) in files.items():
            new_folder(folder / "output")
            area = {"encoding": {"format": "csv"}, "storage": {"root": f"{folder}/output/.scratch"}}
            entry = {"entity": name, "path": str(path), "types": types, "keys": list(keys)}
            configs = {
                "tap": {"files": [entry], "batch_config": area, "date": DAY.isoformat()},
                "target": {
                    "output_path": f"{folder}/output", "source": "csv", "date": DAY.isoformat(),
                },
            }  # fmt: skip
            for plugin, config in configs.items():
                (folder / f"{plugin}.json").write_text(json.dumps(config))
            tap = PLUGINS / "extractors" / "tap-csv--from-csv" / "venv" / "bin" / "sealed-tap-csv"
            target = PLUGINS / "loaders" / "target-csv--order-details" / "venv" / "bin"
            pipe = (
                f"'{tap}' --config '{folder}/tap.json' | "
                f"'{target}/sealed-target-csv' --config '{folder}/target.json'"
            )
            _measure(bench, runs, "csv", f"ours, {name}", number, ["sh", "-c", pipe])
    new_folder(folder)


def _make_hard(path: Path, rows: int) -> None:
    """Write a file of UUIDs as keys in no order, and timestamps with four time zones."""
    zones = " ".join(f"WHEN {number} THEN '{zone}'" for number, zone in enumerate(_ZONES))
    query = (
        "COPY (SELECT md5(i::VARCHAR)::UUID AS id, strftime(TIMESTAMP '2024-01-01' + INTERVAL (i) "
        f"SECOND, '%Y-%m-%d %H:%M:%S') || CASE i % 4 {zones} END AS happened, "
        "(i * 37 % 10000) / 100.0 AS amount, i % 100 AS quantity "
        f"FROM range({rows}) t(i) ORDER BY hash(i)) TO '{path}' (HEADER)"
    )
    code = f"import duckdb; duckdb.execute({query!r})"
    done = measure(
        [DAY_PYTHON, "-c", code], path.parent, dict(os.environ), path.with_suffix(".log")
    )
    assert done.code == 0, done.tail()


def _evidence(bench: Bench, rounds: int, runs: Runs) -> None:
    """Write the demonstration's query to a file, beside psql that moves all tables."""
    [psql] = [c for c in contestants() if isinstance(c, Psql) and c.name == "psql"]
    psql.prepare(bench)
    ours = Ours("ours", "ours", (WORK_ALONE,))
    ours.reset(bench)
    command, env = ours.command(bench)
    _measure(bench, [], "evidence", "load", 0, command, env)
    for number in range(rounds):
        psql.reset(bench)
        command, env = psql.command(bench)
        _measure(bench, runs, "evidence", "psql, one table after the other", number, command, env)
        psql.reset(bench)
        day = [DAY_PYTHON.with_name("day"), "evidence", DAY.isoformat()]
        _measure(bench, runs, "evidence", "ours", number, day)
    ours.reset(bench)


def _compression(bench: Bench, rounds: int, runs: Runs) -> None:
    """Run the whole pipeline with files as they are, and compressed."""
    ours = Ours("ours", "ours", (WORK_ALONE,))
    for number in range(rounds):
        for kind in ("none", "gzip", "zstd"):
            ours.reset(bench)
            command, env = ours.command(bench)
            for loader in ("FROM_POSTGRES", "ORDER_DETAILS"):
                env[f"TARGET_CSV_{loader}_COMPRESSION"] = kind
            run = _measure(bench, runs, "compression", kind, number, command, env)
            files = ours.folder(bench).rglob("*.csv*")
            run["disk_bytes"] = sum(path.stat().st_size for path in files)
    ours.reset(bench)


_STEPS: dict[str, Callable[[Bench, int, Runs], None]] = {
    "csv": _csv,
    "evidence": _evidence,
    "compression": _compression,
}
_COMPARED = {
    "ours, plain": "DuckDB, plain",
    "ours, hard": "ours, plain",
    "ours": "psql, one table after the other",
    "gzip": "none",
    "zstd": "none",
}


def _write(size: str, rounds: int, runs: Runs) -> None:
    about = conditions(SIZES[size], rounds)
    lines = [
        "# CSV files, evidence, compressed days",
        "",
        f"Measured by `make bench-steps` on {about['when']}: {about['size']}; servers and clients "
        f"share {about['cores']} cores (load average of 15 minutes: "
        f"{about['load_average_15_minutes']}). Medians of {rounds} rounds, in which all take "
        "turns; a ratio is of the same round. CPU is the clients', without the server's. *Hard* "
        "is a file with UUIDs as keys in no order and four time zones, of three times as many "
        "bytes. Each round is in [steps.json](steps.json).",
        "",
        "| | | s | CPU s | peak MB | × | of | disk MB |",
        "|---|---|---:|---:|---:|---:|---|---:|",
    ]  # fmt: skip
    for step, what in dict.fromkeys((run["step"], run["what"]) for run in runs):
        mine = [run for run in runs if (run["step"], run["what"]) == (step, what)]
        other = _COMPARED.get(what, "")
        base = [run for run in runs if (run["step"], run["what"]) == (step, other)]
        ratios = [a["seconds"] / b["seconds"] for a, b in zip(mine, base, strict=False)]
        cells = [
            step, what, f"{median(mine, 'seconds'):.2f}", f"{median(mine, 'cpu'):.2f}",
            f"{max(run['peak_bytes'] for run in mine) / 1e6:.0f}",
            f"{statistics.median(ratios):.2f}" if ratios else "", other,
            f"{median(mine, 'disk_bytes') / 1e6:.0f}" if "disk_bytes" in mine[0] else "",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    keep(PAGE, lines, about, runs)


if __name__ == "__main__":
    sys.exit(main())
