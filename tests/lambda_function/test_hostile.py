"""Hostile events by hand and by Hypothesis: always a status and a JSON text, never anything internal."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import lambda_to_athena_query as function
from helpers.athena_lambda.settings import Settings
from tests.lambda_function.conftest import Context, body_of

PLACE = Settings("secret_database", "secret_workgroup", "s3://secret-bucket/answers/", topic_arn=None)
INTERNAL = re.compile(r"secret|Traceback|File \"|\.py|arn:|s3://|Error\(|Exception|botocore|127\.0\.0\.1")

DEEP = "[" * 5_000 + "]" * 5_000


def nested(depth: int) -> list:
    """A list in a list in a list …: what a parser lets through, and what repr() cannot print."""
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


TEXTS = ["", " ", "\x00", "\ud800", "'", "orders_by_year'--", "SELECT 1", "__class__", "../../x", "x" * 100_000]
ODD = [None, True, False, 0, -1, 1e308, float("nan"), [], [[]], {}, {"a": {}}, *TEXTS]
DIRECT = [
    *ODD,
    *({"query": value} for value in ODD),
    *({"query": "top_customers", "parameters": value} for value in ODD if value != {}),
    *({"query": "top_customers", "parameters": {"year": value}} for value in ODD),
    *({"query": "revenue_by_month", "parameters": {"year": 2004, "territory": value}} for value in ODD),
    *({"query": "order_lines", "parameters": {"first_day": value, "last_day": "2004-01-01"}} for value in ODD),
    *({"query": "orders_by_year", "request_id": value} for value in (None, 5, "", "x" * 201, [], {})),
    *({"query": "orders_by_year", "notify": value} for value in (None, 1, "yes", [])),
    {"query": "orders_by_year", "parameters": {"year": 2004}},
    {"query": "orders_by_year", "QueryString": "DROP TABLE sales"},
    {"sql": "DROP TABLE sales"},
]
BODIES = [
    *(5, {}, [], "{", "null", "[]", '"x"', "NaN", DEEP, '{"query": ' * 2000, "\ud800", "x" * 200_000),
    '{"query": "orders_by_year", "sql": "x"}',
    '{"query": ["orders_by_year"]}',
    '{"query": "orders_by_year", "parameters": []}',
    '{"query": "top_customers", "parameters": {"year": 1e999}}',
]
ENCODED = ["!", "====", "e30", base64.b64encode(b"\xff\xfe").decode(), base64.b64encode(DEEP.encode()).decode()]
HTTP = [
    *({"requestContext": value} for value in (None, 5, "x", [], {})),
    *({"httpMethod": "POST", "requestContext": {}, "body": body} for body in BODIES),
    *({"httpMethod": "POST", "isBase64Encoded": True, "body": body} for body in ENCODED),
    *({"routeKey": "GET /", "queryStringParameters": value} for value in (5, [], "x", {"query": None}, {"": ""})),
    *({"httpMethod": "GET", "multiValueQueryStringParameters": value} for value in (5, {"query": "x"})),
    *({"httpMethod": "GET", "pathParameters": value} for value in (5, [], {"query": {}}, {"proxy": "x"})),
]
RECORDS = [
    *ODD[:8],
    [{"s3": 5}],
    [{"s3": {}}],
    [{"s3": {"bucket": {}}}],
    [5, {"s3": None}],
    [{"s3": {"bucket": {"name": 5}, "object": {"key": 5}}}],
    [{"s3": {"bucket": {"name": "b"}, "object": []}}],
]
OTHERS = [
    *({"detail-type": value} for value in ODD[:8]),
    *({"detail-type": "x", "id": value, "detail": value} for value in ODD[:10]),
    *({"source": "aws.events", "detail": {"query": value}} for value in ODD[:10]),
    *({"Records": value} for value in RECORDS),
    *({"Event": "s3:TestEvent", "Records": value} for value in (None, 5)),
    {"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"},
    {"source": "aws.scheduler", "detail": DEEP},
    {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": []}}},
]
TOO_DEEP = [
    {"query": nested(5_000)},
    {"query": "orders_by_year", "parameters": nested(5_000)},
    {"query": "orders_by_year", "request_id": nested(5_000)},
    {"detail-type": "x", "id": nested(5_000), "detail": {"query": "orders_by_year"}},
    {"routeKey": "GET /", "requestContext": {"requestId": nested(5_000)}, "pathParameters": {"query": "plain"}},
    {"Records": [{"s3": {"bucket": {"name": nested(5_000)}, "object": {"key": "x"}}}]},
    {"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": "x", "sequencer": nested(5_000)}}}]},
]
AMBIGUOUS = [
    {"httpMethod": "POST", "body": '{"query": "orders_by_year", "query": "top_customers"}'},
    {"httpMethod": "POST", "body": '{"query": "orders_by_year"}', "isBase64Encoded": "false"},
    {"httpMethod": "POST", "body": json.dumps(json.dumps({"query": "orders_by_year"}))},
    {"routeKey": "GET /", "rawQueryString": "query=orders_by_year", "requestContext": {}},
    {"routeKey": "GET /", "queryStringParameters": {"query": "top_customers", "year": "2004,2005"}},
]
HOSTILE = [*DIRECT, *HTTP, *OTHERS, *TOO_DEEP, *AMBIGUOUS]


class NoAthena:
    """An Athena that nobody may ask: no hostile event gets this far."""

    def __init__(self, service, deadline):
        raise AssertionError("this event must not reach Athena")


@pytest.fixture
def configured(monkeypatch):
    monkeypatch.setattr(function, "SETTINGS", PLACE)
    monkeypatch.setattr(function, "client", NoAthena)
    monkeypatch.setattr(function, "log", lambda *args, **kwargs: None)


def test_there_are_more_than_a_hundred():
    assert len(HOSTILE) > 150


@pytest.mark.parametrize("event", HOSTILE, ids=range(len(HOSTILE)))
def test_is_refused_politely(event, configured):
    answer = function.lambda_handler(event, Context())
    body = body_of(answer)
    ignored = answer["statusCode"] == 200 and set(body) == {"ignored"}
    assert answer["statusCode"] in (400, 404) or ignored, "no hostile event is our fault, and none is served"
    assert not INTERNAL.search(answer["body"])
    assert len(answer["body"]) < 2_000, "nothing that was sent is sent back"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KEYS = ["query", "parameters", "requestContext", "httpMethod", "body", "isBase64Encoded", "queryStringParameters",
        "multiValueQueryStringParameters", "pathParameters", "Records", "detail", "detail-type", "source", "id",
        "request_id", "notify", "version", "routeKey", "Event"]  # fmt: skip
NAMED = st.sampled_from([*function.QUERIES, "other"])
EVENTS = JSON | st.dictionaries(st.sampled_from(KEYS), JSON | NAMED, max_size=8)


class Refusing:
    """An Athena that refuses everything, with a message full of internal things."""

    def __init__(self, service, deadline):
        pass

    def __getattr__(self, operation):
        from botocore.exceptions import ClientError

        def refuse(**arguments):
            message = "arn:aws:athena:us-east-1:123456789012:workgroup/secret s3://secret-bucket/"
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation)

        return refuse


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(event=EVENTS)
def test_any_event_gets_an_answer_without_anything_internal(event):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "SETTINGS", PLACE)
        patch.setattr(function, "client", Refusing)
        patch.setattr(function, "log", lambda *args, **kwargs: None)
        answer = function.lambda_handler(event, Context())
    body_of(answer)
    assert not INTERNAL.search(answer["body"])
    json.dumps(answer)


@pytest.mark.parametrize("context", [None, object(), 5])
def test_an_odd_context_is_no_reason_to_fail(context, configured):
    assert body_of(function.lambda_handler({}, context))["error"]


def test_our_own_mistake_is_500_and_its_traceback_stays_in_the_log(monkeypatch, capsys):
    def broken(*arguments):
        raise KeyError("secret")

    monkeypatch.setattr(function, "SETTINGS", PLACE)
    monkeypatch.setattr(function, "read_event", broken)
    answer = function.lambda_handler({}, Context())
    assert answer["statusCode"] == 500
    assert not INTERNAL.search(answer["body"])
    assert "Traceback" in json.loads(capsys.readouterr().out.splitlines()[0])["traceback"]
