"""The life of queries, through boto3 over HTTP against a running endpoint."""

import csv
import io
import time
import uuid

import pytest
from botocore.exceptions import ClientError

ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1,50000)) AS t(n) "
    "CROSS JOIN UNNEST(sequence(1,50000)) AS u(m) CROSS JOIN UNNEST(sequence(1,50000)) AS v(o)"
)


@pytest.fixture(scope="module")
def bucket(s3):
    name = "queries-" + uuid.uuid4().hex[:8]
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def start(athena, bucket):
    """start(sql, **parameters) → execution id, with results below the bucket."""

    def run(sql, **parameters):
        location = {"ResultConfiguration": {"OutputLocation": f"s3://{bucket}/results/"}}
        return athena.start_query_execution(QueryString=sql, **{**location, **parameters})["QueryExecutionId"]

    return run


@pytest.fixture
def wait(athena):
    def until_ended(execution_id, within=30):
        end = time.monotonic() + within
        while time.monotonic() < end:
            execution = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] in ENDED:
                return execution
            time.sleep(0.02)
        raise AssertionError(f"still {execution['Status']['State']} after {within} s")

    return until_ended


@pytest.fixture
def run(start, wait):
    return lambda sql, **parameters: wait(start(sql, **parameters))


@pytest.fixture
def group(athena):
    """group(**configuration) → the name of a new work group."""

    def make(**configuration):
        name = "g" + uuid.uuid4().hex[:8]
        athena.create_work_group(Name=name, Configuration=configuration)
        return name

    return make


@pytest.fixture
def table(run, s3, bucket):
    """table(body) → the name of a new table with one integer column n over a CSV object."""

    def make(body):
        name = "t" + uuid.uuid4().hex[:8]
        run("CREATE DATABASE IF NOT EXISTS queries_db")
        s3.put_object(Bucket=bucket, Key=f"{name}/data.csv", Body=body)
        made = run(
            f"CREATE EXTERNAL TABLE queries_db.{name} (n int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
            f"LOCATION 's3://{bucket}/{name}/'"
        )
        assert made["Status"]["State"] == "SUCCEEDED", made["Status"]
        return f"queries_db.{name}"

    return make


def refusal(call, *arguments, **parameters):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return response.get("AthenaErrorCode"), response["Message"]


# States, times, statistics


def test_a_query_shows_its_life(run, bucket):
    execution = run("SELECT 1 + 1 AS two", QueryExecutionContext={"Database": "Some_DB", "Catalog": "AwsDataCatalog"})
    status, statistics = execution["Status"], execution["Statistics"]
    assert status["State"] == "SUCCEEDED"
    assert status["SubmissionDateTime"] <= status["CompletionDateTime"]
    assert statistics["DataScannedInBytes"] == 0
    parts = ("QueryQueueTimeInMillis", "EngineExecutionTimeInMillis", "ServiceProcessingTimeInMillis")
    parts += ("ServicePreProcessingTimeInMillis",)
    assert statistics["TotalExecutionTimeInMillis"] == sum(statistics[part] for part in parts)
    assert statistics["ResultReuseInformation"] == {"ReusedPreviousResult": False}
    assert execution["QueryExecutionContext"] == {"Database": "Some_DB", "Catalog": "awsdatacatalog"}
    assert execution["WorkGroup"] == "primary"
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert execution["ResultConfiguration"]["OutputLocation"] == (
        f"s3://{bucket}/results/{execution['QueryExecutionId']}.csv"
    )


def test_a_running_query_has_no_results_yet_and_can_be_stopped(athena, start, wait):
    execution_id = start(ENDLESS)
    code, message = refusal(athena.get_query_results, QueryExecutionId=execution_id)
    assert code == "INVALID_QUERY_EXECUTION_STATE"
    assert message.startswith("Query has not yet finished. Current state: ")
    athena.stop_query_execution(QueryExecutionId=execution_id)
    execution = wait(execution_id)
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Query cancelled by user"
    assert "AthenaError" not in execution["Status"]
    assert refusal(athena.get_query_results, QueryExecutionId=execution_id) == (
        "RESULT_NOT_FOUND",
        "Could not find results",
    )


