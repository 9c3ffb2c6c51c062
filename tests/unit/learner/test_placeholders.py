"""`:name` becomes a parameter, `{name}` a plain name: what is replaced, what is left alone, what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.placeholders import PlaceholderError, bind, fill, literal


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ':a'",
        "SELECT 'it''s :a'",
        'SELECT ":a" FROM t',
        "SELECT `x:a` FROM t",
        "SELECT 1 -- :a",
        "SELECT /* :a\n:a */ 1",
        "SELECT x::a",
        "SELECT 'a' || ':a' || '10:a'",
    ],
)
def test_no_placeholder_is_seen_where_sql_has_text(sql):
    assert bind(sql, {"a": 1}) == (sql, [])


def test_names_become_question_marks_in_order():
    sql, parameters = bind("SELECT :b, :a, ':a', :b", {"a": 1, "b": "x"})
    assert sql == "SELECT ?, ?, ':a', ?"
    assert parameters == ["'x'", "1", "'x'"]


def test_a_value_cannot_become_sql():
    _, parameters = bind("SELECT :a", {"a": "x' OR 1=1 --"})
    assert parameters == ["'x'' OR 1=1 --'"]


def test_a_list_becomes_one_parameter_per_element():
    assert bind("c IN (:c)", {"c": ["USA", "Japan"]}) == ("c IN (?, ?)", ["'USA'", "'Japan'"])
    assert bind("y IN (:y)", {"y": np.array([1, 2])}) == ("y IN (?, ?)", ["1", "2"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "true"),
        (-3, "-3"),
        (1.5, "1.5e0"),
        (1e-7, "1e-07"),
        (float("nan"), "nan()"),
        (Decimal("1.50"), "DECIMAL '1.50'"),
        (date(2004, 2, 29), "DATE '2004-02-29'"),
        (datetime(2004, 2, 29, 1, 2, 3, 45_000), "TIMESTAMP '2004-02-29 01:02:03.045'"),
        ("", "''"),
        (np.int64(7), "7"),
        (np.float64(0.5), "0.5e0"),
    ],
)
def test_python_values_as_literals(value, text):
    assert literal(value) == text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "empty list"),
        ({"a": 1}, "dict"),
        (b"x", "bytes"),
        ("x" * 1025, "1,024"),
        (datetime(2004, 1, 1, tzinfo=UTC), "time zone"),
        (Decimal("NaN"), "NaN"),
    ],
)
def test_what_cannot_be_bound_is_refused_in_one_line(value, said):
    with pytest.raises(PlaceholderError, match=said) as refused:
        bind("SELECT :a", {"a": value})
    assert "\n" not in str(refused.value)


def test_a_name_without_value_is_named():
    with pytest.raises(PlaceholderError, match=r":year has no value"):
        bind("SELECT :year", {})


class Place:
    bucket = "athena-workbook"
    quoted = "x'; DROP TABLE t; --"


def test_braces_fill_in_names_and_locations():
    filled = fill("LOCATION 's3://{place.bucket}/{TABLE}/'", {"place": Place, "TABLE": "sales"})
    assert filled == "LOCATION 's3://athena-workbook/sales/'"


@pytest.mark.parametrize("sql", ["'[0-9]{4}'", "'s3://b/${day}/'", "'{\"a\": 1}'", "'{}'"])
def test_other_braces_stay(sql):
    assert fill(sql, {"day": "no", "a": "no"}) == sql


@pytest.mark.parametrize("sql", ["{place.quoted}", "{missing}", "{place.missing}", "{place}"])
def test_text_that_could_be_sql_is_not_filled_in(sql):
    with pytest.raises(PlaceholderError):
        fill(sql, {"place": Place})


@given(st.text(max_size=200))
def test_any_text_stays_one_literal(value):
    (parameter,) = bind("SELECT :a", {"a": value})[1]
    assert parameter[0] == parameter[-1] == "'"
    inside = parameter[1:-1]
    assert inside.replace("''", "").count("'") == 0
    assert inside.replace("''", "'") == value


@given(st.text(alphabet="ab:'\"`-*/ \n{}$", max_size=40))
def test_binding_changes_nothing_but_placeholders(sql):
    bound, parameters = bind(sql, Everything())
    assert bound.count("?") == len(parameters)
    assert len(sql) >= len(bound)


class Everything(dict):
    """A namespace in which every name has the value 1."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return 1
