"""`--infer PATH`: a ready entry of `files` for a file, from all of its rows.

`meltano invoke tap-csv--from-csv --infer PATH` prints it. What is printed was tried: the file is
read by the entry once more before.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import json
import logging
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealed_days.core.dates import resolve_date
from sealed_days.core.errors import ConfigurationError
from sealed_days.tap_csv.headers import looks_like_data
from sealed_days.tap_csv.open_file import open_bytes, open_text
from sealed_days.tap_csv.settings import File, Settings

if TYPE_CHECKING:
    from sealed_days.tap_csv.duckdb_process import Session

_DELIMITERS = (",", ";", "\t", "|")
_MARKERS = ("NULL", "null", "NA", "N/A", "n/a", "None", "\\N", "-")
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d")
_CLOCKS = (" %H:%M:%S", " %H:%M")
_SAMPLE = 200
_KEY_COLUMNS = 6


@dataclass(frozen=True)
class _Guess:
    """A type that may fit a column, and how its values are written then."""

    type: str
    how: dict[str, str] = field(default_factory=dict)


_GUESSES = (
    _Guess("boolean"), _Guess("integer"), _Guess("bigint"), _Guess("numeric"),
    _Guess("numeric", {"thousands": ","}), _Guess("numeric", {"decimal": ","}),
    _Guess("numeric", {"decimal": ",", "thousands": "."}),
    _Guess("date"), *(_Guess("date", {"format": day}) for day in _DAYS),
    _Guess("timestamp"), _Guess("timestamptz"),
    *(_Guess("timestamp", {"format": day + clock}) for day in _DAYS for clock in _CLOCKS),
    _Guess("time"), _Guess("uuid"), _Guess("bytea"), _Guess("jsonb"),
)  # fmt: skip


def run(arguments: Sequence[str]) -> None:
    """Print the entry for the path behind `--infer`.

    Raises:
        UserError: the file is missing, or cannot be read as CSV.
    """
    at = list(arguments).index("--infer")
    if len(arguments) < at + 2:
        msg = "--infer needs a path: meltano invoke tap-csv--from-csv --infer drop/orders.csv"
        raise ConfigurationError(msg)
    sys.stdout.write(infer(arguments[at + 1]))


def infer(path: str) -> str:
    """Return the entry for a path, as YAML.

    Raises:
        UserError: there is no such file, or it cannot be read as CSV.
    """
    from sealed_days.tap_csv.find_files import find

    csv.field_size_limit(1 << 30)
    day, _ = resolve_date(None, None)
    name = re.sub(r"\W+", "_", Path(path).name.split(".")[0]).strip("_").lower() or "table"
    found = find(File(entity=name, path=path), day)[0]
    entry: dict[str, Any] = {"entity": name, "path": path}
    notes: list[str] = []
    entry |= _format(found, notes)
    with tempfile.TemporaryDirectory(prefix="tap-csv-") as folder:
        columns, table = _as_text({**entry, "path": str(found)}, Path(folder))
        with table:
            _types(entry, notes, columns, table)
            _keys(entry, notes, columns, table)
        _as_text({**entry, "path": str(found)}, Path(folder))[1].close()  # it is ready, then
    return _yaml(entry, notes)


def _format(path: Path, notes: list[str]) -> dict[str, Any]:
    """Return the settings for encoding, delimiter and header that are not the defaults."""
    entry: dict[str, Any] = {}
    encoding = _encoding(path)
    if encoding != "utf-8":
        entry["encoding"] = encoding
        if encoding == "cp1252":
            notes.append("it is not UTF-8: cp1252 is a guess, look at letters beyond ASCII")
    with open_text(path, "utf-8-sig" if encoding == "utf-8" else encoding) as stream:
        lines = list(itertools.islice(stream, _SAMPLE))
    if lines and lines[0].lower().startswith("sep="):
        delimiter = lines[0][4:5]  # the tap reads it itself
        lines = lines[1:]
    else:
        delimiter = _delimiter(lines)
        if delimiter != ",":
            entry["delimiter"] = delimiter
    header = next(csv.reader(lines, delimiter=delimiter), [])
    if looks_like_data(header):
        entry["header"] = False
        entry["columns"] = [f"column_{number}" for number in range(1, len(header) + 1)]
        notes.append("the first line looks like data: name the columns")
        return entry
    counts = Counter(header)
    renamed = {
        f"#{number}": f"column_{number}"
        for number, name in enumerate(header, start=1)
        if not name.strip() or counts[name] > 1 or len(name.encode()) > 63
    }
    if renamed:
        entry["columns"] = renamed
    return entry


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(path) as stream:
        head = stream.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            decoder.decode(head)
            while block := stream.read(1 << 20):
                decoder.decode(block)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _delimiter(lines: list[str]) -> str:
    """Return the delimiter that divides most records alike, into the most values."""
    best, chosen = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        widths = Counter(len(record) for record in csv.reader(lines, delimiter=delimiter))
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        score = (count / sum(widths.values()) if width > 1 else 0.0, width)
        if score > best:
            best, chosen = score, delimiter
    return chosen


def _as_text(entry: dict[str, Any], folder: Path) -> tuple[list[str], Session]:
    """Read the file by an entry; return its columns, and a session with its rows in `t`."""
    from sealed_days.tap_csv import duckdb_check as check
    from sealed_days.tap_csv.check_and_copy import stage
    from sealed_days.tap_csv.definitions import read_tables
    from sealed_days.tap_csv.remote import Downloads
    from sealed_days.tap_csv.select import Selection

    settings = Settings.parse({"files": [entry]}, "tap-csv")
    day, _ = resolve_date(None, None)
    [table] = read_tables(settings, Selection(), day, Downloads(lambda: folder))
    logger = logging.getLogger("tap-csv")
    scratch = Path(tempfile.mkdtemp(dir=folder))
    done = stage(replace(table, keys=() if "keys" not in entry else table.keys), scratch, logger)
    columns = [name for name, _ in table.all_columns]
    session = check.session(scratch)
    check.make_room(session, 0, len(columns))
    source = check.reader(done.file.path, len(columns), longest=16 << 20)
    session.execute(f"CREATE VIEW t AS FROM {source}")
    return columns, session


def _types(entry: dict[str, Any], notes: list[str], columns: list[str], db: Session) -> None:
    """Add the types that all values of a column have, and the texts that mean NULL."""
    from sealed_days.core.sql import quote_literal
    from sealed_days.tap_csv.conversions import Written, value
    from sealed_days.tap_csv.types import accepts, postgres_type

    types: dict[str, Any] = {}
    nulls: list[str] = []
    for index, name in enumerate(columns):
        text = f"c{index}"
        markers = ", ".join(map(quote_literal, ("", *_MARKERS)))
        asked = [
            f"count(*) FILTER ({text} NOT IN ({markers}))",
            f"count(*) FILTER ({text} = '')",
            f"list_distinct(list({text}) FILTER ({text} IN ({markers}) AND {text} <> ''))",
            # what begins with 0 is a code, not a number; 0 and 1 are numbers
            f"count(*) FILTER (regexp_matches({text}, '^[+-]?0[0-9]'))",
            f"count(*) FILTER ({text} IN ('0', '1'))",
        ]
        for guess in _GUESSES:
            kind = postgres_type(guess.type)
            how = Written(**guess.how)  # type: ignore[arg-type]
            fits = accepts(value(text, kind, how), kind)
            asked.append(f"count(*) FILTER ({text} NOT IN ({markers}) AND coalesce({fits}, false))")
        [found] = db.execute(f"SELECT {', '.join(asked)} FROM t").fetchall()
        count, empty, marked, codes, bits, *fitting = found
        fit = [guess for guess, number in zip(_GUESSES, fitting, strict=True) if number == count]
        fit = [guess for guess in fit if not (codes and _is_number(guess))]
        fit = [guess for guess in fit if not (guess.type == "boolean" and bits)]
        fit = [guess for guess in fit if guess.type != "jsonb" or not _is_any_number(fit)]
        if not fit or not count:
            continue
        best = fit[0]
        types[name] = {"type": best.type, **best.how} if best.how else best.type
        others = [g.how["format"] for g in fit[1:] if g.type == best.type and "format" in g.how]
        if "format" in best.how and others:
            notes.append(f"{name}: {', '.join(others)} would fit all values, too")
        nulls += [marker for marker in marked or [] if marker not in nulls]
        if empty:
            entry["quoted_nulls"] = True
    if nulls:
        entry["null_values"] = ["", *nulls]
    if types:
        entry["types"] = types


def _is_number(guess: _Guess) -> bool:
    return guess.type in {"integer", "bigint", "numeric"}


def _is_any_number(guesses: list[_Guess]) -> bool:
    return any(_is_number(guess) for guess in guesses)


def _keys(entry: dict[str, Any], notes: list[str], columns: list[str], db: Session) -> None:
    """Add the first column, or pair of columns, that no two rows share and that is never NULL."""
    every = ", ".join(f"count(nullif(c{index}, ''))" for index in range(len(columns)))
    [counted] = db.execute(f"SELECT count(*), {every} FROM t").fetchall()
    total, *filled = counted
    whole = [i for i, number in enumerate(filled) if number == total][:_KEY_COLUMNS]
    for size in (1, 2):
        for chosen in itertools.combinations(whole, size):
            names = ", ".join(f"c{index}" for index in chosen)
            asked = f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM t)"
            [(distinct,)] = db.execute(asked).fetchall()
            if distinct == total and total:
                entry["keys"] = [columns[index] for index in chosen]
                return
    notes.append("no column, and no pair of the first, is a key")


def _yaml(entry: dict[str, Any], notes: list[str]) -> str:
    """Return the entry as an item of `files`; JSON's texts are YAML's, too."""
    order = ["entity", "path", "keys", "header", "columns", "delimiter", "encoding"]
    order += ["null_values", "quoted_nulls", "types"]
    lines = [f"# {note}" for note in notes]
    for key in order:
        if key not in entry:
            continue
        given = entry[key]
        if isinstance(given, dict):
            lines.append(f"{key}:")
            lines += [f"  {_scalar(name)}: {_inline(item)}" for name, item in given.items()]
        else:
            lines.append(f"{key}: {_inline(given)}")
    body = "\n".join(f"  {line}" for line in lines)
    return f"files:\n-{body[1:]}\n"


def _inline(given: Any) -> str:
    if isinstance(given, dict):
        return "{" + ", ".join(f"{key}: {_inline(item)}" for key, item in given.items()) + "}"
    if isinstance(given, list):
        return "[" + ", ".join(map(_scalar, given)) + "]"
    return _scalar(given)


def _scalar(given: Any) -> str:
    plain = isinstance(given, str) and re.fullmatch(r"[A-Za-z_][\w./-]*", given)
    if plain and given.lower() not in {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}:
        return str(given)
    return json.dumps(given, ensure_ascii=False)
