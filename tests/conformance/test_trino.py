"""The examples of Trino's documentation, run on the local endpoint."""

import pytest
from botocore.exceptions import ClientError

from .cases import TRINO
from .expectations import rows_of
from .trino_text import means


@pytest.mark.parametrize("case", TRINO, ids=lambda case: case["id"])
def test_trino_example(case, replay, settle):
    settle(case["id"], list(problems(case, replay)))


def problems(case, replay):
    """Where the endpoint's answer differs from the documented one."""
    failure, rows, names = _ask(case["sql"], replay)
    if case.get("expect_error"):
        if failure is None or failure.startswith("NOT_SUPPORTED"):
            yield "error", "an error of the value", failure or rows
        return
    if failure is not None:
        yield "state", "SUCCEEDED", failure
        return
    if case.get("columns") and [n.lower() for n in names] != [n.lower() for n in case["columns"]]:
        yield "columns", case["columns"], names
    left = list(rows)
    for expected in case["expected"]:
        candidates = left[:1] if case["ordered"] else left
        hit = next((row for row in candidates if _same_row(expected, row)), None)
        if hit is None:
            yield "rows", case["expected"], rows
            return
        left.remove(hit)
    if left:
        yield "rows", case["expected"], rows


def _ask(sql, replay):
    """(reason of the failure or None, rows without the header, column names)"""
    try:
        execution = replay.run_sql({"sql": sql, "context": None}).execution
    except ClientError as error:
        return str(error), None, None
    if execution["Status"]["State"] != "SUCCEEDED":
        return execution["Status"].get("StateChangeReason", ""), None, None
    results = replay.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    columns = results["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    return None, rows_of(results)[1:], [column["Name"] for column in columns]


def _same_row(expected, row):
    return len(expected) == len(row) and all(map(means, expected, row))
