"""`helpers.sidebyside` with a real Spark: the same SQL text, a disagreement refused, the steps that move rows."""

from decimal import Decimal

import pytest

from helpers import sidebyside, spark
from helpers.results import Column, Result
from tests.spark.places import course_at


@pytest.fixture(scope="module")
def session():
    session = spark.session(course_at())
    session.sql("SELECT * FROM VALUES (1, 1.50BD), (2, 2.25BD), (3, 9.00BD) AS t (id, price)").createTempView("lines")
    yield session
    spark.stop()


def athena_says(*texts: list[str]) -> Result:
    """An answer of Athena to one question about `lines`."""
    return Result(
        sql="SELECT id, price FROM lines WHERE id <= ? ORDER BY id",
        query_id="q",
        state="SUCCEEDED",
        statement_type="DML",
        substatement_type="SELECT",
        columns=[Column("id", "integer"), Column("price", "decimal(10,2)")],
        texts=list(texts),
        bytes_scanned=250,
        seconds=0.25,
    )


def frame_of(session, most: int):
    return session.table("lines").where(f"id <= {most}").orderBy("id")


def test_equal_answers_are_measured(session, capsys):
    answer = athena_says(["1", "1.5"], ["2", "2.25"])
    pair = sidebyside.compare(session, answer, frame_of(session, 2), [2])
    assert (pair.rows, pair.athena_bytes, pair.spark_bytes, pair.s3_bytes) == (2, 250, 0, 0)
    assert pair.athena_seconds == 0.25 and pair.spark_seconds > 0 and pair.frame_seconds > 0
    assert capsys.readouterr().out == "2 rows, equal in Athena SQL, Spark SQL and the DataFrame API\n"


@pytest.mark.parametrize(
    ("parameter", "most", "words"),
    [
        (3, 2, "Athena SQL and Spark SQL differ: 2 rows and 3 rows"),
        (2, 3, "Athena SQL and the DataFrame API differ: 2 rows and 3 rows"),
    ],
)
def test_a_disagreement_is_refused(session, parameter, most, words, capsys):
    with pytest.raises(sidebyside.Disagreement, match=words):
        sidebyside.compare(session, athena_says(["1", "1.5"], ["2", "2.25"]), frame_of(session, most), [parameter])
    assert capsys.readouterr().out == ""


def test_another_cent_is_a_disagreement(session):
    with pytest.raises(sidebyside.Disagreement, match=r"row 1, column 2: decimal 1\.51 and decimal 1\.50"):
        sidebyside.compare(session, athena_says(["1", "1.51"]), frame_of(session, 1), [1])


def test_rows_are_python_values(session):
    assert sidebyside.rows_of(frame_of(session, 1)) == [(1, Decimal("1.50"))]


@pytest.mark.parametrize(
    ("hint", "join", "exchanges"), [("broadcast", "BroadcastHashJoin", 0), ("merge", "SortMergeJoin", 2)]
)
def test_the_steps_that_move_rows(session, hint, join, exchanges):
    frame = session.table("lines").join(session.table("lines").hint(hint), "id")
    steps = sidebyside.moves(frame)
    assert steps[0] == join
    assert sum(step.startswith("Exchange hashpartitioning(id, 2)") for step in steps) == exchanges
    assert ("BroadcastExchange" in steps) is (hint == "broadcast")
