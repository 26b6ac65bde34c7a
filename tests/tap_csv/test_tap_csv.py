"""What tap-csv promises: real files, real messages, no server."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

pytest.importorskip("singer_sdk")
pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import duckdb
import pyarrow as pa
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from tap import Run

from sealed_days.core.errors import UserError
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.tap_csv import arrow_values, copy_in, key_hashes, quick_check
from sealed_days.tap_csv.sdk import TapCSV
from sealed_days.tap_csv.types import accepts

ORDERS = b"id,qty,note\n1,5,a\n2,6,b\n"
TYPES = {"id": "integer", "qty": "smallint"}
DAY = date(2025, 1, 31)


def cli(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sealed_days.tap_csv import main; main()", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


TestStandardSuite = get_tap_test_class(
    TapCSV,
    config={
        "files": [
            {
                "entity": "orders",
                "path": str(Path(__file__).parent / "orders.csv"),
                "keys": ["id"],
                "types": {"id": "integer", "price": "numeric(10,2)", "day": "date"},
            }
        ]
    },
    suite_config=SuiteConfig(max_records_limit=10),
)


# --- a file in our dialect ------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        ORDERS,
        b"id,qty,note\n",
        b'id,qty,note\n1,,""\n2,3,"a ""b"", c"\n3,4,"two\nlines"\n',
        '"id","qty",note\n1,2,żółć 🦆\n'.encode(),
        b'id,qty,note\n"1","2",""""\n',
    ],
)
def test_file_in_our_dialect_is_copied_byte_for_byte(run, content):
    assert run.take(content, types=TYPES, keys=["id"]) == content
    assert "copied" in run.caplog.text
    assert run.file.read_bytes() == content


def test_last_line_without_line_feed_gets_one(run):
    assert run.take(ORDERS[:-1], types=TYPES) == ORDERS


def test_blank_line_is_a_null_where_there_is_one_column(run):
    assert run.take(b"a\n1\n\n2\n") == b"a\n1\n\n2\n"


KEYS = {
    "integer": "-5 +1 2 10",
    "numeric": "1.5 2e0 30 31 32 33 4e1",
    "numeric(6,2)": "-1.5 2e0 30",
    "real": "0.5 1e3 2e3 NaN",
    "date": "0001-01-01 2025-01-05 2025-01-06",
    "timestamp": "2025-01-05 2025-01-05T10:11 2025-01-05T10:11:12.123456",
    "timestamptz": "2025-01-05T10:11Z 2025-01-05T10:12Z",
    "time": "10:11 10:11:12.5 23:00 24:00:00",
    "uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 A0EEBC999C0B4EF8BB6D6BB9BD380A12",
    "boolean": "f t",
    "text": "B a é 🦆",
    "char(3)": "a ab b",
    "bytea": "\\x00 \\x00ff",
}


class TestStretches:
    """A file is checked in stretches while it comes in; nobody can tell from outside."""

    ROWS = 30

    @pytest.fixture
    def run(self, direct) -> Run:
        return direct

    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch) -> None:
        monkeypatch.setattr(copy_in, "BLOCK", 16)
        monkeypatch.setattr(quick_check, "STRETCH", 64)

    def content(self, ids: Iterable[int]) -> bytes:
        rows = "".join(f'{number},{number % 9},"line\n{number}"\n' for number in ids)
        return f"id,qty,note\n{rows}".encode()

    @pytest.mark.parametrize("step", [1, -1, 7])
    def test_good_file_is_copied_in_whatever_order_its_keys_come(self, run, step):
        content = self.content(step * number % 61 for number in range(self.ROWS))
        assert run.take(content, types=TYPES, keys=["id"]) == content
        assert "copied" in run.caplog.text

    def test_repeated_key_is_found_wherever_it_stands(self, run):
        for place in range(self.ROWS):
            ids = [*range(place + 1), *range(place, self.ROWS)]
            said = run.refuse(self.content(ids), types=TYPES, keys=["id"])
            assert f"key (id) = ('{place}') is also on line {2 * place + 2}" in said

    def test_wrong_value_is_found_wherever_it_stands(self, run):
        good = self.content(range(self.ROWS)).split(b"\n")
        for place in range(1, len(good) - 1, 2):
            lines = [*good]
            lines[place] = lines[place].replace(b",", b",x", 1)
            said = run.refuse(b"\n".join(lines), types=TYPES, keys=["id"])
            assert f"line {place + 1}, column qty" in said

    @pytest.mark.parametrize("before", [0, 9])
    def test_record_longer_than_a_stretch_is_accepted(self, run, monkeypatch, before):
        monkeypatch.setattr(quick_check, "_LONGEST", 256)
        content = self.content(range(before)) + b'9,1,"' + b"long\n" * 99 + b'"\n10,1,\n'
        assert run.take(content, types=TYPES, keys=["id"]) == content

    @pytest.mark.parametrize("kind", KEYS)
    def test_keys_of_every_type_are_compared(self, run, kind):
        values = KEYS[kind].split(" ")
        rows = [f"{value},{number:0>40}\n" for number, value in enumerate(values)]
        good = "k,n\n" + "".join(rows)
        assert run.take(good.encode(), types={"k": kind}, keys=["k"]) == good.encode()
        for at, row in enumerate(rows):
            said = run.refuse((good + row).encode(), types={"k": kind}, keys=["k"])
            assert f"line {len(rows) + 2}: key (k) = " in said
            assert f"is also on line {at + 2}" in said

    @pytest.mark.parametrize("kind", KEYS)
    @pytest.mark.parametrize("how", [{}, {"round": True}, {"date_format": "%-d.%m.%Y"}])
    def test_a_header_without_rows_is_an_empty_table(self, run, kind, how):
        assert run.take(b"k,n\n", types={"k": kind}, keys=["k"], **how) == b"k,n\n"

    def test_quote_that_is_never_closed_is_found_wherever_it_stands(self, run, monkeypatch):
        monkeypatch.setattr(quick_check, "_LONGEST", 256)
        good = self.content(range(self.ROWS)).split(b"\n")
        for place in range(1, len(good) - 1, 2):
            lines = [*good]
            lines[place] = lines[place].replace(b'"', b"", 1)
            run.refuse(b"\n".join(lines), types=TYPES)

    def test_column_too_many_is_found_wherever_it_stands(self, run):
        good = self.content(range(self.ROWS)).split(b"\n")
        for place in range(2, len(good), 2):
            lines = [*good]
            lines[place] += b","
            assert f"line {place}" in run.refuse(b"\n".join(lines), types=TYPES)


