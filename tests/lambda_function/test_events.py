"""Every kind of event → the request in it, or why not. Nothing here asks AWS."""

from __future__ import annotations

import base64
import json

import pytest

from helpers.athena_lambda.parameters import Choice, Day, NamedQuery, ParameterError, Text, Whole
from helpers.athena_lambda.requests import Refusal, read_event

QUERIES = {
    "plain": NamedQuery("SELECT 1", {}),
    "typed": NamedQuery(
        "SELECT ?, ?, ?",
        {"year": Whole(2003, 2005), "territory": Choice(("EMEA", "NA")), "day": Day(default="2004-01-31")},
    ),
}
ASKED = {"query": "typed", "parameters": {"year": 2004, "territory": "NA"}}
LITERALS = ("2004", "'NA'", "DATE '2004-01-31'")
RESULTS = ("bucket", "answers/")


def read(event, default_query=None):
    return read_event(event, "invocation", QUERIES, default_query, RESULTS)


def refusal(event, default_query=None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(event, default_query)
    return caught.value


def http(version: int, **parts) -> dict:
    context = {"requestId": "r-1", "stage": "prod"}
    if version == 1:
        return {"resource": "/", "httpMethod": "GET", "requestContext": context, "body": None, **parts}
    return {"version": "2.0", "routeKey": "GET /", "requestContext": context, **parts}


def s3(*keys: str, bucket: str = "bucket") -> dict:
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "s3": {"bucket": {"name": bucket}, "object": {"key": key, "sequencer": "0A1"}},
            }
            for key in keys
        ]
    }


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    "parts",
    [
        {"queryStringParameters": {"query": "typed", "year": "2004", "territory": "NA"}},
        {"body": json.dumps(ASKED)},
        {"body": base64.b64encode(json.dumps(ASKED).encode()).decode(), "isBase64Encoded": True},
        {"pathParameters": {"query": "typed"}, "queryStringParameters": {"year": "2004", "territory": "NA"}},
        {"queryStringParameters": {"query": "typed"}, "body": json.dumps({"parameters": ASKED["parameters"]})},
        {"queryStringParameters": {"year": "2004", "territory": "NA"}, "body": '{"query": "typed"}'},
    ],
)
def test_http(version, parts):
    request = read(http(version, **parts))
    assert (request.name, request.literals, request.source, request.event_id, request.notify) == (
        "typed", LITERALS, "http", "http:r-1", False,
    )  # fmt: skip


def test_a_parameter_given_twice_is_refused():
    twice = {
        "queryStringParameters": {"query": "typed", "year": "2005", "territory": "NA"},
        "multiValueQueryStringParameters": {"query": ["typed"], "year": ["2004", "2005"], "territory": ["NA"]},
    }
    assert refusal(http(1, **twice)).status == 400
    both = http(2, queryStringParameters={"year": "2003"}, body=json.dumps(ASKED))
    assert refusal(both).status == 400
    named = http(2, queryStringParameters={"query": "plain"}, body='{"query": "typed"}')
    assert refusal(named).status == 400


def test_a_name_given_twice_in_the_body_is_refused_too():
    twice = '{"query": "typed", "parameters": {"year": 2004, "year": 2005, "territory": "NA"}}'
    assert "twice" in str(refusal(http(1, body=twice)))


@pytest.mark.parametrize("given", ["false", "true", 2, []])
def test_whether_a_body_is_encoded_is_not_guessed(given):
    assert refusal(http(1, body=json.dumps(ASKED), isBase64Encoded=given)).status == 400


@pytest.mark.parametrize("absent", [{}, {"requestId": None}, {"requestId": ""}])
def test_requests_without_an_id_are_told_apart_by_their_invocation(absent):
    event = http(2, requestContext=absent, body=json.dumps(ASKED))
    assert read(event).event_id == "http:invocation", "otherwise all of them would get the first one's answer"
    assert read({"id": None, "source": "aws.events"}, "plain").event_id == "eventbridge:invocation"
    unnumbered = s3("data/new.csv")
    del unnumbered["Records"][0]["s3"]["object"]["sequencer"]
    assert read(unnumbered, "plain").event_id == "s3:invocation"


def test_direct():
    request = read({**ASKED, "request_id": "mine", "notify": True})
    assert (request.literals, request.source, request.event_id, request.notify) == (
        LITERALS, "direct", "direct:mine", True,
    )  # fmt: skip
    assert read(ASKED).event_id == "direct:invocation"


