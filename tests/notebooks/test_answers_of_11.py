"""Lesson 11 says what customers owe, from MySQL, S3 and Athena; here DuckDB says it, straight from the generators."""

from __future__ import annotations

import re

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from helpers import sales as order_book
from helpers.answers.lesson_11 import open_amounts
from helpers.course import parameters
from helpers.course.notebooks import NOTEBOOKS, code_cells, read
from helpers.payments import payments
from tests.notebooks.rules import printed_by

LESSON = NOTEBOOKS / "11_rds_mysql.ipynb"
SCALE = 0.25
ORDERED = "SELECT ordernumber, sum(sales) AS ordered FROM sales WHERE year_id = $year GROUP BY 1"
PAID = "SELECT ordernumber, sum(amount) AS paid FROM payments GROUP BY 1"
QUESTIONS = {
    "joined": """SELECT count(*), sum(sales), sum(amount) FROM sales LEFT JOIN payments USING (ordernumber)
        WHERE year_id = $year""",
    "owed": f"""SELECT count(*), count(*) FILTER (paid IS NULL), sum(ordered), sum(paid), sum(ordered) - sum(paid)
        FROM ({ORDERED}) LEFT JOIN ({PAID}) USING (ordernumber)""",
}


@pytest.fixture(scope="module")
def year():
    return parameters.of(read(LESSON), LESSON.stem)["YEAR"].default


@pytest.fixture(scope="module")
def other():
    """DuckDB with the order book and the payments, neither of them out of S3 or MySQL."""
    connection = duckdb.connect()
    parts = [order_book.quarter(part, SCALE) for part in range(len(order_book.QUARTERS))]
    connection.register("sales", pa.concat_tables(parts))
    orders = connection.sql("""SELECT ordernumber, min(orderdate) AS orderdate, sum(sales)::DECIMAL(12, 2) AS total
        FROM sales GROUP BY 1 ORDER BY 1""").fetchall()
    made = payments(pd.DataFrame(orders, columns=["ordernumber", "orderdate", "total"]))
    connection.execute("CREATE TABLE payments (ordernumber INT, paid_on DATE, amount DECIMAL(12, 2))")
    connection.executemany("INSERT INTO payments VALUES (?, ?, ?)", list(made.itertuples(index=False, name=None)))
    return connection


def printed_row(name: str) -> list[str]:
    """The one row of the table under the `%%athena <name>` cell."""
    cell = next(cell for cell in code_cells(read(LESSON)) if cell.source.startswith(f"%%athena {name}\n"))
    text = next(output.data["text/plain"] for output in cell.outputs if "text/plain" in output.get("data", {}))
    lines = text.splitlines()
    return re.split(r"\s{2,}", lines[2].strip())


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_printed_table(name, other, year):
    (row,) = other.execute(QUESTIONS[name], {"year": year}).fetchall()
    assert printed_row(name) == [str(value) for value in row]


def test_the_payments_of_each_year(other):
    printed = "\n".join(map(printed_by, code_cells(read(LESSON))))
    rows = other.execute("SELECT year(paid_on), count(*), sum(amount) FROM payments GROUP BY 1 ORDER BY 1").fetchall()
    for paid_year, count, amount in rows:
        assert re.search(rf"^ *{paid_year} +{count} +{amount}$", printed, re.MULTILINE), (paid_year, count, amount)


def test_who_owes_most(other, year):
    """The rule of exercise 11.3, whose SQL both engines understand, and the same counted by hand."""
    by_country: dict[str, object] = {}
    paid = dict(other.execute(PAID).fetchall())
    orders = other.execute(
        "SELECT ordernumber, country, sum(sales) FROM sales WHERE year_id = ? GROUP BY 1, 2", [year]
    ).fetchall()
    for number, country, ordered in orders:
        by_country[country] = by_country.get(country, 0) + ordered - paid.get(number, 0)
    largest = sorted(by_country.items(), key=lambda item: -item[1])[:3]
    assert other.execute(open_amounts(year)).fetchall() == largest
