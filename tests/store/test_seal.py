"""A seal leaves the old day or the new one, proven by its manifest, wherever it ends."""

from __future__ import annotations

import itertools
import os
import shutil
import threading
from datetime import date
from pathlib import Path

import pytest
from crash import calls, crash, fail, meet, pause, synced
from staging import DAY, NEW, OLD, Day, files, fill, found, in_place, litter, opened, stage

from sealed_days.core.errors import BusyError, FileError
from sealed_days.store import files as store_files
from sealed_days.store.days import StagedDays
from sealed_days.store.files import Files

BEFORE: list[Day | None] = [None, OLD]


def lay(root: Path, before: Day | None) -> None:
    """Bring a folder to what it was before the seal."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    if before is not None:
        stage(root, before)


def remove(root: Path) -> None:
    """Remove the day."""
    days = StagedDays(root, "s")
    with days.hold(DAY):
        days.store.remove(DAY)


def assert_old_or_new(root: Path, before: Day | None) -> Day | None:
    """Return the day that is there by plain paths, and by our reader; the next run replaces it."""
    day = found(root)
    assert day in [before and files(before), files(NEW)]
    if day is not None:
        assert opened(root) == day
        assert found(root) == day
        expected = NEW if day == files(NEW) else OLD
        assert {name: in_place(root).get(name) for name in expected} == expected
    stage(root, NEW)
    assert found(root) == opened(root) == files(NEW)
    assert in_place(root) == NEW
    assert litter(root) == []
    return day


@pytest.mark.parametrize("before", BEFORE, ids=["first", "again"])
def test_a_crash_at_every_call_of_a_seal_leaves_the_old_day_or_the_new_one(
    root: Path, before: Day | None
) -> None:
    seen: list[Day | None] = []
    number = 1
    lay(root, before)
    while crash(root, number, lambda: stage(root, NEW)):
        seen.append(assert_old_or_new(root, before))
        lay(root, before)
        number += 1
    assert number > 40, "the injector must see what a seal does"
    old, new = before and files(before), files(NEW)
    assert old in seen
    assert new in seen
    assert seen == sorted(seen, key=lambda day: day == new), "once new, always new"


@pytest.mark.parametrize("before", BEFORE, ids=["first", "again"])
def test_a_call_that_fails_leaves_the_old_day_or_the_new_one(
    root: Path, before: Day | None
) -> None:
    lay(root, before)
    number = 1
    while True:
        error = fail(root, number, lambda: stage(root, NEW))
        day = found(root)
        if error is None and day == files(NEW):
            if calls(root, lambda: stage(root, NEW)) < number:
                break
        elif isinstance(error, FileError):
            # what comes after the rename: the day is there, and the line says what is left
            assert day == files(NEW)
            assert "s 2025-01-31 is sealed, but" in str(error)
        elif error is not None:
            assert isinstance(error, OSError)
            assert day in [before and files(before), files(NEW)]
        assert_old_or_new(root, before)
        lay(root, before)
        number += 1
    assert number > 40


@pytest.mark.parametrize("kind", ["crash", "error"])
def test_settling_can_itself_be_interrupted(root: Path, kind: str) -> None:
    end = crash if kind == "crash" else fail
    first = 0
    while True:  # the first call after the rename that publishes
        first += 1
        lay(root, OLD)
        assert crash(root, first, lambda: stage(root, NEW))
        if found(root) == files(NEW):
            break
    number = 0
    while True:
        number += 1
        lay(root, OLD)
        assert crash(root, first, lambda: stage(root, NEW))
        ended = end(root, number, lambda: StagedDays(root, "s").open(DAY) and None)
        assert found(root) == files(NEW)
        if not ended and calls(root, lambda: opened(root) and None) < number:
            break
        assert opened(root) == files(NEW)
        assert in_place(root) == NEW
    assert number > 10


def test_a_prune_takes_the_manifest_first(root: Path) -> None:

    number = 0
    while True:
        number += 1
        lay(root, OLD)
        stage(root, NEW, date(2025, 1, 30))
        if not crash(root, number, lambda: remove(root)):
            break
        assert found(root) in [None, files(OLD)]
        assert found(root, date(2025, 1, 30)) == files(NEW)
        remove(root)
        assert found(root) is None
        assert in_place(root) == {}
    assert number > 5
    assert in_place(root, date(2025, 1, 30)) == NEW


OBSTACLES = {
    "a file where a new table's folder belongs": lambda root: (root / "s" / "a%2Fb").touch(),
    "a file where the day's folder belongs": lambda root: (
        (root / "s" / "a%2Fb").mkdir(),
        (root / "s" / "a%2Fb" / str(DAY)).touch(),
    ),
    "a folder where the file belongs": lambda root: (
        root / "s" / "a%2Fb" / str(DAY) / "a%2Fb.csv"
    ).mkdir(parents=True),
    "a folder where the rejects belong": lambda root: (
        root / "s" / "a%2Fb" / str(DAY) / "rejects.csv"
    ).mkdir(parents=True),
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_is_in_the_way_is_found_before_anything_is_touched(root: Path, obstacle: str) -> None:
    lay(root, OLD)
    OBSTACLES[obstacle](root)
    with pytest.raises(OSError) as caught:
        stage(root, NEW)
    assert str(caught.value.filename).startswith(str(root / "s" / "a%2Fb"))
    assert found(root) == files(OLD)
    assert {k: v for k, v in in_place(root).items() if k in OLD} == OLD
    assert litter(root) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_another_owner_is_found_before_anything_is_touched(root: Path) -> None:
    lay(root, OLD)
    folder = root / "s" / "orders" / str(DAY)
    folder.chmod(0o500)
    with pytest.raises(PermissionError):
        stage(root, NEW)
    folder.chmod(0o700)
    assert found(root) == files(OLD)


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second filesystem")
@pytest.mark.parametrize("link", ["s", "s/orders", "s/new"])
def test_folders_may_be_links_to_another_filesystem(tmp_path: Path, link: str) -> None:
    import tempfile

    root = tmp_path / "output"
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        assert Path(other).stat().st_dev != tmp_path.stat().st_dev
        stage(root, OLD)
        place = root / link
        shutil.copytree(place, Path(other) / "there") if place.exists() else None
        shutil.rmtree(place, ignore_errors=True)
        (Path(other) / "there").mkdir(exist_ok=True)
        place.symlink_to(Path(other) / "there")
        assert found(root) == files(OLD)
        scratch = root / ".scratch" / "mine"
        scratch.mkdir(parents=True)
        with StagedDays(root, "s").begin(DAY) as draft:
            (scratch / "new.csv").write_bytes(b"id,v\n3,new\n")
            draft.take("new", scratch / "new.csv")
            fill(draft, NEW | {"new": b"id,v\n3,new\n"})
            draft.seal()
        scratch.rmdir()
        assert found(root) == files(NEW) | {"new": b"id,v\n3,new\n"}
        assert litter(root) == []


@pytest.mark.parametrize("link", ["s", "s/orders"])
def test_a_crash_where_a_folder_is_a_link_to_another_filesystem(
    root: Path, tmp_path: Path, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crash._fsync", lambda _: None)  # a real disk, hundreds of times
    root.mkdir()
    if root.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second filesystem")
    seen = []
    number = 0
    while True:
        number += 1
        lay(root, OLD)
        shutil.rmtree(tmp_path / "there", ignore_errors=True)
        shutil.copytree(root / link, tmp_path / "there")
        shutil.rmtree(root / link)
        (root / link).symlink_to(tmp_path / "there")
        if not crash(root, number, lambda: stage(root, NEW)):
            break
        seen.append(assert_old_or_new(root, OLD))
        assert (root / link).is_symlink()
    assert files(OLD) in seen
    assert files(NEW) in seen


def test_a_filesystem_without_links_is_copied_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    lay(root, OLD)
    stage(root, NEW)
    assert found(root) == files(NEW)
    assert in_place(root) == NEW


def test_two_runs_of_a_day_exclude_each_other_and_two_days_do_not(root: Path) -> None:
    days = StagedDays(root, "s", "my-job")
    with days.begin(DAY), days.begin(date(2025, 1, 30)):
        with pytest.raises(BusyError) as caught:
            days.begin(DAY)
        assert f"s 2025-01-31 is being written by another run (process {os.getpid()} on " in str(
            caught.value
        )
        assert "DATE=2025-01-31 meltano run my-job" in str(caught.value)
    days.begin(DAY).close()
    assert litter(root) == []


def test_an_attempt_that_a_manifest_names_outlives_its_process_and_every_sweep(
    root: Path,
) -> None:
    number = 0
    while found(root) != files(NEW):
        number += 1
        lay(root, OLD)
        crash(root, number, lambda: stage(root, NEW))
    stage(root, OLD, date(2025, 2, 1))  # another day's run sweeps what dead runs left
    assert found(root) == files(NEW)
    assert litter(root) != []
    assert opened(root) == files(NEW)
    assert in_place(root) == NEW


def test_dead_attempts_go_with_the_next_day(root: Path) -> None:
    lay(root, OLD)
    total = calls(root, lambda: stage(root, NEW))
    lay(root, OLD)
    half = next(
        n
        for n in range(total // 3, total)
        if crash(root, n, lambda: stage(root, NEW)) and list((root / "s").rglob("*.new"))
    )
    assert half
    stage(root, OLD, date(2025, 2, 1))
    assert [name for name in litter(root) if not name.endswith(f"s.{DAY}.lock")] == []
    assert in_place(root) == OLD


OTHER = date(2025, 2, 1)


@pytest.fixture(params=BEFORE, ids=["first", "again"])
def killed(root: Path, request: pytest.FixtureRequest) -> tuple[Path, Day | None]:
    """A copy of what a run leaves that is killed when its files have second names; the old day."""
    number = 0
    while len(list((root / "s").rglob("*.new"))) < len(NEW):
        number += 1
        lay(root, request.param)
        assert crash(root, number, lambda: stage(root, NEW))
    return root.rename(root.with_name("killed")), request.param


@pytest.mark.parametrize("meanwhile", ["the day is staged", "the day is removed", "a third sweeps"])
def test_a_run_that_sweeps_may_meet_any_other_at_any_call(
    root: Path, killed: tuple[Path, Day | None], meanwhile: str
) -> None:
    dead, before = killed

    def other() -> None:
        if meanwhile == "the day is staged":
            stage(root, NEW)
        elif meanwhile == "the day is removed":
            remove(root)
        else:
            stage(root, OLD, date(2025, 2, 2))

    number, met = 0, True
    while met:
        number += 1
        shutil.copytree(dead, root)
        met = meet(root, number, lambda: stage(root, OLD, OTHER), other)
        if not met:
            other()
        staged = {"the day is staged": NEW, "the day is removed": None}.get(meanwhile, before)
        assert found(root) == (staged and files(staged))
        assert in_place(root) == (staged or {})
        assert found(root, OTHER) == files(OLD)
        assert [name for name in litter(root) if not name.endswith(f"s.{DAY}.lock")] == []
        shutil.rmtree(root)
    assert number > 30


def test_a_sweep_that_is_killed_is_ended_by_the_next(
    root: Path, killed: tuple[Path, Day | None]
) -> None:
    dead, before = killed
    number, is_killed = 0, True
    while is_killed:
        number += 1
        shutil.copytree(dead, root)
        is_killed = crash(root, number, lambda: Files(root, "s")._sweep_attempts(OTHER))
        stage(root, OLD, OTHER)
        assert [name for name in litter(root) if not name.endswith(f"s.{DAY}.lock")] == []
        assert in_place(root) == (before or {})
        shutil.rmtree(root)
    assert number > 10


@pytest.mark.parametrize("is_staged", [True, False], ids=["staged", "removed"])
def test_a_sweep_may_go_on_late_at_any_call_of_the_days_own_run(
    root: Path, killed: tuple[Path, Day | None], is_staged: bool
) -> None:
    pairs = 0
    for stop in itertools.count(1):
        met = True
        for number in itertools.count(1):
            shutil.copytree(killed[0], root)
            late = pause(root, stop, lambda: Files(root, "s")._sweep_attempts(OTHER))
            if late is None:
                assert pairs > 200
                return
            met = meet(root, number, lambda: stage(root, NEW) if is_staged else remove(root), late)
            if not met:
                late()
            assert found(root) == (files(NEW) if is_staged else None)
            assert in_place(root) == (NEW if is_staged else {})
            assert [name for name in litter(root) if not name.endswith(".lock")] == []
            shutil.rmtree(root)
            pairs += 1
            if not met:
                break


def test_a_lost_attempt_is_a_damaged_day_that_can_be_staged_again(root: Path) -> None:
    number = 0
    while found(root) != files(NEW):
        number += 1
        lay(root, OLD)
        crash(root, number, lambda: stage(root, NEW))
    for folder in (root / "s").glob(".2025-01-31.*"):
        shutil.rmtree(folder)
    with pytest.raises(FileError, match=r"is missing though s 2025-01-31 is sealed: run DATE="):
        opened(root)
    stage(root, NEW)
    assert opened(root) == files(NEW)
    assert litter(root) == []


def test_a_reader_who_may_not_write_reads_the_files_where_they_are(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 0
    while found(root) != files(NEW):
        number += 1
        lay(root, OLD)
        crash(root, number, lambda: stage(root, NEW))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(store_files, "take_lease", refuse)
        assert opened(root) == files(NEW)
    lease = StagedDays(root, "s").hold(DAY)
    assert opened(root) == files(NEW)
    lease.close()


def test_the_rows_that_were_set_aside_lie_beside_their_table(root: Path) -> None:
    stage(root, OLD)
    assert in_place(root) == OLD
    stage(root, {"orders": OLD["orders"], "gone": OLD["gone"]})
    assert in_place(root) == files(OLD)


def test_a_draft_that_is_not_sealed_leaves_nothing(root: Path) -> None:
    stage(root, OLD)
    before = sorted(root.rglob("*"))
    with StagedDays(root, "s").begin(DAY) as draft:
        fill(draft, NEW)
    assert sorted(root.rglob("*")) == before


def test_a_file_of_another_size_is_refused(root: Path) -> None:
    with StagedDays(root, "s").begin(DAY) as draft:
        fill(draft, {"orders": OLD["orders"]})
        table = draft._tables["orders"]
        draft.path("orders").write_bytes(b"id\n")
        with pytest.raises(FileError, match=r"has 3 bytes where 11 were written"):
            draft.add(table)


def test_a_file_with_other_columns_is_refused(root: Path) -> None:
    with StagedDays(root, "s").begin(DAY) as draft, pytest.raises(FileError) as caught:
        fill(draft, {"orders": b"v,id\nold,1\n"})
    assert "its header is 'v, id' where its columns are 'id, v'" in str(caught.value)


def test_files_and_folders_are_on_the_disk_before_the_manifest_names_them(root: Path) -> None:
    number = 0
    while found(root) != files(NEW):  # the first call after the rename that publishes
        number += 1
        lay(root, OLD)
        crash(root, number, lambda: stage(root, NEW))
    lay(root, OLD)
    synced.clear()
    assert isinstance(fail(root, number, lambda: stage(root, NEW)), FileError)
    day = root / "s" / str(DAY)
    (attempt,) = (root / "s").glob(f".{DAY}.*")
    named = [path for path in attempt.iterdir() if path.suffix in {".csv", ".rejects"}]
    assert len(named) == len(NEW)
    for path in (*named, attempt, day.with_suffix(".datapackage.json")):
        assert path.stat().st_ino in synced, path
    opened(root)
    for name in files(NEW):
        folder = StagedDays(root, "s").file_path(DAY, name).parent
        assert folder.stat().st_ino in synced, folder
        if name not in OLD:  # new: its entry in the folder above
            assert folder.parent.stat().st_ino in synced, folder.parent
    assert (root / "s").stat().st_ino in synced


def test_files_reach_the_disk_side_by_side_and_a_new_folder_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, 1,500 small tables waited for the disk 6,000 times."""
    under_way, most, synced_folder = 0, 0, 0
    lock, second = threading.Lock(), threading.Event()

    def slow(descriptor: int) -> None:
        nonlocal under_way, most, synced_folder
        with lock:
            under_way += 1
            most = max(most, under_way)
            synced_folder += os.fstat(descriptor).st_ino == (root / "s").stat().st_ino
            if under_way > 1:
                second.set()
        second.wait(1)
        with lock:
            under_way -= 1

    monkeypatch.setattr("crash._fsync", slow)
    stage(root, {f"t{number}": b"id,v\n1,a\n" for number in range(20)})
    assert most > 1
    assert synced_folder < 10
