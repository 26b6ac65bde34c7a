"""Every setting has a variable, whether meltano.yml lists the setting or not.

Meltano resolves all that meltano.yml lists some thirty times before it starts an extractor: the
list there is short, and the plugin reads the variables of all other settings itself. A variable
that bears a plugin's name and is no setting of it is refused, never ignored: the run would stage
what nobody asked for.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.meltano_yml import MeltanoYml
from sealed_days.core.settings import (
    DAY_VARIABLES,
    Settings,
    kind_in_meltano,
    name_in_meltano,
    nearest,
    variable,
)


def with_variables(
    settings: type[Settings], config: Mapping[str, Any], plugin: str
) -> dict[str, Any]:
    """Return a config with what variables say of the settings that Meltano has not resolved.

    Args:
        settings: what the plugin knows.
        config: what Meltano gave it; of a mapping there Meltano has resolved the parts alone.
        plugin: its name in the package.
    """
    found = dict(config)
    kind = kind_in_meltano(plugin)
    for setting in settings.__struct_encode_fields__ if _root() else ():
        # each value that Meltano has resolved it passes on by MELTANO_EXTRACT_… or MELTANO_LOAD_…
        if f"MELTANO_{kind[:-2]}_{setting.upper()}" in os.environ:
            continue
        if value := next(filter(None, _values(plugin, setting)), None):
            found[setting] = value
    return found


def _values(plugin: str, setting: str) -> Iterator[str | None]:
    """Yield what the variables of a setting hold, the one that wins first."""
    kind, name = kind_in_meltano(plugin), name_in_meltano(plugin)
    for prefix in (name, os.environ.get(f"MELTANO_{kind}_NAMESPACE", name)):
        yield os.environ.get(variable(prefix, setting))
    # tap-postgres--shop may inherit from tap-postgres; tap-csv--from-csv does not from tap-csv
    parents = list(accumulate(name.split("--"), "{}--{}".format))[:-1]
    if any(variable(parent, setting) in os.environ for parent in parents):
        value = MeltanoYml.read(Path(_root())).setting(name, setting)
        yield value if isinstance(value, str) else None
    if setting != "date":  # meltano.yml says where it comes from
        yield os.environ.get(DAY_VARIABLES.get(setting, ""))


def _root() -> str:
    return os.environ.get("MELTANO_PROJECT_ROOT", "")


def refuse_unknown(settings: type[Settings], config: Mapping[str, Any], plugin: str) -> None:
    """Look at the variables that Meltano passes on, `.env` among them.

    Args:
        settings: what the plugin knows.
        config: what Meltano gave it: a setting with a variable is in it.
        plugin: its name in the package.

    Raises:
        ConfigurationError: a variable is misspelt.
    """
    root = _root()
    name = name_in_meltano(plugin)
    begin = variable(name, "")
    # a second underscore begins an extra of Meltano (TAP_CSV__SELECT), or the name of another alias
    given = [
        key
        for key, value in os.environ.items()
        if value and key.startswith(begin) and key[len(begin) :][:1] not in {"", "_"}
    ]
    # Meltano gives each key of a mapping a variable, too
    mappings = tuple(f"{key}_" for key, value in config.items() if isinstance(value, Mapping))
    known = settings.__struct_encode_fields__
    for key in sorted(given) if root else ():
        setting = key[len(begin) :].lower()
        if (
            setting in config
            or setting in known
            or setting.startswith(mappings)
            or _stands_in_meltano_yml(Path(root), key)
        ):
            continue
        near = nearest(key, [variable(name, setting) for setting in known])
        msg = f"{key} is not a setting of {name}{near}: correct or remove it in .env"
        msg += ", or where it is set; nothing was touched"
        raise ConfigurationError(msg)


def _stands_in_meltano_yml(root: Path, key: str) -> bool:
    """Return whether meltano.yml takes the variable by $NAME, or sets it below `env:`."""
    said = json.dumps(MeltanoYml.read(root).parts, default=str)
    return bool(re.search(rf"\b{key}\b", said))
