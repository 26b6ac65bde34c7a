"""tap-csv's settings: the users' files, or the staged days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sealed_days.core import messages
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.meltano_yml import jobs_of_project, stage_root, stage_url
from sealed_days.core.settings import Character, Group, Name
from sealed_days.core.singer_settings import Batch, SdkSettings

OnBadRow = Literal["fail", "quarantine"]
Limit = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(pattern="^[0-9]+([.][0-9]+)?%?$")]
"""A number of rows, or a share of them: `5%`."""
Duration = Annotated[str, Meta(pattern="^[0-9]+([.][0-9]+)? ?(s|m|h|d)$")]
Beside = Annotated[Name, Meta(pattern="^[^/]+$")]
"""A file beside the data: its ending (`.done`: orders.csv.done, orders.done) or its name."""


class Column(Group, kw_only=True, frozen=True):
    """One column: its type, and how its values are written in the file."""

    type: Annotated[Name, Meta(description="PostgreSQL type.")] = "text"
    decimal: Annotated[Literal[".", ","] | None, Meta(description="Decimal separator.")] = None
    thousands: Annotated[
        Character | None, Meta(description="Separator between groups of three digits.")
    ] = None
    format: Annotated[
        Name | None,
        Meta(
            description="How dates and times are written: strptime's, or epoch_s, epoch_ms, "
            "epoch_us (timestamps)."
        ),
    ] = None
    true_values: Annotated[list[str], Meta(description="Texts for true.")] = msgspec.field(
        default_factory=list
    )
    false_values: Annotated[list[str], Meta(description="Texts for false.")] = msgspec.field(
        default_factory=list
    )
    round: Annotated[
        bool | None,
        Meta(
            description="Digits that the type does not hold are rounded in the sealed file, as "
            "PostgreSQL rounds them; else such a value is a bad row."
        ),
    ] = None


class File(Group, kw_only=True, frozen=True):
    """One table: where its files are, and how they are written."""

    entity: Annotated[Name, Meta(description="The table's name.")]
    path: Annotated[
        Name,
        Meta(
            description="A file, a folder (its CSV files by name), a glob, or a URL (https, s3, "
            "gs, az). {date} is DATE, {date:%Y%m%d} DATE by strftime. Several files become one "
            "table, their columns matched by name. .gz, .zip, .zst, .bz2 and .xz are unpacked."
        ),
    ]
    keys: Annotated[list[Name], Meta(description="Key columns: never NULL, and each key once.")] = (
        msgspec.field(default_factory=list)
    )
    types: Annotated[
        dict[str, Name | Column],
        Meta(
            description="Column -> PostgreSQL type, or a mapping with `type` and how the values "
            "are written; the others are text."
        ),
    ] = msgspec.field(default_factory=dict)
    header: Annotated[bool, Meta(description="Whether the first line has the columns' names.")] = (
        True
    )
    columns: Annotated[
        list[Name] | dict[str, Name | None],
        Meta(
            description="A list: the columns' names by position, whatever the header says. A "
            "mapping: name in the header, or #3 for the third column -> name in the table; null "
            "leaves the column out."
        ),
    ] = msgspec.field(default_factory=dict)
    optional: Annotated[
        list[Name], Meta(description="Columns that a file may lack: they are NULL then.")
    ] = msgspec.field(default_factory=list)
    delimiter: Annotated[
        Character, Meta(description="One ASCII character. A first line `sep=;` changes it.")
    ] = ","
    quotechar: Annotated[Character, Meta(description="One ASCII character.")] = '"'
    escapechar: Annotated[
        Character | None,
        Meta(description="Makes the next quote or escapechar in quotes a literal one."),
    ] = None
    doublequote: Annotated[bool, Meta(description="A doubled quote in quotes is one quote.")] = True
    skipinitialspace: Annotated[
        bool, Meta(description="Spaces after a delimiter are no part of the value.")
    ] = False
    strict: Annotated[
        bool,
        Meta(
            description="A quote inside an unquoted value is a bad row; false: it is a part of "
            "the value."
        ),
    ] = True
    trim: Annotated[
        bool, Meta(description="Blanks around names and values are no part of them.")
    ] = False
    encoding: Annotated[Name, Meta(description="Any of Python's.")] = "utf-8"
    skip_lines: Annotated[
        int, Meta(ge=0, le=10_000, description="Lines before the header to pass over.")
    ] = 0
    skip_footer: Annotated[
        int, Meta(ge=0, le=10_000, description="Records at the end to pass over (totals, say).")
    ] = 0
    comment: Annotated[
        Character | None, Meta(description="Lines that begin with it are passed over.")
    ] = None
    null_values: Annotated[
        list[str] | dict[str, list[str]],
        Meta(
            description="Texts that mean NULL when unquoted: a list, or a mapping of columns to "
            "lists (`*`: all others)."
        ),
    ] = msgspec.field(default_factory=lambda: [""])
    quoted_nulls: Annotated[
        bool, Meta(description="Texts of null_values mean NULL in quotes, too.")
    ] = False
    decimal: Annotated[
        Literal[".", ","], Meta(description="Decimal separator of all number columns.")
    ] = "."
    thousands: Annotated[
        Character | None, Meta(description="Separator of thousands of all number columns.")
    ] = None
    date_format: Annotated[
        Name | None, Meta(description="Format of all date columns: %d/%m/%Y.")
    ] = None
    timestamp_format: Annotated[
        Name | None, Meta(description="Format of all timestamp columns: %d/%m/%Y %H:%M.")
    ] = None
    true_values: Annotated[
        list[str], Meta(description="Texts for true in all boolean columns.")
    ] = msgspec.field(default_factory=list)
    false_values: Annotated[
        list[str], Meta(description="Texts for false in all boolean columns.")
    ] = msgspec.field(default_factory=list)
    round: Annotated[bool, Meta(description="Round in all columns: see types.*.round.")] = False
    on_bad_row: Annotated[
        OnBadRow | None, Meta(description="As the setting of that name, for this table.")
    ] = None
    max_bad_rows: Annotated[
        Limit | None, Meta(description="As the setting of that name, for this table.")
    ] = None
    max_field_bytes: Annotated[
        int,
        Meta(
            ge=1 << 10,
            le=256 << 20,
            description="The longest record, in bytes: a quote that is still open then is an "
            "error.",
        ),
    ] = 16 << 20
    empty_files: Annotated[
        Literal["fail", "skip"], Meta(description="What to do about a file of 0 bytes.")
    ] = "fail"
    max_age: Annotated[
        Duration | None,
        Meta(description="A file that was last changed longer ago is refused: 36h, 2d."),
    ] = None
    stable_for: Annotated[
        Duration | None,
        Meta(
            description="A file that was changed more recently is refused: 60s. Its writer may "
            "not have ended."
        ),
    ] = None
    done_marker: Annotated[
        Beside | None,
        Meta(
            description="A file beside the data that must be there: an ending (.done) or a name "
            "(_SUCCESS)."
        ),
    ] = None
    count_file: Annotated[
        Beside | None,
        Meta(description="A file beside the data with its number of rows: .count."),
    ] = None
    checksum_file: Annotated[
        Beside | None,
        Meta(
            description="A file beside the data with its checksum as md5sum, sha1sum, sha256sum "
            "or sha512sum write it: .sha256."
        ),
    ] = None


class Settings(SdkSettings, kw_only=True, frozen=True):
    """The settings of tap-csv: users' files (`files`), or staged days (`staged_path`)."""

    files: Annotated[list[File], Meta(description="The CSV files to read.")] = msgspec.field(
        default_factory=list
    )
    csv_files_definition: Annotated[
        Name | None, Meta(description="Path of a JSON file with an array like `files`.")
    ] = None
    add_metadata_columns: Annotated[
        bool,
        Meta(
            description="Add _sdc_source_file, _sdc_source_file_mtime and _sdc_source_lineno "
            "(the physical line) to every row."
        ),
    ] = False
    on_bad_row: Annotated[
        OnBadRow,
        Meta(
            description="fail: nothing is taken. quarantine: the day goes on without the bad "
            "rows, which stand in rejects.csv."
        ),
    ] = "fail"
    max_bad_rows: Annotated[
        Limit,
        Meta(
            description="quarantine: more bad rows than this fail the day after all. A number, "
            "or a share of a table's rows."
        ),
    ] = "50%"
    staged_path: Annotated[
        Name | None,
        Meta(
            description="Folder of the staged days: pass those of DATE to the target. Instead "
            "of files."
        ),
    ] = None
    sources: Annotated[
        dict[str, Name],
        Meta(
            description="With staged_path: source -> the job that stages it. Default: those of "
            "the pipeline in meltano.yml."
        ),
    ] = msgspec.field(default_factory=dict)
    batch_config: Batch = None

    @property
    def reads_users_files(self) -> bool:
        """Which of its two roles the settings give the tap: users' files, or staged days.

        Raises:
            ConfigurationError: they name neither or both.
        """
        own = bool(self.files or self.csv_files_definition)
        if own == bool(self.staged_path):
            msg = (
                "tap-csv reads either CSV files (files or csv_files_definition) or staged days "
                f"(staged_path): set one of them in meltano.yml, not {'both' if own else 'none'}"
            )
            raise ConfigurationError(msg)
        return own

    @property
    def scratch_area(self) -> Path:
        """The folder for scratch files that batch_config names.

        Raises:
            UserError: it is not set, or not local.
        """
        root = self.batch_config.storage.root if self.batch_config else ""
        return messages.scratch_area({"storage": {"root": root}})

    @property
    def staged_root(self) -> Path | str:
        """The folder of the staged days."""
        return stage_url() or stage_root(str(self.staged_path))

    @property
    def jobs(self) -> dict[str, str]:
        """Return source -> the job that stages it: `sources`, else the pipeline's."""
        return self.sources or jobs_of_project()

    def all_files(self) -> list[File]:
        """Return the entries of `files`, then those of the file `csv_files_definition`.

        Raises:
            ConfigurationError: that file cannot be read, or an entry of it is wrong.
        """
        if self.csv_files_definition is None:
            return self.files
        path = self.csv_files_definition
        try:
            entries = json.loads(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            msg = f"csv_files_definition {path} cannot be read: {error}"
            raise ConfigurationError(msg) from None
        if not isinstance(entries, list):
            msg = f"csv_files_definition {path} is not a JSON array of entries like `files`"
            raise ConfigurationError(msg)
        try:
            more = Settings.parse({"files": entries}, "tap-csv").files
        except ConfigurationError as error:
            msg = f"csv_files_definition {path}: {error}"
            raise ConfigurationError(msg) from None
        return [*self.files, *more]
