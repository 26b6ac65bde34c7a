"""What one publication changes, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sealed_days.core.errors import WarehouseError
from sealed_days.target_postgres.load_table import CopiedTable
from sealed_days.target_postgres.registry import DayTable


class TableError(WarehouseError):
    """One table cannot be published."""

    def __init__(self, table: str, message: str) -> None:
        super().__init__(message)
        self.table = table


@dataclass(frozen=True)
class SourceDay:
    """What a load says of one source.

    `others` are the tables that it has and the day does not, None where it did not say.
    """

    project: str
    source: str
    others: frozenset[str] | None = None


@dataclass(frozen=True)
class Held:
    """A table of a load that is not published, and why: the table keeps its last good day."""

    row: DayTable
    why: str


@dataclass(frozen=True)
class Revision:
    """One change of the warehouse.

    `added` are copied tables of `day`; each replaces what the day had of that table. `removed`
    goes besides: forgotten, or with `is_prune` remembered. `held` are tables of the load that are
    not published, with the reason. `may_remove` is asked for a table of the day that its
    source no longer has.
    """

    day: date
    added: list[CopiedTable] = field(default_factory=list)
    removed: list[DayTable] = field(default_factory=list)
    sources: list[SourceDay] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    is_prune: bool = False
    may_remove: Callable[[DayTable], bool] = lambda row: False

    @property
    def tables(self) -> set[str]:
        """The tables that it adds or removes a day of."""
        added = {done.table.name for done in self.added}
        return added | {row.table_name for row in self.removed}
