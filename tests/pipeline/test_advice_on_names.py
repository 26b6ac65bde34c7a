"""A table whose name the warehouse cannot have: the refusal's advice works as it is pasted."""

from __future__ import annotations

import re
from pathlib import Path

from el_project import Project, make_project

JOB = "pipeline-csv-and-postgres-to-local-target-postgres"
LONG = f"s{'c' * 39}", f"t{'a' * 39}"
DAY = "2025-01-01"


def test_the_advice_on_a_name_works_where_it_is_pasted(
    project: Project, database: str, tmp_path: Path
) -> None:
    source = project.connect(database)
    with source.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE loads AS SELECT 1 AS id; CREATE SCHEMA {LONG[0]}; "
            f"CREATE TABLE {'.'.join(LONG)} AS SELECT 2 AS id"
        )
    source.close()
    own = make_project(tmp_path / "own")
    (own.root / ".env").write_text(
        (project.root / ".env").read_text()
        + f'TAP_POSTGRES_DATABASE={database}\nTAP_POSTGRES_FILTER_SCHEMAS=["public", "{LONG[0]}"]\n'
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=names\n"
    )
    said = own.run(JOB, DAY, check=False)
    advice = re.findall(r"in the loader with `source: postgres`.*? write ('.*?': {.*?}), ", said)
    assert len(advice) == 2, said
    yml = own.root / "meltano.yml"
    text = yml.read_text()
    (star,) = re.findall(r"^ *'\*': \{__alias__.*\n", text, re.MULTILINE)
    margin = star[: star.index("'")]
    pasted = "".join(f"{margin}{line}\n" for line in advice)
    yml.write_text(text.replace(star, star + pasted))
    own.run(JOB, DAY)
    warehouse = own.connect("ecommerce")
    try:
        with warehouse.cursor() as cursor:
            for line, expected in zip(sorted(advice), (2, 1), strict=True):
                alias = line.partition("__alias__: ")[2].rstrip("}")
                cursor.execute(f'SELECT id FROM names."{alias}"')
                assert cursor.fetchall() == [(expected,)]
            cursor.execute("DROP SCHEMA names, names_days, names_parts CASCADE")
    finally:
        warehouse.close()
