"""Sessions on the warehouse, and the one line that says why there is none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from sealed_days.core.errors import WarehouseError, one_line
from sealed_days.core.session import PINNED
from sealed_days.core.starting import when_started
from sealed_days.target_postgres.settings import Settings

_log = logging.getLogger("target-postgres")

# What a role or a database may have set otherwise. Two are left to them: rows of ours have no
# policies, and an extension's types may be found by a search_path.
_SETTINGS = {
    **{
        name: value for name, value in PINNED.items() if name not in {"search_path", "row_security"}
    },
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
}
_LOOK_AT = (
    "look at TARGET_POSTGRES_HOST, TARGET_POSTGRES_PORT, TARGET_POSTGRES_DATABASE, "
    "TARGET_POSTGRES_USER and TARGET_POSTGRES_PASSWORD in .env"
)


@dataclass(frozen=True)
class Server:
    """Where the warehouse is. `parameters` are libpq's, as psycopg2.connect takes them."""

    parameters: dict[str, Any]
    connect_timeout: int = 30
    stall_seconds: float = 300.0

    @classmethod
    def from_settings(cls, settings: Settings) -> Server:
        """Return the server that host, port, user, password and database name."""
        names = {"user": "user", "password": "password", "host": "host", "database": "dbname"}
        given = {to: getattr(settings, name) for name, to in names.items()}
        parameters = {"port": settings.port} | {name: v for name, v in given.items() if v}
        return cls(parameters, settings.connect_timeout_seconds, settings.stall_seconds)

    @classmethod
    def from_url(
        cls, sqlalchemy_url: str, connect_timeout: int = 30, stall_seconds: float = 300.0
    ) -> Server:
        """Return the server that upstream's connector would use, SSL and SSH tunnel included."""
        from sqlalchemy.engine import make_url  # upstream has it; the direct way does without

        url = make_url(sqlalchemy_url)
        query = {
            name: value if isinstance(value, str) else ",".join(value)
            for name, value in url.query.items()
        }
        parameters = url.translate_connect_args(username="user", database="dbname") | query
        return cls(parameters, connect_timeout, stall_seconds)

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine, and so on the cores that we have."""
        host = self.parameters.get("host") or "/"
        return host.startswith("/") or host in {"127.0.0.1", "::1", "localhost"}

    def __str__(self) -> str:
        """Return host, port and database: never the password."""
        where = self.parameters
        return (
            f"{where.get('host', 'localhost')}:{where.get('port', 5432)}, "
            f"database {where.get('dbname', where.get('user'))}"
        )

    def connect(self, name: str, **settings: str) -> Connection:
        """Open a session.

        Args:
            name: shown in pg_stat_activity.
            settings: server settings besides those every session has.

        Raises:
            UserError: the server refuses or cannot be reached.
        """
        try:
            parameters: dict[str, Any] = {
                "application_name": name,
                "client_encoding": "UTF8",
                "connect_timeout": self.connect_timeout,
                "keepalives_idle": 60,  # a lock is held for hours over an idle session
                "keepalives_interval": 10,
                "tcp_user_timeout": int(self.stall_seconds * 1000),
            } | self.parameters
            session: Connection = when_started(
                lambda: psycopg2.connect(**parameters), str(self), self.connect_timeout, _log
            )
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config(name, value, false) "
                    "FROM unnest(%s, %s) AS wanted (name, value) JOIN pg_settings USING (name) "
                    # names that the server does not know, or keeps to superusers, are skipped
                    "WHERE context = 'user' OR context = 'superuser' "
                    "AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
                    tuple(map(list, zip(*(_SETTINGS | settings).items(), strict=True))),
                )
        except psycopg2.OperationalError as error:
            user = self.parameters.get("user")
            msg = (
                f"cannot connect to PostgreSQL at {self} as {user} ({one_line(error)}): {_LOOK_AT}"
            )
            raise WarehouseError(msg) from None
        return session

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what the server says into one line.

        Args:
            doing: what was done, in words: `loading orders`.
        """
        try:
            yield
        except psycopg2.Error as error:
            if error.pgcode is None or error.pgcode[:3] in {"57P", "080"}:
                msg = (
                    f"the connection to PostgreSQL at {self} was lost while {doing} "
                    f"({one_line(error)}): nothing was published; run it again when the "
                    "server is back"
                )
            else:
                text = " ".join(
                    part
                    for part in (
                        error.diag.message_primary,
                        error.diag.message_detail,
                        # out of shared memory: the hint names max_locks_per_transaction
                        error.diag.message_hint,
                    )
                    if part
                )
                msg = f"{doing}: {text} (SQLSTATE {error.pgcode}): nothing was published"
            raise WarehouseError(msg) from error
