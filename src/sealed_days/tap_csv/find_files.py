"""Which files an entry's path names on a day, and whether they are fit to be read yet."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from datetime import date
from pathlib import Path

from sealed_days.core.errors import ConfigurationError, SourceError
from sealed_days.core.settings import nearest
from sealed_days.tap_csv.settings import File

logger = logging.getLogger("tap-csv")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DATE_CODES = set("YymdjbBaAuUVGw%-")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_YAML_PATH = re.compile(
    r"""\bpath:\s*(?:"([^"]*)"|'([^']*)'|((?:\$\{\w+\}|\{date[^}]*\}|[^\s,}])+))"""
)
_ADVICE = "write {date} or, for example, {date:%Y%m%d} there instead: it is DATE, or today"
_PACKED = ("", ".gz", ".zip", ".zst", ".bz2", ".xz")
ENDINGS = tuple(f".csv{packed}" for packed in _PACKED)
"""The files of a folder that are read, in any case."""
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def is_url(path: str) -> bool:
    """Return whether a path is a URL."""
    return "://" in path


def resolve(entry: File, day: date) -> str:
    """Return an entry's path with {date} filled in.

    Raises:
        ConfigurationError: a placeholder is not known, or a variable in the path is empty.
    """
    where = f"entity {entry.entity}: path {entry.path}"
    _refuse_empty_variable(entry, where)

    def fill(match: re.Match[str]) -> str:
        name, is_formatted, code = match[1].partition(":")
        codes = set(re.findall("%-?(.)", code))
        if name != "date" or (is_formatted and (not codes or not codes <= _DATE_CODES)):
            near = nearest(name.lower(), ["date"])
            msg = (
                f"{where}: {match[0]} is not a placeholder{near}: nothing was touched; write "
                "{date}, or {date:%Y%m%d} with codes of strftime for days"
            )
            raise ConfigurationError(msg)
        return day.strftime(code) if code else day.isoformat()

    return _PLACEHOLDER.sub(fill, entry.path)


def _refuse_empty_variable(entry: File, where: str) -> None:
    """Refuse a path in which a variable stands, or stood and was empty."""
    found = _VARIABLE.search(entry.path)
    local = entry.path.split("://", 1)[-1]
    if found or "//" in local or local.endswith("/$") or _was_empty(entry.path):
        name = found[0] if found else "a variable such as $DATE"
        msg = f"{where}: {name} is empty or not filled in: nothing was touched; {_ADVICE}"
        raise ConfigurationError(msg)


def _was_empty(path: str) -> bool:
    """Return whether meltano.yml has this path with a variable in it that is empty now.

    Meltano fills variables in before the tap starts, an unset one by nothing: `drop/$DATE` is
    `drop/` then, and yesterday's files below it would be sealed as today's.
    """
    root = os.environ.get("MELTANO_PROJECT_ROOT")
    if not root:
        return False
    for file in Path(root).glob("*meltano.yml"):
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError):
            continue
        text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        for given in _YAML_PATH.findall(text):
            raw = "".join(given)
            names = ["".join(name) for name in _VARIABLE.findall(raw)]
            empty = [name for name in names if not os.environ.get(name)]
            filled = _VARIABLE.sub(lambda match: os.environ.get(match[1] or match[2], ""), raw)
            if empty and filled == path:
                return True
    return False


def find(entry: File, day: date) -> list[Path]:
    """Return the files of an entry's path on a day, by name; log what is left out.

    Raises:
        ConfigurationError: the path has a wrong placeholder or an empty variable.
        SourceError: there is no such file, or it cannot be read.
    """
    given = resolve(entry, day)
    path = Path(given)
    try:
        if path.is_dir():
            return _in_folder(path, given, day)
        if path.exists():
            return [path]
        found = _glob(given)
    except OSError as error:
        msg = f"{error.filename or given} cannot be read: {error.strerror}"
        raise SourceError(msg) from None
    except ValueError as error:  # a NUL byte, or a pattern that is none
        msg = f"entity {entry.entity}: path {given!r} cannot be read: {error}"
        raise ConfigurationError(msg) from None
    if not found:
        msg = (
            f"{given} is missing: no such CSV file for {day.isoformat()}; put it there, set path "
            "in meltano.yml, or run another DATE"
        )
        raise SourceError(msg)
    return found


