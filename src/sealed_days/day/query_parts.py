"""Divides a large query into parts for several sessions, where they give the very same file.

Most of the time goes into writing rows as text, which one session does on one core. So each part
runs the query as it is, passes over the rows of the parts before, and stops where the next begins.
That is exact only where every session gets the rows in one order: by the same plan, which is
compared, and without functions that may say something else elsewhere, or later, in the query
itself or in a view that it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor

from sealed_days.day.sql_tokens import Token, tokens

WORTH = 48 << 20
"""Bytes of a result that is divided, at least: a session costs as much as some megabytes."""

_SKIP = "sealed_days.skip"
_WORD = re.compile(r"[^\W\d][\w$]*")
_ELSEWHERE = {
    *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
    *("today", "tomorrow", "yesterday", "tablesample"),
}
"""Words whose value may be another in a later transaction, beside the functions that are known."""
_ANY_ORDER = {"Gather", "Gather Merge", "Sample Scan", "Foreign Scan", "Custom Scan"}
_COSTS = {
    *("Startup Cost", "Total Cost", "Plan Rows", "Plan Width", "Parent Relationship"),
    *("Subplans Removed", "Disabled"),
}
_PASSES = {"Limit", "Subquery Scan", "Result"}
"""Nodes that give the rows on as they come."""


@dataclass(frozen=True)
class Part:
    """The rows of a query after the first `skip`: all, or as many as `rows`."""

    query: str
    skip: int = 0
    rows: int | None = None
    is_whole: bool = False

    @property
    def sql(self) -> str:
        """The query of the part, of which `prepare` says how many rows it passes over."""
        if self.is_whole:
            return self.query
        # an OFFSET that is known later keeps LIMIT from sorting otherwise
        below = f"SELECT * FROM (\n{self.query}\n) AS q OFFSET current_setting('{_SKIP}')::bigint"
        if self.rows is None:
            return below
        # with an ORDER BY, if of nothing, the planner does not plan for few rows
        return f"SELECT * FROM ({below}) AS p ORDER BY NULL::text LIMIT {self.rows}"

    def prepare(self, cursor: Cursor) -> None:
        """Have the session run this part: in the transaction that it is in."""
        if not self.is_whole:
            cursor.execute(
                "SELECT set_config(%s, %s, true), "
                "set_config('max_parallel_workers_per_gather', '0', true), "
                "set_config('synchronize_seqscans', 'off', true)",
                (_SKIP, str(self.skip)),
            )


def divide(cursor: Cursor, query: str, sessions: int) -> list[Part]:
    """Return the parts of a query, the first rows first; only one where it is not divided.

    Args:
        cursor: of a transaction in which the query can run.
        query: one statement that returns rows.
        sessions: how many may run at a time.
    """
    whole = [Part(query, is_whole=True)]
    if sessions < 2 or _may_differ(cursor, query):
        return whole
    last = Part(query, 1)
    cursor.execute("SAVEPOINT plan")
    try:
        last.prepare(cursor)
        plan = _plan(cursor, query)
        rows = int(plan["Plan Rows"])
        if rows * int(plan["Plan Width"]) < WORTH:
            return whole
        parts = _even(query, rows, sessions)
        same = _shape(plan)
        if (
            _has(plan, _ANY_ORDER)
            or _calls_what_differs(cursor, query)
            or any(not _gives_on(_plan(cursor, part.sql), same) for part in (parts[0], parts[-1]))
        ):
            return whole
    except psycopg2.Error:
        return whole  # the query as it is says what is wrong
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT plan; RELEASE SAVEPOINT plan")
    return parts


def _even(query: str, rows: int, sessions: int) -> list[Part]:
    """Return parts that take about the same time, by the planner's estimate of the rows.

    To pass over a row takes about a sixth of the time that it takes to write it.
    """
    shares = [(5 / 6) ** number for number in range(sessions)]
    size = [int(rows * share / sum(shares)) for share in shares]
    starts = [sum(size[:number]) for number in range(sessions)]
    limited = [Part(query, start, taken) for start, taken in zip(starts, size, strict=True)]
    return [*limited[:-1], Part(query, starts[-1])]


def _may_differ(cursor: Cursor, query: str) -> bool:
    """Return whether a query names anything whose value another session may see otherwise."""
    words = set()
    for token in tokens(query):
        if not token.is_literal:
            return True
        if token.kind in ("word", "name"):
            words.add(_name(token))
        elif token.kind == "text":
            words |= set(_WORD.findall(token.text))  # 'now'::timestamp
    return _are_elsewhere(cursor, words)


def _calls_what_differs(cursor: Cursor, query: str) -> bool:
    """Return whether a query calls any such thing by a view, or by another function."""
    plan = _plan(cursor, query, "VERBOSE, ")
    words = set()
    for expression in _texts(plan):
        written = [token for token in tokens(expression) if token.kind != "blank"]
        for token, after in pairwise([*written, Token("other", "", 0)]):
            name = _name(token)
            if after.text == "(" or name.lower() in _ELSEWHERE:
                words.add(name)
    return _are_elsewhere(cursor, words)


def _name(token: Token) -> str:
    if token.kind == "name":
        return token.text[1:-1].replace('""', '"')
    return token.text


def _are_elsewhere(cursor: Cursor, words: set[str]) -> bool:
    # the server folds ASCII only
    names = words | {word.encode().lower().decode() for word in words}
    if names & _ELSEWHERE:
        return True
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE provolatile <> 'i' "
        "AND proname = ANY(%s::name[]))",
        (sorted(names),),
    )
    [(found,)] = cursor.fetchall()
    return bool(found)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a plan."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below)


def _plan(cursor: Cursor, query: str, options: str = "") -> dict[str, Any]:
    cursor.execute(f"EXPLAIN ({options}FORMAT JSON) {query}")
    [([explained],)] = cursor.fetchall()
    return dict(explained["Plan"])


def _shape(plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan without what it is thought to cost."""
    below = [_shape(node) for node in plan.get("Plans", [])]
    return {k: v for k, v in plan.items() if k not in _COSTS} | {"Plans": below}


def _has(plan: dict[str, Any], kinds: set[str]) -> bool:
    return plan["Node Type"] in kinds or any(_has(node, kinds) for node in plan.get("Plans", []))


def _gives_on(plan: dict[str, Any], shape: dict[str, Any]) -> bool:
    """Return whether a plan is one of a shape, and above it only what gives its rows on."""
    while _shape(plan) != shape:
        below = plan.get("Plans", [])
        if plan["Node Type"] not in _PASSES or len(below) != 1:
            return False
        [plan] = below
    return True
