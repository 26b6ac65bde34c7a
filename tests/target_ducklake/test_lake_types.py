"""Every type is exact in the lake, or refused by table, column and type."""

from __future__ import annotations

import psycopg2
import pytest
from lake_project import D1, LakeProject, T, plain_duckdb

EXACT = {
    "smallint": ["-32768", "32767", "+5", None],
    "integer": ["-2147483648", "0007", None],
    "bigint": ["-9223372036854775808", "9223372036854775807"],
    "oid": ["4294967295"],
    "boolean": ["t", "f", "true", "OFF", "1", "yes", None],
    "real": ["0.1", "-0", "3.4028235e+38", "NaN", "Infinity", "-Infinity", "22", "1.1754944e-38"],
    "double precision": ["0.1", "1.7976931348623157e+308", "NaN", "-Infinity", "22", "5e-324"],
    "numeric(10,2)": ["-12345678.90", "0.00", "1.500", ".5", "5.", None],
    "numeric(38,0)": ["9" * 38, "-" + "9" * 38],
    "numeric(38,38)": ["0." + "9" * 38, "0." + "0" * 37 + "1"],
    "text": ["", None, "ä\n", '"', "NULL", "\\N", " x "],
    "character varying(5)": ["", "a  "],
    "character(3)": ["a  ", "   "],
    "json": ['{"a": 1, "a": 2.10}', "null", '"\\ud83d\\ude00"', "[1e400]"],
    "jsonb": ['{"a": 1.10}', "3"],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC999C0B4EF8BB6D6BB9BD380A11"],
    "bytea": ["\\x", "\\x00ff41", None],
    "date": ["2025-02-28", "0001-01-01", "12345-06-07", "0044-03-15 BC", "4713-01-01 BC"],
    "time without time zone": ["00:00:00", "23:59:59.999999", "10:00", "10:00:00.5000000"],
    "timestamp without time zone": [
        "2025-01-01 10:00:00", "2025-01-01 10:00:00.000001", "2025-01-01T10:00:00",
        "0044-03-15 12:00:00.5 BC", "12345-01-01 00:00:00", "1969-12-31 23:59:59.999999",
    ],
    "timestamp with time zone": [
        "2025-01-01 10:00:00+00", "2025-01-01 10:00:00.000001+05:30", "2025-01-01 10:00:00Z",
        "0044-03-15 12:00:00+00 BC", "2025-01-01T10:00:00-03",
    ],
}  # fmt: skip


def test_values_come_back_from_the_lake_as_postgresql_reads_them(
    lake: LakeProject, postgres: str
) -> None:
    """PostgreSQL itself compares: what COPY read from the file, and what it got from the lake."""
    lake.stage(
        D1,
        **{
            f"t{n}": T({"n": "integer", "v": kind}, [(str(i), v) for i, v in enumerate(values)])
            for n, (kind, values) in enumerate(EXACT.items())
        },
    )
    lake.load(D1)
    connection = psycopg2.connect(postgres)
    with lake.reader() as reader, connection, connection.cursor() as cursor:
        reader.execute(f"LOAD '{_extension()}'")
        reader.execute(f"ATTACH '{postgres}' AS pg (TYPE postgres)")
        for n, kind in enumerate(EXACT):
            cursor.execute(f"CREATE TABLE file{n} (n integer, v {kind})")
            # DuckDB's client for PostgreSQL writes no oid, and 38 digits wrongly
            other = {"oid": "bigint"}.get(kind, "text" if "numeric" in kind else kind)
            cursor.execute(f"CREATE TABLE lake{n} (n integer, v {other})")
            with lake.file(D1, f"t{n}").open("rb") as file:
                cursor.copy_expert(f"COPY file{n} FROM STDIN (FORMAT csv, HEADER)", file)
        connection.commit()
        for n, kind in enumerate(EXACT):
            value = "v::VARCHAR" if "numeric" in kind else "v"
            reader.execute(f"INSERT INTO pg.lake{n} SELECT n, {value} FROM shop.ecommerce.t{n}")
        for n, kind in enumerate(EXACT):
            cursor.execute(
                f"SELECT f.v::text, l.v::text FROM file{n} f FULL JOIN lake{n} l USING (n) "
                f"WHERE f.v::text IS DISTINCT FROM l.v::text::{kind}::text"
            )
            assert (kind, cursor.fetchall()) == (kind, [])
    connection.close()


def _extension() -> str:
    from lake_project import extension

    return extension("postgres_scanner")


