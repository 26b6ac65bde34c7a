"""Every value keeps PostgreSQL's own text, whatever a role or a database has set, on every way."""

from __future__ import annotations

import pytest
from tap_runs import Tap, copied

from sealed_days.core.session import PINNED

TORTURE = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok, \"fine\"')",
    "CREATE DOMAIN numbers AS int[] CHECK (cardinality(value) < 9)",
    """CREATE TABLE torture (
  id int PRIMARY KEY, i interval, t time, tz timetz, n numeric, r real, d float8, da date,
  ts timestamp, tstz timestamptz, rg daterange, mr tstzrange, j json, jb jsonb, ba bytea[],
  b bytea, m money, c char(5), ip inet, bo boolean, a int[], ta text[], mood mood, dom numbers,
  cl regclass, ro regrole, bi bit(3), p point, o oid, ac text)""",
    "INSERT INTO torture (id) VALUES (0)",
    r"""INSERT INTO torture VALUES
  (1, '1 mon -2 days 03:00', '24:00', '23:59:59.999999-12', 'NaN', 'NaN', 'NaN', 'infinity',
   '-infinity', 'infinity', '[2025-01-01,infinity)', '[,"2025-01-01 00:00+00")', 'null', 'null',
   ARRAY['\x00ff', NULL]::bytea[], '\x', '-12.34', 'ab', '::1', true, '[0:1]={1,NULL}',
   '{"a,b","q\"x",NULL,""}', 'ok, "fine"', '{1,2}', 'pg_catalog.pg_class', 'postgres',
   '101', '(1.5,-2)', 4294967295, E'a\r\nb\\"c\tü€😀'),
  (2, '-1 year', '00:00', '00:00+00', '-Infinity', '-Infinity', 'Infinity', '0044-03-15 BC',
   '4713-01-01 00:00 BC', '0001-01-01 00:00+00 BC', 'empty', '(,)', '{"a":  1.50, "a": 1e400}',
   '{"b": "\u00e9"}', '{}', '\xdeadbeef', '1234567.89', '', '10.0.0.0/8', false, '{}', '{{a},{b}}',
   'sad', NULL, NULL, NULL, '000', '(0,0)', 0, '\.'),
  (3, NULL, NULL, NULL, 1.10, 1e6, 1e15, '2025-01-01', '2025-01-01 12:00:00.5',
   '2025-01-01 12:00:00.123456+00', NULL, NULL, '"text"', '1', NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ''),
  (4, NULL, NULL, NULL, 1e30, 0.1, 0.1, '9999-12-31', '99999-01-01', NULL, NULL, NULL, '[]', '[]',
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   'NULL')""",
)


def test_rows_and_files_have_the_same_bytes_for_every_type(direct: Tap, rows: Tap) -> None:
    direct.database.sql(*TORTURE)
    expected = copied(direct.database, "SELECT * FROM torture ORDER BY id")
    file = direct().right()
    assert file.file("public-torture") == expected
    assert rows().right().file("public-torture") == expected
    types = {
        name: (prop["x-sql-datatype"], prop.get("x-source-type"))
        for name, prop in file.schemas["public-torture"]["schema"]["properties"].items()
    }
    assert types["cl"] == ("text", "regclass")
    assert types["ro"] == ("text", "regrole")
    assert types["mood"] == ("text", "public.mood")
    assert types["dom"] == ("integer[]", "public.numbers")


