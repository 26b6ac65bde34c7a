"""Scratch of dead runs goes; what lives, and what is not ours, stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from sealed_days.core.errors import ConfigurationError
from sealed_days.store import layout
from sealed_days.store import scratch as scratches
from sealed_days.store.days import StagedDays
from sealed_days.store.scratch import LOCK, Scratch, ScratchFile, sweep


def names(area: Path) -> set[str]:
    return {entry.name for entry in area.iterdir()}


def renamed(scratch: Scratch, **parts: str) -> Path:
    """Give a scratch folder another owner in its name."""
    machine, owner, token = scratch.path.name.rsplit("-", 2)
    process, started = owner.split(".")
    part = {"machine": machine, "process": process, "started": started} | parts
    name = f"{part['machine']}-{part['process']}.{part['started']}-{token}"
    return scratch.path.rename(scratch.path.with_name(name))


def test_live_scratch_is_left_whoever_sweeps(root: Path) -> None:
    scratch = Scratch(root)
    (scratch.path / "orders.csv").write_bytes(b"x")
    dead_owner = renamed(scratch, started="1")
    sweep(root)
    assert names(root) == {dead_owner.name}, "its lock is held, though its owner is gone"
    scratch.release()
    sweep(root)
    assert names(root) == set()


def test_files_outlive_the_tap_until_the_target_has_moved_them(root: Path) -> None:
    scratch = Scratch(root)
    file = scratch.path / "orders.csv"
    file.write_bytes(b"x")
    scratch.release()  # the tap ends; the process that runs tap and target lives
    sweep(root)
    assert file.exists()
    file.unlink()  # taken
    sweep(root)
    assert names(root) == set()


def test_a_process_number_that_was_used_again_keeps_nothing(root: Path) -> None:
    scratch = Scratch(root)
    (scratch.path / "orders.csv").write_bytes(b"x")
    scratch.release()
    renamed(scratch, started="1")  # the same number, another process
    sweep(root)
    assert names(root) == set()


def test_a_process_that_is_gone_keeps_nothing(root: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from sealed_days.store.scratch import Scratch\n"
        "if os.fork() == 0:\n"
        "    s = Scratch(Path(sys.argv[1])); (s.path / 'orders.csv').touch()\n"
        "    s.release(); os._exit(0)\n"
        "os.wait()"
    )
    subprocess.run([sys.executable, "-c", code, root], check=True)
    assert len(names(root)) == 1
    sweep(root)
    assert names(root) == set()


def test_a_tap_sweeps_its_own_storage_root(root: Path) -> None:
    first = Scratch(root / "elsewhere")
    (first.path / "orders.csv").write_bytes(b"x")
    first.release()
    renamed(first, started="1")
    second = Scratch(root / "elsewhere")
    assert names(root / "elsewhere") == {second.path.name}
    second.close()
    assert names(root / "elsewhere") == set()


def test_another_machines_scratch_goes_after_two_days_by_the_disks_clock(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = Scratch(root)
    (scratch.path / "orders.csv").write_bytes(b"x")
    scratch.release()
    foreign = renamed(scratch, machine="other.1")
    monkeypatch.setattr(time, "time", lambda: 4e9)  # this machine's clock says nothing
    sweep(root)
    assert foreign.exists()
    old = foreign.stat().st_mtime - 3 * 24 * 3600
    os.utime(foreign, (old, old))
    sweep(root)
    assert foreign.exists(), "a file in it is young"
    os.utime(foreign / "orders.csv", (old, old))
    os.utime(foreign / LOCK, (old, old))
    sweep(root)
    assert names(root) == set()


@pytest.mark.parametrize(
    "name", ["data", "my-data-1", "host-1-aa", "host-12-0123abcd", "-1.2-0123abcd", "x.lock"]
)
def test_what_is_not_ours_is_never_swept(root: Path, name: str) -> None:
    (root / name).mkdir(parents=True)
    (root / name / "precious").touch()
    for path in (root / name, root / name / "precious"):
        os.utime(path, (0, 0))
    sweep(root)
    assert (root / name / "precious").exists()


def test_a_folder_that_never_got_its_lock_goes_with_its_process(root: Path) -> None:
    scratch = Scratch(root)
    (scratch.path / LOCK).unlink()
    sweep(root)
    assert scratch.path.exists()
    renamed(scratch, started="1")
    sweep(root)
    assert names(root) == set()


def test_a_scratch_file_proves_what_was_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratches, "WRITE_BEHIND", 10)
    root.mkdir()
    file = ScratchFile(root / "t.csv")
    for block in (b"id\n", memoryview(b"1\n22\n333\n"), b"", b"4444\n55555\n666666\n"):
        file.write(block)
    file.close()
    proven = file.proven(6)
    assert proven == type(proven).measure(root / "t.csv")
    assert proven.rows == 6


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("orders", "orders"),
        ("Größe_1-x", "Größe_1-x"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("..", "%2E%2E"),
        ("-rf", "%2Drf"),
        ("a b\n", "a%20b%0A"),
        ("é\x00", "é%00"),
        ("a-b", "a-b"),
        ("", ""),
    ],
)
def test_a_table_is_one_path_component(table: str, name: str) -> None:
    assert layout.safe_name(table) == name
    assert "/" not in name


def test_attempts_are_named_by_day_and_token() -> None:
    name = layout.attempt_name(date(2025, 1, 31), "0123abcd")
    assert name == ".2025-01-31.0123abcd"
    assert layout.attempt_parts(name) == ("2025-01-31", "0123abcd")
    for other in ("2025-01-31.0123abcd", ".2025-01-31.0123abc", f"{name}x", f"x{name}", "."):
        assert layout.attempt_parts(other) is None


@pytest.mark.parametrize("source", ["", "S", "1a", "../x", "a/b", "a.b", "-a", "a b"])
def test_a_source_is_a_plain_name(root: Path, source: str) -> None:
    with pytest.raises(ConfigurationError, match="use lower-case letters, digits, _ and -"):
        StagedDays(root, source)
    StagedDays(root, "a1_b-c")
