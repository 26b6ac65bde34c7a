"""A wait for nothing ends; a long query, and a slow transfer, do not."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from el_project import Project
from fault_proxy import fault_proxy

from sealed_days.core.stall import Stalled, ends_when_stalled

LIMIT = 0.4


def connect(project: Project, port: int | None = None) -> Any:
    env = project.dotenv()
    return psycopg2.connect(
        host="127.0.0.1",
        port=port or env["TAP_POSTGRES_PORT"],
        user="postgres",
        password=env["EMBEDDED_POSTGRES_PASSWORD"],
        dbname="northwind",
        connect_timeout=10,
    )


def test_a_long_query_is_no_stall(project: Project) -> None:
    session = connect(project)
    with ends_when_stalled(session, lambda: connect(project), LIMIT), session.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", (LIMIT * 6,))
    session.close()


def test_a_session_whose_server_waits_for_us_is_ended_when_nothing_moves(project: Project) -> None:
    session, moved = connect(project), [0]
    stop = LIMIT * 6

    class Slow:
        def read(self, size: int) -> bytes:
            import time

            nonlocal stop
            while stop > 0:  # slowly, but on
                time.sleep(LIMIT / 4)
                stop -= LIMIT / 4
                moved[0] += 1
                return b"1\n"
            time.sleep(LIMIT * 20)
            return b""

    with session.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (a int)")
        with (
            pytest.raises(Stalled, match=r"no progress for 0\.4 s, while the server waits for us"),
            ends_when_stalled(session, lambda: connect(project), LIMIT, lambda: moved[0]),
        ):
            cursor.copy_expert("COPY t FROM STDIN", Slow(), 2)
    assert moved[0] > 20
    session.close()


@pytest.mark.parametrize("fault", ["stall", "half_open"])
def test_a_silent_network_is_a_stall(project: Project, fault: str) -> None:
    port = int(project.dotenv()["TAP_POSTGRES_PORT"])
    with fault_proxy(port, fault, after=100_000) as proxy:
        session = connect(project, proxy.port)
        with (
            pytest.raises(Stalled, match=r"while the server waits for us|has ended the session"),
            ends_when_stalled(session, lambda: connect(project, proxy.port), LIMIT),
            session.cursor() as cursor,
        ):
            cursor.execute("SELECT repeat('x', 1000) FROM generate_series(1, 100000)")


def test_a_block_that_may_wait_long_keeps_no_other_from_its_end(project: Project) -> None:
    port = int(project.dotenv()["TAP_POSTGRES_PORT"])
    patient = connect(project)
    with fault_proxy(port, "stall", after=100_000) as proxy:
        session = connect(project, proxy.port)
        with (
            ends_when_stalled(patient, lambda: connect(project), 300),
            pytest.raises(Stalled),
            ends_when_stalled(session, lambda: connect(project, proxy.port), LIMIT),
            session.cursor() as cursor,
        ):
            cursor.execute("SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
    patient.close()


def test_a_server_that_answers_no_more_is_a_stall(project: Project) -> None:
    port = int(project.dotenv()["TAP_POSTGRES_PORT"])
    with fault_proxy(port, "stall", after=100_000) as proxy:
        session = connect(project, proxy.port)

        def nobody() -> Any:
            raise psycopg2.OperationalError("timeout expired")

        with (
            pytest.raises(Stalled, match="and the server cannot be reached"),
            ends_when_stalled(session, nobody, LIMIT),
            session.cursor() as cursor,
        ):
            cursor.execute("SELECT repeat('x', 1000) FROM generate_series(1, 100000)")


def test_another_error_stays_what_it_is(project: Project) -> None:
    session = connect(project)
    with (
        pytest.raises(psycopg2.errors.DivisionByZero),
        ends_when_stalled(session, lambda: connect(project), LIMIT),
        session.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 / 0")
    session.close()


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_watched_session_is_left_as_it_was(project: Project, autocommit: bool) -> None:
    session = connect(project)
    session.autocommit = autocommit
    for _ in range(2):
        with ends_when_stalled(session, lambda: connect(project), LIMIT):
            assert session.info.transaction_status == 0
            session.autocommit = autocommit
    session.close()
