"""A session on the warehouse is the same whatever its role or its database has set."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from ecommerce import D1, ROLE, Ecommerce, T, orders, session

from sealed_days.core.errors import WarehouseError
from sealed_days.target_postgres.connection import _SETTINGS, Server
from sealed_days.target_postgres.warehouse import known_type

OTHERWISE = {
    "DateStyle": "German",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Tokyo",
    "extra_float_digits": "-10",
    "bytea_output": "escape",
    "xmlbinary": "hex",
    "xmloption": "document",
    "array_nulls": "off",
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "gin_fuzzy_search_limit": "1",
    "statement_timeout": "12345678",
    "lock_timeout": "12345678",
    "transaction_timeout": "12345678",
    "idle_session_timeout": "12345678",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "client_encoding": "LATIN1",
}


@pytest.mark.parametrize("whom", [f"ROLE {ROLE}", "DATABASE ecommerce"])
def test_a_session_is_the_same_whatever_role_and_database_have_set(
    warehouse: dict[str, Any], whom: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    server = Server(
        {
            "dbname": warehouse["database"],
            **{name: warehouse[name] for name in ("host", "port", "user", "password")},
        }
    )
    with session(warehouse["admin"], dbname="postgres") as cursor:
        for name, value in OTHERWISE.items():
            cursor.execute(f"ALTER {whom} SET {name} = '{value}'")
    try:
        connection = server.connect("test")
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings")
            found = dict(cursor.fetchall())
        connection.close()
    finally:
        with session(warehouse["admin"], dbname="postgres") as cursor:
            cursor.execute(f"ALTER {whom} RESET ALL")
    assert found["client_encoding"] == "UTF8"
    for name in OTHERWISE.keys() & _SETTINGS.keys():
        assert found[name] == _SETTINGS[name], name


def test_a_type_that_is_there_and_does_not_work_is_text(warehouse: dict[str, Any]) -> None:
    with session(warehouse["admin"], dbname="ecommerce") as cursor:
        try:
            cursor.execute("SELECT '<a/>'::xml")
            has_libxml = True
        except psycopg2.errors.FeatureNotSupported:
            has_libxml = False
        assert known_type(cursor, "xml") is has_libxml
        assert known_type(cursor, "xml[]") is has_libxml
        for works in ("integer", "numeric(8,2)", "timestamp with time zone", "text[]", "jsonb"):
            assert known_type(cursor, works), works
        assert not known_type(cursor, "no_such_type")


def test_what_the_server_hints_is_part_of_the_line(warehouse: dict[str, Any]) -> None:
    names = ("host", "port", "user", "password")
    server = Server({"dbname": "ecommerce", **{name: warehouse[name] for name in names}})
    connection = server.connect("test")
    with (
        pytest.raises(
            WarehouseError, match=r"No operator matches.*add explicit type casts"
        ) as said,
        server.errors("adding"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT date '2025-01-01' + point '(1,2)'")
    connection.close()
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("limit", [2, 3])
def test_a_connection_limit_means_fewer_sessions(
    shop: Ecommerce, caplog: pytest.LogCaptureFixture, limit: int
) -> None:
    tables = {f"t{n}": T({"v": "integer"}, [(str(n),)], ("v",)) for n in range(8)}
    with session(shop.server["admin"], dbname="postgres") as cursor:
        cursor.execute(  # sessions of earlier tests that the server has not ended yet
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename = %s",
            (ROLE,),
        )
        cursor.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT {limit}")
    try:
        shop.load(D1, {"parallelism": 4}, **tables)
    finally:
        with session(shop.server["admin"], dbname="postgres") as cursor:
            cursor.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")
    assert [shop.view(name) for name in tables] == [[(n,)] for n in range(8)]
    assert "going on with fewer connections" in caplog.text


def test_without_a_session_that_loads_the_load_says_why(shop: Ecommerce) -> None:
    with session(shop.server["admin"], dbname="postgres") as cursor:
        cursor.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT 1")
    try:
        with pytest.raises(WarehouseError, match="too many connections for role"):
            shop.load(D1, {"parallelism": 4}, a=orders(1), b=orders(2))
    finally:
        with session(shop.server["admin"], dbname="postgres") as cursor:
            cursor.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")
