"""Writers, readers, prunes and kills at once: every reader sees a whole day, or none."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from staging import DAY, Day, files, found, litter, opened, stage

from sealed_days.core.errors import BusyError, FileError
from sealed_days.store.days import SealedDay, StagedDays

DAYS = [DAY, date(2025, 2, 1)]
TABLES = ["orders", "a/b", "c", "d", "e"]


def version(number: int) -> Day:
    """Return a day all of whose files name one version; its tables vary."""
    names = [name for place, name in enumerate(TABLES) if place < 2 or number % place == 0]
    return {name: b"id,v\n" + f"1,{number}\n".encode() * (1 + number % 50) for name in names}


def write(root: Path, chance: random.Random) -> str:
    try:
        stage(root, version(chance.randrange(10**6)), chance.choice(DAYS))
    except BusyError:
        return "busy"
    return "sealed"


def prune(root: Path, chance: random.Random) -> str:
    days, day = StagedDays(root, "s"), chance.choice(DAYS)
    try:
        with days.hold(day):
            days.store.remove(day)
    except BusyError:
        return "busy"
    return "pruned"


def read(root: Path, chance: random.Random) -> str:
    days, day = StagedDays(root, "s"), chance.choice(DAYS)
    while True:
        try:
            sealed = days.open(day)
        except FileError as error:
            # gone for good, or between our look at its manifest and our look at its files
            if "has no sealed day" in str(error) or not days.manifest_path(day).exists():
                return "no day"
            raise
        tables = contents(sealed)
        if tables is not None:
            numbers = {data.split(b",")[2].split(b"\n")[0] for data in tables.values()}
            assert len(numbers) == 1, f"a mixed day: {numbers}"
            assert tables == version(int(numbers.pop()))
            return "whole"
        # a file was replaced under us: then another manifest has come, or none is left
        try:
            assert days.read_manifest(day) != sealed.manifest
        except FileError:
            return "no day"


def contents(sealed: SealedDay) -> Day | None:
    """Return the files of a day as its manifest proves them, None where one has changed."""
    tables = {}
    for table in sealed.tables:
        try:
            data = table.file.path.read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(data).hexdigest() != table.file.sha256:
            return None
        tables[table.name] = data
    return tables


def process(root: Path, seed: int, work: Callable[[Path, random.Random], str]) -> int:
    """Do work in a process of its own until the file `stop` is there; its code tells faults."""
    child = os.fork()
    if child:
        return child
    chance, code = random.Random(seed), 0
    try:
        while not (root.parent / "stop").exists():
            work(root, chance)
    except BaseException:
        import traceback

        (root.parent / f"failed-{os.getpid()}").write_text(traceback.format_exc())
        code = 1
    os._exit(code)


def test_every_reader_sees_a_whole_day(root: Path) -> None:
    root.mkdir()
    chance = random.Random(7)
    others = [process(root, seed, work) for seed, work in enumerate([read, read, prune])]
    writers = {process(root, 10 + n, write) for n in range(3)}
    for kills in range(120):
        time.sleep(chance.uniform(0.001, 0.02))  # the moments of the kills
        victim = chance.choice(sorted(writers))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        writers.remove(victim)
        writers.add(process(root, 100 + kills, write))
    (root.parent / "stop").touch()
    for child in (*others, *writers):
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        failed = root.parent / f"failed-{child}"
        assert code == 0, failed.read_text() if failed.exists() else code
    for day in DAYS:
        found(root, day)
        stage(root, version(60), day)
        assert opened(root, day) == files(version(60))
    assert litter(root) == []


def test_two_days_never_exclude_each_other(root: Path) -> None:
    """Each run sweeps what dead ones left: no look of one may keep another from its own day."""
    root.mkdir()

    def begin_often(day: date) -> None:
        for _ in range(700):
            StagedDays(root, "s").begin(day).close()

    children = []
    for number in range(3):
        child = os.fork()
        if child == 0:
            try:
                begin_often(date(2025, 3, 1 + number))
            except BaseException:
                os._exit(1)
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0, 0]
    assert litter(root) == []