def test_a_stream_map_changes_its_column_and_no_other(direct: Tap, rows: Tap) -> None:
    direct.database.sql(*TORTURE)
    direct.database.sql("ALTER TABLE torture DROP COLUMN ac", "ALTER TABLE torture ADD ac text")
    direct.database.sql("UPDATE torture SET ac = 'plain'")
    expected = direct().right().file("public-torture")
    direct.database.sql("UPDATE torture SET ac = 'PLAIN'")
    changed = {"public-torture": {"ac": "ac.upper()"}}
    found = direct(stream_maps=changed).right()
    assert "by the Singer SDK: the tap has stream maps" in found.log
    assert found.file("public-torture") == expected.replace(b",plain\n", b",PLAIN\n")
    number = direct(
        stream_maps={"public-torture": {"id": "id", "twice": "id * 2", "__else__": None}}
    ).right()
    assert number.file("public-torture").endswith(b"\n4,8\n")
    direct(stream_maps={"public-torture": {"__else__": None}}).refused("stream_maps: Invalid key")


def test_a_number_that_json_does_not_have_is_refused_for_other_targets(direct: Tap) -> None:
    direct.database.sql("CREATE TABLE v AS SELECT 'NaN'::numeric AS n")
    found = direct(batch_config=None)
    assert found.code == 1
    assert (
        'public-v: n has NaN, which JSON has no number for: leave it out by select ("!public-v.n")'
        in found.log
    )


# what a role or a database may have set, for every setting that we pin
OTHERWISE = {
    "DateStyle": "German",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Tokyo",
    "extra_float_digits": "-10",
    "bytea_output": "escape",
    "xmlbinary": "hex",
    "xmloption": "document",
    "array_nulls": "off",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "escape_string_warning": "off",
    "backslash_quote": "on",
    "transform_null_equals": "on",
    "search_path": "pg_temp, public",
    "gin_fuzzy_search_limit": "1",
    "row_security": "on",
    "restrict_nonsystem_relation_kind": "foreign-table",
    "constraint_exclusion": "on",
    "statement_timeout": "12345678",
    "lock_timeout": "12345678",
    "transaction_timeout": "12345678",
    "idle_in_transaction_session_timeout": "12345678",
    "idle_session_timeout": "12345678",
    "client_connection_check_interval": "0",
    "client_min_messages": "debug5",
    "synchronize_seqscans": "on",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "off",
    "client_encoding": "LATIN1",
}
# one value only, on this machine or for this role
NOT_TRIED = {
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "timezone_abbreviations",
    "zero_damaged_pages",
    "ignore_checksum_failure",
}


def test_every_pinned_setting_is_tried() -> None:
    assert PINNED.keys() - OTHERWISE.keys() == NOT_TRIED


@pytest.mark.parametrize("where", ["ROLE", "DATABASE"])
def test_settings_of_role_and_database_change_nothing(tap: Tap, where: str) -> None:
    database = tap.database
    database.sql(
        *TORTURE,
        'CREATE TABLE "gröÿe" ("größe" text PRIMARY KEY)',
        "INSERT INTO \"gröÿe\" VALUES ('ÿ'), ('é')",
        "CREATE VIEW a_session AS SELECT name, setting FROM pg_catalog.pg_settings",
    )
    expected = copied(database, "SELECT * FROM torture ORDER BY id")
    names = copied(database, 'SELECT * FROM "gröÿe" ORDER BY 1')
    whom = database.reader if where == "ROLE" else database.name
    for name, value in OTHERWISE.items():
        quoted = value if name == "search_path" else f"'{value}'"
        database.sql(f"ALTER {where} {whom} SET {name} = {quoted}")
    environment = {"PGCLIENTENCODING": "LATIN1", "PGTZ": "Asia/Tokyo", "PGDATESTYLE": "German"}
    found = tap(relation_kinds=["table", "view"], env=environment).right()
    assert found.file("public-torture") == expected
    assert found.file("public-gröÿe") == names
    session = dict(
        line.split(",", 1) for line in found.file("public-a_session").decode().splitlines()
    )
    assert session["synchronize_seqscans"] == "off"
    assert session["transaction_read_only"] == "on"
    assert session["client_encoding"] == "UTF8"
    for name, value in PINNED.items():
        if name in OTHERWISE:
            assert session[name].strip('"') == {"5s": "5000"}.get(value, value), name
