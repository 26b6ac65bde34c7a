"""`day` tells what there is, what is wrong, what changed: on days that the real pipeline made."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from el_project import Project, embedded, make_project

from sealed_days.day import calendar, evidence, query_parts
from sealed_days.day.loaded_days import LoadedDays
from sealed_days.day.settings import Settings

ALL = "pipeline-csv-and-postgres-to-local-target-postgres"
FIRST, SECOND, HELD = "2025-03-01", "2025-03-02", "2025-03-05"
TABLES = 14
CHANGE = """
UPDATE orders SET freight = freight + 1, ship_region = coalesce(ship_region, '')
WHERE order_id IN (10248, 10249);
DELETE FROM employee_territories WHERE employee_id = 1;
INSERT INTO shippers VALUES (7, 'New, "one"', NULL);
"""


def day(project: Project, *args: str, code: int = 0, **env: str) -> str:
    """Run the command; return what it prints, or the one line that it ends with."""
    done = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", *args],
        cwd=project.root,
        env=project.env(**env),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    if code and not done.stdout:
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr
    return done.stdout


def execute(project: Project, database: str, sql: str) -> None:
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def states(project: Project) -> dict[tuple[str, str], str]:
    """Return (day, source) -> state."""
    found = json.loads(day(project, "status", "--format", "json"))
    return {
        (item["day"], source["source"]): source["state"]
        for item in found["days"]
        for source in item["sources"]
    }


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Two days that are loaded, between which the source changed, a gap, and one half staged."""
    project = make_project(tmp_path_factory.mktemp("days") / "northwind")
    embedded(project, "up")
    try:
        project.run(ALL, FIRST)
        execute(project, "northwind", CHANGE)
        project.run(ALL, SECOND)
        project.run("postgres-to-local", HELD)
        yield project
    finally:
        embedded(project, "down")


@pytest.fixture
def damaged(days: Project) -> Iterator[Project]:
    """The days, with one byte of a file changed."""
    path = days.file("orders", FIRST)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"1996", b"1997", 1))
    yield days
    path.write_bytes(whole)


def test_status_shows_the_state_of_every_day_and_what_to_run(days: Project) -> None:
    assert states(days) == {
        (FIRST, "postgres"): "loaded",
        (FIRST, "csv"): "loaded",
        (SECOND, "postgres"): "current",
        (SECOND, "csv"): "current",
        **{(f"2025-03-0{n}", source): "missing" for n in (3, 4) for source in ("postgres", "csv")},
        (HELD, "postgres"): "sealed",
        (HELD, "csv"): "missing",
    }
    text = day(days, "status")
    assert f"2025-03-03  · missing  → DATE=2025-03-03 meltano run {ALL}" in text
    assert (
        f"→ DATE={HELD} meltano run orders-details-csv-to-local local-csv-to-postgres"
        in text.splitlines()[-1]
    )
    assert day(days, "status", "--from", SECOND, "--to", SECOND).count("current") > TABLES


def test_status_shows_many_days_without_anything_as_one_gap(days: Project) -> None:
    last = day(days, "status", "--to", "2025-03-20").splitlines()[-1]
    assert last.startswith("2025-03-06  · missing, 15 days until 2025-03-20  → for n in")


def test_a_summary_of_a_day_keeps_what_is_told_and_counts_the_rest() -> None:
    entry = calendar.SourceDay("postgres", date(2025, 1, 1))
    for number in range(1500):
        entry.add(calendar.TableDay(f"t{number}", "loaded", 2, 3), is_summary=True)
    entry.add(calendar.TableDay("bad", "damaged", 2, 3, "3 bytes"), is_summary=True)
    assert (entry.number, entry.rows, entry.bytes, entry.state) == (1501, 3002, 4503, "damaged")
    assert len(entry.tables) < 10
    assert entry.tables[-1].table == "bad"


