"""Errors that a user can fix have a kind, so that callers and tests can tell them apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sealed_days
from sealed_days.core.errors import ConfigurationError, UserError, one_line_errors


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


def test_what_a_user_can_fix_is_one_line_and_a_bug_keeps_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(SystemExit) as ended, one_line_errors("tap-shop"):
        raise ConfigurationError("port is 'abc':\n  change it")

    assert ended.value.code == 1
    assert caplog.messages == ["port is 'abc': change it"]
    assert issubclass(ConfigurationError, UserError)
    with pytest.raises(ZeroDivisionError), one_line_errors("tap-shop"):
        _ = 1 / 0
