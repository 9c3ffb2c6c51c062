"""query(): what reaches Athena and what comes back, against the local endpoint."""

from datetime import date
from decimal import Decimal

import pytest

from helpers import athena
from helpers.athena import QueryError
from helpers.placeholders import PlaceholderError


def test_null_and_the_empty_string_stay_apart(course):
    answer = athena.query("SELECT CAST(NULL AS varchar) AS n, '' AS e")
    assert answer.rows == [(None, "")]


def test_bound_values_arrive_with_their_types(course):
    values = {"s": "it's; DROP TABLE x", "i": 42, "d": Decimal("1.50"), "day": date(2004, 2, 29), "n": None}
    answer = athena.query("SELECT :s AS s, :i AS i, :d AS d, :day AS day, :n AS n, ':s' AS text", values)
    assert answer.rows == [(values["s"], 42, Decimal("1.50"), date(2004, 2, 29), None, ":s")]


@pytest.mark.parametrize("text", ["", "'", "''; --", "a\\'b", "Köln ☃", "x\ny\tz", ":a ? {b}", "NULL", "/* */"])
def test_text_comes_back_as_it_went(course, text):
    assert athena.query("SELECT :text AS t", {"text": text}).value == text


def test_question_marks_take_a_sequence(course):
    assert athena.query("SELECT ? + ?", [20, 22]).value == 42


def test_more_rows_than_one_page_come_back_in_order(course):
    answer = athena.query("SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n")
    assert [row[0] for row in answer.rows] == list(range(1, 2501))


def test_bytes_price_and_kind_of_a_query_over_a_file(course):
    course.s3.put_object(Bucket=course.bucket, Key="course_test/t/a.csv", Body=b"1\n2\n3\n")
    made = athena.query(f"CREATE EXTERNAL TABLE t (a int) LOCATION '{course.uri('t')}'")
    assert (made.statement_type, made.bytes_scanned, made.cost_usd) == ("DDL", 0, 0)
    answer = athena.query("SELECT sum(a) FROM t")
    assert (answer.value, answer.bytes_scanned, answer.cost_usd) == (6, 6, Decimal("0.00005"))
    assert answer.output_location == f"{course.results}{answer.query_id}.csv"
    assert athena.scanned("SELECT 1 FROM t") == 6
    assert athena.query("SHOW TABLES").texts == [["t"]]


def test_the_tally_counts_what_ran_and_what_it_cost(course):
    course.s3.put_object(Bucket=course.bucket, Key="course_test/t/a.csv", Body=b"1\n2\n3\n")
    athena.query(f"CREATE EXTERNAL TABLE t (a int) LOCATION '{course.uri('t')}'")
    athena.query("SELECT count(*) FROM t")
    with pytest.raises(QueryError):
        athena.query("SELECT nosuch FROM t")
    assert str(athena.tally()) == "3 queries · 6 B scanned · $0.000050"
    athena.reset_tally()
    assert str(athena.tally()) == "0 queries · 0 B scanned · $0"


def test_a_failed_query_shows_athenas_message_once_in_one_line(course):
    with pytest.raises(QueryError) as failed:
        athena.query("SELECT nosuch FROM (VALUES 1) AS t (a)")
    assert str(failed.value) == (
        "COLUMN_NOT_FOUND: line 1:8: Column 'nosuch' cannot be resolved or requester is not authorized to"
        " access requested resources"
    )
    assert failed.value.state == "FAILED" and failed.value.query_id


def test_a_refused_query_never_ran(course):
    with pytest.raises(QueryError, match=r"^MALFORMED_QUERY: line 1:1: mismatched input 'SELEC'") as refused:
        athena.query("SELEC 1")
    assert (refused.value.state, refused.value.query_id) == ("REFUSED", None)
    assert athena.query("SELECT 1").value == 1


def test_a_cancelled_query_says_that_it_was_and_what_it_pays_for(course):
    body = b"x" * 99 + b"\n"
    course.s3.put_object(Bucket=course.bucket, Key="course_test/t/a.csv", Body=body * 120_000)
    athena.query(f"CREATE EXTERNAL TABLE t (a string) LOCATION '{course.uri('t')}'")
    small = course.make_workgroup("small", BytesScannedCutoffPerQuery=10_000_000)
    with pytest.raises(QueryError, match="CANCELLED: Bytes scanned limit was exceeded") as stopped:
        athena.query("SELECT count(*) FROM t", workgroup=small)
    assert stopped.value.state == "CANCELLED"
    assert stopped.value.bytes_scanned > 0


def test_a_reused_result_scans_nothing(course):
    course.s3.put_object(Bucket=course.bucket, Key="course_test/t/a.csv", Body=b"1\n2\n")
    athena.query(f"CREATE EXTERNAL TABLE t (a int) LOCATION '{course.uri('t')}'")
    first = athena.query("SELECT count(*) FROM t", reuse_minutes=60)
    second = athena.query("SELECT count(*) FROM t", reuse_minutes=60)
    assert (first.reused, second.reused) == (False, True)
    assert second.bytes_scanned == 0 and second.value == 2
    assert second.cost_line == "0 B scanned · $0 (nothing scanned) · reused result"


def test_an_expected_error_must_happen(course):
    assert athena.error_of("SELECT 1/0").startswith("DIVISION_BY_ZERO")
    with pytest.raises(AssertionError, match="succeeded"):
        athena.error_of("SELECT 1")


def test_a_name_without_value_never_reaches_athena(course):
    athena.reset_tally()
    with pytest.raises(PlaceholderError):
        athena.query("SELECT :year", {})
    assert athena.tally().queries == 0


def test_explain_gives_the_plan_and_runs_nothing(course):
    assert "Output" in athena.explain("SELECT 1 AS a")


def test_an_endpoint_that_is_gone_is_one_line(course):
    from helpers import lab

    gone = lab.Lab("local", course.bucket, course.name, course.clients)
    client = course.session.client("athena", endpoint_url="http://127.0.0.1:9")
    clients = type("Clients", (), {"athena": client})()
    gone = lab.Lab("local", course.bucket, course.name, clients)
    with pytest.raises(QueryError, match=r"^Athena cannot be reached: .*127\.0\.0\.1:9"):
        athena.query("SELECT 1", where=gone)


def test_interrupting_the_wait_stops_the_query(course):
    def interrupted(seconds):
        raise KeyboardInterrupt

    slow = "SELECT sum(a * b) FROM UNNEST(sequence(1, 10000)) AS t (a) CROSS JOIN UNNEST(sequence(1, 10000)) AS u (b)"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(athena.time, "sleep", interrupted)
        athena.query(slow)
    (query_id,) = course.athena.list_query_executions(WorkGroup=course.workgroup)["QueryExecutionIds"]
    assert athena._wait(course.athena, query_id)["Status"]["State"] == "CANCELLED"
