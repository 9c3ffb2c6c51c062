"""What the topic is told, received by subscribers that really listen: a queue, and an HTTP server on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from helpers import mailbox
from tests.lambda_function.conftest import event_of
from tests.lambda_function.test_queries import ENDLESS, MANY

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


@pytest.fixture
def box(course):
    with mailbox.subscribed(course.session, "course_lambda_done") as box:
        yield box


def test_a_scheduled_query_tells_its_figures_and_rows(ask, box):
    _, body, lines = ask({**SCHEDULED, "id": "e-1"}, topic_arn=box.topic_arn)
    (message,) = box.receive()
    assert message.subject == "orders_by_year: 200"
    told = message.body
    assert (told["query"], told["status"], told["queryId"]) == ("orders_by_year", 200, body["queryId"])
    assert (told["rows"], told["rowCount"]) == (body["rows"], 3)
    assert told["bytesScanned"] == body["bytesScanned"] and told["costUsd"] == body["costUsd"]
    assert event_of(lines, "notified")["queryId"] == body["queryId"]


def test_a_failure_is_told_as_well(ask, box):
    event = {"source": "shop", "detail-type": "x", "id": "e-2", "detail": {"query": "endless"}}
    assert ask(event, seconds=2, queries={"endless": ENDLESS}, topic_arn=box.topic_arn)[0] == 408
    (message,) = box.receive()
    assert (message.subject, message.body["code"]) == ("endless: 408", "OUT_OF_TIME")


def test_many_rows_are_counted_and_a_handed_over_result_is_located(ask, box):
    event = {"query": "many", "notify": True}
    _, body, _ = ask(event, queries={"many": MANY}, topic_arn=box.topic_arn)
    _, handed, _ = ask(event, queries={"many": MANY}, topic_arn=box.topic_arn, answer_bytes=10_000)
    first, second = box.receive(at_least=2)
    assert (first.body["rowCount"], first.body["rows"]) == (2500, body["rows"][:20])
    assert second.body["location"] == handed["location"]


def test_a_caller_who_waits_is_told_by_the_answer_alone(ask, box):
    ask({"query": "orders_by_year"}, topic_arn=box.topic_arn)
    ask({"query": "orders_by_year", "notify": True}, topic_arn=None)
    assert box.receive(seconds=1) == []


def test_a_topic_that_is_gone_spoils_nothing(ask, course):
    gone = "arn:aws:sns:us-east-1:123456789012:gone"
    status, body, lines = ask({**SCHEDULED, "id": "e-3"}, topic_arn=gone)
    assert (status, len(body["rows"])) == (200, 3)
    assert event_of(lines, "not notified")["level"] == "ERROR"


def test_an_http_subscriber_on_this_machine_receives_it(ask, course):
    received = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sns = course.session.client("sns")
    topic = sns.create_topic(Name="course_lambda_http")["TopicArn"]
    try:
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{server.server_port}/")
        ask({**SCHEDULED, "id": "e-4"}, topic_arn=topic)
    finally:
        sns.delete_topic(TopicArn=topic)
        server.shutdown()
        thread.join()
        server.server_close()
    (envelope,) = [each for each in received if each["Type"] == "Notification"]
    assert json.loads(envelope["Message"])["rowCount"] == 3
