"""Checks a day: files against their manifest, warehouse against files, source against files."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from psycopg2.errors import DataError, UndefinedColumn
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sealed_days.core.errors import FileError, UserError
from sealed_days.core.proven_file import BLOCK, ProvenFile
from sealed_days.core.sql import column_list, qualified
from sealed_days.day import nearest, verify_source
from sealed_days.day.day_tables import count, day_tables
from sealed_days.day.settings import Settings
from sealed_days.store.days import SealedDay, StagedDays
from sealed_days.store.manifest import StagedTable
from sealed_days.tap_postgres.table_copy import day_clause
from sealed_days.target_postgres import prepare, views
from sealed_days.target_postgres.connection import Server
from sealed_days.target_postgres.registry import DayTable
from sealed_days.target_postgres.wanted_views import wanted_views
from sealed_days.target_postgres.warehouse import scalar, transaction

_SHOWN = 3

File = tuple[StagedDays, StagedTable]


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print what differs; the exit code is 1 where anything does.

    Raises:
        UserError: nothing of the day is staged, or a server does not answer.
    """
    day = settings.day(options.date)
    staged = settings.staged()
    sealed = [days for days in staged if day in days.list()]
    if not sealed:
        known = {known for days in staged for known in days.list()}
        msg = (
            f"no source has a sealed day {day.isoformat()} ({nearest.days(day, known)}): "
            f"run DATE={day.isoformat()} meltano run {settings.job}"
        )
        raise FileError(msg)
    loaded = _loaded(settings, day)
    # the source is no longer what it was: what is loaded comes back from the warehouse
    fixes = {
        days.source: f"run {settings.command(f'restore {day}')}"
        if any(row.source == days.source for row in loaded)
        else f"run {days.command(day)}"
        for days in staged
    }
    wrong = [f"{days.source} is not sealed: {fixes[days.source]}"
             for days in staged if days not in sealed]  # fmt: skip

    opened = []
    for days in sealed:
        try:
            opened.append((days, days.open(day)))
        except UserError as error:
            wrong.append(str(error).replace(f"run {days.command(day)}", fixes[days.source]))
    files = [(days, table) for days, found in opened for table in found.tables]
    checked = _files(files, fixes)
    found = list(filter(None, checked))
    print(f"files: {len(files)} compared with their manifest: {_verdict(found)}", flush=True)
    wrong += found

    whole = {file[1].name for file, problem in zip(files, checked, strict=True) if not problem}
    found = list(_warehouse(settings, files, day, whole if options.deep else set()))
    how = "every row" if options.deep else "rows counted"
    print(f"warehouse: {len(files)} tables, {how}: {_verdict(found)}", flush=True)
    wrong += found

    if not options.no_source:
        for days, one in opened:
            found, said = _source(settings, days, one, every_row=options.source)
            print(f"source {days.source}: {said or _verdict(found)}")
            wrong += found
    for line in wrong:
        print(f"✗ {line}")
    print(f"{day} differs in {len(wrong)} places" if wrong else f"✓ {day} is right")
    return 1 if wrong else 0


def _verdict(found: list[str]) -> str:
    return f"{len(found)} differ" if found else "the same"


def _loaded(settings: Settings, day: date) -> list[DayTable]:
    """Return what the warehouse has of a day."""
    opened = settings.session("day verify")
    with opened as session, session.cursor() as cursor, settings.server.errors(f"verifying {day}"):
        return day_tables(cursor, settings.warehouse, day, day)


def _files(files: list[File], fixes: dict[str, str]) -> list[str]:
    """Return for each file what is wrong with it, "" when nothing is."""

    def check(item: File) -> str:
        days, table = item
        said = table.file
        found = ProvenFile.measure(said.path)
        problem = ""
        if found.sha256 != said.sha256:
            problem = "is damaged: its sha256 is not that of its manifest"
        elif found.rows != said.rows:
            problem = f"has {found.rows:,} rows where its manifest says {said.rows:,}"
        return f"{said.path} {problem}: {fixes[days.source]}" if problem else ""

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return list(pool.map(check, files))


def _warehouse(settings: Settings, files: list[File], day: date, deep: set[str]) -> Iterator[str]:
    """Yield what differs between files, tables and views; the rows of `deep` are compared."""
    load = f"run DATE={day.isoformat()} meltano run {settings.load_job}"
    with settings.session("day verify") as session, settings.server.errors(f"verifying {day}"):
        prepare.take_role(session, settings.warehouse)
        with transaction(session) as cursor:
            there = day_tables(cursor, settings.warehouse, day, day)
            rows = count(cursor, settings.warehouse, there)
            parts = {row.table_name: row for row in there}
            yield from _views(cursor, settings, list(parts), load)
        for _, table in files:
            path = table.file.path
            part = parts.pop(table.name, None)
            if part is None:
                yield f"{table.name} is not in the warehouse: {load}"
            elif rows[table.name] != table.file.rows:
                yield (
                    f"{table.name} has {rows[table.name]:,} rows in the warehouse, "
                    f"{table.file.rows:,} in {path}: {load}"
                )
            elif table.name in deep and (differing := _rows_differ(session, settings, table, part)):
                yield f"{table.name} {differing}: {load}"
        for name in parts:
            yield f"{name} is in the warehouse and in no file of {day}: {load}"