def test_more_queries_than_run_at_once_wait_their_turn(athena, start, wait):
    """Endless ones fill every place; those behind them are queued, and run once the others are stopped."""
    endless = [start(ENDLESS) for _ in range(8)]
    try:
        time.sleep(0.5)
        behind = start("SELECT 7 AS n")
        execution = athena.get_query_execution(QueryExecutionId=behind)["QueryExecution"]
        assert execution["Status"]["State"] == "QUEUED"
        unwanted = start("SELECT 8 AS n")
        athena.stop_query_execution(QueryExecutionId=unwanted)
        assert wait(unwanted)["Status"]["State"] == "CANCELLED"
    finally:
        for execution_id in endless:
            athena.stop_query_execution(QueryExecutionId=execution_id)
    assert wait(behind)["Status"]["State"] == "SUCCEEDED"
    assert wait(unwanted)["Status"]["State"] == "CANCELLED"


def test_many_at_once_answer_each_their_own(athena, start, wait):
    ids = {n: start(f"SELECT {n} + 0 AS n") for n in range(40)}
    for n, execution_id in ids.items():
        assert wait(execution_id)["Status"]["State"] == "SUCCEEDED"
        rows = athena.get_query_results(QueryExecutionId=execution_id)["ResultSet"]["Rows"]
        assert rows[1] == {"Data": [{"VarCharValue": str(n)}]}


def test_executions_are_listed_newest_first(athena, start, group):
    name = group(EnforceWorkGroupConfiguration=False)
    ids = [start(f"SELECT {n}", WorkGroup=name) for n in range(3)]
    assert athena.list_query_executions(WorkGroup=name)["QueryExecutionIds"] == ids[::-1]
    assert ids[0] not in athena.list_query_executions()["QueryExecutionIds"]


def test_runtime_statistics_count_rows_and_bytes(athena, run):
    execution = run("SELECT n FROM UNNEST(sequence(1,10)) AS t(n)")
    found = athena.get_query_runtime_statistics(QueryExecutionId=execution["QueryExecutionId"])
    rows = found["QueryRuntimeStatistics"]["Rows"]
    assert (rows["OutputRows"], rows["InputBytes"]) == (10, 0)
    assert rows["OutputBytes"] == len('"n"\n') + sum(len(f'"{n}"\n') for n in range(1, 11))
    timeline = found["QueryRuntimeStatistics"]["Timeline"]
    assert timeline["TotalExecutionTimeInMillis"] == execution["Statistics"]["TotalExecutionTimeInMillis"]


# Results


