"""The source may be older, behind a pooler, short of connections, or ask for TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from servers import connect, debian_server, pgbouncer
from tap_runs import WAYS, Database, Tap, copied
from test_complete import KEYS, SMALL_PARTS, TYPES
from test_values import TORTURE

MANY_ROWS = (
    "CREATE TABLE t (id int PRIMARY KEY, filler text)",
    "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 2000) n",
    "CREATE TABLE u AS SELECT 1 AS a",
)


@pytest.fixture(scope="module")
def debian() -> Iterator[dict[str, Any]]:
    """Debian's PostgreSQL 15."""
    with debian_server() as server:
        yield server


@pytest.fixture
def old(debian: dict[str, Any]) -> Iterator[Database]:
    """A database on Debian's PostgreSQL 15."""
    admin = connect(debian | {"database": "postgres"})
    admin.autocommit = True
    made = Database.make(admin, debian)
    made.sql(f"GRANT pg_read_server_files TO {made.reader}")
    yield made
    made.drop(admin)
    admin.close()


@pytest.mark.parametrize("way", [*WAYS, "rows"])
def test_postgresql_15_gives_every_value_of_every_type(
    tmp_path: Path, old: Database, way: str
) -> None:
    old.sql(*TORTURE, "ALTER TABLE torture ADD x xml", "UPDATE torture SET x = '<a> b</a>'")
    found = Tap(tmp_path, old, way)().right()
    expected = copied(old, "SELECT * FROM torture ORDER BY id")
    assert found.file("public-torture") == expected


def test_postgresql_15_gives_every_row_of_every_kind_of_key(tmp_path: Path, old: Database) -> None:
    keys = {**KEYS, "text COLLATE loose": "'x' || n", "text COLLATE german": "'ä' || n % 99 || n"}
    old.sql(
        *TYPES,
        "CREATE COLLATION loose (provider = icu, locale = 'und', deterministic = false)",
        "CREATE COLLATION german (provider = icu, locale = 'de')",
    )
    for number, (kind, value) in enumerate(keys.items()):
        old.sql(
            f"CREATE TABLE t{number} (k {kind.replace('boolean_and_number', 'boolean')} NOT NULL, "
            "n int NOT NULL, filler text, PRIMARY KEY (k, n))",
            f"INSERT INTO t{number} SELECT {value}, n, repeat('x', n % 90) "
            "FROM generate_series(1, 1500) n ORDER BY md5(n::text)",
        )
    found = Tap(tmp_path, old, "direct")(**SMALL_PARTS).right()
    for number, kind in enumerate(keys):
        expected = copied(old, f"SELECT * FROM t{number} ORDER BY k, n")
        assert found.file(f"public-t{number}") == expected, kind


def test_a_foreign_file_is_read_and_one_that_is_gone_is_named(
    tmp_path: Path, old: Database
) -> None:
    try:
        old.sql("CREATE EXTENSION file_fdw")
    except psycopg2.Error as error:
        pytest.skip(f"no file_fdw: {error}")
    old.sql(
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE there (line text) SERVER files OPTIONS (filename '/etc/hostname')",
    )
    assert Tap(tmp_path, old, "direct")().right().ended == {"public-there"}
    old.sql(
        "CREATE FOREIGN TABLE gone (a int) SERVER files OPTIONS (filename '/nowhere/x.csv')",
    )
    found = Tap(tmp_path, old, "direct")()
    found.refused("public-gone: its foreign server does not answer", "/nowhere/x.csv")


@pytest.mark.parametrize("way", WAYS)
def test_a_pooler_in_transaction_mode_is_read_and_left_as_it_was(
    tmp_path: Path, database: Database, way: str
) -> None:
    database.sql(*MANY_ROWS, f"GRANT CREATE ON SCHEMA public TO {database.reader}")
    with pgbouncer(database.config) as pooled:
        with connect(pooled) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            before = cursor.fetchall()
        other.close()
        behind = Database(database.name, pooled, database.admin)
        found = Tap(tmp_path, behind, way)(**SMALL_PARTS).right()
        assert found.file("public-t") == copied(database, "SELECT * FROM t ORDER BY id")
        assert "a connection pooler stands before the source: one connection reads" in found.log
        with connect(pooled) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            assert cursor.fetchall() == before, "not the session that the tap had"
            cursor.execute(
                "SELECT name, setting FROM pg_settings WHERE source = 'session' "
                "AND name NOT IN ('client_encoding', 'DateStyle', 'TimeZone', "
                "'standard_conforming_strings', 'application_name')"
            )
            assert cursor.fetchall() == []
            cursor.execute("CREATE TABLE others_can_write (a int)")
        other.close()


@pytest.mark.parametrize("limit", [1, 2])
def test_a_connection_limit_means_fewer_connections(tap: Tap, limit: int) -> None:
    database = tap.database
    # so much that no session is done before the others ask for theirs
    more = "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(2001, 200000) n"
    database.sql(*MANY_ROWS, more, f"ALTER ROLE {database.reader} CONNECTION LIMIT {limit}")
    found = tap(part_bytes=1 << 20, parallelism=8).right()
    assert found.file("public-t") == copied(database, "SELECT * FROM t ORDER BY id")
    assert "going on with fewer connections" in found.log


def test_a_foreign_certificate_is_refused(
    tmp_path: Path, old: Database, debian: dict[str, Any]
) -> None:
    old.sql(*MANY_ROWS)
    tap = Tap(tmp_path, old, "direct")
    ssl = {"ssl_enable": True, "ssl_mode": "verify-full", "host": "localhost"}
    good = tap(**ssl, ssl_certificate_authority=str(debian["folder"] / "ca.crt")).right()
    assert good.ended == {"public-t", "public-u"}
    other = {"ssl_certificate_authority": str(debian["folder"] / "other.crt")}
    tap(**ssl, **other).refused("certificate verify failed")
    ssl["host"] = "127.0.0.1"
    name = tap(**ssl, ssl_certificate_authority=str(debian["folder"] / "ca.crt"))
    name.refused('server certificate for "localhost"')
