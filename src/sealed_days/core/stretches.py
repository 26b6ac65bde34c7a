"""Stretches of a file: cut where records end, each proven by itself, so they can be read apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SHORTEST = 8 << 20
"""Bytes of a stretch; of a large file more, so that it has a few hundred at most."""
_SHARE = 64


@dataclass(frozen=True)
class Stretch:
    """Where a stretch begins, how many data rows it has, and its sha256 in hex digits."""

    offset: int
    rows: int
    sha256: str


class Stretches:
    """Cuts a file into stretches while it is written."""

    def __init__(self) -> None:
        self._found: list[Stretch] = []
        self._bytes = self._offset = self._rows = 0
        self._hash = hashlib.sha256()

    @property
    def is_due(self) -> bool:
        """Whether a stretch ends at the next end of a record."""
        return self._bytes - self._offset >= max(SHORTEST, self._bytes // _SHARE)

    def write(self, data: bytes | memoryview) -> None:
        """Take the next bytes of the file."""
        self._hash.update(data)
        self._bytes += len(data)

    def end(self, rows: int) -> None:
        """End a stretch here, where a record ends.

        Args:
            rows: data rows of the file so far.
        """
        if self._bytes > self._offset:
            self._found.append(Stretch(self._offset, rows - self._rows, self._hash.hexdigest()))
            self._offset, self._rows, self._hash = self._bytes, rows, hashlib.sha256()

    def all(self, rows: int) -> tuple[Stretch, ...]:
        """Return the stretches of the whole file, none where it is only one.

        Args:
            rows: data rows of the file.
        """
        self.end(rows)
        return tuple(self._found) if len(self._found) > 1 else ()


def as_json(stretches: Iterable[Stretch]) -> list[dict[str, Any]]:
    """Return stretches as messages and manifests carry them."""
    return [vars(stretch) for stretch in stretches]


def of_json(found: Any, rows: int, size: int) -> tuple[Stretch, ...]:
    """Return the stretches that a message or a manifest names, none where it names none.

    Args:
        found: what it says.
        rows: data rows of the whole file.
        size: its bytes.

    Raises:
        ValueError: they are not the whole file.
    """
    if not found:
        return ()
    try:
        stretches = tuple(
            Stretch(int(one["offset"]), int(one["rows"]), str(one["sha256"])) for one in found
        )
    except (TypeError, KeyError):
        raise ValueError("a stretch lacks offset, rows or sha256") from None
    offsets = [stretch.offset for stretch in stretches]
    rises = all(low < high for low, high in zip(offsets, [*offsets[1:], size], strict=True))
    if offsets[0] != 0 or not rises:
        raise ValueError("its stretches do not follow each other")
    if sum(stretch.rows for stretch in stretches) != rows:
        raise ValueError(f"its stretches have other rows than {rows:,}")
    return stretches
