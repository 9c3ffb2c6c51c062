"""MATCH_RECOGNIZE through the API: what it finds, what it refuses, what it reads.

`matches.tsv`: a query and its rows as JSON, sorted, or its error. The cases follow Trino's own tests of the feature
(TestRowPatternMatching, Apache-2.0); those of aggregates are worked out by hand from the values 10, 20 and 30.
"""

import json
from pathlib import Path

import pytest

from tests.unit.local import queries

CASES = [line.split("\t") for line in Path(__file__).with_name("matches.tsv").read_text().splitlines()]
# The query of Trino's manual (sql/match-recognize), customers whose orders fall and rise again, over rows of our own.
ORDERS = """
    CREATE TABLE orders WITH (format = 'PARQUET', write_compression = 'NONE') AS SELECT * FROM (VALUES
    ('cust_1', DATE '2020-05-11', 100, 'a'), ('cust_1', DATE '2020-05-12', 200, 'b'),
    ('cust_2', DATE '2020-05-13', 8, 'c'), ('cust_1', DATE '2020-05-14', 100, 'd'),
    ('cust_2', DATE '2020-05-15', 4, 'e'), ('cust_1', DATE '2020-05-16', 50, 'f'),
    ('cust_1', DATE '2020-05-17', 100, 'g'), ('cust_2', DATE '2020-05-18', 6, 'h'))
    AS t(customer_id, order_date, price, note)
"""
V_SHAPE = """
    SELECT {} FROM orders MATCH_RECOGNIZE (
        PARTITION BY customer_id
        ORDER BY order_date
        MEASURES A.price AS starting_price, LAST(B.price) AS bottom_price, LAST(U.price) AS top_price
        ONE ROW PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (A B+ C+ D+)
        SUBSET U = (C, D)
        DEFINE B AS price < PREV(price), C AS price > PREV(price) AND price <= A.price,
            D AS price > PREV(price))
"""


@pytest.fixture(scope="module")
def session(client):
    session = queries.Session(client, "row_patterns")
    session.ok(ORDERS)
    return session


@pytest.mark.parametrize(("sql", "expected"), CASES, ids=[str(i) for i in range(len(CASES))])
def test_matches(session, sql, expected):
    if not expected.startswith("["):
        assert session.error(sql) == expected
    else:
        assert sorted(session.ok(sql).rows, key=str) == json.loads(expected)


def test_the_manuals_example(session):
    """By hand: 200 falls to 50 and rises to 100, 8 falls to 4 and rises to 6; neither rises twice."""
    falling = (
        V_SHAPE.replace("C+ D+", "C+").replace(", D)", ")").replace(",\n            D AS price > PREV(price)", "")
    )
    assert session.ok(falling.format("*") + " ORDER BY 1").rows == [
        ["cust_1", "200", "50", "100"],
        ["cust_2", "8", "4", "6"],
    ]
    assert session.ok(V_SHAPE.format("*")).rows == []


def test_only_the_columns_of_the_clauses_are_read(session):
    sizes = {c: session.ok(f"SELECT {c} FROM orders").scanned for c in ("customer_id", "order_date", "price", "note")}
    assert all(sizes.values())
    read = session.ok(V_SHAPE.format("*")).scanned
    assert read == sizes["customer_id"] + sizes["order_date"] + sizes["price"]
    pattern = "FROM orders MATCH_RECOGNIZE (ORDER BY order_date ALL ROWS PER MATCH PATTERN (A) DEFINE A AS true)"
    assert session.ok(f"SELECT count(*) {pattern}").scanned == sizes["order_date"]
    assert session.ok(f"SELECT note {pattern}").scanned == sizes["order_date"] + sizes["note"]


def test_a_view_keeps_it(session):
    session.ok(f"CREATE VIEW falling AS {V_SHAPE.format('customer_id, bottom_price')}".replace("D+", "D*"))
    assert session.ok("SELECT * FROM falling ORDER BY 1").rows == [["cust_1", "50"], ["cust_2", "4"]]


def test_a_prepared_parameter_in_a_condition(session):
    sql = (
        "SELECT p FROM orders MATCH_RECOGNIZE (ORDER BY order_date MEASURES A.price AS p ALL ROWS PER MATCH "
        "PATTERN (A) DEFINE A AS price > ?) ORDER BY 1"
    )
    assert session.ok(sql, parameters=["100"]).rows == [["200"]]


def test_a_condition_that_fails_where_it_is_never_asked(session):
    """A row is tested for a variable only when the search comes to it: 1 / (x - 2) never sees the row of 2."""
    sql = (
        "SELECT x FROM (VALUES 1, 2, 3) t(x) MATCH_RECOGNIZE (ORDER BY x ALL ROWS PER MATCH PATTERN ({}) "
        "DEFINE A AS x = 2, B AS 1 / (x - 2) > -5)"
    )
    assert session.ok(sql.format("A | B")).rows == [["1"], ["2"], ["3"]]
    assert session.error(sql.format("B | A")) == "DIVISION_BY_ZERO: Division by zero"


def test_conditions_of_several_rows_that_need_the_engine(session):
    """Sums and text functions over the match so far; a sum beyond its type is refused as anywhere."""
    rows = "(VALUES 1, 2, 3, 4) t(x) MATCH_RECOGNIZE (ORDER BY x MEASURES sum(x) AS s PATTERN (A+) DEFINE A AS {})"
    assert session.ok(f"SELECT s FROM {rows.format('sum(A.x) < 7')}").rows == [["6"], ["4"]]
    assert session.ok(f"SELECT s FROM {rows.format('count(*) < 3')}").rows == [["3"], ["7"]]
    assert session.ok(f"SELECT s FROM {rows.format('FIRST(x) * LAST(x) < 4')}").rows == [["6"]]
    named = rows.format("concat(CAST(FIRST(x) AS varchar), CLASSIFIER()) = '1A'")
    assert session.ok(f"SELECT s FROM {named}").rows == [["10"]]
    big = "LAST(x) * FIRST(x) * 2147483647 > LAST(x)"
    message = "NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: 2 * 2147483647"
    assert session.error(f"SELECT s FROM {rows.format(big)}") == message


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "SELECT * FROM orders o WHERE EXISTS (SELECT 1 FROM (SELECT o.price AS y) MATCH_RECOGNIZE "
            "(MEASURES 1 AS z PATTERN (A) DEFINE A AS true))",
            "NOT_SUPPORTED: line 1:60: MATCH_RECOGNIZE over rows that depend on an outer query",
        ),
        (
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r MATCH_RECOGNIZE "
            "(MEASURES A.n AS n PATTERN (A) DEFINE A AS true)) SELECT * FROM r",
            "NOT_SUPPORTED: line 1:62: MATCH_RECOGNIZE within a recursive query",
        ),
    ],
)
def test_what_is_not_offered(session, sql, reason):
    assert session.error(sql) == reason
