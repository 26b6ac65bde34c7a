"""Errors that a user can fix, by kind, and how each becomes one line instead of a traceback."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """Something the user can fix; its kinds are the classes below.

    The message is one line: what is wrong, where, and the command that fixes it.
    """


class ConfigurationError(UserError):
    """A setting, a variable or DATE is wrong: nothing was touched."""


class SourceError(UserError):
    """The source database or file cannot give what was asked for."""


class FileError(UserError):
    """A staged file, a manifest or a scratch file is missing, damaged or cannot be written."""


class WarehouseError(UserError):
    """The warehouse cannot take or give what was asked for."""


class BusyError(UserError):
    """Another run holds what this one needs: wait for it, then run again."""


# C0 but tab and line feed, DEL, C1, and what turns the direction of text around
_STEERS = {*range(32), *range(127, 160), 0x200E, 0x200F, *range(0x202A, 0x202F)} - {9, 10}
_STEERS |= {*range(0x2066, 0x206A)}
_SHOWN = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _STEERS}


def printable(text: str) -> str:
    r"""Return a text as a terminal may show it: control characters as `\x1b`.

    Names come from databases and files: one could clear the screen, or forge a line.
    """
    return text.translate(_SHOWN)


def one_line(error: BaseException) -> str:
    """Return the text of an error, server details included, as one line."""
    return " ".join(str(error).split())


_DISK = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there, or have the quota raised",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "name another folder in STAGE_ROOT",
}


def disk_error(error: OSError) -> str:
    """Return one line on a disk that takes nothing: which, why, and what helps."""
    where = os.fsdecode(error.filename) if error.filename else "to the disk"
    return f"cannot write {where}: {error.strerror}; {_DISK[error.errno or 0]}, then run again"


@contextmanager
def one_line_errors(plugin: str) -> Iterator[None]:
    """Log a UserError, or a disk that takes nothing, as one line and end with exit code 1.

    Any other exception is a bug and keeps its traceback.
    """
    try:
        yield
    except UserError as error:
        logging.getLogger(plugin).error("%s", one_line(error))
        sys.exit(1)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        logging.getLogger(plugin).error("%s", disk_error(error))
        sys.exit(1)
