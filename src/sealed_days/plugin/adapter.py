"""What the four adapters on the Singer SDK have in common: their config is what `Settings` read.

So a number that came as a text (`.env` has nothing else) is a number for the SDK and for
meltanolabs' classes too, and whatever way a plugin starts, the same line refuses a wrong setting.
"""

from __future__ import annotations

from typing import Any

from sealed_days.core.settings import Settings
from sealed_days.plugin.variables import with_variables


class ChecksSettings:
    """Stands first among an adapter's bases, before meltanolabs' class."""

    name: str
    settings_class: type[Settings]

    def __init__(self, *, config: Any = None, **kwargs: Any) -> None:
        if isinstance(config, dict):
            config = with_variables(self.settings_class, config, self.name)
            config = self.settings_class.parse(config, self.name).to_config()
        super().__init__(config=config, **kwargs)  # type: ignore[call-arg] # the SDK's class
