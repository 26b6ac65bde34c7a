"""Folders for staged days in memory, where fsync costs nothing, and a real object store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import object_store
import pytest

from embedded_store.server import Store
from sealed_days.store import object_file
from sealed_days.store.objects import Objects


@pytest.fixture
def root() -> Iterator[Path]:
    """The folder of all sources."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder) / "output"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A SeaweedFS of this session."""
    with object_store.running(tmp_path_factory.mktemp("seaweedfs")) as store:
        yield store


@pytest.fixture
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this shell leads to a store, and no request leaves this machine."""
    for name in object_store.NO_CLOUD:
        monkeypatch.delenv(name, raising=False)
    for name, value in object_store.WALL.items():
        monkeypatch.setenv(name, value)
        monkeypatch.delenv(name.lower(), raising=False)
    object_file.store_at.cache_clear()


@pytest.fixture
def objects(server: Store, no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """An empty store."""
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    return Objects(object_store.new_root())
