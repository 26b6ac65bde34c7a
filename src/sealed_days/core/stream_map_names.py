"""Which streams a stream map is for: one that is for none is a misspelt name, and is refused.

Otherwise the column that it should hash or leave out would be copied as it is.
Source: https://sdk.meltano.com/en/latest/stream_maps.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.settings import nearest


def check_names(stream_maps: Mapping[str, Any], streams: Collection[str]) -> None:
    """Refuse a stream map that is for none of a run's streams.

    Args:
        stream_maps: the setting; a key is a stream's name or a pattern.
        streams: the names of all streams of the run.

    Raises:
        ConfigurationError: one line that names the nearest stream.
    """
    for key, change in stream_maps.items():
        pattern = change.get("__source__", key) if isinstance(change, Mapping) else key
        if key == "__else__" or any(fnmatchcase(stream, pattern) for stream in streams):
            continue
        msg = (
            f"stream_maps names {pattern}, which is no stream of this run"
            f"{nearest(pattern, sorted(streams))}: nothing was published; change it in meltano.yml"
        )
        raise ConfigurationError(msg)