def _in_folder(folder: Path, given: str, day: date) -> list[Path]:
    names = sorted(entry.name for entry in os.scandir(folder) if not entry.is_dir())
    found = [n for n in names if not is_hidden(n) and n.lower().endswith(ENDINGS)]
    if left_out := [name for name in names if name not in found]:
        shown = ", ".join(left_out[:10]) + (", …" if len(left_out) > 10 else "")
        logger.info("%s: left out, no CSV files: %s", given, shown)
    if not found:
        msg = (
            f"{given} is missing CSV files for {day.isoformat()}: a folder's files are those "
            f"that end with {', '.join(ENDINGS)}; put them there, or set path in meltano.yml"
        )
        raise SourceError(msg)
    return [folder / name for name in found]


def _glob(given: str) -> list[Path]:
    if not any(character in given for character in "*?["):
        return []
    path = Path(given)
    parts = path.parts
    root, pattern = (parts[0], parts[1:]) if path.is_absolute() else (".", parts)
    every = sorted(p for p in Path(root).glob(str(Path(*pattern))) if p.is_file())
    found = [p for p in every if not is_hidden(p.name)]
    if len(found) < len(every):
        hidden = [p.name for p in every if is_hidden(p.name)]
        logger.info("%s: left out, hidden files: %s", given, ", ".join(hidden[:5]))
    return found


def is_hidden(name: str) -> bool:
    """Return whether a file is hidden, or an editor's or a copying program's own."""
    return name.startswith((".", "~", "#", "_")) or name.endswith(("~", ".tmp", ".part"))


def check_fit(entry: File, path: Path, shown: str) -> None:
    """Check a file's age, marker and checksum as the entry declares them.

    Args:
        entry: what is declared.
        path: where the file is.
        shown: its name in messages.

    Raises:
        SourceError: it is stale, still being written, or not what its sender says.
    """
    age = time.time() - path.stat().st_mtime
    if entry.max_age and age > seconds(entry.max_age):
        msg = (
            f"{shown} is stale: it was last changed {_ago(age)} ago, and max_age is "
            f"{entry.max_age}; wait for the new file, or change max_age in meltano.yml"
        )
        raise SourceError(msg)
    if entry.stable_for and age < seconds(entry.stable_for):
        msg = (
            f"{shown} was changed {_ago(age)} ago, and stable_for is {entry.stable_for}: its "
            "writer may not have ended; run again later"
        )
        raise SourceError(msg)
    if entry.done_marker:
        _beside(path, entry.done_marker, "done_marker")
    if entry.checksum_file:
        _check_sum(path, _beside(path, entry.checksum_file, "checksum_file"))


def expected_rows(entry: File, path: Path) -> int | None:
    """Return the number of rows that the file `count_file` beside a file says, if declared.

    Raises:
        SourceError: it is missing, or has no number.
    """
    if not entry.count_file:
        return None
    file = _beside(path, entry.count_file, "count_file")
    found = re.search("[0-9]+", file.read_text(encoding="utf-8", errors="replace"))
    if found is None:
        msg = f"{file} has no number of rows: correct it, or remove count_file in meltano.yml"
        raise SourceError(msg)
    return int(found[0])


def _beside(path: Path, name: str, setting: str) -> Path:
    places = [path.parent / name]
    if name.startswith("."):
        places = [path.with_name(path.name + name), path.with_name(path.name.split(".")[0] + name)]
    for place in places:
        if place.exists():
            return place
    msg = (
        f"{path} has no {' or '.join(place.name for place in places)} beside it ({setting}): it "
        "may not be complete; run again when it is there"
    )
    raise SourceError(msg)


def _check_sum(path: Path, file: Path) -> None:
    text = file.read_text(encoding="utf-8", errors="replace")
    named = re.search(rf"^\\?([0-9a-fA-F]{{32,128}})\s+\*?{re.escape(path.name)}\s*$", text, re.M)
    found = named or re.search(r"\b([0-9a-fA-F]{32,128})\b", text)
    algorithm = _DIGESTS.get(len(found[1])) if found else None
    if found is None or algorithm is None:
        msg = f"{file} has no checksum (md5, sha1, sha256 or sha512 in hex digits)"
        raise SourceError(msg)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, algorithm).hexdigest()
    if digest != found[1].lower():
        msg = f"{path} is not what {file.name} says: its {algorithm} is {digest}: get it again"
        raise SourceError(msg)


def seconds(duration: str) -> float:
    """Return the seconds of a duration like 36h."""
    return float(duration[:-1]) * _SECONDS[duration[-1]]


def _ago(age: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if age >= 2 * size:
            return f"{age / size:.0f} {unit}"
    return f"{max(age, 0):.0f} seconds"
