"""Staged days, the real tap and loader, and a reader of the lake."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sealed_days.core.dialect import format_row
from sealed_days.core.proven_file import ProvenFile
from sealed_days.store.days import StagedDays
from sealed_days.store.manifest import StagedTable

D1, D2, D3 = "2025-01-01", "2025-02-01", "2025-03-01"
Row = tuple[str | None, ...]


def extension(name: str) -> str:
    wheel = importlib.util.find_spec(f"duckdb_extension_{name}")
    folder = Path(wheel.submodule_search_locations[0])
    return str(folder / f"extensions/v{duckdb.__version__}/{name}.duckdb_extension")


def plain_duckdb(*names: str) -> Any:
    """A DuckDB that downloads nothing."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    connection.execute("SET TimeZone = 'UTC'")
    for name in names:
        connection.execute(f"LOAD '{extension(name)}'")
    return connection


@dataclass
class T:
    """A table of a day: columns (name -> type), rows of text forms."""

    columns: dict[str, str]
    rows: list[Row]
    keys: tuple[str, ...] = ()
    kind: str = "snapshot"
    source: str = "postgres"


class LakeProject:
    """Staged days in a folder, and the lake that they are loaded into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root / "output"
        self.lake = self.output / "lake"
        self.config: dict[str, Any] = {"lake_path": str(self.lake)}
        self.variables: dict[str, str] = {}
        self.sources = ["postgres"]

    def days(self, source: str) -> StagedDays:
        return StagedDays(self.output, source, f"{source}-to-local")

    def stage(
        self,
        day: str,
        not_selected: list[str] | None = None,
        compression: str = "",
        **tables: T,
    ) -> None:
        """Seal a day of each source that the tables name.

        Args:
            day: which.
            not_selected: the tables that the reading left out; None: not said.
            compression: of the files.
            tables: name -> table.
        """
        from datetime import date

        self.sources = sorted({table.source for table in tables.values()} | set(self.sources))
        for source in self.sources:
            with self.days(source).begin(date.fromisoformat(day)) as draft:
                for name, table in tables.items():
                    if table.source != source:
                        continue
                    path = draft.path(name)
                    text = format_row(table.columns) + "".join(map(format_row, table.rows))
                    path.write_text(text, "utf-8")
                    columns = tuple((column, kind, kind) for column, kind in table.columns.items())
                    proven = ProvenFile.measure(path)
                    if compression:
                        proven = draft.pack(name, proven, compression)
                    draft.add(StagedTable(name, proven, columns, table.keys, table.kind))
                draft.seal(read={} if not_selected is None else {"not_selected": not_selected})

    def file(self, day: str, table: str, source: str = "postgres") -> Path:
        return self.output / source / table / day / f"{table}.csv"

    def start(self, day: str, **config: Any) -> tuple[subprocess.Popen[str], subprocess.Popen[str]]:
        """Start tap-csv and target-ducklake, as Meltano does."""
        staged = {
            "staged_path": str(self.output),
            "sources": {source: f"{source}-to-local" for source in self.sources},
            "batch_config": {"encoding": {"format": "csv"}},
            "date": day,
        }
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "STAGE_"))}
        environment |= {"PYTHONPATH": str(Path(__file__).parents[2] / "src")} | self.variables

        def plugin(module: str, said: dict[str, Any], **pipes: Any) -> subprocess.Popen[str]:
            path = self.root / f"{module}-{day}.json"
            path.write_text(json.dumps(said))
            return subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from sealed_days.{module} import main; main()",
                    "--config",
                    str(path),
                ],
                stderr=subprocess.PIPE,
                env=environment,
                text=True,
                **pipes,
            )

        tap = plugin("tap_csv", staged, stdout=subprocess.PIPE)
        target = plugin("target_ducklake", self.config | config, stdin=tap.stdout)
        assert tap.stdout
        tap.stdout.close()
        return tap, target

    def load(self, day: str, check: bool = True, **config: Any) -> str:
        """Load a sealed day; return what tap and target say."""
        tap, target = self.start(day, **config)
        said = target.communicate(timeout=240)[1] + tap.communicate()[1]
        if check:
            assert (target.returncode, tap.returncode) == (0, 0), said
        else:
            assert target.returncode == 1 or tap.returncode == 1, said
            assert "Traceback" not in said, said
        return said

    def reader(self) -> Any:
        """A DuckDB of somebody else's, who attaches the lake under another name."""
        connection = plain_duckdb("ducklake", "sqlite_scanner")
        connection.execute(
            f"ATTACH 'ducklake:sqlite:{self.lake / 'catalog.sqlite'}' AS shop (READ_ONLY)"
        )
        connection.execute("USE shop")
        return connection

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with self.reader() as connection:
            return connection.execute(query).fetchall()
