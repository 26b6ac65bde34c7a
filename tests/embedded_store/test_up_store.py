"""`make up-store`: a real S3 server on this machine, and the lines of .env that lead to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from object_store import NO_CLOUD, WALL, WEED

from sealed_days.core import dotenv
from sealed_days.store.objects import Objects


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project's folder with a blank in its name, and the server's program."""
    project = tmp_path / "a project"
    (project / ".seaweedfs").mkdir(parents=True)
    (project / ".seaweedfs" / "venv").symlink_to(WEED.parent.parent)
    yield project
    command(project, "clean")


def command(project: Path, name: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "embedded_store", name],
        cwd=project, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def lead_there(project: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    for name in NO_CLOUD:
        monkeypatch.delenv(name, raising=False)
    for name, value in (WALL | dotenv.read(project).values).items():
        monkeypatch.setenv(name, value)
    return Objects("s3://days/northwind")


def test_up_starts_it_and_its_lines_lead_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a copy of .env.example has empty lines for them
    (folder / ".env").write_text("OTHER=1\nAWS_REGION=\nAWS_ACCESS_KEY_ID=\n")
    said = command(folder, "up")
    assert "SeaweedFS is up on http://127.0.0.1:" in said
    assert "make run STAGE_ROOT=s3://days/northwind" in said
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert (folder / ".env").read_text().count("AWS_REGION=") == 1
    assert dotenv.read(folder).values["OTHER"] == "1"
    store = lead_there(folder, monkeypatch)
    assert list(store.list()) == [], "its bucket is there before anything is written"
    store.probe()

    pid = int((folder / ".seaweedfs" / "store" / "pid").read_text())
    listens = [c.laddr.ip for c in psutil.Process(pid).net_connections() if c.status == "LISTEN"]
    assert listens
    assert set(listens) == {"127.0.0.1"}

    before = (folder / ".env").read_text()
    assert "already up" in command(folder, "up")
    assert (folder / ".env").read_text() == before
    assert "is up" in command(folder, "status")


@pytest.mark.slow  # it takes 15 s to stop
def test_down_keeps_its_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(folder, "up")
    lead_there(folder, monkeypatch).publish("kept", b"data", None)
    assert "is stopped" in command(folder, "down")
    assert "is down" in command(folder, "status", code=3)
    command(folder, "up")
    found = lead_there(folder, monkeypatch).read("kept")
    assert found and found[0] == b"data"


def test_lines_of_the_users_own_are_left_alone(folder: Path) -> None:
    own = "AWS_ACCESS_KEY_ID=mine\n"
    (folder / ".env").write_text(own)
    said = command(folder, "up", code=1)
    assert ".env has AWS_ACCESS_KEY_ID already: remove them" in said
    assert (folder / ".env").read_text() == own


def test_without_its_program_the_command_is_named(tmp_path: Path) -> None:
    assert "weed is missing: run make up-store" in command(tmp_path, "up", code=1)
