"""Who may read what we write: the user's umask decides, never the world may write."""

from __future__ import annotations

import os

VARIABLE = "SEALED_DAYS_UMASK"
"""The umask that Meltano was started with, in octal digits: our add-on gives it a stricter one."""


def write_for_owner_only() -> None:
    """Let nobody else read what this process writes, and pass the former umask to its children."""
    os.environ.setdefault(VARIABLE, f"{os.umask(0o077):o}")


def restore() -> None:
    """Write staged days as the user's umask says, without the right of the world to write."""
    current = os.umask(0o077)
    try:
        given = int(os.environ[VARIABLE], 8)
    except (KeyError, ValueError):
        given = current
    os.umask((given & 0o777) | 0o002)


def is_under_meltano() -> bool:
    """Return whether Meltano started this process."""
    return VARIABLE in os.environ
