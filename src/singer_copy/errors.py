"""One clear line for the user instead of a traceback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """Something the user can mend.

    The message is one line: what is wrong, where, and the command that mends it.
    """


def one_line(error: BaseException) -> str:
    """Return the text of an error, server details included, as one line."""
    return " ".join(str(error).split())


@contextmanager
def one_line_errors(plugin: str) -> Iterator[None]:
    """Log a UserError as one line and end the process with exit code 1.

    Any other exception is a bug and keeps its traceback.
    """
    try:
        yield
    except UserError as error:
        logging.getLogger(plugin).error("%s", one_line(error))
        sys.exit(1)
