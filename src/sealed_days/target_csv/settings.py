"""target-csv's settings."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sealed_days.core.meltano_yml import job_of_run
from sealed_days.core.settings import Group, Name
from sealed_days.core.singer_settings import TargetSdkSettings

# YAML reads a bare `off` as false
Action = Literal["warn", "fail", "off", False]


class Guards(Group, kw_only=True, frozen=True):
    """What a new day is compared with before it is sealed: the last day that was."""

    shrank: Annotated[
        Action, Meta(description="A table lost more than shrink_percent of its rows.")
    ] = "warn"
    shrink_percent: Annotated[
        float,
        Meta(ge=0, le=100, description="Per cent of its rows that a table may lose."),
    ] = 50.0
    became_empty: Annotated[Action, Meta(description="A table lost all its rows.")] = "warn"
    column_vanished: Annotated[
        Action, Meta(description="A column is gone, or a table with all its columns.")
    ] = "warn"
    other_database: Annotated[
        Action,
        Meta(
            description="The day was read from another database (host, port or name) than this "
            "day's last reading, else the day before."
        ),
    ] = "warn"


class Settings(TargetSdkSettings, kw_only=True, frozen=True):
    """The settings of target-csv."""

    output_path: Annotated[Name, Meta(description="The folder of all staged days.")] = "output"
    source: Annotated[
        str,
        Meta(
            pattern="^[a-z][a-z0-9_-]*$",
            description="The name of what is staged, a folder below output_path: lower case, "
            "digits, _ and -.",
        ),
    ] = "default"
    job: Annotated[
        Name | None,
        Meta(
            description="The `meltano run` job that stages this source, named in errors. Default: "
            "the one of meltano.yml."
        ),
    ] = None
    seal_on: Annotated[
        Literal["auto", "activate_version", "end_of_pipe"],
        Meta(
            description="When a stream counts as complete: at its closing ACTIVATE_VERSION "
            "message, or at the end of the pipe; a tap that dies in the middle then leaves a day "
            "that looks complete. auto: our taps' streams by the message, which they send, other "
            "taps' at the end."
        ),
    ] = "auto"
    compression: Annotated[
        Literal["none", "gzip", "zstd"],
        Meta(
            description="Whether the day's files are compressed: gzip (.csv.gz, which every "
            "program reads) or zstd (.csv.zst, smaller). The loader and `day` read both as they "
            "are. For days in a folder, not on an object store."
        ),
    ] = "none"
    guards: Annotated[Guards, Meta(description="What holds, or warns of, a suspicious day.")] = (
        Guards()
    )

    @property
    def command(self) -> str:
        """The job that stages this source: `job`, else the one of meltano.yml, else JOB."""
        return self.job or job_of_run() or "JOB"
