"""The fixtures: a project with Northwind in its source, and databases of a test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from el_project import Project, running_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with Northwind in its source and an empty warehouse, for the whole session."""
    with running_project(tmp_path_factory.mktemp("project") / "northwind") as project:
        yield project


@pytest.fixture
def database(project: Project, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty source database of the test's own, which the extractor may read."""
    name = "t_" + "".join(c if c.isalnum() else "_" for c in request.node.name)[:50].lower()
    admin = project.connect("postgres")
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO northwind_reader')
        cursor.execute("GRANT pg_read_all_data TO northwind_reader")
    yield name
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.close()
