"""Run SQL through the Athena API at the test endpoint, in one small vocabulary for all tests of queries."""

import time
from dataclasses import dataclass

BUCKET = "query-tests"


@dataclass
class Answer:
    """`rows` are text without the header; `reason` is set for a query that failed."""

    state: str
    columns: list
    rows: list
    scanned: int
    reason: str | None = None


class Session:
    """One database and bucket at an endpoint."""

    def __init__(self, client, database):
        self.athena, self.s3, self.database = client("athena"), client("s3"), database
        self.s3.create_bucket(Bucket=BUCKET)
        self.ok(f"CREATE DATABASE IF NOT EXISTS {database}", "default")

    def run(self, sql, database=None, parameters=None):
        request = {
            "QueryString": sql,
            "QueryExecutionContext": {"Database": database or self.database},
            "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"},
        }
        if parameters:
            request["ExecutionParameters"] = parameters
        execution_id = self.athena.start_query_execution(**request)["QueryExecutionId"]
        execution = self.wait(execution_id)
        status, scanned = execution["Status"], execution["Statistics"].get("DataScannedInBytes", 0)
        if status["State"] != "SUCCEEDED":
            return Answer(status["State"], [], [], scanned, status.get("StateChangeReason"))
        results = self.athena.get_query_results(QueryExecutionId=execution_id)["ResultSet"]
        columns = [(c["Name"], c["Type"]) for c in results["ResultSetMetadata"]["ColumnInfo"]]
        rows = [[d.get("VarCharValue") for d in r["Data"]] for r in results["Rows"]]
        names = [name for name, _ in columns]
        return Answer("SUCCEEDED", columns, rows[1:] if rows[:1] == [names] else rows, scanned)

    def wait(self, execution_id):
        """The QueryExecution once it has ended."""
        while True:
            execution = self.athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return execution
            time.sleep(0.01)

    def ok(self, sql, database=None, parameters=None):
        answer = self.run(sql, database, parameters)
        assert answer.state == "SUCCEEDED", f"{sql}: {answer.reason}"
        return answer

    def error(self, sql):
        answer = self.run(sql)
        assert answer.state == "FAILED", f"{sql} should have failed, gave {answer.rows[:3]}"
        return answer.reason

    def put(self, key, body):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return len(body)


def assert_clear(reason):
    """One line, without a traceback, a local path or a Python class."""
    assert reason and "\n" not in reason and len(reason) < 1500, reason
    for leak in ("Traceback", "/tmp/", "athena-workbook", "object at 0x", "NoneType", "GENERIC_INTERNAL_ERROR"):
        assert leak not in reason, reason