def test_schema_says_types_keys_and_how_it_was_read(run):
    schema = run.sync(
        run.config(ORDERS, types={"id": "int4", "qty": "numeric(6, 2)"}, keys=["id"])
    )[0]
    assert schema["key_properties"] == ["id"]
    assert schema["schema"]["properties"] == {
        "id": {"type": "integer", "x-sql-datatype": "integer"},
        "qty": {"type": ["number", "null"], "x-sql-datatype": "numeric(6,2)"},
        "note": {"type": ["string", "null"], "x-sql-datatype": "text"},
    }
    staging = schema["schema"]["x-staging"]
    assert (staging["kind"], staging["row_order"]) == ("snapshot", "file")
    assert staging["read"]["read_at"].endswith("+00:00")


# --- other dialects are rewritten -----------------------------------------------------


@pytest.mark.parametrize(
    ("content", "entry", "expected"),
    [
        (b'a;b\n1,5;x\n;""\n', {"delimiter": ";"}, b'a,b\n"1,5",x\n,""\n'),
        (b'a,b\r\n1,x\r\n2,"p\r\nq"\r\n', {}, b'a,b\n1,x\n2,"p\r\nq"\n'),
        (b"a,b\r1,x\r2,y\r", {}, b"a,b\n1,x\n2,y\n"),
        (b"a,b\n1,x\r\n2,y\n", {}, b"a,b\n1,x\n2,y\n"),
        (b"\xef\xbb\xbfa,b\n1,x\n", {}, b"a,b\n1,x\n"),
        ("a,b\n1,ção\n".encode("latin-1"), {"encoding": "latin-1"}, "a,b\n1,ção\n".encode()),
        ("a,b\n1,żół\n".encode("cp1250"), {"encoding": "cp1250"}, "a,b\n1,żół\n".encode()),
        ("a,b\r\n1,🦆\r\n".encode("utf-16"), {"encoding": "utf-16"}, "a,b\n1,🦆\n".encode()),
        (b"a,b\n'it''s',\"\n", {"quotechar": "'"}, b'a,b\nit\'s,""""\n'),
        (b'a,b\n"x\\"y","p\\\\"\n\\N,q\n', {"escapechar": "\\"}, b'a,b\n"x""y",p\\\n\\N,q\n'),
        (b'a,b\n1, "x, y"\n2,  z\n', {"skipinitialspace": True}, b'a,b\n1,"x, y"\n2,z\n'),
        (b'a,b\n5" pipe,x\ny,3"\n', {"strict": False}, b'a,b\n"5"" pipe",x\ny,"3"""\n'),
        (b'a,b\nNULL,"NULL"\n,x\n', {"null_values": ["NULL"]}, b'a,b\n,NULL\n"",x\n'),
        (b"a,b\n1,x\n\n2,y\n\n", {}, b"a,b\n1,x\n2,y\n"),
        (b"a\n1\n\n\\.\n2\n", {}, b'a\n"1"\n\n"\\."\n"2"\n'),
        (b"a,A\n1,2\r\n", {}, b"a,A\n1,2\n"),
    ],
)
def test_other_dialects_are_rewritten_with_the_same_values(run, content, entry, expected):
    assert run.take(content, **entry) == expected
    assert "rewritten" in run.caplog.text


def test_rewriting_leaves_the_text_of_numbers_and_dates_alone(run):
    types = {"n": "numeric", "r": "real", "d": "timestamp"}
    content = b"n;r;d\n007.10;1e3;2025-01-01T10:00\n"
    assert run.take(content, delimiter=";", types=types) == content.replace(b";", b",")


@pytest.mark.parametrize("seed", range(6))
def test_nasty_values_survive_any_dialect(run, seed):
    random_ = random.Random(seed)
    alphabet = ["a", ",", ";", '"', "'", "\n", "\r", "\r\n", "\\", " ", "\t", "é", "🦆", "#", "."]
    delimiter, end = random_.choice([(",", "\n"), (";", "\n"), ("\t", "\r\n"), ("|", "\r")])
    encoding = random_.choice(["utf-8", "utf-16", "utf-8-sig"])
    rows = [
        [
            "".join(random_.choices(alphabet, k=random_.randrange(6)))
            if random_.random() > 0.1
            else None
            for _ in range(3)
        ]
        for _ in range(500)
    ]
    for row in rows:
        row.append("x")  # no row is blank

    def field(value: str | None) -> str:
        if value is None:
            return ""
        plain = value and not set(value) & {delimiter, '"', "\n", "\r"}
        return value if plain else '"' + value.replace('"', '""') + '"'

    lines = [delimiter.join(["a", "b", "c", "d"])] + [delimiter.join(map(field, r)) for r in rows]
    content = (end.join(lines) + end).encode(encoding)
    config = run.config(content, batch=False, delimiter=delimiter, encoding=encoding)
    records = [m["record"] for m in run.sync(config) if m["type"] == "RECORD"]
    assert [list(record.values()) for record in records] == rows


