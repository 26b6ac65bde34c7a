"""The manifest of a day: a Frictionless Data Package that proves its files, and itself.

Source: https://specs.frictionlessdata.io/data-package/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sealed_days.core.packed_file import PackedFile, packed
from sealed_days.core.pgtypes import frictionless_field
from sealed_days.core.proven_file import ProvenFile
from sealed_days.core.stretches import as_json, of_json
from sealed_days.store.layout import attempt_parts, is_object_path, packed_suffix, relative_path

DETAILS = frozenset(
    {
        "day_column",
        "null_day_rows",
        "infinite_day_rows",
        "row_order",
        "row_security",
        "description",
        "rejected_rows",
        "read_at",
        "origin",
    }
)
"""What a resource may say besides; it goes from the tap's SCHEMA to the manifest and back."""

_SEALS_OWN = frozenset(
    {
        *("profile", "name", "title", "date", "source", "job", "bytes", "rows", "resources"),
        *("hash", "attempt"),
    }
)
"""The keys of a manifest that each seal makes anew."""

Count = Annotated[int, Meta(ge=0)]
_Text = Annotated[str, Meta(min_length=1)]
_Hash = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class _Field(msgspec.Struct):
    name: _Text
    sql_type: _Text
    source_type: _Text


class _Schema(msgspec.Struct):
    fields: list[_Field]
    primaryKey: list[str] = []


class _Stretch(msgspec.Struct):
    offset: Count
    rows: Count
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class _Content(msgspec.Struct):
    bytes: Count
    hash: _Hash
    blocks: list[Count]


class _Resource(msgspec.Struct):
    stream: _Text
    path: str | list[str]
    kind: _Text
    rows: Count
    bytes: Count
    hash: _Hash
    schema: _Schema
    day_column: str = ""
    rejected_rows: Count = 0
    stretches: list[_Stretch] = []
    compression: Literal["gz", "zst"] | None = None
    content: _Content | None = None


class _Manifest(msgspec.Struct):
    date: str
    source: str
    rows: Count
    bytes: Count
    resources: list[_Resource]
    read: dict[str, Any] = {}
    versions: dict[str, Any] = {}
    attempt: str | msgspec.UnsetType = msgspec.UNSET
    hash: _Hash | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class StagedTable:
    """One table of a day: its file, and what its rows are.

    `columns` are (name, PostgreSQL type for the warehouse, exact type at the source).
    `kind` is snapshot or slice.
    """

    name: str
    file: ProvenFile
    columns: tuple[tuple[str, str, str], ...]
    keys: tuple[str, ...] = ()
    kind: str = "snapshot"
    details: dict[str, Any] = field(default_factory=dict)


def to_json(
    source: str, job: str, day: date, tables: Iterable[StagedTable], about: dict[str, Any]
) -> dict[str, Any]:
    """Return the manifest of a day, with the paths that its files have in their places.

    Args:
        source: the source's name.
        job: the job that stages it.
        day: DATE.
        tables: what the day holds.
        about: what it says besides (snapshot, versions, …).
    """
    tables = sorted(tables, key=lambda table: table.name)
    manifest = {
        "profile": "data-package",
        "name": f"{source}-{day.isoformat()}",
        "title": f"{source}, {day.isoformat()}",
        "date": day.isoformat(),
        "source": source,
        "job": job,
        **about,
        "bytes": sum(getattr(packed(t.file.path), "bytes", t.file.bytes) for t in tables),
        "rows": sum(table.file.rows for table in tables),
        "resources": [_resource(day, number, table) for number, table in enumerate(tables, 1)],
    }
    return manifest | {"hash": hash_of(manifest)}


def about_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest says besides its tables, to seal the day again with."""
    return {key: said for key, said in manifest.items() if key not in _SEALS_OWN}


def _resource(day: date, number: int, table: StagedTable) -> dict[str, Any]:
    slug = re.sub(r"[^a-z0-9_-]", "-", table.name.lower())
    if slug != table.name:
        slug = f"{slug}-{number}"  # names that differ only in what a slug drops stay apart
    schema: dict[str, Any] = {"fields": _fields(table), "missingValues": [""]}
    if table.keys:
        schema["primaryKey"] = list(table.keys)
    file, packed_ = table.file, packed(table.file.path)
    lies: dict[str, Any] = {"bytes": file.bytes, "hash": f"sha256:{file.sha256}"}
    if packed_:
        content = lies | {"blocks": list(packed_.blocks)}
        lies = {"bytes": packed_.bytes, "hash": f"sha256:{packed_.sha256}"}
        lies |= {"compression": packed_.ending, "content": content}
    return {
        "name": slug,
        "stream": table.name,
        "path": relative_path(day, table.name) + packed_suffix(lies),
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "kind": table.kind,
        "rows": table.file.rows,
        **lies,
        **({"stretches": as_json(file.stretches)} if file.stretches else {}),
        **table.details,
        "schema": schema,
    }


def _fields(table: StagedTable) -> list[dict[str, Any]]:
    """Return the fields of a table, each with what an empty value in it is.

    In a key it is the empty text, never NULL. To Frictionless, a row of nothing but missing
    values is an error; where there is no key, such rows may be there. A column in which empty is
    a value lets them pass: a text column, if there is one.
    """
    fields = [frictionless_field(*column) for column in table.columns]
    texts = [field for field in fields if field["type"] == "string"]
    if table.keys:
        chosen = [field for field in texts if field["name"] in table.keys]
    elif texts:
        chosen = texts[:1]
    else:
        chosen = fields[:1]
    for one in chosen:
        one |= {"missingValues": []} | ({} if texts else {"type": "any"})
    return fields


def text_of(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written, for people to read too."""
    return msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"


