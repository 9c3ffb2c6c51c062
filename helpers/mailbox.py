"""A subscriber for an SNS topic: a queue that only this notebook reads.

    with mailbox.subscribed(course.session, "course_10_done") as box:
        …                                   # somebody publishes to box.topic_arn
        box.receive()                       # the messages, oldest first

Topic and queue exist inside the `with` alone, in local and aws mode alike, and cost nothing worth a price.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """What a topic delivered: its subject, and its text, parsed when that is JSON."""

    subject: str
    body: object


class Mailbox:
    """A topic and the one queue that is subscribed to it."""

    def __init__(self, sqs, topic_arn: str, queue_url: str):
        self.topic_arn = topic_arn
        self._sqs, self._queue_url = sqs, queue_url

    def receive(self, at_least: int = 1, seconds: float = 10.0) -> list[Message]:
        """Wait until `at_least` messages are there, at most `seconds`; take them out of the queue."""
        found, end = [], time.monotonic() + seconds
        while len(found) < at_least and time.monotonic() < end:
            answer = self._sqs.receive_message(QueueUrl=self._queue_url, WaitTimeSeconds=1, MaxNumberOfMessages=10)
            for each in answer.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=each["ReceiptHandle"])
                found.append(_message(json.loads(each["Body"])))
        return found


def _message(envelope: dict) -> Message:
    """SNS wraps what was published in an envelope of JSON."""
    text = envelope["Message"]
    try:
        return Message(envelope.get("Subject", ""), json.loads(text))
    except ValueError:
        return Message(envelope.get("Subject", ""), text)


@contextmanager
def subscribed(session, name: str) -> Iterator[Mailbox]:
    """A topic called `name` and a queue subscribed to it; both are deleted at the end, whatever happens."""
    sns, sqs = session.client("sns"), session.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = None
    try:
        # AWS does not let a queue's name be used again within a minute, hence the number.
        queue = sqs.create_queue(QueueName=f"{name}_{uuid.uuid4().hex[:8]}")["QueueUrl"]
        wanted = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        arn = wanted["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": _policy(arn, topic)})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield Mailbox(sqs, topic, queue)
    finally:
        sns.delete_topic(TopicArn=topic)
        if queue:
            sqs.delete_queue(QueueUrl=queue)


def _policy(queue_arn: str, topic_arn: str) -> str:
    """The queue takes messages of this topic only."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