def test_folder_and_glob_are_one_stream_in_order_of_names(run):
    for name, row in (("b.csv", "2;y"), ("a.csv", "1;x\n")):
        (run.file.parent / name).write_text("id;v\n" + row)
    for path in (str(run.file.parent), str(run.file.parent / "?.csv")):
        assert run.taken(run.sync(run.config(path=path, delimiter=";"))) == b"id,v\n1,x\n2,y\n"
    (run.file.parent / "c.csv").write_text("id;w\n3;z\n")
    assert "c.csv line 1: the header differs from that of" in run.refuse(
        path=str(run.file.parent), delimiter=";"
    )


def test_canonical_files_are_joined_under_one_header(run):
    for name in ("a.csv", "b.csv"):
        (run.file.parent / name).write_text(f'"id",v\n{name},"1\n2"\n')
    data = run.taken(run.sync(run.config(path=str(run.file.parent))))
    assert data == b'"id",v\na.csv,"1\n2"\nb.csv,"1\n2"\n'


def test_metadata_columns_name_file_time_and_physical_line(run):
    data = run.take(b'a,b\n1,"x\ny"\n2,z\n', add_metadata_columns=True).decode()
    rows = list(csv.DictReader(data.splitlines(keepends=True)))
    assert [row["_sdc_source_lineno"] for row in rows] == ["2", "4"]
    assert rows[0]["_sdc_source_file"] == str(run.file)
    assert rows[0]["_sdc_source_file_mtime"].endswith("+00:00")


def test_files_may_stand_in_a_definition_file(run):
    config = run.config(ORDERS)
    definition = run.folder / "files.json"
    definition.write_text(json.dumps(config.pop("files")))
    assert run.taken(run.sync(config | {"csv_files_definition": str(definition)})) == ORDERS


# --- what is refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"abc,x", "line 5, column n: 'abc' is not a smallint"),
        (b"70000,x", "line 5, column n: '70000' is out of range for smallint"),
        (b'""' + b",x", "line 5, column n: '' is not a smallint"),
        (b"1", "line 5: has 1 column where the header has 2"),
        (b"1,x,", "line 5: has 3 columns where the header has 2"),
        (b"1,x,y", "line 5: has 3 columns where the header has 2"),
        (b'1,"x"y', "line 5: has text after the closing quote of column 2"),
        (b'1,"x" ', "line 5: has text after the closing quote of column 2"),
        (b",x", "line 5, column n: is NULL, but belongs to the key"),
        (b"+1,x", "line 5: key (n) = ('+1') is also on line 2"),
    ],
)
def test_bad_row_is_named_with_its_physical_line(run, row, said):
    content = b'n,t\n1,"two\nlines"\n2,y\n' + row + b"\n3,z\n"
    errors = run.refuse(content, types={"n": "smallint"}, keys=["n"])
    assert f"{run.file} {said}" in errors
    assert "1 bad row in orders: nothing was taken" in errors


def test_words_for_no_value_are_named_with_the_setting_that_takes_them(run):
    content = b"n,at,t\n1,n/a,NA\nNA,2025-01-01,x\n2,-,y\n"
    errors = run.refuse(content, types={"n": "smallint", "at": "date"})
    setting = '{"at": ["", "-", "n/a"], "n": ["", "NA"]}'
    assert f"if that means no value, set null_values: {setting} in meltano.yml" in errors
    nulls = json.loads(setting)
    assert run.take(content, types={"n": "smallint", "at": "date"}, null_values=nulls)
    assert "null_values" not in run.refuse(b"n,t\nabc,x\n", types={"n": "smallint"})


@pytest.mark.parametrize(
    ("content", "entry", "said"),
    [
        (b"", {}, "is empty: its first line must be the header"),
        (b"a,,c\n1,2,3\n", {}, "line 1: column 2 has no name"),
        (b"a,b,a\n1,2,3\n", {}, "line 1: the header has column a 2 times"),
        (b"a,b\n1,2\n", {"keys": ["k"]}, "line 1: key column k is missing"),
        (b"a,b\n1,2\n", {"types": {"k": "text"}}, "line 1: declared column k is missing"),
        (b"a,b\n1,2\n", {"types": {"a": "money"}}, "'money' is not a type of tap-csv"),
        (b"a,b\n1,2\n3,\xff\n", {}, "line 3: byte 11 of the file (0xff) is not utf-8"),
        (b"a,b\n1,2\n3,\xc3", {}, "line 3: byte 11 of the file (0xc3) is not utf-8"),
        (b"a,b\n1,2\n3,\x00\n", {}, "line 3: the line has a NUL byte"),
        (b'a,b\n1,2\n3,"x\n4,y\n', {}, "line 3: a quote is opened in this row and never closed"),
        (b"a,b\n1,2\n", {"encoding": "klingon"}, "'klingon' is not an encoding"),
        (b"a,b\n1,2\n", {"delimiter": ";;"}, "delimiter is ';;', which is not one character"),
        (b"a,b\n1,2\n", {"date": "2025-02-30"}, "DATE is '2025-02-30'"),
    ],
)
def test_wrong_file_or_definition_is_one_clear_line(run, content, entry, said):
    assert said in run.refuse(content, **entry)


