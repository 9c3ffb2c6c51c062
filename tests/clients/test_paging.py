"""What the JDBC and ODBC drivers send: they poll ever more slowly, then read pages of 1,000 rows.

The drivers' own documentation (JDBC 3.x: ResultFetcher=GetQueryResults) names these calls; see docs/clients.md.
"""

import time

import boto3
import pytest
import requests

BUCKET, PAGE = "paging", 1000
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(scope="module", autouse=True)
def bucket(aws):
    boto3.client("s3").create_bucket(Bucket=BUCKET)


def finished(sql):
    """The id of the query, once it has succeeded."""
    client = boto3.client("athena")
    out = {"OutputLocation": f"s3://{BUCKET}/out/"}
    query = client.start_query_execution(QueryString=sql, ResultConfiguration=out)["QueryExecutionId"]
    pause = 0.005  # seconds; the driver's MinQueryExecutionPollingInterval and its multiplier
    while (state := client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]) in (
        "QUEUED",
        "RUNNING",
    ):
        time.sleep(pause)
        pause *= 2
    assert state == "SUCCEEDED"
    return query


def pages(query):
    """Every page, each asked for with the token of the one before."""
    client, token = boto3.client("athena"), {}
    while True:
        answer = client.get_query_results(QueryExecutionId=query, MaxResults=PAGE, **token)
        yield answer["ResultSet"]
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [
        (0, [1]),  # the row of the names is a row
        (998, [999]),
        (1000, [1000, 1]),
        (1999, [1000, 1000, 0]),  # a full page has a token even when nothing follows
        (2500, [1000, 1000, 501]),
    ],
)
def test_every_row_comes_once(rows, sizes):
    found = list(pages(finished(f"SELECT n, -n FROM UNNEST(sequence(1, {max(rows, 1)})) t(n) WHERE n <= {rows}")))
    assert [len(page["Rows"]) for page in found] == sizes
    cells = [[cell["VarCharValue"] for cell in row["Data"]] for page in found for row in page["Rows"]]
    assert cells == [["n", "_col1"], *[[str(n), str(-n)] for n in range(1, rows + 1)]]
    # Each page describes its columns: drivers look at whichever they have.
    assert {tuple(c["Type"] for c in page["ResultSetMetadata"]["ColumnInfo"]) for page in found} == {("bigint",) * 2}


def test_a_ddl_answer_has_no_row_of_names():
    """The same loop reads SHOW DATABASES and the like, whose first row is data."""
    boto3.client("glue").create_database(DatabaseInput={"Name": "aa_first"})
    (page,) = pages(finished("SHOW DATABASES"))
    assert page["Rows"][0]["Data"] == [{"VarCharValue": "aa_first"}]


def test_the_unpublished_stream_is_refused(aws):
    """GetQueryResultsStream, the older drivers' default, is refused by name."""
    target = {"X-Amz-Target": "AmazonAthena.GetQueryResultsStream", "Content-Type": "application/x-amz-json-1.1"}
    answer = requests.post(aws.url, headers=target, data="{}", timeout=10)
    assert answer.status_code == 400 and answer.json()["__type"].endswith("UnknownOperationException")
