"""A server that says it is starting is waited for, within the limit; no other error is."""

from __future__ import annotations

import logging

import psycopg2
import pytest
from el_project import Project
from fault_proxy import fault_proxy

from sealed_days.core.starting import when_started

LOG = logging.getLogger("test")


def connect(project: Project, port: int) -> None:
    env = project.dotenv()
    psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres",
                     password=env["EMBEDDED_POSTGRES_PASSWORD"]).close()  # fmt: skip


def test_a_server_that_is_starting_is_tried_again_and_said_once(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    port = int(project.dotenv()["TAP_POSTGRES_PORT"])
    with fault_proxy(port, "starting", after=2) as proxy:
        when_started(lambda: connect(project, proxy.port), "db:5432/shop", 60, LOG)
    (line,) = caplog.messages
    assert line.startswith("waiting up to 60 s for PostgreSQL at db:5432/shop: ")
    assert "the database system is starting up" in line


def test_the_wait_has_an_end(project: Project) -> None:
    port = int(project.dotenv()["TAP_POSTGRES_PORT"])
    with (
        fault_proxy(port, "starting", after=1000) as proxy,
        pytest.raises(
            psycopg2.OperationalError, match=r"starting up, for 0 s \(connect_timeout_seconds\)"
        ),
    ):
        when_started(lambda: connect(project, proxy.port), "db", 0, LOG)


def test_a_server_that_is_not_there_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        when_started(lambda: psycopg2.connect(host="127.0.0.1", port=1), "db", 600, LOG)
    assert caplog.messages == []
