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
ODD_ENTRY = {
    "types": {"id": "bigint", "day": "date", "price": "numeric(10,2)", "note": "jsonb"},
    "keys": ["id"], "delimiter": ";", "decimal": ",", "date_format": "%d.%m.%Y",
    "on_bad_row": "quarantine",
}  # fmt: skip
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
    server = bench.server_cpu()
    done = measure(command, bench.root, env or bench.env(DATE=DAY.isoformat()), log)
    run = {
        "step": step, "what": what, "round": number, "code": done.code,
        "seconds": round(done.seconds, 2), "cpu": round(done.cpu, 2),
        "server_cpu": round(bench.server_cpu() - server, 2),
        "peak_bytes": done.largest.peak, "largest": done.largest.name,
        "load_average": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    say(f"{step}: {run}")
    runs.append(run)
    return run


def _csv(bench: Bench, rounds: int, runs: Runs) -> None:
    """Check and stage files beside DuckDB's typed read and write; the odd one has fewer rows."""
    hard, odd = bench.root / "data" / "hard.csv", bench.root / "data" / "odd.csv"
    rows = sum(table.rows for table in bench.tables if table.name == CSV_TABLE)
    if not hard.exists():
        _make_hard(hard, rows)
    if not odd.exists():
        _make_odd(odd, rows // 10)
    files: dict[str, tuple[Path, dict[str, Any]]] = {
        "plain": (bench.csv, {"types": CSV_TYPES, "keys": list(CSV_KEYS)}),
        "hard": (hard, {"types": HARD_TYPES, "keys": ["id"]}),
        "odd": (odd, ODD_ENTRY),
    }
    folder = new_folder(bench.root / "steps")
    columns = ", ".join(f"{name!r}: {_DUCKDB_TYPES[kind]!r}" for name, kind in CSV_TYPES.items())
    query = (
        f"COPY (FROM read_csv('{bench.csv}', header=true, columns={{{columns}}})) "
        f"TO '{folder}/duckdb.csv' (HEADER)"
    )
    duckdb = [DAY_PYTHON, "-c", f"import duckdb; duckdb.execute({query!r})"]
    for number in range(rounds):
        _read(hard)
        _measure(bench, runs, "csv", "DuckDB, plain", number, duckdb)
        for name, (path, settings) in files.items():
            new_folder(folder / "output")
            area = {"encoding": {"format": "csv"}, "storage": {"root": f"{folder}/output/.scratch"}}
            entry = {"entity": name, "path": str(path), **settings}
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


def _read(path: Path) -> None:
    """Have a file lie in memory."""
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass


def _make_hard(path: Path, rows: int) -> None:
    """Write a file of UUIDs as keys in no order, and timestamps with four time zones."""
    zones = " ".join(f"WHEN {number} THEN '{zone}'" for number, zone in enumerate(_ZONES))
    query = (
        "COPY (SELECT md5(i::VARCHAR)::UUID AS id, strftime(TIMESTAMP '2024-01-01' + INTERVAL (i) "
        f"SECOND, '%Y-%m-%d %H:%M:%S') || CASE i % 4 {zones} END AS happened, "
        "(i * 37 % 10000) / 100.0 AS amount, i % 100 AS quantity "
        f"FROM range({rows}) t(i) ORDER BY hash(i)) TO '{path}' (HEADER)"
    )
    _write_by_duckdb(query, path)


def _make_odd(path: Path, rows: int) -> None:
    """Write a file with dates and decimals as in Europe, JSON, and a bad row in a thousand."""
    query = (
        "COPY (SELECT i AS id, strftime(DATE '2024-01-01' + (i % 366)::INTEGER, '%d.%m.%Y') "
        "AS day, CASE WHEN i % 1000 = 999 THEN 'n/a' "
        "ELSE replace((i % 10000 / 100.0)::VARCHAR, '.', ',') END AS price, "
        "to_json({n: i, tags: ['a', 'b']}) AS note "
        f"FROM range({rows}) t(i) ORDER BY i) TO '{path}' (HEADER, DELIMITER ';')"
    )
    _write_by_duckdb(query, path)


def _write_by_duckdb(query: str, path: Path) -> None:
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
    "ours, plain": ("DuckDB, plain", {"seconds": 0.8}),
    "ours, hard": ("ours, plain", {"seconds": 2.0, "cpu": 2.0}),
    "ours": ("psql, one table after the other", {"seconds": 0.4}),
    "gzip": ("none", {"seconds": 1.1, "cpu": 1.1, "disk_bytes": 0.25}),
    "zstd": ("none", {"seconds": 1.1, "cpu": 1.1, "disk_bytes": 0.25}),
}
"""What is compared with what, and the ratios that are wanted at most."""
_FIGURES = ("seconds", "cpu", "disk_bytes")


def _ratios(runs: Runs) -> list[dict[str, Any]]:
    """Return, for all that was measured, medians and the ratios to what it is compared with."""
    found = []
    for step, what in dict.fromkeys((run["step"], run["what"]) for run in runs):
        mine = [run for run in runs if (run["step"], run["what"]) == (step, what)]
        of, wanted = _COMPARED.get(what, ("", {}))
        base = [run for run in runs if (run["step"], run["what"]) == (step, of)]
        figures = [figure for figure in _FIGURES if all(figure in run for run in mine)]
        row = {
            "step": step, "what": what, "of": of, "wanted": wanted,
            "median": {figure: round(median(mine, figure), 2) for figure in figures},
            "peak_bytes": max(run["peak_bytes"] for run in mine),
        }  # fmt: skip
        if base:
            row["ratio"] = {
                figure: round(
                    statistics.median(
                        _used(a, figure) / _used(b, figure) for a, b in zip(mine, base, strict=True)
                    ),
                    3,
                )
                for figure in figures
            }
        found.append(row)
    return found


def _used(run: dict[str, Any], figure: str) -> float:
    """Return a figure of a run; CPU with the server's."""
    return float(run[figure]) + (run["server_cpu"] if figure == "cpu" else 0)


def _write(size: str, rounds: int, runs: Runs) -> None:
    about = conditions(SIZES[size], rounds)
    about["load_average"] = max(run["load_average"] for run in runs)
    ratios = _ratios(runs)
    lines = [
        "# CSV files, evidence, compressed days",
        "",
        f"Measured by `make bench-steps` on {about['when']}: {about['size']}; servers and clients "
        f"share {about['cores']} cores, load average up to {about['load_average']}. Medians of "
        f"{rounds} rounds, in which all take turns; a ratio is of the same round, that of CPU "
        "with the server's. Peak is that of the largest process. *Hard* is a file with UUIDs as "
        "keys in no order and four time zones, of three times as many bytes. *Odd* is a tenth of "
        "the rows, with decimals and dates as in Europe, JSON, and a bad row in a thousand, which "
        "is set aside. Each round is in [steps.json](steps.json).",
        "",
        "| | | s | CPU s | disk MB | peak MB | of | × s | × CPU | × disk | wanted |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|---:|---|",
    ]  # fmt: skip
    names = {"seconds": "s", "cpu": "CPU", "disk_bytes": "disk"}
    for row in ratios:
        middle, ratio = row["median"], row.get("ratio", {})
        disk = middle.get("disk_bytes")
        cells = [
            row["step"], row["what"], f"{middle['seconds']:.2f}", f"{middle['cpu']:.2f}",
            f"{disk / 1e6:.0f}" if disk else "", f"{row['peak_bytes'] / 1e6:.0f}", row["of"],
            *(f"{ratio[figure]:.2f}" if figure in ratio else "" for figure in _FIGURES),
            ", ".join(f"≤ {most} × {names[figure]}" for figure, most in row["wanted"].items()),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    keep(PAGE, lines, about, runs, ratios)


if __name__ == "__main__":
    sys.exit(main())
