"""The verbs on an object store, against a real server."""

from __future__ import annotations

import functools
import hashlib
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import fake_s3
import object_store
import pytest

from sealed_days.core.errors import BusyError, ConfigurationError, FileError, UserError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store import lease, object_attempt, object_days, object_sink
from sealed_days.store.manifest import StagedTable
from sealed_days.store.object_file import ObjectFile, object_file
from sealed_days.store.object_sink import MIB, ObjectSink, part_size
from sealed_days.store.objects import Lost, Objects
from sealed_days.store.place import days_at, place_of

KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
AZURE = {"AZURE_STORAGE_ACCOUNT_NAME": "a", "AZURE_STORAGE_ACCOUNT_KEY": "no base64!"}
LINE = b'1,"a\nb""c",' + b"x" * 500 + b"\n"


def test_of_two_that_must_not_overwrite_one_wins(objects: Objects) -> None:
    barrier = threading.Barrier(8)

    def put(number: int) -> bool:
        barrier.wait()
        try:
            objects.publish("day", b"%d" % number, None)
        except Lost:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, range(8)))
    assert won.count(True) == 1
    found = objects.read("day")
    assert found and found[0] == b"%d" % won.index(True)


def test_publish_refuses_what_changed_since_it_was_read(objects: Objects) -> None:
    seen = objects.publish("day", b"old", None)
    objects.publish("day", b"new", seen)
    with pytest.raises(Lost):
        objects.publish("day", b"mine", seen)
    found = objects.read("day")
    assert found and found[0] == b"new"


