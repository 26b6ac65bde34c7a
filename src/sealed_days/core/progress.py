"""Progress lines: one per table, some during a long one, and a table at the end."""

from __future__ import annotations

from collections.abc import Sequence

EVERY_SECONDS = 5.0
"""How often a long step logs its progress."""


def size(count: float) -> str:
    """Return a number of bytes for people: `239.1 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.0f} B" if unit == "B" else f"{count:,.1f} {unit}"


def table_line(table: str, rows: int, bytes_: int, seconds: float) -> str:
    """Return the line for a finished table."""
    speed = f", {bytes_ / seconds / 1e6:.0f} MB/s" if seconds >= 1 else ""
    return f"{table}: {rows:,} rows, {size(bytes_)} in {seconds:.1f} s{speed}"


def share_line(table: str, done: int, expected: int, seconds: float) -> str:
    """Return the progress line of a table that is not finished.

    Args:
        table: its name.
        done: bytes so far.
        expected: bytes in all, as far as known; 0 where not.
        seconds: since it began.
    """
    share = f" of about {size(expected)} ({min(99, 100 * done // expected)} %)" if expected else ""
    return f"{table}: {size(done)}{share}, {done / max(seconds, 0.001) / 1e6:.0f} MB/s so far"


def closing_table(rows: Sequence[tuple[str, int, int, float]]) -> list[str]:
    """Return the lines of a table of (table, rows, bytes, seconds), the total last."""
    total = ("total", sum(r[1] for r in rows), sum(r[2] for r in rows), 0.0)
    width = max(5, *(len(r[0]) for r in rows)) if rows else 5
    lines = [f"{'table':<{width}} {'rows':>15} {'size':>10} {'seconds':>8}"]
    for name, count, bytes_, seconds in rows:
        lines.append(f"{name:<{width}} {count:>15,} {size(bytes_):>10} {seconds:>8.1f}")
    lines.append(f"{total[0]:<{width}} {total[1]:>15,} {size(total[2]):>10} {'':>8}")
    return lines
