"""Servers besides the embedded one: Debian's PostgreSQL, with TLS, and a pgbouncer before one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from embedded_postgres.env_file import free_port

DEBIAN = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "admin"


def as_user() -> list[str]:
    """Return what runs a command as a user that servers run as: not as root."""
    if os.geteuid():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def run(*command: str | Path) -> None:
    done = subprocess.run([*as_user(), *command], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


def folder_of_servers(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=name))
    if not os.geteuid():
        shutil.chown(folder, "postgres", "postgres")
    return folder


def certificates(folder: Path) -> None:
    """Make an authority, a server's certificate for localhost, and another authority."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for name in ("ca", "other"):
        openssl(
            *(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={name}",
            ),
            *("-keyout", f"{name}.key", "-out", f"{name}.crt"),
        )
    openssl(
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
        *("-keyout", "server.key", "-out", "server.csr"),
    )
    openssl(
        *("x509", "-req", "-in", "server.csr", "-days", "2", "-CA", "ca.crt", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-out", "server.crt"),
    )
    (folder / "server.key").chmod(0o600)
    if not os.geteuid():
        shutil.chown(folder / "server.key", "postgres", "postgres")


@contextmanager
def debian_server() -> Iterator[dict[str, Any]]:
    """A server of Debian's PostgreSQL 15, with TLS; `folder` has its certificates."""
    if not (DEBIAN / "initdb").exists():
        pytest.skip("Debian's postgresql-15 is not installed: apt-get install postgresql-15")
    folder = folder_of_servers("debian-")
    folder.chmod(0o755)
    port = free_port()
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    certificates(folder)
    run(
        *(DEBIAN / "initdb", "-D", str(folder / "data"), "-U", "postgres", "-E", "UTF8"),
        *("--locale=C.UTF-8", "--pwfile", str(folder / "password"), "-A", "scram-sha-256"),
    )
    options = (
        f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c ssl=on "
        f"-c ssl_cert_file={folder}/server.crt -c ssl_key_file={folder}/server.key"
    )
    control = (DEBIAN / "pg_ctl", "-w", "-D", str(folder / "data"))
    run(*control, "-o", options, "-l", str(folder / "data" / "log"), "start")
    try:
        yield {
            "host": "127.0.0.1",
            "port": port,
            "user": "postgres",
            "password": PASSWORD,
            "folder": folder,
        }
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@contextmanager
def pgbouncer(config: dict[str, Any], *, pool_size: int = 1) -> Iterator[dict[str, Any]]:
    """A pgbouncer in transaction mode before a tap's source; yields the config that goes by it."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed: apt-get install pgbouncer")
    folder = folder_of_servers("pgbouncer-")
    folder.chmod(0o755)
    port = free_port()
    database = " ".join(
        f"{name}={config[key]}"
        for name, key in (("host",) * 2, ("port",) * 2, ("user",) * 2, ("password",) * 2)
    )
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{config['database']} = {database} dbname={config['database']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {pool_size}\nunix_socket_dir =\n"
        "query_wait_timeout = 20\n"
    )
    process = subprocess.Popen(
        [*as_user(), program, "-q", str(folder / "pgbouncer.ini")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        pooled = config | {"port": port}
        wait_for(pooled)
        yield pooled
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def connect(config: dict[str, Any]) -> Any:
    return psycopg2.connect(
        host=config["host"],
        port=config["port"],
        user=config["user"],
        password=config["password"],
        dbname=config["database"],
    )


def wait_for(config: dict[str, Any]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            connect(config).close()
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
