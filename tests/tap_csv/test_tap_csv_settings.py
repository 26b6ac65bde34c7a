"""Whatever is wrong in tap-csv's settings is one line, before anything is touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sealed_days.core.errors import ConfigurationError, UserError
from sealed_days.tap_csv.select import Selection
from sealed_days.tap_csv.settings import Settings

ENTRY = {"entity": "orders", "path": "orders.csv"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"null_values": "NA"}, "files[0].null_values is 'NA', which is not a list of texts"),
    ({"delimiter": 5}, "files[0].delimiter is 5, which is not one character"),
    ({"delimiter": ""}, "files[0].delimiter is '', which is not one character"),
    ({"entity": ""}, "files[0].entity is '', which is not a text that is not empty"),
    ({"entity": None}, "files[0].entity is null, which is not"),
    ({"path": 7}, "files[0].path is 7, which is not"),
    ({"keys": "id"}, "files[0].keys is 'id', which is not a list"),
    ({"keys": [1]}, "files[0].keys[0] is 1, which is not"),
    ({"types": ["id"]}, "files[0].types is ['id'], which is not a mapping"),
    ({"types": {"id": 4}}, "files[0].types.id is 4, which is not"),
    ({"delimeter": ";"}, "files[0].delimeter is not a setting (did you mean delimiter?)"),
    ({"typs": {}}, "files[0].typs is not a setting (did you mean types?)"),
    ({"doublequote": "maybe"}, "files[0].doublequote is 'maybe', which is not true or false"),
]


def refused(config: dict[str, Any]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.parse(config, "tap-csv").all_files()
    said = str(caught.value)
    assert "\n" not in said
    assert "nothing was touched" in said
    return said


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_wrong_setting_of_a_file_names_setting_value_and_what_is_allowed(wrong, said, tmp_path):
    assert said in refused({"files": [ENTRY | wrong]})
    definition = tmp_path / "files.json"
    definition.write_text(json.dumps([ENTRY | wrong]))
    assert said in refused({"csv_files_definition": str(definition)})


@pytest.mark.parametrize("missing", ["entity", "path"])
def test_missing_setting_of_a_file_is_named(missing):
    entry = {key: value for key, value in ENTRY.items() if key != missing}
    assert f"files[0].{missing} is missing" in refused({"files": [entry]})


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"files": {"entity": "a"}}, "files is {'entity': 'a'}, which is not a list"),
        ({"on_bad_row": "skip"}, "on_bad_row is 'skip', which is not one of fail, quarantine"),
        ({"on_bad_rows": "fail"}, "on_bad_rows is not a setting (did you mean on_bad_row?)"),
        ({"sources": ["csv"]}, "sources is ['csv'], which is not a mapping"),
        ({"stagedpath": "output"}, "stagedpath is not a setting (did you mean staged_path?)"),
        (
            {"batch_config": {"encoding": {"format": "jsonl"}}},
            "batch_config.encoding.format is 'jsonl', which is not csv",
        ),
    ],
)
def test_wrong_setting_is_named(config, said):
    assert said in refused(config)


@pytest.mark.parametrize("text", ["", "{}", "[", "[1]"])
def test_definition_file_that_cannot_be_used_is_named(tmp_path, text):
    definition = tmp_path / "files.json"
    definition.write_text(text)
    with pytest.raises(ConfigurationError, match=r"csv_files_definition .*files.json"):
        Settings.parse({"csv_files_definition": str(definition)}, "tap-csv").all_files()


@pytest.mark.parametrize("more", [[], ["--discover"], ["--catalog", "none.json"]])
def test_command_says_it_in_one_line_and_fails_on_every_way(tmp_path, more):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"files": [ENTRY | {"null_values": "NA"}]}))
    code = "from sealed_days.tap_csv import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--config", str(config), *more],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert "files[0].null_values is 'NA'" in done.stderr
    assert "Traceback" not in done.stderr


TABLES = {"orders": ("id", "qty", "note.x"), "lines": ("id", "no")}
KEYS = {"orders": ("id",), "lines": ("id", "no")}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["*.*"], {"orders": ("id", "qty", "note.x"), "lines": ("id", "no")}),
        (["orders.*"], {"orders": ("id", "qty", "note.x")}),
        (["orders"], {"orders": ("id", "qty", "note.x")}),
        (["orders.qty"], {"orders": ("id", "qty")}),
        (["!orders.qty", "*.*"], {"orders": ("id", "note.x"), "lines": ("id", "no")}),
        (["*.*", "!lines.*"], {"orders": ("id", "qty", "note.x")}),
        (["*.*", "!lines", r"!orders.note\.x"], {"orders": ("id", "qty")}),
        (["o*.q*"], {"orders": ("id", "qty")}),
    ],
)
def test_select_means_what_it_means_in_meltano(rules, expected):
    assert Selection(tuple(rules)).apply(TABLES, KEYS) == expected


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (["*.*", "!orders.id"], "select: !orders.id leaves out id, which belongs to the key of"),
        (["*.*", "!orders.qtty"], "!orders.qtty matches no table or column (did you mean"),
        (["*.*", "!order.*"], "!order.* matches no table or column"),
        (["ordrs.*"], "ordrs.* matches no table or column"),
        (["*.*", "!*.*"], "selects none of orders, lines"),
    ],
)
def test_select_that_cannot_be_meant_is_refused(rules, said):
    with pytest.raises(UserError) as caught:
        Selection(tuple(rules)).apply(TABLES, KEYS)
    assert said in str(caught.value)


def test_select_filter_takes_tables_out():
    assert Selection(tables=("orders",)).filtered(TABLES) == {"orders"}
    assert Selection(tables=("!orders",)).filtered(TABLES) == {"lines"}
    assert Selection().filtered(TABLES) == set(TABLES)
    with pytest.raises(UserError, match="select_filter: !order matches no table"):
        Selection(tables=("!order",)).filtered(TABLES)
    with pytest.raises(UserError, match=r"select_filter in meltano\.yml selects none"):
        Selection(tables=("!*",)).filtered(TABLES)


@pytest.mark.parametrize("text", ["orders.*", "{}", "[1]"])
def test_select_that_is_no_list_is_refused(monkeypatch, text):
    monkeypatch.setenv("MELTANO_EXTRACT__SELECT", text)
    with pytest.raises(UserError, match=r"select is .*, which is not a list"):
        Selection.from_environment()


def test_definition_entries_follow_those_of_files(tmp_path):
    definition = tmp_path / "files.json"
    definition.write_text(json.dumps([ENTRY | {"entity": "b"}]))
    config = {"files": [ENTRY], "csv_files_definition": str(definition)}
    assert [file.entity for file in Settings.parse(config, "tap-csv").all_files()] == [
        "orders",
        "b",
    ]
    assert Path(definition).exists()
