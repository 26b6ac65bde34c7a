"""The dialect between the steps is PostgreSQL's: what it writes is counted and read as it is."""

from __future__ import annotations

import csv
import io
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sealed_days.core import proven_file
from sealed_days.core.dialect import (
    RowCounter,
    array_literal,
    check_header,
    format_row,
    text_form,
)
from sealed_days.core.proven_file import ProvenFile, file_sha256


def counted(*blocks: bytes) -> int:
    counter = RowCounter()
    for block in blocks:
        counter.update(block)
    return counter.rows


TEXTS = [None, "", "a", "a,b", 'say "hi"', '"', '""', "\n", "a\r\nb", "\r", "\\.", "\\N", "NULL",
         " ", "é\u2028\U0001f600", '",\n"', 'x"\n"y']  # fmt: skip


def test_a_row_is_read_back_as_it_was() -> None:
    row = ["1", *TEXTS]
    line = format_row(row)
    (back,) = csv.reader(io.StringIO(line, newline=""))
    assert back == [text or "" for text in row]
    assert format_row([None]) == "\n"
    assert format_row([""]) == '""\n'
    assert format_row([None, ""]) == ',""\n'
    assert format_row(["a,b", 'c"', "\\.", " ", "x\ry"]) == '"a,b","c""",\\., ,"x\ry"\n'
    assert format_row(["\\."]) == '"\\."\n'  # alone, older servers would take it for the end


@pytest.mark.parametrize("text", [t for t in TEXTS if t is not None])
def test_rows_are_counted_wherever_a_block_ends(text: str) -> None:
    data = (format_row(["id", "v"]) + format_row(["1", text]) + format_row(["2", None])).encode()
    assert counted(data) == 3
    for cut in range(len(data) + 1):
        assert counted(data[:cut], data[cut:]) == 3, cut
    assert counted(*(bytes([byte]) for byte in data)) == 3
    assert counted(memoryview(data)) == 3


def test_rows_are_counted_in_any_blocks_of_any_file() -> None:
    chance = random.Random(3)
    for _ in range(200):
        rows = [[chance.choice(TEXTS) for _ in range(3)] for _ in range(chance.randrange(1, 9))]
        data = "".join(format_row(["x", *row]) for row in rows).encode()
        cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(4)))
        blocks = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert counted(*blocks) == len(rows)


def test_the_last_row_that_ends_in_a_block_is_found_in_any_file() -> None:
    chance = random.Random(20)
    for _ in range(300):
        rows = [
            format_row(chance.choices(["", "a", "b\n", '"', 'x"\n"', None, ","], k=2))
            for _ in range(6)
        ]
        data = "".join(rows).encode()
        ends = [0]
        for row in rows:
            ends.append(ends[-1] + len(row.encode()))
        start, stop = sorted(chance.choices(range(len(data) + 1), k=2))
        counter = RowCounter()
        counter.update(data[:start])
        before = [end for end in ends if start < end <= stop]
        assert counter.last_end(data[start:stop]) == (before[-1] - start if before else 0)


def test_a_header_is_compared_with_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    names = ["a", 'b"\n', "ü"]
    path.write_bytes(format_row(names).encode() + b"1,2,3\n")
    check_header(path, names)
    for other in (names[:2], [*names, "c"], [names[1], names[0], names[2]]):
        with pytest.raises(ValueError, match="its header is"):
            check_header(path, other)
    path.write_bytes(b'"a')
    with pytest.raises(ValueError, match="no header at all"):
        check_header(path, ["a"])
    with pytest.raises(ValueError, match=f"'{'n' * 200}'$"):
        check_header(path, ["n" * 300])


def test_a_file_is_measured_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,v\n1,"a\n""b"\n2,\n', newline="")
    whole = ProvenFile.measure(path)
    assert (whole.rows, whole.bytes, whole.sha256) == (2, 18, file_sha256(path))
    for block in (1, 2, 7, 18, 19):
        monkeypatch.setattr(proven_file, "BLOCK", block)
        sizes: list[int] = []
        assert ProvenFile.measure(path, sizes.append) == whole
        assert sizes[-1] == 18
        assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    "proof",
    [None, {}, {"rows": 1, "bytes": 2}, {"rows": "1", "bytes": 2, "sha256": "x"}, [1, 2, "x"],
     {"rows": 1, "bytes": 2, "sha256": None}, {"rows": None, "bytes": 2, "sha256": "x"}],
)  # fmt: skip
def test_a_proof_that_proves_nothing_is_refused(proof: Any) -> None:
    with pytest.raises(ValueError, match="comes without rows, bytes and sha256 that prove it"):
        ProvenFile.of(Path("x"), proof)


def test_a_proof_travels(tmp_path: Path) -> None:
    file = ProvenFile(tmp_path, 1, 2, "aa")
    assert ProvenFile.of(tmp_path, file.proof) == file
    assert file.at(Path("y")) == ProvenFile(Path("y"), 1, 2, "aa")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "text", None),
        (True, "boolean", "t"),
        (False, "boolean", "f"),
        ("x", "text", "x"),
        ("", "text", ""),
        ("0aff", "bytea", "\\x0aff"),
        ("\\x0aff", "bytea", "\\x0aff"),
        (b"\x00\xff", "bytea", "\\x00ff"),
        (1, "integer", "1"),
        (2**63, "numeric", "9223372036854775808"),
        (22.0, "real", "22"),
        (22, "real", "22"),
        (0.1, "double precision", "0.1"),
        (1e300, "double precision", "1e+300"),
        (-0.0, "double precision", "-0"),
        (5e-324, "double precision", "5e-324"),
        (Decimal("1.50"), "numeric(8,2)", "1.50"),
        (Decimal("1E+5"), "numeric", "100000"),
        (Decimal("NaN"), "numeric", "NaN"),
        (Decimal("-Infinity"), "numeric", "-Infinity"),
        (3, "double precision", "3"),
        (16777217, "real", "16777217"),
        ({"at": date(2025, 1, 31)}, "json", '{"at": "2025-01-31"}'),
        ([1, None, 2], "integer[]", '{"1",NULL,"2"}'),
        (["a", 'b"', "c\\"], "text[]", '{"a","b\\"","c\\\\"}'),
        ([["a"], [None]], "text[]", '{{"a"},{NULL}}'),
        ([1, {"a": None}], "jsonb", '[1, {"a": null}]'),
        ({"é": [1.5]}, "json", '{"é": [1.5]}'),
    ],
)
def test_values_have_postgresqls_text_form(value: Any, kind: str, text: str | None) -> None:
    assert text_form(value, kind) == text


def test_an_empty_text_in_an_array_is_not_null() -> None:
    assert array_literal(["", None]) == '{"",NULL}'
