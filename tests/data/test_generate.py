"""Tests of data/generate.py: the same bytes each time, the right counts, the hard values."""

import csv
import importlib.util
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from el_project import NORTHWIND

DATA = Path(__file__).resolve().parents[2] / "data"
SCRIPT = DATA / "generate.py"
NAMES = ("northwind.sql", "order_details.csv")
spec = importlib.util.spec_from_file_location("generate", SCRIPT)
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)

UNESCAPED = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}


def field(text):
    """A field of COPY's text format as the value it stands for."""
    if text == "\\N":
        return None
    return re.sub(r"\\(.)", lambda match: UNESCAPED[match[1]], text)


def tables(folder):
    """Table -> its rows as dicts, read from the folder's northwind.sql."""
    found = {}
    lines = iter((folder / NAMES[0]).read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if match := re.fullmatch(r"COPY (\w+) \((.*)\) FROM stdin;", line):
            columns = match[2].split(", ")
            found[match[1]] = rows = []
            for row in iter(lambda: next(lines), "\\."):
                rows.append(dict(zip(columns, map(field, row.split("\t")), strict=True)))
    return found


def details(folder):
    with (folder / NAMES[1]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def northwind():
    return tables(DATA)


@pytest.fixture(scope="module")
def order_details():
    return details(DATA)


@pytest.fixture(scope="module")
def threefold(tmp_path_factory):
    folder = tmp_path_factory.mktemp("threefold")
    generate.generate(folder, 3)
    return folder


def test_every_run_writes_the_committed_bytes(tmp_path):
    for run, hash_seed in (("one", "1"), ("two", "2")):
        subprocess.run(
            [sys.executable, SCRIPT, "--output", tmp_path / run],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": hash_seed, "LC_ALL": "C", "TZ": "Asia/Tokyo"},
        )
        assert sorted(path.name for path in (tmp_path / run).iterdir()) == sorted(NAMES)
        for name in NAMES:
            assert (tmp_path / run / name).read_bytes() == (DATA / name).read_bytes()


def test_counts(northwind, order_details):
    assert {table: len(rows) for table, rows in northwind.items()} == NORTHWIND
    assert len(order_details) == 2155


def test_orders_are_shaped_like_northwinds(northwind):
    orders = northwind["orders"]
    assert [int(row["order_id"]) for row in orders] == list(range(10248, 11078))
    dates = [row["order_date"] for row in orders]
    assert dates == sorted(dates)
    assert (dates[0], dates[-1]) == ("1996-07-04", "1998-05-06")
    unshipped = [number for number, row in enumerate(orders) if row["shipped_date"] is None]
    assert len(unshipped) == 21
    assert min(unshipped) >= 830 - 42
    assert all(row["shipped_date"] is None or row["shipped_date"] > row["order_date"]
               or row["shipped_date"] == dates[-1] for row in orders)  # fmt: skip
    assert sum(row["ship_region"] is None for row in orders) == 506
    customers = {row["customer_id"]: row for row in northwind["customers"]}
    for row in orders:
        customer = customers[row["customer_id"]]
        assert row["ship_name"] == customer["company_name"]
        for column in ("address", "city", "region", "postal_code", "country"):
            assert row[f"ship_{column}"] == customer[column]


def test_nulls(northwind):
    assert sum(row["reports_to"] is None for row in northwind["employees"]) == 1
    for table in ("customers", "suppliers"):
        for column in ("fax", "region"):
            empty = sum(row[column] is None for row in northwind[table])
            assert len(northwind[table]) * 0.2 < empty < len(northwind[table]) * 0.7
        assert any(row["postal_code"] is None for row in northwind[table])


def test_every_hard_value_is_there(northwind):
    for table, values in generate.HARD.items():
        for (row, column), value in values.items():
            written = northwind[table][row][column]
            if isinstance(value, bytes):
                assert bytes.fromhex(written.removeprefix("\\x")) == value
            else:
                assert written == value


@pytest.mark.parametrize(
    "hard",
    [
        r"",  # empty, not NULL
        r"NULL",
        r"\\N",
        r"(?s).*\n\\\.\n.*",
        r"(?s).*\n.*",
        r"(?s).*\t.*",
        r"(?s).*\".*",
        r"(?s).*,.*",
        r"(?s).*;.*",
        r".*\\",
        r" .*",
        r".* ",
        r"\s",
        r".*[áéíóúñç].*",
        r".*[α-ω].*",
        r".*[а-я].*",
        r".*[一-龯].*",
        r"(?s).*[\U00010000-\U0010ffff].*",
    ],
)
def test_hard_kinds(northwind, hard):
    values = {v for rows in northwind.values() for row in rows for v in row.values()} - {None}
    assert any(re.fullmatch(hard, value) for value in values)


def test_hard_values_reach_the_orders(northwind):
    assert {"", "NULL", None} <= {row["ship_region"] for row in northwind["orders"]}
    for mark in '\n\t"\\,':
        assert any(mark in row["ship_address"] for row in northwind["orders"])


def test_pictures_hold_every_byte(northwind):
    pictures = [row["picture"] for row in northwind["categories"]]
    pictures += [row["photo"] for row in northwind["employees"]]
    assert pictures.count(None) == pictures.count("\\x") == 1
    for picture in set(pictures) - {None, "\\x"}:
        assert set(bytes.fromhex(picture.removeprefix("\\x"))) == set(range(256))
        assert len(picture) > 600


def test_text_fits_its_column(northwind):
    for table, columns in generate.TABLES.items():
        for column, length in re.findall(r"(\w+) varchar\((\d+)\)", columns):
            assert all(len(row[column] or "") <= int(length) for row in northwind[table])


def check_keys(found, lines):
    """Primary keys are unique, foreign keys lead somewhere, for the details too."""
    for table, key in generate.PRIMARY_KEYS.items():
        keys = [tuple(row[column] for column in key.split(", ")) for row in found[table]]
        assert len(set(keys)) == len(keys)
        assert all(None not in key for key in keys)
    for table, column, other, other_column in generate.FOREIGN_KEYS:
        known = {row[other_column] for row in found[other]} | {None}
        assert {row[column] for row in found[table]} <= known
    keys = [(int(row["order_id"]), int(row["product_id"])) for row in lines]
    assert keys == sorted(set(keys))
    assert {row["product_id"] for row in lines} <= {row["product_id"] for row in found["products"]}
    per_order = Counter(row["order_id"] for row in lines)
    assert set(per_order) == {row["order_id"] for row in found["orders"]}
    assert (min(per_order.values()), max(per_order.values())) == (1, 25)


def test_keys(northwind, order_details):
    check_keys(northwind, order_details)


def test_details_are_plain_csv(order_details):
    raw = (DATA / NAMES[1]).read_bytes()
    assert raw.startswith(b"order_id,product_id,unit_price,quantity,discount\n")
    assert raw.endswith(b"\n")
    assert not set(raw) - set(b"0123456789.,\n_abcdefghijklmnopqrstuvwxyz")
    assert {row["discount"] for row in order_details} == {"0", "0.05", "0.1", "0.15", "0.2", "0.25"}
    assert all(0 < int(row["quantity"]) < 2**15 for row in order_details)
    for row in order_details:
        assert row["unit_price"] == f"{float(row['unit_price']):g}"


def test_threefold_counts_and_keys(threefold):
    found, lines = tables(threefold), details(threefold)
    scaled = {table: rows * (3 if table in ("customers", "orders") else 1)
              for table, rows in NORTHWIND.items()}  # fmt: skip
    assert {table: len(rows) for table, rows in found.items()} == scaled
    assert len(lines) == 3 * 2155
    check_keys(found, lines)
    dates = [row["order_date"] for row in found["orders"]]
    assert dates == sorted(dates)
    assert (dates[0], dates[-1]) == ("1996-07-04", "1998-05-06")
    assert sum(row["shipped_date"] is None for row in found["orders"]) == 3 * 21


def test_order_key_type_grows_with_the_scale():
    last = [(scale, 10247 + 830 * scale) for scale in (27, 28, 2_587_317, 2_587_318)]
    assert [key < 2**15 for _, key in last] == [True, False, False, False]
    assert [key < 2**31 for _, key in last] == [True, True, True, False]
    types = [generate.order_key_type(scale) for scale, _ in last]
    assert types == ["smallint", "integer", "integer", "bigint"]
    assert "order_id integer not null" in generate.create_tables(28)


def test_plain_sql():
    sql = (DATA / NAMES[0]).read_text(encoding="utf-8")
    assert sql.index("BEGIN;") < sql.index("CREATE TABLE") < sql.index("COPY ")
    assert sql.rindex("\\.\n") < sql.index("ALTER TABLE")
    assert sql.endswith("\nCOMMIT;\n")
    assert not re.search(r"(?m)^(DROP|GRANT|\\[^.])", sql)
    assert {line for line in sql.split("\n") if line.startswith("\\")} == {"\\."}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("disk full")])