def test_a_lost_answer_is_no_loss(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_s3.running() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        objects = Objects("s3://days/x", retry_seconds=1)
        for data, seen in ((b"old", None), (b"new", objects.publish("day", b"first", None))):
            key = "day" if seen else "other"
            server.loses_next_answer = True
            version = objects.publish(key, data, seen)
            assert not server.loses_next_answer
            assert objects.read(key) == (data, version)


@pytest.mark.parametrize("size", [0, 1, MIB, object_sink.MIN_PART, object_sink.MIN_PART + 1])
def test_what_is_written_is_what_is_read(objects: Objects, size: int) -> None:
    data = (LINE * (size // len(LINE) + 1))[:size]
    sink = objects.create("day/orders.csv")
    for start in range(0, size, 300_000):
        sink.write(data[start : start + 300_000])
    sink.close()
    assert sink.bytes == size
    assert sink.sha256 == hashlib.sha256(data).hexdigest()
    with objects.open(sink.pieces) as stream:
        assert stream.read() == data


def test_a_table_too_large_for_one_object_rolls_over_at_a_record(objects: Objects) -> None:
    data = b"id,a,b\n" + LINE * 60_000
    sink = ObjectSink(objects.client, objects.root, "d/t.csv", part=5 * MIB, max_parts=3)
    for start in range(0, len(data), 777_777):
        sink.write(data[start : start + 777_777])
    sink.close()
    names = [key for key, _ in sink.pieces]
    assert names == ["d/t.csv", "d/t-00001.csv", "d/t-00002.csv"]
    for key, size in sink.pieces:
        assert size <= 3 * 5 * MIB, "an object has as many parts as a store takes"
        with objects.open([(key, size)]) as stream:
            assert stream.read().endswith(LINE), "a piece ends with a record"
    for start in (0, 5, sink.pieces[0][1] - 1, sink.pieces[0][1], len(data) - 3, len(data)):
        with objects.open(sink.pieces, start) as stream:
            assert stream.read() == data[start:]
    pieces = [(key.rpartition("/")[2], size) for key, size in sink.pieces]
    file = object_file(f"{objects.root}/d", pieces)
    assert place_of(file.as_uri()) == file, "the message names all objects"
    assert file.stat().st_size == len(data)


def test_parts_are_as_large_as_the_table_needs() -> None:
    for size in (0, 1, 48 << 30, 60 << 30, 500 << 30):
        part = part_size(size)
        assert part * object_sink.MAX_PARTS >= size * 1.1
        assert object_sink.MIN_PART <= part <= object_sink.MAX_PART
    assert part_size(60 << 30) == 8 * MIB
    assert part_size(100 << 30) == 12 * MIB, "at 8 MiB it would have 12,800 parts"


def test_an_aborted_upload_leaves_no_object(objects: Objects) -> None:
    sink = objects.create("day/orders.csv")
    for _ in range(20):
        sink.write(LINE * 2000)
    sink.abort()
    assert list(objects.list("day/")) == []


def test_a_lease_keeps_others_out_and_is_free_when_given_back(objects: Objects) -> None:
    held = lease.take(objects, ".leases/day", 3)
    assert held
    assert lease.take(objects, ".leases/day", 3) is None
    held.close()
    again = lease.take(objects, ".leases/day", 3)
    assert again
    again.close()


def test_a_lease_of_a_dead_host_is_taken_over_after_its_time(objects: Objects) -> None:
    dead = lease.take(objects, ".leases/day", 1.5)
    assert dead
    dead._stop.set()  # as kill -9 does: nobody renews it, nobody gives it back
    dead._thread.join()
    new = lease.take(objects, ".leases/day", 1.5)
    assert new
    dead._stop.clear()
    dead._renew()  # the host was only asleep
    assert dead.is_lost
    assert not new.is_lost
    new.close()


def test_one_of_many_takes_a_dead_hosts_lease(objects: Objects) -> None:
    dead = lease.take(objects, ".leases/day", 1)
    assert dead
    dead._stop.set()
    with ThreadPoolExecutor(4) as pool:
        taken = [
            x for x in pool.map(lambda _: lease.take(objects, ".leases/day", 1), range(4)) if x
        ]
    assert len(taken) == 1
    taken[0].close()


def test_a_killed_process_of_this_machine_gives_its_lease_free_at_once(objects: Objects) -> None:
    program = (
        "import sys, time; from sealed_days.store import lease; "
        "from sealed_days.store.objects import Objects; "
        f"lease.take(Objects({objects.root!r}), '.leases/day', 9000); print(flush=True); "
        "time.sleep(900)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        process.kill()
    new = lease.take(objects, ".leases/day", 9000)  # would watch it for so long
    assert new
    new.close()


def test_of_three_writers_one_gets_the_day_ten_times(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.6)
    day, barrier = date(2025, 1, 1), threading.Barrier(3)

    def write(number: int) -> str:
        barrier.wait()
        try:
            with days_at(objects.root, "csv", "THE-JOB").begin(day) as draft:
                barrier.wait()  # the two others are refused by now
                draft.seal(read={"number": number})
        except BusyError as error:
            barrier.wait()
            return str(error)
        return ""

    for _ in range(10):
        with ThreadPoolExecutor(3) as pool:
            said = list(pool.map(write, range(3)))
        refused = [text for text in said if text]
        assert len(refused) == 2
        for text in refused:
            assert re.fullmatch(
                r"csv 2025-01-01 is being written by another run( \(process \d+ on \S+\))?: "
                r"wait for it to end, then run DATE=2025-01-01 meltano run THE-JOB",
                text,
            )
        sealed = days_at(objects.root, "csv").open(day)
        assert sealed.manifest["read"]["number"] == said.index("")


def stage(objects: Objects, text: bytes, path: Path) -> list[str]:
    """Seal a day with one table and return the keys of all its objects."""
    days = days_at(objects.root, "csv")
    path.write_bytes(b"id\n" + text)
    with days.begin(date(2025, 1, 1)) as draft:
        file = ProvenFile.measure(path).at(draft.take("t", path))
        draft.add(StagedTable("t", file, (("id", "integer", "integer"),)))
        draft.seal()
    return sorted(entry.key for entry in objects.list("csv/2025-01-01/"))


def test_a_day_whose_table_has_several_objects_is_read_as_one_file(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = functools.partial(object_attempt.AttemptFile, part=5 * MIB, max_parts=2)
    monkeypatch.setattr(object_attempt, "AttemptFile", small)
    text = b"".join(b"%d\n" % number for number in range(2_000_000))
    keys = stage(objects, text, tmp_path / "t.csv")
    assert [key.rpartition("/")[2] for key in keys] == ["t-00001.csv", "t-00002.csv", "t.csv"]
    (table,) = days_at(objects.root, "csv").open(date(2025, 1, 1)).tables
    with table.file.path.open("rb") as stream:
        assert stream.read() == b"id\n" + text
    objects.remove(keys[:1])
    with pytest.raises(FileError, match=r"t-00001\.csv is missing though csv 2025-01-01 is sealed"):
        days_at(objects.root, "csv").open(date(2025, 1, 1))


def test_frictionless_reads_a_copy(objects: Objects, tmp_path: Path) -> None:
    import frictionless

    stage(objects, b"1\n2\n", tmp_path / "t.csv")
    for entry in objects.list("csv/"):
        target = tmp_path / "copy" / entry.key
        target.parent.mkdir(parents=True, exist_ok=True)
        found = objects.read(entry.key)
        assert found
        target.write_bytes(found[0])
    report = frictionless.validate(str(tmp_path / "copy/csv/2025-01-01.datapackage.json"))
    assert report.valid, report.flatten(["message"])
    assert report.tasks[0].stats["rows"] == 2


@pytest.mark.parametrize("way", ["begin", "prune"])
def test_old_attempts_go_after_their_time_and_not_before(
    way: str, objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = days_at(objects.root, "csv")
    first = stage(objects, b"1\n", tmp_path / "t.csv")
    second = stage(objects, b"2\n", tmp_path / "t.csv")
    assert set(first) < set(second), "a loader may still read the first"
    assert days.remove_old_attempts() == 0
    monkeypatch.setattr(object_days, "OLD", timedelta(seconds=-1))
    if way == "begin":
        days.begin(date(2025, 1, 1)).close()
    else:
        assert days.remove_old_attempts() == len(b"id\n1\n")
    left = [entry.key for entry in objects.list("csv/2025-01-01/")]
    assert left == [key for key in second if key not in first]
    (table,) = days.open(date(2025, 1, 1)).tables
    assert table.file.path.read_bytes() == b"id\n2\n"


def test_a_file_that_was_staged_again_is_read_on_from_its_new_object(
    objects: Objects, tmp_path: Path
) -> None:
    text = b"1\n" * (object_sink.MIN_PART // 2) * 4
    first = stage(objects, text, tmp_path / "t.csv")
    (table,) = days_at(objects.root, "csv").open(date(2025, 1, 1)).tables
    with table.file.path.open("rb") as stream:
        begun = stream.read(5)
        stage(objects, text, tmp_path / "t.csv")
        objects.remove(first)
        assert hashlib.sha256(begun + stream.read()).hexdigest() == table.file.sha256
    objects.remove([e.key for e in objects.list("csv/2025-01-01/")])
    with pytest.raises(FileNotFoundError), table.file.path.open("rb") as stream:
        stream.read()


def test_a_store_without_conditional_writes_is_refused(
    no_cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_s3.running(has_conditions=False) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError, match="no conditional writes") as caught:
            days_at("s3://days/x", "csv").begin(date(2025, 1, 1))
        assert "\n" not in str(caught.value)
        assert not [key for key in server.objects if ".probe" not in key]


@pytest.mark.parametrize("code", ["ExpiredToken", "RequestExpired"])
def test_expired_credentials_are_one_line(
    code: str, no_cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_s3.running(refuses_all=code) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError) as caught:
            days_at("s3://days/x", "csv").begin(date(2025, 1, 1))
    assert str(caught.value) == (
        f"s3://days/x: the credentials have expired ({code}): renew them in .env, run again"
    )


def test_no_test_reaches_a_public_cloud(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as wall:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{wall.getsockname()[1]}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        store = Objects("s3://sealed-days/x", retry_seconds=0)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(store.read, "day")
            caller, _ = wall.accept()
            # what would have gone to Amazon stands before the wall, which lets nothing through
            asked = caller.recv(1000)
            wall.close()
            caller.close()
            with pytest.raises(FileError, match="does not answer"):
                answer.result()
    assert asked.startswith(b"CONNECT s3.eu-central-1.amazonaws.com:443 ")


def test_an_empty_variable_is_none(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, "")  # as a copy of .env.example has it
    Objects(objects.root).probe()


def test_the_probe_accepts_a_store_that_has_them(objects: Objects) -> None:
    objects.probe()
    assert [e for e in objects.list() if e.key.startswith(".probe/")] == []


@pytest.mark.parametrize(
    ("root", "variables", "said"),
    [
        ("s3://days", {}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("s3://days", {"AWS_ACCESS_KEY_ID": "a"}, "no credentials are set"),
        ("s3://days", KEYS, "AWS_REGION"),
        ("s3:///prefix", {}, "names no bucket"),
        ("az://days", {"AZURE_STORAGE_ACCOUNT_KEY": "YQ=="}, "AZURE_STORAGE_ACCOUNT_NAME"),
        ("az://days", {}, "AZURE_STORAGE_ACCOUNT_KEY"),
        (
            "az://days",
            AZURE | {"AZURE_STORAGE_ENDPOINT": "azurite"},
            "is not of the form http://HOST",
        ),
        ("az://days", AZURE, "Invalid Access Key"),
        ("s3://days", KEYS | {"AWS_ENDPOINT_URL": "minio:9000"}, "AWS_ENDPOINT_URL (not shown"),
        ("gs://days", {"GOOGLE_APPLICATION_CREDENTIALS": "/none.json"}, "No such file"),
        ("gs://days", {}, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("ftp://days", {}, "s3://bucket/prefix"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_sent(
    root: str, variables: dict[str, str], said: str, no_cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        Objects(root)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_keys_are_one_line(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(ConfigurationError, match=r"SignatureDoesNotMatch.*credentials in .env"):
        Objects(objects.root).probe()


def test_a_bucket_that_is_not_there_is_one_line(objects: Objects) -> None:
    with pytest.raises(ConfigurationError, match="the bucket nowhere does not exist: create it"):
        Objects("s3://nowhere/x").read("day")


def test_a_store_that_does_not_answer_is_one_line(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(FileError, match=r"http://127.0.0.1:9 does not answer") as caught:
        Objects(objects.root, retry_seconds=0.5).read("day")
    assert "\n" not in str(caught.value)


def test_a_store_that_goes_away_in_mid_upload_is_one_line(
    tmp_path: Path, no_cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with object_store.running(tmp_path / "store") as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        store = Objects(object_store.new_root(), retry_seconds=1)
        sink = store.create("day/orders.csv")
        for _ in range(20):
            sink.write(LINE * 2000)
        server.down(signal.SIGKILL)
        with pytest.raises(UserError, match=r"does not answer.*nothing was published"):
            for _ in range(200):
                sink.write(LINE * 2000)
            sink.close()
        sink.abort()


def test_an_object_that_is_gone_says_so(objects: Objects) -> None:
    file = object_file(f"{objects.root}/day", [("orders.csv", 10)])
    with pytest.raises(FileNotFoundError), file.open("rb") as stream:
        stream.read()


def test_a_message_names_local_files_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a b#c.csv"
    assert place_of(path.as_uri()) == path
    assert not isinstance(place_of(path.as_uri()), ObjectFile)
    with pytest.raises(FileError, match="how many bytes"):
        place_of("s3://days/orders.csv")


def test_reads_come_in_ranges(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    import sealed_days.store.objects as module

    monkeypatch.setattr(module, "READ_BYTES", 1000)
    data = LINE * 10
    sink = objects.create("day/orders.csv")
    sink.write(data)
    sink.close()
    with objects.open(sink.pieces, 3) as stream:
        assert stream.read(7) == data[3:10]
        assert stream.read() == data[10:]


def test_eight_open_files_are_read_in_little_memory(objects: Objects) -> None:
    sink = objects.create("day/orders.csv")
    for _ in range(32):
        sink.write(LINE * (MIB // len(LINE) + 1))
    sink.close()
    read = (
        "import re, threading\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from pathlib import Path\n"
        "from sealed_days.store.objects import Objects\n"
        f"objects, all_open = Objects({objects.root!r}), threading.Barrier(8)\n"
        "def read(number):\n"
        f"    with objects.open({sink.pieces!r}) as stream:\n"
        "        all_open.wait()\n"
        "        return sum(len(block) for block in iter(lambda: stream.read(1 << 16), b''))\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    read = sum(pool.map(read, range(8)))\n"
        "print(read, *re.findall(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()))\n"
    )
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=True)
    total, peak = map(int, done.stdout.split())
    assert total == 8 * sum(size for _, size in sink.pieces)
    assert peak < 150_000, f"{peak} kB"