def test_a_day_that_is_loaded_as_it_is_staged_costs_one_row_of_the_warehouse(
    days: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(days.root)
    asked: list[list[date]] = []
    tables = LoadedDays.tables

    def spy(self: LoadedDays, wanted: Iterable[date]) -> dict[date, dict[str, tuple[str, str]]]:
        asked.append(list(wanted))
        return tables(self, asked[-1])

    monkeypatch.setattr(LoadedDays, "tables", spy)
    settings = Settings.read()
    found = calendar.read(settings, calendar.Wanted())
    loaded = [
        day for day, all_ in found.days.items() if {s.state for s in all_} <= {"loaded", "current"}
    ]
    assert loaded
    assert not set(loaded).intersection(*asked)


def test_status_shows_damaged_and_unsealed_days(days: Project) -> None:
    path, manifest = days.file("region", FIRST), days.output / f"csv/{FIRST}.datapackage.json"
    file, sealed = path.read_bytes(), manifest.read_bytes()
    path.unlink()
    manifest.unlink()
    try:
        found = states(days)
        assert found[FIRST, "postgres"] == "damaged"
        assert found[FIRST, "csv"] == "unsealed"
        manifest.write_text("{")
        assert states(days)[FIRST, "csv"] == "damaged"
    finally:
        path.write_bytes(file)
        manifest.write_bytes(sealed)


def test_status_shows_the_disk_when_the_warehouse_does_not_answer(days: Project) -> None:
    found = json.loads(day(days, "status", "--format", "json", TARGET_POSTGRES_PORT="1"))
    assert "cannot connect" in found["warehouse_problem"]
    assert found["days"][0]["sources"][0]["state"] == "sealed"


@pytest.mark.parametrize("url", ["nonsense:S3KRET", "postgresql://u:S3KRET@@h:x/db?nope=1"])
def test_a_url_of_the_warehouse_that_nobody_can_read_is_not_shown(days: Project, url: str) -> None:
    said = day(days, "verify", FIRST, code=1, TARGET_POSTGRES_SQLALCHEMY_URL=url)
    assert "S3KRET" not in said
    assert "sqlalchemy_url" in said or "could not" in said or "cannot connect" in said


def test_verify_finds_a_whole_day_right(days: Project) -> None:
    assert f"✓ {FIRST} is right" in day(days, "verify", FIRST, "--deep")
    assert f"✓ {SECOND} is right" in day(days, "verify", DATE=SECOND)


def test_verify_finds_a_changed_byte_on_disk(damaged: Project) -> None:
    said = day(damaged, "verify", FIRST, "--deep", code=1)
    assert "is damaged: its sha256 is not that of its manifest" in said
    assert f"{FIRST} differs in 1 places" in said


def test_verify_deep_finds_a_changed_value_and_plain_verify_a_lost_row(days: Project) -> None:
    part = f'ecommerce_parts."orders@{FIRST}"'
    execute(days, "ecommerce", f"UPDATE {part} SET freight = freight + 1 WHERE order_id = 10250")
    assert f"✓ {FIRST} is right" in day(days, "verify", FIRST)
    said = day(days, "verify", FIRST, "--deep", code=1)
    assert "✗ orders has other rows in the warehouse" in said
    assert "(10250," in said
    execute(days, "ecommerce", f"DELETE FROM {part} WHERE order_id = 10250")
    assert "orders has 829 rows in the warehouse, 830 in" in day(days, "verify", FIRST, code=1)
    assert "-1" in day(days, "summary", FIRST, code=1)
    days.run("local-csv-to-postgres", FIRST)  # the command that verify names fixes it
    assert f"✓ {FIRST} is right" in day(days, "verify", FIRST, "--deep")


def test_verify_finds_that_the_source_moved_on_from_the_newest_snapshot(days: Project) -> None:
    execute(days, "northwind", "INSERT INTO shippers VALUES (8, 'Late', NULL)")
    try:
        said = day(days, "verify", HELD, code=1)
        assert "shippers has 8 rows in 127.0.0.1" in said
        assert "shippers" not in day(days, "verify", SECOND)
        assert "8 rows" not in day(days, "verify", HELD, "--no-source", code=1)
    finally:
        execute(days, "northwind", "DELETE FROM shippers WHERE shipper_id = 8")


def test_diff_counts_rows_added_removed_and_changed_and_in_which_columns(days: Project) -> None:
    found = {
        item["table"]: item
        for item in json.loads(day(days, "diff", FIRST, SECOND, "--format", "json"))
    }
    counts = {
        name: (item["added"], item["removed"], item["changed"])
        for name, item in found.items()
        if item["added"] or item["removed"] or item["changed"]
    }
    removed = 49 - len(days.file("employee_territories", SECOND).read_text().splitlines()) + 1
    assert removed
    assert counts == {
        "employee_territories": (0, removed, 0),
        "orders": (0, 0, 2),
        "shippers": (1, 0, 0),
    }
    assert found["orders"]["columns"]["freight"] == 2
    assert set(found["orders"]["columns"]) <= {"freight", "ship_region"}


def test_diff_lists_rows_and_keeps_null_and_empty_apart(days: Project) -> None:
    out = day(days, "diff", FIRST, SECOND, "shippers", "--rows", "--format", "csv")
    rows = list(csv.reader(io.StringIO(out)))[1:]
    assert [row[4:] for row in rows if row[4] == "company_name"] == [
        ["company_name", "", 'New, "one"']
    ]
    changed = [
        json.loads(line)
        for line in day(days, "diff", FIRST, SECOND, "--rows", "orders", "--format", "json")
        .strip()
        .splitlines()
    ]
    assert [row["key"]["order_id"] for row in changed] == [10248, 10249]
    for row in changed:
        before, after = row["columns"]["freight"]
        assert after == pytest.approx(before + 1)
        assert row["columns"].get("ship_region", [None, ""]) == [None, ""]


def test_diff_compares_whole_rows_where_there_is_no_key(days: Project, tmp_path: Path) -> None:
    output = tmp_path / "output"
    for name, text in ((FIRST, "a\n1\n1\n2\n"), (SECOND, "a\n1\n2\n3\n")):
        _seal(output, name, text)
    env = {"DAY_OUTPUT_PATH": str(output), "DAY_SOURCES": '{"s": "j"}', "DAY_HOST": "127.0.0.1",
           "DAY_USER": "u", "DAY_DATABASE": "d"}  # fmt: skip
    (found,) = json.loads(day(days, "diff", FIRST, SECOND, "--format", "json", **env))
    assert (found["added"], found["removed"], found["changed"]) == (1, 1, 0)
    rows = day(days, "diff", FIRST, SECOND, "--rows", **env).splitlines()
    assert sorted(rows) == ["+ t a=3", "- t a=1"]


ODD = dict.fromkeys(("There", "there", "n", "N", "c1"), "integer") | {'a "b"': "text"}


@pytest.mark.parametrize(
    ("before", "after", "keys", "expected"),
    [
        # nine rows were removed, and the key was another: no row changed
        (({"a": "integer", "b": "integer"}, "1,1\n" + "".join(f"2,{n}\n" for n in range(10))),
         ({"a": "integer", "b": "integer"}, "1,1\n2,5\n"), (("a", "b"), ("a",)), (0, 9, 0)),
        # a wider type of the same values
        (({"a": "integer", "n": "numeric(8,2)"}, "1,1.50\n2,-0.10\n3,100.00\n"),
         ({"a": "bigint", "n": "numeric(10,4)"}, "1,1.5000\n2,-0.1000\n3,100.0001\n"),
         (("a",), ("a",)), (0, 0, 1)),
        (({"a": "integer", "n": "integer"}, "1,100\n"),
         ({"a": "integer", "n": "numeric(8,2)"}, "1,100.00\n"), (("a",), ("a",)), (0, 0, 0)),
        (({"a": "integer", "n": "real"}, "1,0.1\n"),
         ({"a": "integer", "n": "double precision"}, "1,0.1\n"), (("a",), ("a",)), (0, 0, 0)),
        (({"a": "integer", "n": "date"}, "1,2025-01-01\n2,\n"),
         ({"a": "integer", "n": "timestamp without time zone"}, "1,2025-01-01 00:00:00\n2,\n"),
         (("a",), ("a",)), (0, 0, 0)),
        # names that a query of ours could have, or that differ in capitals alone
        ((ODD, "1,1,1,1,1,x\n2,1,1,1,1,x\n3,1,1,1,1,x\n"),
         (ODD, "1,1,1,1,1,x\n2,2,1,1,1,x\n4,1,1,1,1,x\n"), (("There",), ("There",)), (1, 1, 1)),
        ((ODD, "1,1,1,1,1,x\n2,1,1,1,1,x\n3,1,1,1,1,x\n"),
         (ODD, "1,1,1,1,1,x\n2,1,1,2,1,x\n3,1,1,1,1,x\n"), ((), ()), (1, 1, 0)),
    ],
)  # fmt: skip
def test_diff_is_right_when_the_key_or_a_type_changed(
    days: Project,
    tmp_path: Path,
    before: tuple[dict[str, str], str],
    after: tuple[dict[str, str], str],
    keys: tuple[tuple[str, ...], tuple[str, ...]],
    expected: tuple[int, int, int],
) -> None:
    output = tmp_path / "output"
    for name, (columns, text), key in zip((FIRST, SECOND), (before, after), keys, strict=True):
        _seal(output, name, ",".join(columns) + "\n" + text, columns, key)
    env = {"DAY_OUTPUT_PATH": str(output), "DAY_SOURCES": '{"s": "j"}', "DAY_HOST": "127.0.0.1",
           "DAY_USER": "u", "DAY_DATABASE": "d"}  # fmt: skip
    (found,) = json.loads(day(days, "diff", FIRST, SECOND, "--format", "json", **env))
    assert (found["added"], found["removed"], found["changed"]) == expected


def _seal(
    output: Path,
    name: str,
    text: str,
    columns: dict[str, str] | None = None,
    keys: tuple[str, ...] = (),
) -> None:
    from datetime import date

    from sealed_days.core.proven_file import ProvenFile
    from sealed_days.store.days import StagedDays
    from sealed_days.store.manifest import StagedTable

    with StagedDays(output, "s").begin(date.fromisoformat(name)) as draft:
        path = draft.path("t")
        path.write_text(text)
        typed = tuple((column, kind, kind) for column, kind in (columns or {"a": "text"}).items())
        draft.add(StagedTable("t", ProvenFile.measure(path), typed, keys))
        draft.seal()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("SELECT 1;", "SELECT 1"),
        ("SELECT 1 -- it's\n/* ; */ ;\n", "SELECT 1"),
        ("SELECT '--' AS dashes", "SELECT '--' AS dashes"),
        ("SELECT 'a;--b' ; -- e'nd", "SELECT 'a;--b'"),
        ("SELECT E'\\';--';", "SELECT E'\\';--'"),
        ("SELECT date'2025-01-01';", "SELECT date'2025-01-01'"),
        ("SELECT $a$ $$ ;-- $a$;", "SELECT $a$ $$ ;-- $a$"),
        ('SELECT 1 AS "a;--b" /* /* */ ; */', 'SELECT 1 AS "a;--b"'),
        ("SELECT 1; SELECT 2;", "SELECT 1; SELECT 2"),
        ("-- nothing\n;", ""),
    ],
)
def test_only_what_follows_a_query_is_taken_from_it(text: str, query: str) -> None:
    assert evidence._without_end(text) == query


