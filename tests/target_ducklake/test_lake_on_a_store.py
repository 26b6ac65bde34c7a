"""Days and lake on a real S3 server, catalog in a PostgreSQL: nothing of either on this disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import object_store
import pytest
from lake_project import D1, D2, LakeProject, T, plain_duckdb

from embedded_store.server import Store
from sealed_days.store.days import StagedDays
from sealed_days.store.place import days_at

pytestmark = pytest.mark.skipif(not object_store.WEED.exists(), reason="make .seaweedfs/installed")


class OnAStore(LakeProject):
    """Days and lake below one STAGE_ROOT."""

    url: str

    def days(self, source: str) -> StagedDays:
        return days_at(self.url, source, f"{source}-to-local")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with object_store.running(tmp_path_factory.mktemp("seaweedfs")) as store:
        yield store


@pytest.fixture
def lake(server: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OnAStore:
    lake = OnAStore(tmp_path)
    lake.url = object_store.new_root()
    (tmp_path / "tmp").mkdir()
    lake.variables = server.variables | {
        "STAGE_ROOT": lake.url,
        "TMPDIR": str(tmp_path / "tmp"),
    }
    for name, value in lake.variables.items():
        monkeypatch.setenv(name, value)
    return lake


def reader(lake: OnAStore, catalog: str) -> Any:
    connection = plain_duckdb("ducklake", "sqlite_scanner", "postgres_scanner", "httpfs")
    said = lake.variables
    connection.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{said['AWS_ACCESS_KEY_ID']}', "
        f"SECRET '{said['AWS_SECRET_ACCESS_KEY']}', URL_STYLE 'path', USE_SSL false, "
        f"ENDPOINT '{said['AWS_ENDPOINT_URL'].removeprefix('http://')}')"
    )
    connection.execute(f"ATTACH 'ducklake:{catalog}' AS lake (READ_ONLY, META_SCHEMA 'lakes')")
    return connection


def test_a_day_goes_from_the_store_to_the_store(lake: OnAStore, postgres: str) -> None:
    config = {"catalog": postgres, "catalog_schema": "lakes"}
    for day in (D1, D2):
        lake.stage(day, orders=T({"id": "integer", "name": "text"}, [("1", day), ("2", "")]))
        lake.load(day, **config)
    assert "nothing to do" in lake.load(D1, **config)
    with reader(lake, f"postgres:{postgres}") as connection:
        assert connection.execute("FROM lake.ecommerce.orders").fetchall() == [(1, D2), (2, "")]
        assert connection.execute("SELECT count(*) FROM lake.ecommerce_days.orders").fetchone() == (
            4,
        )
        [(data,)] = connection.execute(
            "SELECT value FROM lake.options() WHERE option_name = 'data_path'"
        ).fetchall()
    assert data == f"{lake.url}/lake/"
    assert [path for path in lake.root.rglob("*") if path.suffix in {".csv", ".parquet"}] == []


def test_a_day_on_the_store_that_is_damaged_does_not_go_in(
    lake: OnAStore, postgres: str, server: Store
) -> None:
    from sealed_days.store.objects import Objects

    lake.stage(D1, orders=T({"id": "integer", "name": "text"}, [("1", "a")]))
    [table] = lake.days("postgres").open(date.fromisoformat(D1)).tables
    objects = Objects(lake.url)
    key = str(table.file.path).removeprefix(f"{lake.url}/")
    data, version = objects.read(key) or (b"", None)
    objects.publish(key, data.replace(b"a\n", b"b\n"), version)
    said = lake.load(D1, check=False, catalog=postgres, catalog_schema="damaged")
    assert "is damaged: its sha256 is not that of the manifest" in said


@pytest.mark.parametrize("url", ["gs://b/p", "az://c/p"])
def test_another_kind_of_store_is_refused_in_one_line(lake: OnAStore, url: str) -> None:
    lake.stage(D1, orders=T({"id": "integer"}, [("1",)]))
    assert "set TARGET_DUCKLAKE_DATA_PATH" in lake.load(D1, check=False, data_path=url)


def test_a_catalog_that_does_not_answer_is_one_line_without_its_password(lake: OnAStore) -> None:
    lake.stage(D1, orders=T({"id": "integer"}, [("1",)]))
    said = lake.load(D1, check=False, catalog="postgresql://me:s3cret%2Fp@127.0.0.1:9/x")
    assert "opening the lake's catalog (TARGET_DUCKLAKE_CATALOG): " in said
    assert "s3cret" not in said
    assert len(said.splitlines()) == 1


def test_missing_credentials_are_named(tmp_path: Path) -> None:
    lake = LakeProject(tmp_path)
    lake.stage(D1, orders=T({"id": "integer"}, [("1",)]))
    said = lake.load(D1, check=False, data_path="s3://days/elsewhere")
    assert "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION" in said
