"""An attempt at a day on an object store: files that nobody else writes, and that never change."""

from __future__ import annotations

import secrets
from datetime import date

from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.layout import safe_name
from sealed_days.store.object_file import object_file, store_at
from sealed_days.store.object_sink import ObjectSink


class AttemptFile(ObjectSink):
    """A file of an attempt, uploaded while it is written."""

    folder: str

    def proven(self, rows: int) -> ProvenFile:
        """Return the closed file with what proves it."""
        pieces = [(key.rpartition("/")[2], size) for key, size in self.pieces]
        return ProvenFile(object_file(self.folder, pieces), rows, self.bytes, self.sha256)


class ObjectAttempt:
    """The folder of one attempt.

    Args:
        root: the store's URL.
        source: whose day it is.
        day: DATE.

    Raises:
        ConfigurationError: a setting of the store is missing.
    """

    def __init__(self, root: str, source: str, day: date) -> None:
        self.root = root.rstrip("/")
        self.key = f"{source}/{day.isoformat()}/{secrets.token_hex(8)}"
        self.store = store_at(self.root)

    @property
    def url(self) -> str:
        """The folder's URL."""
        return f"{self.root}/{self.key}"

    def file(self, name: str, expected: int = 0, suffix: str = ".csv") -> AttemptFile:
        """Begin a file.

        Args:
            name: the table's name.
            expected: roughly how many bytes it will have.
            suffix: `.csv`, or `.rejects.csv` for the rows that were set aside.
        """
        key = f"{self.key}/{safe_name(name)}{suffix}"
        file = AttemptFile(self.store.client, self.root, key, expected)
        file.folder = self.url
        return file
