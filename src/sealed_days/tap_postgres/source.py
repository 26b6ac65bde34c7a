"""Sessions on the source: read-only transactions with pinned settings, and nothing left behind."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import ConfigurationError, SourceError, one_line
from sealed_days.core.session import PINNED, SETTABLE, set_local
from sealed_days.core.sql import quote_literal
from sealed_days.core.starting import when_started
from sealed_days.tap_postgres.settings import Settings

logger = logging.getLogger("tap-postgres")

_PINNED = {
    **PINNED,
    # without it, two scans of one heap may start at different blocks and give another order
    "synchronize_seqscans": "off",
    # where indexes are not to be read, these must be there instead
    "enable_seqscan": "on",
    "enable_sort": "on",
    "enable_tidscan": "on",
}

_INDEX_SCANS = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")


class Session:
    """A connection whose every statement runs in a read-only transaction with pinned settings.

    Everything is set for the transaction alone: a pooler's next client finds nothing of it.
    `is_pooled` says that a pooler (pgbouncer) stands between us and the server.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        connection.autocommit = True  # transactions begin and end by our own statements
        with connection.cursor() as cursor:
            cursor.execute(SETTABLE, [[name.lower() for name in _PINNED]])
            self._pin = set_local(_PINNED, [name for (name,) in cursor.fetchall()])
            cursor.execute("SELECT pg_catalog.pg_backend_pid()")
            (pid,) = cursor.fetchone() or (0,)
        self._reads = (False, False)
        self.is_pooled = pid != connection.info.backend_pid
        self.process = None if self.is_pooled else int(pid)
        """The number of its server process, None where a pooler may give it another one."""

    def begin(self, snapshot: str | None = None) -> None:
        """Begin a REPEATABLE READ transaction, at an exported snapshot or at a new one."""
        self._reads = (False, False)
        at = f"SET TRANSACTION SNAPSHOT {quote_literal(snapshot)}; " if snapshot else ""
        self.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {at}{self._pin}")

    def rollback(self) -> None:
        """End the transaction; nothing where there is none."""
        self.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run statements that each see what is committed."""
        self._reads = (False, False)
        self.execute(f"BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; {self._pin}")
        try:
            yield self.connection
        finally:
            with suppress(psycopg2.Error):  # the connection may be lost
                self.rollback()

    @contextmanager
    def reading(self, *, filtered: bool = False, no_index: bool = False) -> Iterator[None]:
        """Read what row-level security leaves of a table, or read it without indexes.

        The settings stay until a table is to be read otherwise, or the transaction ends: a
        thousand small tables, each read without indexes, set them once.
        """
        was_filtered, had_no_index = self._reads
        wanted = {}
        if filtered != was_filtered:
            wanted["row_security"] = "on" if filtered else "off"
        if no_index != had_no_index:
            wanted |= dict.fromkeys(_INDEX_SCANS, "off" if no_index else "on")
        if wanted:
            self.execute("; ".join(f"SET LOCAL {name} = {is_}" for name, is_ in wanted.items()))
            self._reads = (filtered, no_index)
        yield

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


@dataclass(frozen=True)
class Source:
    """How to reach a PostgreSQL database. `name` is host:port/database, for messages."""

    dsn: str
    name: str
    connect_timeout: int = 30
    stall_seconds: float = 300.0

    @classmethod
    def of(cls, settings: Settings) -> Source:
        """Return how to reach the database of host, port, user, password and database.

        Raises:
            ConfigurationError: one of them is not set.
        """
        from psycopg2.extensions import make_dsn

        given = {key: getattr(settings, key) for key in ("host", "user", "password", "database")}
        if missing := [key for key, value in given.items() if not value]:
            names = ", ".join(f"TAP_POSTGRES_{key.upper()}" for key in missing)
            msg = f"the source is not configured: set {names} in .env (`make up` creates one)"
            raise ConfigurationError(msg)
        given["dbname"] = given.pop("database")
        return cls(
            make_dsn(port=settings.port, **given),
            f"{settings.host}:{settings.port}/{settings.database}",
            settings.connect_timeout_seconds,
            settings.stall_seconds,
        )

    def connect(self) -> Session:
        """Return a new session.

        Raises:
            SourceError: the server cannot be reached or refuses the log-in.
        """
        try:
            connection = when_started(
                lambda: psycopg2.connect(
                    self.dsn,
                    application_name="tap-postgres",
                    # by the driver: a role's or a variable's other one would garble all names
                    client_encoding="UTF8",
                    connect_timeout=self.connect_timeout,
                    keepalives_idle=60,
                    keepalives_interval=10,
                    tcp_user_timeout=int(self.stall_seconds * 1000),
                ),
                self.name,
                self.connect_timeout,
                logger,
            )
            return Session(connection)
        except psycopg2.Error as error:
            msg = (
                f"cannot connect to the source {self.name}: {one_line(error)}; "
                "check TAP_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE in .env"
            )
            raise SourceError(msg) from None
