"""One main for all plugins: settings first, then the way that a run needs, in one line why."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PLUGIN = """
import gc
gc.disable()
import json, logging, os, signal, sys, time
from sealed_days.core.errors import SourceError
from sealed_days.core.settings import Settings
from sealed_days.plugin.main import Plugin, main

class Own(Settings, kw_only=True, frozen=True):
    port: int = 1
    rows: bool = False

def run(settings, lines):
    if settings.port == 13:
        raise SourceError("the source is\\n gone")
    if settings.port == 14:
        1 / 0
    if settings.port == 15:  # waits, as a load does for readers
        print(os.getpid(), flush=True)
        time.sleep(300)
    if settings.port == 16:
        print(json.dumps({"collects": gc.isenabled(), "frozen": gc.get_freeze_count()}))
        return
    open("made", "w").close()
    print(json.dumps({"way": "direct", "port": settings.port, "lines": [*lines]}))

class Adapter:
    @staticmethod
    def cli():
        logging.basicConfig(level="INFO", format="SDK %(message)s")
        logging.getLogger("tap-x").warning("at work")
        print(json.dumps({"way": "sdk", "lines": [*sys.stdin] if READS else []}))

READS = "target" in sys.argv.pop(1)
def needs_sdk(settings, first):
    return "rows is set" if settings.rows else "a row came" if "row" in first else None

