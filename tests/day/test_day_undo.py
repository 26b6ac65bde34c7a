"""`day remove`, `restore` and `prune` on days that the real pipeline made: what can be undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from el_project import Project, embedded, make_project
from test_day_commands import ALL, TABLES, day, execute, states

from sealed_days.core.errors import ConfigurationError
from sealed_days.day.retention import kept

DAYS = ["2025-03-01", "2025-03-02", "2025-04-01", "2025-05-01"]


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = make_project(tmp_path_factory.mktemp("undo") / "northwind")
    embedded(project, "up")
    try:
        for name in DAYS:
            project.run(ALL, name)
        yield project
    finally:
        embedded(project, "down")


def query(project: Project, sql: str) -> list[tuple[Any, ...]]:
    connection = project.connect("ecommerce", admin=False)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    connection.close()
    return rows


def shown(project: Project) -> set[str]:
    """Return the days that the views show."""
    found = query(
        project,
        "SELECT DISTINCT right(s.relname, 10) FROM pg_class v JOIN pg_rewrite r "
        "ON ev_class = v.oid JOIN pg_depend d ON objid = r.oid AND refobjid <> v.oid "
        "JOIN pg_class s ON s.oid = refobjid "
        "WHERE v.relnamespace = 'ecommerce'::regnamespace",
    )
    return {name for (name,) in found}


def bytes_of(project: Project, name: str) -> dict[str, bytes]:
    return {
        str(path.relative_to(project.output)): path.read_bytes()
        for path in project.output.glob(f"*/*/{name}/*.csv")
    }


def test_lost_and_damaged_files_come_back_from_the_warehouse_byte_for_byte(
    days: Project,
) -> None:
    name = DAYS[0]
    before = bytes_of(days, name)
    manifest = days.output / f"postgres/{name}.datapackage.json"
    days.file("orders", name).unlink()
    path = days.file("order_details", name, "csv")
    path.write_bytes(path.read_bytes()[:-3])
    said = day(days, "status", "--from", name, "--to", name)
    assert f"day restore {name}" in said.replace("-m sealed_days.day", "day")
    assert "meltano run" not in said
    said = day(days, "verify", name, code=1)
    assert f"restore {name}" in said
    assert "meltano run postgres-to-local" not in said
    said = day(days, "restore", name)
    assert "orders: 830 rows, byte for byte as it was sealed" in said
    assert "order_details: 2,155 rows, byte for byte as it was sealed" in said
    assert bytes_of(days, name) == before
    assert f"✓ {name} is right" in day(days, "verify", name, "--deep", "--no-source")
    manifest.unlink()
    for path in days.output.glob(f"postgres/*/{name}/*.csv"):
        path.unlink()
    day(days, "restore", name)
    assert bytes_of(days, name) == before
    assert states(days)[name, "postgres"] == "loaded"
    assert json.loads(manifest.read_bytes())["read"]["database"]


def test_a_restore_says_so_where_the_bytes_cannot_be_the_same(days: Project) -> None:
    name = DAYS[0]
    part = f'ecommerce_parts."region@{name}"'
    before = days.file("region", name).read_bytes()
    manifest = days.output / f"postgres/{name}.datapackage.json"
    sealed = manifest.read_bytes()
    execute(days, "ecommerce", f"UPDATE {part} SET region_id = 9 WHERE region_id = 1")
    days.file("region", name).unlink()
    assert "region: 4 rows, not the bytes that were sealed" in day(days, "restore", name)
    days.file("region", name).write_bytes(before)
    execute(days, "ecommerce", f"UPDATE {part} SET region_id = 1 WHERE region_id = 9")
    # its rows lie in another order now, as those that several sessions loaded: its key tells
    manifest.write_bytes(sealed)
    days.file("region", name).unlink()
    assert "region: 4 rows, byte for byte as it was sealed" in day(days, "restore", name)
    assert days.file("region", name).read_bytes() == before
    day(days, "restore", "2024-01-01", code=1)


def test_remove_takes_the_current_day_back_and_views_show_the_day_before(days: Project) -> None:
    assert shown(days) == {DAYS[3]}
    said = day(days, "remove", DAYS[3], "--dry-run")
    assert f"{DAYS[3]}: {TABLES} tables of the warehouse" in said
    assert shown(days) == {DAYS[3]}
    assert "removed" in day(days, "remove", DAYS[3])
    assert shown(days) == {DAYS[2]}
    assert not list(days.output.glob(f"**/*{DAYS[3]}*"))
    assert query(days, "SELECT count(*) FROM ecommerce.orders") == [(830,)]
    assert (DAYS[3], "postgres") not in states(days)
    assert "nearest" in day(days, "remove", DAYS[3], code=1)
    days.run(ALL, DAYS[3])
    assert shown(days) == {DAYS[3]}


def test_verify_sees_a_view_that_shows_another_day_or_cannot_be_read(days: Project) -> None:
    old = f'ecommerce_parts."region@{DAYS[0]}"'
    columns = "region_id, region_description"
    view = f"CREATE OR REPLACE VIEW ecommerce.region AS SELECT {columns} FROM {old}"
    execute(days, "ecommerce", view)
    said = day(days, "verify", DAYS[3], "--no-source", code=1)
    assert f"ecommerce.region reads region@{DAYS[0]} where it is to read region@{DAYS[3]}" in said
    days.run("local-csv-to-postgres", DAYS[3])
    assert f"✓ {DAYS[3]} is right" in day(days, "verify", DAYS[3], "--no-source")


def test_evidence_and_deep_verify_need_no_right_to_temporary_tables(days: Project) -> None:
    execute(days, "ecommerce", "REVOKE TEMPORARY ON DATABASE ecommerce FROM PUBLIC")
    owner = days.dotenv()["TARGET_POSTGRES_USER"]
    execute(days, "ecommerce", "ALTER DATABASE ecommerce OWNER TO postgres")
    execute(days, "ecommerce", f"GRANT CONNECT, CREATE ON DATABASE ecommerce TO {owner}")
    try:
        assert f"✓ {DAYS[1]} is right" in day(days, "verify", DAYS[1], "--deep", "--no-source")
        assert "2,155 rows" in day(days, "evidence", DAYS[1])
        assert query(days, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'evidence%'") == [
            (0,)
        ]
    finally:
        execute(days, "ecommerce", f"ALTER DATABASE ecommerce OWNER TO {owner}")


def test_a_warehouse_of_version_1_is_not_taken_for_an_empty_one(days: Project) -> None:
    execute(days, "ecommerce", "ALTER TABLE ecommerce_days.loads_days RENAME TO away")
    try:
        for command in (("remove", DAYS[0]), ("restore", DAYS[0]), ("prune", "--keep", "1")):
            assert "is of version 1.0.0: load any day" in day(days, *command, code=1)
        found = json.loads(day(days, "status", "--format", "json"))
        assert "is of version 1.0.0" in found["warehouse_problem"]
    finally:
        execute(days, "ecommerce", "ALTER TABLE ecommerce_days.away RENAME TO loads_days")
    assert list(days.output.glob(f"*/*/{DAYS[0]}/*.csv"))


# Last: what follows removes days.


def test_prune_by_the_policy_says_what_would_go_and_removes_it_only_when_asked(
    days: Project,
) -> None:
    settings = days.root / "orchestrate/day.meltano.yml"
    text = settings.read_text()
    settings.write_text(text.replace("keep: 30 days, 12 months, 5 years", "keep: 1 day, 2 months"))
    try:
        said = day(days, "prune")
        assert f"{DAYS[0]}: {TABLES} tables" in said
        assert f"{DAYS[1]}: {TABLES} tables" in said
        assert "would be removed" in said
        assert "prune --apply does it" in said
        assert (DAYS[0], "postgres") in states(days)
        # a day that is sealed and was never loaded stays
        days.run("postgres-to-local", "2025-01-31")
        said = day(days, "prune", "--apply")
        assert "2025-01-31 holds what was never loaded" in said
        found = states(days)
        assert {name for name, source in found if found[name, source] != "missing"} == {
            "2025-01-31", DAYS[2], DAYS[3],
        }  # fmt: skip
        said = day(days, "status")
        assert f"{DAYS[0]}  · pruned, 2 days until {DAYS[1]}" in said
    finally:
        settings.write_text(text)


def test_a_policy_keeps_the_newest_day_of_each_period() -> None:
    known = [date(2024, 12, 31), *(date(2025, month, d) for month in (1, 2, 3) for d in (1, 15))]
    assert kept("1 day", known) == {date(2025, 3, 15)}
    assert kept("2 days, 2 months", known) == {
        date(2025, 3, 15), date(2025, 3, 1), date(2025, 2, 15),
    }  # fmt: skip
    assert kept("5 years", known) == {date(2025, 3, 15), date(2024, 12, 31)}
    for wrong in ("", "0 days", "ten days", "3", "3 days 2 months"):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            kept(wrong, known)
