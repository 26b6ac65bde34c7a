"""Makes `.env` with random passwords. `sealed_days.core.dotenv` reads it."""

import base64
import contextlib
import os
import secrets
import socket
from pathlib import Path

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

# The embedded PostgreSQL serves each database above with this port, from this folder. A database of
# your own: put it above in place of the source, the warehouse or both.
EMBEDDED_POSTGRES_PORT={port}
EMBEDDED_POSTGRES_DATA=.postgres
# Its superuser, postgres.
EMBEDDED_POSTGRES_PASSWORD={superuser_password}

# Airflow: who logs in to its UI, and its own database, `airflow`.
AIRFLOW_ADMIN_USER=admin
AIRFLOW_ADMIN_PASSWORD={admin_password}
AIRFLOW_DATABASE_HOST=127.0.0.1
AIRFLOW_DATABASE_PORT={port}
AIRFLOW_DATABASE_PASSWORD={airflow_password}
# Its keys, the same in each of its processes.
AIRFLOW_FERNET_KEY={fernet_key}
AIRFLOW_SECRET_KEY={secret_key}
AIRFLOW_JWT_SECRET={jwt_secret}
"""

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
            # 32 bytes in URL-safe base64 is what a Fernet key must be, 64 is what HS512 asks for
            name: base64.urlsafe_b64encode(secrets.token_bytes(size)).decode()
            for name, size in (("fernet_key", 32), ("secret_key", 32), ("jwt_secret", 64))
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
