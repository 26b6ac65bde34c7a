"""A month of daily drops by tap and target: what changes is taken, said, or refused; never lost."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("meltanolabs_target_csv")

from sealed_days.core.errors import UserError
from sealed_days.store.days import StagedDays
from sealed_days.tap_csv.run import run as run_tap
from sealed_days.tap_csv.settings import Settings as TapSettings
from sealed_days.target_csv.run import run as run_target
from sealed_days.target_csv.settings import Settings as TargetSettings

FIRST = date(2025, 1, 1)
NEW_COLUMN, LOST_COLUMN, OTHER_DELIMITER, TRUNCATED, MISSING = 5, 10, 15, 20, 25


def drop(number: int) -> bytes | None:
    """Return what is dropped on a day, None where nothing is."""
    header, row = "id;amount;note", "{0};{0},5;x"
    if number >= NEW_COLUMN:
        header, row = header + ";channel", row + ";web"
    if number >= LOST_COLUMN:
        header, row = header.replace(";note", ""), row.replace(";x", "")
    text = f"{header}\r\n" + "".join(f"{row.format(n)}\r\n" for n in range(number * 10, 400))
    if number == OTHER_DELIMITER:
        text = text.replace(",", ".").replace(";", ",")
    if number == MISSING:
        return None
    data = gzip.compress(text.encode("latin-1"))
    return data[: len(data) // 2] if number == TRUNCATED else data


def settings(folder: Path, day: date) -> tuple[TapSettings, TargetSettings]:
    entry = {
        "entity": "payments",
        "path": str(folder / "drop" / "{date:%Y%m}" / "payments_{date:%d}.csv.gz"),
        "keys": ["id"],
        "types": {"id": "integer", "amount": "numeric(8,2)"},
        "delimiter": ";",
        "decimal": ",",
        "encoding": "latin-1",
    }
    scratch = {"storage": {"root": str(folder / "output" / ".scratch")}}
    tap: dict[str, Any] = {"files": [entry], "date": day.isoformat(), "batch_config": scratch}
    target = {"output_path": str(folder / "output"), "source": "csv", "date": day.isoformat()}
    return TapSettings.parse(tap, "tap-csv"), TargetSettings.parse(target, "target-csv")


def stage(folder: Path, day: date, monkeypatch: Any) -> None:
    tap, target = settings(folder, day)
    out = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        run_tap(tap, [])
    run_target(target, out.getvalue().splitlines(keepends=True))


def test_month_of_drops(tmp_path, monkeypatch, caplog):
    refused: dict[int, str] = {}
    said: dict[int, str] = {}
    for number in range(30):
        day = FIRST + timedelta(number)
        path = tmp_path / "drop" / f"{day:%Y%m}" / f"payments_{day:%d}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        if (data := drop(number)) is not None:
            path.write_bytes(data)
        caplog.clear()
        try:
            stage(tmp_path, day, monkeypatch)
        except UserError as error:
            refused[number] = str(error)
        said[number] = caplog.text
    assert set(refused) == {OTHER_DELIMITER, TRUNCATED, MISSING}
    assert "is its delimiter ','?" in refused[OTHER_DELIMITER]
    assert "cut off or damaged" in refused[TRUNCATED]
    assert "payments_26.csv.gz is missing" in refused[MISSING]
    assert "lost the column note" in said[LOST_COLUMN]
    days = StagedDays(tmp_path / "output", "csv")
    sealed = days.list()
    assert len(sealed) == 27
    for day in sealed:
        number = (day - FIRST).days
        [table] = days.open(day).tables
        names = ["id", "amount", "note", "channel"]
        if number < NEW_COLUMN:
            names.remove("channel")
        if number >= LOST_COLUMN:
            names.remove("note")
        assert [name for name, _, _ in table.columns] == names
        assert table.file.rows == 400 - number * 10
        first = table.file.path.read_text().splitlines()[1]
        assert first.startswith(f"{number * 10},{number * 10}.5")
    # the sender drops the right file later: the day is sealed then, and no other changes
    before = [days.manifest_path(day).read_bytes() for day in sealed]
    day = FIRST + timedelta(TRUNCATED)
    path = tmp_path / "drop" / f"{day:%Y%m}" / f"payments_{day:%d}.csv.gz"
    path.write_bytes(gzip.compress(b"id;amount;channel\r\n1;2,5;web\r\n"))
    stage(tmp_path, day, monkeypatch)
    assert [days.manifest_path(day).read_bytes() for day in sealed] == before
    assert json.loads(days.manifest_path(day).read_bytes())["rows"] == 1
