"""`--infer` prints an entry that the tap takes, from all rows of a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("duckdb")

from sealed_days.core.errors import UserError
from sealed_days.tap_csv.infer import infer


def entry(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(infer(str(path)))
    [found] = document["files"]
    assert (found.pop("entity"), found.pop("path")) == ("orders", str(path))
    return found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,v\n1,x\n2,y\n", {"keys": ["id"], "types": {"id": "integer"}}),
        (b"a;b\n1;1,5\n1;2,5\n", {"delimiter": ";", "keys": ["b"], "types": {
            "a": "integer", "b": {"type": "numeric", "decimal": ","}}}),
        (b"a|b\n1|1.234,5\n1|2,5\n2|2,5\n", {"delimiter": "|", "keys": ["a", "b"], "types": {
            "a": "integer", "b": {"type": "numeric", "decimal": ",", "thousands": "."}}}),
        (b"d\n31/01/2025\n01/02/2025\n",
         {"keys": ["d"], "types": {"d": {"type": "date", "format": "%d/%m/%Y"}}}),
        (b"d,t,z,u\n2025-01-31,2025-01-31 10:11,2025-01-31T10:11Z,"
         b"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\n",
         {"keys": ["d"],
          "types": {"d": "date", "t": "timestamp", "z": "timestamptz", "u": "uuid"}}),
        (b"zip,ok,n\n01234,true,NULL\n01235,false,7\n", {"keys": ["zip"],
         "null_values": ["", "NULL"], "types": {"ok": "boolean", "n": "integer"}}),
        (b'"id","n"\n"1",""\n"2","5"\n', {"keys": ["id"], "quoted_nulls": True,
         "types": {"id": "integer", "n": "integer"}}),
        (b"1,x\n2,y\n", {"header": False, "columns": ["column_1", "column_2"],
         "keys": ["column_1"], "types": {"column_1": "integer"}}),
        (b"id,,id\n9000000000,a,b\n", {"columns": {"#1": "column_1", "#2": "column_2",
         "#3": "column_3"}, "keys": ["column_1"], "types": {"column_1": "bigint"}}),
        ("id,n\n1,ção\n".encode("cp1252"), {"encoding": "cp1252", "keys": ["id"],
         "types": {"id": "integer"}}),
        (b"sep=;\nid;n\n1;x\n", {"keys": ["id"], "types": {"id": "integer"}}),
    ],
)  # fmt: skip
def test_entry_is_inferred_from_the_whole_file(tmp_path, content, expected):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert entry(path) == expected


def test_the_last_row_counts_as_much_as_the_first(tmp_path):
    path = tmp_path / "orders.csv"
    rows = "".join(f"{n},{n}\n" for n in range(30_000))
    path.write_text(f"id,v\n{rows}1,x\n")
    assert entry(path) == {"keys": ["v"], "types": {"id": "integer"}}


def test_formats_that_fit_as_well_are_said(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("d\n01/02/2025\n")
    assert "# d: %m/%d/%Y would fit all values, too" in infer(str(path))


def test_command_prints_the_entry_or_one_line(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("id\n1\n")
    command = [sys.executable, "-c", "from sealed_days.tap_csv import main; main()"]
    command += ["--config", "none.json", "--infer"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
    assert yaml.safe_load(done.stdout)["files"][0]["keys"] == ["id"]
    for wrong, said in (([str(tmp_path / "none.csv")], "is missing"), ([], "needs a path")):
        done = subprocess.run([*command, *wrong], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_file_that_is_no_csv_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"PAR1....")
    with pytest.raises(UserError, match="is a Parquet file"):
        infer(str(path))
