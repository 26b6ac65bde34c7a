"""Where staged days are: a folder, or an object store, whose modules are imported only then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sealed_days.core import packed_file
from sealed_days.core.errors import FileError
from sealed_days.core.messages import file_of
from sealed_days.core.spool import spool_area
from sealed_days.store.days import StagedDays
from sealed_days.store.scratch import Scratch, sweep

if TYPE_CHECKING:
    from sealed_days.store.objects import Objects


def is_url(root: str | None) -> bool:
    """Return whether STAGE_ROOT is an object store's URL, not a folder."""
    return bool(root) and "://" in str(root)


def days_at(root: str | Path, source: str, job: str = "JOB") -> StagedDays:
    """Return the staged days of a source.

    Args:
        root: STAGE_ROOT: a folder or a store's URL.
        source: the source's name.
        job: the `meltano run` job that stages this source, named in errors.

    Raises:
        ConfigurationError: a setting of the store is missing.
    """
    if not is_url(str(root)):
        return StagedDays(Path(root).absolute(), source, job)
    from sealed_days.store.object_days import ObjectDays

    return ObjectDays(str(root), source, job)


def store_at(root: str) -> Objects:
    """Return this process's one client for an object store.

    Raises:
        ConfigurationError: a setting is missing.
    """
    from sealed_days.store import object_file

    return object_file.store_at(root)


def place_of(uri: str) -> Path:
    """Return the file that a URI of a BATCH message names, on this machine or on a store.

    Raises:
        UserError: the URI is of another scheme, or does not say how long its objects are.
    """
    if not is_url(uri) or uri.startswith("file:"):
        return packed_file.of_uri(uri) or file_of(uri)
    from sealed_days.store.object_file import object_of

    return object_of(uri)


@contextlib.contextmanager
def on_this_machine(path: Path) -> Iterator[Path]:
    """Give a staged file as a plain file of this machine: itself, or what is put into $TMPDIR."""
    if isinstance(path, Path):
        yield path
        return
    import shutil

    sweep(spool_area())
    scratch = Scratch(spool_area())
    try:
        here = scratch.path / path.name
        with path.open("rb") as source, here.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        if packed_file.packed(path) and here.stat().st_size != path.stat().st_size:
            msg = f"{path} is damaged: it cannot be unpacked; day verify says more"
            raise FileError(msg)
        yield here
    finally:
        scratch.close()
