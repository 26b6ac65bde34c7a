"""How other people's exports write values, names and rows; and what PostgreSQL cannot hold."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest

from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.tap_csv import limits
from sealed_days.tap_csv.conversions import written
from sealed_days.tap_csv.settings import Column, File
from sealed_days.tap_csv.types import postgres_type


@pytest.mark.parametrize(
    ("content", "entry", "expected"),
    [
        # NULL
        (b'a,b\n"","x"\n"NA",""\n', {"quoted_nulls": True}, b"a,b\n,x\nNA,\n"),
        (b'a,b\n"NA",-\n', {"quoted_nulls": True, "null_values": ["NA"]}, b"a,b\n,-\n"),
        (b'a,b\n-,-\n,""\nNA,"NA"\n', {"null_values": {"a": ["-"], "b": ["NA", ""]}},
         b'a,b\n,-\n"",""\nNA,NA\n'),
        (b"a,b\n-,-\n", {"null_values": {"a": [], "*": ["-"]}}, b"a,b\n-,\n"),
        (b"a,b\n,x\n", {"null_values": []}, b'a,b\n"",x\n'),
        # lines
        (b"made by X\n\na,b\n1,2\n", {"skip_lines": 2}, b"a,b\n1,2\n"),
        (b"a,b\n1,2\nTOTAL,2\n", {"skip_footer": 1}, b"a,b\n1,2\n"),
        (b"#x\na,b\n# y,z,\n1,2\n#\n", {"comment": "#"}, b"a,b\n1,2\n"),
        (b"sep=;\r\na;b\r\n1;2\r\n", {}, b"a,b\n1,2\n"),
        (b'"sep=;"\na;b\n1;2\n', {}, b"a,b\n1,2\n"),
        (b"\xef\xbb\xbfsep=|\na|b\n1|2\n", {}, b"a,b\n1,2\n"),
        # names
        (b"1,2\n3,4\n", {"header": False, "columns": ["a", "b"]}, b"a,b\n1,2\n3,4\n"),
        (b"x\n1,2\n", {"header": False, "columns": ["a", "b"], "skip_lines": 1}, b"a,b\n1,2\n"),
        (b"A,B\n1,2\n", {"columns": ["a", "b"]}, b"a,b\n1,2\n"),
        (b"Total amount (EUR),b\n1,2\n", {"columns": {"Total amount (EUR)": "total_eur"}},
         b"total_eur,b\n1,2\n"),
        (b"a,,a\n1,2,3\n", {"columns": {"#2": "b", "#3": "c"}}, b"a,b,c\n1,2,3\n"),
        (b"a,b,c\n1,2,3\n", {"columns": {"b": None}}, b"a,c\n1,3\n"),
        (b"a,,b,\n1,2,3,4\n", {"columns": {"#2": None, "#4": None}}, b"a,b\n1,3\n"),
        (b'"a,1",b\n1,2\n', {"columns": {"b": "c"}}, b'"a,1",c\n1,2\n'),
        # values
        (b' a ,b\n x , "y " \n"  ",\n', {"trim": True}, b'a,b\nx,y\n"",\n'),
        (b" a\t;b\n1 ;\t2\n", {"trim": True, "delimiter": ";"}, b"a,b\n1,2\n"),
        (b"\xff\xfea\x00,\x00b\x00\n\x001\x00,\x00\xe9\x00\n\x00", {"encoding": "utf-16-le"},
         "a,b\n1,é\n".encode()),
    ],
)  # fmt: skip
def test_rows_are_read_as_declared(run, content, entry, expected):
    assert run.take(content, **entry) == expected


@pytest.mark.parametrize(
    ("kind", "how", "texts", "expected"),
    [
        ("numeric(10,2)", {"decimal": ",", "thousands": "."}, "1.234,56 -7 0,5 1234,5",
         "1234.56 -7 0.5 1234.5"),
        ("integer", {"thousands": ","}, "1,234,567 12 -1,000", "1234567 12 -1000"),
        ("real", {"decimal": ","}, "1,5 2e3 ,5 NaN", "1.5 2e3 .5 NaN"),
        ("numeric", {"decimal": ",", "thousands": "'"}, "1'234,5", "1234.5"),
        ("date", {"format": "%d/%m/%Y"}, "31/01/2025 1/2/2025", "2025-01-31 2025-02-01"),
        ("date", {"format": "%d.%m.%y"}, "31.01.25", "2025-01-31"),
        ("date", {"format": "%b-%d-%Y"}, "Jan-31-2025", "2025-01-31"),
        ("date", {"format": "%Y%m%d"}, "20250131", "2025-01-31"),
        ("timestamp", {"format": "%d/%m/%Y|%H:%M"}, "31/01/2025|10:11", "2025-01-31|10:11:00"),
        ("timestamp", {"format": "%m/%d/%Y|%I:%M:%S|%p"}, "01/31/2025|10:11:12|PM",
         "2025-01-31|22:11:12"),
        ("timestamptz", {"format": "%Y-%m-%d|%H:%M|%z"}, "2025-01-31|10:11|+0530",
         "2025-01-31|04:41:00+00"),
        ("timestamp", {"format": "epoch_s"}, "1736000000 1736000000.5",
         "2025-01-04|14:13:20 2025-01-04|14:13:20.5"),
        ("timestamptz", {"format": "epoch_ms"}, "1736000000123", "2025-01-04|14:13:20.123+00"),
        ("time", {"format": "%H.%M"}, "10.11", "10:11:00"),
        ("boolean", {"true_values": ["sim"], "false_values": ["não", ""]}, "sim não", "t f"),
        ("numeric(10,2)", {"round": True}, "1.005 1e-5 -1.005 7", "1.01 0.00 -1.01 7.00"),
        ("numeric(10,1)", {"round": True, "decimal": ","}, "1,25", "1.3"),
        ("timestamp", {"round": True}, "2025-01-05|10:11:12.1234567", "2025-01-05|10:11:12.123457"),
        ("timestamp(0)", {"round": True}, "2025-01-05|23:59:59.5", "2025-01-06|00:00:00"),
    ],
)  # fmt: skip
def test_values_get_postgresqls_form(run, kind, how, texts, expected):
    how = {k: v.replace("|", " ") if isinstance(v, str) else v for k, v in how.items()}

    def content(values: str) -> bytes:
        rows = [[v.replace("|", " "), "1"] for v in values.split(" ")]
        return ("v,x\n" + "".join(f'"{v}",{x}\n' for v, x in rows)).encode()

    messages = run.sync(run.config(content(texts), types={"v": {"type": kind, **how}}))
    rows = list(csv.reader(run.taken(messages).decode().splitlines()))
    assert [row[0] for row in rows[1:]] == [v.replace("|", " ") for v in expected.split(" ")]


@pytest.mark.parametrize(
    ("kind", "how", "bad"),
    [
        ("numeric(10,2)", {"decimal": ",", "thousands": "."}, ["1.23,5", "1,234.5", "1.5", "x"]),
        ("integer", {"thousands": ","}, ["1,23", "12,34", "1.000", "1,234,5"]),
        ("date", {"format": "%d/%m/%Y"}, ["2025-01-31", "31/13/2025", "30/02/2025"]),
        ("boolean", {"true_values": ["sim"], "false_values": ["nao"]}, ["t", "Sim", "1"]),
        ("timestamp", {"format": "epoch_s"}, ["2025-01-31", "1e9", "x", "999999999999"]),
        ("timestamptz", {"format": "epoch_ms"}, ["999999999999999999", "-99999999999999"]),
        ("numeric(10,2)", {}, ["1.005", "1e-5", "123456789"]),
        ("timestamp(3)", {}, ["2025-01-05 10:11:12.1234"]),
        ("interval", {}, ["1", "one day", "P", "1 fortnight"]),
        ("text[]", {}, ["a", "{a", "{a,}", "{{a}}", "{a b}"]),
        ("bytea", {}, ["ab", "\\xg0", "\\x0"]),
    ],
)
def test_value_that_is_not_as_declared_is_a_bad_row_with_its_line(direct, kind, how, bad):
    content = "v,x\n" + "".join(f'"{value}",1\n' for value in bad)
    said = direct.refuse(content.encode(), types={"v": {"type": kind, **how}})
    for number, _ in enumerate(bad, start=2):
        assert f"line {number}, column v: " in said
    assert f"{len(bad)} bad row{'s' if len(bad) > 1 else ''} in orders" in said


def test_settings_of_the_entry_hold_for_all_columns_of_their_kind(direct):
    content = b"d;t;n;b;s\n31/01/2025;31/01/2025 10:11;1.234,5;sim;1.234,5\n"
    data = direct.take(
        content,
        delimiter=";",
        types={"d": "date", "t": "timestamp", "n": "numeric(9,2)", "b": "boolean"},
        decimal=",",
        thousands=".",
        date_format="%d/%m/%Y",
        timestamp_format="%d/%m/%Y %H:%M",
        true_values=["sim"],
        false_values=["nao"],
    )
    assert data == b'd,t,n,b,s\n2025-01-31,2025-01-31 10:11:00,1234.5,t,"1.234,5"\n'


@pytest.mark.parametrize(
    ("kind", "how", "said"),
    [
        ("text", {"decimal": ","}, "decimal and thousands go with numbers"),
        ("integer", {"format": "%Y"}, "goes with dates"),
        ("date", {"format": "%d/%m"}, "does not name a day"),
        ("date", {"format": "dd/mm/yyyy"}, "has no code of strptime"),
        ("date", {"format": "epoch_s"}, "goes with timestamps"),
        ("timestamptz", {"format": "%Y-%m-%d"}, "has no %z"),
        ("timestamp", {"format": "%Y-%m-%d %z"}, "has %z"),
        ("date", {"format": "%Y-%m-%d %Q"}, "has %Q, which is not one of"),
        ("numeric", {"decimal": ",", "thousands": ","}, "cannot be told apart"),
        ("boolean", {"true_values": ["x"]}, "go together"),
        ("text", {"true_values": ["x"], "false_values": ["y"]}, "go with boolean"),
    ],
)
def test_declaration_that_does_not_go_with_its_type_is_refused(kind, how, said):
    entry = File(entity="o", path="o.csv", types={"c": Column(type=kind, **how)})
    with pytest.raises(ConfigurationError) as caught:
        written(entry, "c", postgres_type(kind))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("timestamp(3)", "timestamp(3) without time zone"),
        ("timestamp (3) with time zone", "timestamp(3) with time zone"),
        ("timestamptz(0)", "timestamp(0) with time zone"),
        ("time(2)", "time(2) without time zone"),
        ("TEXT[]", "text[]"),
        ("interval", "interval"),
        ("varchar(7)", "character varying(7)"),
        ("numeric(5)", "numeric(5,0)"),
    ],
)
def test_declared_type_gets_the_name_that_postgresql_gives_it(declared, name):
    assert postgres_type(declared) == name


@pytest.mark.parametrize("declared", ["timestamp(7)", "text(3)", "numeric(39,2)", "text[][]", ""])
def test_type_that_no_column_can_have_is_refused(declared):
    with pytest.raises(ConfigurationError, match="is not a type of tap-csv"):
        postgres_type(declared)


# --- names and limits of what comes after ---------------------------------------------


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("a" * 64, "has 64 bytes, more than PostgreSQL's 63"),
        ("é" * 32, "has 64 bytes"),
        ("ctid", "is a system column of PostgreSQL"),
        ("xmin", "is a system column of PostgreSQL"),
        ("snapshot_date", "is the warehouse's own column"),
        (",".join(f"c{n}" for n in range(1600)), "has 1,601 columns, more than"),
    ],
)
def test_header_that_the_warehouse_cannot_have_is_refused_with_its_way_out(direct, header, said):
    content = f"id,{header}\n".encode()
    assert said in direct.refuse(content)
    if "," not in header:
        data = direct.take(content, columns={header: "short"})
        assert data == b"id,short\n"
        data = direct.take(content, columns={header: None})
        assert data == b"id\n"


@pytest.mark.parametrize("entity", ["loads", "loads_days", " ", "é" * 32])
def test_entity_that_the_warehouse_cannot_have_is_refused(direct, entity):
    assert "give it another in meltano.yml" in direct.refuse(b"id\n", entity=entity)


def test_reserved_names_are_those_of_the_warehouse():
    warehouse = pytest.importorskip("sealed_days.target_postgres.warehouse")
    assert limits.RESERVED_TABLES == warehouse.RESERVED
    assert {warehouse.SNAPSHOT_DATE} == limits.RESERVED_COLUMNS
    assert limits.LONGEST_NAME == warehouse.MAX_NAME


@pytest.mark.parametrize("kind", ["json", "jsonb", "interval", "text[]"])
def test_type_that_cannot_be_a_key_is_refused(direct, kind):
    assert "cannot be a key" in direct.refuse(b"id\n", types={"id": kind}, keys=["id"])


def test_key_that_no_index_holds_is_a_bad_row(direct):
    content = b"k,v\n" + b"x" * 2600 + b",1\n" + b"y" * 2601 + b",2\n"
    said = direct.refuse(content, keys=["k"])
    assert "line 3: the key has more than 2,600 bytes" in said
    assert direct.take(content.split(b"y")[0], keys=["k"])


def test_row_that_no_page_holds_is_a_bad_row(direct):
    names = [f"c{n}" for n in range(1000)]
    rows = [["1"] * 1000, ["long enough to be moved out"] * 1000, [""] * 999 + ["x"]]
    content = "".join(",".join(row) + "\n" for row in [names, *rows]).encode()
    said = direct.refuse(content)
    assert "line 3: the row is too wide" in said
    assert "1 bad row" in said


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("numeric", "1.10", "1.1"),
        ("numeric", "-0", "0.00"),
        ("numeric", "1e2", "100"),
        ("timestamptz", "2025-01-05T10:11Z", "2025-01-05 15:41+05:30"),
        ("timestamptz", "2025-01-05T00:11+01", "2025-01-04 23:11-00:00"),
        ("char(3)", "a", "a  "),
        ("real", "0.1", "0.10000000149"),
        ("bytea", "\\xAB", "\\xab"),
        ("boolean", "yes", "True"),
    ],
)
def test_keys_that_postgresql_finds_equal_are_the_same_key(direct, kind, one, other):
    content = f"k,v\n{one},1\n{other},2\n".encode()
    said = direct.refuse(content, types={"k": kind}, keys=["k"])
    assert "is also on line 2" in said


@pytest.mark.parametrize("pair", ["a A", "e\u0301 \u00e9", "1.1 1.10"])
def test_keys_of_text_are_equal_by_their_bytes(direct, pair):
    one, other = pair.split(" ")
    content = f"k,v\n{one},1\n{other},2\n".encode()
    assert direct.take(content, keys=["k"]) == content


@pytest.mark.parametrize(
    ("content", "entry", "said"),
    [
        (b"1,2\n", {"header": False}, "header: false needs the columns' names"),
        (b"1,2\n", {"header": False, "columns": ["a"]}, "has 2 columns, and columns in"),
        (b"a,b\n", {"columns": {"c": "d"}}, "columns names c, which is missing"),
        (b"a,a\n", {"columns": {"a": "d"}}, "2 times: name them by place in columns: '#1'"),
        (b"a,\n", {}, "column 2 has no name in the header: give it one in columns: '#2'"),
        (b"a;b\n", {"keys": ["a"]}, "is its delimiter ';'?"),
        (b"a,b\n", {"null_values": {"c": ["-"]}}, "null_values' column c is missing"),
        (b"a,b\n", {"columns": {"a": None, "b": None}}, "columns leaves out every column"),
        (b"\na,b\n", {}, "line 1: is blank where the header should be: set skip_lines"),
        (b"a,b\n", {"null_values": ["1,2"]}, "which no unquoted value can be"),
        (b"a,b\n", {"null_values": ['""']}, "which no unquoted value can be"),
    ],
)
def test_header_that_cannot_be_used_is_refused(direct, content, entry, said):
    assert said in direct.refuse(content, **entry)


@pytest.mark.parametrize("first", [b"1,5,a", b"2025-01-31,x,y", b"x,y,10.5"])
def test_header_that_looks_like_data_is_said(direct, first):
    assert direct.take(first + b"\n2,6,b\n")
    assert f"is taken for the header: {first.decode().replace(',', ', ')}" in direct.caplog.text
    direct.take(b"id,qty,note\n2,6,b\n")
    assert "is taken for the header" not in direct.caplog.text


# --- long and broken rows -------------------------------------------------------------


@pytest.mark.parametrize("lines", [20_000, 40_000])
def test_quote_that_is_never_closed_is_said_at_once(direct, lines):
    content = b'a,b\n1,"' + b'x ""y\n' * lines
    started = time.process_time()
    assert "line 2: a quote is opened in this row and never closed" in direct.refuse(content)
    assert time.process_time() - started < 5


def test_long_quoted_fields_of_many_lines_are_read_in_linear_time(direct):
    field = b'"' + b'line ""q""\n' * 30_000 + b'"'
    content = b"a;b\n" + field + b";" + field + b"\n1;2\n"
    started = time.process_time()
    data = direct.take(content, delimiter=";", add_metadata_columns=True)
    assert data.count(b"line ") == 60_000
    assert time.process_time() - started < 10


def test_record_longer_than_the_setting_is_refused_as_such(direct):
    content = b'a,b\n1,"' + b"long line, " * 20_000 + b'"\n'
    assert direct.take(content) == content
    said = direct.refuse(content.replace(b"line,", b"line\n"), max_field_bytes=100_000, trim=True)
    assert "line 2: the row is longer than 100,000 bytes" in said


@pytest.mark.parametrize("entry", [{}, {"delimiter": ";"}, {"trim": True}])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_value_of_5_mb_is_accepted(direct, entry, quote):
    delimiter = entry.get("delimiter", ",").encode()
    value = b"x" * 5_000_000
    content = b"a,b\n1,".replace(b",", delimiter) + quote + value + quote + b"\n"
    assert value in direct.take(content, **entry)


def test_record_longer_than_the_setting_is_refused_on_the_fast_way_too(direct):
    content = b"a,b\n1,x\n2," + b"x" * 5000 + b"\n"
    said = direct.refuse(content, max_field_bytes=4096)
    assert "line 3: the row is longer than 4,096 bytes" in said
    assert direct.take(content, max_field_bytes=6000) == content


def test_line_longer_than_the_setting_is_refused_without_looking_at_it_again_and_again(direct):
    content = b"a,b\n1," + b"x" * 30_000_000 + b"\n"
    started = time.process_time()
    assert "bytes: raise max_field_bytes" in direct.refuse(content, max_field_bytes=1 << 20)
    assert direct.take(content, max_field_bytes=64 << 20) == content
    assert time.process_time() - started < 20


def test_arrays_are_lists_in_records(direct):
    content = b'a,t\n1,"{a,""b \\""c"",NULL,""NULL""}"\n2,{}\n'
    config = direct.config(content, batch=False, types={"t": "text[]"})
    records = [m["record"]["t"] for m in direct.sync(config) if m["type"] == "RECORD"]
    assert records == [["a", 'b "c', None, "NULL"], []]


def test_quote_inside_an_unquoted_value_is_a_bad_row_unless_allowed(direct):
    content = b'a,b\n5" pipe,x\n'
    said = direct.refuse(content)
    assert "line 2: has a quote inside the unquoted column 1" in said
    assert direct.take(content, strict=False) == b'a,b\n"5"" pipe",x\n'


# --- quarantine -----------------------------------------------------------------------


def rejects_of(messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    path = messages[0]["schema"]["x-staging"]["rejects"]["path"]
    with Path(path.removeprefix("file://")).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_rows_set_aside_keep_their_text_as_it_stands(run):
    long = "z" * 20_000
    raw = ["x;'p;q';2", "3;4", f"y;{long};1", "1;'two\nlines';x"]
    content = "a;b;c\n" + "".join(f"{row}\n" for row in ["1;2;3", *raw]) + "\n" * 9 + "4;5;6\n" * 9
    messages = run.sync(
        run.config(
            content.encode(), delimiter=";", quotechar="'", types={"a": "integer", "c": "integer"},
            on_bad_row="quarantine",
        )
    )  # fmt: skip
    assert run.taken(messages).count(b"\n") == 11
    assert sorted(row["text"] for row in rejects_of(messages)) == sorted(raw)


@pytest.mark.parametrize(
    ("limit", "is_taken"),
    [(None, True), ("50%", True), ("33%", False), (2, False), (3, True), ("3", True), (0, False)],
)
def test_more_bad_rows_than_the_limit_fail_the_day(run, limit, is_taken):
    content = b"a\nx\ny\nz\n" + b"1\n" * 5
    more = {} if limit is None else {"max_bad_rows": limit}
    config = run.config(content, types={"a": "integer"}, on_bad_row="quarantine", **more)
    if is_taken:
        assert len(rejects_of(run.sync(config))) == 3
        return
    said = run.refuse(content, types={"a": "integer"}, on_bad_row="quarantine", **more)
    assert f"3 bad rows in orders of 8, more than max_bad_rows ({limit})" in said


def test_wholly_bad_rows_fail_by_default(run):
    said = run.refuse(b"a\nx\ny\n", types={"a": "integer"}, on_bad_row="quarantine")
    assert "2 bad rows in orders of 2, more than max_bad_rows (50%)" in said


def test_each_file_says_for_itself_what_bad_rows_do(run):
    config = run.config(b"a\nx\n1\n2\n", types={"a": "integer"})
    config["files"][0]["on_bad_row"] = "quarantine"
    assert len(rejects_of(run.sync(config))) == 1
    config["files"].append(config["files"][0] | {"entity": "strict", "on_bad_row": "fail"})
    with pytest.raises(UserError, match="1 bad row in strict"):
        run.sync(config)
