"""The one `main` of all plugins: settings first, then the way that a run needs.

Importing the Singer SDK and what meltanolabs' plugins need takes longer than staging a small
database. A run in which every stream is one whole file needs none of it and starts in 0.1 s;
everything else (rows, stream maps, SSH, --about, …) goes by the SDK's adapter, which makes the
same calls.
"""

from __future__ import annotations

import gc
import itertools
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from sealed_days.core import umask
from sealed_days.core.errors import ConfigurationError, one_line_errors
from sealed_days.core.settings import Settings
from sealed_days.plugin import variables
from sealed_days.plugin.process import end_with_parent, log_to_stderr

S = TypeVar("S", bound=Settings)
_ADAPTERS_OWN = {"--about", "--version", "--help", "--discover", "--test"}
"""Options that ask for something else than a run."""


@dataclass(frozen=True)
class Plugin(Generic[S]):
    """What `main` must know of a plugin.

    Args:
        name: `tap-postgres`.
        settings: how its config is read.
        run: does the work of a run of whole files; gets the settings and the lines of standard
            input, which are those of another process for a tap: it reads none.
        needs_sdk: says why a run needs the SDK's adapter, by its settings and its first message
            ("" for a tap, or where there is none); None where it does not.
        sdk: imports the adapter and returns its class.
        reads_messages: whether it is a target.
    """

    name: str
    settings: type[S]
    run: Callable[[S, Iterable[str]], None]
    needs_sdk: Callable[[S, str], str | None]
    sdk: Callable[[], Any]
    reads_messages: bool = False


def main(plugin: Plugin[S]) -> None:
    """Run a plugin's command line; what the user can fix ends in one line and exit code 1.

    Garbage collection, which a plugin disables before its imports, is on from here. What they made
    lives until the end: frozen, it is scanned neither in the run nor once more when Python ends.
    What is imported later is not: DuckDB would call it leaks.
    """
    gc.freeze()
    gc.enable()
    umask.restore()
    end_with_parent()
    log_to_stderr(plugin.name)
    logger = logging.getLogger(plugin.name)
    with one_line_errors(plugin.name):
        settings, why = _settings(plugin, sys.argv[1:])
        first: str = ""
        lines: Iterable[str] = sys.stdin
        if plugin.reads_messages and why is None:
            first, lines = _peek(sys.stdin)
        if settings is not None and why is None:
            why = plugin.needs_sdk(settings, first)
        if settings is None or why is not None:
            logger.debug("by the Singer SDK: %s", why)
            sys.stdin = lines  # from its first line on
            logging.getLogger().handlers.clear()  # the SDK adds its own: each line would come twice
            plugin.sdk().cli()
            return
        logger.debug("directly: every stream is one whole file")
        plugin.run(settings, lines)


def _settings(plugin: Plugin[S], arguments: list[str]) -> tuple[S | None, str | None]:
    """Return the settings that the command line names, and why it needs the SDK, if it does.

    Raises:
        ConfigurationError: a config file cannot be read, or a setting is wrong.
    """
    if found := _ADAPTERS_OWN.intersection(argument.partition("=")[0] for argument in arguments):
        return None, f"the command line has {min(found)}"
    config: dict[str, Any] = {}
    others = []
    rest = iter(arguments)
    for argument in rest:
        option, is_joined, value = argument.partition("=")
        if option != "--config":
            others.append(option)
            continue
        path = value if is_joined else next(rest, "")
        if path == "ENV":
            return None, "the config comes from the environment"
        config |= _read(path)
    if not config and "--config" not in arguments:
        return None, "the command line has no --config"
    config = variables.with_variables(plugin.settings, config, plugin.name)
    settings = plugin.settings.parse(config, plugin.name)
    variables.refuse_unknown(plugin.settings, config, plugin.name)
    return settings, f"the command line has {others[0]}" if others else None


def _read(path: str) -> dict[str, Any]:
    try:
        config = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        msg = f"the config {path} cannot be read: {error}"
        raise ConfigurationError(msg) from None
    if not isinstance(config, dict):
        msg = f"the config {path} is not a JSON object"
        raise ConfigurationError(msg)
    return config


def _peek(lines: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return the first line, "" where there is none, and an iterator over all lines."""
    first = next(lines, "")
    return first, itertools.chain([first] if first else [], lines)