def test_evidence_is_of_its_own_day_and_has_no_bookkeeping(days: Project) -> None:
    freight = {}
    for name in (FIRST, SECOND):
        said = day(days, "evidence", name)
        assert said.startswith("orders_with_details: 2,155 rows in output/evidence/")
        with (days.output / f"evidence/{name}/orders_with_details.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == 2155
        assert "snapshot_date" not in rows[0]
        keys = [(int(row["order_id"]), int(row["product_id"])) for row in rows]
        assert keys == sorted(keys)
        freight[name] = float(rows[0]["freight"])
    assert freight[SECOND] == pytest.approx(freight[FIRST] + 1)


def test_evidence_runs_any_sql_file_and_says_where_one_is_wrong(days: Project) -> None:
    path = days.root / "analyze/count.sql"
    try:
        path.write_text("-- how many\nSELECT count(*) AS n FROM shippers; -- in all\n")
        said = day(days, "evidence", SECOND)
        assert "count: 1 rows in" in said
        assert (days.output / f"evidence/{SECOND}/count.csv").read_text() == "n\n7\n"
        path.write_text("SELECT 1\nFROM order_detail")
        assert "no table order_detail on 2025-03-02 (nearest: order_details" in day(
            days, "evidence", SECOND, code=1
        )
        path.write_text("SELECT order_idd\nFROM orders")
        said = day(days, "evidence", SECOND, code=1)
        assert 'Perhaps you meant to reference the column "orders.order_id"' in said
        path.write_text("SELECT *\nFROM orders\nWHERE nope")
        assert "analyze/count.sql line 3: column" in day(days, "evidence", SECOND, code=1)
        path.write_text("DELETE FROM ecommerce_days.orders RETURNING 1")
        assert "read-only" in day(days, "evidence", SECOND, code=1)
        for text in (
            "SELECT 1) TO STDOUT; COMMIT; CREATE TABLE public.left_over (a int); SELECT (1",
            "SELECT 1; COMMIT; CREATE TABLE public.left_over (a int)",
            "SELECT 1) TO '/tmp/left_over' --",
            "COMMIT",
            "SELECT set_config('transaction_read_only', 'off', true); DELETE FROM orders",
            "WITH gone AS (DELETE FROM ecommerce_days.orders RETURNING 1) SELECT * FROM gone",
            "SELECT 1 /*",
            "$$",
        ):
            path.write_text(text)
            said = day(days, "evidence", SECOND, code=1)
            assert "analyze/count.sql" in said, text
            assert said.rstrip().endswith("correct the query"), text
        path.write_text("SELECT '; COMMIT' AS a, $do$;$do$ AS b -- ; COMMIT")
        day(days, "evidence", SECOND)
        assert (days.output / f"evidence/{SECOND}/count.csv").read_text() == "a,b\n; COMMIT,;\n"
        connection = days.connect("ecommerce")
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.left_over')")
            assert cursor.fetchone() == (None,)
        connection.close()
    finally:
        path.unlink()


BIG = """
SELECT d.*, n, rpad('x', 100)::char(100) AS pad  -- half a million rows of 130 bytes
FROM order_details d CROSS JOIN (SELECT order_id AS n FROM orders WHERE order_id < 10498) o
ORDER BY order_id, product_id, n
"""


def test_large_evidence_is_written_by_several_sessions_and_is_the_file_of_one(
    days: Project,
) -> None:
    path = days.root / "analyze/large.sql"
    path.write_text(BIG)
    with days.connect("ecommerce").cursor() as cursor:
        cursor.execute("SET search_path = ecommerce")
        one = io.BytesIO()
        cursor.copy_expert(f"COPY ({BIG}) TO STDOUT (FORMAT csv, HEADER)", one)
    rows = one.getvalue().count(b"\n") - 1
    try:
        said = day(days, "evidence", SECOND)
        assert f"large: {rows:,} rows in" in said
        assert (days.output / f"evidence/{SECOND}/large.csv").read_bytes() == one.getvalue()
        # a role that may have one session only
        execute(days, "ecommerce", "ALTER ROLE ecommerce_owner CONNECTION LIMIT 1")
        day(days, "evidence", SECOND)
        assert (days.output / f"evidence/{SECOND}/large.csv").read_bytes() == one.getvalue()
        path.write_text(BIG.replace("'x', 100", "'x', 100 / (d.order_id - 10900)"))
        assert "large.sql: division by zero: correct" in day(days, "evidence", SECOND, code=1)
    finally:
        execute(days, "ecommerce", "ALTER ROLE ecommerce_owner CONNECTION LIMIT -1")
        path.unlink()


def test_query_is_divided_only_where_each_session_has_the_same_rows_in_order(days: Project) -> None:
    connection = days.connect("ecommerce")
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = ecommerce")

        def parts(query: str) -> int:
            return len(query_parts.divide(cursor, query, 3))

        assert parts(BIG) == 3
        assert parts("SELECT * FROM orders") == 1, "too little"
        for changed in ("random()", "now()", "current_date", "clock_timestamp()", "'today'::date"):
            assert parts(BIG.replace("n, ", f"{changed} AS c, n, ")) == 1, changed
        assert parts(f"{BIG} -- now() or date /* never */\n /* random() */") == 3
        assert parts(BIG.replace("'x'", "'-- x' || now()::text, '--'")) == 1
        for cannot_tell in (r"E'\x6eow'", "'no'\n'w'", "U&'n\\006fw'"):
            assert parts(BIG.replace("n, ", f"{cannot_tell} AS c, n, ", 1)) == 1, cannot_tell
        cursor.execute(
            'CREATE FUNCTION pg_temp."Any Time"() RETURNS text VOLATILE LANGUAGE sql '
            "AS $$ SELECT clock_timestamp()::text $$; "
            "CREATE TEMPORARY VIEW others AS SELECT * FROM orders ORDER BY random()"
        )
        assert parts(BIG.replace("n, ", 'pg_temp."Any Time"() AS c, n, ', 1)) == 1
        assert parts(BIG.replace("FROM orders", "FROM others")) == 1, "a view calls random()"
        assert parts(f"{BIG} LIMIT nope") == 1, "the server says why"
        assert parts(f"{BIG} LIMIT 500000") == 3
        [*limited, last] = query_parts.divide(cursor, BIG, 3)
        assert [part.skip for part in (*limited, last)] == [
            0,
            limited[0].rows,
            limited[0].rows + limited[1].rows,
        ]
        assert last.rows is None, "an estimate that is wrong loses nothing"
    connection.close()


def test_evidence_for_spreadsheets_runs_no_formula(days: Project) -> None:
    path = days.root / "analyze/formulas.sql"
    query = r"""
    SELECT t, -1.5 AS "=n", t AS t, '-'::char(3), ARRAY['=a'], true, NULL::text, '', now()::date - d
    FROM (VALUES (1, '=HYPERLINK("x")', 1), (2, E'\t=1', 2), (3, '@a', 3), (4, '＝1', 4),
                 (5, 'a=1', 5), (6, E'-1\n2', 6)) AS v (d, t, n) ORDER BY n DESC
    """
    try:
        path.write_text(query.replace("now()::date - d", "DATE '2025-01-31'"))
        lines = {}
        for safe in ("false", "true"):
            day(days, "evidence", SECOND, DAY_SPREADSHEET_SAFE=safe)
            with (days.output / f"evidence/{SECOND}/formulas.csv").open(newline="") as stream:
                lines[safe] = list(csv.reader(stream))
        said = day(days, "evidence", SECOND, code=1, DAY_SPREADSHEET_SAFE="yes")
        assert "spreadsheet_safe is 'yes': write true or false" in said
    finally:
        path.unlink()
    heads, *rows = lines["true"]
    assert heads[:3] == ["t", "'=n", "t"]
    texts = ["'-1\n2", "a=1", "'＝1", "'@a", "'\t=1", '\'=HYPERLINK("x")']
    assert [row[0] for row in rows] == [row[2] for row in rows] == texts
    rest = ["'-  ", "{=a}", "t", "", "", "2025-01-31"]
    assert all(row[1] == "-1.5" and row[3:] == rest for row in rows)
    # only the sign is new
    plain = [[text.removeprefix("'") for text in row] for row in lines["true"]]
    assert plain == lines["false"]


def test_evidence_stands_in_a_meltano_run(days: Project) -> None:
    target = days.output / f"evidence/{FIRST}/orders_with_details.csv"
    target.unlink(missing_ok=True)
    days.run("day:evidence", FIRST)
    assert target.exists()


def test_summary_shows_disk_and_warehouse_side_by_side(days: Project) -> None:
    said = day(days, "summary", FIRST)
    assert said.count("✓") == TABLES
    assert f"{FIRST} is complete: {TABLES} tables" in said
    assert "make psql" in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("verify", "2025-03-09"), f"nearest: {FIRST}, {SECOND}, {HELD}"),
        (("diff", FIRST, "2024-01-01"), "nearest:"),
        (("diff", FIRST, SECOND, "ordres"), "nearest: orders"),
        (("evidence", "2025-03-05"), f"nearest: {FIRST}, {SECOND}"),
        (("summary", "2025-13-01"), "is not a day"),
        (("status", "--from", SECOND, "--to", FIRST), "is after"),
        (("prune", "--keep", "0"), "use 1 or more"),
    ],
)
def test_what_is_not_there_is_one_line_that_names_the_nearest(
    days: Project, args: tuple[str, ...], words: str
) -> None:
    assert words in day(days, *args, code=1)


