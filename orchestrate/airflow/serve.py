"""Runs Airflow in the foreground for `make airflow`, until Ctrl-C or SIGTERM.

PostgreSQL is started, Airflow installed and initialized when needed; then its four processes run,
the scheduler last: the tasks that it starts ask the API server at once.
"""

import base64
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from processes import EndedByItselfError, Processes

from embedded_postgres.__main__ import main as embedded_postgres
from sealed_days.core.meltano_yml import MeltanoYml

PROJECT = Path(__file__).resolve().parents[2]
MELTANO = Path(sys.executable).with_name("meltano")
LOCK = PROJECT / ".airflow" / "serve.lock"

# Logs of tasks and triggers are read from disk, without servers for them.
PROCESSES = {
    "api-server": "airflow api-server",
    "dag-processor": "airflow dag-processor",
    "triggerer": "airflow triggerer --skip-serve-logs",
    "scheduler": "airflow scheduler --skip-serve-logs",
}
# Without one of these, every process would make up its own, and no task would run.
SECRETS = {
    "AIRFLOW__CORE__FERNET_KEY": "AIRFLOW_FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY": "AIRFLOW_SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET": "AIRFLOW_JWT_SECRET",
}
# What the processes get of Meltano's variables. Not the connections of .env: a task reads
# them anew from there, so that a password changed in .env counts from the next task on.
GIVEN = (
    *(
        "AIRFLOW__",
        "AIRFLOW_HOME",
        "AIRFLOW_CONN_",
        "AIRFLOW_VAR_",
        "ALERT_",
        "DATE_",
        "OPENLINEAGE_",
    ),
    *("PATH", "VIRTUAL_ENV"),
)


class ServeError(Exception):
    """One line for the user: what is wrong, and what fixes it."""


def main() -> int:
    """Serve until stopped; returns the exit code, 0 when it was asked to stop."""
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, hang_up)
    os.environ["UV_COMPILE_BYTECODE"] = "1"  # Airflow starts in half the time
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        with only_one() as say_address:
            if code := embedded_postgres(["--project", str(PROJECT), "up", "--airflow"]):
                return code
            variables = prepare()
            check_port(variables["AIRFLOW__API__HOST"], int(variables["AIRFLOW__API__PORT"]))
            say_address(variables["AIRFLOW__API__BASE_URL"])
            meltano("invoke", "airflow:initialize")
            # Tasks side by side must not install one plugin at the same time.
            meltano("run", "--only-install", MeltanoYml.read(PROJECT).pipeline().job)
            serve(variables)
    except (ServeError, EndedByItselfError) as error:
        print(f"airflow: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    print("Airflow is stopped", flush=True)
    return 0


def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Treat SIGTERM as Ctrl-C."""
    raise KeyboardInterrupt


def hang_up(_signal: int, _frame: FrameType | None) -> None:
    """End cleanly too when the terminal is closed, which takes no more output then."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.kill(os.getpid(), signal.SIGTERM)


@contextlib.contextmanager
def only_one() -> Iterator[Callable[[str], None]]:
    """Hold the project's lock; yields a function that writes the address for later starts."""
    LOCK.parent.mkdir(mode=0o700, exist_ok=True)
    with LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ServeError(file.read() or "it is starting already") from None

        def say_address(address: str) -> None:
            file.truncate(0)
            file.write(
                f"it is running already, on {address}: "
                f"stop it by Ctrl-C where it runs, or by kill {os.getpid()}"
            )
            file.flush()

        file.truncate(0)
        yield say_address


def prepare() -> dict[str, str]:
    """Install Airflow if it is missing, and return the variables that Meltano gives it."""
    # `meltano invoke` installs what is missing. The processes do not run through it: on SIGTERM
    # it leaves them behind.
    variables: dict[str, str] = json.loads(
        meltano("invoke", "airflow:environment", stdout=subprocess.PIPE)
    )
    for setting in SECRETS:
        if not variables.get(setting):
            size = 64 if "JWT" in setting else 32  # a Fernet key has 32 bytes, HS512 asks for 64
            raise ServeError(
                f"{SECRETS[setting]} is not set: add the line "
                f"{SECRETS[setting]}={base64.urlsafe_b64encode(os.urandom(size)).decode()} to .env"
            )
    return variables


def meltano(*arguments: str, **options: Any) -> str:
    """Run meltano to its end, or stop it with all it has started; returns its output."""
    process = subprocess.Popen(
        [str(MELTANO), *arguments], cwd=PROJECT, text=True, start_new_session=True, **options
    )
    try:
        output, _ = process.communicate()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    if process.returncode:
        raise ServeError(f"`meltano {' '.join(arguments)}` failed, see above")
    return output or ""


def check_port(host: str, port: int) -> None:
    """Refuse a port on which somebody else listens."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise ServeError(
            f"port {port} of {host} cannot be used ({error.strerror}): choose another, such as "
            f"AIRFLOW_API_PORT={port + 1} in .env"
        ) from None


def serve(variables: dict[str, str]) -> None:
    """Run the processes until this one is interrupted.

    Raises:
        EndedByItselfError: one of them ended.
    """
    given = {name: value for name, value in variables.items() if name.startswith(GIVEN)}
    host, port = variables["AIRFLOW__API__HOST"], variables["AIRFLOW__API__PORT"]
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
    # Where tasks find the API; Airflow would take the address that browsers use.
    given.setdefault("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{url}/execution/")
    environment = {**os.environ, **given, "MELTANO_PROJECT_ROOT": str(PROJECT)}
    with Processes(environment, PROJECT, first="scheduler") as processes:
        for name, command in PROCESSES.items():
            if name == "scheduler":
                processes.until(lambda: healthy(url, "metadatabase", "dag_processor"))
            processes.start(name, *command.split())
        parts = ("metadatabase", "dag_processor", "triggerer", "scheduler")
        processes.until(lambda: healthy(url, *parts))
        announce(variables)
        processes.until(lambda: False)


def healthy(url: str, *parts: str) -> bool:
    """Return whether the API server says so of these parts, and serves its pages."""
    with contextlib.suppress(OSError, ValueError):
        health = json.loads(_get(f"{url}/api/v2/monitor/health"))
        return all(health[part]["status"] == "healthy" for part in parts) and bool(_get(url))
    return False


def announce(variables: dict[str, str]) -> None:
    """Print the address, the user and, on a terminal only, the password: a log must not hold it."""
    user = variables.get("AIRFLOW_ADMIN_USER", "admin")
    password = "AIRFLOW_ADMIN_PASSWORD in .env"  # noqa: S105
    if sys.stdout.isatty():
        password = variables.get("AIRFLOW_ADMIN_PASSWORD") or password
    print(
        f"\nAirflow is on {variables['AIRFLOW__API__BASE_URL']}  "
        f"user {user}, password {password}  (Ctrl-C stops it)\n",
        flush=True,
    )


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
        return answer.read()


if __name__ == "__main__":
    sys.exit(main())
