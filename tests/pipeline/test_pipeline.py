"""The whole pipeline, as a user runs it: `meltano run`, then a look at the warehouse."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from el_project import NORTHWIND, Project, running_project

ALL = "pipeline-csv-and-postgres-to-local-target-postgres"
COUNTS = NORTHWIND | {"order_details": 2155}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of this file's own: in the session's, other tests stage and load newer days."""
    with running_project(tmp_path_factory.mktemp("pipeline") / "northwind") as project:
        yield project


def query(project: Project, database: str, sql: str) -> list[tuple]:
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    connection.close()
    return rows


def rows_of(project: Project, database: str, relation: str) -> list[tuple]:
    """Return all rows as text, sorted, NULL kept apart from ''."""
    columns = query(
        project,
        database,
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped "
        f"AND attrelid = '{relation}'::regclass AND attname <> 'snapshot_date' ORDER BY attnum",
    )
    texts = ", ".join(f"{name}::text" for (name,) in columns)
    return sorted(query(project, database, f"SELECT {texts} FROM {relation}"), key=repr)


def types_of(project: Project, database: str, relation: str) -> dict[str, str]:
    return dict(
        query(
            project,
            database,
            "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute "
            f"WHERE attnum > 0 AND NOT attisdropped AND attrelid = '{relation}'::regclass",
        )
    )


def test_every_table_arrives_with_its_types_and_values(project: Project) -> None:
    said = project.run(ALL, "2025-01-01")
    assert "2025-01-01 is loaded: 14 tables, 3,362 rows" in said
    views = query(
        project, "ecommerce", "SELECT viewname::text FROM pg_views WHERE schemaname = 'ecommerce'"
    )
    assert {name for (name,) in views} == set(COUNTS)
    for table, count in COUNTS.items():
        here = rows_of(project, "ecommerce", f"ecommerce.{table}")
        assert len(here) == count, table
        if table != "order_details":
            assert here == rows_of(project, "northwind", f"public.{table}"), table
            there = types_of(project, "northwind", f"public.{table}")
            assert types_of(project, "ecommerce", f"ecommerce.{table}") == there, table
    with (project.root / "data" / "order_details.csv").open(newline="") as file:
        wanted = [tuple(float(value) for value in row) for row in list(csv.reader(file))[1:]]
    found = query(project, "ecommerce", "SELECT * FROM ecommerce.order_details ORDER BY 1, 2")
    assert [tuple(float(f"{value:.6g}") for value in row) for row in found] == wanted
    assert types_of(project, "ecommerce", "ecommerce.order_details") == {
        "order_id": "integer",
        "product_id": "smallint",
        "unit_price": "real",
        "quantity": "smallint",
        "discount": "real",
    }


def test_null_and_empty_text_stay_apart(project: Project) -> None:
    project.run(ALL, "2025-01-01")
    ask = (
        "SELECT count(*) FILTER (WHERE ship_region IS NULL), "
        "count(*) FILTER (WHERE ship_region = '') FROM {}"
    )
    there = query(project, "northwind", ask.format("orders"))
    assert query(project, "ecommerce", ask.format("ecommerce.orders")) == there
    assert there[0][0] > 400
    assert there[0][1] > 0


def test_evidence_has_a_row_per_product_of_an_order(project: Project) -> None:
    project.meltano("run", ALL, "day:evidence", DATE="2025-01-01")
    path = project.output / "evidence" / "2025-01-01" / "orders_with_details.csv"
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert len(rows) == 2155
    assert {"order_id", "product_id", "customer_id", "quantity"} <= set(header)
    assert not [name for name in header if "snapshot" in name or name.startswith("_")]


def test_jobs_work_one_by_one_and_running_a_day_twice_changes_nothing(project: Project) -> None:
    def state() -> dict[str, list[tuple]]:
        return {t: rows_of(project, "ecommerce", f"ecommerce_days.{t}") for t in COUNTS}

    for job in ("postgres-to-local", "orders-details-csv-to-local", "local-csv-to-postgres"):
        project.run(job, "2025-01-02")
    before = state()
    project.run("local-csv-to-postgres", "2025-01-02")
    assert state() == before


def test_backfill_of_an_older_day_leaves_the_newer_day_current(project: Project) -> None:
    project.run(ALL, "2025-02-01")
    said = project.run(ALL, "2024-12-01")
    assert "ecommerce.* still shows 2025-02-01" in said
    days = query(
        project, "ecommerce", "SELECT DISTINCT snapshot_date::text FROM ecommerce_days.orders"
    )
    assert {("2024-12-01",), ("2025-02-01",)} <= set(days)
    (view,) = query(project, "ecommerce", "SELECT pg_get_viewdef('ecommerce.orders')")
    assert "2025-02-01" in view[0]


@pytest.mark.parametrize("missing", ["postgres", "csv", "both"])
def test_load_of_a_day_that_is_not_staged_names_the_command(project: Project, missing: str) -> None:
    day = {"postgres": "2025-03-01", "csv": "2025-03-02", "both": "2025-03-03"}[missing]
    if missing == "csv":
        project.run("postgres-to-local", day)
    if missing == "postgres":
        project.run("orders-details-csv-to-local", day)
    said = project.run("local-csv-to-postgres", day, check=False)
    if missing in ("postgres", "both"):
        assert f"DATE={day} meltano run postgres-to-local" in said
    if missing in ("csv", "both"):
        assert f"DATE={day} meltano run orders-details-csv-to-local" in said
    assert query(
        project, "ecommerce", f"SELECT to_regclass('ecommerce_parts.\"orders@{day}\"')"
    ) == [(None,)]


