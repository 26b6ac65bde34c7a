"""Whatever is wrong in a config is one line: which setting, its value, what is allowed."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from sealed_days.core import settings as declared
from sealed_days.core.errors import ConfigurationError
from sealed_days.core.settings import Group, Port, Positive, Seconds, Secret


class Column(Group, kw_only=True, frozen=True):
    """A mapping below a mapping, with a setting that must be there."""

    kind: str
    width: Positive = 1


class File(Group, kw_only=True, frozen=True):
    """A mapping in a list."""

    entity: Annotated[str, Meta(min_length=1, description="The table's name.")]
    delimiter: declared.Character = ","
    null_values: list[str] = msgspec.field(default_factory=list)
    columns: dict[str, Column] = msgspec.field(default_factory=dict)


class Tunnel(Group, kw_only=True, frozen=True):
    """A mapping with a secret in it."""

    host: str | None = None
    key: Secret | None = None


class Settings(declared.Settings, kw_only=True, frozen=True):
    """One setting of every kind that the plugins have."""

    name: Annotated[str, Meta(pattern="^[a-z]+$")] = "shop"
    port: Port = 5432
    parallelism: Positive | None = None
    wait: Seconds = 60.0
    is_strict: bool = True
    share: Annotated[float, Meta(ge=0, le=100)] = 50.0
    action: Literal["warn", "off", False] = "warn"
    select: str | list[str] = "*"
    password: Secret | None = None
    tunnel: Annotated[Tunnel, Meta(description="By way of another host.")] = Tunnel()
    files: list[File] = msgspec.field(default_factory=list)
    options: dict[str, File | Literal["__NULL__"]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no single setting can know."""
        if self.port == 1 and self.name == "shop":
            raise ValueError("port 1 needs a name")


