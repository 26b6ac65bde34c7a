"""`tap-postgres--rows` for other targets, rows that meet a view, and `meltano select`."""

from __future__ import annotations

import json
import re

from el_project import Project

PIPELINE = "pipeline-csv-and-postgres-to-local-target-postgres"
# A target that knows nothing of ours: it counts records and fails on any other message.
FOREIGN_TARGET = """\
#!/usr/bin/env python3
import collections, json, sys
counts = collections.Counter()
for line in sys.stdin:
    message = json.loads(line)
    assert message["type"] in ("SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION"), message
    if message["type"] == "RECORD":
        assert set(message["record"]), message
        counts[message["stream"]] += 1
with open("counts.json", "w") as file:
    json.dump(counts, file)
"""
LOADER = """\
plugins:
  loaders:
  - name: target-foreign
    namespace: target_foreign
    executable: ./foreign_target.py
"""


def test_any_target_takes_the_rows(project: Project) -> None:
    script, loader = project.root / "foreign_target.py", project.root / "orchestrate/f.meltano.yml"
    script.write_text(FOREIGN_TARGET)
    script.chmod(0o755)
    loader.write_text(LOADER)
    try:
        project.meltano("run", "tap-postgres--rows", "target-foreign", DATE="2025-01-01")
    finally:
        loader.unlink()
    counts = json.loads((project.root / "counts.json").read_text())
    assert (counts["public-orders"], counts["public-customers"], len(counts)) == (830, 91, 11)


def test_rows_that_meet_a_view_end_in_one_line_and_go_to_another_schema(project: Project) -> None:
    # a schema of this test's own: another may have loaded a newer day, which views show
    own = {"DATE": "2025-01-01", "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "of_days"}
    project.meltano("run", PIPELINE, **own)
    said = project.meltano("run", "tap-postgres--rows", "target-postgres", check=False, **own)
    errors = [line for line in said.splitlines() if re.search(r"\[error +\] target-postgres", line)]
    assert len(errors) == 1
    assert "of_days.categories is a view: the rows of stream public-categories" in errors[0]
    assert "Traceback" not in "\n".join(errors)

    project.meltano(
        *("run", "tap-postgres--rows", "target-postgres"),
        TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA="in_rows",
    )
    with project.connect("ecommerce") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM in_rows.orders")
        assert cursor.fetchone() == (830,)
        cursor.execute("DROP SCHEMA in_rows CASCADE")


def test_select_lists_what_the_source_has_and_costs_runs_nothing(project: Project) -> None:
    for plugin, column in (
        ("tap-postgres", "public-orders.order_date"),
        ("tap-postgres--rows", "public-orders.order_date"),
        ("tap-csv--from-csv", "order_details.quantity"),
    ):
        said = project.meltano("select", plugin, "--list", "--all")
        assert re.search(rf"\[selected +\] {column}$", said, re.MULTILINE), said
    said = project.run("postgres-to-local", "2025-01-01")
    assert "catalog" not in said  # neither discovery, nor a catalog that is left and ignored
