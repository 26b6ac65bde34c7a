"""Networks that cut, stall, or lose an answer: one true line, no wait without an end."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from el_project import Project
from fault_proxy import fault_proxy
from test_postgres_to_local import is_whole, sql

STAGE, LOAD = "postgres-to-local", "local-csv-to-postgres"
LIMIT = 2
DAY = "2025-06-01"


@pytest.fixture(scope="module")
def big(project: Project) -> Iterator[dict[str, str]]:
    """A source with a table of some megabytes, staged for DAY beside its CSV."""
    name = "t_faults"
    sql(project, "postgres", f"CREATE DATABASE {name}")
    sql(project, "postgres", f"GRANT CONNECT ON DATABASE {name} TO northwind_reader",
        "GRANT pg_read_all_data TO northwind_reader")  # fmt: skip
    sql(
        project,
        name,
        "CREATE TABLE big (id int PRIMARY KEY, filler text)",
        "INSERT INTO big SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 10000) n",
    )
    env = {"TAP_POSTGRES_DATABASE": name}
    project.run(STAGE, DAY, **env)
    project.run("orders-details-csv-to-local", DAY)
    yield env
    sql(project, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("fault", ["cut", "stall", "half_open"])
def test_a_source_that_goes_silent_ends_the_run_and_leaves_the_good_day(
    project: Project, big: dict[str, str], fault: str
) -> None:
    dotenv, before = project.dotenv(), project.manifest(DAY)
    port = int(dotenv["TAP_POSTGRES_PORT"])
    with fault_proxy(port, fault, after=1_000_000) as proxy:
        began = time.monotonic()
        said = project.run(STAGE, DAY, check=False, **big, TAP_POSTGRES_PORT=str(proxy.port),
                           TAP_POSTGRES_STALL_SECONDS=str(LIMIT))  # fmt: skip
        assert proxy.struck.is_set()
    assert "cannot copy public-big from" in said
    assert "Traceback" not in said
    if fault != "cut":
        assert f"no progress for {LIMIT} s" in said
    assert time.monotonic() - began < 120
    assert is_whole(project, DAY)
    assert project.manifest(DAY) == before


@pytest.mark.parametrize("fault", ["cut", "stall", "half_open"])
def test_a_warehouse_that_goes_silent_ends_the_load_and_publishes_nothing(
    project: Project, big: dict[str, str], fault: str
) -> None:
    port = int(project.dotenv()["TARGET_POSTGRES_PORT"])
    with fault_proxy(port, fault, after=1_000_000) as proxy:
        said = project.run(LOAD, DAY, check=False, TARGET_POSTGRES_PORT=str(proxy.port),
                           TARGET_POSTGRES_OTHER_SOURCE="take_over",
                           TARGET_POSTGRES_STALL_SECONDS=str(LIMIT))  # fmt: skip
        assert proxy.struck.is_set()
    assert "nothing was published" in said
    assert "Traceback" not in said
    # by TCP, which waits as long for what it sent, or by our own look
    assert "was lost while loading big" in said or f"no progress for {LIMIT} s" in said
    connection = project.connect("ecommerce")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('ecommerce.big')")
        assert cursor.fetchone() == (None,)
    connection.close()


def test_a_commit_whose_answer_is_lost_is_looked_up(project: Project, big: dict[str, str]) -> None:
    port = int(project.dotenv()["TARGET_POSTGRES_PORT"])
    with fault_proxy(port, "lose_publication") as proxy:
        said = project.run(LOAD, DAY, TARGET_POSTGRES_PORT=str(proxy.port),
                           TARGET_POSTGRES_OTHER_SOURCE="take_over")  # fmt: skip
        assert proxy.struck.is_set()
    assert f"the server's answer was lost: {DAY} was looked up and is published" in said
    assert f"{DAY} is loaded" in said


def test_where_the_commit_cannot_be_looked_up_it_is_not_known(
    project: Project, big: dict[str, str]
) -> None:
    port = int(project.dotenv()["TARGET_POSTGRES_PORT"])
    with fault_proxy(port, "lose_server") as proxy:
        said = project.run(LOAD, DAY, check=False, TARGET_POSTGRES_PORT=str(proxy.port),
                           TARGET_POSTGRES_OTHER_SOURCE="take_over")  # fmt: skip
        assert proxy.struck.is_set()
    assert f"the connection was lost while {DAY} was being published" in said
    assert "whether it was is not known" in said
    assert "day status says it when the server is back" in said
    assert "Traceback" not in said


def test_a_server_that_is_starting_is_waited_for(project: Project, big: dict[str, str]) -> None:
    port = int(project.dotenv()["TARGET_POSTGRES_PORT"])
    with fault_proxy(port, "starting", after=2) as proxy:
        said = project.run(STAGE, DAY, **big, TAP_POSTGRES_PORT=str(proxy.port))
        assert proxy.struck.is_set()
    assert "waiting up to 30 s for PostgreSQL at 127.0.0.1" in said.replace(
        "localhost", "127.0.0.1"
    )
    assert "the database system is starting up" in said
    with fault_proxy(port, "starting", after=2) as proxy:
        said = project.run(LOAD, DAY, TARGET_POSTGRES_PORT=str(proxy.port),
                           TARGET_POSTGRES_OTHER_SOURCE="take_over")  # fmt: skip
        assert proxy.struck.is_set()
    assert "waiting up to 30 s for PostgreSQL at" in said
