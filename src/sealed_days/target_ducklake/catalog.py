"""The lake's catalog: an SQLite file or a PostgreSQL database, for one load at a time."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sealed_days.core.errors import BusyError
from sealed_days.core.sql import quote_ident, quote_literal
from sealed_days.store import lock
from sealed_days.target_ducklake.settings import Settings

_TRY_AGAIN_SECONDS = 0.5


class Catalog:
    """Where a lake's catalog is, as `settings` say.

    `name` is its name for people, `secret` what no line may show.
    """

    def __init__(self, settings: Settings) -> None:
        self._place = settings.catalog or str(settings.folder / "catalog.sqlite")
        self._schema = settings.catalog_schema
        self._wait = settings.lock_wait_seconds
        self.is_postgres = self._place.startswith(("postgresql://", "postgres://"))
        self.name = "TARGET_DUCKLAKE_CATALOG" if self.is_postgres else self._place
        self.secret = self._place if self.is_postgres else ""
        self.extension = "postgres_scanner" if self.is_postgres else "sqlite_scanner"

    def attach(self, data: str) -> str:
        """Return the statement that attaches the lake whose files are at `data`."""
        options = f"DATA_PATH {quote_literal(data)}, DATA_INLINING_ROW_LIMIT 0"
        if self.is_postgres:
            options += f", META_SCHEMA {quote_literal(self._schema)}"
        kind = "postgres" if self.is_postgres else "sqlite"
        return f"ATTACH {quote_literal(f'ducklake:{kind}:{self._place}')} AS lake ({options})"

    @contextlib.contextmanager
    def held(self, connection: Any, log: logging.Logger) -> Iterator[None]:
        """Let no other load change the lake; what a dead one held is free.

        Args:
            connection: DuckDB's, with the catalog's extension.
            log: where it is said that this one waits.

        Raises:
            BusyError: another load had it for `lock_wait_seconds`.
        """
        if self.is_postgres:
            with self._session(connection) as session:
                self._until(lambda: self._lock_postgres(session), lambda: "", log)
                yield
            return
        path = Path(self._place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path = path.with_name(f".{path.name}.lock")
        lease: Any = self._until(lambda: lock.take_lease(path), lambda: lock.holder(path), log)
        with lease:
            yield

    @contextlib.contextmanager
    def _session(self, connection: Any) -> Iterator[Any]:
        """Give a session on the PostgreSQL in a transaction, which holds locks until its end."""
        connection.execute(f"ATTACH {quote_literal(self._place)} AS catalog (TYPE postgres)")
        with connection.cursor() as session:
            session.execute("BEGIN")
            _ask(session, "SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
            yield session
            with contextlib.suppress(Exception):  # a session that is gone holds nothing any more
                session.execute("ROLLBACK")

    def _lock_postgres(self, session: Any) -> bool:
        key = hashlib.sha256(f"sealed_days lake {self._schema}".encode()).digest()[:8]
        number = int.from_bytes(key, "big", signed=True)
        return bool(_ask(session, f"SELECT pg_try_advisory_xact_lock({number})"))

    def make_schema(self, connection: Any) -> None:
        """Make the schema of the catalog's tables where it is missing."""
        if not self.is_postgres:
            return
        found = connection.execute(
            "SELECT count(*) FROM duckdb_schemas() WHERE database_name = 'catalog' "
            f"AND schema_name = {quote_literal(self._schema)}"
        ).fetchone()
        if not found[0]:
            connection.execute(f"CREATE SCHEMA catalog.{quote_ident(self._schema)}")

    def _until(
        self, take: Callable[[], Any], holder: Callable[[], str], log: logging.Logger
    ) -> Any:
        """Return what `take` gives as soon as it gives something."""
        until = time.monotonic() + self._wait
        is_said = False
        while not (taken := take()):
            if time.monotonic() > until:
                msg = (
                    f"another load writes the lake {self.name} ({holder() or 'not known which'}): "
                    "nothing was touched; run again when it has ended"
                )
                raise BusyError(msg)
            if not is_said:
                log.info("another load writes the lake: waiting for it (%s)", holder())
                is_said = True
            time.sleep(_TRY_AGAIN_SECONDS)
        return taken


def _ask(session: Any, query: str) -> Any:
    """Return the one value that PostgreSQL answers."""
    return session.execute(
        f"SELECT * FROM postgres_query('catalog', {quote_literal(query)})"
    ).fetchone()[0]
