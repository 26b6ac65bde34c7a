"""What a person sees: log in, trigger the DAG for a day, wait for green.

`AIRFLOW_UI_PICTURE=docs/airflow-ui.png pytest -m browser` renews the picture of the README.
"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from airflow_project import DAG, REPOSITORY, Project, wait_for

CHROMIUM = shutil.which("chromium")
FLAGS = (  # what a container without a graphics card needs
    *("--no-sandbox", "--disable-dev-shm-usage"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]
playwright = pytest.importorskip(
    "playwright.sync_api", reason="no playwright: it is in requirements/project.in"
)


@pytest.fixture
def page(served: Project) -> Iterator["playwright.Page"]:
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(
            viewport={"width": 1280, "height": 720},
            base_url=f"http://localhost:{served.environment['AIRFLOW_API_PORT']}",
        )
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def test_log_in_trigger_a_day_and_see_it_green(served: Project, page: "playwright.Page") -> None:
    variables = served.settings.variables
    page.goto("/")
    page.locator("#username").fill(variables.get("AIRFLOW_ADMIN_USER"))
    page.locator("#password").fill(variables.get("AIRFLOW_ADMIN_PASSWORD"))
    page.locator("input[type=submit]").click()

    page.goto(f"/dags/{DAG}")
    page.get_by_test_id("trigger-dag-button").click()
    form = page.get_by_role("dialog")
    form.locator("#element_date").fill("2025-01-05")
    form.get_by_role("button", name="Trigger").click()

    def triggered() -> str | None:
        rows = served.metadata(
            "SELECT run_id FROM dag_run WHERE dag_id = %s AND conf->>'date' = '2025-01-05' "
            "AND run_type = 'manual' AND triggering_user_name = %s",
            DAG,
            variables.get("AIRFLOW_ADMIN_USER"),
        )
        return rows[0][0] if rows else None

    run_id = wait_for("the run of the click", triggered, 60)
    assert served.await_run(run_id) == "success"
    assert served.warehouse(
        "SELECT count(*) > 0 FROM ecommerce_days.loads WHERE date = %s", date(2025, 1, 5)
    ) == [(True,)]

    page.goto(f"/dags/{DAG}/runs/{run_id}")
    page.get_by_role("button", name=re.compile("graph", re.IGNORECASE)).first.click()
    for task in ("postgres-to-local", "orders-details-csv-to-local", "local-csv-to-postgres"):
        page.get_by_test_id(f"rf__node-{task}").get_by_text("Success").wait_for()
    page.wait_for_load_state("networkidle")
    picture = served.root / "airflow-ui.png"
    page.screenshot(path=picture)
    if wanted := os.environ.get("AIRFLOW_UI_PICTURE"):
        (REPOSITORY / wanted).parent.mkdir(exist_ok=True)
        shutil.copy(picture, REPOSITORY / Path(wanted))
