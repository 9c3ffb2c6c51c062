"""Random API requests, seeded: never a 500, a hang or a traceback; refusals are of the kinds that the model names."""

import http.client
import json
import random

import pytest

from tests.unit.local import queries

from . import acceptable, requests

PATIENCE = 60  # seconds within which every answer must come
SEEDS = 500  # for each of the parts below


@pytest.fixture(scope="module")
def session(client):
    session = queries.Session(client, "random_requests")
    session.s3.create_bucket(Bucket="fuzz")
    return session


@pytest.fixture(autouse=True)
def next_query_works(session):
    yield
    assert session.ok("SELECT 40 + 2 AS answer").rows == [["42"]]


@pytest.fixture(scope="module")
def ask(endpoint):
    """ask(method, path, headers, body) → (status, content)"""
    connection = http.client.HTTPConnection(*endpoint.url.removeprefix("http://").split(":"), timeout=PATIENCE)

    def ask(method, path, headers, body):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    yield ask
    connection.close()


def sent(chance, service, prefix, operation):
    headers = {
        "X-Amz-Target": f"{prefix}.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host, Signature=none",
    }
    return headers, requests.body(chance, service, operation)


@pytest.mark.parametrize("part", range(4))
def test_every_operation_of_athena(ask, part):
    operations = requests.operations("athena")
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        chance, operation = random.Random(seed), operations[seed % len(operations)]
        headers, body = sent(chance, "athena", "AmazonAthena", operation)
        status, content = ask("POST", "/", headers, body)
        answer = json.loads(content)
        assert status in (200, 400), (seed, operation, body, content)
        if status == 400:
            assert answer["__type"] in acceptable.error_types("athena", operation), (seed, operation, body, content)
            found = acceptable.LEAKS.search(answer.get("Message") or "")
            assert found is None, (seed, operation, body, content)


def test_the_catalog(ask):
    for seed in range(SEEDS):
        chance, operation = random.Random(seed), requests.GLUE[seed % len(requests.GLUE)]
        headers, body = sent(chance, "glue", "AWSGlue", operation)
        status, content = ask("POST", "/", headers, body)
        assert isinstance(json.loads(content), dict)
        assert status in (200, 400, 501), (seed, operation, body, content)
        assert b"Traceback" not in content and b"Error: " not in content, (seed, operation, body, content)


def test_raw_requests(ask):
    for seed in range(SEEDS):
        request = requests.raw(random.Random(seed))
        status, content = ask(*request)
        assert 200 <= status < 500 or status == 501, (seed, request, content)
        assert b"Traceback" not in content, (seed, request, content)


@pytest.mark.parametrize(
    ("operation", "body", "kind"),
    [
        ("GetTable", b"[", "SerializationException"),
        ("GetTable", b"[]", "SerializationException"),
        ("GetTable", b'{"DatabaseName": {"a": 1}, "Name": "t"}', "InvalidInputException"),
        ("CreateDatabase", b"{}", "InvalidInputException"),
        (
            "GetPartitions",
            b'{"DatabaseName": "d", "TableName": "t", "QueryAsOfTime": -1e300}',
            "InvalidInputException",
        ),
        ("Nonsense", b"{}", "UnknownOperationException"),
        ("GetTable", b'{"DatabaseName": "d", "Name": "t", "Later": 1, "CatalogId": null}', "EntityNotFoundException"),
    ],
)
def test_what_the_catalog_refuses(ask, operation, body, kind):
    headers, _ = sent(random.Random(0), "glue", "AWSGlue", "GetTable")
    status, content = ask("POST", "/", headers | {"X-Amz-Target": f"AWSGlue.{operation}"}, body)
    assert (status, json.loads(content)["__type"]) == (400, kind)


def test_a_tag_without_a_key_makes_nothing(session):
    name = "untagged"
    with pytest.raises(session.athena.exceptions.InvalidRequestException, match=r"null at 'tags\.1\.member\.key'"):
        session.athena.create_data_catalog(Name=name, Type="LAMBDA", Tags=[{"Value": "v"}])
    assert name not in [c["CatalogName"] for c in session.athena.list_data_catalogs()["DataCatalogsSummary"]]
