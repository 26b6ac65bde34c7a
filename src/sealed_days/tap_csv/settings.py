"""tap-csv's settings: the users' files, or the staged days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sealed_days.core import messages
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.settings import Character, Group, Name
from sealed_days.core.singer_settings import Batch, SdkSettings

OnBadRow = Literal["fail", "quarantine"]


class File(Group, kw_only=True, frozen=True):
    """One table: where its files are, and how they are written."""

    entity: Annotated[Name, Meta(description="The table's name.")]
    path: Annotated[
        Name,
        Meta(
            description="A file, a folder (its *.csv files by name) or a glob; files with the "
            "same header become one table."
        ),
    ]
    keys: Annotated[list[Name], Meta(description="Key columns: never NULL, and each key once.")] = (
        msgspec.field(default_factory=list)
    )
    types: Annotated[
        dict[str, Name], Meta(description="Column -> PostgreSQL type; the others are text.")
    ] = msgspec.field(default_factory=dict)
    delimiter: Annotated[Character, Meta(description="One ASCII character.")] = ","
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
        Meta(description="Kept for configs of MeltanoLabs tap-csv: reading is always strict."),
    ] = True
    encoding: Annotated[Name, Meta(description="Any of Python's.")] = "utf-8"
    null_values: Annotated[list[str], Meta(description="Texts that mean NULL when unquoted.")] = (
        msgspec.field(default_factory=lambda: [""])
    )


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
    staged_path: Annotated[
        Name | None,
        Meta(
            description="Folder of the staged days: pass those of DATE to the target. Instead "
            "of files."
        ),
    ] = None
    sources: Annotated[
        dict[str, Name], Meta(description="With staged_path: source -> the job that stages it.")
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
