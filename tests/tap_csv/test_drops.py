"""Files that somebody else drops, every day: where today's is, and whether it is complete."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from sealed_days.core.errors import UserError
from sealed_days.tap_csv.find_files import find, resolve
from sealed_days.tap_csv.settings import File

DAY = date(2025, 1, 31)
ROWS = b"id,v\n1,x\n2,y\n"


def entry(path: object, **more: object) -> File:
    return File(entity="orders", path=str(path), **more)  # type: ignore[arg-type]


# --- DATE in a path -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("drop/{date}/o.csv", "drop/2025-01-31/o.csv"),
        ("drop/o_{date:%Y%m%d}.csv", "drop/o_20250131.csv"),
        ("{date:%Y}/{date:%m}/{date:%d}/*.csv", "2025/01/31/*.csv"),
        ("{date:%y%j}.csv", "25031.csv"),
        ("https://host/{date}/o.csv", "https://host/2025-01-31/o.csv"),
        ("plain.csv", "plain.csv"),
    ],
)
def test_date_in_a_path_is_the_day_of_the_run(path, expected):
    assert resolve(entry(path), DAY) == expected


@pytest.mark.parametrize(
    "path",
    [
        "drop//o.csv", "/drop//", "drop/$DATE/o.csv", "drop/${DATE}", "a//b/*.csv",
        "s3://bucket//o.csv",
    ],
)  # fmt: skip
def test_path_with_an_empty_variable_is_refused_with_the_way_out(path):
    with pytest.raises(UserError, match=r"nothing was touched; write \{date\}"):
        resolve(entry(path), DAY)


@pytest.mark.parametrize(
    "raw", ["drop/$DATE", "drop/o_${DATE}.csv", '"drop/${DATE}"', "$ROOT/${DATE}/o.csv"]
)
def test_variable_that_was_empty_is_noticed_behind_meltanos_back(tmp_path, monkeypatch, raw):
    (tmp_path / "meltano.yml").write_text(f"config:\n  files:\n  - path: {raw}\n    entity: o\n")
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("ROOT", "/data")
    monkeypatch.delenv("DATE", raising=False)
    filled = raw.strip('"').replace("$ROOT", "/data").replace("${DATE}", "").replace("$DATE", "")
    with pytest.raises(UserError, match="is empty or not filled in"):
        resolve(entry(filled), DAY)
    (tmp_path / "meltano.yml").write_text(f"#  - path: {raw}\n")
    if "//" not in filled:
        assert resolve(entry(filled), DAY) == filled


@pytest.mark.parametrize("path", ["{Date}.csv", "{ds}.csv", "{date:}.csv", "{date:%Q}", "{}.csv"])
def test_placeholder_that_is_not_known_is_refused(path):
    with pytest.raises(UserError, match="is not a placeholder"):
        resolve(entry(path), DAY)


@pytest.mark.parametrize("path", ["a\0b.csv", "x" * 300 + ".csv", "a/**b/*.csv"])
def test_path_that_no_file_can_have_is_one_line(path):
    with pytest.raises(UserError):
        find(entry(path), DAY)


def test_each_day_reads_its_own_file_and_a_missing_day_is_said(direct):
    path = str(direct.file.parent / "{date:%Y%m%d}" / "*.csv")
    for day in ("20250130", "20250131"):
        (direct.file.parent / day).mkdir()
        (direct.file.parent / day / "o.csv").write_text(f"day\n{day}\n")
    data = direct.taken(direct.sync(direct.config(path=path, date="2025-01-30")))
    assert data == b"day\n20250130\n"
    said = direct.refuse(path=path, date="2025-01-29")
    assert "20250129" in said
    assert "is missing" in said


def test_without_date_it_is_today(direct):
    today = datetime.now(UTC).date().isoformat()
    (direct.file.parent / f"{today}.csv").write_bytes(ROWS)
    path = str(direct.file.parent / "{date}.csv")
    assert direct.taken(direct.sync(direct.config(path=path))) == ROWS


# --- folders --------------------------------------------------------------------------


def test_folder_takes_csv_files_in_any_case_and_says_what_it_leaves_out(tmp_path, caplog):
    taken = ["A.CSV", "b.csv", "c.Csv.gz"]
    left = [".x.csv", "~$a.csv", "#b.csv#", "b.csv~", "notes.txt", "c.csv.part"]
    for name in taken + left:
        (tmp_path / name).write_bytes(ROWS)
    (tmp_path / "d.csv").mkdir()
    caplog.set_level("INFO")
    assert [path.name for path in find(entry(tmp_path), DAY)] == taken
    for name in left[:5]:
        assert name in caplog.text
    assert "~$a.csv" not in [path.name for path in find(entry(tmp_path / "*.csv"), DAY)]


def test_folder_without_csv_files_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(ROWS)
    with pytest.raises(UserError, match="is missing CSV files"):
        find(entry(tmp_path), DAY)


def test_columns_are_matched_by_name(run):
    folder = run.file.parent
    (folder / "a.csv").write_text('id,v,n\n1,"x,1",5\n')
    (folder / "b.csv").write_text("n,id,v\n6,2,y\n")
    (folder / "c.csv").write_text("v,id\nz,3\n")
    entry = {"path": str(folder), "types": {"n": "integer"}, "keys": ["id"]}
    said = run.refuse(**entry)
    assert "c.csv lacks n" in said
    assert "optional" in said
    data = run.taken(run.sync(run.config(**entry, optional=["n"])))
    assert data == b'id,v,n\n1,"x,1",5\n2,y,6\n3,z,\n'


def test_column_that_comes_later_or_never_is_optional(direct):
    folder = direct.file.parent
    (folder / "a.csv").write_text("id\n1\n")
    (folder / "b.csv").write_text("id,new\n2,x\n")
    config = direct.config(path=str(folder), optional=["new", "never"])
    assert direct.taken(direct.sync(config)) == b"id,new,never\n1,,\n2,x,\n"
    assert "optional never is in no file" in direct.caplog.text


def test_bad_row_of_a_file_in_another_order_is_named_by_its_own_line(direct):
    folder = direct.file.parent
    (folder / "a.csv").write_text("id,n\n1,5\n")
    (folder / "b.csv").write_text("n,id\n6,2\nx,3\n")
    said = direct.refuse(path=str(folder), types={"n": "integer"})
    assert "b.csv line 3, column n: 'x' is not an integer" in said


def test_file_of_zero_bytes_is_refused_or_skipped_by_setting(direct):
    folder = direct.file.parent
    (folder / "a.csv").write_bytes(ROWS)
    (folder / "b.csv").write_bytes(b"")
    assert "b.csv is empty" in direct.refuse(path=str(folder))
    config = direct.config(path=str(folder), empty_files="skip")
    assert direct.taken(direct.sync(config)) == ROWS
    assert "b.csv has 0 bytes: skipped" in direct.caplog.text
    (folder / "a.csv").write_bytes(b"")
    assert "have 0 bytes" in direct.refuse(path=str(folder), empty_files="skip")


# --- packed files ---------------------------------------------------------------------

PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: pa.compress(data, "zstd", asbytes=True),
}


def zipped(**members: bytes) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


@pytest.mark.parametrize("kind", PACK)
def test_packed_file_is_recognized_by_its_first_bytes(direct, kind):
    content = b"id,v\n" + b"".join(b"%d,value\n" % number for number in range(100_000))
    assert direct.take(PACK[kind](content), keys=["id"], types={"id": "integer"}) == content
    said = direct.refuse(PACK[kind](content + b"x,1\n"), types={"id": "integer"})
    assert "line 100002, column id: 'x' is not an integer" in said


@pytest.mark.parametrize("kind", PACK)
def test_packed_file_that_is_cut_off_is_refused(direct, kind):
    packed = PACK[kind](os.urandom(99).hex().join(["id,v\n", ",x\n"] * 9999).encode())
    assert "cut off or damaged" in direct.refuse(packed[: len(packed) * 2 // 3])


def test_zip_holds_one_file(direct):
    assert direct.take(zipped(o_csv=ROWS)) == ROWS
    assert "holds 2 files" in direct.refuse(zipped(a_csv=ROWS, b_csv=ROWS))
    assert "cannot be unpacked" in direct.refuse(zipped(o_csv=ROWS * 99)[:-30])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1" + b"\0" * 9, "is a Parquet file, not CSV"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z file, not CSV"),
        (zipped(**{"[Content_Types]_xml": b"x"}).replace(b"[Content.Types]", b"[Content_Types]"),
         "is an Excel file, not CSV"),
    ],
)  # fmt: skip
def test_kind_of_file_that_is_not_had_is_named(direct, content, said):
    assert said in direct.refuse(content)


# --- stale, half, or other than its sender says ---------------------------------------


def aged(path: Path, **ago: float) -> None:
    then = time.time() - timedelta(**ago).total_seconds()
    os.utime(path, (then, then))


def test_stale_file_is_refused(direct):
    direct.file.write_bytes(ROWS)
    aged(direct.file, hours=37)
    assert "is stale: it was last changed 37 hours ago" in direct.refuse(max_age="36h")
    assert direct.taken(direct.sync(direct.config(max_age="2d"))) == ROWS


def test_file_that_may_still_be_written_is_refused(direct):
    direct.file.write_bytes(ROWS)
    assert "its writer may not have ended" in direct.refuse(stable_for="60s")
    aged(direct.file, minutes=2)
    assert direct.taken(direct.sync(direct.config(stable_for="60s"))) == ROWS


@pytest.mark.parametrize(
    ("marker", "name"), [(".done", "orders.csv.done"), (".done", "orders.done"), ("_OK", "_OK")]
)
def test_file_without_its_marker_is_refused(direct, marker, name):
    direct.file.write_bytes(ROWS)
    assert "it may not be complete" in direct.refuse(done_marker=marker)
    (direct.file.parent / name).touch()
    assert direct.taken(direct.sync(direct.config(done_marker=marker))) == ROWS


def test_file_that_has_other_rows_than_its_sender_counted_is_refused(direct):
    direct.file.write_bytes(ROWS)
    count = direct.file.with_name("orders.csv.count")
    count.write_text("rows: 3\n")
    assert "orders has 2 rows, and count_file says 3" in direct.refuse(count_file=".count")
    count.write_text("2\n")
    assert direct.taken(direct.sync(direct.config(count_file=".count"))) == ROWS
    count.write_text("none\n")
    assert "has no number of rows" in direct.refuse(count_file=".count")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_file_that_is_not_what_its_checksum_says_is_refused(direct, algorithm):
    direct.file.write_bytes(ROWS)
    sums = direct.file.with_name(f"orders.csv.{algorithm}")
    digest = hashlib.new(algorithm, ROWS).hexdigest()
    for text in (f"{digest}  orders.csv\n", digest.upper()):
        sums.write_text(text)
        assert direct.taken(direct.sync(direct.config(checksum_file=f".{algorithm}"))) == ROWS
    sums.write_text(f"{digest}  other.csv\n" + f"{'0' * len(digest)} *orders.csv\n")
    assert f"its {algorithm} is {digest}" in direct.refuse(checksum_file=f".{algorithm}")


def test_all_wrong_entities_are_named_at_once(run):
    config = run.config(b"id,id\n")
    config["files"] += [
        {"entity": "lost", "path": str(run.folder / "none.csv")},
        {"entity": "loads", "path": str(run.file)},
    ]
    with pytest.raises(UserError) as caught:
        run.sync(config)
    for said in ("column id 2 times", "none.csv is missing", "entity 'loads' is a table of"):
        assert said in str(caught.value)


def test_all_entities_with_bad_rows_are_named_at_once(run):
    config = run.config(b"id\nx\n", types={"id": "integer"})
    config["files"].append(config["files"][0] | {"entity": "more"})
    with pytest.raises(UserError) as caught:
        run.sync(config)
    for entity in ("orders", "more"):
        assert f"1 bad row in {entity}" in str(caught.value)
