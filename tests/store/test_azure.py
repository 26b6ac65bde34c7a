"""The same verbs and days on Azure's emulator."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import azurite
import pytest

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store import lease, object_file
from sealed_days.store.manifest import StagedTable
from sealed_days.store.object_sink import MIN_PART, ObjectSink
from sealed_days.store.objects import Lost, Objects
from sealed_days.store.place import days_at

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not azurite.PROGRAM.exists(), reason="no npm: Azurite is not installed"),
]
DAY = date(2025, 1, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with azurite.running(tmp_path_factory.mktemp("azurite")) as variables:
        yield variables


@pytest.fixture
def root(server: dict[str, str], no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    object_file.store_at.cache_clear()
    return f"az://days/{secrets.token_hex(6)}"


def test_the_verbs_hold_on_azure(root: str) -> None:
    store = Objects(root)
    store.probe()
    seen = store.publish("day", b"old", None)
    now = store.publish("day", b"new", seen)
    assert store.publish("day", b"new", seen) == now
    with pytest.raises(Lost):
        store.publish("day", b"mine", seen)
    data = b"x" * 999 + b"\n"
    sink = ObjectSink(store.client, root, "d/t.csv", part=MIN_PART)
    for _ in range(25):
        sink.write(data * 1000)
    sink.close()
    with store.open(sink.pieces, 7) as stream:
        assert stream.read() == (data * 25_000)[7:]
    held = lease.take(store, ".leases/day", 2)
    assert held
    assert lease.take(store, ".leases/day", 2) is None
    held.close()


def test_a_container_that_is_not_there_is_one_line(root: str) -> None:
    with pytest.raises(ConfigurationError, match="the container nowhere does not exist"):
        Objects("az://nowhere/x").read("day")


def test_a_day_is_sealed_on_azure(root: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id\n1\n")
    days = days_at(root, "csv")
    for _ in range(2):
        with days.begin(DAY) as draft:
            taken = draft.take("t", path)
            file = ProvenFile.measure(path).at(taken)
            draft.add(StagedTable("t", file, (("id", "integer", "integer"),)))
            draft.seal()
    (table,) = days.open(DAY).tables
    assert table.file.path.read_bytes() == b"id\n1\n"
    assert days.list() == [DAY]
    days.store.remove(DAY)
    assert days.list() == []
