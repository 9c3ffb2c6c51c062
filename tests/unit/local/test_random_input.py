"""Random statements and random requests, seeded: never a 500, a hang or a traceback in an answer."""

import http.client
import json
import random
import string

import pytest
from botocore.exceptions import ClientError

from tests.unit.local import queries

PATIENCE = 60  # seconds within which every answer must come


@pytest.fixture(scope="module")
def session(client):
    return queries.Session(client, "random_input")


@pytest.fixture(autouse=True)
def next_query_works(session):
    yield
    assert session.ok("SELECT 40 + 2 AS answer").rows == [["42"]]


WORDS = (
    "SELECT FROM WHERE ( ) , * + - / % . ; ' \" ` 1 1.5 1e400 a b t 'x' \"y\" NULL AND OR NOT IN LIKE CASE WHEN "
    "THEN END GROUP BY ORDER LIMIT JOIN ON USING WITH AS UNION ALL VALUES ROW ARRAY [ ] MAP CAST int varchar(3) "
    "CREATE TABLE DROP ALTER SHOW DESCRIBE EXPLAIN INSERT INTO UNLOAD TO MSCK REPAIR PREPARE EXECUTE count( sum( "
    "date_trunc( INTERVAL DATE '2020-01-01' OVER ( PARTITION UNNEST LATERAL CROSS -> => || <= ? { } \\ # @ $"
).split()


def random_sql(seed):
    """Characters, bytes and words in no order; every third begins as a statement does."""
    chance = random.Random(seed)
    if seed % 4 == 0:
        return "".join(chance.choices(string.printable, k=chance.randint(1, 200)))
    if seed % 4 == 1:
        return chance.randbytes(chance.randint(1, 200)).decode("latin-1")
    words = " ".join(chance.choices(WORDS, k=chance.randint(1, 25)))
    return words if seed % 4 == 2 else "SELECT " + words


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_random_sql(session, start):
    for seed in range(start, start + 50):
        sql = random_sql(seed)
        try:
            reason = session.run(sql).reason
        except ClientError as refused:
            assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 400, sql
            assert refused.response["Error"]["Code"] == "InvalidRequestException", (sql, refused)
            reason = refused.response["Error"]["Message"].replace("\n", " ")  # it may quote the statement
        if reason is not None:
            assert "Traceback" not in reason and "GENERIC_INTERNAL_ERROR" not in reason, (sql, reason)
            assert "this endpoint cannot run the query" not in reason, (sql, reason)


OPERATIONS = (
    "StartQueryExecution GetQueryExecution GetQueryResults StopQueryExecution BatchGetQueryExecution "
    "CreateWorkGroup GetWorkGroup UpdateWorkGroup DeleteWorkGroup CreateNamedQuery GetNamedQuery "
    "CreatePreparedStatement GetPreparedStatement GetDataCatalog ListDatabases GetDatabase "
    "GetTableMetadata ListTableMetadata TagResource UntagResource ListTagsForResource Nonsense"
).split()
NAMES = (
    "QueryString QueryExecutionId WorkGroup Name MaxResults NextToken ResultConfiguration OutputLocation "
    "ClientRequestToken ExecutionParameters CatalogName DatabaseName TableName ResourceARN Tags "
    "QueryExecutionIds QueryExecutionContext Database Catalog StatementName QueryStatement x"
).split()


def random_value(chance, depth=0):
    kinds = [
        lambda: None,
        lambda: chance.choice([True, False]),
        lambda: chance.randint(-(2**70), 2**70),
        lambda: chance.random() * 1e308,
        lambda: "".join(chance.choices(string.printable + "ü😀\x00", k=chance.randint(0, 30))),
        lambda: chance.choice(["primary", "AwsDataCatalog", "default", "s3://b/", "SELECT 1", "1", "0" * 40]),
        lambda: [random_value(chance, depth + 1) for _ in range(chance.randint(0, 3))],
        lambda: {chance.choice(NAMES): random_value(chance, depth + 1) for _ in range(chance.randint(0, 3))},
    ]
    return chance.choice(kinds[: 6 if depth > 3 else None])()


def random_body(seed):
    """Bytes, values that are no object, objects of known names with values of any type, and cut-off JSON."""
    chance = random.Random(seed)
    if seed % 5 == 0:
        return chance.randbytes(chance.randint(0, 100))
    if seed % 5 == 1:
        return json.dumps(random_value(chance)).encode()
    body = json.dumps({name: random_value(chance) for name in chance.sample(NAMES, chance.randint(0, 6))}).encode()
    return body[: chance.randint(0, len(body))] if seed % 5 == 2 else body


def test_random_api_bodies(endpoint):
    """Never a 500, a hang or a traceback; the answer is JSON, and a refusal names its kind."""
    host, port = endpoint.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    for seed in range(400):
        operation, body = OPERATIONS[seed % len(OPERATIONS)], random_body(seed)
        connection.request("POST", "/", body, {"X-Amz-Target": f"AmazonAthena.{operation}"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 400), (operation, body, text)
        parsed = json.loads(text)
        assert b"Traceback" not in text
        if answer.status == 400:
            assert parsed["__type"] in (
                "InvalidRequestException",
                "UnknownOperationException",
                "SerializationException",
                "MetadataException",
                "ResourceNotFoundException",
            ), (operation, body, text)
    connection.close()
