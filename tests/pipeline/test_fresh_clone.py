"""A fresh clone installs and runs anywhere: slow, because everything is installed anew."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from el_project import REPOSITORY, Project

HARD = "a b/ça#va/O'x"
"""What a path may hold. Not `"` and a backslash, which Meltano's own splitting of pip_url reads."""


def plugins() -> list[dict]:
    files = [REPOSITORY / "meltano.yml", *(REPOSITORY / "orchestrate").glob("*.meltano.yml")]
    groups = [yaml.safe_load(path.read_text("utf-8"))["plugins"] for path in files]
    found = [plugin for group in groups for kind in group.values() for plugin in kind]
    # one that inherits from another is installed as that one is
    return [plugin for plugin in found if "inherit_from" not in plugin]


@pytest.mark.parametrize("plugin", plugins(), ids=lambda plugin: plugin["name"])
def test_pip_url_survives_any_path(plugin: dict) -> None:
    # Meltano fills in the root, then splits the text as a shell would
    text = plugin["pip_url"].replace("${MELTANO_PROJECT_ROOT}", f"/x/{HARD}")
    option, root, *rest = shlex.split(text)
    assert (option, root) == ("--directory", f"/x/{HARD}")
    # all else is relative to it: uv takes a # in a path given to it for a fragment
    assert not [word for word in rest if "/x/" in word]


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A clone of what is committed, or about to be."""
    folder = tmp_path / HARD
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    yield folder
    make(folder, "clean", check=False)


def make(folder: Path, *arguments: str, check: bool = True, **env: str) -> str:
    kept = {"HOME": os.environ.get("HOME", "/"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=kept | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert not check or done.returncode == 0, done.stdout
    return done.stdout


def pythons() -> list[str]:
    """Return what can be had of the supported versions, one each."""
    found = []
    for minor in range(11, 15):
        candidates = [
            shutil.which(f"python3.{minor}") or "",
            *map(str, Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python")),
        ]
        for path in candidates:
            works = ["-c", "import sys, ensurepip; print(sys.version_info[1])"]
            if path and subprocess.run([path, *works], capture_output=True).returncode == 0:
                found.append(path)
                break
    return found


@pytest.mark.slow
@pytest.mark.parametrize("python", pythons())
def test_make_run_in_a_folder_with_a_hard_name(clone: Path, python: str) -> None:
    said = make(clone, "run", "DATE=2025-01-01", f"PYTHON={python}")
    assert "2025-01-01 is complete: 14 tables" in said
    assert "orders_with_details: 2,155 rows" in said


@pytest.mark.slow
def test_a_mirror_in_pips_variable_is_uvs_too(clone: Path) -> None:
    make(clone, ".venv/installed")
    (clone / ".venv/installed").unlink()
    # nothing listens there: what is not cached cannot come from anywhere else
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_NO_CACHE": "1"}
    said = make(clone, ".venv/installed", check=False, **nowhere)
    assert "127.0.0.1:9" in said


@pytest.mark.slow
def test_make_run_ends_well_for_every_mix_of_own_and_embedded(
    clone: Path, project: Project, database: str
) -> None:
    make(clone, "install", "up")
    other = project.dotenv()
    admin = project.connect(database)
    with admin.cursor() as cursor:
        cursor.execute('CREATE TABLE "Order Lines" AS SELECT 1 AS "Id"')
        cursor.execute('CREATE TABLE "user" (id int primary key)')
        cursor.execute(f'GRANT CREATE, CONNECT ON DATABASE "{database}" TO ecommerce_owner')
    admin.close()
    made = (clone / ".env").read_text()
    of_source = {f"TAP_POSTGRES_{n}": other[f"TAP_POSTGRES_{n}"] for n in ("PORT", "PASSWORD")}
    of_source["TAP_POSTGRES_DATABASE"] = database
    of_warehouse = {
        f"TARGET_POSTGRES_{n}": other[f"TARGET_POSTGRES_{n}"] for n in ("PORT", "PASSWORD")
    }
    of_warehouse["TARGET_POSTGRES_DATABASE"] = database
    for own, tables in (
        (of_source, ['"Order Lines"', '"user"', "order_details"]),
        (of_warehouse, ["orders", "order_details"]),
        (of_source | of_warehouse, ['"Order Lines"', '"user"', "order_details"]),
    ):
        lines = [
            f"{name}={own[name]}" if (name := line.partition("=")[0]) in own else line
            for line in made.splitlines()
        ]
        (clone / ".env").write_text("\n".join(lines) + "\n")
        said = make(clone, "run", "DATE=2025-01-02")
        assert "2025-01-02 is complete" in said
        assert all(f"\n{table} " in said for table in tables)
        # the evidence is the demonstration's: no query of it is run on another source
        assert ("orders_with_details: " in said) == (own is of_warehouse)


PIPELINE = "pipeline-csv-and-postgres-to-local-target-postgres"


@pytest.mark.slow
def test_meltano_by_pipx_alone_runs_and_goes_on_after_kill_nine(
    clone: Path, project: Project, tmp_path: Path
) -> None:
    page = (clone / "docs" / "install.md").read_text("utf-8")
    section = page[page.index("## Meltano by pipx") :].split("\n## ")[0]
    install, cure = re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
    inject = cure.splitlines()[0]
    venv.create(tmp_path / "pipx", with_pip=True)
    bin_ = tmp_path / "pipx" / "bin"
    subprocess.run([bin_ / "pip", "install", "--quiet", "pipx"], check=True)
    own = [line for line in (project.root / ".env").read_text().splitlines() if "POSTGRES_" in line]
    (clone / ".env").write_text(
        "\n".join([*own, "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=by_pipx"]) + "\n"
    )
    env = {
        "HOME": os.environ["HOME"],
        "PATH": f"{tmp_path}/bin:{bin_}:/usr/bin:/bin",
        "PIPX_HOME": str(tmp_path / "home"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_DEFAULT_PYTHON": sys.executable,
    }

    def shell(command: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-ec", command], cwd=clone, env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
        )  # fmt: skip
        return f"{done.stdout}\nexit {done.returncode}"

    def kill_in_mid_run() -> None:
        process = subprocess.Popen(
            ["meltano", "run", PIPELINE], cwd=clone, env=env | {"DATE": "2025-01-02"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            executable=tmp_path / "bin" / "meltano",
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if "tap-postgres" in line and "Running job" not in line:
                break
        process.kill()
        process.wait()

    assert "by_pipx.* shows 2025-01-01" in shell(install)
    kill_in_mid_run()
    refused = shell(f"DATE=2025-01-02 meltano run {PIPELINE}")
    assert "'--force' option" in refused  # where the user meets it, Meltano names the cure
    said = shell(f"DATE=2025-01-02 meltano run --force {PIPELINE}")
    assert "by_pipx.* shows 2025-01-02" in said
    kill_in_mid_run()
    assert "exit 0" in shell(inject)
    assert "exit 0" in shell(f"DATE=2025-01-02 meltano run {PIPELINE}")
    with project.connect("ecommerce") as warehouse, warehouse.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM by_pipx_days.orders")
        assert cursor.fetchone() == (1660,)
        cursor.execute("DROP SCHEMA by_pipx, by_pipx_days, by_pipx_parts CASCADE")