def test_missing_file_is_named(run):
    assert f"{run.file} is missing" in run.refuse()


def test_only_the_first_bad_rows_are_listed_in_order(run):
    content = b"n\n" + b"x\n" * 1300
    lines = run.refuse(content, types={"n": "integer"}).splitlines()
    assert len(lines) == 22
    assert lines[0].endswith("line 2, column n: 'x' is not an integer")
    assert lines[19].endswith("line 21, column n: 'x' is not an integer")
    assert lines[20] == "… and 1,280 more"
    assert lines[21].startswith("1,300 bad rows in orders")


def test_file_that_changes_meanwhile_is_refused(run):
    tap = TapCSV(config=run.config(ORDERS))
    run.file.write_bytes(ORDERS + b"3,7,c\n")
    with pytest.raises(UserError, match="changed while it was read"):
        tap.sync_all()


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            "smallint",
            "0 -32768 +7 007 -0",
            ["32768", "1.0", "1e3", "0x1F", "1_000", " 12", "12 ", ""],
        ),
        ("bigint", "9223372036854775807", ["9223372036854775808"]),
        (
            "real",
            "1 1. .5 -1e5 NaN inf -Infinity 3.4028235e38 0e99",
            ["1e39", "1e-60", "1,5", " 1", "1_0", "0x1"],
        ),
        ("double precision", "1e308 5e-324", ["1e400", "1e-400", "e5"]),
        (
            "numeric(4,2)",
            "12.34 12.3400 -99.99 1e1 1.25e1 .5 12e-1 nan",
            ["12.345", "1e-5", "125e-3", "99.999", "100", "1,0", "inf", "1_0"],
        ),
        ("numeric", "1" * 60 + " 1e9999", ["1e99999", "x"]),
        ("boolean", "t f true FALSE False Yes y no on off 1 0", ["2", "vrai", " t", "tRUE"]),
        (
            "date",
            "2025-01-05 0001-01-01 2024-02-29",
            ["2025-1-5", "2025-02-29", "05/01/2025", "0000-01-01", "20250105", "infinity"],
        ),
        (
            "timestamp",
            "2025-01-05 2025-01-05T10:11:12.123456 2025-01-05T10:11:12.123456000",
            [
                "2025-01-05T10:11:12.1234567",
                "2025-01-05T10:11Z",
                "2025-01-05T25:00",
                "2025-01-05T10:11+01",
            ],
        ),
        (
            "timestamptz",
            "2025-01-05T10:11Z 2025-01-05T10:11:12.5+05:30 2025-01-05T10:11-03",
            ["2025-01-05T10:11", "2025-01-05T10:11+16:00"],
        ),
        ("time", "10:11 10:11:12.5 24:00:00", ["25:00", "1:2", "10:11+01"]),
        (
            "uuid",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 A0EEBC999C0B4EF8BB6D6BB9BD380A11",
            ["a0eebc99", "x"],
        ),
        ("jsonb", '{"a":[1,"NaN,]"]} "x" 1', ["{", "[NaN]", "[1,]", '"\\u0000"', "''"]),
        ("varchar(3)", "żół 🦆🦆🦆", ["żółć", "abc "]),
        ("char(3)", "abc a", ["abcd"]),
        ("bytea", "\\x \\x00fF", ["00", "\\x0", "\\xgg"]),
    ],
)
def test_a_type_takes_what_postgresql_takes_and_nothing_it_reads_otherwise(run, kind, good, bad):
    def content(values: list[str]) -> bytes:
        return ("v,x\n" + "".join('"' + v.replace('"', '""') + '",1\n' for v in values)).encode()

    values = good.split(" ")
    assert run.take(content(values), types={"v": kind}) == content(values)
    errors = run.refuse(content(bad), types={"v": kind}).splitlines()
    assert len(errors) == len(bad) + 1, errors


PLAIN = {
    "smallint": ["0", "-32768", "007"],
    "integer": ["2147483647"],
    "bigint": ["-9223372036854775808"],
    "real": ["1", "-1.50", "1.", ".5"],
    "double precision": ["0.1"],
    "numeric": ["12345678901234567890.5"],
    "numeric(6,2)": ["-99.99", "7", "0.5"],
    "date": ["2025-01-05", "1753-12-31"],
    "time without time zone": ["10:11", "23:59:59", "00:00:00.123456"],
    "time(2) without time zone": ["10:11:12.50"],
    "timestamp without time zone": ["2025-01-05 10:11", "2025-01-05T10:11:12.123456"],
    "text": ["", "é", "-"],
    "character varying(3)": ["żół", ""],
    "character(3)": ["a", "a  "],
    "boolean": ["t", "False", "0"],
    "timestamp with time zone": [
        *("2025-01-05 10:11:12+02", "2025-01-05T10:11Z", "1999-12-31 23:59:59.123456-03:30"),
        *("2025-01-05 10:11:12.5+05:30", "2025-01-05 10:11+1545", "2025-01-05 10:11:12.345Z"),
    ],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12"],
    "json": ["1e4000", '"\\u0000"'],
    "jsonb": ['{"a": [1, "x\\n", null], "b": {}}', "-1.5e-12", '"\\ud83d\\ude00"', " true\n"],
}


@pytest.mark.parametrize("kind", PLAIN)
def test_values_as_most_files_have_them_need_no_closer_look(kind):
    texts = pa.array([*PLAIN[kind], None])
    assert arrow_values.plain_values(texts, kind).null_count == 1
    assert arrow_values.plain_values(pa.nulls(2, pa.string()), kind).null_count == 2
    assert len(arrow_values.plain_values(pa.array([], pa.string()), kind)) == 0


