"""`make bench-store`: each step with days in a folder and on an object store, in turn.

Writes benchmarks/store.json and benchmarks/store.md. The S3 server is on the same cores: what it
takes is measured apart, from its own process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import DAY, JOBS, Ours
from benchmarks.measure import measure
from benchmarks.report import Runs, conditions, keep, median
from benchmarks.run import say
from benchmarks.work import BIN, REPOSITORY, SIZES, Bench
from embedded_store.server import Store

PAGE = REPOSITORY / "benchmarks" / "store.md"
PLACES = ("folder", "store")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the steps in turn; return the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.store", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="2m")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    options = parser.parse_args(arguments)
    bench = Bench(SIZES[options.size], say)
    store = Store(REPOSITORY / ".seaweedfs" / "venv" / "bin" / "weed", bench.root / "seaweedfs")
    ours = Ours("ours", "ours", JOBS)
    runs: Runs = []
    bench.up()
    try:
        store.up()
        for number in range(options.runs):
            for place in PLACES:
                ours.reset(bench)
                for step in JOBS:
                    bench.rest()
                    runs.append(_run(bench, store, place, step, number))
                    say(f"{options.size}: {runs[-1]}")
    finally:
        store.down()
        bench.down()
    bad = [run for run in runs if run["code"]]
    if not bad:
        _write(options.size, runs)
    return 1 if bad else 0


def _run(bench: Bench, store: Store, place: str, step: str, number: int) -> dict[str, Any]:
    env = bench.env(DATE=DAY.isoformat())
    if place == "store":
        env |= store.variables | {"STAGE_ROOT": f"s3://days/{os.getpid()}-{number}"}
    before = _cpu(store)
    log = bench.root / "logs" / f"{place} {step} {number}.log"
    done = measure([BIN / "meltano", "run", "--no-install", step], bench.root, env, log)
    return {
        "place": place, "step": step, "round": number, "code": done.code,
        "seconds": round(done.seconds, 2), "client_cpu": round(done.cpu, 2),
        "server_cpu": round(_cpu(store) - before, 2), "peak_bytes": done.largest.peak,
    }  # fmt: skip


def _cpu(store: Store) -> float:
    """Return the CPU seconds that the S3 server has used so far."""
    process = int((store.folder / "pid").read_text())
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _write(size: str, runs: Runs) -> None:
    about = conditions(SIZES[size], len({run["round"] for run in runs}))
    lines = [
        "# Days on an object store, compared with a folder",
        "",
        f"Measured by `make bench-store` on {about['when']}: {about['size']}; PostgreSQL, "
        f"SeaweedFS and the pipeline share {about['cores']} cores (load average of 15 "
        f"minutes: {about['load_average_15_minutes']}). "
        f"Medians of {about['rounds']} rounds, in which folder and store take turns; the ratio is "
        "of the same round. CPU seconds are of our processes and of the S3 server alone; each "
        "round is in [store.json](store.json).",
        "",
        "| step | folder s | store s | ratio | our CPU, folder | our CPU, store | server's CPU |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for step in JOBS:
        folder, there = ([r for r in runs if (r["place"], r["step"]) == (p, step)] for p in PLACES)
        ratios = [b["seconds"] / a["seconds"] for a, b in zip(folder, there, strict=True)]
        cells = [
            median(folder, "seconds"), median(there, "seconds"), statistics.median(ratios),
            median(folder, "client_cpu"), median(there, "client_cpu"),
            median(there, "server_cpu"),
        ]  # fmt: skip
        lines.append(f"| `{step}` | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    keep(PAGE, lines, about, runs)


if __name__ == "__main__":
    sys.exit(main())
