"""The AWS Lambda function that answers questions with Athena.

    {"query": "revenue_by_month", "parameters": {"year": 2004, "territory": "EMEA"}}
    → {"statusCode": 200, "headers": …, "body": "{\"query\": …, \"columns\": […], \"rows\": […], …}"}

Callers name a query of the allow-list (`helpers.athena_lambda.queries`) and give values; they never send SQL. Events:
a direct call, EventBridge (scheduled or with a detail), API Gateway proxy 1.0 and 2.0, S3 notifications.

200  rows, or the address of the result file when they are too many for an answer
400  the request makes no sense, or the query fails with these values
404  there is no query of that name
408  the time was up; the query has been stopped
500  anything that is not the caller's fault; what happened stands in the log alone

Deploy with deploy/lambda/template.yaml; `python -m helpers.athena_lambda.package` makes its archive.
"""

from __future__ import annotations

import os
import time
import traceback
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from helpers.athena_lambda import replies
from helpers.athena_lambda.athena import THROTTLED, Deadline, OutOfTime, Runner, call, client
from helpers.athena_lambda.queries import QUERIES
from helpers.athena_lambda.replies import log
from helpers.athena_lambda.requests import Refusal, Request, read_event
from helpers.athena_lambda.settings import Settings, SettingsError


def _cold_start() -> Settings | None:
    """The configuration, or one line in the log that says what is wrong with it."""
    try:
        return Settings.from_environment(os.environ, QUERIES)
    except SettingsError as error:
        log("ERROR", "not configured", reason=str(error))
        return None


SETTINGS = _cold_start()


def lambda_handler(event: object, context: object) -> dict:
    """Answer one event: `{"statusCode": int, "headers": dict, "body": JSON text}`; never raises."""
    started = time.monotonic()
    invocation_id = str(getattr(context, "aws_request_id", None) or f"local-{time.time_ns()}")
    try:
        answer = Invocation(context, invocation_id, SETTINGS).answer(event)
    except Exception:  # the one place that may not fail; the caller is told nothing of it
        log("ERROR", "unexpected error", requestId=invocation_id, traceback=traceback.format_exc())
        answer = replies.reply(500, {"error": "Something went wrong here.", "code": "INTERNAL_ERROR"})
    milliseconds = round((time.monotonic() - started) * 1000)
    level = "ERROR" if answer["statusCode"] >= 500 else "INFO"
    log(level, "answered", requestId=invocation_id, status=answer["statusCode"], milliseconds=milliseconds)
    return answer


