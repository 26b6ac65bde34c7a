"""A variable that bears a plugin's name and is no setting of it is refused, never ignored.

Meltano passes over `TAP_POSTGRES_FILTER_SCHEMA` without a word, and the run would stage what nobody
asked for.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.meltano_yml import MeltanoYml
from sealed_days.core.settings import Settings, name_in_meltano, nearest, variable


def refuse_unknown(settings: type[Settings], config: Mapping[str, Any], plugin: str) -> None:
    """Look at the variables that Meltano passes on, `.env` among them.

    Args:
        settings: what the plugin knows.
        config: what Meltano gave it: a setting with a variable is in it.
        plugin: its name in the package.

    Raises:
        ConfigurationError: a variable is misspelt, or its setting has none.
    """
    root = os.environ.get("MELTANO_PROJECT_ROOT")
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
    known = [field.encode_name for field in msgspec.structs.fields(settings)]
    for key in sorted(given) if root else ():
        setting = key[len(begin) :].lower()
        if (
            setting in config
            or setting.startswith(mappings)
            or _stands_in_meltano_yml(Path(str(root)), key)
        ):
            continue
        if setting in known:
            what = f"the setting {setting} has no variable: put it below config: of {name} in"
            msg = f"{key}: {what} meltano.yml, and take it out of .env"
        else:
            near = nearest(key, [variable(name, setting) for setting in known])
            msg = f"{key} is not a setting of {name}{near}: correct or remove it in .env"
        msg += ", or where it is set; nothing was touched"
        raise ConfigurationError(msg)


def _stands_in_meltano_yml(root: Path, key: str) -> bool:
    """Return whether meltano.yml takes the variable by $NAME, or sets it below `env:`."""
    said = json.dumps(MeltanoYml.read(root).parts, default=str)
    return bool(re.search(rf"\b{key}\b", said))
