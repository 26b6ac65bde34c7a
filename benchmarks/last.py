"""The results as JSON, and what changed since the last ones beyond the noise."""

from __future__ import annotations

import json
import statistics
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.report import Results
from benchmarks.work import REPOSITORY

_LEAST = 0.05
"""A median that moved by less is called the same, however narrow the spread."""


def document(results: Results) -> dict[str, Any]:
    """Return what was measured: seconds, CPU seconds, bytes, each by round."""
    git = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    sizes: dict[str, Any] = {}
    for size, rows in results.sizes.items():
        sizes[size] = {
            name: {
                "title": result.contestant.title,
                "seconds": [round(run.seconds, 3) for run in result.runs.values()],
                "client_cpu_seconds": [round(run.cpu, 2) for run in result.runs.values()],
                "server_cpu_seconds": [round(run.server_cpu, 2) for run in result.runs.values()],
                "peak_bytes": [run.largest.peak for run in result.runs.values()],
                "failed": result.failed,
            }
            for name, result in rows.items()
        }
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git.stdout.strip(),
        "sizes": sizes,
        "not_run": results.skipped,
    }


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return a line for each contestant whose time changed beyond the noise.

    Beyond it: every round of one is slower than every round of the other, and the medians
    differ by 5 % at least.
    """
    lines = []
    for size, rows in now["sizes"].items():
        for name, found in rows.items():
            old = before.get("sizes", {}).get(size, {}).get(name, {}).get("seconds")
            new = found["seconds"]
            if not old or not new:
                continue
            ratio = statistics.median(new) / statistics.median(old)
            apart = min(new) > max(old) or max(new) < min(old)
            if apart and abs(ratio - 1) >= _LEAST:
                lines.append(
                    f"- {size}, {found['title']}: {statistics.median(old):.2f} s → "
                    f"{statistics.median(new):.2f} s, × {ratio:.2f}"
                )
    return lines


def section(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return the report's section on what changed."""
    if not before.get("sizes"):
        return []
    found = changes(before, now) or ["Nothing changed beyond the noise."]
    since = f"{before['measured_at'][:10]}, commit {before.get('commit') or 'unknown'}"
    return [f"## Since the last results ({since})", "", *found, ""]


def read(path: Path) -> dict[str, Any]:
    """Return the last results, none where there are none that can be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found
