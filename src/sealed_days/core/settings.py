"""Settings, declared once: the parser, the known keys, the JSON Schema and the settings page.

A plugin's settings are a class of typed fields with descriptions. Every plugin reads its config by
`parse`: an unknown key, a value of another type or out of range ends in one line that names the
setting, the value and what is allowed. The types are msgspec's: its import takes no measurable
time, and it checks in C.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Self

import msgspec
from msgspec import Meta

from sealed_days.core.errors import ConfigurationError

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
# at most what PostgreSQL takes for a timeout: 32 bits of milliseconds
Seconds = Annotated[float, Meta(ge=0, le=2_147_483)]
PositiveSeconds = Annotated[float, Meta(gt=0, le=2_147_483)]
Secret = Annotated[str, Meta(extra_json_schema={"secret": True, "writeOnly": True})]
Name = Annotated[str, Meta(min_length=1)]
Character = Annotated[str, Meta(min_length=1, max_length=1)]
Anything = dict[str, Any]
"""A mapping whose keys are checked elsewhere, or by the SDK."""

DAY_VARIABLES = {
    "date": "DATE",
    "timezone": "DATE_TIMEZONE",
    "allow_future": "DATE_ALLOW_FUTURE",
}
"""The variables of these settings, for every plugin; meltano.yml itself names DATE."""

_PATH = re.compile(r" - at `\$?(.*)`$")


class Group(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Settings that belong together below one key."""


