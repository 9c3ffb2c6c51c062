"""The checks: right is right, wrong gets a hint, nothing raises."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from helpers import checks
from helpers.checks import choice, exercise, function, judge, number, query, rows, satisfies, text


@pytest.fixture(autouse=True)
def own_exercises(monkeypatch):
    monkeypatch.setattr(checks, "_exercises", {})


def add(rule, **options):
    exercise("99.1", rule, wrong=options.pop("wrong", []), **options)


@pytest.mark.parametrize("stub", [..., None, "", "...", "  \n"])
def test_a_stub_is_not_attempted(stub, capsys):
    add(number(1))
    checks.check("99.1", stub)
    assert capsys.readouterr().out.startswith("99.1 not attempted: ")


def test_right_says_why(capsys):
    add(number(42, within=0.1), why="Six times seven.")
    checks.check("99.1", 44)
    assert capsys.readouterr().out == "99.1 right: Six times seven.\n"


def test_an_unknown_exercise_does_not_raise(capsys):
    checks.check("98.7", 1)
    assert "no exercise '98.7'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "right"),
    [(90, True), (110, True), (111, False), (89, False), (np.int64(100), True), (Decimal(100), True)],
)
def test_numbers_within_a_share(answer, right):
    add(number(100, within=0.1))
    assert judge("99.1", answer).is_right is right


@pytest.mark.parametrize("answer", ["100", True, float("nan"), [100], object()])
def test_what_is_no_number_is_not_right(answer):
    add(number(100, within=0.1))
    assert judge("99.1", answer).status == "not yet"


def test_hints_for_a_known_mistake_come_first():
    add(number(1500, hints={150: "A month has thirty days."}, unit="USD"))
    assert judge("99.1", 150).message == "A month has thirty days."
    assert judge("99.1", 10).message == "10 USD is too small."


def test_hints_do_not_tell_the_answer():
    add(number(1500, unit="USD"))
    add_choice = choice("Parquet", ["CSV", "Parquet"])
    assert "1500" not in judge("99.1", 3).message and "1,500" not in judge("99.1", 3).message
    assert "Parquet" not in add_choice("CSV", {}).message


def test_what_is_expected_may_depend_on_what_was_measured():
    add(number(lambda csv_bytes: csv_bytes / 20, within=0.01))
    assert judge("99.1", 5, csv_bytes=100).is_right
    assert not judge("99.1", 5, csv_bytes=200).is_right
    assert "csv_bytes" in judge("99.1", 5).message


def test_choices_ignore_case_and_explain_the_options():
    add(choice("Parquet", ["CSV", "Avro", "Parquet"], hints={"Avro": "Avro stores rows."}))
    assert judge("99.1", " parquet ").is_right
    assert judge("99.1", "avro").message == "Avro stores rows."
    assert judge("99.1", "XML").message == "Choose one of: CSV, Avro, Parquet."


def test_words_ignore_case_and_blanks():
    add(text(["HIVE_BAD_DATA"]))
    assert judge("99.1", " hive_bad_data ").is_right
    assert not judge("99.1", "HIVE_CURSOR_ERROR").is_right


def test_conditions_give_the_hint_of_the_first_that_fails():
    rule = satisfies((lambda answer: answer > 0, "positive"), (lambda answer, most: answer < most, "smaller"))
    add(rule)
    assert judge("99.1", 5, most=10).is_right
    assert judge("99.1", -1, most=10).message == "positive"
    assert judge("99.1", 11, most=10).message == "smaller"


def test_functions_are_called():
    add(function(((2, 3), 6), ((0, 5), 0)))
    assert judge("99.1", lambda a, b: a * b).is_right
    assert not judge("99.1", lambda a, b: a + b).is_right
    assert "ZeroDivisionError" in judge("99.1", lambda a, b: a / 0).message
    assert "function" in judge("99.1", 6).message


def test_an_answer_that_breaks_the_rule_does_not_stop_the_lesson():
    add(satisfies((lambda answer: answer["x"] > 0, "…")))
    assert judge("99.1", 3).status == "not yet"


def test_tables_are_compared_by_their_rows():
    add(rows([[2003, Decimal("1.50"), None], [2004, 2.0, "x"]]))
    frame = pd.DataFrame({"y": [2004, 2003], "s": [2, 1.5], "t": ["x", None]})
    assert judge("99.1", frame).is_right
    assert judge("99.1", [(2003, 1.5, None), (2004, 2, "x")]).is_right
    assert not judge("99.1", [(2003, 1.5, ""), (2004, 2, "x")]).is_right
    assert "2 rows" not in judge("99.1", frame[:1]).message
    assert "columns" in judge("99.1", frame[["y"]]).message


def test_order_counts_when_it_is_asked_for():
    add(rows([[1], [2]], ordered=True))
    assert judge("99.1", [[1], [2]]).is_right
    assert not judge("99.1", [[2], [1]]).is_right


def test_wrong_answers_that_a_rule_lets_pass_are_found(monkeypatch):
    monkeypatch.setattr(checks.importlib, "import_module", lambda name: None)
    exercise("99.1", number(5, within=1.0), wrong=[9, 50])
    exercise("99.2", number(lambda n: n), wrong=[9, 50], context={"n": 50})
    assert checks.accepted_wrong_answers("99") == [("99.1", 9), ("99.2", 50)]


def test_sql_is_run_compared_and_priced(course):
    add(query("SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (n, s)", must_use=["VALUES"]))
    assert judge("99.1", "SELECT * FROM (VALUES (2, NULL), (1, 'a')) AS t (n, s)").is_right
    assert "values are not" in judge("99.1", "SELECT * FROM (VALUES (2, 'b'), (1, 'a')) AS t (n, s)").message
    assert "VALUES" in judge("99.1", "SELECT 1").message
    assert judge("99.1", "SELEC VALUES").message.startswith("Athena says: MALFORMED_QUERY")


def test_sql_that_scans_too_much_is_not_yet_right(course):
    course.s3.put_object(Bucket=course.bucket, Key="course_test/t/a.csv", Body=b"1\n2\n3\n")
    from helpers import athena

    athena.query(f"CREATE EXTERNAL TABLE t (a int) LOCATION '{course.uri('t')}'")
    add(query([[3]], max_bytes=lambda limit: limit))
    assert judge("99.1", "SELECT count(*) FROM t", limit=6).is_right
    assert "6 B" in judge("99.1", "SELECT count(*) FROM t", limit=5).message
