"""Runs a command and measures it: seconds, CPU seconds, and the memory of each process."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL_SECONDS = 0.02
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Process:
    """One process of a run: when it lived, as seconds from the run's start, and what it used."""

    name: str
    began: float
    ended: float = 0.0
    cpu: float = 0.0
    peak: int = 0


@dataclass
class Measured:
    """A command that has ended. `cpu` is that of all its processes, `server_cpu` the server's.

    `processes` are those that lived long enough to be seen, some 20 ms.
    """

    code: int
    seconds: float
    cpu: float
    began: float
    log: Path
    server_cpu: float = 0.0
    processes: list[Process] = field(default_factory=list)

    @property
    def largest(self) -> Process:
        """The process with the highest peak of resident memory."""
        return max(self.processes, key=lambda p: p.peak, default=Process("", 0))

    def tail(self) -> str:
        """The last lines that it said."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(line[:300] for line in lines[-15:])


def measure(
    command: Sequence[str | Path], folder: Path, env: Mapping[str, str], log: Path
) -> Measured:
    """Run a command to its end; what it says goes to a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    seen: dict[int, Process] = {}
    stop = threading.Event()
    with log.open("wb") as out:
        clock, began = time.time(), time.monotonic()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        watcher = threading.Thread(target=_watch, args=(child.pid, seen, began, stop), daemon=True)
        watcher.start()
        try:
            # unlike RUSAGE_CHILDREN, this is of one child and all that it has waited for
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGTERM)
            raise
        finally:
            seconds = time.monotonic() - began
            stop.set()
            watcher.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    processes = sorted(seen.values(), key=lambda p: p.began)
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(child.returncode, seconds, cpu, clock, log, processes=processes)


def _watch(root: int, seen: dict[int, Process], began: float, stop: threading.Event) -> None:
    while not stop.wait(POLL_SECONDS):
        for pid in _tree(root):
            try:
                _look(pid, seen, time.monotonic() - began)
            except (OSError, ValueError, IndexError):
                continue  # it has just ended


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = (task / "children").read_text()
                found += map(int, children.split())
        except OSError:
            continue
    return found


def _look(pid: int, seen: dict[int, Process], now: float) -> None:
    status = Path(f"/proc/{pid}/status").read_text()
    line = status.partition("VmHWM:")[2]
    peak = int(line.split(None, 1)[0]) * 1024
    # after the name, which may hold blanks: state is the first field, utime the 12th
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    process = seen.setdefault(pid, Process("", now))
    process.name = _name(pid) or process.name
    process.ended = now
    process.cpu = (int(used[11]) + int(used[12])) / _TICK
    process.peak = peak  # it only grows, but for an exec: what was forked is not what runs


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    base = Path(words[0]).name
    if base.startswith("python") and len(words) > 1 and words[1]:
        base = Path(words[1]).name if words[1] != "-m" else words[2]
    return base
