"""Makes `.env` with random passwords, and reads it as Meltano does."""

import base64
import contextlib
import os
import re
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path

from embedded_postgres import EmbeddedPostgresError

TEMPLATE = """\
# Made on first use, with random passwords; never in git. Variables of the process win over it.

# The source: this role can only read.
TAP_POSTGRES_HOST=127.0.0.1
TAP_POSTGRES_PORT={port}
TAP_POSTGRES_USER=northwind_reader
TAP_POSTGRES_PASSWORD={tap_password}
TAP_POSTGRES_DATABASE=northwind

# The warehouse.
TARGET_POSTGRES_HOST=127.0.0.1
TARGET_POSTGRES_PORT={port}
TARGET_POSTGRES_USER=ecommerce_owner
TARGET_POSTGRES_PASSWORD={target_password}
TARGET_POSTGRES_DATABASE=ecommerce

# The embedded PostgreSQL serves both, from this folder (relative to the project).
# To use servers of your own: remove the line, and name them above. Nothing is started then.
EMBEDDED_POSTGRES_DATA=.postgres
# Its superuser, postgres.
EMBEDDED_POSTGRES_PASSWORD={superuser_password}

# Airflow: who logs in to its UI, and the password of its own database.
AIRFLOW_ADMIN_USER=admin
AIRFLOW_ADMIN_PASSWORD={admin_password}
AIRFLOW_DATABASE_PASSWORD={airflow_password}
# Its keys, the same in each of its processes.
AIRFLOW_FERNET_KEY={fernet_key}
AIRFLOW_SECRET_KEY={secret_key}
AIRFLOW_JWT_SECRET={jwt_secret}
"""

# KEY=VALUE at the start of a line; a quoted value may span lines.
ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*"""
    r"""(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\n]*))""",
    re.MULTILINE | re.DOTALL,
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

# Below the ports that Linux and macOS give to outgoing connections, so that it stays free.
LOWEST_PORT, HIGHEST_PORT = 15432, 30000


def make(project: Path) -> bool:
    """Create `.env` (mode 600) unless there is one; True when it was made.

    The file appears whole or not at all, and an existing one is never replaced.
    """
    path = project / ".env"
    if path.exists():
        return False
    content = TEMPLATE.format(
        port=free_port(),
        **{
            name: secrets.token_urlsafe(24)
            for name in (
                "tap_password",
                "target_password",
                "superuser_password",
                "admin_password",
                "airflow_password",
            )
        },
        **{
            # 32 bytes in URL-safe base64 is what a Fernet key must be
            name: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
            for name in ("fernet_key", "secret_key", "jwt_secret")
        },
    )
    scratch = project / f".env.{secrets.token_hex(4)}.new"
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(scratch)  # unlike a rename, fails when there is a .env by now
    except FileExistsError:
        return False
    finally:
        scratch.unlink(missing_ok=True)
    return True


def readable_by_others(project: Path) -> bool:
    """Whether anybody but the owner can read `.env`."""
    return bool((project / ".env").stat().st_mode & 0o044)


def free_port() -> int:
    """Find a TCP port of 127.0.0.1 that nobody listens on."""
    while True:
        port = LOWEST_PORT + secrets.randbelow(HIGHEST_PORT - LOWEST_PORT)
        if not port_is_taken(port):
            return port


def port_is_taken(port: int) -> bool:
    """Whether another program listens on this TCP port of 127.0.0.1."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


@dataclass(frozen=True)
class Variables:
    """The variables of `.env` and of the process, which win."""

    values: dict[str, str] = field(repr=False)
    lines: dict[str, int]

    def get(self, name: str) -> str:
        """The value, or '' when it is not set."""
        return os.environ.get(name, self.values.get(name, ""))

    def require(self, name: str) -> str:
        """The value; a missing or empty one is an error."""
        if value := self.get(name):
            return value
        raise EmbeddedPostgresError(f"{name} is not set: add the line {name}=… to .env")

    def where(self, name: str) -> str:
        """Where the value stands, for messages: `.env line 5`."""
        if name in os.environ:
            return f"the environment variable {name}"
        return f".env line {self.lines[name]}" if name in self.lines else f".env ({name})"


def read(project: Path) -> Variables:
    """Read `.env`: KEY=VALUE, quotes, comments and `export` are known; `$` is a plain character."""
    try:
        text = (project / ".env").read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        text = ""
    values, lines = {}, {}
    for match in ASSIGNMENT.finditer(text):
        name, single, double, plain = match.groups()
        if single is not None:
            value = single
        elif double is not None:
            value = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), double, flags=re.DOTALL)
        else:
            value = re.split(r"(?:^|\s)#", plain, maxsplit=1)[0].strip()
        values[name], lines[name] = value, text.count("\n", 0, match.start()) + 1
    return Variables(values, lines)
