"""The tap without the Singer SDK, for runs in which every stream is one whole file."""

from __future__ import annotations

import json
import os
from typing import Any

from sealed_days.core import messages
from sealed_days.core.dates import resolve_date, say_date
from sealed_days.core.errors import UserError
from sealed_days.tap_postgres import streams as files
from sealed_days.tap_postgres.catalog import Table, apply_select, catalog_entry, read_tables
from sealed_days.tap_postgres.copy_out import Source

KEYS = {
    "host",
    "port",
    "user",
    "password",
    "database",
    "filter_schemas",
    "date",
    "allow_future",
    "timezone",
    "parallelism",
    "part_bytes",
    "row_order",
    "stream_options",
    "batch_config",
}


def is_enough(config: dict[str, Any] | None) -> bool:
    """Return whether a config asks for nothing but whole files."""
    return (
        config is not None
        and bool(config.get("batch_config"))
        and json.loads(os.environ.get("MELTANO_EXTRACT__METADATA") or "{}") == {}
        and config.get("row_order", "primary_key") in {"primary_key", "physical"}
        and all(isinstance(config.get(k, 1), int) for k in ("port", "parallelism", "part_bytes"))
    )


def run(config: dict[str, Any]) -> None:
    """Copy every selected table.

    Raises:
        UserError: the source cannot be reached, nothing is selected, or a copy failed.
    """
    day, given = resolve_date(
        config.get("date"),
        config.get("timezone"),
        allow_future=config.get("allow_future") is True,
    )
    if line := say_date(day, given, config.get("timezone")):
        files.logger.info(line)
    source = configured_source(config)
    coordinator = source.connect()
    tables = [t for t in read_tables(coordinator, config.get("filter_schemas")) if t.columns]
    chosen = _selected(tables)
    if not chosen:
        raise UserError(nothing_selected(source, config.get("user")))
    snapshot = files.export_snapshot(source, coordinator)
    streams = []
    for table, properties in chosen:
        options = (config.get("stream_options") or {}).get(table.stream) or {}
        copy = files.table_copy(table, tuple(properties), config, options, day)
        staging = files.staging_of(table, config, options, snapshot) | {"whole_files": True}
        properties = files.with_source_types(properties, table)
        messages.write(messages.schema(table.stream, properties, table.keys, staging))
        streams.append(files.FileStream(table.stream, copy))
    files.copy_files(snapshot, streams, config, messages.write)


def configured_source(config: dict[str, Any]) -> Source:
    """Return how to reach the database of host, port, user, password and database.

    Raises:
        UserError: one of them is not set.
    """
    from psycopg2.extensions import make_dsn

    missing = [k for k in ("host", "user", "password", "database") if not config.get(k)]
    if missing:
        names = ", ".join(f"TAP_POSTGRES_{key.upper()}" for key in missing)
        msg = f"the source is not configured: set {names} in .env (`make up` creates one)"
        raise UserError(msg)
    host, port, database = config["host"], config.get("port", 5432), config["database"]
    dsn = make_dsn(
        host=host, port=port, dbname=database, user=config["user"], password=config["password"]
    )
    return Source(dsn, f"{host}:{port}/{database}")


def nothing_selected(source: Source, user: str | None) -> str:
    """Return the message for a source of which nothing would be copied."""
    return (
        f"the source {source.name} has no table that is selected and that {user} may see: "
        "check TAP_POSTGRES_DATABASE in .env, filter_schemas and select in meltano.yml"
    )


def _selected(tables: list[Table]) -> list[tuple[Table, dict[str, Any]]]:
    """Return the selected tables with the properties of their selected columns."""
    entries = [catalog_entry(table) for table in tables]
    rules = json.loads(os.environ.get("MELTANO_EXTRACT__SELECT") or '["*.*"]')
    for pattern in apply_select(entries, rules):
        files.logger.warning("select: %r matches no table of the source", pattern)
    chosen = []
    for table, entry in zip(tables, entries, strict=True):
        root, *columns = (item["metadata"] for item in entry["metadata"])
        properties = entry["schema"]["properties"]
        if root["selected"]:
            kept = [c.name for c, m in zip(table.columns, columns, strict=True) if m["selected"]]
            chosen.append((table, {name: properties[name] for name in kept}))
    return chosen
