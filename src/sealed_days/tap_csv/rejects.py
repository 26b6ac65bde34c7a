"""Refused rows: all of them in a file, the first ones in the log."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from sealed_days.core.dialect import format_row

SHOWN = 20
_REFUSED = re.compile(r"column (.+): '([^']*)' is not ")
_NO_VALUE = {"na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", "\\n", "."}
COLUMNS = ("file", "line", "column", "reason", "text")


class Rejects:
    """Writes refused rows to a CSV file in our dialect: `text` is the row as it stands.

    Args:
        sources: the names of the table's files.
        target: the file to write.
    """

    def __init__(self, sources: Sequence[str], target: Path) -> None:
        self.path = target
        self.rows = 0
        self._sources = sources
        self._first: list[tuple[int, int, str]] = []
        self._out = target.open("w", encoding="utf-8", newline="")
        self._out.write(format_row(COLUMNS))

    def add(self, source: int, line: int, column: str, reason: str, text: str) -> None:
        """Count a row. `column` is empty where the row as a whole is wrong."""
        path = self._sources[source]
        self.rows += 1
        self._out.write(format_row([path, str(line), column, reason, text]))
        self._first.append((source, line, reason))
        if len(self._first) > 50 * SHOWN:
            self._first = sorted(self._first)[:SHOWN]

    def close(self) -> None:
        """Complete the file."""
        self._out.close()

    def lines(self) -> list[str]:
        """Return one line for each of the first rows, and how many more there are."""
        lines = [
            f"{self._sources[source]} line {line}{'' if reason.startswith('column ') else ':'} "
            f"{reason}".replace(f"line {line} column ", f"line {line}, column ")
            for source, line, reason in sorted(self._first)[:SHOWN]
        ]
        if self.rows > SHOWN:
            lines.append(f"… and {self.rows - SHOWN:,} more")
        return lines

    def advice(self) -> str:
        """Return what to set where the first values are words for no value, else ""."""
        words: dict[str, set[str]] = {}
        for *_, reason in self._first:
            found = _REFUSED.match(reason)
            if found and found[2].strip().lower() in _NO_VALUE:
                words.setdefault(found[1], set()).add(found[2])
        if not words:
            return ""
        lists = {column: ["", *sorted(texts)] for column, texts in sorted(words.items())}
        shown = json.dumps(lists, ensure_ascii=False)
        return f"if that means no value, set null_values: {shown} in meltano.yml; else "

    def is_too_many(self, limit: str, taken: int) -> bool:
        """Return whether more rows were refused than a limit allows.

        Args:
            limit: a number of rows, or a share of them such as `5%`.
            taken: the rows that were not refused.
        """
        if limit.endswith("%"):
            return self.rows > float(limit[:-1]) / 100 * (self.rows + taken)
        return self.rows > float(limit)
