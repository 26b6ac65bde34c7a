"""`make bench`: runs the contestants in turn and writes benchmarks/results.md."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(REPOSITORY)]

import psycopg2  # noqa: E402

from benchmarks import checks, last, report, step_contestants  # noqa: E402
from benchmarks.contestants import PEERS, Contestant, contestants  # noqa: E402
from benchmarks.measure import measure  # noqa: E402
from benchmarks.report import NOTHING, Result, Results  # noqa: E402
from benchmarks.step_data import MANY, STEPS  # noqa: E402
from benchmarks.work import SIZES, WORK, Bench, BenchError, Size  # noqa: E402

RESULTS = REPOSITORY / "benchmarks" / "results.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; returns the exit code."""
    for variable in list(os.environ):
        # a .env that was read into this shell names databases that are not ours to measure
        if variable.startswith(("TAP_", "TARGET_", "EMBEDDED_", "MELTANO_", "DATE")):
            del os.environ[variable]
    options = _parser().parse_args(arguments)
    known = [contestant for size in SIZES.values() for contestant in _all(size)]
    if wrong := set(options.only or ()) - {c.name for c in known}:
        print(f"no such contestant: {', '.join(sorted(wrong))}", file=sys.stderr)
        return 2
    results = Results()
    problems = 0
    try:
        for name, size in SIZES.items():
            if name in options.size:
                chosen = [c for c in _all(size) if not options.only or c.name in options.only]
                try:
                    _run_size(size, chosen, options, results)
                except (BenchError, psycopg2.Error, OSError) as error:
                    problems += 1
                    text = " ".join(str(error).split())
                    results.skipped.append(f"{name}: {text}")
                    print(f"benchmarks: {name}: {text}", file=sys.stderr)
            elif (kept := _kept(name)).exists():
                # a size that this call leaves out keeps its place in the table
                with contextlib.suppress(Exception):  # of an older version of this code
                    results.add(Results.load(kept))
    except KeyboardInterrupt:
        print("interrupted: the results so far follow", file=sys.stderr)
    machine = options.output.with_suffix(".json")
    before, now = last.read(machine), last.document(results)
    text = report.markdown(results, last.section(before, now))
    options.output.write_text(text)
    machine.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n")
    print(text)
    failed = [r for rows in results.sizes.values() for r in rows.values() if r.failed]
    return 1 if failed or problems else 0


def _all(size: Size) -> list[Contestant]:
    return step_contestants.contestants(size.kind) if size.kind in STEPS else contestants()


def say(line: str) -> None:
    """Say how far it is."""
    print(line, file=sys.stderr, flush=True)


def _kept(size: str) -> Path:
    """Return where the results of a size lie for the calls after this one."""
    return WORK / size / "results.pickle"


def _run_size(
    size: Size, chosen: Sequence[Contestant], options: argparse.Namespace, into: Results
) -> None:
    bench = Bench(size, say)
    results = Results()
    results.says[size.name] = size
    if options.only:
        results.skipped.append(f"{size.name}: only {', '.join(options.only)} were asked for")
    rows = results.sizes.setdefault(size.name, {})
    bench.up()
    try:
        for contestant in chosen:
            try:
                contestant.prepare(bench)
            except BenchError as error:
                results.skipped.append(f"{contestant.title}, {size.name}: {error}")
                say(f"{size.name}: skipped: {contestant.title}: {error}")
                continue
            rows[contestant.name] = Result(contestant)
        for number in range(options.runs):
            for result in rows.values():
                is_peer = result.contestant.name in PEERS
                slow = is_peer and any(r.seconds > options.patience for r in result.runs.values())
                if not slow and not result.failed:
                    _run_one(bench, result, number)
        if size.scale == 1 and not options.times_only:
            for name, result in rows.items():
                if name != NOTHING and not result.failed:
                    say(f"{size.name}: what {name} loses")
                    results.behaviours[name] = checks.behaviour(bench, result.contestant)
    finally:
        results.save(_kept(size.name))
        into.add(results)
        bench.down()


def _run_one(bench: Bench, result: Result, number: int) -> None:
    contestant = result.contestant
    contestant.reset(bench)
    bench.rest()
    command, env = contestant.command(bench)
    log = bench.root / "logs" / f"{contestant.name} {number + 1}.log"
    used = bench.server_cpu()
    run = measure(command, bench.root, env, log)
    run.server_cpu = bench.server_cpu() - used
    if run.code:
        result.failed = f"failed with exit code {run.code}"
        say(f"{bench.size.name}: {contestant.name} {result.failed}, see {log}\n{run.tail()}")
        return
    result.runs[number] = run
    lost = ""
    if contestant.schemas and result.losses is None and bench.size.kind not in MANY:
        result.losses = checks.look(bench, contestant)
        lost = f"; lost: {report.short(result.losses)}"
    contestant.reset(bench)  # or autovacuum would tend its tables while another is measured
    peak = f"{run.largest.peak / 1e6:.0f} MB ({run.largest.name})"
    say(
        f"{bench.size.name}: {contestant.name} {number + 1}: {run.seconds:.2f} s, "
        f"CPU {run.cpu:.1f} s, server {run.server_cpu:.1f} s, {peak}{lost}"
    )


def _parser() -> argparse.ArgumentParser:
    names = ", ".join(dict.fromkeys(c.name for size in SIZES.values() for c in _all(size)))
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "--size", nargs="+", choices=list(SIZES), default=["northwind", "2m"], metavar="SIZE",
        help=f"{', '.join(SIZES)} (default: northwind 2m)",
    )  # fmt: skip
    parser.add_argument(
        "--runs", type=int, default=5, metavar="N", help="rounds for each size (default: 5)"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of: {names}")
    parser.add_argument(
        "--patience", type=float, default=30, metavar="SECONDS",
        help="who takes longer and is none of ours or psql's is run once (default: 30)",
    )  # fmt: skip
    parser.add_argument(
        "--times-only", action="store_true", help="do not look at what each loses on Northwind"
    )
    parser.add_argument(
        "--output", type=Path, default=RESULTS, metavar="FILE",
        help="where the results go (default: benchmarks/results.md)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
