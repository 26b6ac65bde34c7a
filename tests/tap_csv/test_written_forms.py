"""What Arrow takes of a file's own forms DuckDB takes too, to the same value."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import duckdb
import pyarrow as pa

from sealed_days.tap_csv.arrow_values import plain_values
from sealed_days.tap_csv.conversions import Written, value
from sealed_days.tap_csv.types import accepts
from sealed_days.tap_csv.written_forms import in_plain_form

WRITTEN = {
    "comma": ("numeric(8,2)", Written(decimal=","), "1,5 -12,25 7 ,5 1.5 1,2,3 1e2 +1,5 nan"),
    "thousands": (
        "numeric(10,2)",
        Written(decimal=",", thousands="."),
        "1.234,50 -1.234.567 12,3 1234,5 12.34 .123 1..234 1.234.56",
    ),
    "apostrophes": ("integer", Written(thousands="'"), "1'234 -7 12'34 '123 1'234'567'890"),
    "double": ("double precision", Written(decimal=","), "1,5 -0,25 1e5 1.5"),
    "day first": ("date", Written(format="%d.%m.%Y"), "31.01.2025 1.2.2025 30.02.2025 01.01.0001"),
    "month first": ("date", Written(format="%m/%d/%Y"), "12/31/2025 13/01/2025 01/01/25"),
    "digits": ("date", Written(format="%Y%m%d"), "20250131 20250230 2025131 00000101"),
    "no zeros": ("date", Written(format="%-d.%-m.%Y"), "1.2.2025 31.12.2025"),
    "minutes": (
        "timestamp without time zone",
        Written(format="%d/%m/%Y %H:%M"),
        "31/01/2025|10:11 31/01/2025|24:00 31/01/2025|10:60 31/01/2025|10:11:12",
    ),
    "seconds": (
        "timestamp(0) without time zone",
        Written(format="[%Y.%m.%d]%H%M%S"),
        "[2025.01.31]101112 [2025.01.31]235960 [2025.02.30]101112",
    ),
    "12 hours": ("timestamp without time zone", Written(format="%m/%d/%Y %I:%M %p"), "1/2/2025"),
    "words": ("boolean", Written(true_values=("Ja", "1"), false_values=("Nein",)), "Ja 1 0 ja"),
    "rounded": ("numeric(8,2)", Written(decimal=",", round=True), "1,505 1,5"),
}
NEEDS_MORE = {"no zeros", "12 hours", "rounded"}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_arrow_takes_of_a_files_own_forms_means_the_same_to_the_slow_check(name):
    kind, how, seeds = WRITTEN[name]
    chance, db = random.Random(name), duckdb.connect()
    seeds = [seed.replace("|", " ") for seed in seeds.split(" ")]
    texts = dict.fromkeys(seeds)
    for _ in range(3000):
        text = list(chance.choice(seeds))
        for _ in range(chance.randrange(3)):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randrange(2)] = chance.choice("0129.,'/:- JeT\n")
        texts["".join(text)] = None
    read = {}
    for text in texts:
        plain = in_plain_form(pa.array([text, None]), kind, how)
        values = None if plain is None else plain_values(plain, kind)
        if values is not None:
            assert values.null_count == 1
            read[text] = values[0].as_py()
    assert bool(read) == (name not in NEEDS_MORE)
    made = value("t", kind, how)
    rows = db.execute(
        f"SELECT t, v, coalesce({accepts('v', kind) or 'v IS NOT NULL'}, false) "
        f"FROM (SELECT t, {made} AS v FROM (SELECT unnest(?) AS t))",
        [list(read)],
    )
    for text, written, is_taken in rows.fetchall():
        assert is_taken, text
        [theirs] = plain_values(pa.array([written]), kind)
        assert theirs.as_py() == read[text], text
