"""The target without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

from sealed_days.core.errors import UserError
from sealed_days.core.messages import STAGING
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.staged_run import StagedRun, is_staged

_CONNECTION = {
    "host": "host", "port": "port", "user": "user", "password": "password", "database": "dbname",
}  # fmt: skip
_RECORDS_ONLY = {
    "activate_version", "add_record_metadata", "batch_size_rows", "hard_delete",
    "interpret_content_encoding", "load_method", "sanitize_null_text_characters", "use_copy",
    "validate_records",
}  # fmt: skip
_SWITCHES = ("ssl_enable", "ssl_client_certificate_enable")
_OFF = {
    *_SWITCHES, "dialect+driver", "ssh_tunnel", "ssl_certificate_authority",
    "ssl_client_certificate", "ssl_client_private_key", "ssl_mode", "ssl_storage_directory",
}  # fmt: skip
KEYS = {
    *_CONNECTION,
    *_RECORDS_ONLY,
    *_OFF,
    "date",
    "days_schema",
    "default_target_schema",
    "lock_timeout_seconds",
    "lock_wait_seconds",
    "parallelism",
    "parts_schema",
}
"""The settings that this path knows. Stream maps, a URL, …: the SDK's class. So it is with SSL
and an SSH tunnel once they are switched on."""


def is_enough(config: dict[str, Any], first_line: str) -> bool:
    """Return whether a run, by its config and first message, sends nothing but whole files."""
    if not all(config.get(key) for key in _CONNECTION if key != "port"):
        return False  # the SDK's class says what is missing
    if any(map(config.get, _SWITCHES)) or (config.get("ssh_tunnel") or {}).get("enable"):
        return False
    try:
        message = json.loads(first_line)
        return is_staged(message) and bool(message["schema"][STAGING]["whole_files"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def run(config: dict[str, Any], lines: Iterable[str]) -> None:
    """Load and publish the day that the messages make.

    Raises:
        UserError: nothing was published.
    """
    log = logging.getLogger("target-postgres")
    parameters = {"port": 5432} | {
        name: config[key] for key, name in _CONNECTION.items() if config.get(key)
    }
    staged = StagedRun(config, lambda: Server(parameters), log)

    def stop(number: int, _frame: FrameType | None) -> None:
        log.info("stopped by signal %d: nothing more is published", number)
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        for line in lines:
            _take(staged, _message(line))
        staged.finish()
    finally:
        staged.close()


def _message(line: str) -> dict[str, Any]:
    try:
        message: dict[str, Any] = json.loads(line)
    except ValueError:
        msg = "the extractor ended in the middle of a message: nothing was published; see its own"
        raise UserError(msg) from None
    return message


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
            raise UserError(msg)
