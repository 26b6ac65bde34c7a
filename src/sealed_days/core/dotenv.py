"""Reads `.env` as Meltano does: by python-dotenv, with `${NAME}` filled in.

Meltano's plugins, `make up` and `day` read the same text from the same line.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sealed_days.core.errors import ConfigurationError


@dataclass(frozen=True)
class Variables:
    """The variables of `.env` and of the process, which win."""

    path: Path
    values: dict[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        """Return the value, or "" when it is not set."""
        return os.environ.get(name, self.values.get(name, ""))

    def require(self, name: str) -> str:
        """Return the value.

        Raises:
            ConfigurationError: it is missing or empty.
        """
        if value := self.get(name):
            return value
        msg = f"{name} is not set: add the line {name}=… to {self.path.name}"
        raise ConfigurationError(msg)

    def where(self, name: str) -> str:
        """Return where the value stands, for messages: `.env line 5`."""
        from dotenv.parser import parse_stream

        if name in os.environ:
            return f"the environment variable {name}"
        if name not in self.values:
            return f"{self.path.name} ({name})"
        with self.path.open(encoding="utf-8") as stream:
            lines = [
                # blank lines and comments before it belong to the binding's text
                binding.original.line + _blank_lines(binding.original.string)
                for binding in parse_stream(stream)
                if binding.key == name
            ]
        return f"{self.path.name} line {lines[-1]}"


def read(project: Path) -> Variables:
    """Read a project's `.env`; one that is not there has no variables.

    Raises:
        ConfigurationError: it is not UTF-8.
    """
    from dotenv import dotenv_values

    path = project / ".env"
    try:
        found = dotenv_values(path)
    except UnicodeDecodeError:
        msg = f"{path} is not UTF-8: save it as UTF-8"
        raise ConfigurationError(msg) from None
    return Variables(path, {name: value for name, value in found.items() if value is not None})


def _blank_lines(text: str) -> int:
    return text[: len(text) - len(text.lstrip())].count("\n")
