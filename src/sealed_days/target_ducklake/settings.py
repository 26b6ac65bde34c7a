"""target-ducklake's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.meltano_yml import stage_root, stage_url
from sealed_days.core.settings import Name, Positive, Seconds, Secret
from sealed_days.core.singer_settings import DaySettings


class Settings(DaySettings, kw_only=True, frozen=True):
    """The settings of target-ducklake."""

    lake_path: Annotated[
        Name, Meta(description="The lake's folder. With STAGE_ROOT it lies there.")
    ] = "output/lake"
    catalog: Annotated[
        Secret | None,
        Meta(
            description="The database that says what is in the lake: postgresql://USER:PASSWORD@"
            "HOST:PORT/DATABASE for several machines, or the path of an SQLite file. Default: "
            "catalog.sqlite in the lake's folder."
        ),
    ] = None
    catalog_schema: Annotated[
        Name, Meta(description="The schema of the catalog's tables, where it is a PostgreSQL.")
    ] = "ducklake"
    data_path: Annotated[
        Name | None,
        Meta(
            description="Where the Parquet files are: a folder, or s3://bucket/prefix. Default: "
            "`lake` below STAGE_ROOT where that is a store, else `data` in the lake's folder."
        ),
    ] = None
    default_target_schema: Annotated[
        Name,
        Meta(
            description="Schema of what people query. All days are in the schema of that name "
            "followed by _days, the tables of both in that followed by _parts."
        ),
    ] = "ecommerce"
    as_text: Annotated[
        list[str],
        Meta(
            description="Columns that the lake has no exact type for, which go in as the text "
            "that PostgreSQL writes: TABLE.COLUMN, or a type such as interval for all."
        ),
    ] = msgspec.field(default_factory=list)
    lock_wait_seconds: Annotated[
        Seconds,
        Meta(description="How long to wait for another load of the same lake before giving up."),
    ] = 600.0
    memory_limit: Annotated[
        str,
        Meta(
            pattern="^[1-9][0-9]*(MB|GB)$",
            description="Memory that DuckDB takes at most; what needs more spills to $TMPDIR.",
        ),
    ] = "512MB"
    threads: Annotated[
        Positive | None,
        Meta(description="Threads that write. Default: the number of cores, at most 4."),
    ] = None

    @property
    def folder(self) -> Path:
        """The lake's folder on this machine."""
        path = Path(self.lake_path).absolute()
        return path if stage_url() else stage_root(path.parent) / path.name

    @property
    def data(self) -> str:
        """Where the Parquet files are, with a slash at the end.

        Raises:
            ConfigurationError: it is on a store that the lake cannot be on.
        """
        if not self.data_path and not (url := stage_url()):
            return f"{self.folder / 'data'}/"
        data = self.data_path or f"{url}/lake"
        if "://" not in data:
            return f"{Path(data).absolute()}/"
        if not data.startswith("s3://"):
            msg = (
                f"the lake's files cannot be at {data}: nothing was touched; set "
                "TARGET_DUCKLAKE_DATA_PATH to a folder or to s3://bucket/prefix in .env"
            )
            raise ConfigurationError(msg)
        return f"{data.rstrip('/')}/"
