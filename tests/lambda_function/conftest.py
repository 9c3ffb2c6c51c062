"""The handler on a real local endpoint: sales as Parquet, its own work group, and a context that counts down."""

from __future__ import annotations

import json
import os
import time
import uuid
from dataclasses import replace

import pytest

from helpers import athena, datasets, lab
from helpers import lambda_to_athena_query as function
from helpers.athena_lambda.settings import Settings
from helpers.local import process
from tests.environment import forget, given_back

SALES = """
    CREATE EXTERNAL TABLE sales (
        ordernumber int, quantityordered int, priceeach decimal(10, 2), orderlinenumber int, sales decimal(10, 2),
        orderdate date, status string, qtr_id int, month_id int, year_id int, productline string, msrp int,
        productcode string, customername string, phone string, addressline1 string, addressline2 string, city string,
        state string, postalcode string, country string, territory string, contactlastname string,
        contactfirstname string, dealsize string)
    STORED AS PARQUET LOCATION '{}'"""


class Context:
    """What Lambda hands to a handler: the invocation's id, and how much of its time is left."""

    def __init__(self, seconds: float = 60.0, request_id: str = "7f0d3c1e-test"):
        self.aws_request_id, self._end = request_id, time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


@pytest.fixture(scope="module")
def course():
    """A lab of its own with the table `sales`; the environment is given back afterwards."""
    with given_back(), pytest.MonkeyPatch.context() as patch, process.start() as endpoint:
        forget(patch)
        os.environ.update(endpoint.env)
        made = lab.connect("local", lesson="lambda")
        athena.query(SALES.format(datasets.put_sales(made, scale=0.05, form="parquet").uri))
        yield made
        made.close()
    lab._current = None


@pytest.fixture(scope="module")
def settings(course):
    """The function's settings for that lab."""
    return Settings(course.database, course.workgroup, course.uri("answers"), default_query="orders_by_year")


@pytest.fixture
def ask(course, settings, monkeypatch, capsys):
    """ask(event, seconds=…, queries={…}, **settings) → (status, body, log lines); the answer's form is checked."""

    def ask(event, seconds=60.0, queries=None, request_id=None, **changes):
        monkeypatch.setattr(function, "SETTINGS", replace(settings, **changes))
        if queries:
            monkeypatch.setattr(function, "QUERIES", {**function.QUERIES, **queries})
        answer = function.lambda_handler(event, Context(seconds, request_id or str(uuid.uuid4())))
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return answer["statusCode"], body_of(answer), lines

    return ask


def body_of(answer: object) -> dict:
    """The body of an answer that is well formed: API Gateway takes nothing else."""
    assert isinstance(answer, dict) and set(answer) == {"statusCode", "headers", "body"}
    assert answer["statusCode"] in (200, 400, 404, 408, 500)
    assert isinstance(answer["body"], str)
    json.dumps(answer, allow_nan=False).encode()
    body = json.loads(answer["body"])
    assert isinstance(body, dict)
    return body


def event_of(lines: list[dict], name: str) -> dict:
    """The one log line of that event."""
    (found,) = [line for line in lines if line["event"] == name]
    return found
