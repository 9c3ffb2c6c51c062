"""The HTTP side: kept connections, odd keys, other services, and what nobody offers."""

import errno
import http.client
import io
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import ClientError

from helpers.local import server

ODD_KEYS = [
    "a b c",
    "a//b",
    "/lead",
    "../up",
    "a/../b",
    "a/./b",
    ".",
    "..",
    "folder/",
    "日本語/ü.csv",
    "what?x=1",
    "hash#tag",
    "p%20q",
    "p%2Fq",
    "%",
    "plus+sign",
    "a&b=c",
    "x:y@z",
    "quo'te\"d",
    "back\\slash",
    "tab\ty",
    "{brace}<|>*",
    "emoji😀",
    "day=2020-01-01 00%3A00%3A00/x",
    "k" * 1000,
]


@pytest.fixture(scope="module")
def bucket(s3):
    name = "server-" + uuid.uuid4().hex[:8]
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def connection(endpoint):
    host, port = endpoint.url.removeprefix("http://").split(":")
    opened = http.client.HTTPConnection(host, int(port), timeout=30)
    yield opened
    opened.close()


def ask_athena(connection, operation, body=b"{}"):
    connection.request("POST", "/", body, {"X-Amz-Target": f"AmazonAthena.{operation}"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("key", ODD_KEYS)
def test_keys_are_names_not_paths(s3, bucket, key):
    body = key.encode()
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(body)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    assert [found["Key"] for found in listed if found["Key"] == key] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=bucket, Key=key)


def test_odd_keys_can_be_queried(athena, s3, bucket):
    """A table whose only object has a key with `..`, spaces and two slashes in it."""
    s3.put_object(Bucket=bucket, Key="odd/a b//c..d%20;é/e?f.csv", Body=b"1\n2\n")

    def run(sql):
        location = {"OutputLocation": f"s3://{bucket}/results/"}
        started = athena.start_query_execution(QueryString=sql, ResultConfiguration=location)
        while True:
            found = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return found

    run("CREATE DATABASE IF NOT EXISTS server_db")
    run(
        "CREATE EXTERNAL TABLE server_db.odd (n int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        f"LOCATION 's3://{bucket}/odd/'"
    )
    execution = run("SELECT n FROM server_db.odd ORDER BY n")
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    rows = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["Rows"]
    assert [row["Data"][0]["VarCharValue"] for row in rows] == ["n", "1", "2"]


def test_connection_serves_many_requests(connection):
    """Refusals included; a closed connection would be opened again under another local port."""
    ask_athena(connection, "ListWorkGroups")
    port = connection.sock.getsockname()[1]
    for operation, status in (("ListWorkGroups", 200), ("NoSuchOperation", 400), ("GetWorkGroup", 400)) * 3:
        assert ask_athena(connection, operation)[0] == status
        assert connection.sock.getsockname()[1] == port


@pytest.mark.parametrize("target", ["", "AmazonAthena.ListWorkGroups", "AWSGlue.GetDatabases"])
def test_each_answer_says_when_it_was_given(connection, target):
    connection.request("POST" if target else "GET", "/", b"{}", {"X-Amz-Target": target})
    answer = connection.getresponse()
    answer.read()
    dates = answer.headers.get_all("Date")
    assert len(dates) == 1
    assert abs(parsedate_to_datetime(dates[0]) - datetime.now(UTC)) < timedelta(minutes=5)


def test_unread_body_does_not_become_the_next_request(connection, bucket):
    """moto refuses without reading the body, which must not be taken for a request line."""
    connection.request("PUT", "/no-such-bucket-here/key", b"GET /evil HTTP/1.1\r\n\r\n" * 1000)
    refused = connection.getresponse()
    refused.read()
    assert refused.status == 404
    assert ask_athena(connection, "ListWorkGroups")[0] == 200


def test_large_object_through_parts_and_ranges(s3, bucket):
    body = bytes(range(256)) * 80_000  # 20 MB
    s3.upload_fileobj(io.BytesIO(body), bucket, "large")
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == body
    part = s3.get_object(Bucket=bucket, Key="large", Range="bytes=1000000-1000255")
    assert part["Body"].read() == body[1_000_000:1_000_256]


def test_many_clients_at_once(s3, bucket):
    def put_and_get(number):
        key = f"many/{number}"
        s3.put_object(Bucket=bucket, Key=key, Body=str(number).encode())
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read() == str(number).encode()

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(put_and_get, range(200)))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("sts", "get_caller_identity"),
        ("secretsmanager", "list_secrets"),
        ("sns", "list_topics"),
        ("events", "list_rules"),
        ("glue", "get_databases"),
    ],
)
def test_other_services_answer(client, service, operation):
    assert getattr(client(service), operation)()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_what_the_services_do_not_offer_is_one_line(client):
    with pytest.raises(ClientError) as caught:
        client("glue").list_blueprints()
    message = caught.value.response["Error"]["Message"]
    assert "ListBlueprints" in message and "\n" not in message and "Traceback" not in message