@pytest.mark.parametrize("kind", [*PLAIN, "interval"])
def test_what_the_quick_check_accepts_the_slow_one_would_accept(kind):
    chance, db = random.Random(kind), duckdb.connect()
    alphabet = "00112359--..:: T+eExX_\t'aż"
    seeds = [text for texts in PLAIN.values() for text in texts]
    texts = []
    for _ in range(4000):
        text = list(chance.choice(seeds))
        for _ in range(chance.randrange(3)):
            text[(at := chance.randrange(len(text) + 1)) : at + chance.randrange(2)] = (
                chance.choice(alphabet)
            )
        texts.append("".join(text))
    texts += ["0" * 50 + "1", "9" * 40, "0." + "0" * 50 + "1", "0000-01-01", "0001-01-01 00:00"]
    taken = [
        text for text in texts if arrow_values.plain_values(pa.array([text]), kind) is not None
    ]
    assert bool(taken) == (kind in PLAIN)
    if (rule := accepts("t", kind)) and taken:
        refused = db.execute(
            f"SELECT t FROM (SELECT unnest(?) AS t) WHERE NOT coalesce({rule}, false)", [taken]
        )
        assert refused.fetchall() == []


@pytest.mark.parametrize("kind", ["boolean", "timestamp with time zone", "uuid"])
def test_a_column_of_many_forms_is_accepted_where_each_of_its_values_is(kind):
    chance, alphabet = random.Random(kind), "01569-: +ZgF"
    accepted = 0
    for _ in range(3000):
        texts = chance.choices(PLAIN[kind], k=chance.randrange(1, 9))
        if chance.random() < 0.5:
            at = chance.randrange(len(texts))
            text = list(texts[at])
            text[(place := chance.randrange(len(text))) : place + 1] = chance.choice(alphabet)
            texts[at] = "".join(text)
        alone = [arrow_values.plain_values(pa.array([text]), kind) for text in texts]
        together = arrow_values.plain_values(pa.array(texts), kind)
        assert (together is None) == (None in alone), texts
        if together is not None:
            accepted += 1
            assert together.to_pylist() == [value[0].as_py() for value in alone]
    assert 1000 < accepted < 3000


def test_a_uuid_is_one_key_however_it_is_written():
    key = uuid.UUID("0eebc999-9c0b-4ef8-bb6d-6bb9bd380a11")
    for text in (str(key), str(key).upper(), key.hex):
        assert arrow_values.plain_values(pa.array([text]), "uuid").to_pylist() == [key.bytes]


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("2025-01-01 12:00:00.120 +02", True),
        ("2025-01-01 12:00:00.120000z", True),
        ("2025-01-01 12:00:00.1204+02", False),
        ("2025-01-01 12:00:00  +02", False),
        ("2025 -01-01T12:00:00+02:00", False),
        ("2025-01-01 12:00:00 +16", False),
    ],
)
def test_moments_of_three_digits_are_read_however_the_zone_is_written(text, is_plain):
    found = arrow_values.plain_values(pa.array([text]), "timestamp(3) with time zone")
    assert (found is not None) == is_plain
    if found is not None:
        moment = datetime.fromisoformat(text.replace(" +", "+").replace("z", "Z"))
        assert found.to_pylist() == [round(moment.timestamp() * 1_000_000)]


def test_texts_of_any_length_are_told_apart_and_found_again(tmp_path, monkeypatch):
    for name, size in (("_BATCH", 1), ("_BITS", 2)):
        monkeypatch.setattr(key_hashes, name, size)
    texts = ["p" * size + end for size in (0, 7, 8, 63, 64, 65, 500) for end in ("", "a", "ż")]
    with ThreadPoolExecutor(1) as pool:
        for again in ([], *([text] for text in texts[::4])):
            hashes = key_hashes.KeyHashes(tmp_path)
            for batch in filter(None, (texts, again)):
                hashes.add([pa.array(batch)])
            assert hashes.are_unique(pool) == (not again)


