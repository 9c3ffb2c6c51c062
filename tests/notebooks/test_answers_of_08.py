"""Lesson 08 says that Athena and Spark agree; here DuckDB answers the same questions, straight from the data.

Neither engine, nor S3, nor any file of the lesson is involved: the tables come from the generators.
"""

from __future__ import annotations

import json
import re

import duckdb
import pyarrow as pa
import pytest

from helpers import events
from helpers import flights as flight_data
from helpers import sales as order_book
from helpers.course import parameters
from helpers.course.notebooks import NOTEBOOKS, code_cells, read
from tests.notebooks.rules import printed_by

LESSON = NOTEBOOKS / "08_spark_side_by_side.ipynb"
QUESTIONS = {
    "largest": """SELECT ordernumber, orderlinenumber, customername, sales FROM sales
        WHERE year_id = $year AND dealsize = 'Large' ORDER BY sales DESC, 1, 2 LIMIT 5""",
    "by_line": """SELECT productline, count(DISTINCT ordernumber), sum(sales) AS revenue, max(orderdate) FROM sales
        WHERE year_id = $year GROUP BY 1 ORDER BY revenue DESC""",
    "delays": """SELECT name, count(*), sum(dep_delay) AS minutes FROM flights JOIN airlines USING (carrier)
        WHERE month = 7 GROUP BY 1 ORDER BY minutes DESC LIMIT 5""",
    "best": """WITH orders AS (SELECT productline, ordernumber, sum(sales) AS revenue FROM sales
            WHERE year_id = $year GROUP BY 1, 2)
        SELECT productline, arg_max(ordernumber, (revenue, -ordernumber)), max(revenue)
        FROM orders GROUP BY 1 ORDER BY 1""",
}


@pytest.fixture(scope="module")
def given():
    """The lesson's own parameters, by name."""
    return {name: each.default for name, each in parameters.of(read(LESSON), LESSON.stem).items()}


@pytest.fixture(scope="module")
def third(given):
    """DuckDB with the lesson's three tables."""
    connection = duckdb.connect()
    parts = [order_book.quarter(part, given["SCALE"]) for part in range(len(order_book.QUARTERS))]
    connection.register("sales", pa.concat_tables(parts))
    connection.register("flights", flight_data.flights())
    connection.register("airlines", flight_data.airlines())
    return connection


def printed_rows(name: str) -> list[list[str]]:
    """The cells of the table under the `%%athena <name>` cell."""
    cell = next(cell for cell in code_cells(read(LESSON)) if cell.source.startswith(f"%%athena {name}\n"))
    text = next(output.data["text/plain"] for output in cell.outputs if "text/plain" in output.get("data", {}))
    lines = text.splitlines()
    rule = next(index for index, line in enumerate(lines) if line.startswith("---"))
    return [re.split(r"\s{2,}", line.strip()) for line in lines[rule + 1 : -1]]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_third_engine_agrees(name, third, given):
    bound = {"year": given["YEAR"]} if "$year" in QUESTIONS[name] else None
    rows = third.execute(QUESTIONS[name], bound).fetchall()
    assert rows
    assert printed_rows(name) == [[str(value) for value in row] for row in rows]


def said() -> str:
    """Everything that the lesson printed."""
    return "\n".join(printed_by(cell) for cell in code_cells(read(LESSON)))


def test_lines_explode_as_the_generator_made_them():
    """One row of each item, one of each line without; broken lines have no items."""
    lengths = []
    for day in range(events.DAYS):
        for line in events.day_lines(day):
            try:
                lengths.append(len(json.loads(line).get("items", [])))
            except json.JSONDecodeError:
                lengths.append(0)
    exploded, empty = sum(lengths), lengths.count(0)
    assert f"explode: {exploded:,} rows; Athena with CROSS JOIN UNNEST: {exploded:,}\n" in said()
    assert f"explode_outer: {exploded + empty:,} rows; Athena with LEFT JOIN UNNEST: {exploded + empty:,}\n" in said()


def test_the_baselines_of_the_model(third):
    """The mean absolute errors in 2005 of the two baselines, to the dollar."""
    mean, listed = third.execute("""
        WITH learnt AS (SELECT avg(sales::double) AS mean FROM sales WHERE year_id < 2005)
        SELECT avg(abs(sales::double - mean)), avg(abs(sales::double - msrp * quantityordered))
        FROM sales, learnt WHERE year_id = 2005""").fetchone()
    assert re.search(rf"the mean of 2003 and 2004 +{round(mean):,} USD\n", said())
    assert re.search(rf"list price × quantity +{round(listed):,} USD\n", said())
