"""The closing table's figures come from Athena, and are the ones that arithmetic by hand gives."""

from __future__ import annotations

import time

import boto3
import pytest

from helpers.course import usage
from helpers.course.figures import Outcome, remember
from helpers.course.runner import table
from helpers.local import process

ROWS = 1_500_000
LINE = b"1234567\n"  # 8 bytes: 12,000,000 bytes in all, above Athena's minimum of 10 MB


@pytest.fixture(scope="module")
def athena():
    """Athena over one table of 12,000,000 bytes, in two work groups."""
    with process.start() as endpoint:
        session = boto3.Session("test", "test", region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=endpoint.url)
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="numbers/part.csv", Body=LINE * ROWS)
        client = session.client("athena", endpoint_url=endpoint.url)
        for name in ("course_03", "somebody_elses"):
            settings = {"ResultConfiguration": {"OutputLocation": "s3://lake/results/"}}
            client.create_work_group(Name=name, Configuration=settings)
        assert run(client, "CREATE DATABASE IF NOT EXISTS default") == "SUCCEEDED"
        assert run(client, "CREATE EXTERNAL TABLE numbers (n int) LOCATION 's3://lake/numbers/'") == "SUCCEEDED"
        yield client


def run(athena, sql: str, workgroup: str = "course_03") -> str:
    """The final state of one query."""
    context = {"Database": "default"}
    execution = athena.start_query_execution(QueryString=sql, WorkGroup=workgroup, QueryExecutionContext=context)
    for _ in range(600):
        answer = athena.get_query_execution(QueryExecutionId=execution["QueryExecutionId"])
        state = answer["QueryExecution"]["Status"]["State"]
        if state not in ("QUEUED", "RUNNING"):
            return state
        time.sleep(0.05)
    raise TimeoutError(sql)


def test_queries_bytes_and_price(athena):
    before = usage.execution_ids(athena)
    assert run(athena, "SELECT count(n) FROM numbers") == "SUCCEEDED"  # 12 MB
    assert run(athena, "SELECT max(n) FROM numbers", "somebody_elses") == "SUCCEEDED"  # 12 MB
    assert run(athena, "SELECT 1") == "SUCCEEDED"  # nothing scanned
    assert run(athena, "SELECT missing FROM numbers") == "FAILED"  # free
    assert run(athena, "SHOW TABLES") == "SUCCEEDED"  # free
    spent = usage.total_of(athena, usage.execution_ids(athena) - before)
    assert (spent.queries, spent.scanned_bytes) == (5, 24_000_000)
    assert spent.usd == pytest.approx(2 * 12 / 1_000_000 * 5)  # 12 MB of a TB, at 5 USD, twice


def test_other_peoples_queries_are_left_out(athena):
    before = usage.execution_ids(athena, "course")
    run(athena, "SELECT 1", "somebody_elses")
    run(athena, "SELECT 2", "course_03")
    assert len(usage.execution_ids(athena, "course") - before) == 1


def test_more_executions_than_one_page_and_one_batch(athena):
    """ListQueryExecutions gives 50 at a time, BatchGetQueryExecution takes 50."""
    before = usage.execution_ids(athena)
    for number in range(usage.BATCH + 3):
        athena.start_query_execution(QueryString=f"SELECT {number}", WorkGroup="course_03")
    new = usage.execution_ids(athena) - before
    assert len(new) == usage.BATCH + 3
    assert usage.total_of(athena, new).queries == usage.BATCH + 3


def test_the_table():
    outcomes = [
        Outcome("03_formats", 9.96, usage.Usage(12, 1_234_567, 0.0006)),
        Outcome("04_parts", 1.04, usage.Usage(3, 10, 0.00005), error="04_parts, cell 3: KeyError: 'x'"),
    ]
    assert table(outcomes).splitlines() == [
        "lesson           seconds  queries  bytes scanned  Athena, USD",
        "---------------  -------  -------  -------------  -----------",
        "03_formats          10.0       12      1,234,567     0.000600",
        "04_parts FAILED      1.0        3             10     0.000050",
        "---------------  -------  -------  -------------  -----------",
        "all                 11.0       15      1,234,577     0.000650",
    ]


def test_figures_of_earlier_runs_are_kept(tmp_path):
    first = Outcome("03_formats", 9.5, usage.Usage(12, 1_234_567, 0.0006))
    remember(tmp_path, [first])
    second = Outcome("04_parts", 1.0)
    assert remember(tmp_path, [second]) == {"03_formats": first, "04_parts": second}
    (tmp_path / "figures.json").write_text("not JSON")
    assert remember(tmp_path, [second]) == {"04_parts": second}