class Invocation:
    """One event, one deadline, at most one query."""

    def __init__(self, context: object, invocation_id: str, settings: Settings | None):
        self._context, self._id, self._settings = context, invocation_id, settings
        self._facts: dict = {}  # what is known of the query: for the answer, the log and the topic

    def answer(self, event: object) -> dict:
        settings = self._settings
        if settings is None:
            return replies.reply(500, {"error": "The function is not configured.", "code": "NOT_CONFIGURED"})
        self._deadline = Deadline(self._context, settings.reserve_ms)
        try:
            request = read_event(event, self._id, QUERIES, settings.default_query, settings.results_place)
        except Refusal as refusal:
            log("WARNING", "refused", requestId=self._id, status=refusal.status, reason=str(refusal))
            return replies.reply(refusal.status, refusal.body)
        if request is None:
            log("INFO", "ignored", requestId=self._id, reason="the event is about this function's own results")
            return replies.reply(200, {"ignored": "This event asks for nothing."})
        answer = self._sized(*self._outcome(request))
        if request.notify and settings.topic_arn:
            self._notify(request, answer)
        return answer

    def _outcome(self, request: Request) -> tuple[int, dict]:
        """Status and body for a checked request."""
        runner = Runner(client("athena", self._deadline), self._deadline)
        query_id = None
        try:
            place = (self._settings.database, self._settings.workgroup)
            token = request.token(*place)
            query_id = runner.start(request.query.sql, request.literals, token, self._settings)
            self._facts = {"queryId": query_id}
            log("INFO", "started", requestId=self._id, query=request.name, source=request.source, queryId=query_id)
            execution = runner.wait(query_id)
            self._count(execution, request)
            if execution["Status"]["State"] != "SUCCEEDED":
                return replies.failed(execution)
            return self._result(runner, query_id, execution)
        except OutOfTime:
            self._stop(runner, query_id)
            return 408, {"error": "The query took too long and was stopped.", "code": "OUT_OF_TIME"}
        except (ClientError, BotoCoreError) as error:
            return self._refused(error, runner, query_id)

    def _result(self, runner: Runner, query_id: str, execution: dict) -> tuple[int, dict]:
        found = replies.table(runner.pages(query_id, execution), self._settings.answer_bytes)
        return 200, self._handed_over(execution) if found is None else found

    def _sized(self, status: int, body: dict) -> dict:
        """The answer, with the figures; in place of rows that Lambda could not send, where they are."""
        answer = replies.reply(status, {**self._facts, **body})
        if "rows" in body and replies.response_bytes(answer) > self._settings.answer_bytes:
            answer = replies.reply(status, {**self._facts, **self._handed_over(self._execution)})
        return answer

    def _handed_over(self, execution: dict) -> dict:
        """The result stays complete in S3; the caller reads it there with permissions of their own."""
        location = execution["ResultConfiguration"]["OutputLocation"]
        log("INFO", "handed over", requestId=self._id, location=location)
        body = {"location": location, "note": "Too much for an answer, or for the time left; the file has all of it."}
        if self._settings.presign_seconds:
            bucket, _, key = location.removeprefix("s3://").partition("/")
            body["url"] = client("s3", self._deadline).generate_presigned_url(
                "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=self._settings.presign_seconds
            )
        return body

    def _count(self, execution: dict, request: Request) -> None:
        """Keep the query's figures, and log them."""
        self._execution = execution
        scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
        cost = replies.cost_usd(execution, self._settings.usd_per_tb)
        self._facts |= {"query": request.name, "bytesScanned": scanned, "costUsd": str(cost)}
        status = execution["Status"]
        log(
            "INFO" if status["State"] == "SUCCEEDED" else "ERROR",
            "finished",
            requestId=self._id,
            state=status["State"],
            reason=status.get("StateChangeReason"),
            **self._facts,
        )

    def _stop(self, runner: Runner, query_id: str | None) -> None:
        if query_id is None:
            return
        try:
            runner.stop(query_id)
            log("WARNING", "stopped", requestId=self._id, queryId=query_id, reason="the invocation's time is up")
        except (ClientError, BotoCoreError) as error:
            log("ERROR", "not stopped", requestId=self._id, queryId=query_id, reason=str(error))

    def _refused(self, error: Exception, runner: Runner, query_id: str | None) -> tuple[int, dict]:
        """AWS said no, or nothing: our SQL, our permissions or its trouble, never the caller's fault."""
        log("ERROR", "AWS refused", requestId=self._id, queryId=query_id, reason=str(error))
        self._stop(runner, query_id)
        code = error.response["Error"].get("Code") if isinstance(error, ClientError) else ""
        if code in THROTTLED:
            return 500, {"error": "Athena is busy; try again later.", "code": "BUSY", "retryable": True}
        return 500, {"error": "The query could not be run.", "code": "INTERNAL_ERROR"}

    def _notify(self, request: Request, answer: dict) -> None:
        """Tell the topic. The answer stands, whatever becomes of this."""
        message = replies.notification(request.name, answer, self._facts)
        try:
            with suppress(OutOfTime):
                topic = {"TopicArn": self._settings.topic_arn, **message}
                call(client("sns", self._deadline).publish, self._deadline, **topic)
                log("INFO", "notified", requestId=self._id, **self._facts)
        except (ClientError, BotoCoreError) as error:
            log("ERROR", "not notified", requestId=self._id, reason=str(error))
