"""Requests against the service model, without an endpoint: messages as recorded (conformance, group errors)."""

import json

import pytest

from helpers.local.athena.api import validation
from helpers.local.athena.errors import RequestError


def refused(operation, request):
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    with pytest.raises(RequestError) as caught:
        validation.parse(operation, body)
    return caught.value


@pytest.mark.parametrize(
    ("request_value", "message"),
    [
        ("1", "STRING_VALUE can not be converted to an Integer"),
        (False, "FALSE_VALUE can not be converted to an Integer"),
        ([1], "Start of list found where not expected"),
        ({"a": 1}, "Start of structure or map found where not expected."),
    ],
)
def test_wrong_json_types(request_value, message):
    error = refused("ListWorkGroups", {"MaxResults": request_value})
    assert (error.exception, error.code, error.message) == ("SerializationException", None, message)


@pytest.mark.parametrize("body", [b"null", b"{", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_unreadable_bodies(body):
    assert refused("ListWorkGroups", body).exception == "SerializationException"


def test_types_are_checked_before_constraints():
    error = refused("GetQueryResults", {"QueryExecutionId": "", "MaxResults": "7"})
    assert error.exception == "SerializationException"


def test_constraints_are_listed_in_the_order_of_the_model():
    request = {"MaxResults": 0, "NextToken": "", "QueryExecutionId": "x"}
    assert refused("GetQueryResults", request).message == (
        "2 validation errors detected: Value at 'nextToken' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1; Value at 'maxResults' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1"
    )


def test_members_of_structures_have_a_path():
    request = {"QueryString": "SELECT 1", "QueryExecutionContext": {"Database": ""}}
    assert "Value at 'queryExecutionContext.database' failed" in refused("StartQueryExecution", request).message


def test_keys_and_values_of_maps():
    """The words are those of other AWS services, which have the same framework."""
    request = {"Name": "c", "Type": "GLUE", "Parameters": {"": "x" * 51_201}}
    message = refused("CreateDataCatalog", request).message
    assert message.startswith(
        "2 validation errors detected: Value at 'parameters' failed to satisfy constraint: Map keys must satisfy "
        "constraint: [Member must have length less than or equal to 255, Member must have length greater than or "
        "equal to 1, Member must satisfy regular expression pattern: "
    )
    assert message.endswith(
        "; Value at 'parameters' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 51200]"
    )


def test_pattern_with_characters_beyond_the_first_plane():
    """The model writes them as Java's surrogate pairs, which Python's `re` refuses."""
    context = {"Catalog": "katalog-\U0001f600"}
    request = {"QueryString": "SELECT 1", "QueryExecutionContext": context}
    assert validation.parse("StartQueryExecution", json.dumps(request).encode()) == request
    bad = {"QueryString": "SELECT 1", "QueryExecutionContext": {"Catalog": "a\nb"}}
    assert "regular expression pattern" in refused("StartQueryExecution", bad).message


def test_null_is_absent_and_unknown_members_are_dropped():
    body = {"MaxResults": None, "Nonsense": 1}
    assert validation.parse("ListWorkGroups", json.dumps(body).encode()) == {}
    assert validation.parse("ListWorkGroups", b"") == {}


def test_every_pattern_of_the_model_compiles():
    model = validation.service_model()
    patterns = {
        shape.metadata["pattern"] for shape in map(model.shape_for, model.shape_names) if "pattern" in shape.metadata
    }
    assert len(patterns) > 10
    for pattern in patterns:
        validation._pattern(pattern)


def test_query_string_of_300_000_characters():
    assert refused("StartQueryExecution", {"QueryString": "x" * 300_000}).message == (
        "1 validation error detected: Value at 'queryString' failed to satisfy constraint: "
        "Member must have length less than or equal to 262144"
    )
