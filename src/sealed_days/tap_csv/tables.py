"""A table to read: its columns, and its files as they were at the first look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sealed_days.core.errors import SourceError
from sealed_days.tap_csv.conversions import Written
from sealed_days.tap_csv.limits import WIDEST_ROW, row_width

METADATA_COLUMNS = (
    ("_sdc_source_file", "text"),
    ("_sdc_source_file_mtime", "timestamp with time zone"),
    ("_sdc_source_lineno", "bigint"),
)


@dataclass(frozen=True)
class Format:
    """How a file is written. `escape` is what makes a quote part of a quoted value."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    doublequote: bool = True
    skip_initial_space: bool = False
    encoding: str = "utf-8"
    strict: bool = True
    trim: bool = False
    comment: str | None = None
    skip_footer: int = 0
    quoted_nulls: bool = False
    longest: int = 16 << 20

    @property
    def is_plain(self) -> bool:
        """Whether quotes are doubled in quotes and nothing else needs reading twice."""
        return (
            self.escape is None
            and self.doublequote
            and not self.skip_initial_space
            and not self.trim
            and self.comment is None
            and not self.skip_footer
        )


@dataclass(frozen=True)
class Source:
    """One file as it was when it was first looked at.

    `name` is what messages and metadata call it, `path` where it lies. `header_lines` are
    physical lines, all that come before the rows. `order` has, for each column of the table, its
    place in this file's records of `width` values; None where the file lacks it.
    """

    name: str
    path: Path
    header_lines: int
    size: int
    mtime_ns: int
    delimiter: str
    width: int
    order: tuple[int | None, ...]
    expected_rows: int | None = None

    @property
    def mtime(self) -> str:
        """When the file was last changed, as a timestamptz."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC).isoformat(" ")

    def assert_unchanged(self) -> None:
        """Check that nobody has written the file since.

        Raises:
            SourceError: its size or modification time differs.
        """
        try:
            now = self.path.stat()
        except OSError:
            now = None
        if now is None or (now.st_size, now.st_mtime_ns) != (self.size, self.mtime_ns):
            msg = f"{self.name} changed while it was read: run again when it is complete"
            raise SourceError(msg)


@dataclass(frozen=True)
class CsvTable:
    """One stream: files whose columns have the same names, read one after the other.

    `columns`, `types` (PostgreSQL's), `written` and `nulls` are in the first file's order;
    `kept` are the indexes of the columns that leave the tap. `own_header` says that the first
    file's header stands as the table's, as it is. `not_selected` are the tables that this run
    leaves out.
    """

    entity: str
    sources: tuple[Source, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    written: tuple[Written, ...]
    nulls: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...]
    kept: tuple[int, ...]
    format: Format
    own_header: bool
    metadata: bool
    quarantine: bool
    max_bad_rows: str
    not_selected: tuple[str, ...] = ()

    @property
    def all_columns(self) -> tuple[tuple[str, str], ...]:
        """(name, PostgreSQL type) of each column that is kept, metadata columns included."""
        own = tuple((self.columns[index], self.types[index]) for index in self.kept)
        return own + METADATA_COLUMNS if self.metadata else own

    @property
    def null_values(self) -> tuple[str, ...]:
        """The texts that mean NULL in every column of a plain table."""
        return self.nulls[0]

    @property
    def is_plain(self) -> bool:
        """Whether Arrow and DuckDB read the files as the exact reader would."""
        whole = tuple(range(len(self.columns)))
        return (
            self.format.is_plain
            and len(set(self.nulls)) == 1
            and bool(self.nulls[0])
            and row_width([self.types[index] for index in self.kept]) <= WIDEST_ROW
            # a blank line is a value where there is one column, which DuckDB passes over
            and (len(whole) > 1 or self.nulls[0] == ("",))
            and all(
                source.order == whole
                and source.width == len(whole)
                and source.delimiter == self.format.delimiter
                for source in self.sources
            )
        )