class Settings(
    msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The settings of one plugin: subclass it with `kw_only=True, frozen=True`."""

    @classmethod
    def parse(cls, config: Mapping[str, Any], plugin: str) -> Self:
        """Return the settings of a config; null and "" are as if a setting were not there.

        Args:
            config: as Meltano writes it, parsed from JSON.
            plugin: the plugin's name, for messages.

        Raises:
            ConfigurationError: one line on the first thing that is wrong.
        """
        given = {key: value for key, value in config.items() if value is not None and value != ""}
        given |= _from_variables(cls, given)
        try:
            return msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise ConfigurationError(_explain(cls, given, plugin, error)) from None

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema, without references, as the Singer SDK and `--about` want it."""
        whole = msgspec.json.schema(cls)
        schema: dict[str, Any] = _inline(whole, whole.get("$defs", {}))
        schema.pop("title", None)
        for setting in schema["properties"].values():
            if setting.get("default", "") is None:
                del setting["default"]  # the SDK would look for its parts' defaults in null
        return schema

    def to_config(self) -> dict[str, Any]:
        """Return the config of the settings that differ from their defaults."""
        config: dict[str, Any] = msgspec.to_builtins(self)
        return config


def variable(plugin: str, setting: str) -> str:
    """Return the environment variable by which Meltano takes a setting."""
    return re.sub(r"\W", "_", f"{plugin}_{setting}").upper()


def nearest(name: str, known: list[str]) -> str:
    """Return ` (did you mean X?)`, or "" where nothing is near."""
    found = difflib.get_close_matches(name, known, 1, 0.6)
    return f" (did you mean {found[0]}?)" if found else ""


def name_in_meltano(plugin: str) -> str:
    """Return the plugin's name in meltano.yml: an alias where Meltano runs one."""
    return _ran_by_meltano(plugin) or plugin


def _ran_by_meltano(plugin: str) -> str | None:
    return os.environ.get(f"MELTANO_{kind_in_meltano(plugin)}_NAME")


def kind_in_meltano(plugin: str) -> str:
    """Return what Meltano's variables on a plugin begin with, after MELTANO_."""
    return "EXTRACTOR" if plugin.startswith("tap-") else "LOADER"


def _from_variables(cls: type[Settings], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists and mappings that variables hold as JSON."""
    texts = {
        key: value
        for key, value in given.items()
        if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}
    }
    found = {}
    for field in msgspec.structs.fields(cls) if texts else ():
        origins = [typing.get_origin(member) or member for member in members(field.type)]
        if field.encode_name in texts and any(o in {list, dict} or _is_struct(o) for o in origins):
            with contextlib.suppress(ValueError):  # refused later, as the text that it is
                found[field.encode_name] = json.loads(texts[field.encode_name])
    return found


def _inline(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inline(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = definitions[schema["$ref"].rpartition("/")[2]]
        own = {key: value for key, value in schema.items() if key not in {"$ref", "$defs"}}
        found = {key: value for key, value in found.items() if key != "title"}
        inlined: dict[str, Any] = _inline(found, definitions)
        return inlined | own
    return {
        key: _inline(value, definitions)
        for key, value in schema.items()
        # a default of null is none: the SDK would fill it in and look for settings below it
        if key != "$defs" and (key, value) != ("default", None)
    }


# The functions below run only after a fault was found.


def _explain(
    cls: type[Settings], given: Mapping[str, Any], plugin: str, error: msgspec.ValidationError
) -> str:
    name = name_in_meltano(plugin)
    found = _fault(cls, given, "")
    if found is None:  # a rule on several settings: it says itself what is wrong
        text = str(error)
        place = _PATH.search(text)
        where = place[1].lstrip(".") if place else ""
        found = (where, _PATH.sub("", text))
    where, what = found
    setting = re.split(r"[.\[]", where)[0]
    fix = "change it in meltano.yml"
    if "not a setting" in what:
        fix = "correct or remove it in meltano.yml"
    elif where and where == setting:
        fix += f", or {DAY_VARIABLES.get(setting) or variable(name, setting)} in .env"
    # Meltano begins each line of a plugin with its name
    begin = "" if _ran_by_meltano(plugin) else f"{plugin}: "
    return f"{begin}{f'{where} ' if where else ''}{what}: nothing was touched; {fix}"


def _fault(kind: Any, value: Any, where: str) -> tuple[str, str] | None:
    """Return where a value is wrong, and what is wrong with it, None where it is fine.

    Args:
        kind: the type as it is declared.
        value: what a config has.
        where: its place: `files[0].keys`.
    """
    for kind_ in members(kind):
        origin, arguments = typing.get_origin(kind_), typing.get_args(kind_)
        if isinstance(value, Mapping) and _is_struct(kind_):
            return _fault_of_group(kind_, value, where)
        if isinstance(value, Mapping) and origin is dict:
            faults = (_fault(arguments[1], item, _join(where, key)) for key, item in value.items())
            return next(filter(None, faults), None)
        if isinstance(value, list) and origin is list:
            faults = (_fault(arguments[0], v, f"{where}[{n}]") for n, v in enumerate(value))
            return next(filter(None, faults), None)
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        shown = "a value (not shown)" if holds_secret(kind) else _shown(value)
        return where, f"is {shown}, which is not {allowed(kind)}"
    return None


def _fault_of_group(group: Any, value: Mapping[str, Any], where: str) -> tuple[str, str] | None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(group)}
    for key in value:
        if key not in fields:
            known = sorted(fields)
            near = nearest(str(key), known) or f" (known: {', '.join(known)})"
            return _join(where, key), f"is not a setting{near}"
    for key, field in fields.items():
        if key not in value:
            if field.required:
                return _join(where, key), "is missing"
        elif fault := _fault(field.type, value[key], _join(where, key)):
            return fault
    return None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def holds_secret(kind: Any) -> bool:
    """Return whether a type is a secret, or has one anywhere below it."""
    return "writeOnly" in repr(msgspec.json.schema(kind))


def members(kind: Any) -> list[Any]:
    """Return the types that a declared type unites, without their descriptions."""
    origin = typing.get_origin(kind)
    if origin is Annotated:
        return members(typing.get_args(kind)[0])
    if origin in {typing.Union, types.UnionType}:
        return [member for part in typing.get_args(kind) for member in members(part)]
    return [kind]


def allowed(kind: Any) -> str:
    """Return in words what a declared type takes: `a whole number from 1 to 65535`."""
    from msgspec import inspect

    return _in_words(inspect.type_info(kind))


def _in_words(info: Any) -> str:
    from msgspec import inspect as m

    match info:
        case m.Metadata():
            return _in_words(info.type)
        case m.UnionType():
            kinds = [i for i in info.types if not isinstance(i, m.NoneType)]
            return " or ".join(_in_words(kind) for kind in kinds)
        case m.LiteralType():
            values = [str(value) for value in info.values if value is not False]
            return "one of " + ", ".join(values) if len(values) > 1 else values[0]
        case m.BoolType():
            return "true or false"
        case m.IntType() | m.FloatType():
            noun = "a whole number" if isinstance(info, m.IntType) else "a number"
            if info.ge is not None and info.le is not None:
                return f"{noun} from {info.ge} to {info.le}"
            if info.gt is not None and info.le is not None:
                return f"{noun} above {info.gt}, up to {info.le}"
            if info.ge is not None:
                return f"{noun} of at least {info.ge:g}"
            return noun if info.gt is None else f"{noun} above {info.gt:g}"
        case m.StrType():
            if info.max_length == 1:
                return "one character"
            if info.pattern:
                return f"a text of the form {info.pattern.strip('^$')}"
            return "a text that is not empty" if info.min_length else "a text"
        case m.ListType():
            item = _in_words(info.item_type)
            return "a list of texts" if item.startswith("a text") else f"a list, each item {item}"
        case m.DictType() | m.StructType():
            return "a mapping"
    return "allowed"


def _join(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
