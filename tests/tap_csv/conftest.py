"""The tap by both ways through it, or by the one that users take."""

from __future__ import annotations

import pytest
from tap import Run


@pytest.fixture(params=["direct", "sdk"])
def run(tmp_path, capsys, caplog, request) -> Run:
    """The tap by both ways through it: what it promises does not depend on the way."""
    return Run(tmp_path, capsys, caplog, request.param)


@pytest.fixture
def direct(tmp_path, capsys, caplog) -> Run:
    """The tap by the way that users' runs take."""
    return Run(tmp_path, capsys, caplog, "direct")
