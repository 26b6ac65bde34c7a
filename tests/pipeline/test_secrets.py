"""What Meltano writes for a run is its owner's alone, and what dead runs left goes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from el_project import Project
from test_postgres_to_local import JOB, is_alive, sql, wait_until


def modes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def configs(project: Project) -> list[Path]:
    return sorted((project.root / ".meltano" / "run").glob("*/*.config.json"))


def is_waiting(project: Project, database: str) -> bool:
    """Return whether a session waits for a lock in a database."""
    connection = project.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database "
                       "WHERE NOT granted AND datname = %s", (database,))  # fmt: skip
        found = cursor.fetchall()
    connection.close()
    return bool(found)


def test_configs_with_passwords_are_private_and_do_not_outlive_a_kill(
    project: Project, database: str
) -> None:
    sql(project, database, "CREATE TABLE t AS SELECT 1 AS a")
    holder = project.connect(database)
    holder.autocommit = False
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE t")
    before = os.umask(0o022)
    try:
        run = project.start("run", JOB, DATE="2025-04-01", TAP_POSTGRES_DATABASE=database)
        wait_until(lambda: len(configs(project)) == 2)
        wait_until(lambda: is_waiting(project, database))
        password = project.dotenv()["TAP_POSTGRES_PASSWORD"]
        assert any(password in path.read_text() for path in configs(project))
        for path in configs(project):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE((project.root / ".meltano").stat().st_mode) == 0o700
        left = configs(project)
        other = project.start("run", JOB, DATE="2025-04-02")
        said, _ = other.communicate(timeout=240)
        assert other.returncode == 0, said
        assert configs(project) == left, "those of a run that is alive stay"
        run.kill()
        run.communicate(timeout=60)
        wait_until(lambda: not is_alive(run.pid))
        assert configs(project) == left
        project.run(JOB, "2025-04-02")
        assert configs(project) == []
    finally:
        os.umask(before)
        holder.close()
    for name, mode in modes(project.output / "postgres").items():
        assert mode == 0o644, (name, oct(mode))
