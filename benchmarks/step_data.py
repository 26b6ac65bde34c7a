"""The sources of the contests of one step, as SQL."""

from __future__ import annotations

from collections.abc import Callable

STEPS_FILE = "benchmarks/step_data.py"
MANY = {"wide", "columns"}
"""Kinds with more tables or columns than the queries that look for losses can take."""


def _one_table(rows: int) -> str:
    return f"""
CREATE TABLE public.events (event_id bigint NOT NULL, device integer NOT NULL,
  at timestamptz NOT NULL, kind varchar(12), reading double precision, note text);
INSERT INTO public.events SELECT i, i % 4001, '2020-01-01Z'::timestamptz + i * interval '3 s',
  (ARRAY['open', 'close', 'reading', 'alarm'])[i % 4 + 1], (i * 7919 % 100003) / 16.0,
  CASE WHEN i % 5 > 0 THEN 'note, no. ' || i * 31 END FROM generate_series(1::bigint, {rows}) i;
ALTER TABLE public.events ADD PRIMARY KEY (event_id);
"""


def _tables(number: int, rows: int) -> str:
    return f"""
DO $$ BEGIN FOR n IN 1..{number} LOOP
  EXECUTE format('CREATE TABLE public.t%s (id integer PRIMARY KEY, name text, at timestamptz)', n);
  EXECUTE format('INSERT INTO public.t%s SELECT i, ''name '' || i, ''2020-01-01Z'' '
    'FROM generate_series(1, {rows}) i', n);
END LOOP; END $$;
"""


def _columns(rows: int) -> str:
    names = [f"c{number}" for number in range(1, 1000)]
    values = ", ".join(f"i * {number} % 10007" for number in range(1, 1000))
    columns = ", ".join(f"{name} smallint" for name in names)
    return f"""
CREATE TABLE public.measurements (id integer NOT NULL, {columns});
INSERT INTO public.measurements SELECT i, {values} FROM generate_series(1, {rows}) i;
ALTER TABLE public.measurements ADD PRIMARY KEY (id);
"""


STEPS: dict[str, Callable[[int], str]] = {
    "one-table": _one_table,
    "days": lambda tables: _tables(tables, 10),
    "wide": lambda tables: _tables(tables, 1),
    "columns": _columns,
}
"""Kind of a size -> what makes its source of the size's scale."""