def test_every_command_explains_itself(days: Project) -> None:
    for name in ("status", "verify", "diff", "evidence", "summary", "prune", "report"):
        assert name in day(days, "--help")
        assert day(days, name, "--help").startswith(f"usage: day {name}")


@pytest.mark.browser
def test_report_reads_well_in_a_browser_light_dark_and_on_a_phone(
    days: Project, tmp_path: Path
) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("no Chromium: apt-get install chromium")
    assert day(days, "report") == "output/report.html\n"
    address = (days.output / "report.html").as_uri()
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=flags)
        backgrounds = set()
        for scheme in ("light", "dark"):
            for width in (1280, 360):
                page = browser.new_page(
                    color_scheme=scheme, viewport={"width": width, "height": 800}
                )
                requests, problems = [], []
                page.on("request", lambda request, to=requests: to.append(request.url))
                page.on("console", lambda message, to=problems: to.append(message.text))
                page.on("pageerror", lambda error, to=problems: to.append(str(error)))
                page.goto(address)
                assert [url for url in requests if not url.startswith("data:")] == [address]
                assert not problems
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width
                backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                assert page.locator(".calendar i").count() == 5
                assert page.locator(f".calendar i.current[title*='{SECOND}']").count() == 1
                assert "2025-03-04" in page.locator("#troubles").inner_text()
                assert page.locator("#trends svg").count() == TABLES
                assert SECOND in page.locator("#runs").inner_text()
                page.close()
        assert len(backgrounds) == 2
        browser.close()


