"""Other people's CSV files through the real `meltano run`, to disk and to the warehouse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from el_project import Project, make_project

JOB = "orders-details-csv-to-local"
DAY = "2025-06-01"
EXPORT = """sep=;\r
"Id";"Paid on";"Total (EUR)";"Ok";"Tags"\r
"1";"31/12/2024";"1.234,50";"sim";"{a,""b c""}"\r
"2";"";"";"";""\r
"x";"01/01/2025";"1,00";"sim";""\r
TOTAL;;1.235,50;;\r
"""
ENTRY: dict[str, Any] = {
    "entity": "payments",
    "keys": ["id"],
    "columns": {"Id": "id", "Paid on": "paid_on", "Total (EUR)": "total", "Ok": "ok"},
    "types": {
        "id": "integer", "paid_on": "date", "total": "numeric(10,2)", "ok": "boolean",
        "Tags": "text[]",
    },
    "decimal": ",",
    "thousands": ".",
    "date_format": "%d/%m/%Y",
    "true_values": ["sim"],
    "false_values": ["nao"],
    "quoted_nulls": True,
    "skip_footer": 1,
    "on_bad_row": "quarantine",
}  # fmt: skip


def files(*entries: dict[str, Any]) -> dict[str, str]:
    return {"TAP_CSV__FROM_CSV_FILES": json.dumps(entries)}


def day(project: Project, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sealed_days.day", *args],
        cwd=project.root, env=project.env(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_export_reaches_the_warehouse_with_its_values_and_bad_rows_are_shown_everywhere(
    project: Project, tmp_path: Path
) -> None:
    # output and schema of its own: the report shows the first troubles of all days only
    own = make_project(tmp_path / "own")
    variables = (project.root / ".env").read_text()
    (own.root / ".env").write_text(f"{variables}\nTARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=payments\n")
    project = own
    (tmp_path / DAY).mkdir()
    (tmp_path / DAY / "payments.csv").write_text(EXPORT, newline="")
    entry = {**ENTRY, "path": f"{tmp_path}/{{date}}/*.csv"}
    project.run(JOB, DAY, **files(entry))
    project.run("postgres-to-local", DAY)
    project.run("local-csv-to-postgres", DAY)
    with project.connect("ecommerce") as connection, connection.cursor() as cursor:
        cursor.execute('SELECT id, paid_on::text, total::text, ok, "Tags" FROM payments.payments')
        rows = cursor.fetchall()
    assert sorted(rows) == [
        (1, "2024-12-31", "1234.50", True, ["a", "b c"]),
        (2, None, None, None, None),
    ]
    rejects = (project.output / "csv" / "payments" / DAY / "rejects.csv").read_text()
    assert '"""x"";""01/01/2025"";""1,00"";""sim"";"""""' in rejects
    shown = "payments: 1 bad row set aside"
    assert shown in day(project, "status", "--from", DAY, "--to", DAY)
    document = json.loads(day(project, "status", "--from", DAY, "--to", DAY, "--format", "json"))
    tables = [t for s in document["days"][0]["sources"] for t in s["tables"]]
    assert [t["rejected_rows"] for t in tables if t["table"] == "payments"] == [1]
    assert "1 bad row of csv payments was set aside" in day(project, "summary", DAY)
    day(project, "report")
    assert shown in (project.output / "report.html").read_text()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"null_values": "NA"}, "files[0].null_values is 'NA', which is not a list"),
        ({"delimiter": 5}, "files[0].delimiter is 5, which is not one character"),
        ({"delimeter": ";"}, "files[0].delimeter is not a setting (did you mean delimiter?)"),
        ({"path": "drop//o.csv"}, "write {date}"),
        ({"path": "none/{date}.csv"}, "none/2025-06-02.csv is missing"),
        ({"entity": "loads"}, "is a table of the warehouse's own"),
    ],
)
def test_wrong_entry_is_one_line_and_touches_nothing(
    project: Project, wrong: dict[str, Any], said: str
) -> None:
    entry = {"entity": "payments", "path": "data/order_details.csv", **wrong}
    out = project.run(JOB, "2025-06-02", check=False, **files(entry))
    assert said in out
    assert "Traceback" not in out
    assert not (project.output / "csv" / "payments" / "2025-06-02").exists()


def test_select_in_meltano_leaves_the_column_out_of_the_file(project: Project) -> None:
    rules = {"TAP_CSV__FROM_CSV__SELECT": json.dumps(["*.*", "!order_details.discount"])}
    project.run(JOB, "2025-06-03", **rules)
    header = project.file("order_details", "2025-06-03", "csv").read_text().split("\n")[0]
    assert header == "order_id,product_id,unit_price,quantity"
