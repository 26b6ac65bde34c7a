"""Command line of the S3 server: `python -m embedded_store up|down|status|clean`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from embedded_store.server import Store, StoreError

NOT_UP = 3


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
            started = store.up()
            print(f"SeaweedFS is {'' if started else 'already '}up on "
                  f"{store.variables['AWS_ENDPOINT_URL']}, data in .seaweedfs/store")  # fmt: skip
            return 0 if _write_env(project / ".env", store.variables) else 1
        if options.command == "status":
            up = store.is_up()
            print(f"SeaweedFS is {'up' if up else 'down'}")
            return 0 if up else NOT_UP
        print("SeaweedFS is stopped" if store.down() else "SeaweedFS is not running")
        if options.command == "clean":
            shutil.rmtree(store.folder, ignore_errors=True)
    except StoreError as error:
        print(f"embedded_store: {error}", file=sys.stderr)
        return 1
    return 0


def _write_env(path: Path, variables: dict[str, str]) -> bool:
    """Set the store's lines in `.env`; leave a user's own alone and say so."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    start, end = "# --- the S3 server of `make up-store`", "# --- end of the S3 server"
    if start in lines and end in lines:
        del lines[lines.index(start) : lines.index(end) + 1]
    lines = [line for line in lines if line not in {f"{name}=" for name in variables}]
    own = [name for name in variables for line in lines if line.startswith(f"{name}=")]
    if own:
        print(
            f".env has {', '.join(own)} already: remove them to use the server of make up-store",
            file=sys.stderr,
        )
        return False
    lines += [start, *(f"{name}={value}" for name, value in variables.items()), end]
    new = path.with_name(".env.store.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    new.replace(path)
    print("its address and keys are in .env; to use it: make run STAGE_ROOT=s3://days/northwind")
    return True


if __name__ == "__main__":
    sys.exit(main())
