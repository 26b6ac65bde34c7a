"""The messages between our taps and targets: whole files instead of rows.

SCHEMA           standard, all of them before the first BATCH. In `schema`, our taps add
                 `x-staging` ({"kind": "snapshot" | "slice", "day_column": …, "row_order": …,
                 "null_day_rows": n, the rows that no day has as their day column is NULL,
                 "infinite_day_rows": n, those whose day is infinite,
                 "row_security": "filtered" where some rows were hidden from the reader,
                 "rejects": {"path": URI, "rows": n} where bad rows were set aside,
                 "read": {…}, "whole_files": true where no stream of the run sends rows, and
                 from tap-csv in its second role "source", "date", "job", "description" (the
                 table's comment) and "manifest", a sha256}), and in each property
                 `x-sql-datatype`, the column's PostgreSQL type, and `x-source-type`, its
                 exact type at the source where that differs (enum, domain, composite).
BATCH            `encoding.format: csv` (see `dialect`), `manifest`: one file:// URI, and
                 `files`, one {"rows", "bytes", "sha256"} per URI.
ACTIVATE_VERSION after the stream's last BATCH or RECORD: the stream is complete. The end of
                 the pipe proves nothing: a tap that dies closes it as one that finishes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import msgspec

from sealed_days.core.dialect import ENCODING
from sealed_days.core.errors import ConfigurationError, FileError, SourceError
from sealed_days.core.meltano_yml import stage_root, stage_url
from sealed_days.core.pgtypes import sql_type
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.spool import spool_area

STAGING = "x-staging"
SOURCE_TYPE = "x-source-type"


def write(message: dict[str, Any]) -> None:
    """Write a message to standard output, at once."""
    sys.stdout.write(msgspec.json.encode(message).decode() + "\n")
    sys.stdout.flush()


def read(line: str) -> dict[str, Any]:
    """Return the message of a line.

    Raises:
        SourceError: the line is cut off.
    """
    try:
        message: dict[str, Any] = json.loads(line)
    except ValueError:
        msg = (
            "the extractor ended in the middle of a message: nothing was published; "
            "its own message says why"
        )
        raise SourceError(msg) from None
    return message


def schema(
    stream: str, properties: dict[str, Any], keys: Sequence[str], staging: dict[str, Any]
) -> dict[str, Any]:
    """Return the SCHEMA message of a stream whose rows travel as a file."""
    body = {"type": "object", "properties": properties, STAGING: staging}
    return {"type": "SCHEMA", "stream": stream, "schema": body, "key_properties": list(keys)}


def batch(stream: str, file: ProvenFile) -> dict[str, Any]:
    """Return the BATCH message for one whole file and what proves it."""
    return {
        "type": "BATCH",
        "stream": stream,
        "encoding": {"format": ENCODING},
        "manifest": [file.path.absolute().as_uri()],
        "files": [file.proof],
    }


def activate_version(stream: str, version: int) -> dict[str, Any]:
    """Return the message that says that a stream is complete."""
    return {"type": "ACTIVATE_VERSION", "stream": stream, "version": version}


def batch_file(
    message: dict[str, Any], place_of: Callable[[str], Path] | None = None
) -> ProvenFile:
    """Return the file that a BATCH message names and proves.

    Args:
        message: the message.
        place_of: what knows a URI's file; only local ones are known where it is not given.

    Raises:
        UserError: the encoding is not ours, it names other than one local file, or proves none.
    """
    encoding = message["encoding"].get("format")
    if encoding != ENCODING or message["encoding"].get("compression") not in {None, "none"}:
        msg = (
            f"stream {message['stream']} comes in BATCH files of format {encoding}: this target "
            "reads uncompressed csv; remove batch_config from the extractor in meltano.yml"
        )
        raise ConfigurationError(msg)
    if len(message["manifest"]) != 1:
        msg = f"stream {message['stream']}: a csv BATCH names one whole file"
        raise FileError(msg)
    proofs = message.get("files") or [None]
    try:
        return ProvenFile.of((place_of or file_of)(message["manifest"][0]), proofs[0])
    except ValueError as error:
        msg = f"stream {message['stream']}: {error}: only a tap of this project can send it"
        raise FileError(msg) from None


def file_of(uri: str) -> Path:
    """Return the local file that a file:// URI names.

    Raises:
        UserError: the URI is of another scheme.
    """
    parts = urlparse(uri)
    if parts.scheme not in {"", "file"}:
        msg = f"{uri} is not a local file: use a storage.root on this machine in batch_config"
        raise ConfigurationError(msg)
    return Path(unquote(parts.path))


def scratch_area(batch_config: Mapping[str, Any]) -> Path:
    """Return the folder for scratch files that a tap's storage.root, a path or a URI, names.

    With STAGE_ROOT they are beside the staged days, so that a finished file is only renamed; with
    an object store, below $TMPDIR.

    Raises:
        UserError: it is not set, or not local.
    """
    root = (batch_config.get("storage") or {}).get("root")
    if not root:
        msg = "batch_config has no storage.root: set it to the scratch folder in meltano.yml"
        raise ConfigurationError(msg)
    named = file_of(root) if root.startswith("file:") or "://" in root else Path(root)
    return spool_area() if stage_url() else stage_root(named.parent) / named.name


def columns_of(schema: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return (name, PostgreSQL type, type at the source) for a SCHEMA message's properties."""
    columns = []
    for name, prop in schema["properties"].items():
        kind = sql_type(prop)
        columns.append((name, kind, prop.get(SOURCE_TYPE, kind)))
    return tuple(columns)
