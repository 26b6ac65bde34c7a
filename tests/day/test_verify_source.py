"""`day verify --source`: every row of a sealed day beside the source as it is now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from el_project import Project, make_project
from test_day_commands import day

from sealed_days.store.manifest import hash_of

DAY = "2025-03-01"
SHOP = """
CREATE TABLE keyless (a int, b text);
INSERT INTO keyless VALUES (1, 'x'), (1, 'x'), (2, NULL), (3, ''), (NULL, NULL);
CREATE TABLE one (a text);
INSERT INTO one VALUES (NULL), (''), ('a
b'), (NULL);
CREATE TABLE prices (id int PRIMARY KEY, price numeric);
INSERT INTO prices SELECT n, n + 0.10 FROM generate_series(1, 1000) AS n;
CREATE TABLE sales (id int PRIMARY KEY, at timestamptz);
INSERT INTO sales VALUES (1, '2025-03-01 02:00+00'), (2, '2025-03-01 03:00+00'),
    (3, '2025-03-02 02:59+00'), (4, '2025-03-02 03:00+00'), (5, NULL);
"""
OPTIONS = (
    '{"public-sales": {"day_column": "at"}, '
    '"public-prices": {"custom_where_clauses": ["id > 0", "id < 1000 OR false"]}}'
)


@pytest.fixture
def shop(project: Project, database: str, tmp_path: Path) -> Iterator[Project]:
    """A day of a small shop that is loaded; days begin in São Paulo."""
    execute(project, database, SHOP)
    own = make_project(tmp_path / "shop")
    (own.root / ".env").write_text(
        (project.root / ".env").read_text() + f"TAP_POSTGRES_DATABASE={database}\n"
        f"TAP_POSTGRES_STREAM_OPTIONS='{OPTIONS}'\nDATE_TIMEZONE=America/Sao_Paulo\n"
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=shop\n"
    )
    own.run("pipeline-csv-and-postgres-to-local-target-postgres", DAY)
    yield own
    execute(own, "ecommerce", "DROP SCHEMA shop, shop_days, shop_parts CASCADE")


def execute(project: Project, database: str, sql: str) -> None:
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def reread_now(project: Project, database: str) -> None:
    """Have the manifest say that it was read just now: what differs is then its own fault."""
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current_snapshot()::text")
        (now,) = cursor.fetchone()
    connection.close()
    path = project.output / f"postgres/{DAY}.datapackage.json"
    manifest = json.loads(path.read_bytes())
    manifest["read"]["snapshot"] = now
    path.write_text(json.dumps(manifest | {"hash": hash_of(manifest)}))


def test_every_row_is_compared_with_the_source_as_it_is_now(shop: Project, database: str) -> None:
    # rows counted by the project's time zone and the extractor's clauses
    assert f"✓ {DAY} is right" in day(shop, "verify", DAY)
    said = day(shop, "verify", DAY, "--source")
    assert "source postgres: 4 tables, every row: 4 the same" in said
    assert f"✓ {DAY} is right" in said

    # the same rows in another order, as new rows
    execute(shop, database, "CREATE TABLE k AS TABLE keyless; TRUNCATE keyless;"
            "INSERT INTO keyless SELECT * FROM k ORDER BY a DESC; DROP TABLE k")  # fmt: skip
    # another day's row is no concern of the slice
    execute(shop, database, "UPDATE sales SET id = 14 WHERE id = 4")
    assert "4 the same" in day(shop, "verify", DAY, "--source")

    execute(shop, database, "UPDATE prices SET price = 7.1 WHERE id = 5")
    said = day(shop, "verify", DAY, "--source")
    assert "3 the same, 1 cannot be told" in said
    assert "? cannot tell: prices has 999 rows at the source and in " in said
    assert "but other values: 1 rows came or changed since (read at 20" in said

    reread_now(shop, database)
    said = day(shop, "verify", DAY, "--source", code=1)
    assert "✗ prices has 999 rows at the source and in" in said
    assert "no row came or changed since): run DATE=" in said

    execute(shop, database, "DELETE FROM keyless WHERE a = 2; DROP TABLE one")
    said = day(shop, "verify", DAY, "--source", code=1)
    assert "✗ keyless has 4 rows at the source, 5 in " in said
    assert "rows may have been deleted since" in said
    assert "? cannot tell: one is no table of the source now" in said


def test_another_database_and_a_newer_snapshot_cannot_tell(shop: Project) -> None:
    said = day(shop, "verify", DAY, "--source", TAP_POSTGRES_DATABASE="northwind")
    assert "source postgres: cannot tell, it was read from" in said
    shop.run("postgres-to-local", "2025-03-02")
    said = day(shop, "verify", DAY, "--source")
    assert "source postgres: cannot tell, there is a newer snapshot, 2025-03-02" in said
