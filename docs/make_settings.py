"""Write docs/settings.md from the plugins' `Settings`: `make docs`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import yaml

from sealed_days.core.settings import Settings, allowed, holds_secret, members, variable

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "settings.md"
PLUGINS = ["tap-postgres", "tap-csv", "target-csv", "target-postgres", "target-ducklake"]
HEAD = """\
# Settings

Made by `make docs` from the `Settings` of each plugin (`src/sealed_days/*/settings.py`): change
them there. What is not on this page is refused, with the nearest known name. The settings of the
utilities are in `orchestrate/day.meltano.yml` and `orchestrate/airflow.meltano.yml`.

- **Where.** Any setting goes below `config:` of its plugin in `meltano.yml`, or into `.env` or the
  environment by its variable: the plugin's name and the setting's, as `TAP_POSTGRES_PARALLELISM`.
  The environment wins over `.env`, and both win over `meltano.yml`. A list or a mapping in a
  variable is JSON. `DATE`, `DATE_TIMEZONE` and `DATE_ALLOW_FUTURE` are every plugin's. A variable
  that bears a plugin's name and is no setting of it is refused, unless one of Meltano's files names
  it.
- **Secrets** belong into `.env`. One inside a list or a mapping is written as `$NAME` in
  `meltano.yml`, and `NAME` stands in `.env`.
- **Listed** below `settings:` in `meltano.yml` is what Meltano must know: what has a value there,
  what is secret. It takes time at each start for each of them; `meltano config list` knows these.
- `a.b` is `b` below `a`; `a[].b` is `b` of each item of the list `a`; `a.*.b` is `b` below each key
  of `a`, such as the name of a stream.
"""


def settings_of(plugin: str) -> type[Settings]:
    """Return the class that declares a plugin's settings."""
    module = importlib.import_module(f"sealed_days.{plugin.replace('-', '_')}.settings")
    settings: type[Settings] = module.Settings
    return settings


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(section(plugin) for plugin in PLUGINS)])


def section(plugin: str) -> str:
    """Return a plugin's heading and table."""
    entries = _names(plugin)
    names = " and ".join(f"`{name}`" for name in entries)
    prefixes = " and ".join(f"`{variable(name, '')}…`" for name in entries)
    lines = [
        f"## {plugin}",
        "",
        f"In `meltano.yml` as {names}; its variables begin with {prefixes}.",
        "",
        "| setting | takes | default | what it does |",
        "|---|---|---|---|",
    ]
    for setting, kind, default, description in rows(settings_of(plugin)):
        cells = [f"`{setting}`", kind, default, description]
        lines.append("| " + " | ".join(c.replace("|", r"\|") for c in cells) + " |")
    return "\n".join([*lines, ""])


def rows(group: type[msgspec.Struct], above: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield name, what is allowed, default and description of each setting, own ones first."""
    schema = msgspec.json.schema(group)["$defs"][group.__name__]["properties"]
    bases = [{f.name for f in _fields(base)} for base in group.__mro__]
    for field in sorted(_fields(group), key=lambda f: sum(f.name in base for base in bases)):
        name = above + field.encode_name
        kind = allowed(field.type)
        if holds_secret(field.type) and not _below(field.type):
            kind += ", secret"
        description = schema[field.encode_name].get("description", "")
        yield name, kind.replace(", each item", " of"), _default(field), description
        for step, below in _below(field.type):
            yield from rows(below, name + step)


def _fields(group: type) -> tuple[msgspec.structs.FieldInfo, ...]:
    is_declared = issubclass(group, msgspec.Struct) and group is not msgspec.Struct
    return msgspec.structs.fields(group) if is_declared else ()


def _below(kind: Any) -> list[tuple[str, type[msgspec.Struct]]]:
    """Return the groups below a setting, each with how one gets there: `.`, `[].` or `.*.`."""
    found = []
    for member in members(kind):
        arguments = get_args(member)
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            found.append((".", member))
        elif get_origin(member) is list:
            found += [("[]" + step, group) for step, group in _below(arguments[0])]
        elif get_origin(member) is dict:
            found += [(".*" + step, group) for step, group in _below(arguments[1])]
    return found


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "must be given"
    factory = field.default_factory
    value = field.default if factory is msgspec.NODEFAULT else factory()
    if isinstance(value, msgspec.Struct) or value in (None, "", [], {}):
        return ""
    return f"`{json.dumps(value).removesuffix('.0')}`"


def _names(plugin: str) -> list[str]:
    """Return the names of the plugin in meltano.yml."""
    plugins = yaml.safe_load((PROJECT / "meltano.yml").read_text())["plugins"]
    return [
        entry["name"]
        for entry in plugins["extractors"] + plugins["loaders"]
        if entry.get("executable") == f"sealed-{plugin}"
    ]


if __name__ == "__main__":
    PAGE.write_text(page())
