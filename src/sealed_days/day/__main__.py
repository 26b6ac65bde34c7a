"""Command line of `day`: each command is the module of its name, imported when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys

from sealed_days.core import umask
from sealed_days.core.errors import FileError, one_line_errors, printable
from sealed_days.plugin.process import end_with_parent

_DATE_HELP = "YYYY-MM-DD (default: DATE of the environment, else today)"


class _Terminal(io.TextIOWrapper):
    """Standard output where a person reads it: a name from a file cannot steer the terminal."""

    def write(self, text: str) -> int:
        text = printable(text)
        if not os.environ.get("NO_COLOR"):
            for sign, colour in (("✓", 32), ("✗", 31)):
                text = text.replace(sign, f"\033[{colour}m{sign}\033[0m")
        return super().write(text)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code: 0 all well, 1 something differs or went wrong."""
    umask.restore()
    if umask.is_under_meltano():
        end_with_parent()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if sys.stdout.isatty():
        sys.stdout = _Terminal(sys.stdout.buffer, sys.stdout.encoding, line_buffering=True)
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and getattr(options, "table", "") is None and not rest[0].startswith("-"):
        options.table = rest.pop(0)  # `diff A B --rows TABLE`, which argparse gives up on
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    with one_line_errors("day"):
        from sealed_days.day.settings import Settings

        command = importlib.import_module(f"sealed_days.day.{options.command}")
        try:
            code = command.run(Settings.read(), options)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader (head, less) has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            code = 1
        except OSError as error:
            msg = f"{error.filename or options.command}: {error.strerror or error}"
            raise FileError(msg) from None
        sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="day", description="The days of the pipeline: what is there, is it right, what changed"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, *, dated: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if dated:
            command.add_argument("date", nargs="?", metavar="DATE", help=_DATE_HELP)
        return command

    status = add("status", "a calendar: what is on disk and in the warehouse, and what to run next")
    status.add_argument("--from", dest="first", metavar="DATE", help="the first day to show")
    status.add_argument("--to", dest="last", metavar="DATE", help="the last day to show")
    status.add_argument("--tables", action="store_true", help="also a line per table")
    status.add_argument("--commands", action="store_true", help="only what to run, in its order")
    status.add_argument("--format", choices=("table", "json"), default="table")

    verify = add("verify", "files against their manifest, warehouse and source against files",
                 dated=True)  # fmt: skip
    verify.add_argument("--deep", action="store_true", help="compare every row with the warehouse")
    source = verify.add_mutually_exclusive_group()
    source.add_argument("--source", action="store_true", help="compare every row with the source")
    source.add_argument("--no-source", action="store_true", help="leave the source alone")

    diff = add("diff", "rows added, removed and changed between two days, from the files alone")
    diff.add_argument("before", metavar="DATE1")
    diff.add_argument("after", metavar="DATE2")
    diff.add_argument("table", nargs="?", metavar="TABLE", help="one table (default: all)")
    diff.add_argument("--rows", action="store_true", help="the rows, not how many")
    diff.add_argument("--format", choices=("table", "json", "csv"), default="table")

    add("evidence", "the queries of analyze/*.sql on a day of the warehouse, each to a csv file",
        dated=True)  # fmt: skip
    add("summary", "rows on disk and in the warehouse, table by table, and what to try next",
        dated=True)  # fmt: skip

    add("sources", "the sources of the pipeline, and where names that stand twice differ")

    remove = add("remove", "take one day back, from warehouse and disk; views show the day before")
    remove.add_argument("date", metavar="DATE", help="YYYY-MM-DD")
    remove.add_argument("--dry-run", action="store_true", help="say what would go, remove nothing")

    restore = add("restore", "rebuild a day's lost or damaged files from the warehouse")
    restore.add_argument("date", metavar="DATE", help="YYYY-MM-DD")

    prune = add("prune", "remove old days from disk and warehouse together, never what views show")
    which = prune.add_mutually_exclusive_group()
    which.add_argument("--keep", type=int, metavar="N", help="keep the newest N days")
    which.add_argument("--before", metavar="DATE", help="remove the days before DATE")
    prune.add_argument("--slices", action="store_true", help="also days that hold slices")
    prune.add_argument("--apply", action="store_true", help="do what the policy `keep` says")
    prune.add_argument("--dry-run", action="store_true", help="say what would go, remove nothing")

    compress = add("compress", "compress the files of old days, as `compression` does new ones")
    compress.add_argument("--before", metavar="DATE", required=True, help="the days before DATE")
    compress.add_argument("--to", choices=("gzip", "zstd"), default="gzip", help="default: gzip")

    report = add("report", "one HTML page: the days, rows over time, loads, what changed")
    report.add_argument("--open", action="store_true", help="open it in the browser")
    return parser


if __name__ == "__main__":
    main()
