"""Command line of the S3 server: `python -m embedded_store up|down|status|clean`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from embedded_store.server import VARIABLES, Store, StoreError

NOT_UP = 3
START, END = "# --- the S3 server of `make up-store`", "# --- end of the S3 server"
"""Between these lines of `.env` stands what leads to it."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m embedded_store", description="An S3 server on this machine, for STAGE_ROOT."
    )
    parser.add_argument("command", choices=["up", "down", "status", "clean"])
    parser.add_argument("--project", type=Path, default=Path(), help="the folder of .env")
    options = parser.parse_args(arguments)
    project: Path = options.project.resolve()
    home = project / ".seaweedfs"
    store = Store(home / "venv" / "bin" / "weed", home / "store")
    try:
        if options.command == "up":
            lines = _others_lines(project / ".env")
            started = store.up()
            print(f"SeaweedFS is {'' if started else 'already '}up on "
                  f"{store.variables['AWS_ENDPOINT_URL']}, data in .seaweedfs/store")  # fmt: skip
            _write_env(project / ".env", lines, store.variables)
            return 0
        if options.command == "status":
            up = store.is_up()
            print(f"SeaweedFS is {'up' if up else 'down'}")
            return 0 if up else NOT_UP
        # it takes some 15 s to stop by itself; what it then writes is removed by `clean`
        how = signal.SIGKILL if options.command == "clean" else signal.SIGTERM
        print("SeaweedFS is stopped" if store.down(how) else "SeaweedFS is not running")
        if options.command == "clean":
            shutil.rmtree(store.folder, ignore_errors=True)
    except StoreError as error:
        print(f"embedded_store: {error}", file=sys.stderr)
        return 1
    return 0


def _others_lines(path: Path) -> list[str]:
    """Return the lines of `.env` that are not ours.

    Raises:
        StoreError: they lead to a store already.
    """
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    if START in lines and END in lines:
        del lines[lines.index(START) : lines.index(END) + 1]
    # a copy of .env.example has empty ones
    lines = [line for line in lines if line not in {f"{name}=" for name in VARIABLES}]
    if own := [name for name in VARIABLES for line in lines if line.startswith(f"{name}=")]:
        msg = f".env has {', '.join(own)} already: remove them to use the server of make up-store"
        raise StoreError(msg)
    return lines


def _write_env(path: Path, lines: list[str], variables: dict[str, str]) -> None:
    """Write `.env` with the store's lines at its end, for this user alone to read."""
    lines = [*lines, START, *(f"{name}={value}" for name, value in variables.items()), END]
    new = path.with_name(".env.store.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    new.replace(path)
    print("its address and keys are in .env; to use it: make run STAGE_ROOT=s3://days/northwind")


if __name__ == "__main__":
    sys.exit(main())
