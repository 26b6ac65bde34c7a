"""What stream maps may do to a stream that comes as a whole file: rename it, or leave it out."""

from __future__ import annotations

from fnmatch import fnmatch

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.settings import name_in_meltano
from sealed_days.target_csv.settings import Settings


def change_of_rows(stream: str, settings: Settings) -> str | None:
    """Return the setting that would change a stream's rows, None where none does.

    A file is taken as it is. What hashes, filters, drops or flattens would be left undone, so
    the caller refuses the stream.
    """
    if settings.flattening_enabled:
        return "flattening_enabled"
    if settings.add_record_metadata:
        return "add_record_metadata"
    for pattern, definition in settings.stream_maps.items():
        if not isinstance(definition, dict):
            continue  # the stream is left out
        if not fnmatch(stream, definition.get("__source__") or pattern):
            continue
        if set(definition) != {"__alias__"}:
            return f"stream_maps.{pattern}"
    return None


def alias(stream: str, settings: Settings) -> str:
    """Return a stream's name downstream, as the SDK's mapper evaluates it.

    Raises:
        ConfigurationError: an `__alias__` is no expression, or gives no name.
    """
    import simpleeval

    name = stream
    for pattern, definition in settings.stream_maps.items():
        if not isinstance(definition, dict) or "__alias__" not in definition:
            continue
        if not fnmatch(stream, pattern):
            continue
        text = definition["__alias__"]
        evaluator = simpleeval.EvalWithCompoundTypes(names={"__stream_name__": stream})
        try:
            name = evaluator.eval(text)
        except simpleeval.NameNotDefined:
            name = text  # a plain name
        except Exception as error:
            raise _no_name(pattern, text, stream, str(error)) from None
        if not isinstance(name, str) or not name:
            raise _no_name(pattern, text, stream, f"it is {name!r}")
    return name


def _no_name(pattern: str, text: object, stream: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name_in_meltano('target-csv')}: stream_maps.{pattern}.__alias__ is {text!r}, which "
        f"gives no name for {stream} ({why}): nothing was touched; change it in meltano.yml"
    )