class TestKeysOutOfOrder:
    """Keys that do not rise are compared by hashes, in parts, with little memory."""

    @pytest.fixture
    def run(self, direct) -> Run:
        return direct

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch) -> None:
        monkeypatch.setattr(quick_check, "STRETCH", 2048)
        monkeypatch.setattr(copy_in, "BLOCK", 1024)
        for name, size in (("_BITS", 2), ("_BATCH", 64), ("_LARGEST", 128), ("_PASSES", 1)):
            monkeypatch.setattr(key_hashes, name, size)

    def keys(self, kind: str, rows: int) -> list[str]:
        chance = random.Random(kind)
        if kind == "uuid":
            return [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(rows)]
        if kind == "timestamptz":
            start = datetime(2025, 1, 1, tzinfo=UTC)
            zones = [timezone(timedelta(minutes=30 * chance.randrange(-20, 20))) for _ in range(9)]
            moments = [start + timedelta(seconds=n) for n in chance.sample(range(10**6), rows)]
            return [moment.astimezone(chance.choice(zones)).isoformat(" ") for moment in moments]
        numbers = [str(number) for number in chance.sample(range(10**4), rows)]
        return [f"{number}.5" for number in numbers] if kind.startswith("num") else numbers

    @pytest.mark.parametrize("kind", ["uuid", "timestamptz", "bigint", "numeric(9,2)", "text"])
    def test_one_repeated_key_of_thousands_is_found(self, run, kind):
        keys = self.keys(kind, 3000)
        rows = [f"{key},{number}\n" for number, key in enumerate(keys)]
        good = ("k,n\n" + "".join(rows)).encode()
        assert run.take(good, types={"k": kind}, keys=["k"]) == good
        assert "copied" in run.caplog.text
        rows.insert(2000, f"{keys[700]},x\n")
        said = run.refuse(("k,n\n" + "".join(rows)).encode(), types={"k": kind}, keys=["k"])
        assert "line 2002: key (k) = " in said
        assert "is also on line 702" in said

    def test_rows_added_to_a_sorted_file_are_compared_with_those_before(self, run):
        ids = [*range(3000), *range(5000, 4000, -1)]
        good = ("k\n" + "".join(f"{number}\n" for number in ids)).encode()
        assert run.take(good, types={"k": "integer"}, keys=["k"]) == good
        said = run.refuse(good + b"17\n", types={"k": "integer"}, keys=["k"])
        assert "line 4002: key (k) = ('17') is also on line 19" in said

    def test_a_key_of_two_columns_is_compared_as_a_whole(self, run):
        pairs = [(a, b) for b in range(40) for a in range(40)]
        good = ("a,b\n" + "".join(f"{a},{b}\n" for a, b in pairs)).encode()
        types = {"a": "integer", "b": "smallint"}
        assert run.take(good, types=types, keys=["a", "b"]) == good
        said = run.refuse(good + b"39,0\n", types=types, keys=["a", "b"])
        assert "key (a, b) = ('39', '0') is also on line 41" in said


def test_equal_keys_written_differently_are_the_same_key(run):
    content = b"a,b\n1.50,t\n2,t\n1.5,true\n"
    errors = run.refuse(content, types={"a": "numeric(5,2)", "b": "bool"}, keys=["a", "b"])
    assert "line 4: key (a, b) = ('1.5', 'true') is also on line 2" in errors


# --- what is selected -----------------------------------------------------------------


def test_column_that_select_leaves_out_is_not_in_the_file(run, monkeypatch):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", '["*.*", "!orders.qty"]')
    content = b'id,qty,note\n1,secret,a\n2,secret,"x,y"\n'
    messages = run.sync(run.config(content, types={"id": "integer"}, keys=["id"]))
    assert run.taken(messages) == b'id,note\n1,a\n2,"x,y"\n'
    assert list(messages[0]["schema"]["properties"]) == ["id", "note"]
    records = run.sync(run.config(content, batch=False))
    assert next(m["record"] for m in records if m["type"] == "RECORD") == {"id": "1", "note": "a"}


def test_column_that_select_leaves_out_is_not_in_what_is_set_apart_by_metadata(run, monkeypatch):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", '["orders.note"]')
    data = run.take(ORDERS, keys=["id"], add_metadata_columns=True)
    assert data.split(b"\n")[0].startswith(b"id,note,_sdc_source_file,")
    assert data.split(b"\n")[1].startswith(b"1,a,/")


def test_key_left_out_or_rule_for_nothing_is_refused(run, monkeypatch):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", '["*.*", "!orders.id"]')
    assert "leaves out id, which belongs to the key" in run.refuse(ORDERS, keys=["id"])
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", '["*.*", "!orders.idd"]')
    assert "!orders.idd matches no table or column" in run.refuse(ORDERS)


def test_tables_are_selected_and_filtered(run, monkeypatch):
    config = run.config(ORDERS)
    config["files"].append(config["files"][0] | {"entity": "more"})
    for variable, rules in (("SELECT", '["more.*"]'), ("SELECT_FILTER", '["!orders"]')):
        monkeypatch.setenv(f"MELTANO_EXTRACT__{variable}", rules)
        assert [m["stream"] for m in run.sync(config)] == ["more"] * 3
        monkeypatch.delenv(f"MELTANO_EXTRACT__{variable}")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ('["*.*", "!a.mood"]', "select leaves out columns of a"),
        ('["*.*", "!a.*"]', "select leaves out the table a"),
        ('["*.*", "!c.*"]', "!c.* matches no table or column"),
    ],
)
def test_part_of_a_sealed_day_is_refused(run, staged, monkeypatch, rules, said):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", rules)
    with pytest.raises(UserError) as caught:
        run.sync(staged)
    assert said in str(caught.value)
    assert run.capsys.readouterr().out == ""


# --- quarantine -----------------------------------------------------------------------


def test_quarantine_goes_on_without_the_bad_rows_and_keeps_them(run):
    content = b'n,t\n1,"x\ny"\nabc,z\n2\n2,ok\n1,again\n3,\n'
    messages = run.sync(
        run.config(content, types={"n": "smallint"}, keys=["n"], on_bad_row="quarantine")
    )
    assert run.taken(messages) == b'n,t\n1,"x\ny"\n2,ok\n3,\n'
    rejects = messages[0]["schema"]["x-staging"]["rejects"]
    assert rejects["rows"] == 3
    text = Path(rejects["path"].removeprefix("file://")).read_text()
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    assert {(row["line"], row["column"], row["text"]) for row in rows} == {
        ("4", "n", "abc,z"),
        ("5", "", "2"),
        ("7", "n", "1,again"),
    }
    assert {row["file"] for row in rows} == {str(run.file)}
    assert "3 rows are left out" in run.caplog.text


