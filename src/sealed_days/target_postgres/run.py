"""The target without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from sealed_days.core import messages
from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.messages import STAGING
from sealed_days.core.settings import name_in_meltano, variable
from sealed_days.plugin.process import publish_nothing_when_stopped
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.settings import Settings
from sealed_days.target_postgres.staged_run import StagedRun, is_staged


def needs_sdk(settings: Settings, first_message: str) -> str | None:
    """Return why a run needs the SDK's adapter, None where it sends nothing but whole files.

    Raises:
        ConfigurationError: a part of the connection is missing.
    """
    if why := settings.needs_upstream_connection:
        return why
    check_connection(settings)
    if settings.stream_maps or settings.flattening_enabled:
        return "streams are renamed or changed (stream_maps, flattening_enabled)"
    if not first_message:
        return None
    try:
        message = json.loads(first_message)
        whole = is_staged(message) and bool(message["schema"][STAGING]["whole_files"])
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    return None if whole else "the tap sends rows"


def check_connection(settings: Settings) -> None:
    """Check that host, user, password and database are set where no URL is.

    Raises:
        ConfigurationError: one of them is missing.
    """
    names = ("host", "user", "password", "database")
    missing = [name for name in names if not getattr(settings, name)]
    if missing and not settings.sqlalchemy_url:
        plugin = name_in_meltano("target-postgres")
        variables = ", ".join(variable(plugin, name) for name in missing)
        msg = (
            f"{plugin}: {', '.join(missing)} not set: nothing was touched; "
            f"set {variables} in .env, or run make up, which makes one"
        )
        raise ConfigurationError(msg)


def run(settings: Settings, lines: Iterable[str]) -> None:
    """Load and publish the day that the messages make.

    Raises:
        UserError: nothing was published.
    """
    log = logging.getLogger("target-postgres")
    staged = StagedRun(settings, lambda: Server.from_settings(settings), log)
    publish_nothing_when_stopped(log)
    try:
        for line in lines:
            _take(staged, messages.read(line))
        staged.finish()
    finally:
        staged.close()


def _take(staged: StagedRun, message: dict[str, Any]) -> None:
    match message["type"]:
        case "SCHEMA" if is_staged(message):
            staged.schema([message["stream"]], message)
        case "BATCH":
            staged.batch([message["stream"]], message)
        case "ACTIVATE_VERSION":
            staged.end([message["stream"]])
        case "STATE":
            pass  # a day is whole: there is nothing to go on from
        case kind:
            msg = f"stream {message.get('stream')} sends {kind} in a run of whole files"
            raise SourceError(msg)
