"""What one publication does: the locks that it needs, then its statements."""

from __future__ import annotations

from dataclasses import dataclass, field

from sealed_days.core.sql import qualified


@dataclass
class Lock:
    """A lock that publishing needs on something people read."""

    schema: str
    name: str
    statement: str


@dataclass
class Plan:
    """What one publication does: locks first, then all statements in one go."""

    locks: list[Lock] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def lock(self, schema: str, name: str, mode: str, only: str = "ONLY ") -> None:
        """Need a lock on a table."""
        statement = f"LOCK TABLE {only}{qualified(schema, name)} IN {mode} MODE"
        self.locks.append(Lock(schema, name, statement))