def test_rejected_rows_are_reported_with_a_stream_map_too(run):
    maps = {"orders": {"note": "note.upper()"}}
    messages = run.sync(
        run.config(ORDERS + b"x,7,c\n", types=TYPES, on_bad_row="quarantine", stream_maps=maps)
    )
    assert [m["record"]["note"] for m in messages if m["type"] == "RECORD"] == ["A", "B"]
    rejects = messages[0]["schema"]["x-staging"]["rejects"]
    assert rejects["rows"] == 1
    assert "x,7,c" in Path(rejects["path"].removeprefix("file://")).read_text()


def test_quarantine_without_a_place_for_the_rows_is_refused(run):
    said = run.refuse(ORDERS + b"x,7,c\n", batch=False, types=TYPES, on_bad_row="quarantine")
    assert "set batch_config" in said


def test_quarantine_without_bad_rows_copies(run):
    messages = run.sync(run.config(ORDERS, types=TYPES, on_bad_row="quarantine"))
    assert run.taken(messages) == ORDERS
    assert "rejects" not in messages[0]["schema"]["x-staging"]


# --- RECORD mode and stream maps ------------------------------------------------------


def test_without_batch_config_rows_are_typed_records(run):
    content = b'id,price,ok,day,note\n1,1.50,t,2025-01-31,\n2,,f,,""\n'
    types = {"id": "integer", "price": "numeric(10,2)", "ok": "boolean", "day": "date"}
    messages = run.sync(run.config(content, batch=False, types=types, keys=["id"]))
    kinds = [m["type"] for m in messages]
    assert kinds == ["SCHEMA", "RECORD", "RECORD", "ACTIVATE_VERSION"]
    assert [m["record"] for m in messages[1:3]] == [
        {"id": 1, "price": 1.5, "ok": True, "day": "2025-01-31", "note": None},
        {"id": 2, "price": None, "ok": False, "day": None, "note": ""},
    ]
    assert {m["version"] for m in messages[1:]} == {messages[3]["version"]}


@pytest.mark.parametrize("pattern", ["orders", "*"])
def test_a_map_that_only_renames_keeps_whole_files(run, pattern):
    maps = {pattern: {"__alias__": "'x_' + __stream_name__"}}
    messages = run.sync(run.config(ORDERS, stream_maps=maps))
    assert run.taken(messages) == ORDERS
    assert {m["stream"] for m in messages} == {"x_orders"}


def test_a_map_that_changes_rows_makes_records(run):
    maps = {"orders": {"note": "note.upper()", "__filter__": "id == 1"}}
    messages = run.sync(run.config(ORDERS, types=TYPES, stream_maps=maps))
    assert [m["record"]["note"] for m in messages if m["type"] == "RECORD"] == ["A"]
    assert not list(run.scratch.iterdir())


# --- staged days ----------------------------------------------------------------------


def seal(root: Path, source: str, tables: dict[str, bytes], job: str = "JOB") -> StagedDays:
    days = StagedDays(root, source, job)
    with days.begin(DAY) as draft:
        for name, data in tables.items():
            draft.path(name).write_bytes(data)
            draft.add(
                StagedTable(
                    name,
                    ProvenFile.measure(draft.path(name)),
                    (("id", "integer", "integer"), ("mood", "text", "mood")),
                    ("id",),
                )
            )
        draft.seal()
    return days


@pytest.fixture
def staged(run) -> dict:
    return staged_days(run)


@pytest.fixture
def staged_directly(direct) -> dict:
    return staged_days(direct)


def staged_days(run: Run) -> dict:
    root = run.folder / "output"
    seal(root, "postgres", {"a": b"id,mood\n1,x\n", "b": b'id,mood\n1,\n2,""\n'})
    seal(root, "csv", {"order_details": b"id,mood\n"})
    return {
        "staged_path": str(root),
        "sources": {"postgres": "postgres-to-local", "csv": "orders-details-csv-to-local"},
        "date": DAY.isoformat(),
        "batch_config": run.batch,
    }


def test_sealed_days_are_passed_on_as_the_staged_files_themselves(run, staged):
    messages = run.sync(staged)
    assert [m["type"] for m in messages] == ["SCHEMA"] * 3 + ["BATCH", "ACTIVATE_VERSION"] * 3
    assert [m["stream"] for m in messages[3::2]] == ["b", "a", "order_details"]  # largest first
    schema = messages[0]["schema"]
    assert schema["properties"] == {
        "id": {"type": "integer", "x-sql-datatype": "integer"},
        "mood": {"type": ["string", "null"], "x-sql-datatype": "text", "x-source-type": "mood"},
    }
    days = StagedDays(Path(staged["staged_path"]), "postgres")
    manifest = json.dumps(days.read_manifest(DAY), sort_keys=True).encode()
    assert schema["x-staging"] == {
        "kind": "snapshot",
        "read": {},
        "manifest": hashlib.sha256(manifest).hexdigest(),
        "source": "postgres",
        "date": "2025-01-31",
        "job": "postgres-to-local",
        "whole_files": True,
    }
    path = days.file_path(DAY, "b")
    assert messages[3]["manifest"] == [path.as_uri()]
    assert messages[3]["files"][0]["rows"] == 2
    assert not run.scratch.exists()


def test_select_filter_passes_some_tables_on_and_names_the_others(run, staged, monkeypatch):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT_FILTER", '["a"]')
    (schema, *_) = messages = run.sync(staged)
    assert [m["type"] for m in messages] == ["SCHEMA", "BATCH", "ACTIVATE_VERSION"]
    assert schema["stream"] == "a"
    assert schema["schema"]["x-staging"]["read"]["not_selected"] == ["b"]

    # a source that has none of them need not be sealed; a name that none has is refused
    StagedDays(Path(staged["staged_path"]), "csv").manifest_path(DAY).unlink()
    assert [m["stream"] for m in run.sync(staged)] == ["a"] * 3
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT_FILTER", '["a", "order_details"]')
    with pytest.raises(UserError, match="csv has no sealed day 2025-01-31"):
        run.sync(staged)
    del staged["sources"]["csv"]
    with pytest.raises(UserError, match="select_filter: order_details matches no table"):
        run.sync(staged)


