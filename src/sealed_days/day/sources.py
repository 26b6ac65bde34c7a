"""The sources of the pipeline, as meltano.yml has them, and where names that stand twice differ."""

from __future__ import annotations

import argparse

from sealed_days.day.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print a line per source, then a line per fault; the exit code is 1 where there is one."""
    del options
    rows = [("source", "job", "extractor", "loader")]
    rows += [(s.name, s.job, s.extractor, s.loader) for s in settings.pipeline.sources]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(f"{word:<{width}}" for word, width in zip(row, widths, strict=True)).rstrip()
        )
    print()
    print(f"{settings.job} stages all of them and loads them by {settings.load_job}")
    faults = settings.meltano_yml.faults()
    for fault in faults:
        print(f"✗ {fault}")
    return 1 if faults else 0