def hash_of(manifest: Mapping[str, Any]) -> str:
    """Return the hash that a manifest carries over itself: `sha256:…`.

    It covers all but itself and where the files lie: JSON with sorted keys and no spaces.
    """
    said = {key: value for key, value in manifest.items() if key not in {"hash", "attempt"}}
    said["resources"] = [
        {key: value for key, value in resource.items() if key != "path"}
        for resource in manifest["resources"]
    ]
    return f"sha256:{hashlib.sha256(msgspec.json.encode(said, order='sorted')).hexdigest()}"


def in_attempt(manifest: Mapping[str, Any], day: date, attempt: str) -> dict[str, Any]:
    """Return a manifest that names its files where an attempt has them."""
    return {**_placed(manifest, day, attempt), "attempt": attempt}


def in_place(manifest: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return a manifest that names its files in their places."""
    return {k: v for k, v in _placed(manifest, day, None).items() if k != "attempt"}


def _placed(manifest: Mapping[str, Any], day: date, attempt: str | None) -> dict[str, Any]:
    resources = [
        {
            **resource,
            "path": relative_path(day, resource["stream"], attempt) + packed_suffix(resource),
        }
        for resource in manifest["resources"]
    ]
    return {**manifest, "resources": resources}


def parse(data: bytes, source: str, day: date) -> dict[str, Any]:
    """Return the manifest that these bytes are.

    Manifests of version 1.0.0 carry no hash over themselves: all else is compared.

    Raises:
        ValueError: they are none, or not this day's; one line that names the key.
    """
    try:
        manifest: dict[str, Any] = msgspec.json.decode(data)
        said = msgspec.convert(manifest, _Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(_plain(str(error))) from None
    for key, is_, expected in (
        ("date", said.date, day.isoformat()),
        ("source", said.source, source),
    ):
        if is_ != expected:
            raise ValueError(f"{key} is {is_!r}, not {expected!r}")
    attempt = None if said.attempt is msgspec.UNSET else str(said.attempt)
    if attempt is not None:
        parts = attempt_parts(attempt)
        if not parts or parts[0] != said.date:
            raise ValueError(f"attempt is {attempt!r}")
    names = set()
    for number, resource in enumerate(said.resources):
        where = f"resources[{number}]"
        if resource.stream in names:
            raise ValueError(f"{where}.stream is {resource.stream!r} a second time")
        names.add(resource.stream)
        ending = f".{resource.compression}" if resource.compression else ""
        is_file = resource.path == relative_path(day, resource.stream, attempt) + ending
        if not is_file and not is_object_path(resource.path, day):
            raise ValueError(f"{where}.path is {resource.path!r}")
        if (resource.compression is None) != (resource.content is None):
            raise ValueError(f"{where} has compression or content without the other")
        if resource.content and sum(resource.content.blocks) != resource.bytes:
            raise ValueError(f"{where}.content.blocks has other bytes than its file")
        size = (resource.content or resource).bytes
        try:
            if resource.stretches:
                of_json(msgspec.to_builtins(resource.stretches), resource.rows, size)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
        columns = [column.name for column in resource.schema.fields]
        if len(set(columns)) != len(columns):
            raise ValueError(f"{where}.schema.fields has a column twice")
        if missing := set(resource.schema.primaryKey) - set(columns):
            raise ValueError(f"{where}.schema.primaryKey has {min(missing)!r}, which is no column")
    for key in ("rows", "bytes"):
        total, sum_ = getattr(said, key), sum(getattr(r, key) for r in said.resources)
        if total != sum_:
            raise ValueError(f"{key} is {total:,} where its resources have {sum_:,}")
    if said.hash is not msgspec.UNSET and said.hash != hash_of(manifest):
        raise ValueError("hash is not that of what it says")
    return manifest


def _plain(error: str) -> str:
    """Return msgspec's message with the key first: `resources[0].rows: Expected int, got null`."""
    what, _, where = error.rpartition(" - at ")
    where = where.strip("`").removeprefix("$").lstrip(".")
    return f"{where}: {what}" if what and where else error


def table_of(resource: Mapping[str, Any], path: Path) -> StagedTable:
    """Return the table that a resource of a manifest describes, whose file lies at `path`."""
    schema = resource["schema"]
    content = resource.get("content") or resource
    if content is not resource:
        lies = resource["bytes"], resource["hash"].removeprefix("sha256:")
        path = PackedFile(path, *lies, content["bytes"], tuple(content["blocks"])).as_path()
    sha256 = content["hash"].removeprefix("sha256:")
    file = ProvenFile.of(path, {**resource, "bytes": content["bytes"], "sha256": sha256})
    return StagedTable(
        name=resource["stream"],
        file=file,
        columns=tuple(
            (column["name"], column["sql_type"], column["source_type"])
            for column in schema["fields"]
        ),
        keys=tuple(schema.get("primaryKey", ())),
        kind=resource["kind"],
        details={key: resource[key] for key in DETAILS & resource.keys()},
    )
