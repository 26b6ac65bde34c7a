"""target-csv in its own process, by both ways, and with the SDK's suite.

A day is complete or not sealed, whichever way its messages take.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_target_test_class

from sealed_days.core import messages
from sealed_days.core.proven_file import ProvenFile
from sealed_days.target_csv.sdk import TargetCSV

DAY = "2025-01-31"
PROPERTIES = {
    "id": {"type": "integer", "x-sql-datatype": "integer"},
    "v": {"type": ["string", "null"]},
}

_Suite = get_target_test_class(
    TargetCSV,
    config={"output_path": "/nowhere", "date": DAY, "seal_on": "end_of_pipe"},
    suite_config=SuiteConfig(),
)


class TestTargetOfTheSdk(_Suite):
    """The standard suite of the Singer SDK."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # the suite's config is made before there is a folder
        original = TargetCSV.__init__

        def init(self: TargetCSV, *args: Any, **kwargs: Any) -> None:
            config = kwargs.get("config")
            if isinstance(config, dict):
                kwargs["config"] = {**config, "output_path": str(tmp_path / "output")}
            original(self, *args, **kwargs)

        monkeypatch.setattr(TargetCSV, "__init__", init)


class Run:
    """A target in a process of its own, fed by messages.

    Args:
        way: `direct`, which a run of whole files takes, or `sdk`, by the Singer SDK's adapter.
    """

    def __init__(self, folder: Path, way: str = "direct") -> None:
        self.way = way
        self.output = folder / "output"
        self.folder = folder
        self.config: dict[str, Any] = {
            "output_path": str(self.output),
            "source": "s",
            "date": DAY,
            "job": "J",
        }

    def __call__(
        self, *lines: dict[str, Any], cut: str = "", **config: Any
    ) -> subprocess.CompletedProcess[str]:
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.config | config))
        return subprocess.run(
            [
                sys.executable,
                "-c",
                "from sealed_days.target_csv import main; main()",
                "--config",
                str(path),
                # an option that only the adapter has
                *(["--input", "/dev/stdin"] if self.way == "sdk" else []),
            ],
            input="".join(json.dumps(line) + "\n" for line in lines) + cut,
            capture_output=True,
            text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("SINGER")}
            | {"LOGLEVEL": "DEBUG"},
        )

    def file(self, stream: str, data: bytes, folder: Path | None = None) -> dict[str, Any]:
        folder = folder or self.output / ".scratch" / "host-1-aa"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{stream}.csv"
        path.write_bytes(data)
        return messages.batch(stream, ProvenFile.measure(path))

    def path(self, stream: str) -> Path:
        return self.output / "s" / stream / DAY / f"{stream}.csv"

    def manifest(self) -> dict[str, Any] | None:
        path = self.output / "s" / f"{DAY}.datapackage.json"
        return json.loads(path.read_bytes()) if path.exists() else None


@pytest.fixture(params=["direct", "sdk"])
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Run:
    return Run(tmp_path, request.param)


@pytest.fixture
def rows(tmp_path: Path) -> Run:
    """A run of rows, which takes the adapter's way by itself."""
    return Run(tmp_path)


def schema(stream: str, whole: bool = True) -> dict[str, Any]:
    staging = {"kind": "snapshot", "row_order": ["id"]} | ({"whole_files": True} if whole else {})
    return messages.schema(stream, PROPERTIES, ["id"], staging)


def record(stream: str, **row: Any) -> dict[str, Any]:
    return {"type": "RECORD", "stream": stream, "record": row}


END = messages.activate_version
GOOD = b'id,v\n1,""\n2,\n'


def test_files_are_moved_into_a_sealed_day(run: Run) -> None:
    done = run(
        schema("t"),
        schema("u"),
        run.file("t", GOOD),
        END("t", 1),
        run.file("u", b"id,v\n"),
        END("u", 1),
    )
    assert done.returncode == 0, done.stderr
    assert run.path("t").read_bytes() == GOOD
    manifest = run.manifest()
    assert manifest is not None
    assert [(r["stream"], r["rows"]) for r in manifest["resources"]] == [("t", 2), ("u", 0)]