def test_pages_and_file_of_a_large_result_agree(athena, run, s3):
    """Large enough to be kept on disk: 3,001 rows with their header."""
    execution = run(
        "SELECT n, 'a \"quoted\", text' AS t, CAST(NULL AS varchar) AS e FROM UNNEST(sequence(1,3000)) AS u(n)"
    )
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"])
    rows = [
        [value.get("VarCharValue") for value in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
    ]
    assert rows[0] == ["n", "t", "e"]
    assert rows[1:] == [[str(n), 'a "quoted", text', None] for n in range(1, 3001)]
    where, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
    body = s3.get_object(Bucket=where, Key=key)["Body"].read().decode()
    assert list(csv.reader(io.StringIO(body))) == [[v or "" for v in row] for row in rows]
    assert body.splitlines()[1] == '"1","a ""quoted"", text",'


def test_few_rows_of_much_text(athena, run):
    """Ten rows of 100,000 characters are kept on disk as well, and come back whole."""
    text = "rpad('', 100000, 'ab')"
    execution = run(f"SELECT n, {text} AS t FROM UNNEST(sequence(1,10)) AS u(n) ORDER BY n")
    rows = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["Rows"]
    found = [[value["VarCharValue"] for value in row["Data"]] for row in rows]
    assert found == [["n", "t"], *([str(n), "ab" * 50_000] for n in range(1, 11))]


def test_token_of_another_query_is_refused(athena, run):
    first, second = (run(f"SELECT n FROM UNNEST(sequence({n},{n} + 9)) AS t(n)")["QueryExecutionId"] for n in (1, 2))
    token = athena.get_query_results(QueryExecutionId=first, MaxResults=2)["NextToken"]
    code, message = refusal(athena.get_query_results, QueryExecutionId=second, NextToken=token)
    assert (code, message) == ("INVALID_INPUT", f"Malformed nextPageToken {token}")


def test_file_is_there_when_success_is(run, s3):
    for n in range(10):
        where, key = (
            run(f"SELECT {n} + 1")["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
        )
        s3.head_object(Bucket=where, Key=key)


# What is refused


def test_output_bucket_must_exist(start):
    location = {"OutputLocation": "s3://no-such-bucket-anywhere/x/"}
    code, message = refusal(start, "SELECT 1", ResultConfiguration=location)
    assert (code, message) == ("INVALID_INPUT", "Unable to verify/create output bucket no-such-bucket-anywhere")


def test_work_group_must_exist_and_be_enabled(athena, start, group):
    assert refusal(start, "SELECT 1", WorkGroup="nobody")[1] == "WorkGroup nobody is not found."
    name = group()
    athena.update_work_group(WorkGroup=name, State="DISABLED")
    assert refusal(start, "SELECT 1", WorkGroup=name)[1] == f"WorkGroup {name} is disabled."


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
        "SELECT " + "NOT " * 50_000 + "true",
        "SELECT " + " + ".join(["1"] * 60_000),
        "SELECT 1 WHERE " + " OR ".join(f"{n} = {n + 1}" for n in range(10_000)),
        "SELECT '" + "x" * 262_000 + "'",
    ],
    ids=["parentheses", "not", "sum", "or", "string"],
)
def test_enormous_statements_get_an_answer_and_the_next_query_works(start, wait, run, sql):
    try:
        execution = wait(start(sql), within=60)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidRequestException"
        assert "\n" not in error.response["Message"]
    else:
        reason = execution["Status"].get("StateChangeReason", "")
        assert execution["Status"]["State"] == "SUCCEEDED" or "GENERIC_INTERNAL_ERROR" not in reason, reason[:300]
    assert run("SELECT 1")["Status"]["State"] == "SUCCEEDED"


# Idempotency


def test_same_token_starts_one_query(start):
    token = uuid.uuid4().hex
    assert start("SELECT 1", ClientRequestToken=token) == start("SELECT 1", ClientRequestToken=token)
    for changed in (
        {"QueryExecutionContext": {"Database": "other"}},
        {"QueryExecutionContext": {"Catalog": "other"}},
    ):
        code, _ = refusal(start, "SELECT 1", ClientRequestToken=token, **changed)
        assert code == "IDEMPOTENT_PARAMETER_MISMATCH"


# Work groups


def test_enforced_location_wins_even_over_a_given_one(run, bucket, group):
    name = group(
        EnforceWorkGroupConfiguration=True, ResultConfiguration={"OutputLocation": f"s3://{bucket}/enforced"}
    )
    execution = run("SELECT 1", WorkGroup=name)
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{bucket}/enforced/")


def test_scan_cutoff_cancels_and_bills_what_was_scanned(run, table, group):
    """A cutoff of 10,000,000 bytes over 11,000,000; the same query without one succeeds."""
    name = table(b"1234567890\n" * 1_000_000)
    limited = group(EnforceWorkGroupConfiguration=False, BytesScannedCutoffPerQuery=10_000_000)
    execution = run(f"SELECT count(*) FROM {name}", WorkGroup=limited)
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert execution["Statistics"]["DataScannedInBytes"] > 10_000_000
    unlimited = run(f"SELECT count(*) FROM {name}")
    assert unlimited["Status"]["State"] == "SUCCEEDED"
    assert unlimited["Statistics"]["DataScannedInBytes"] == 11_000_000


# Result reuse

REUSE = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}}