def _views(cursor: Cursor, settings: Settings, tables: list[str], load: str) -> Iterator[str]:
    """Yield what is wrong with the views that people query: what they show, and who may read it."""
    warehouse = settings.warehouse
    there = views.existing(cursor, warehouse, tables)
    for change in wanted_views(cursor, warehouse, tables, there):
        if change.query is None:
            continue
        found = change.there
        if found is None:
            yield f"the view {change.name} is missing: {load}"
        elif found.sources != change.query.sources:
            shown, wanted = (", ".join(sorted(s)) for s in (found.sources, change.query.sources))
            yield f"{change.name} reads {shown or 'nothing'} where it is to read {wanted}: {load}"
        elif change.is_needed:
            yield f"{change.name} has other columns than its days: {load}"
        else:
            for role, relation in views.cannot_read(cursor, warehouse, found.oid):
                yield (
                    f"{role} may read {change.name} but not {relation}, which it reads: run GRANT "
                    f'SELECT ON {qualified(warehouse.parts, relation)} TO "{role}"'
                )


def _rows_differ(
    session: Connection, settings: Settings, table: StagedTable, part: DayTable
) -> str:
    """Return in words which rows differ, "" when none does.

    PostgreSQL reads the file into a table with the day's own types, which nobody else ever sees:
    what has more than one text (1.0, 1.00) is compared as what it is. Both sides are then hashed
    row by row, and the hashes summed: the order of rows plays no part.
    """
    path, parts = table.file.path, settings.warehouse.parts
    there = qualified(parts, part.relation)
    # not a temporary table: TEMPORARY is a right that the role may not have
    of_file = qualified(parts, f"verify~{secrets.token_hex(6)}")
    with transaction(session) as cursor:
        names = part.columns
        cursor.execute(
            f"CREATE TABLE {of_file} AS SELECT {column_list(names)} FROM {there} WITH NO DATA"
        )
        copied = column_list([name for name, _, _ in table.columns])
        try:
            with path.open("rb", buffering=0) as file:
                cursor.copy_expert(
                    f"COPY {of_file} ({copied}) FROM STDIN (FORMAT csv, HEADER, ENCODING 'UTF8')",
                    file,
                    size=BLOCK,
                )
        except (DataError, UndefinedColumn) as error:
            session.rollback()
            return f"has other columns or types than {path} ({error.diag.message_primary})"
        row = f"ROW({column_list(names)})::text"
        hashes = []
        for source in (of_file, there):
            cursor.execute(f"SELECT count(*), sum(hashtextextended({row}, 0)) FROM {source}")
            hashes.append(cursor.fetchone())
        some = ""
        if hashes[0] != hashes[1]:
            cursor.execute(
                f"SELECT left({row}, 200) FROM {there} EXCEPT SELECT left({row}, 200) "
                f"FROM {of_file} ORDER BY 1 LIMIT {_SHOWN}"
            )
            some = ", ".join(" ".join(text.split()) for (text,) in cursor.fetchall())
        session.rollback()  # the file's table goes
        if hashes[0] == hashes[1]:
            return ""
        return f"has other rows in the warehouse than in {path}, such as {some or 'doubled rows'}"


def _source(
    settings: Settings, days: StagedDays, sealed: SealedDay, *, every_row: bool
) -> tuple[list[str], str]:
    """Return what differs between the source as it is now and the files, or why that is unknown.

    With `every_row`, all rows are compared, else their number.
    """
    read = sealed.manifest.get("read") or {}
    database = read.get("database", "")
    if not database:
        return [], "not a database, nothing to count"
    if sealed.day != days.list()[-1]:
        return [], f"cannot tell, there is a newer snapshot, {days.list()[-1]}"
    login = settings.source_login(days.source)
    if database != "{host}:{port}/{dbname}".format_map(login):
        return [], f"cannot tell, it was read from {database}, which .env does not name"
    if every_row:
        return verify_source.compare(settings, days, sealed)
    server = Server(login)
    wrong = []
    since = f"read at {read.get('read_at', 'an unknown time')}; it may have moved on since"
    opened = contextlib.closing(server.connect("day verify"))
    with opened as session, session.cursor() as cursor, server.errors(f"counting {database}"):
        for table in sealed.tables:
            rows = _count_source(settings, cursor, table, sealed)
            if rows is None:
                wrong.append(f"{table.name} is no longer in {database} ({since})")
            elif rows != table.file.rows:
                wrong.append(
                    f"{table.name} has {rows:,} rows in {database}, {table.file.rows:,} on disk "
                    f"({since}): run {days.command(sealed.day)}, or verify with --no-source"
                )
    return wrong, ""


def _count_source(
    settings: Settings, cursor: Cursor, table: StagedTable, sealed: SealedDay
) -> int | None:
    """Return the rows that the extractor would read of a table; a slice's are those of its day."""
    cursor.execute(
        "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n "
        "ON n.oid = relnamespace WHERE (n.nspname = 'public' AND relname = %(name)s "
        "OR n.nspname || '-' || relname = %(name)s) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
        {"name": table.name},
    )
    if not (found := cursor.fetchone()):
        return None
    oid, schema, name = found
    clauses = verify_source.where_clauses(settings, sealed.source, f"{schema}-{name}")
    column = table.details.get("day_column")
    if table.kind == "slice" and column:
        cursor.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = %s AND attname = %s",
            (oid, column),
        )
        (kind,) = cursor.fetchone() or ("date",)
        clauses.append(day_clause(column, kind, sealed.day, settings.timezone))
    where = f" WHERE {' AND '.join(f'({clause})' for clause in clauses)}" if clauses else ""
    cursor.execute(f"SELECT count(*) FROM {qualified(schema, name)}{where}")
    return int(scalar(cursor))
