"""Settings in one line, retries by the clock, values, sizes, cost: parts whose faults the endpoint cannot play."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from helpers import costs
from helpers.athena_lambda import athena, replies
from helpers.athena_lambda.athena import Deadline, OutOfTime, call
from helpers.athena_lambda.settings import Settings, SettingsError
from helpers.athena_lambda.values import column, iso
from tests.lambda_function.conftest import Context

GOOD = {"ATHENA_DATABASE": "shop", "ATHENA_WORKGROUP": "reports", "ATHENA_RESULTS": "s3://bucket/answers"}


def test_settings_from_variables():
    settings = Settings.from_environment({**GOOD, "DEFAULT_QUERY": "a", "RESERVE_MS": "1500"}, ["a"])
    assert (settings.results, settings.results_place) == ("s3://bucket/answers/", ("bucket", "answers/"))
    assert (settings.default_query, settings.reserve_ms, settings.usd_per_tb) == ("a", 1500, Decimal("5.00"))


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"ATHENA_DATABASE": ""}, "ATHENA_DATABASE is missing"),
        ({"ATHENA_DATABASE": "a; DROP"}, "ATHENA_DATABASE is not a database name"),
        ({"ATHENA_RESULTS": "bucket"}, "ATHENA_RESULTS is not s3://bucket/prefix/"),
        ({"ATHENA_RESULTS": "s3://bucket/"}, "ATHENA_RESULTS is not"),
        ({"DEFAULT_QUERY": "b"}, "DEFAULT_QUERY is not one of a"),
        ({"TOPIC_ARN": "topic"}, "TOPIC_ARN is not an SNS topic's ARN"),
        ({"RESERVE_MS": "-1"}, "RESERVE_MS is not a whole number from 200 to 60000"),
        ({"ANSWER_BYTES": "7000000"}, "ANSWER_BYTES is not"),
        ({"PRESIGN_SECONDS": "x"}, "PRESIGN_SECONDS is not"),
        ({"USD_PER_TB": "NaN"}, "USD_PER_TB is not"),
        ({"USD_PER_TB": "five"}, "USD_PER_TB is not"),
    ],
)
def test_a_wrong_variable_is_named(wrong, said):
    with pytest.raises(SettingsError, match=said):
        Settings.from_environment({**GOOD, **wrong}, ["a"])


def test_all_that_is_wrong_is_one_line():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"RESERVE_MS": "x"})
    said = str(caught.value)
    assert "\n" not in said
    assert all(name in said for name in (*GOOD, "RESERVE_MS"))


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}}, "GetQueryExecution")


def failing(*errors):
    """An operation that raises these, one after the other, and then answers."""
    left = list(errors)

    def operation(**arguments):
        if left:
            raise left.pop(0)
        return {"answer": arguments, "left": len(left)}

    return operation


@pytest.fixture
def naps(monkeypatch):
    """The seconds slept; nothing really sleeps."""
    slept = []
    monkeypatch.setattr(athena.time, "sleep", slept.append)
    return slept


def test_throttling_and_lost_connections_are_tried_again(naps):
    lost = ConnectTimeoutError(endpoint_url="http://x")
    operation = failing(refused("TooManyRequestsException"), refused("ThrottlingException"), lost)
    assert call(operation, Deadline(Context(60), 1000), a=1)["answer"] == {"a": 1}
    assert len(naps) == 3 and naps[0] < naps[2]


def test_what_will_not_change_is_not_tried_again(naps):
    with pytest.raises(ClientError):
        call(failing(refused("InvalidRequestException")), Deadline(Context(60), 1000))
    assert naps == []


def test_retrying_ends(naps):
    with pytest.raises(ClientError):
        call(failing(*[refused("ThrottlingException")] * 50), Deadline(Context(60), 1000))
    assert len(naps) == athena.MOST_ATTEMPTS - 1


def test_retrying_ends_with_the_time():
    with pytest.raises(OutOfTime):
        call(failing(*[refused("ThrottlingException")] * 50), Deadline(Context(0), 1000))


def test_the_reserve_is_at_most_a_third():
    assert 1.9 < Deadline(Context(3), 10_000).left() <= 2.0
    assert 58.9 < Deadline(Context(60), 1_000).left() <= 59.0


@pytest.mark.parametrize(
    "type_, text, json_, value",
    [
        ("tinyint", "-1", "number", -1),
        ("bigint", "9007199254740991", "number", 2**53 - 1),
        ("bigint", "9007199254740992", "string", "9007199254740992"),
        ("bigint", "-9007199254740992", "string", "-9007199254740992"),
        ("double", "1.0E300", "number", 1e300),
        ("double", "-Infinity", "string", "-Infinity"),
        ("decimal(10,2)", "1.50", "string", "1.50"),
        ("boolean", "false", "boolean", False),
        ("varchar", "", "string", ""),
        ("varchar", "null", "string", "null"),
        ("timestamp", "2026-10-10 12:34:56.123", "string", "2026-10-10T12:34:56.123"),
        ("timestamp with time zone", "2026-10-10 12:34:56.123 UTC", "string", "2026-10-10T12:34:56.123Z"),
        ("row(a integer)", "{a=1}", "text", "{a=1}"),
        ("map", "{a=1}", "text", "{a=1}"),
        ("json", '{"a":1}', "string", '{"a":1}'),
    ],
)
def test_values(type_, text, json_, value):
    description, values = column("c", type_, [text, None])
    assert (description, values) == ({"name": "c", "type": type_, "json": json_}, [value, None])
    assert type(values[0]) is type(value)


def test_named_zones_stay_as_they_are():
    assert iso("2026-10-10 12:34:56.123 Europe/Berlin") == "2026-10-10 12:34:56.123 Europe/Berlin"
    assert iso("2026-10-10 12:34:56 +02:00") == "2026-10-10T12:34:56+02:00"


@pytest.mark.parametrize("scanned", [0, 1, 9_999_999, 10_000_000, 10_000_001, 79_012_345, 10**12, 10**12 + 1])
def test_the_cost_is_that_of_the_course(scanned):
    execution = {"Status": {"State": "SUCCEEDED"}, "Statistics": {"DataScannedInBytes": scanned}}
    assert replies.cost_usd(execution, Decimal(5)) == costs.athena_query_cost(scanned)


def test_a_result_that_cannot_be_read_in_time_is_no_table():
    def pages():
        yield athena.Page([{"Name": "n", "Type": "integer"}], [["1"]], last=False)
        raise OutOfTime

    assert replies.table(pages(), 10**6) is None


def test_failed_queries_and_ddl_are_free_cancelled_ones_are_not():
    def cost(state, kind, scanned):
        execution = {"Status": {"State": state}, "StatementType": kind, "Statistics": {"DataScannedInBytes": scanned}}
        return replies.cost_usd(execution, Decimal(5))

    assert cost("FAILED", "DML", 10**9) == 0
    assert cost("SUCCEEDED", "DDL", 0) == 0
    assert cost("SUCCEEDED", "DDL", 10**9) == Decimal("0.005"), "CTAS counts as DDL and pays for what it reads"
    assert cost("CANCELLED", "DML", 10**9) == Decimal("0.005")


@pytest.mark.parametrize(
    "category, reason, status",
    [
        (1, "GENERIC_INTERNAL_ERROR: s3://secret/", 500),
        (2, "DIVISION_BY_ZERO: Division by zero", 400),
        (2, "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.t' does not exist", 500),
        (2, "HIVE_BAD_DATA: s3://secret/", 500),
        (3, "whatever", 500),
        (None, "", 500),
    ],
)
def test_whose_fault_a_failure_is(category, reason, status):
    error = {"AthenaError": {"ErrorCategory": category, "Retryable": True}} if category else {}
    execution = {"Status": {"State": "FAILED", "StateChangeReason": reason, **error}}
    got, body = replies.failed(execution)
    assert got == status
    assert "s3://" not in json.dumps(body) and "awsdatacatalog" not in json.dumps(body)
    assert replies.failed({"Status": {"State": "FAILED"}})[0] == 500, "the reason is optional in the API"