@pytest.mark.parametrize(
    "kind",
    ["numeric", "numeric(39,0)", "numeric(2,-1)", "numeric(2,5)", "interval", "int4range",
     "integer[]", "text[]", "time with time zone", "money", "bit(3)", "bit varying", "inet", "xml",
     "tsvector", "point", "hstore", "pg_lsn", "numeric[]"],
)  # fmt: skip
def test_a_type_that_the_lake_has_not_is_refused_by_name(lake: LakeProject, kind: str) -> None:
    import io

    from sealed_days.core.errors import ConfigurationError
    from sealed_days.core.messages import activate_version, batch, schema
    from sealed_days.core.pgtypes import json_schema
    from sealed_days.core.proven_file import ProvenFile
    from sealed_days.target_ducklake.run import run
    from sealed_days.target_ducklake.settings import Settings

    lake.stage(D1, t=T({"id": "integer", "v": kind}, [("1", None)]))
    staging = {"source": "postgres", "date": D1, "kind": "snapshot", "job": "J"}
    properties = {
        "id": json_schema("integer", nullable=True),
        "v": json_schema(kind, nullable=True),
    }
    import json

    lines = [
        schema("t", properties, [], staging),
        batch("t", ProvenFile.measure(lake.file(D1, "t"))),
        activate_version("t", 1),
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    settings = Settings.parse(lake.config, "target-ducklake")
    with pytest.raises(ConfigurationError) as error:
        run(settings, io.StringIO(text))
    assert f"t.v is {kind} (" in str(error.value)
    assert "TARGET_DUCKLAKE_AS_TEXT='[\"TABLE.COLUMN\"]'" in str(error.value)
    assert not lake.lake.exists()


def test_all_refused_columns_are_named_at_once_and_go_as_text_when_asked(lake: LakeProject) -> None:
    lake.stage(D1, a=T({"x": "interval", "y": "numeric"}, [("1 day 00:00:00.000001", "NaN")]),
               b=T({"z": "integer[]"}, [("{1,NULL}",)]))  # fmt: skip
    said = lake.load(D1, check=False)
    assert all(f"{name} is" in said for name in ("a.x", "a.y", "b.z"))
    lake.load(D1, as_text=["interval", "a.y", "integer[]"])
    assert lake.sql("FROM ecommerce.a") == [("1 day 00:00:00.000001", "NaN")]
    assert lake.sql("FROM ecommerce.b") == [("{1,NULL}",)]
    assert '"sql_type": "interval"' in lake.sql("SELECT columns FROM ecommerce_days.loads")[0][0]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "infinity"), ("date", "-infinity"), ("timestamp without time zone", "infinity"),
        ("timestamp with time zone", "-infinity"), ("numeric(10,2)", "NaN"),
        ("numeric(10,2)", "1.005"), ("numeric(10,2)", "1.5e3"), ("numeric(3,1)", "1234.5"),
        ("integer", "1.5"), ("integer", "1_000"), ("integer", "0x10"), ("bigint", "9" * 30),
        ("real", "1e39"), ("double precision", "1e400"), ("double precision", "1_0"),
        ("boolean", "maybe"), ("date", "2025-1-5"), ("date", "2025-01-05 AD"),
        ("timestamp without time zone", "2025-01-01 10:00:00.1234567"),
        ("timestamp without time zone", "294276-12-31 23:59:59"),
        ("timestamp with time zone", "2025-01-01 10:00:00"), ("uuid", "x"), ("bytea", "00ff"),
        ("bytea", "\\x0"), ("json", "{"), ("time without time zone", "25:00:00"),
    ],
)  # fmt: skip
def test_a_value_that_the_lake_would_change_is_named(kind: str, text: str) -> None:
    """Each of these is changed, or taken without a word, by a plain cast of DuckDB."""
    import duckdb

    from sealed_days.target_ducklake.lake_types import LakeColumn, lake_type, reading

    found = lake_type(kind)
    assert found
    sql = reading("orders", LakeColumn("v", kind, kind, found))
    with plain_duckdb() as connection, pytest.raises(duckdb.Error) as error:
        connection.execute(f"SELECT {sql} FROM (SELECT ? AS v)", [text]).fetchall()
    assert f"orders.v: {text[:80]}" in str(error.value)


def test_a_wrong_value_is_one_line_and_leaves_the_day_out(lake: LakeProject) -> None:
    lake.stage(D1, a=T({"x": "integer"}, [("1",)]), b=T({"d": "date"}, [("infinity",)]))
    said = lake.load(D1, check=False)
    assert "b.d: infinity" in said
    assert len([line for line in said.splitlines() if line]) == 1
    assert lake.sql("SELECT count(*) FROM ecommerce_days.loads") == [(0,)]


def test_names_that_the_lake_cannot_tell_apart_are_refused(lake: LakeProject) -> None:
    lake.stage(D1, t=T({"Id": "integer", "id": "integer", "Snapshot_Date": "date"},
                       [("1", "2", "2025-01-01")]), T=T({"a": "text"}, [("x",)]))  # fmt: skip
    said = lake.load(D1, check=False)
    assert "t.id and t.Id are one name for the lake" in said
    assert "t.Snapshot_Date and the lake's own snapshot_date are one name" in said
    assert "T and t are one name" in said or "t and T are one name" in said
