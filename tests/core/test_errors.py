"""One line for the user, whatever a name holds, and never a password."""

from __future__ import annotations

import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sealed_days
from sealed_days.core.dialect import check_header
from sealed_days.core.errors import (
    BusyError,
    ConfigurationError,
    UserError,
    one_line,
    one_line_errors,
    printable,
)
from sealed_days.core.singer_settings import PostgresSettings


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("orders", "orders"),
        ("Größe 表 \U0001f600\tx\ny", "Größe 表 \U0001f600\tx\ny"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\rb", "a\\x0db"),
        ("\x00\x07\x7f\x9b", "\\x00\\x07\\x7f\\x9b"),
        ("\u202egpj.exe\u2066", "\\u202egpj.exe\\u2066"),
    ],
)
def test_a_name_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_an_error_is_one_line_and_ends_the_process(caplog: pytest.LogCaptureFixture) -> None:
    assert one_line(UserError("a\n  b\tc ")) == "a b c"
    with pytest.raises(SystemExit) as ended, one_line_errors("tap-x"):
        raise BusyError("busy\nnow")
    assert ended.value.code == 1
    assert caplog.record_tuples == [("tap-x", logging.ERROR, "busy now")]
    with pytest.raises(ZeroDivisionError), one_line_errors("tap-x"):
        raise ZeroDivisionError


def test_log_lines_are_printable() -> None:
    code = (
        "import logging; from sealed_days.plugin.process import log_to_stderr\n"
        "log_to_stderr('tap-x'); logging.getLogger('tap-x').info('\\x1b[2J of %s', 'a\\rb')"
    )
    for env in ({}, {"SINGER_SDK_LOG_CONFIG": "/nowhere"}):
        base = {k: v for k, v in os.environ.items() if not k.startswith("SINGER")}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=base | env
        )
        assert "x1b[2J of a" in done.stderr
        assert "\x1b" not in done.stderr
        assert "\r" not in done.stderr


def test_day_is_printable_on_a_terminal_and_raw_in_a_pipe() -> None:
    code = (
        "import sys; from sealed_days.day import status\n"
        "status.run = lambda *_: print('\\x1b[2J') or 0\n"
        "from sealed_days.day.settings import Settings; Settings.read = lambda: None\n"
        "from sealed_days.day.__main__ import main; main(['status'])"
    )
    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert piped.stdout == "\x1b[2J\n", piped.stderr
    leader, follower = pty.openpty()
    subprocess.run([sys.executable, "-c", code], stdout=follower, check=True)
    os.close(follower)
    assert os.read(leader, 99).strip() == b"\\x1b[2J"
    os.close(leader)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@h:54x2/d",
        "postgresql://u:hunter2@h:99999/d",
        "postgresql://u:hunter2@h:0/d",
        "postgresql://u:hunter2@x@h:5432/d",
        "postgresql:/u:hunter2@h/d",
        "mysql://u:hunter2@h/d",
        "u:hunter2@h/d",
        "hunter2",
        "postgresql://u:hunter2@h:5432/d\n",
        "postgresql://u:hunter2@[::1/d",
        " postgresql://u:hunter2@h/d",
    ],
)
def test_a_malformed_url_is_one_line_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        PostgresSettings.parse({"sqlalchemy_url": url}, "tap-postgres")
    line = str(caught.value)
    assert "sqlalchemy_url (not shown: it holds a password) is not of the form" in line
    assert "hunter2" not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@h/d",
        "postgresql+psycopg2://u:p@h:5432/d?sslmode=require",
        "postgresql://u:a/b#c?d%40@h:5432/d",
        "postgresql://h/d",
        "postgresql:///d?host=/run/x",
        "postgresql://u@[::1]:5432/d",
        "postgresql://",
    ],
)
def test_urls_that_sqlalchemy_reads_are_accepted(url: str) -> None:
    config: dict[str, Any] = {"sqlalchemy_url": url}
    assert PostgresSettings.parse(config, "tap-postgres").sqlalchemy_url == url


@pytest.mark.parametrize(
    ("data", "columns", "fault"),
    [
        (b"id,v\n1,\n", ["id", "v"], None),
        (b'id,"a,""b\nc"\n', ["id", 'a,"b\nc'], None),
        (b"\n1\n", [], None),
        ("é\n".encode(), ["é"], None),
        (b"v,id\n", ["id", "v"], "its header is 'v, id' where its columns are 'id, v'"),
        (b"id\n", ["id", "v"], "its header is 'id' where"),
        (b"", ["id"], "its header is '' where"),
        (b"\xff\xfe\n", ["id"], "no header at all"),
        (b'"id', ["id"], "no header at all"),
        (b"x" * 3_000_000, ["id"], "where its columns are 'id'"),  # csv's limit is others' to set
    ],
)
def test_a_header_is_compared_with_the_columns(
    tmp_path: Any, data: bytes, columns: list[str], fault: str | None
) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    if fault is None:
        check_header(tmp_path / "t.csv", columns)
        return
    with pytest.raises(ValueError) as caught:
        check_header(tmp_path / "t.csv", columns)
    assert fault in str(caught.value)
    assert len(str(caught.value)) < 600


def test_every_error_that_is_raised_has_a_kind() -> None:
    package = Path(sealed_days.__file__).parent
    plain = {
        f"{path.relative_to(package)}:{text.count(chr(10), 0, found.start()) + 1}"
        for path in package.rglob("*.py")
        if path.name != "errors.py"
        for text in [path.read_text("utf-8")]
        for found in re.finditer(r"\bUserError\(", text)
    }

    assert plain == set()
