"""A lease: keeps the writers of a day apart where no file can be locked.

It is an object that its holder renews. A watcher does not compare clocks of different hosts: it
takes a lease over that it saw unchanged for the lease's time, by its own clock; at once where its
holder was a process of this very kernel that is gone. What is sealed does not hang on it: a
manifest is put only over the version that its writer saw at the start.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from pathlib import Path

from sealed_days.core.closing import Closing
from sealed_days.core.errors import UserError
from sealed_days.store.objects import Lost, Objects, Version
from sealed_days.store.scratch import process_start

LEASE_SECONDS = 30.0


class Lease(Closing):
    """Held and renewed until `close`, unless `is_lost`."""

    def __init__(
        self, store: Objects, key: str, owner: str, version: Version, seconds: float
    ) -> None:
        self.is_lost = False
        self.taken_at = store.modified(key)
        """When it was taken, by the store's own clock."""
        self._store, self._key, self._owner, self._seconds = store, key, owner, seconds
        self._version = version
        self._number = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the lease back; the next writer need not wait for it to run out."""
        self._stop.set()
        self._thread.join()
        if not self.is_lost:
            try:
                self._store.publish(self._key, _content(None, self._number + 1), self._version)
            except (Lost, UserError):
                return  # it runs out by itself

    def _renew(self) -> None:
        renewed = time.monotonic()
        while not self._stop.wait(self._seconds / 3):
            try:
                self._number += 1
                content = _content(self._owner, self._number)
                self._version = self._store.publish(self._key, content, self._version)
                renewed = time.monotonic()
            except Lost:
                self.is_lost = True
            except UserError:  # the store does not answer for the moment
                self.is_lost = time.monotonic() - renewed > self._seconds
            if self.is_lost:
                return


def take(store: Objects, key: str, seconds: float) -> Lease | None:
    """Take a lease, or return None while another writer holds it.

    A lease whose holder's host died is taken over after `seconds`: so long this waits at most.

    Raises:
        UserError: the store cannot be used.
    """
    owner = f"process {os.getpid()} on {socket.gethostname()}, {secrets.token_hex(8)}"
    expect: Version | None = None
    watched: Version | None = None
    since = 0.0
    while True:
        found = store.read(key)
        if found is None:
            expect = None
        else:
            data, version = found
            if _is_free(data) or _is_dead(data):
                expect = version
            elif watched is None:
                watched, since = version, time.monotonic()
                time.sleep(min(1.0, seconds / 10))
                continue
            elif version != watched:
                return None
            elif time.monotonic() - since < seconds:
                time.sleep(min(1.0, seconds / 10))
                continue
            else:
                expect = version
        try:
            version = store.publish(key, _content(owner, 0), expect)
        except Lost:
            return None  # another writer was faster
        return Lease(store, key, owner, version, seconds)


def holder(store: Objects, key: str) -> str:
    """Return who holds a lease: `process 7 on host`; "" where nobody does."""
    found = store.read(key)
    try:
        owner = json.loads(found[0])["owner"] if found else None
    except (ValueError, KeyError, TypeError):
        return ""
    return str(owner or "").rpartition(", ")[0]


def _content(owner: str | None, number: int) -> bytes:
    # an ETag is an MD5: the salt makes each version another
    known = {"owner": owner, "renewed": number, "salt": secrets.token_hex(4)}
    return json.dumps(
        known | {"process": [_kernel(), os.getpid(), process_start(os.getpid())]}
    ).encode()


def _kernel() -> str:
    """Return what no other running kernel and no other PID namespace has, "" where unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').stat().st_ino:x}"
    except OSError:
        return ""


def _is_dead(data: bytes) -> bool:
    """Return whether it is sure that the holder is gone: a process of this kernel."""
    try:
        kernel, process, started = json.loads(data)["process"]
        return bool(kernel) and kernel == _kernel() and process_start(int(process)) != started
    except (ValueError, KeyError, TypeError):
        return False


def _is_free(data: bytes) -> bool:
    try:
        return json.loads(data)["owner"] is None
    except (ValueError, KeyError, TypeError):
        return False