main(Plugin("target-x" if READS else "tap-x", Own, run, needs_sdk, lambda: Adapter, READS))
"""


def plugin(folder: Path, kind: str, *arguments: str, lines: str = "", **env: str) -> Any:
    base = {k: v for k, v in os.environ.items() if not k.startswith(("SINGER", "SEALED"))}
    return subprocess.run(
        [sys.executable, "-c", PLUGIN, kind, *arguments],
        input=lines,
        capture_output=True,
        text=True,
        cwd=folder,
        env=base | {"LOGLEVEL": "DEBUG"} | env,
    )


def config(folder: Path, **settings: Any) -> str:
    path = folder / f"{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(settings))
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "settings", "why"),
    [
        ([], None, "the command line has no --config"),
        (["--about"], None, "the command line has --about"),
        (["--about=json"], None, "the command line has --about"),
        (["--config", "ENV"], None, "the config comes from the environment"),
        (["--config=ENV"], None, "the config comes from the environment"),
        (["--catalog", "c.json"], {}, "the command line has --catalog"),
        ([], {"rows": True}, "rows is set"),
        ([], {"rows": "true"}, "rows is set"),
        ([], {}, None),
        ([], {"port": "7"}, None),
    ],
)
def test_the_way_is_chosen_and_said(
    tmp_path: Path, arguments: list[str], settings: dict[str, Any] | None, why: str | None
) -> None:
    given = ["--config", config(tmp_path, **settings)] if settings is not None else []
    done = plugin(tmp_path, "tap", *given, *arguments, lines="never read\n")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    if why is None:
        assert said == {"way": "direct", "port": int((settings or {}).get("port", 1)),
                        "lines": ["never read\n"]}  # fmt: skip
        assert "directly: every stream is one whole file" in done.stderr
    else:
        assert said["way"] == "sdk"
        assert f"by the Singer SDK: {why}" in done.stderr
        assert done.stderr.count("at work") == 1, "each line once"
    quiet = plugin(tmp_path, "tap", *given, *arguments, LOGLEVEL="info")
    assert "the Singer SDK:" not in quiet.stderr
    assert "directly" not in quiet.stderr


def test_a_target_looks_at_the_first_line_and_passes_on_all(tmp_path: Path) -> None:
    path = config(tmp_path)
    for lines, way in (("file\nb\n", "direct"), ("row\nb\n", "sdk"), ("", "direct")):
        done = plugin(tmp_path, "target", "--config", path, lines=lines)
        assert json.loads(done.stdout)["way"] == way
        assert json.loads(done.stdout)["lines"] == lines.splitlines(keepends=True)


def test_configs_are_laid_over_each_other(tmp_path: Path) -> None:
    first, second = config(tmp_path, port=2, rows=True), config(tmp_path, rows=False)
    done = plugin(tmp_path, "tap", f"--config={first}", "--config", second)
    assert json.loads(done.stdout) == {"way": "direct", "port": 2, "lines": []}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read: [Errno 2] No such file"),
        ("{", "cannot be read: "),
        ("[1]", "is not a JSON object"),
        ('{"prot": 1}', "tap-x: prot is not a setting (did you mean port?)"),
        ('{"port": "x"}', "tap-x: port is 'x', which is not a whole number"),
        ('{"port": 13}', "the source is gone"),
    ],
)
def test_what_a_user_can_fix_is_one_line(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "config.json"
    if text is not None:
        path.write_text(text)
    done = plugin(tmp_path, "tap", "--config", str(path), LOGLEVEL="info")
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_bug_keeps_its_traceback(tmp_path: Path) -> None:
    done = plugin(tmp_path, "tap", "--config", config(tmp_path, port=14))
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_under_meltano_lines_are_json_at_its_level(tmp_path: Path) -> None:
    logging_file = tmp_path / "logging.json"
    logging_file.write_text('{"root": {"level": "DEBUG"}}')
    path = config(tmp_path)
    env = {"SINGER_SDK_LOG_CONFIG": str(logging_file), "LOGLEVEL": ""}
    (line,) = plugin(tmp_path, "tap", "--config", path, **env).stderr.splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger_name"]) == ("debug", "tap-x")
    assert said["message"] == "directly: every stream is one whole file"
    for text in ("{}", "", '{"root": {"level": "LOUD"}}'):
        logging_file.write_text(text)
        assert plugin(tmp_path, "tap", "--config", path, **env).stderr == ""


@pytest.mark.parametrize(
    ("umask", "variable", "mode"),
    [(0o022, "", 0o644), (0o077, "022", 0o644), (0o077, "027", 0o640), (0, "", 0o664),
     (0o077, "0", 0o664), (0o077, "", 0o600), (0o027, "nonsense", 0o640)],
)  # fmt: skip
def test_staged_files_have_the_users_umask_and_are_never_the_worlds_to_write(
    tmp_path: Path, umask: int, variable: str, mode: int
) -> None:
    before = os.umask(umask)
    try:
        path = config(tmp_path)
        env = {"SEALED_DAYS_UMASK": variable} if variable else {}
        assert plugin(tmp_path, "tap", "--config", path, **env).returncode == 0
    finally:
        os.umask(before)
    assert (tmp_path / "made").stat().st_mode & 0o777 == mode


def test_a_run_collects_its_own_garbage_and_not_what_was_imported(tmp_path: Path) -> None:
    done = plugin(tmp_path, "tap", "--config", config(tmp_path, port=16))
    said = json.loads(done.stdout)
    assert said["collects"]
    assert said["frozen"] > 10_000


PLUGINS = ["tap_postgres", "tap_csv", "target_csv", "target_postgres", "target_ducklake"]


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_imports_nothing_before_it_disables_garbage_collection(name: str) -> None:
    code = f"import sys, sealed_days.{name}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {module for module in done.stdout.split() if module.startswith("sealed_days")}
    assert loaded == {"sealed_days", f"sealed_days.{name}"}


SLOW = ["asyncio", "concurrent.futures", "dotenv", "duckdb", "importlib.metadata", "obstore",
        "pyarrow", "random", "secrets", "shutil", "singer_sdk", "sqlalchemy", "subprocess",
        "tempfile", "yaml"]  # fmt: skip


@pytest.mark.parametrize("name", PLUGINS)
def test_a_start_imports_nothing_that_only_some_runs_need(name: str) -> None:
    code = (
        f"import sealed_days.{name}.run, sealed_days.{name}.settings, sealed_days.plugin.main\n"
        f"import sys; print(*set({SLOW}) & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.skipif(sys.platform != "linux", reason="a service of Linux")
@pytest.mark.parametrize("kind", ["tap", "target"])
@pytest.mark.parametrize("is_stopped", [False, True], ids=["runs", "is stopped"])
def test_a_plugin_ends_when_its_parent_is_killed(
    tmp_path: Path, kind: str, is_stopped: bool
) -> None:
    path = config(tmp_path, port=15)
    parent = subprocess.Popen(
        [sys.executable, "-c",
         "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])",
         PLUGIN, kind, "--config", path],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    if is_stopped:
        os.kill(child, signal.SIGSTOP)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}/cmdline").exists() and _is_running(child):
        assert time.monotonic() < deadline, "it outlives its parent"
        time.sleep(0.01)


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
