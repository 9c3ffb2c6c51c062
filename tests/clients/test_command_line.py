"""The AWS command line as its documentation uses it: a table from a file, a query, every page of its result."""

import json

import boto3
import pytest

BUCKET, DATABASE, ROWS = "command-line", "command_line", 2500
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(scope="module", autouse=True)
def lake(aws):
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("glue").create_database(DatabaseInput={"Name": DATABASE})


@pytest.fixture
def aws_json(program):
    """aws_json(*arguments) → the answer."""
    return lambda *arguments: json.loads(program("aws", *arguments, "--output", "json"))


def athena(aws_json, sql):
    """Start, and poll as scripts do; → the execution."""
    started = aws_json(
        *("athena", "start-query-execution", "--query-string", sql),
        *("--query-execution-context", f"Database={DATABASE}"),
        *("--result-configuration", f"OutputLocation=s3://{BUCKET}/out/"),
    )
    while True:
        found = aws_json("athena", "get-query-execution", "--query-execution-id", started["QueryExecutionId"])
        if found["QueryExecution"]["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return found["QueryExecution"]


def test_from_a_file_to_the_last_page(program, aws_json, tmp_path):
    lines = [f"{n},{'x' * (n % 7)}" for n in range(ROWS)]
    (tmp_path / "numbers.csv").write_text("\n".join(lines) + "\n")
    program("aws", "s3", "cp", "numbers.csv", f"s3://{BUCKET}/numbers/numbers.csv")
    assert program("aws", "s3", "ls", f"s3://{BUCKET}/numbers/").split()[-2:] == [
        str((tmp_path / "numbers.csv").stat().st_size),
        "numbers.csv",
    ]

    created = athena(
        aws_json,
        "CREATE EXTERNAL TABLE numbers (n int, x string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        f"LOCATION 's3://{BUCKET}/numbers/'",
    )
    assert created["Status"]["State"] == "SUCCEEDED"
    table = aws_json("glue", "get-table", "--database-name", DATABASE, "--name", "numbers")["Table"]
    assert [c["Type"] for c in table["StorageDescriptor"]["Columns"]] == ["int", "string"]

    query = athena(aws_json, "SELECT n, x FROM numbers ORDER BY n")
    assert query["Statistics"]["DataScannedInBytes"] == (tmp_path / "numbers.csv").stat().st_size
    results = "athena", "get-query-results", "--query-execution-id", query["QueryExecutionId"]
    everything = aws_json(*results)  # the command line asks for one page after the other by itself
    rows = [[cell.get("VarCharValue") for cell in row["Data"]] for row in everything["ResultSet"]["Rows"]]
    assert rows == [["n", "x"], *[line.split(",") for line in lines]]

    first = aws_json(*results, "--max-items", "1001")
    rest = aws_json(*results, "--starting-token", first["NextToken"])
    assert first["ResultSet"]["Rows"] + rest["ResultSet"]["Rows"] == everything["ResultSet"]["Rows"]

    csv = program("aws", "s3", "cp", query["ResultConfiguration"]["OutputLocation"], "-")
    assert csv.splitlines()[:2] == ['"n","x"', '"0",""'] and csv.count("\n") == ROWS + 1


def test_a_refusal_is_shown(program, aws_json):
    failed = athena(aws_json, "SELECT nope")
    assert failed["Status"]["StateChangeReason"].startswith("COLUMN_NOT_FOUND: line 1:8: Column 'nope'")
    with pytest.raises(AssertionError, match=r"\(InvalidRequestException\).*mismatched input 'SELEC'"):
        athena(aws_json, "SELEC 1")
