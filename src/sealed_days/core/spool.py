"""The folder on this machine for what cannot go straight to an object store."""

from __future__ import annotations

import os
from pathlib import Path

from sealed_days.core.errors import ConfigurationError


def spool_area() -> Path:
    """Return the folder below $TMPDIR, which this user alone may read.

    Raises:
        ConfigurationError: somebody else has made it.
    """
    import tempfile  # with all that it imports: an object store needs it, a folder does not

    area = Path(tempfile.gettempdir()) / f"sealed-days-{os.getuid()}"
    area.mkdir(mode=0o700, exist_ok=True)
    if area.lstat().st_uid != os.getuid():
        msg = f"{area} is another user's: set TMPDIR to a folder of your own"
        raise ConfigurationError(msg)
    return area