def test_failure_of_s3_is_one_line_that_clients_can_read(client):
    """An operation that moto lacks; S3's clients read XML."""
    with pytest.raises(ClientError) as caught:
        client("s3").select_object_content(
            Bucket="none",
            Key="none",
            Expression="SELECT",
            ExpressionType="SQL",
            InputSerialization={"CSV": {}},
            OutputSerialization={"CSV": {}},
        )
    error = caught.value.response["Error"]
    assert error["Code"] not in ("500", "501") and error.get("Message") and "\n" not in error["Message"]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            None,
            "<Error><Code>InternalError</Code><Message>PUT /b/a&amp;b: no space left in the endpoint's temporary "
            "folder</Message></Error>",
        ),
        (
            "AWSGlue.GetDatabases",
            '{"__type": "InternalError", "message": "AWSGlue.GetDatabases: no space left in the endpoint\'s '
            'temporary folder"}',
        ),
    ],
)
def test_full_disk_is_one_line(monkeypatch, capsys, target, expected):
    """The failure is played: nobody fills a disk in a test."""

    def full(environ, start_response):
        raise OSError(errno.ENOSPC, "No space left on device")

    application = server.Application(athena=None)
    monkeypatch.setattr(application, "_moto", full)
    environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/b/a&b", "wsgi.input": io.BytesIO()}
    environ |= {"HTTP_X_AMZ_TARGET": target} if target else {}
    started = []
    body = b"".join(application(environ, lambda status, headers: started.append(status)))
    assert (started, body.decode()) == (["500 Internal Server Error"], expected)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("error", [KeyError("gone"), RuntimeError("dictionary changed size during iteration")])
@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        ({"REQUEST_METHOD": "GET"}, 3),
        ({"REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": "AWSGlue.GetDatabases"}, 3),
        ({"REQUEST_METHOD": "PUT"}, 1),
        ({"REQUEST_METHOD": "POST"}, 1),
    ],
)
def test_a_read_that_trips_over_a_deletion_is_asked_again(request_, asked, error, monkeypatch):
    """moto copies the names of a bucket's objects, then looks each up: another request may have deleted one."""
    seen = []

    def trips_twice(environ, start_response):
        seen.append(environ["wsgi.input"].read())
        if len(seen) < 3:
            raise error
        start_response("200 OK", [])
        return [b'{"DatabaseList": []}']

    application = server.Application(athena=None)
    monkeypatch.setattr(application._catalog._operations, "make_default", lambda environ: None)
    monkeypatch.setattr(application, "_moto", trips_twice)
    environ = {"PATH_INFO": "/b/", "wsgi.input": io.BytesIO(b"{}"), **request_}
    started = []
    application(environ, lambda status, headers: started.append(status))
    assert (len(seen), started) == (asked, ["200 OK"] if asked == 3 else ["400 Bad Request"])
    assert set(seen) == {b"{}"}


def test_a_read_that_always_fails_ends(monkeypatch):
    def fails(environ, start_response):
        raise KeyError("never there")

    application = server.Application(athena=None)
    monkeypatch.setattr(application, "_moto", fails)
    started = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/b/", "wsgi.input": io.BytesIO()}
    application(environ, lambda status, headers: started.append(status))
    assert started == ["400 Bad Request"]


@pytest.mark.parametrize("condition", ["HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"])
def test_conditional_writes_come_one_after_the_other(monkeypatch, condition):
    """Whoever checks and then writes must be alone meanwhile; the check is slow here, so that all would meet."""
    busy, met = threading.Lock(), []

    def check_and_write(environ, start_response):
        met.append(not busy.acquire(blocking=False))
        time.sleep(0.02)
        if not met[-1]:
            busy.release()
        return [environ["wsgi.input"].read()]

    application = server.Application(athena=None)
    monkeypatch.setattr(application, "_moto", check_and_write)

    def write(content):
        environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/b/a", condition: "*", "wsgi.input": io.BytesIO(content)}
        return b"".join(application(environ, None))

    contents = [str(number).encode() for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, contents)) == contents
    assert not any(met)


def test_garbage_is_refused_and_the_endpoint_lives(endpoint, connection):
    import socket

    host, port = endpoint.url.removeprefix("http://").split(":")
    for garbage in (b"\x00\xff\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"GET\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            raw.sendall(garbage)
            raw.shutdown(socket.SHUT_WR)
            assert b"Traceback" not in raw.recv(65536)
    assert ask_athena(connection, "ListWorkGroups")[0] == 200


def test_nothing_unexpected_is_in_the_log(endpoint):
    """Refusals are answers, not accidents: they leave no traceback. Runs after the others of this file."""
    log = endpoint.log()
    assert "AttributeError" not in log and "KeyError" not in log, log[-3000:]
