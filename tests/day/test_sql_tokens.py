"""The lexer agrees with PostgreSQL's own on queries that are written to be misread."""

from __future__ import annotations

import psycopg2
import pytest
from el_project import Project

from sealed_days.day.sql_tokens import Token, tokens


def parsed(sql: str) -> list[Token]:
    """Return the tokens of a text, which are all of it."""
    found = list(tokens(sql))
    assert "".join(token.text for token in found) == sql
    assert not found or found[-1].end == len(sql)
    return found


@pytest.mark.parametrize(
    ("items", "values"),
    [
        ("'--', '/*', '*/'", ["'--'", "'/*'", "'*/'"]),
        ("'it''s', ''''", ["'it''s'", "''''"]),
        (r"'\', 'a\'", [r"'\'", r"'a\'"]),
        (r"E'\', --', e'\\', E'it''s \'\\'", [r"E'\', --'", r"e'\\'", r"E'it''s \'\\'"]),
        ("date'2025-01-01', text 'e'", ["'2025-01-01'", "'e'"]),
        ("b'01', X'1F', n'a''b'", ["b'01'", "X'1F'", "n'a''b'"]),
        (r"U&'d\0061t\\', 'a'", [r"U&'d\0061t\\'", "'a'"]),
        ("$$'$$, $a$ $$ $b$ $a$, $ä1$'--$ä1$", ["$$'$$", "$a$ $$ $b$ $a$", "$ä1$'--$ä1$"]),
        ("$a$$a$a$a$", ["$a$$a$"]),
        ("$_$$a$$_$, $a$ $A$ $a$", ["$_$$a$$_$", "$a$ $A$ $a$"]),
        ("1 AS a$b$, 'x' AS c$b$", ["'x'"]),
        ("1 /* /* ' */ ' */, 'a'", ["'a'"]),
        ("1 /*/ '*/, 'a' /**/ /***/ /*-*//*--*/", ["'a'"]),
        ("1 -- '\n, 'a' --'\r, 'b'", ["'a'", "'b'"]),
        ("1+--'\n2, 1-/*'*/-1, 'a'", ["'a'"]),
        ("'a'\n'b'", ["'a'\n'b'"]),
        ("'a' --'\n -- \"\r\n\t'b', E'\\''\n'\\''", ["'a' --'\n -- \"\r\n\t'b'", "E'\\''\n'\\''"]),
        ("'a' /* no */\n", ["'a'"]),
        ('\'a;\', 1 AS "\'--", 2 AS """"', ["'a;'"]),
        (r"""1 AS U&"d\0061t ;'", 'a' """, ["'a'"]),
        ("1 AS \u00a0e, 'a', 1 AS ée, 'b'", ["'a'", "'b'"]),
        ("1 AS e, e'a', 1 AS _e, 'a'", ["e'a'", "'a'"]),
        ("1\v, 'a'\f", ["'a'"]),
        ("0x1F, 1_000, 1e3, 1.5e-3, .5, '1e'", ["'1e'"]),
    ],
)
def test_texts_are_those_that_postgresql_sees(
    project: Project, items: str, values: list[str]
) -> None:
    query = f"SELECT {items}"
    found = parsed(query)
    texts = [token.text for token in found if token.kind == "text"]
    assert texts == values
    connection = project.connect("ecommerce")
    with connection.cursor() as cursor:
        cursor.execute(query)
        [row] = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        # the server reads each text alone as it does in its place
        for text in texts:
            cursor.execute(f"SELECT {text}")
            [(value,)] = cursor.fetchall()
            assert str(value) in [str(shown) for shown in row]
        # what is blank to us is blank to the server
        cursor.execute("".join(" " if token.kind == "blank" else token.text for token in found))
        assert cursor.fetchall() == [row]
        for token in found:
            if token.kind == "name" and token.is_literal:
                assert token.text[1:-1].replace('""', '"') in names
    connection.close()


@pytest.mark.parametrize(
    "sql", ["'a", "'a''", r"E'a\'", '"a', '"a""', "$a$ $A$", "/* /* */", "U&'a", 'U&"a', "$$ $"]
)
def test_what_has_no_end_is_one_unfinished_token(project: Project, sql: str) -> None:
    assert [token.kind for token in parsed(sql)] == ["unfinished"]
    connection = project.connect("ecommerce")
    with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="unterminated"):
        cursor.execute(f"SELECT {sql}")
    connection.close()


@pytest.mark.parametrize(
    ("sql", "is_literal"),
    [
        ("'a'", True), ("E'a'", True), (r"E'\141'", False), (r"U&'\0061'", False), ("U&'a'", False),
        ('U&"a"', False), ('"a"', True), ("'a'\n'b'", False), (r"$$\141$$", True), (r"'\'", True),
    ],
)  # fmt: skip
def test_a_text_that_says_another_thing_than_is_written_is_marked(
    sql: str, is_literal: bool
) -> None:
    [token] = parsed(sql)
    assert token.is_literal is is_literal


def test_many_dashes_and_quotes_take_no_longer_than_their_number() -> None:
    assert len(parsed("'x' " + "-- " * 50_000 + "\nFROM " + "''" * 50_000)) == 7