def test_damaged_file_stops_the_load_before_anything_changes(project: Project) -> None:
    project.run("postgres-to-local", "2025-03-04")
    project.run("orders-details-csv-to-local", "2025-03-04")
    path = project.file("orders", "2025-03-04")
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(bytes(data))
    said = project.run("local-csv-to-postgres", "2025-03-04", check=False)
    assert "orders.csv" in said
    assert "damaged" in said
    assert "DATE=2025-03-04 meltano run postgres-to-local" in said
    assert query(
        project, "ecommerce", "SELECT count(*) FROM ecommerce_days.loads WHERE date = '2025-03-04'"
    ) == [(0,)]


def test_wrong_csv_row_is_named_and_the_good_day_stays(project: Project, tmp_path: Path) -> None:
    project.run("orders-details-csv-to-local", "2025-03-05")
    good = project.file("order_details", "2025-03-05", "csv").read_bytes()
    bad = tmp_path / "bad.csv"
    lines = (project.root / "data" / "order_details.csv").read_text().splitlines()
    lines[16] = lines[16].rsplit(",", 2)[0] + ",abc,0"
    bad.write_text("\n".join(lines) + "\n")
    files = (
        f'[{{"entity": "order_details", "path": "{bad}", "keys": ["order_id", "product_id"], '
        '"types": {"order_id": "integer", "product_id": "smallint", "quantity": "smallint"}}]'
    )
    said = project.run(
        "orders-details-csv-to-local", "2025-03-05", check=False, TAP_CSV_FROM_CSV_FILES=files
    )
    assert "bad.csv line 17, column quantity: 'abc' is not a smallint" in said
    assert project.file("order_details", "2025-03-05", "csv").read_bytes() == good


def test_other_data_in_place_of_ours_works_the_same(
    project: Project, database: str, tmp_path: Path
) -> None:
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE things (id uuid PRIMARY KEY, tags text[], at timestamptz)")
        cursor.execute("INSERT INTO things VALUES (gen_random_uuid(), '{a,NULL}', now())")
    connection.close()
    details = tmp_path / "order_details.csv"
    details.write_text("order_id,product_id,unit_price,quantity,discount\n1,1,2.5,3,0\n")
    files = (
        f'[{{"entity": "order_details", "path": "{details}", "keys": ["order_id", "product_id"], '
        '"types": {"order_id": "integer", "unit_price": "numeric(10,2)"}}]'
    )
    env = {"TAP_POSTGRES_DATABASE": database, "TAP_CSV_FROM_CSV_FILES": files}
    for job in ("postgres-to-local", "orders-details-csv-to-local"):
        project.run(job, "2025-03-06", **env)
    schema = {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "elsewhere"}
    said = project.meltano("run", "tap-csv", "target-postgres", DATE="2025-03-06", **schema)
    assert "2 tables, 2 rows" in said
    assert types_of(project, "ecommerce", "elsewhere.things") == {
        "id": "uuid",
        "tags": "text[]",
        "at": "timestamp with time zone",
    }
    assert (
        types_of(project, "ecommerce", "elsewhere.order_details")["unit_price"] == "numeric(10,2)"
    )


def test_summary_shows_both_sides(project: Project) -> None:
    project.run(ALL, "2025-01-01")
    said = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", "summary", "2025-01-01"],
        cwd=project.root,
        env=project.env(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "2025-01-01 is complete: 14 tables are the same on disk and in the warehouse" in said


def test_one_table_run_again_replaces_that_table_alone_and_the_manifest_proves_all(
    project: Project,
) -> None:
    day = "2025-07-01"
    project.run(ALL, day)
    tables = {r["stream"]: r for r in project.manifest(day)["resources"]}
    shippers = project.file("shippers", day)
    loads = "SELECT count(*) FROM ecommerce_days.orders WHERE snapshot_date = '2025-07-01'"
    admin = project.connect("northwind")
    with admin.cursor() as cursor:
        cursor.execute("INSERT INTO shippers VALUES (77, 'One more', NULL)")
    try:
        select = {"TAP_POSTGRES__SELECT": '["public-shippers.*"]'}
        said = project.run("postgres-to-local", day, **select)
        assert "orders is not selected: it stays as it was" in said
        again = {r["stream"]: r for r in project.manifest(day)["resources"]}
        assert again.keys() == tables.keys()
        assert again["orders"]["hash"] == tables["orders"]["hash"]
        assert again["shippers"]["rows"] == tables["shippers"]["rows"] + 1
        assert shippers.read_text().count("\n") == again["shippers"]["rows"] + 1
        project.run("local-csv-to-postgres", day)
        assert query(project, "ecommerce", loads) == [(830,)]
        assert query(project, "ecommerce", "SELECT count(*) FROM ecommerce.shippers") == [(7,)]

        # a new day of one table: the others keep their views, a table that went does not
        project.run("postgres-to-local", "2025-07-02", **select)
        project.run("orders-details-csv-to-local", "2025-07-02")
        assert "orders" in project.manifest("2025-07-02")["read"]["not_selected"]
        said = project.run("local-csv-to-postgres", "2025-07-02")
        assert "no longer in the source" not in said
        assert query(project, "ecommerce", "SELECT count(*) FROM ecommerce.orders") == [(830,)]
    finally:
        with admin.cursor() as cursor:
            cursor.execute("DELETE FROM shippers WHERE shipper_id = 77")
        admin.close()