def reused(execution):
    return execution["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]


def test_a_first_run_without_reuse_can_be_reused(run, table):
    sql = f"SELECT n FROM {table(b'1')} ORDER BY n"
    first, second = run(sql), run(sql, **REUSE)
    assert (reused(first), reused(second)) == (False, True)
    assert first["Statistics"]["DataScannedInBytes"] == 1
    assert second["Statistics"]["DataScannedInBytes"] == 0
    assert second["ResultConfiguration"] == first["ResultConfiguration"]


def test_reuse_does_not_see_new_data_but_age_zero_does(athena, run, s3, bucket, table):
    name = table(b"1")
    sql = f"SELECT n FROM {name} ORDER BY n"
    run(sql)
    s3.put_object(Bucket=bucket, Key=f"{name.partition('.')[2]}/data.csv", Body=b"2")
    stale = run(sql, **REUSE)
    rows = athena.get_query_results(QueryExecutionId=stale["QueryExecutionId"])["ResultSet"]["Rows"]
    assert rows[1]["Data"][0]["VarCharValue"] == "1"
    now = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 0}}
    assert not reused(run(sql, ResultReuseConfiguration=now))


@pytest.mark.parametrize("change", ["LIMIT 1", "WHERE n > rand()", "WHERE current_date > DATE '2000-01-01'"])
def test_answers_that_may_change_are_not_reused(run, table, change):
    sql = f"SELECT n FROM {table(b'1')} {change}"
    run(sql, **REUSE)
    assert not reused(run(sql, **REUSE))


def test_limit_with_order_is_reused(run, table):
    sql = f"SELECT n FROM {table(b'1')} ORDER BY n LIMIT 1"
    run(sql)
    assert reused(run(sql, **REUSE))


def test_other_work_group_database_or_text_is_not_reused(run, table, group):
    name = table(b"1")
    run(f"SELECT n FROM {name}")
    assert not reused(run(f"SELECT n FROM {name}", WorkGroup=group(EnforceWorkGroupConfiguration=False), **REUSE))
    assert not reused(run(f"SELECT n FROM {name}", QueryExecutionContext={"Database": "x"}, **REUSE))
    assert not reused(run(f"SELECT  n FROM {name}", **REUSE))
    assert reused(run(f"SELECT n FROM {name};", **REUSE))


def test_a_deleted_result_is_made_again(run, s3, table):
    sql = f"SELECT n FROM {table(b'1')}"
    where, key = run(sql)["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
    s3.delete_object(Bucket=where, Key=key)
    assert not reused(run(sql, **REUSE))


# The catalog behind it


def test_changes_made_through_glue_are_seen_by_the_next_query(athena, client, run, table):
    """The engine keeps what it read of the catalog; the server tells it of every change."""
    name = table(b"1\n2\n")
    assert run(f"SELECT n FROM {name}")["Status"]["State"] == "SUCCEEDED"
    glue, (database, own) = client("glue"), name.split(".")
    definition = glue.get_table(DatabaseName=database, Name=own)["Table"]
    storage = definition["StorageDescriptor"]
    storage["Columns"] = [{"Name": "renamed", "Type": "string"}]
    known = ("Name", "TableType", "Parameters", "PartitionKeys")
    changed = {key: definition[key] for key in known if key in definition} | {"StorageDescriptor": storage}
    glue.update_table(DatabaseName=database, TableInput=changed)
    assert run(f"SELECT renamed FROM {name}")["Status"]["State"] == "SUCCEEDED"
    assert run(f"SELECT n FROM {name}")["Status"]["StateChangeReason"].startswith("COLUMN_NOT_FOUND")
    glue.delete_table(DatabaseName=database, Name=own)
    assert run(f"SELECT renamed FROM {name}")["Status"]["StateChangeReason"].startswith("TABLE_NOT_FOUND")


def test_database_in_hives_quotes(run, table):
    """As awswrangler's describe_table, show_create_table and repair_table send it."""
    database, name = table(b"1").split(".")
    execution = run(f"DESCRIBE {name}", QueryExecutionContext={"Database": f"`{database}`"})
    assert execution["Status"]["State"] == "SUCCEEDED"


def test_output_bucket_deleted_while_the_query_runs(athena, s3, start, wait):
    """The result cannot be written: the query fails in one line."""
    s3.create_bucket(Bucket="short-lived")
    slow = "SELECT count(*) FROM UNNEST(sequence(1,20000)) AS t(n) CROSS JOIN UNNEST(sequence(1,20000)) AS u(m)"
    execution_id = start(slow, ResultConfiguration={"OutputLocation": "s3://short-lived/"})
    s3.delete_bucket(Bucket="short-lived")
    status = wait(execution_id)["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"].startswith("The S3 location provided to save your query results is invalid.")