def test_report_carries_everything_in_one_file(days: Project) -> None:
    day(days, "report")
    html = (days.output / "report.html").read_text()
    for outside in ("http:", "https:", "<script", '<link rel="stylesheet', "url("):
        assert outside not in html


# Last: what follows removes days.


def test_prune_says_what_would_go_and_removes_nothing(days: Project) -> None:
    before = states(days)
    said = day(days, "prune", "--before", "2025-04-01", "--dry-run")
    assert said.startswith(f"{FIRST}: {TABLES} tables of the warehouse, ")
    assert f"{SECOND} is current: kept" in said
    assert states(days) == before


def test_prune_keeps_a_day_that_something_depends_on(days: Project) -> None:
    view = f'CREATE VIEW public.mine AS SELECT * FROM ecommerce_parts."orders@{FIRST}"'
    execute(days, "ecommerce", view)
    assert f"{FIRST} was kept: view mine depends" in day(days, "prune", "--keep", "1", code=1)
    assert f"✓ {FIRST} is right" in day(days, "verify", FIRST)
    execute(days, "ecommerce", "DROP VIEW public.mine")


def test_prune_removes_old_days_from_disk_and_warehouse_and_never_the_current(
    days: Project,
) -> None:
    said = day(days, "prune", "--keep", "1")
    assert f"{FIRST}: {TABLES} tables of the warehouse" in said
    assert f"{SECOND} is current: kept" in said
    assert not list(days.output.glob(f"**/*{FIRST}*"))
    connection = days.connect("ecommerce")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT snapshot_date::text FROM ecommerce_days.orders")
        assert cursor.fetchall() == [(SECOND,)]
        cursor.execute("SELECT count(*) FROM ecommerce.orders")
        assert cursor.fetchall() == [(830,)]
    connection.close()
    assert f"✓ {SECOND} is right" in day(days, "verify", SECOND, "--deep")