def fault(config: dict[str, Any]) -> str:
    """Return the one line on a config that is refused."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.parse(config, "tap-shop")
    line = str(caught.value)
    assert "\n" not in line
    return line


FILE = {"entity": "orders"}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        # a misspelt key, at every depth: the nearest known name
        ({"prot": 1}, "prot is not a setting (did you mean port?)"),
        ({"tunnel": {"hots": "x"}}, "tunnel.hots is not a setting (did you mean host?)"),
        (
            {"files": [FILE, {"entity": "a", "delimeter": ";"}]},
            "files[1].delimeter is not a setting (did you mean delimiter?)",
        ),
        (
            {"options": {"a": {"entity": "a", "columns": {"id": {"kind": "x", "widht": 2}}}}},
            "options.a.columns.id.widht is not a setting (did you mean width?)",
        ),
        ({"tunnel": {"zzz": 1}}, "tunnel.zzz is not a setting (known: host, key)"),
        # a missing one
        ({"files": [{}]}, "files[0].entity is missing"),
        ({"files": [FILE | {"columns": {"a": {}}}]}, "files[0].columns.a.kind is missing"),
        # another type
        ({"name": 5}, "name is 5, which is not a text"),
        ({"port": "abc"}, "port is 'abc', which is not a whole number from 1 to 65535"),
        ({"port": 1.5}, "port is 1.5, which is not a whole number from 1 to 65535"),
        ({"port": True}, "port is true, which is not a whole number from 1 to 65535"),
        ({"wait": "soon"}, "wait is 'soon', which is not a number from 0 to 2147483"),
        ({"is_strict": "maybe"}, "is_strict is 'maybe', which is not true or false"),
        ({"is_strict": 2}, "is_strict is 2, which is not true or false"),
        (
            {"files": [FILE | {"delimiter": 5}]},
            "files[0].delimiter is 5, which is not one character",
        ),
        # a list, a mapping or null in another's place
        (
            {"files": [FILE | {"null_values": "NA"}]},
            "files[0].null_values is 'NA', which is not a list of texts",
        ),
        ({"files": [FILE | {"null_values": [1]}]}, "files[0].null_values[0] is 1, which is not"),
        ({"files": FILE}, "files is {'entity': 'orders'}, which is not a list, each item a map"),
        ({"files": ["orders.csv"]}, "files[0] is 'orders.csv', which is not a mapping"),
        ({"files": [None]}, "files[0] is null, which is not a mapping"),
        ({"options": []}, "options is [], which is not a mapping"),
        ({"files": "[orders"}, "files is '[orders', which is not a list, each item a mapping"),
        ({"tunnel": "bastion"}, "tunnel is a value (not shown), which is not a mapping"),
        ({"tunnel": {"host": 5}}, "tunnel.host is 5, which is not a text"),
        ({"files": [FILE | {"delimiter": None}]}, "files[0].delimiter is null, which is not one"),
        # out of range
        ({"port": 0}, "port is 0, which is not a whole number from 1 to 65535"),
        ({"port": 65536}, "port is 65536, which is not a whole number from 1 to 65535"),
        ({"parallelism": -1}, "parallelism is -1, which is not a whole number of at least 1"),
        ({"wait": -0.5}, "wait is -0.5, which is not a number from 0 to 2147483"),
        ({"wait": ".inf"}, "wait is '.inf', which is not a number from 0 to 2147483"),
        ({"wait": float("inf")}, "wait is inf, which is not a number from 0 to 2147483"),
        ({"wait": float("nan")}, "wait is nan, which is not a number from 0 to 2147483"),
        ({"share": 101}, "share is 101, which is not a number from 0 to 100"),
        ({"name": "A b"}, "name is 'A b', which is not a text of the form [a-z]+"),
        ({"files": [{"entity": ""}]}, "files[0].entity is '', which is not a text that is not em"),
        (
            {"files": [FILE | {"delimiter": "::"}]},
            "files[0].delimiter is '::', which is not one character",
        ),
        # one of several
        ({"action": "stop"}, "action is 'stop', which is not one of off, warn"),
        ({"select": 5}, "select is 5, which is not a text or a list of texts"),
        ({"select": ["a", 5]}, "select[1] is 5, which is not a text"),
        ({"options": {"a": None}}, "options.a is null, which is not a mapping or __NULL__"),
        ({"options": {"a": "NULL"}}, "options.a is 'NULL', which is not a mapping or __NULL__"),
        # a rule on several settings
        ({"port": 1}, "port 1 needs a name"),
    ],
)
def test_a_wrong_config_is_one_line_with_setting_value_and_what_is_allowed(
    config: dict[str, Any], says: str
) -> None:
    line = fault(config)

    assert line.startswith(f"tap-shop: {says}")
    assert ": nothing was touched; c" in line
    assert "meltano.yml" in line


def test_the_fix_names_the_variable_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault({"port": 0}).endswith("change it in meltano.yml, or TAP_SHOP_PORT in .env")
    assert fault({"tunnel": {"host": 1}}).endswith("change it in meltano.yml")
    assert fault({"prot": 0}).endswith("correct or remove it in meltano.yml")

    monkeypatch.setenv("MELTANO_EXTRACTOR_NAME", "tap-shop--of-last-year")

    line = fault({"port": 0})
    # Meltano begins the line with its name
    assert line.startswith("port is 0")
    assert "TAP_SHOP__OF_LAST_YEAR_PORT in .env" in line


@pytest.mark.parametrize(
    "config",
    [
        {"password": ["hunter2"]},
        {"password": {"hunter2": "hunter2"}},
        {"tunnel": {"key": ["hunter2"]}},
        {"tunnel": ["hunter2"]},
        {"tunnel": "hunter2"},
        {"passwrod": "hunter2"},
        {"tunnel": {"kye": "hunter2"}},
    ],
)
def test_a_secret_is_never_shown(config: dict[str, Any]) -> None:
    assert "hunter2" not in fault(config)


def test_a_long_value_is_cut() -> None:
    assert len(fault({"port": "9" * 10_000})) < 300


@pytest.mark.parametrize(
    ("config", "becomes"),
    [
        ({"port": "5433"}, {"port": 5433}),
        ({"wait": "1.5"}, {"wait": 1.5}),
        ({"is_strict": "false"}, {"is_strict": False}),
        ({"is_strict": "0"}, {"is_strict": False}),
        ({"action": False}, {"action": False}),
        ({"select": ["a"]}, {"select": ["a"]}),
        ({"options": {"a": "__NULL__"}}, {"options": {"a": "__NULL__"}}),
        ({"password": "12345"}, {"password": "12345"}),
        ({"files": '[{"entity": "a"}]'}, {"files": [File(entity="a")]}),
        ({"tunnel": ' {"host": "b"}'}, {"tunnel": Tunnel(host="b")}),
        ({"select": '["a"]'}, {"select": ["a"]}),
        ({"select": "[a-z]*"}, {"select": "[a-z]*"}),
        ({"password": '{"a": 1}'}, {"password": '{"a": 1}'}),
        # Meltano writes what is unset as null, a variable that is not there as ""
        ({"port": None, "password": "", "tunnel": None}, {}),
    ],
)
def test_variables_are_texts_and_what_is_unset_is_the_default(
    config: dict[str, Any], becomes: dict[str, Any]
) -> None:
    assert Settings.parse(config, "tap-shop") == Settings(**becomes)


def test_the_json_schema_stands_by_itself_and_keeps_a_setting_s_own_description() -> None:
    schema = Settings.json_schema()

    assert "$ref" not in json.dumps(schema)
    assert "$defs" not in json.dumps(schema)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["tunnel"]["description"] == "By way of another host."
    assert schema["properties"]["files"]["items"]["required"] == ["entity"]
    columns = schema["properties"]["files"]["items"]["properties"]["columns"]
    assert columns["additionalProperties"]["properties"]["width"]["minimum"] == 1
    password = next(k for k in schema["properties"]["password"]["anyOf"] if k["type"] == "string")
    assert password["writeOnly"] is True


def test_a_plugin_with_no_setting_at_all_has_its_defaults() -> None:
    assert Settings.parse({}, "tap-shop") == Settings()
