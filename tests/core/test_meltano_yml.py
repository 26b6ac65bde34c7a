"""meltano.yml is read as Meltano reads it, and its pipeline is the list of sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from el_project import REPOSITORY, Project, make_project

from sealed_days.core.errors import ConfigurationError
from sealed_days.core.meltano_yml import MeltanoYml, Source, job_of_run, stage_root

FULL = "pipeline-csv-and-postgres-to-local-target-postgres"
ENV = """\
TAP_POSTGRES_HOST=of-dotenv
TAP_POSTGRES_USER='us$HOME'
TAP_POSTGRES_PASSWORD=of-dotenv
TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=sales
"""
MORE = {
    "environments": [
        {"name": "dev"},
        {
            "name": "prod",
            "env": {"TAP_POSTGRES_HOST": "of-prod", "STAGE_ROOT": "${MELTANO_PROJECT_ROOT}/prod"},
            "config": {
                "plugins": {
                    "extractors": [
                        {"name": "tap-postgres", "config": {"database": "of-prod", "user": "no"}}
                    ]
                }
            },
        },
    ]
}
SHOP = """\
plugins:
  extractors:
  - name: tap-postgres--shop
    inherit_from: tap-postgres
    config: {database: shop, stream_options: {public-a\\.b: {day_column: day}}}
  - name: tap-github
    namespace: tap_github
    executable: tap-github
  loaders:
  - name: target-csv--shop
    inherit_from: target-csv--from-postgres
    config: {source: shop}
  - name: target-csv--github
    inherit_from: target-csv--from-postgres
    config: {source: github}
jobs:
- name: shop-to-local
  tasks: [tap-postgres--shop target-csv--shop]
- name: everything
  tasks:
  - tap-postgres--shop target-csv--shop
  - [tap-github, target-csv--github]
  - tap-csv target-postgres
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("STAGE_ROOT", "PIPELINE_JOB", "MELTANO_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    return make_project(tmp_path / "project")


def test_the_pipelines_tasks_are_the_sources(project: Project) -> None:
    pipeline = MeltanoYml.read(project.root).pipeline()
    assert (pipeline.job, pipeline.load_job) == (FULL, "local-csv-to-postgres")
    assert pipeline.sources == [
        Source("postgres", "postgres-to-local", "tap-postgres", "target-csv--from-postgres"),
        Source(
            "csv", "orders-details-csv-to-local", "tap-csv--from-csv", "target-csv--order-details"
        ),
    ]
    assert MeltanoYml.read(project.root).faults() == []


def test_a_source_is_one_task_more_or_less(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "orchestrate/mine.meltano.yml").write_text(SHOP)
    monkeypatch.setenv("PIPELINE_JOB", "everything")
    found = MeltanoYml.read(project.root)
    # a source without a job of its own is run by its plugins
    assert found.pipeline().jobs == {
        "shop": "shop-to-local",
        "github": "tap-github target-csv--github",
    }
    monkeypatch.setenv("PIPELINE_JOB", "none")
    with pytest.raises(ConfigurationError, match="PIPELINE_JOB=none is no job"):
        found.read(project.root).pipeline()
    monkeypatch.setenv("PIPELINE_JOB", "shop-to-local")
    with pytest.raises(ConfigurationError, match="shop-to-local does not stage sources and load"):
        found.read(project.root).pipeline()


def test_names_that_differ_are_named(project: Project) -> None:
    text = (project.root / "meltano.yml").read_text()
    pair = "  - tap-csv--from-csv target-csv--order-details\n"
    # taken out of the pipeline, which comes last, and left as a job
    before, _, after = text.rpartition(pair)
    (project.root / "meltano.yml").write_text(before + after)
    assert (
        "the job orders-details-csv-to-local stages csv"
        in MeltanoYml.read(project.root).faults()[0]
    )
    text = text.replace("      source: csv\n", "      source: postgres\n      job: old\n")
    (project.root / "meltano.yml").write_text(text)
    faults = "\n".join(MeltanoYml.read(project.root).faults())
    assert "target-csv--order-details has job: old" in faults
    assert f"2 tasks of {FULL} stage the source postgres" in faults


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("plugin", ["tap-postgres", "tap-postgres--shop", "target-postgres"])
def test_settings_are_those_that_meltano_hands_over(
    project: Project, monkeypatch: pytest.MonkeyPatch, environment: str, plugin: str
) -> None:
    (project.root / ".env").write_text(ENV)
    path = project.root / "meltano.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | MORE, sort_keys=False))
    (project.root / "orchestrate/mine.meltano.yml").write_text(SHOP)
    variables = {"TAP_POSTGRES_PASSWORD": "of-process", "MELTANO_ENVIRONMENT": environment}
    handed = json.loads(project.stdout("invoke", "--dump=config", plugin, **variables))
    for name, value in (project.env() | variables).items():
        monkeypatch.setenv(name, value)
    found = MeltanoYml.read(project.root)
    names = ["host", "user", "password", "database", "default_target_schema", "filter_schemas"]
    names += ["stream_options"]  # with a stream whose name has a dot
    assert {n: found.setting(plugin, n) for n in names if n in handed} == {
        n: handed[n] for n in names if n in handed
    }
    assert found.get("STAGE_ROOT") == (f"{project.root}/prod" if environment == "prod" else "")
    if plugin == "tap-postgres":
        assert handed["host"] == ("of-prod" if environment == "prod" else "of-dotenv")
        assert handed["user"] == "us$HOME"


def test_the_job_of_a_run_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert job_of_run() == ""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(project.root))
    monkeypatch.setenv("MELTANO_EXTRACTOR_NAME", "tap-postgres")
    monkeypatch.setenv("MELTANO_LOADER_NAME", "target-csv--from-postgres")
    assert job_of_run() == "postgres-to-local"
    monkeypatch.setenv("MELTANO_EXTRACTOR_NAME", "tap-github")
    assert job_of_run() == "tap-github target-csv--from-postgres"


def test_stage_root_moves_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    assert stage_root("/x/output") == Path("/x/output")
    monkeypatch.setenv("STAGE_ROOT", "elsewhere")
    assert stage_root("/x/output") == tmp_path / "elsewhere"
    monkeypatch.setenv("STAGE_ROOT", "/mnt/days")
    assert stage_root("/x/output") == Path("/mnt/days")


def test_no_file_and_no_yaml_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        MeltanoYml.read(tmp_path)
    (tmp_path / "meltano.yml").write_text("jobs: [")
    with pytest.raises(ConfigurationError, match="is no YAML"):
        MeltanoYml.read(tmp_path)
    assert (REPOSITORY / "meltano.yml").exists()
