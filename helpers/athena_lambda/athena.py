"""One query inside the time that Lambda leaves: start, wait with back-off, stop, read all pages."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0  # seconds between two polls; each is half as long again
MOST_ATTEMPTS = 6  # of one call that is throttled or finds no connection
THROTTLED = {
    "ThrottlingException",
    "ThrottledException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
    "InternalServerException",
    "ServiceUnavailableException",
}


class OutOfTime(Exception):
    """The invocation's time is used up."""


class Deadline:
    """How much of the invocation is left, less the reserve for stopping and answering; in seconds."""

    WITHOUT_CONTEXT_MS = 60_000  # called outside Lambda

    def __init__(self, context: object, reserve_ms: int):
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        left = remaining() if callable(remaining) else self.WITHOUT_CONTEXT_MS
        # A function with a limit of 3 s cannot keep a reserve made for minutes: never more than a third.
        self._end = time.monotonic() + (left - min(reserve_ms, left / 3)) / 1000

    def left(self) -> float:
        return self._end - time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond the end. Raises OutOfTime when there is nothing left."""
        if self.left() <= 0:
            raise OutOfTime
        time.sleep(max(0.0, min(seconds, self.left())))


def client(service: str, deadline: Deadline):
    """A client whose calls give up while there is still time to answer; retrying is done here, by the clock."""
    patience = max(1.0, min(10.0, deadline.left() / 2))
    config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
    return boto3.client(service, config=config)


def call(operation: Callable, deadline: Deadline, **arguments) -> dict:
    """One AWS call; throttling, AWS's own trouble and lost connections are tried again, with jitter."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            return operation(**arguments)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            if attempt == MOST_ATTEMPTS or not _worth_retrying(error):
                raise
        deadline.sleep(random.uniform(0.5, 1) * 0.1 * 2**attempt)
    raise AssertionError("unreachable")


def _worth_retrying(error: Exception) -> bool:
    return not isinstance(error, ClientError) or error.response["Error"].get("Code") in THROTTLED


@dataclass(frozen=True)
class Page:
    """Rows of one page: texts, None for NULL; `columns` are Athena's ColumnInfo; `last` ends the result."""

    columns: list[dict]
    rows: list[list[str | None]]
    last: bool


class Runner:
    """Asks one Athena client, within one deadline."""

    def __init__(self, athena, deadline: Deadline):
        self._athena, self._deadline = athena, deadline

    def start(self, sql: str, literals: tuple[str, ...], token: str, settings) -> str:
        """Start the query, or find the one that this token has started before; its id."""
        arguments = {
            "QueryString": sql,
            "QueryExecutionContext": {"Database": settings.database},
            "WorkGroup": settings.workgroup,
            "ResultConfiguration": {"OutputLocation": settings.results},
            "ClientRequestToken": token,
        }
        if literals:
            arguments["ExecutionParameters"] = list(literals)
        return call(self._athena.start_query_execution, self._deadline, **arguments)["QueryExecutionId"]

    def wait(self, query_id: str) -> dict:
        """The QueryExecution once it is final. Raises OutOfTime when the deadline comes first."""
        pause = FIRST_WAIT
        while True:
            answer = call(self._athena.get_query_execution, self._deadline, QueryExecutionId=query_id)
            if answer["QueryExecution"]["Status"]["State"] in FINAL:
                return answer["QueryExecution"]
            self._deadline.sleep(pause)
            pause = min(pause * 1.5, LONGEST_WAIT)

    def stop(self, query_id: str) -> None:
        """Stop the query: it would run on, and be billed, without anyone to read it. One attempt, the time is up."""
        self._athena.stop_query_execution(QueryExecutionId=query_id)

    def pages(self, query_id: str, execution: dict) -> Iterator[Page]:
        """The result page by page, without the header, which only a SELECT's first page has."""
        arguments, first = {"QueryExecutionId": query_id, "MaxResults": 1000}, True
        while True:
            if self._deadline.left() <= 0:
                raise OutOfTime
            answer = call(self._athena.get_query_results, self._deadline, **arguments)
            result = answer["ResultSet"]
            columns = result.get("ResultSetMetadata", {}).get("ColumnInfo", [])
            rows = [[cell.get("VarCharValue") for cell in row.get("Data", [])] for row in result.get("Rows", [])]
            if first and _has_header(execution) and rows[:1] == [[each["Name"] for each in columns]]:
                rows = rows[1:]
            token = answer.get("NextToken")
            yield Page(columns, rows, last=not token)
            if not token:
                return
            arguments["NextToken"], first = token, False


def _has_header(execution: dict) -> bool:
    """DML answers with a header; of the rest only SHOW FUNCTIONS does (recorded on the real service, 2026-10)."""
    return execution.get("StatementType") == "DML" or execution.get("SubstatementType") == "SHOW_FUNCTIONS"
