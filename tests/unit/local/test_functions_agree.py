"""Two ways to one answer: where a function has a fast form and an exact one, both must agree on anything."""

import json
import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.local.athena import functions, types
from helpers.local.athena.functions import registry
from helpers.local.athena.functions.decimals import quotient

assert functions
TEXT = st.text(alphabet="ab,é€1 ", max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(alphabet='aé"\\/\n', max_size=4)
    | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc1"), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def connection():
    con = duckdb.connect(config={"integer_division": "false", "ieee_floating_point_ops": "true"})
    registry.install(con)
    yield con
    con.close()


def sql_of(name, arguments):
    """The text of the first overload of `name` for text that takes as many arguments."""
    fitting = [f for f in registry.FUNCTIONS[name] if len(f.arguments) == len(arguments)]
    template = next(f.template for f in fitting if f.arguments[0].startswith("varchar"))
    kinds = [types.VARCHAR] * len(arguments)
    return template(arguments, kinds) if callable(template) else template.format(*arguments)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


@settings(max_examples=150, deadline=None)
@given(text=TEXT, start=st.integers(-10, 10), size=st.integers(-2, 10))
def test_substr_of_a_literal_start_and_of_a_column(connection, text, start, size):
    if start == 0 or -start > len(text) or size <= 0:
        wanted = ""
    else:
        begin = start - 1 if start > 0 else len(text) + start
        wanted = text[begin : begin + size]
    literal = sql_of("substr", ["s", str(start), str(size)])
    column = sql_of("substr", ["s", "b", "n"])
    query = f"SELECT {literal}, {column} FROM (SELECT ?::VARCHAR AS s, ?::BIGINT AS b, ?::BIGINT AS n) t"
    assert connection.execute(query, [text, start, size]).fetchone() == (wanted, wanted)


@settings(max_examples=150, deadline=None)
@given(document=VALUE, path=st.sampled_from(["$", "$.a", "$.a.b", "$.b[0]", "$.c[1].a", "$[0]", '$["a"]', "$.1"]))
def test_json_extraction_in_duckdb_and_in_python(connection, document, path):
    for name in ("json_extract", "json_extract_scalar"):
        fast = sql_of(name, ["j", quoted(path)])
        slow = sql_of(name, ["j", "p"])
        query = f"SELECT {fast}, {slow} FROM (SELECT ?::VARCHAR AS j, ?::VARCHAR AS p) t"
        first, second = connection.execute(query, [json.dumps(document), path]).fetchone()
        assert first == second, name


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="ab1 x-", max_size=10), pattern=st.sampled_from(
    ["a+", "[ab]1", "(a|b)x", r"\d", r"a.b", "^a", "b$", r"(a)(b)", r"[^a]", r"x{2}", r"\bab\b", "a+?b", r"(\w)-(\d)"]
))  # fmt: skip
def test_patterns_in_re2_and_in_python(connection, text, pattern):
    for name, extra in (("regexp_like", []), ("regexp_extract", []), ("regexp_replace", ["'<>'"])):
        fast = sql_of(name, ["s", quoted(pattern), *extra])
        slow = sql_of(name, ["s", "p", *extra])
        assert fast != slow
        query = f"SELECT {fast}, {slow} FROM (SELECT ?::VARCHAR AS s, ?::VARCHAR AS p) t"
        first, second = connection.execute(query, [text, pattern]).fetchone()
        assert first == second, name


@settings(max_examples=100, deadline=None)
@given(a=st.dates(date(1900, 1, 1), date(2100, 12, 31)), b=st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_months_between_are_the_most_that_can_be_added(connection, a, b):
    def months_later(day, count):
        year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
        last = (date(year + (month == 11), month % 11 + 2 if month < 11 else 1, 1).toordinal()) - 1
        return min(date(year, month + 1, 1).toordinal() + day.day - 1, last)

    low, high = min(a, b), max(a, b)
    wanted = (high.year - low.year) * 12 + high.month - low.month
    if a <= b:
        wanted -= months_later(a, wanted) > b.toordinal()
    else:
        wanted -= months_later(a, -wanted) < b.toordinal()
        wanted = -wanted
    sql = sql_of("date_diff", ["'month'", "a", "b"])
    found = connection.execute(f"SELECT {sql} FROM (SELECT ?::DATE AS a, ?::DATE AS b) t", [a, b]).fetchone()
    assert found == (wanted,)


@settings(max_examples=100, deadline=None)
@given(value=st.decimals(-10000, 10000, places=4), places=st.integers(-3, 4))
def test_decimals_round_half_up(connection, value, places):
    step = Decimal(1).scaleb(-places)
    wanted = (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    sql = f"SELECT t_decimal_round(?::VARCHAR, ?)::DECIMAL(20, 4) = {wanted:f}::DECIMAL(20, 4)"
    assert connection.execute(sql, [str(value), places]).fetchone() == (True,)


DIGITS = st.integers(-(10**38) + 1, 10**38 - 1) | st.integers(-(10**12), 10**12) | st.integers(-30, 30)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    DIGITS, st.sampled_from([(15, 2), (38, 4), (38, 0), (10, 10), (19, 0)]), DIGITS,
    st.sampled_from([(15, 2), (16, 2), (38, 6), (3, 0)]),
)  # fmt: skip
def test_a_decimal_quotient_is_exact_and_rounded_half_up(connection, dividend, first, divisor, second):
    left, right = (
        Decimal(int(math.fmod(digits, 10**precision))).scaleb(-scale)
        for digits, (precision, scale) in ((dividend, first), (divisor, second))
    )
    scale = max(first[1], second[1])
    texts = [f"CAST('{v:f}' AS DECIMAL({p},{s}))" for v, (p, s) in ((left, first), (right, second))]
    sql = quotient(*texts, [types.decimal(*first), types.decimal(*second)], types.decimal(38, scale))
    with localcontext(prec=120):
        if not right or abs(left / right) >= Decimal(10) ** (38 - scale):
            with pytest.raises(duckdb.Error):
                connection.execute(f"SELECT {sql}").fetchone()
            return
        expected = (left / right).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    assert connection.execute(f"SELECT {sql}").fetchone()[0] == expected
