"""Runs the tap in this process, one way or the other, and keeps what it said."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sealed_days.core.errors import UserError
from sealed_days.tap_csv.run import needs_sdk
from sealed_days.tap_csv.run import run as run_directly
from sealed_days.tap_csv.settings import Settings

csv.field_size_limit(1 << 30)


class Run:
    """Runs the tap in this process, one way or the other, and keeps what it said."""

    def __init__(self, tmp_path: Path, capsys: Any, caplog: Any, way: str) -> None:
        self.folder, self.capsys, self.caplog, self.way = tmp_path, capsys, caplog, way
        self.file = tmp_path / "in" / "orders.csv"
        self.file.parent.mkdir()
        self.scratch = tmp_path / "scratch"
        self.batch = {
            "encoding": {"format": "csv"},
            "storage": {"root": self.scratch.as_uri()},
        }

    def config(self, content: bytes | None = None, batch: bool = True, **entry: Any) -> dict:
        if content is not None:
            self.file.write_bytes(content)
        top = {
            name: entry.pop(name)
            for name in (
                "on_bad_row",
                "max_bad_rows",
                "add_metadata_columns",
                "date",
                "stream_maps",
            )
            if name in entry
        }
        config = {"files": [{"entity": "orders", "path": str(self.file), **entry}], **top}
        return config | ({"batch_config": self.batch} if batch else {})

    def sync(self, config: dict) -> list[dict]:
        self.caplog.clear()
        self.caplog.set_level("INFO")
        self.capsys.readouterr()
        settings = Settings.parse(config, "tap-csv")
        if self.way == "direct" and needs_sdk(settings, "") is None:
            run_directly(settings, [])
        else:
            from sealed_days.tap_csv.sdk import TapCSV

            TapCSV(config=config).sync_all()
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]

    def take(self, content: bytes, **entry: Any) -> bytes:
        """Return the file that the BATCH names, its proof checked."""
        return self.taken(self.sync(self.config(content, **entry)))

    def taken(self, messages: list[dict]) -> bytes:
        assert [m["type"] for m in messages] == ["SCHEMA", "BATCH", "ACTIVATE_VERSION"]
        (uri,) = messages[1]["manifest"]
        data = Path(uri.removeprefix("file://")).read_bytes()
        (proof,) = messages[1]["files"]
        assert proof["bytes"] == len(data)
        assert proof["sha256"] == hashlib.sha256(data).hexdigest()
        rows = list(csv.reader(data.decode().splitlines(keepends=True)))
        assert proof["rows"] == len(rows) - 1
        return data

    def refuse(self, content: bytes | None = None, **entry: Any) -> str:
        """Return all that is logged or raised when the file is refused."""
        before = set(self.scratch.rglob("*"))
        with pytest.raises(UserError) as caught:
            self.sync(self.config(content, **entry))
        assert self.capsys.readouterr().out == ""
        assert set(self.scratch.rglob("*")) - before <= {self.scratch}
        return "\n".join(
            [r.getMessage() for r in self.caplog.records if r.levelname == "ERROR"]
            + [str(caught.value)]
        )
