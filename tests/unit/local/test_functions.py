"""Values of Trino's functions, through the whole translation, against its documented rules.

`function_values/*.tsv`: expression, type as typeof() shows it, value as Athena prints it (\\N is NULL); the type
ERROR is followed by the message, ROWS by all rows as JSON. Every line was checked by hand against Trino's manual
when it was written.
"""

import json
from pathlib import Path

import pytest

from helpers.local.athena import errors
from tests.unit.local.constants import runner

VALUES = Path(__file__).with_name("function_values")
CASES = [
    tuple(line.split("\t"))
    for path in sorted(VALUES.glob("*.tsv"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(sql) → ([types], [[texts]]); raises AthenaError."""
    return runner(tmp_path_factory.mktemp("functions"))


@pytest.mark.parametrize(("expression", "kind", "value"), CASES, ids=[c[0][:70] for c in CASES])
def test_value(run, expression, kind, value):
    if kind == "ERROR":
        with pytest.raises(errors.AthenaError) as caught:
            run("SELECT " + expression)
        assert str(caught.value) == value
    elif kind == "ROWS":
        assert run("SELECT " + expression)[1] == json.loads(value)
    else:
        assert run("SELECT " + expression) == ([kind], [[None if value == "\\N" else value]])


def test_cases_are_there():
    assert len(CASES) > 600


@pytest.mark.parametrize(
    "expression", ["substr(x, 2)", "json_extract_scalar(x, '$.a')", "regexp_like(x, 'b+')", "split_part(x, ',', 1)"]
)
def test_null_rows_stay_null(run, expression):
    _, rows = run(f"SELECT {expression} FROM (VALUES CAST(NULL AS varchar), 'abc') t(x)")
    assert rows[0] == [None]


def test_random_values_stay_in_their_range(run):
    calls = "random(), random(5), rand(10, 12), cardinality(shuffle(ARRAY[1, 2, 3]))"
    _, rows = run(f"SELECT {calls} FROM UNNEST(sequence(1, 200))")
    assert all(0 <= float(a) < 1 and int(b) in range(5) and int(c) in (10, 11) and d == "3" for a, b, c, d in rows)
    assert len({r[0] for r in rows}) > 190 and {r[2] for r in rows} == {"10", "11"}


def test_now_is_one_instant_of_the_query(run):
    same = "now() = current_timestamp, date(now()) = current_date"
    _, rows = run(f"SELECT {same}, typeof(now()), typeof(localtimestamp)")
    assert rows == [["true", "true", "timestamp(3) with time zone", "timestamp(3)"]]


def test_try_hides_a_refused_argument(run):
    _, rows = run("SELECT TRY(json_parse('x')), TRY(ARRAY[1][5]), TRY(chr(-1)), TRY(date_parse('x', '%Y'))")
    assert rows == [[None, None, None, None]]
