"""DuckDB's process: it says what DuckDB says, and ends with whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

import duckdb

from sealed_days.core.errors import SourceError
from sealed_days.tap_csv.duckdb_check import session as open_session
from sealed_days.tap_csv.duckdb_process import Session

ENDLESS = "SELECT count(*) FROM range(1000000000000000) WHERE hash(range) = 1"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with open_session(tmp_path) as made:
        yield made


def test_rows_come_in_parts_and_types_stay(session: Session) -> None:
    session.execute("CREATE TEMP TABLE t AS SELECT range AS n, 'é' AS s, [true] AS l FROM range(5)")
    found = session.execute("FROM t ORDER BY n")
    assert found.fetchmany(2) == [(0, "é", [True]), (1, "é", [True])]
    assert found.fetchall() == [(n, "é", [True]) for n in (2, 3, 4)]
    assert found.fetchmany(2) == []


def test_an_error_is_duckdbs_and_leaves_the_session_as_it_is(session: Session) -> None:
    session.execute("CREATE TEMP TABLE t AS SELECT 1 AS n")
    with pytest.raises(duckdb.Error, match="nothing_here"):
        session.execute("FROM nothing_here")
    with pytest.raises(duckdb.Error, match="Could not convert"):
        session.execute("SELECT 'x'::INTEGER")
    assert session.execute("FROM t").fetchall() == [(1,)]


def test_a_process_that_is_killed_is_one_line(session: Session) -> None:
    os.kill(session._process.pid, signal.SIGKILL)
    with pytest.raises(SourceError, match=r"was killed \(is there too little memory\?\)"):
        session.execute("SELECT 1")


def test_close_ends_it_in_the_middle_of_a_statement(session: Session) -> None:
    session._pipe.send(("execute", (ENDLESS,)))
    session.close()
    assert session._process.returncode is not None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_process_that_started_it(tmp_path: Path, number: signal.Signals) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from sealed_days.tap_csv.duckdb_check import session\n"
        "session = session(Path(sys.argv[1]))\n"
        "print(session._process.pid, flush=True)\n"
        f"session.execute({ENDLESS!r})"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as started:
        assert started.stdout is not None
        process = int(started.stdout.readline())
        os.kill(process, 0)  # it is there
        if number == signal.SIGINT:  # a terminal's Ctrl-C reaches both
            os.killpg(started.pid, number)
        else:
            started.send_signal(number)
        # its stderr is the other's too, and ends when both have ended
        started.communicate(timeout=30)
