"""The tokens of SQL, where PostgreSQL's own lexer would see them: texts, names, words, comments.

Source: src/backend/parser/scan.l of PostgreSQL, with standard_conforming_strings on, as each
session of ours has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# every character that is not ASCII may stand in a name, a no-break space too
_LETTER = r"A-Za-z_\x80-\U0010ffff"
_BLANK = r"[ \t\n\r\f\v]"
_START = re.compile(
    rf"""
    (?P<blank> {_BLANK}+ | --[^\n\r]* )
    | (?P<comment> /\* )
    | (?P<dollar> \$(?:[{_LETTER}][{_LETTER}0-9]*)?\$ )
    | (?P<text> (?:[eEbBxXnN]|[uU]&)?' )
    | (?P<name> (?:[uU]&)?" )
    | (?P<word> [{_LETTER}][{_LETTER}0-9$]* )
    | [0-9][{_LETTER}0-9.]* | .
    """,
    re.DOTALL | re.VERBOSE,
)
_TEXT = re.compile(r"[^']*+(?:''[^']*+)*+'")
_ESCAPED = re.compile(r"(?:[^'\\]|\\.|'')*+'", re.DOTALL)
_NAME = re.compile(r'[^"]*+(?:""[^"]*+)*+"')
# texts with a new line between them are one
_CONTINUED = re.compile(
    rf"(?:[ \t\f\v]|--[^\n\r]*+)*+[\n\r](?:{_BLANK}|--[^\n\r]*+[\n\r])*+'",
)
_COMMENT_MARK = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Token:
    """A piece of SQL as it is written.

    `kind` is *blank* for white space and comments, *text* for a constant between quotes of any
    kind, *name* for a quoted identifier, *word* for a key word or an identifier, *unfinished* for
    what has no end, *other* for the rest. `is_literal` is false where escapes, or texts that are
    continued, say something else than is written.
    """

    kind: Literal["blank", "text", "name", "word", "unfinished", "other"]
    text: str
    end: int
    is_literal: bool = True


def tokens(sql: str) -> Iterator[Token]:
    """Yield all of a text in SQL, token by token."""
    at = 0
    while found := _START.match(sql, at):
        token = _token(sql, at, found)
        yield token
        at = token.end


def _token(sql: str, at: int, found: re.Match[str]) -> Token:
    kind, end = found.lastgroup or "other", found.end()
    is_literal = True
    if kind == "comment":
        kind, end = "blank", _end_of_comment(sql, end)
    elif kind == "dollar":
        kind, close = "text", sql.find(found[0], end)
        end = close + len(found[0]) if close >= 0 else -1
    elif kind == "name":
        is_literal = found[0] == '"'
        end = _end(_NAME, sql, end)
    elif kind == "text":
        is_escaped = found[0] in ("e'", "E'")
        body = _ESCAPED if is_escaped else _TEXT
        end = _end(body, sql, end)
        while end >= 0 and (more := _CONTINUED.match(sql, end)):
            end, is_literal = _end(body, sql, more.end()), False
        is_literal &= "&" not in found[0] and not (is_escaped and "\\" in sql[at:end])
    if end < 0:
        return Token("unfinished", sql[at:], len(sql), is_literal=False)
    return Token(kind, sql[at:end], end, is_literal)  # type: ignore[arg-type]


def _end(body: re.Pattern[str], sql: str, at: int) -> int:
    found = body.match(sql, at)
    return found.end() if found else -1


def _end_of_comment(sql: str, at: int) -> int:
    depth = 1
    for mark in _COMMENT_MARK.finditer(sql, at):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    return -1
