"""The lake: DuckDB with DuckLake's extension, its catalog attached, and one transaction."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sealed_days.core.errors import (
    BusyError,
    ConfigurationError,
    FileError,
    UserError,
    one_line,
)
from sealed_days.core.spool import spool_area
from sealed_days.core.sql import quote_ident, quote_literal
from sealed_days.store.scratch import Scratch, sweep
from sealed_days.target_ducklake.catalog import Catalog
from sealed_days.target_ducklake.registry import LOADS, definition
from sealed_days.target_ducklake.settings import Settings
from sealed_days.target_ducklake.views import Schemas

_INLINED = 100_000
"""Rows of the registry that one load adds at most, all of them kept in the catalog itself: a file
for each load would make a thousand days a thousand requests."""

_ROW_GROUP_ROWS = 122_880  # DuckDB's own
_ROW_GROUP_BYTES = 32 << 20
_LEAST_ROWS = 2048


class Lake:
    """A lake that is open for one load.

    Args:
        settings: the target's.
        log: where progress goes.

    Raises:
        UserError: DuckLake is not installed, or catalog or store cannot be reached.
    """

    def __init__(self, settings: Settings, log: logging.Logger) -> None:
        self.schemas = Schemas(settings.default_target_schema)
        self._stack = contextlib.ExitStack()
        try:
            self._open(settings, log)
        except BaseException:
            self.close()
            raise

    def _open(self, settings: Settings, log: logging.Logger) -> None:
        duckdb = _duckdb()
        sweep(spool_area())
        scratch = Scratch(spool_area())
        self._stack.callback(scratch.close)
        self._connection = self._stack.enter_context(
            duckdb.connect(
                config={
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "memory_limit": settings.memory_limit,
                    "threads": settings.threads or min(4, os.cpu_count() or 1),
                    "temp_directory": str(scratch.path),
                }
            )
        )
        self.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        data, catalog = settings.data, Catalog(settings)
        for name in ("ducklake", catalog.extension, *(["httpfs"] if "://" in data else [])):
            self.execute(f"LOAD {quote_literal(str(_extension(duckdb, name)))}")
        with explained(f"opening the lake's catalog ({catalog.name})", catalog.secret):
            if "://" in data:
                self.execute(_secret())
            else:
                Path(data).mkdir(parents=True, exist_ok=True)
            self._stack.enter_context(catalog.held(self._connection, log))
            catalog.make_schema(self._connection)
            self.execute(catalog.attach(data))
        with explained("making the lake's schemas"):
            self._prepare()

    def _prepare(self) -> None:
        """Make schemas and registry where they are missing, in a transaction of their own."""
        found = self.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'lake' "
            f"AND schema_name = {quote_literal(self.schemas.days)} AND table_name = '{LOADS}'"
        ).fetchone()
        if found[0]:
            return
        with self.transaction("the lake's schemas and its registry"):
            for schema in (self.schemas.newest, self.schemas.days, self.schemas.parts):
                self.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{quote_ident(schema)}")
            self.execute(definition(f"lake.{quote_ident(self.schemas.days)}"))
        self.execute(
            f"CALL lake.set_option('data_inlining_row_limit', {_INLINED}, "
            f"schema => {quote_literal(self.schemas.days)}, table_name => '{LOADS}')"
        )

    def execute(self, statement: str, values: list[Any] | None = None) -> Any:
        """Run a statement and return DuckDB's result."""
        return self._connection.execute(statement, values)

    def insert(self, statement: str, incoming: Any, row_bytes: int) -> int:
        """Run an INSERT from `incoming`, which is an Arrow reader; return how many rows went in.

        Args:
            statement: the INSERT.
            incoming: the reader.
            row_bytes: how long a row is on average.
        """
        # a row group is in memory, once per thread
        rows = max(_LEAST_ROWS, _ROW_GROUP_BYTES // max(row_bytes, 1))
        if rows < _ROW_GROUP_ROWS:
            self.execute(f"CALL lake.set_option('parquet_row_group_size', {rows})")
        self._connection.register("incoming", incoming)
        try:
            return int(self._connection.execute(statement).fetchone()[0])
        finally:
            self._connection.unregister("incoming")
            if rows < _ROW_GROUP_ROWS:
                with contextlib.suppress(Exception):  # a transaction that failed takes nothing more
                    self.execute(
                        f"CALL lake.set_option('parquet_row_group_size', {_ROW_GROUP_ROWS})"
                    )

    @contextlib.contextmanager
    def transaction(self, message: str) -> Iterator[None]:
        """Commit what is done in the block as one snapshot of the lake, or none of it.

        Args:
            message: the snapshot's commit message.
        """
        self.execute("BEGIN")
        try:
            yield
            self.execute("CALL lake.set_commit_message('target-ducklake', ?)", [message])
            self.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(Exception):
                self.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close it: what was not committed is not there."""
        self._stack.close()


@contextlib.contextmanager
def explained(what: str, secret: str = "") -> Iterator[None]:
    """Turn DuckDB's errors into one line each.

    Args:
        what: what is being done.
        secret: what no line may show.

    Raises:
        BusyError: another load committed something that this one changes, too.
        FileError: any other.
    """
    import duckdb
    import pyarrow as pa

    try:
        yield
    except UserError:
        raise
    except duckdb.OutOfMemoryException as error:
        msg = (
            f"{what} takes more than memory_limit ({_said(error)[:80]}): nothing was published; "
            "set TARGET_DUCKLAKE_MEMORY_LIMIT=2GB in .env"
        )
        raise FileError(msg) from None
    except duckdb.TransactionException as error:
        msg = (
            f"another load changed the lake meanwhile: nothing was published; run again "
            f"({_said(error)})"
        )
        raise BusyError(msg) from None
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        said = _said(error)
        if secret:
            said = re.sub(r"\S*://\S*|password=\S*", "…", said.replace(secret, "…"))
        raise FileError(f"{what}: {said}: nothing was published") from None


def _said(error: BaseException) -> str:
    """Return what an error says, without the statement that DuckDB shows below it."""
    text = one_line(error).partition(" LINE 1: ")[0]
    return text[:400].rstrip(" .")


def _duckdb() -> Any:
    try:
        import duckdb
        import pyarrow  # noqa: F401 # a missing one is noticed here
    except ImportError as error:
        msg = (
            f"{error.name} is not installed here: run meltano install loader target-ducklake, "
            "whose environment has it"
        )
        raise ConfigurationError(msg) from None
    return duckdb


def _extension(duckdb: Any, name: str) -> Path:
    """Return the file of an extension, which comes as a wheel: nothing is downloaded."""
    wheel = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        path = Path(folder) / f"extensions/v{duckdb.__version__}/{name}.duckdb_extension"
        if path.exists():
            return path
    msg = (
        f"the extension {name} of DuckDB {duckdb.__version__} is not installed here: run "
        "meltano install loader target-ducklake, whose environment has it"
    )
    raise ConfigurationError(msg)


def _secret() -> str:
    """Return the statement that gives DuckDB the store of the staged days' variables."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    options = {
        "KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID", ""),
        "SECRET": os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
        "SESSION_TOKEN": os.environ.get("AWS_SESSION_TOKEN", ""),
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "",
    }
    if not (options["KEY_ID"] and options["SECRET"]) or not (endpoint or options["REGION"]):
        msg = (
            "the lake's files are at s3://, and its variables are not set: set AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_REGION (another server: AWS_ENDPOINT_URL) in .env"
        )
        raise ConfigurationError(msg)
    said = [f"{name} {quote_literal(value)}" for name, value in options.items() if value]
    if endpoint:
        scheme, _, host = endpoint.rpartition("://")
        said += [f"ENDPOINT {quote_literal(host.rstrip('/'))}", "URL_STYLE 'path'"]
        said += [f"USE_SSL {'false' if scheme == 'http' else 'true'}"]
    return f"CREATE SECRET (TYPE s3, {', '.join(said)})"
