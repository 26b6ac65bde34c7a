"""A user's CSV files become one checked scratch file in our dialect.

Fast where all is well: one pass over the bytes, and beside it Arrow over the values. A file in
our dialect already is taken byte for byte, another is rewritten by DuckDB. Where anything is
wrong, the exact reader says what and where.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sealed_days.core.dialect import RowCounter, format_row
from sealed_days.core.errors import SourceError, UserError, one_line
from sealed_days.core.proven_file import BLOCK, ProvenFile, count_rows
from sealed_days.core.stretches import Stretches
from sealed_days.store.layout import safe_name
from sealed_days.store.manifest import StagedTable
from sealed_days.store.scratch import ScratchFile
from sealed_days.tap_csv import duckdb_check as check
from sealed_days.tap_csv.copy_in import FileCopy
from sealed_days.tap_csv.exact_reader import number_rows
from sealed_days.tap_csv.quick_check import QuickCheck
from sealed_days.tap_csv.rejects import Rejects
from sealed_days.tap_csv.tables import CsvTable


@dataclass(frozen=True)
class CheckedFile:
    """A table's file in our dialect, and the rows that were refused, if any."""

    file: ProvenFile
    rejects: Rejects | None = None


def _read_now(table: CsvTable) -> dict[str, Any]:
    """Return what the SCHEMA of a user's file says under `x-staging`, before it is read."""
    read: dict[str, Any] = {"read_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
    if table.not_selected:
        read["not_selected"] = list(table.not_selected)
    origin = {"stream": table.entity, "files": [source.name for source in table.sources]}
    return {"kind": "snapshot", "row_order": "file", "origin": origin, "read": read}


def stage_all(
    tables: Iterable[CsvTable], scratch: Path, logger: logging.Logger
) -> list[tuple[StagedTable, dict[str, Any]]]:
    """Check the files of all tables and bring them into scratch.

    Returns:
        Per table its file and what its SCHEMA says under `x-staging`.

    Raises:
        UserError: tables cannot be taken; all of them are named.
    """
    ready, wrong = [], []
    for table in tables:
        staging = _read_now(table)
        try:
            done = stage(table, scratch, logger)
        except UserError as error:
            wrong.append(str(error))
            continue
        if done.rejects:
            logger.warning("%s: %s rows are left out", table.entity, f"{done.rejects.rows:,}")
            uri = done.rejects.path.absolute().as_uri()
            staging["rejects"] = {"path": uri, "rows": done.rejects.rows}
        columns = tuple((name, kind, kind) for name, kind in table.all_columns)
        ready.append((StagedTable(table.entity, done.file, columns, table.keys), staging))
    if wrong:
        raise SourceError("; ".join(wrong))
    return ready


def stage(table: CsvTable, scratch: Path, logger: logging.Logger) -> CheckedFile:
    """Check a table's files and bring them into scratch.

    Args:
        table: what is to be taken.
        scratch: the folder that gets the files.
        logger: gets lines of progress, and those that name bad rows.

    Raises:
        UserError: the files cannot be read, or rows are bad and there is no quarantine.
    """
    started = time.monotonic()
    say = logger.info
    name = safe_name(table.entity)
    folder = scratch / f"{name}.parts"
    folder.mkdir()
    target = scratch / f"{name}.csv"
    copied = FileCopy(table, folder / "taken.csv", say)
    checks = QuickCheck(table, folder)
    staged = None
    how = "copied"
    try:
        try:
            rows = _take(copied, checks, say)
            if rows != copied.rows:
                copied.canonical = False  # blank lines, which are no rows to DuckDB
            if rows is not None and copied.canonical:
                copied.file.path.rename(target)
                stretches = copied.stretches.all(copied.rows)
                proven = replace(copied.file.proven(copied.rows), path=target, stretches=stretches)
                staged = CheckedFile(proven)
            elif rows is not None and not table.metadata:
                staged = _rewrite(table, copied, folder, target, rows)
        except check.unreadable():
            staged = None  # a value longer than the reader's buffer, say: read it exactly
        if staged is None:
            copied.file.path.unlink()
            rejects = _exact(table, scratch, folder, logger)
            staged = CheckedFile(_finish(table, folder / "rows.csv", target), rejects)
        if not copied.canonical or staged.rejects:
            how = "rewritten"
    finally:
        checks.close()
        _remove(folder)
    _check_count(table, staged)
    say(
        f"{', '.join(s.name for s in table.sources[:3])}: {staged.file.rows:,} rows, "
        f"{staged.file.bytes / 1e6:.1f} MB checked and {how} in {time.monotonic() - started:.1f} s"
    )
    return staged


def _check_count(table: CsvTable, staged: CheckedFile) -> None:
    """Compare the number of rows with what the sender says it is.

    Raises:
        SourceError: they differ.
    """
    said = [s.expected_rows for s in table.sources if s.expected_rows is not None]
    if not said:
        return
    rows = staged.file.rows + (staged.rejects.rows if staged.rejects else 0)
    if rows != sum(said):
        msg = (
            f"{table.entity} has {rows:,} rows, and count_file says {sum(said):,}: nothing was "
            "taken; get the file again"
        )
        raise SourceError(msg)


def _take(copied: FileCopy, checks: QuickCheck, say: Callable[[str], None]) -> int | None:
    """Bring the files into scratch; return their rows where all is well, else None."""
    plain = copied.table.is_plain
    for block in copied.take():
        if plain and copied.is_tidy:
            checks.add(block, is_whole=not copied.is_quoted)
    if not plain or not copied.is_tidy:
        return None
    return checks.rows(copied.file.path, say)


def _exact(table: CsvTable, scratch: Path, folder: Path, logger: logging.Logger) -> Rejects | None:
    """Write the good rows by way of the exact reader; return the others, if any.

    Raises:
        SourceError: rows are bad and there is no quarantine, or too many are.
    """
    rejects = Rejects(
        [source.name for source in table.sources],
        scratch / f"{safe_name(table.entity)}.rejects.csv",
    )
    numbered = folder / "numbered.csv"
    try:
        rows, longest = number_rows(table, numbered, rejects)
        ragged = rejects.rows
        with check.session(folder) as db:
            check.make_room(db, longest, len(table.columns))
            source = check.numbered_reader(numbered, table, longest)
            check.find_bad(db, source, table, rejects, only_first=not table.quarantine)
            good = rows - (rejects.rows - ragged)
            if rejects.rows:
                _report(table, rejects, good, logger)
            check.write_rows(db, source, table, folder / "rows.csv", numbered=True)
    except check.unreadable() as error:
        check.raise_for_disk(error, folder)
        msg = (
            f"{table.entity}: DuckDB cannot take its rows ({one_line(error)[:200]}): lower "
            "max_field_bytes in meltano.yml, or correct the file"
        )
        raise SourceError(msg) from None
    finally:
        rejects.close()
    numbered.unlink()
    if rejects.rows:
        return rejects
    rejects.path.unlink()
    return None


def _report(table: CsvTable, rejects: Rejects, good: int, logger: logging.Logger) -> None:
    """Say which rows are bad.

    Raises:
        SourceError: there is no quarantine, or they are too many for it.
    """
    for line in rejects.lines():
        (logger.warning if table.quarantine else logger.error)(line)
    count = "1 bad row" if rejects.rows == 1 else f"{rejects.rows:,} bad rows"
    if not table.quarantine:
        msg = (
            f"{count} in {table.entity}: nothing was taken; {rejects.advice()}correct the file, or "
            "set on_bad_row: quarantine in meltano.yml to go on without"
        )
        raise SourceError(msg)
    if rejects.is_too_many(table.max_bad_rows, good):
        msg = (
            f"{count} in {table.entity} of {rejects.rows + good:,}, more than max_bad_rows "
            f"({table.max_bad_rows}): nothing was taken; correct the file, or raise max_bad_rows "
            "in meltano.yml"
        )
        raise SourceError(msg)


def _rewrite(
    table: CsvTable, copied: FileCopy, folder: Path, target: Path, rows: int
) -> CheckedFile | None:
    """Rewrite the file in our dialect; return None where DuckDB sees other rows than Arrow."""
    source = check.table_reader(copied.file.path, table)
    written = folder / "rows.csv"
    with check.session(folder) as db:
        check.make_room(db, 0, len(table.columns))
        check.write_rows(db, source, table, written, numbered=False)
    file = _finish(table, written, target)
    if file.rows == rows:
        return CheckedFile(file)
    target.unlink()
    return None


def _finish(table: CsvTable, written: Path, target: Path) -> ProvenFile:
    """Put the header before the rows; count and hash on the way."""
    counter, stretches = RowCounter(), Stretches()
    with written.open("rb") as source, closing(ScratchFile(target)) as out:
        block = format_row(name for name, _ in table.all_columns).encode()
        while block:
            out.write(block)
            count_rows(counter, stretches, block)
            block = source.read(BLOCK)
    rows = counter.rows - 1
    return replace(out.proven(rows), stretches=stretches.all(rows))


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
