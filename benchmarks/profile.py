"""Where our own time goes: the phases of a full job by its log, and its processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from benchmarks.measure import Measured

_LINE = re.compile(r"^(\d{4}-\d\d-\d\dT[\d:.]+Z) \[.*?\] (\S+)\s+(.*)")
_OWN_SECONDS = re.compile(r"\bin ([\d.]+) s\b")

# (who says it, what it says, what has ended with it, what of that the line itself times)
_MARKS = (
    ("meltano", r"Running job", "Meltano starts", ""),
    ("tap-postgres", r"copied in", "tap and target start, COPY out", "COPY out"),
    ("target-csv--from-postgres", r"is sealed", "proof, fsync, seal", ""),
    ("meltano", r"Block run completed", "block ends", ""),
    ("tap-csv--from-csv", r"checked and", "tap and target start, CSV checked and copied", "check"),
    ("target-csv--order-details", r"is sealed", "proof, fsync, seal", ""),
    ("meltano", r"Block run completed", "block ends", ""),
    ("target-postgres", r"table +rows", "tap and target start, load, keys, publish", ""),
    ("target-postgres", r"is loaded", "closing report", "load"),
    ("meltano", r"Block run completed", "block ends", ""),
    ("day", r"rows in", "evidence: start and queries", ""),
)


@dataclass(frozen=True)
class Phase:
    """A stretch of a run. `own` is what the step itself timed of it, 0 where it did not."""

    what: str
    seconds: float
    own: float = 0.0
    own_what: str = ""


def phases(run: Measured) -> list[Phase]:
    """Return the phases of a full job, in order; what is not in the log is left out."""
    last = run.began
    found = []
    lines = _lines(run)
    for who, says, what, own_what in _MARKS:
        for at, speaker, text in lines:
            if speaker == who and re.search(says, text):
                own = _OWN_SECONDS.search(text)
                seconds = float(own[1]) if own and own_what else 0.0
                found.append(Phase(what, at - last, seconds, own_what))
                last = at
                break
    found.append(Phase("Meltano ends", run.began + run.seconds - last))
    return found


def _lines(run: Measured) -> Iterator[tuple[float, str, str]]:
    for line in run.log.read_text(errors="replace").splitlines():
        if match := _LINE.match(line):
            at = datetime.fromisoformat(match[1]).timestamp()
            yield at, match[2], match[3]


def markdown(size: str, run: Measured) -> list[str]:
    """Return the two tables of a run."""
    lines = [
        f"One full job at {size}, {run.seconds:.2f} s:",
        "",
        "| phase | s | of it, timed by the step itself |",
        "|---|---:|---|",
    ]
    for phase in phases(run):
        own = f"{phase.own_what} {phase.own:.1f} s" if phase.own_what else ""
        lines.append(f"| {phase.what} | {phase.seconds:.2f} | {own} |")
    lines += [
        "",
        "| process | from s | to s | CPU s | peak MB |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {p.name} | {p.began:.2f} | {p.ended:.2f} | {p.cpu:.2f} | {p.peak / 1e6:.0f} |"
        for p in run.processes
        if p.ended - p.began > 0.05
    ]
    return [*lines, ""]
