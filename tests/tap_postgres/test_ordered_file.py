"""Parts of a table enter its file in order, whatever the order and the pace they come in."""

from __future__ import annotations

import hashlib
import io
import random
import threading
import time
from pathlib import Path

import pytest

from sealed_days.tap_postgres import ordered_file
from sealed_days.tap_postgres.ordered_file import FilePart, OrderedFile

COUNT = 12


@pytest.fixture(params=[0, 500, 1 << 20], ids=["on-disk", "some-on-disk", "in-memory"])
def _room(request, monkeypatch) -> None:
    monkeypatch.setattr(ordered_file, "WAITING_BYTES", request.param)


def content(number: int) -> bytes:
    return b"".join(b"%d.%d\n" % (number, line) for line in range(40))


def file_of(folder: Path) -> tuple[OrderedFile, list[FilePart]]:
    table_file, stop = OrderedFile(folder / "0.csv", COUNT), threading.Event()
    table_file.begin()
    return table_file, [FilePart(table_file, number, None, stop) for number in range(COUNT)]


def assert_in_order(table_file: OrderedFile, folder: Path) -> None:
    expected = b"".join(map(content, range(COUNT)))
    assert table_file.is_complete
    assert table_file.path.read_bytes() == expected
    assert table_file.file.sha256 == hashlib.sha256(expected).hexdigest()
    assert (table_file.file.bytes, table_file.rows) == (len(expected), 40 * COUNT)
    assert [path.name for path in folder.iterdir()] == ["0.csv"]


@pytest.mark.usefixtures("_room")
@pytest.mark.parametrize("seed", range(5))
def test_any_interleaving_gives_the_same_file(tmp_path, seed):
    table_file, all_parts = file_of(tmp_path)
    left = {part.number: content(part.number) for part in all_parts}
    chance = random.Random(seed)
    complete = []
    while left:
        part = all_parts[chance.choice(list(left))]
        length = chance.randrange(1, 200)
        part.write(left[part.number][:length])
        left[part.number] = left[part.number][length:]
        if not left[part.number]:
            del left[part.number]
            part.rows = 40
            complete.append(table_file.end(part))
    assert complete == [False] * (COUNT - 1) + [True]
    assert_in_order(table_file, tmp_path)


@pytest.mark.usefixtures("_room")
def test_threads_side_by_side_give_the_same_file(tmp_path):
    table_file, all_parts = file_of(tmp_path)

    def work(mine: list[FilePart]) -> None:
        for part in mine:
            with io.BufferedWriter(part, 64) as buffer:
                for line in content(part.number).splitlines(keepends=True):
                    buffer.write(line)
                buffer.flush()
                part.rows = 40
            table_file.end(part)

    threads = [threading.Thread(target=work, args=(all_parts[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_in_order(table_file, tmp_path)


def test_no_more_than_its_share_waits_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(ordered_file, "WAITING_BYTES", 1000)
    _, all_parts = file_of(tmp_path)
    for part in all_parts[1:]:
        part.write(content(part.number))
    assert sum(len(block) for part in all_parts for block in part.waiting) <= 1000
    assert all(part.waiting or part.overflow for part in all_parts[1:])


def test_a_full_spool_holds_parts_up_until_their_turn(tmp_path, monkeypatch):
    monkeypatch.setattr(ordered_file, "WAITING_BYTES", 0)
    spool, stop = ordered_file.Spool(1000), threading.Event()
    table_file = OrderedFile(tmp_path / "0.csv", COUNT, spool=spool)
    table_file.begin()
    all_parts = [FilePart(table_file, number, None, stop) for number in range(COUNT)]

    def work(part: FilePart) -> None:
        for line in content(part.number).splitlines(keepends=True):
            part.write(line)
        part.rows = 40
        table_file.end(part)

    threads = [threading.Thread(target=work, args=(part,)) for part in all_parts[1:]]
    for thread in threads:
        thread.start()
    while (kept := sum(path.stat().st_size for path in tmp_path.iterdir())) < 990:
        time.sleep(0.01)
    assert kept <= 1000
    assert any(thread.is_alive() for thread in threads), "they wait for the first part"
    work(all_parts[0])
    for thread in threads:
        thread.join()
    assert_in_order(table_file, tmp_path)


def test_a_part_that_is_held_up_ends_with_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(ordered_file, "WAITING_BYTES", 0)
    stop = threading.Event()
    table_file = OrderedFile(tmp_path / "0.csv", 2, spool=ordered_file.Spool(0))
    table_file.begin()
    part = FilePart(table_file, 1, None, stop)
    timer = threading.Timer(0.2, stop.set)  # another table has failed
    timer.start()
    with pytest.raises(InterruptedError):
        part.write(b"1\n")