def test_a_schedule_runs_the_default_and_a_detail_names_its_own():
    scheduled = {"id": "e-1", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
    request = read(scheduled, default_query="plain")
    assert (request.name, request.event_id, request.notify) == ("plain", "eventbridge:e-1", True)
    assert refusal(scheduled).body["queries"] == ["plain", "typed"]
    own = {"id": "e-2", "source": "my.shop", "detail-type": "Order book closed", "detail": ASKED}
    assert read(own).literals == LITERALS
    valued = {"id": "e-3", "source": "aws.events", "detail": {"parameters": ASKED["parameters"]}}
    assert read(valued, default_query="typed").literals == LITERALS, "values are for the default query, not dropped"


def test_the_scheduler_sends_its_empty_detail_as_a_text():
    event = {"id": "e-4", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}
    assert read(event, default_query="plain").name == "plain"
    assert read({**event, "detail": json.dumps(ASKED)}).literals == LITERALS
    assert refusal({**event, "detail": "[]"}, "plain").status == 400
    assert refusal({**event, "detail": "{"}, "plain").status == 400


def test_objects_that_s3_tells_eventbridge_of_are_known_for_our_own_results_too():
    def created(key, bucket="bucket"):
        place = {"bucket": {"name": bucket}, "object": {"key": key, "sequencer": "0A1"}}
        return {"id": "e-5", "source": "aws.s3", "detail-type": "Object Created", "detail": place}

    assert read(created("answers/1.csv"), default_query="plain") is None, "it would start the next one, for ever"
    assert read(created("data/new.csv"), default_query="plain").name == "plain"
    assert read(created("answers%2F1.csv"), default_query="plain") is not None, "these keys are not URL-encoded"
    assert refusal({**created("x"), "detail": {"bucket": []}}, "plain").status == 400


def test_s3_runs_the_default_query_but_not_for_our_own_results():
    request = read(s3("data/new.csv"), default_query="plain")
    assert (request.name, request.source, request.notify) == ("plain", "s3", True)
    assert read(s3("answers/1.csv"), default_query="plain") is None
    assert read(s3("answers%2F1.csv"), default_query="plain") is None, "keys arrive URL-encoded"
    assert read(s3("answers/1.csv", "data/new.csv"), default_query="plain") is not None
    assert read(s3("answers/1.csv", bucket="another"), default_query="plain") is not None
    assert read(s3("answers_of_others/1.csv"), default_query="plain") is not None
    assert read({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "bucket"}, default_query="plain") is None


@pytest.mark.parametrize(
    "parameters, said",
    [
        ({}, ["year is missing", "territory is missing"]),
        ({"year": 2004}, ["territory is missing"]),
        ({"year": 2006, "territory": "NA"}, ["year must be a whole number from 2003 to 2005"]),
        ({"year": "2004; DROP", "territory": "na"}, ["year must be", "territory must be one of EMEA, NA"]),
        ({"year": True, "territory": "NA"}, ["year must be"]),
        ({"year": 2004.0, "territory": "NA"}, ["year must be"]),
        ({"year": None, "territory": "NA"}, ["year must be"]),
        ({"year": [2004], "territory": {"a": 1}}, ["year must be", "territory must be"]),
        ({"year": 2004, "territory": "NA", "day": "2004-02-30"}, ["day must be a date"]),
        ({"year": 2004, "territory": "NA", "day": "20040131"}, ["day must be a date"]),
        ({"year": "２００４", "territory": "NA"}, ["year must be"]),
        ({"year": 2004, "territory": "NA", "sql": "DROP TABLE sales"}, ["parameters that this query does not have"]),
    ],
)
def test_parameters_are_refused_with_what_is_allowed(parameters, said):
    refused = refusal({"query": "typed", "parameters": parameters})
    assert refused.status == 400
    for words in said:
        assert words in refused.body["error"]
    assert refused.body["parameters"] == {
        "year": "a whole number from 2003 to 2005",
        "territory": "one of EMEA, NA",
        "day": "a date, YYYY-MM-DD (default 2004-01-31)",
    }
    assert "DROP" not in json.dumps(refused.body), "what was sent is not repeated"


def test_an_unknown_query_is_404_and_none_is_400():
    unknown = refusal({"query": "other"})
    assert (unknown.status, unknown.body["queries"]) == (404, ["plain", "typed"])
    assert refusal({}).status == 400
    assert refusal({"query": "plain", "sql": "SELECT 2"}).status == 400


def test_text_is_quoted_and_bounded():
    text = NamedQuery("SELECT ?", {"x": Text(longest=600)})
    assert text.literals({"x": "O'Brien"}) == ["'O''Brien'"]
    for value in ("", "a\x00b", "a\nb", "\ud800", "x" * 601, "'" * 600, 5):
        with pytest.raises(ParameterError):
            text.literals({"x": value})


def test_the_token_is_stable_and_tells_apart():
    first, again = read({**ASKED, "request_id": "a"}).token("db"), read({**ASKED, "request_id": "a"}).token("db")
    assert first == again
    assert 32 <= len(first) <= 128
    others = [
        read({**ASKED, "request_id": "b"}).token("db"),
        read({**ASKED, "request_id": "a"}).token("db2"),
        read({"query": "plain", "request_id": "a"}).token("db"),
        read({"query": "typed", "parameters": {"year": 2005, "territory": "NA"}, "request_id": "a"}).token("db"),
        read(http(2, body=json.dumps(ASKED))).token("db"),
    ]
    assert len({first, *others}) == 6
    once, twice = (read(s3("data/new.csv"), "plain").token() for _ in range(2))
    assert once == twice