def test_an_interrupted_run_leaves_the_old_files(tmp_path, monkeypatch, error):
    def interrupted(scale):
        yield "1,1,1,1,0\n", 1
        raise error

    for name in NAMES:
        (tmp_path / name).write_text(f"old {name}")
    monkeypatch.setattr(generate, "detail_blocks", interrupted)
    assert generate.main(["--output", str(tmp_path)]) != 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        name: f"old {name}" for name in NAMES
    }


def test_a_terminated_run_leaves_the_old_files(tmp_path):
    (tmp_path / NAMES[0]).write_text("old")
    run = subprocess.Popen(
        [sys.executable, SCRIPT, "--scale", "1000000", "--output", tmp_path],
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 30
        while not any(path.suffix == ".tmp" for path in tmp_path.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 143
    finally:
        run.kill()
        run.communicate()
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[0]]
    assert (tmp_path / NAMES[0]).read_text() == "old"


def test_progress_and_summary(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "PROGRESS_SECONDS", 0.0)
    assert generate.main(["--scale", "2", "--output", str(tmp_path / "new" / "folder")]) == 0
    printed = capsys.readouterr().err
    assert "orders: 1,660 of 1,660 rows" in printed
    assert re.search(r"(?m)^order_details +4,310 rows +[\d,]+ bytes$", printed)


@pytest.mark.parametrize("scale", ["0", "-1", "many"])
def test_a_wrong_scale_is_refused(tmp_path, scale):
    with pytest.raises(SystemExit):
        generate.main([f"--scale={scale}", "--output", str(tmp_path)])
    assert not list(tmp_path.iterdir())