def test_a_users_own_file_is_copied_and_stays(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    done = run(schema("t"), run.file("t", GOOD, mine), END("t", 1))
    assert done.returncode == 0, done.stderr
    assert (mine / "t.csv").read_bytes() == GOOD
    assert run.path("t").read_bytes() == GOOD


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("keep", [0, 1, 2, 3, 4, 5])
def test_a_pipe_that_ends_early_leaves_the_good_day(run: Run, keep: int, whole: bool) -> None:
    run(schema("t"), run.file("t", GOOD), END("t", 1))

    def lines() -> list[dict[str, Any]]:
        return [
            schema("t", whole),
            schema("u", whole),
            run.file("t", b"id,v\n9,\n"),
            END("t", 1),
            run.file("u", b"id,v\n"),
            END("u", 1),
        ]

    done = run(*lines()[:keep])
    assert done.returncode != 0
    assert "the extractor ended before" in done.stderr
    assert f"DATE={DAY} meltano run J" in done.stderr
    assert run.path("t").read_bytes() == GOOD
    assert run.manifest() is not None
    assert run(*lines()).returncode == 0
    assert run.path("t").read_bytes() == b"id,v\n9,\n"


def test_a_damaged_scratch_file_is_refused(run: Run) -> None:
    message = run.file("t", GOOD)
    messages.file_of(message["manifest"][0]).write_bytes(GOOD.replace(b"2", b"3"))
    done = run(schema("t"), message, END("t", 1))
    assert done.returncode != 0
    assert "the scratch file of t is not what was written to it" in done.stderr
    assert run.manifest() is None


def test_a_scratch_file_that_a_failed_tap_took_away_is_not_a_fault_of_the_disk(run: Run) -> None:
    message = run.file("t", GOOD)
    messages.file_of(message["manifest"][0]).unlink()
    done = run(schema("t"), schema("u"), message, END("t", 1))
    assert done.returncode != 0
    assert "the extractor ended before t was complete" in done.stderr
    assert "see the extractor's error" in done.stderr
    assert "cannot write" not in done.stderr
    assert run.manifest() is None


def test_rows_become_the_same_dialect(rows: Run) -> None:
    done = rows(
        schema("t", whole=False),
        record("t", id=1, v=""),
        record("t", id=2, v=None),
        record("t", id=3, v='a"b,c\nd'),
        END("t", 1),
    )
    assert done.returncode == 0, done.stderr
    assert rows.path("t").read_bytes() == b'id,v\n1,""\n2,\n3,"a""b,c\nd"\n'


def test_columns_that_come_with_a_later_schema_are_null_in_the_rows_before(rows: Run) -> None:
    later = schema("t", whole=False)
    later["schema"]["properties"] = {"w": {"type": ["string", "null"]}} | PROPERTIES
    done = rows(
        schema("t", whole=False),
        record("t", id=1, v=""),
        record("t", id=2, v='a"\n,b'),
        record("t", id=3, v=None),
        schema("t", whole=False),
        later,
        record("t", id=4, v="x", w=""),
        schema("t", whole=False),
        record("t", id=5, v="y", w="z"),
        END("t", 1),
    )
    assert done.returncode == 0, done.stderr
    assert rows.path("t").read_bytes() == (b'id,v,w\n1,"",\n2,"a""\n,b",\n3,,\n4,x,""\n5,y,z\n')
    manifest = rows.manifest()
    assert manifest is not None
    (resource,) = manifest["resources"]
    assert resource["rows"] == 5
    assert [field["name"] for field in resource["schema"]["fields"]] == ["id", "v", "w"]


def test_a_column_whose_type_changes_between_rows_is_refused(rows: Run) -> None:
    later = schema("t", whole=False)
    later["schema"]["properties"] = PROPERTIES | {"v": {"type": "integer"}}
    done = rows(schema("t", whole=False), record("t", id=1, v="x"), later, END("t", 1))
    assert done.returncode == 1
    assert "the extractor sends v of t as text and then as bigint" in done.stderr
    assert "Traceback" not in done.stderr
    assert rows.manifest() is None


def test_a_row_after_its_streams_end_opens_it_again(rows: Run) -> None:
    done = rows(schema("t", whole=False), END("t", 1), record("t", id=1, v=None))
    assert done.returncode != 0
    assert rows.manifest() is None


def test_the_day_of_a_third_party_tap_is_sealed_at_the_end_of_the_pipe(rows: Run) -> None:
    plain = {
        "type": "SCHEMA",
        "stream": "t",
        "schema": {"properties": PROPERTIES},
        "key_properties": [],
    }
    strict = {"seal_on": "activate_version"}
    assert rows(plain, record("t", id=1, v="x"), **strict).returncode != 0
    assert rows(plain, record("t", id=1, v="x")).returncode == 0
    assert rows.path("t").read_bytes() == b"id,v\n1,x\n"


def test_two_streams_under_one_name_are_refused(run: Run) -> None:
    maps = {"*": {"__alias__": "'same'"}}
    done = run(schema("t"), schema("u"), stream_maps=maps)
    assert done.returncode != 0
    assert "t and u would both be staged as same" in done.stderr
    assert run.manifest() is None


def test_rows_are_written_with_bounded_memory(rows: Run, tmp_path: Path) -> None:
    count = 60_000
    lines = [json.dumps(schema("t", whole=False))]
    lines += [json.dumps(record("t", id=i, v="x" * 1000)) for i in range(count)]
    lines.append(json.dumps(END("t", 1)))
    source, config = tmp_path / "messages", tmp_path / "config.json"
    source.write_text("\n".join(lines) + "\n")
    config.write_text(json.dumps(rows.config))
    code = (
        "import sys; from sealed_days.target_csv import main\n"
        "try: main()\n"
        # ru_maxrss would count what this process had when it forked
        "finally: print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0],"
        " file=sys.stderr)"
    )
    with source.open() as stdin:
        done = subprocess.run(
            [sys.executable, "-c", code, "--config", str(config)],
            stdin=stdin,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.split()[-1]) < 150_000, "kB"
    assert rows.path("t").stat().st_size > count * 1000


CHANGES: list[dict[str, Any]] = [
    {"stream_maps": {"t": {"v": "md5(v)"}}},
    {"stream_maps": {"t": {"v": "__NULL__"}}},
    {"stream_maps": {"t": {"__filter__": "id > 1"}}},
    {"stream_maps": {"t": {"__else__": "__NULL__", "id": "id"}}},
    {"stream_maps": {"t": {"__key_properties__": ["v"]}}},
    {"stream_maps": {"other": {"__source__": "t", "v": "md5(v)"}}},
    {"stream_maps": {"other": {"__source__": "t"}}},
    {"stream_maps": {"*": {"__alias__": "'x'", "new": "id"}}},
    {"flattening_enabled": True, "flattening_max_depth": 1},
    {"add_record_metadata": True},
]


def assert_refused(done: subprocess.CompletedProcess[str], run: Run, setting: str) -> None:
    assert done.returncode == 1, done.stderr
    (line,) = [text for text in done.stderr.splitlines() if "would change the rows" in text]
    assert f"{setting} would change the rows of t, which come as a whole" in line
    assert "Traceback" not in done.stderr
    assert run.manifest() is None
    assert not run.path("t").exists()


@pytest.mark.parametrize("change", CHANGES, ids=json.dumps)
def test_what_would_change_the_rows_of_a_whole_file_is_refused_in_one_line(
    rows: Run, change: dict[str, Any]
) -> None:
    setting = next(iter(change))
    if setting == "stream_maps":
        setting = f"stream_maps.{next(iter(change[setting]))}"
    done = rows(schema("t"), sent := rows.file("t", GOOD), END("t", 1), **change)
    assert_refused(done, rows, setting)
    assert messages.file_of(sent["manifest"][0]).exists(), "it was refused at the SCHEMA"


@pytest.mark.parametrize("change", [CHANGES[0], CHANGES[-1]], ids=json.dumps)
def test_one_whole_file_among_streams_of_rows_is_refused_by_the_same_line(
    run: Run, change: dict[str, Any]
) -> None:
    done = run(schema("t", whole=False), run.file("t", GOOD), END("t", 1), **change)
    setting = "stream_maps.t" if "stream_maps" in change else "add_record_metadata"
    assert_refused(done, run, setting)


@pytest.mark.parametrize(
    "maps", [{"t": "__NULL__"}, {"u": {"__alias__": "u"}, "__else__": "__NULL__"}], ids=json.dumps
)
def test_a_map_leaves_a_whole_file_out(run: Run, maps: dict[str, Any]) -> None:
    lines = [schema("t"), schema("u"), run.file("t", GOOD), END("t", 1), run.file("u", GOOD)]
    done = run(*lines, END("u", 1), stream_maps=maps)
    assert done.returncode == 0, done.stderr
    assert not run.path("t").exists()
    assert run.path("u").read_bytes() == GOOD


def test_a_map_of_another_stream_leaves_a_whole_file_alone(run: Run) -> None:
    messages = (schema("t"), run.file("t", GOOD), END("t", 1))
    other = (schema("u", whole=False), record("u", id=1, v="a"), END("u", 1))
    done = run(*messages, *other, stream_maps={"u": {"v": "md5(v)"}})
    assert done.returncode == 0, done.stderr
    assert run.path("t").read_bytes() == GOOD


def test_a_map_of_no_stream_is_refused_before_the_day_is_sealed(run: Run) -> None:
    done = run(
        schema("t"), run.file("t", GOOD), END("t", 1), stream_maps={"ts": {"__alias__": "u"}}
    )
    assert done.returncode == 1
    assert "stream_maps names ts, which is no stream of this run" in done.stderr
    assert run.manifest() is None


@pytest.mark.parametrize(
    ("alias", "becomes"), [("'t_' + __stream_name__", "t_t"), ("renamed", "renamed")]
)
def test_a_whole_file_is_renamed(run: Run, alias: str, becomes: str) -> None:
    maps = {"t*": {"__alias__": alias}}
    done = run(schema("t"), run.file("t", GOOD), END("t", 1), stream_maps=maps)
    assert done.returncode == 0, done.stderr
    assert run.path(becomes).read_bytes() == GOOD


@pytest.mark.parametrize("alias", ["'a' +", "1 + 1", "''", "open('x')", "__stream_name__.nope"])
def test_an_alias_that_gives_no_name_is_one_line(run: Run, alias: str) -> None:
    done = run(schema("t"), stream_maps={"t": {"__alias__": alias}})
    assert done.returncode == 1
    assert f"stream_maps.t.__alias__ is {alias!r}, which gives no name for t" in done.stderr
    assert "Traceback" not in done.stderr


def test_maps_change_rows_that_come_one_by_one(rows: Run) -> None:
    maps = {"t": {"v": "md5(v)", "__filter__": "id < 3"}, "u": "__NULL__"}
    done = rows(
        schema("t", whole=False),
        schema("u", whole=False),
        record("t", id=1, v="secret"),
        record("t", id=3, v="secret"),
        record("u", id=1, v="secret"),
        END("t", 1),
        END("u", 1),
        stream_maps=maps,
    )
    assert done.returncode == 0, done.stderr
    assert rows.path("t").read_bytes() == b"id,v\n1,5ebe2294ecd0e0f08eab7690d2a6ee69\n"
    manifest = rows.manifest()
    assert manifest is not None
    assert [r["stream"] for r in manifest["resources"]] == ["t"]


def test_the_log_says_which_way_was_taken_and_why(run: Run) -> None:
    done = run(schema("t"), run.file("t", GOOD), END("t", 1))
    expected = {
        "direct": "directly: every stream is one whole file",
        "sdk": "by the Singer SDK: the command line has --input",
    }
    assert expected[run.way] in done.stderr


def test_a_message_that_is_cut_leaves_the_day(run: Run) -> None:
    whole = json.dumps(schema("t"))
    done = run(schema("t"), cut=whole[:-9])
    assert done.returncode != 0
    assert run.manifest() is None
    if run.way == "direct":
        assert "the extractor ended in the middle of a message" in done.stderr
