"""docs/change.md: the line for cron runs as cron would run it, in cron's own environment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from el_project import BIN, REPOSITORY, Project, make_project

PAGE = (REPOSITORY / "docs" / "change.md").read_text("utf-8")


def test_the_line_for_cron_runs_the_pipeline(project: Project, tmp_path: Path) -> None:
    (command,) = re.findall(r"^\d+ \d+ \* \* \*\s+(.*)$", PAGE, re.M)
    own = make_project(tmp_path / "pipeline")
    (own.root / ".venv").symlink_to(BIN.parent)
    (own.root / ".env").write_text(
        (project.root / ".env").read_text() + "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=by_cron\n"
        "PIPELINE_JOB=pipeline\n"
    )
    (own.root / "sources.meltano.yml").write_text(
        "jobs:\n- name: pipeline\n  tasks:\n"
        "  - tap-postgres target-csv--from-postgres\n  - tap-csv target-postgres\n"
    )

    # --no-install: these plugins are the repository's. Meltano, seeing another path, would install
    # them again under the other tests' feet; its setting auto_install has no effect.
    command = command.replace("/srv/pipeline", str(own.root))
    command = command.replace(" run ", " run --no-install ")

    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env={"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LOGNAME": "x"},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    log = (own.root / "run.log").read_text()
    assert done.returncode == 0, log
    assert (done.stdout, done.stderr) == ("", "")  # else cron sends a mail each night
    assert "by_cron.* shows" in log
    with own.connect("ecommerce") as warehouse, warehouse.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM by_cron.orders")
        assert cursor.fetchone() == (830,)
        cursor.execute("DROP SCHEMA by_cron, by_cron_days, by_cron_parts CASCADE")