def test_a_run_of_one_file_needs_no_other_and_says_what_it_leaves_out(run, monkeypatch):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", '["*.*", "!missing.qty"]')
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT_FILTER", '["orders"]')
    config = run.config(b"id\n1\n")
    config["files"].append({"entity": "missing", "path": str(run.folder / "missing.csv")})
    messages = run.sync(config)
    run.taken(messages)
    staging = messages[0]["schema"]["x-staging"]
    assert staging["read"]["not_selected"] == ["missing"]
    assert staging["origin"] == {"stream": "orders", "files": [str(run.file)]}


def test_sealed_days_become_records_for_another_target_after_their_proof(run, staged):
    del staged["batch_config"]
    records = [m["record"] for m in run.sync(staged) if m["type"] == "RECORD"]
    assert {"id": 2, "mood": ""} in records
    assert {"id": 1, "mood": None} in records
    path = StagedDays(Path(staged["staged_path"]), "postgres").file_path(DAY, "a")
    path.write_bytes(path.read_bytes().replace(b"x", b"y"))
    with pytest.raises(UserError, match=r"damaged: its sha256 .* run DATE=2025-01-31 meltano run"):
        run.sync(staged)


def test_every_missing_or_damaged_source_is_named_with_its_command(run, staged):
    root = Path(staged["staged_path"])
    StagedDays(root, "postgres").file_path(DAY, "a").write_bytes(b"id,mood\n")
    StagedDays(root, "csv").manifest_path(DAY).unlink()
    with pytest.raises(UserError) as caught:
        run.sync(staged)
    assert "a.csv is damaged" in str(caught.value)
    assert "DATE=2025-01-31 meltano run postgres-to-local" in str(caught.value)
    assert "DATE=2025-01-31 meltano run orders-details-csv-to-local" in str(caught.value)
    assert run.capsys.readouterr().out == ""


def test_two_sources_with_one_table_are_refused(run, staged):
    seal(Path(staged["staged_path"]), "csv", {"a": b"id,mood\n"})
    with pytest.raises(UserError, match="sources postgres and csv both have a table a"):
        run.sync(staged)


@pytest.mark.parametrize(
    "role", [{}, {"staged_path": "x", "files": [{"entity": "a", "path": "b"}]}]
)
def test_no_role_or_both_is_refused(role):
    with pytest.raises(UserError, match=r"either CSV files .* or staged days"):
        TapCSV(config=role)


# --- the command ----------------------------------------------------------------------


def test_command_ends_in_one_line_and_exit_code_1(direct):
    config = direct.folder / "config.json"
    config.write_text(json.dumps(direct.config(b"id,qty\nx,1\n", types={"id": "integer"})))
    done = cli("--config", str(config))
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"{direct.file} line 2, column id: 'x' is not an integer" in done.stderr
    assert "Traceback" not in done.stderr


def test_command_discovers_tests_and_explains_itself(direct):
    config = direct.folder / "config.json"
    config.write_text(json.dumps(direct.config(ORDERS, types=TYPES)))
    discovered = cli("--config", str(config), "--discover")
    assert [s["tap_stream_id"] for s in json.loads(discovered.stdout)["streams"]] == ["orders"]
    tested = cli("--config", str(config), "--test")
    assert tested.returncode == 0, tested.stderr
    assert "staged_path" in cli("--about", "--format=json").stdout
    assert "--config" in cli("--help").stdout


def starts_duckdb(run: Run, config: dict) -> bool:
    """Run the command in a process of its own and return whether it started DuckDB's."""
    path = run.folder / "config.json"
    path.write_text(json.dumps(config))
    code = (
        "import sys; sys.argv = ['tap-csv', '--config', sys.argv[1]]\n"
        "from sealed_days.tap_csv import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.count("BATCH") == (1 if "files" in config else 3), done.stderr
    modules = done.stderr.splitlines()[-1].split()
    assert "duckdb" not in modules, "beside Arrow it takes too much memory"
    return "sealed_days.tap_csv.duckdb_process" in modules


def test_duckdb_is_started_only_for_what_needs_it(direct, staged_directly):
    assert not starts_duckdb(direct, staged_directly)
    for content in (ORDERS, b"id,qty,note\n1,5,a\n", b"id,qty,note\n"):
        assert not starts_duckdb(direct, direct.config(content, types=TYPES, keys=["id"]))
    as_json = direct.config(b'id,o\n1,"{""a"": [1]}"\n2,\n', types={"o": "jsonb"})
    assert not starts_duckdb(direct, as_json)
    european = b"id;day;price\n1;31.01.2025;1.234,5\n"
    types = {"day": "date", "price": "numeric(8,2)"}
    written = {"delimiter": ";", "decimal": ",", "thousands": ".", "date_format": "%d.%m.%Y"}
    assert starts_duckdb(direct, direct.config(european, types=types, **written))  # to rewrite it
    assert starts_duckdb(direct, direct.config(ORDERS.replace(b"5", b"+5"), types=TYPES))
    assert starts_duckdb(direct, direct.config(ORDERS.replace(b"\n", b"\r\n")))
