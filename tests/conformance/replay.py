"""Recorded requests, made again: set-up, one call or several steps, and what came back."""

import gzip
import json
import re
import time
import uuid
from dataclasses import dataclass, field

import boto3
from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

REGION, DATABASE = "us-east-1", "facts_db"
WAIT = 30  # seconds for a query to end
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


class Unanswered(Exception):
    """The call could not be made as far as its answer: set-up failed, or a step before the last."""


@dataclass
class Answer:
    """What a call gave: an API `response` or `error`, or a query's `execution` with its results."""

    operation: str
    response: dict | None = None
    error: ClientError | None = None
    sql: str | None = None
    execution: dict | None = None
    results: dict | None = None
    results_error: ClientError | None = None
    status: int | None = None
    headers: dict = field(default_factory=dict)
    parameters: dict = field(default_factory=dict)

    def as_dict(self):
        """What later steps refer to."""
        if self.execution is not None:
            return {"QueryExecutionId": self.execution["QueryExecutionId"], "QueryExecution": self.execution}
        return self.response


class Replay:
    """Makes recorded calls at `url`, with a bucket of this run's own."""

    def __init__(self, url):
        self.url, self.run = url, uuid.uuid4().hex[:8]
        self.bucket = f"facts-{self.run}"
        settings = Config(
            retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=WAIT + 5, proxies={}
        )
        session = boto3.Session("test", "test", region_name=REGION)
        self.athena, self.s3 = (session.client(s, endpoint_url=url, config=settings) for s in ("athena", "s3"))
        self._http = URLLib3Session()
        self._setups, self._group = {}, None
        self.s3.create_bucket(Bucket=self.bucket)

    def substitute(self, value, execution_id=None):
        """`value` with {bucket}, {run} and {id} filled in, at any depth."""
        if isinstance(value, str):
            value = value.replace("{bucket}", self.bucket).replace("{run}", self.run)
            return value.replace("{id}", execution_id) if execution_id else value
        if isinstance(value, list):
            return [self.substitute(item, execution_id) for item in value]
        if isinstance(value, dict):
            return {
                self.substitute(key, execution_id): self.substitute(item, execution_id) for key, item in value.items()
            }
        return value

    def case(self, case):
        """Set up and call → (last Answer, {step name: answer}). Raises Unanswered."""
        self._enter(case["group"])
        self._set_up(case["setup"])
        call = case["call"]
        steps = call["steps"] if call["op"] == "steps" else [call]
        named, answer = {}, None
        for number, step in enumerate(steps, 1):
            answer = self._step(step, named)
            if answer.error is not None and number < len(steps) and not step.get("may_fail"):
                raise Unanswered(f"step {number} ({step['op']}): {answer.error}")
            if step.get("as"):
                named[step["as"]] = answer.as_dict()
        return answer, named

    def _enter(self, group):
        """Each group starts with empty databases: groups were recorded one by one and share names."""
        if group == self._group:
            return
        for page in self.athena.get_paginator("list_databases").paginate(CatalogName="AwsDataCatalog"):
            for database in page["DatabaseList"]:
                self.run_sql({"sql": f"DROP DATABASE `{database['Name']}` CASCADE", "context": None})
        self.run_sql({"sql": f"CREATE DATABASE {DATABASE}", "context": None})
        self._setups, self._group = {}, group

    def run_sql(self, call):
        """Start a statement and wait → Answer. Raises ClientError when it is refused."""
        execution_id = self.athena.start_query_execution(**self._start_parameters(call))["QueryExecutionId"]
        return Answer("query", sql=self.substitute(call["sql"]), execution=self._wait(execution_id))

    def object(self, uri):
        """(bytes, content type) of an s3:// object, or None."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            found = self.s3.get_object(Bucket=bucket, Key=key)
        except ClientError:
            return None
        return found["Body"].read(), found.get("ContentType")

    def _set_up(self, items):
        """Once per list of items; a set-up that failed fails every case that needs it."""
        key = json.dumps(items, sort_keys=True)
        if key not in self._setups:
            try:
                for item in items:
                    self._set_up_one(item)
                self._setups[key] = None
            except (ClientError, Unanswered) as error:
                self._setups[key] = f"setup: {error}"
        if self._setups[key]:
            raise Unanswered(self._setups[key])

    def _set_up_one(self, item):
        if isinstance(item, str):
            item = {"sql": item}
        if "sql" in item:
            try:
                status = self.run_sql(item).execution["Status"]
            except ClientError:
                if item.get("may_fail"):
                    return
                raise
            if status["State"] != "SUCCEEDED" and not item.get("may_fail"):
                raise Unanswered(f"{item['sql']}: {status.get('StateChangeReason')}")
        elif "api" in item:
            try:
                self._call(item["api"]["op"], self.substitute(item["api"]["params"]))
            except ClientError as error:
                if "already" not in str(error):
                    raise
        else:
            compressed = "gzip_of" in item
            body = gzip.compress(item["gzip_of"].encode(), mtime=0) if compressed else item["body"].encode()
            self.s3.put_object(Bucket=self.bucket, Key=item["key"], Body=body)

    def _step(self, step, named):
        operation = step["op"]
        try:
            if operation == "query":
                return self._with_results(self.run_sql(step))
            if operation == "start":
                return Answer(operation, self.athena.start_query_execution(**self._start_parameters(step)))
            if operation == "sleep":
                time.sleep(step["seconds"])
                return Answer(operation, {})
            if operation == "wait":
                execution = self._wait(refer(step["id"], named))
                return self._with_results(Answer("query", sql="", execution=execution))
            if operation == "raw":
                return self._raw(step)
            parameters = refer(self.substitute(step.get("params", {})), named)
            return Answer(operation, self._call(operation, parameters), parameters=parameters)
        except ClientError as error:
            return Answer(operation, error=error)

    def _call(self, operation, parameters):
        return getattr(self.athena, xform_name(operation))(**parameters)

    def all_pages(self, answer, key):
        """The items of a list operation's answer and of every page after it."""
        items, response = list(answer.response.get(key, [])), answer.response
        while response.get("NextToken"):
            parameters = {**answer.parameters, "NextToken": response["NextToken"]}
            response = self._call(answer.operation, parameters)
            items += response.get(key, [])
        return items

    def _start_parameters(self, call):
        parameters = {
            "QueryString": self.substitute(call["sql"]),
            "WorkGroup": call.get("work_group", "primary"),
            "ClientRequestToken": self.substitute(call.get("client_request_token") or str(uuid.uuid4())),
        }
        context = call.get("context", {"Database": DATABASE})
        if context is not None:
            parameters["QueryExecutionContext"] = context
        location = call.get("output_location", "s3://{bucket}/results/")
        if location is not None:
            parameters["ResultConfiguration"] = {"OutputLocation": self.substitute(location)}
        if call.get("execution_parameters") is not None:
            parameters["ExecutionParameters"] = self.substitute(call["execution_parameters"])
        if call.get("reuse"):
            parameters["ResultReuseConfiguration"] = call["reuse"]
        return parameters

    def _wait(self, execution_id):
        end, pause = time.monotonic() + WAIT, 0.01
        while True:
            execution = self.athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] in ENDED:
                return execution
            if time.monotonic() > end:
                raise Unanswered(f"{execution['Status']['State']} after {WAIT} seconds")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def _with_results(self, answer):
        try:
            execution_id = answer.execution["QueryExecutionId"]
            answer.results = self.athena.get_query_results(QueryExecutionId=execution_id)
        except ClientError as error:
            answer.results_error = error
        return answer

    def _raw(self, step):
        """A signed POST whose body need not be JSON that boto3 would send."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": step["target"]}
        request = AWSRequest("POST", self.url + "/", data=self.substitute(step["body"]).encode(), headers=headers)
        SigV4Auth(Credentials("test", "test"), "athena", REGION).add_auth(request)
        found = self._http.send(request.prepare())
        named = {name.lower(): value for name, value in found.headers.items()}
        return Answer("raw", json.loads(found.content), status=found.status_code, headers=named)


def path(value, dotted):
    """The item at `a.b.0.c` of nested dicts and lists; KeyError when there is none."""
    for part in dotted.split("."):
        if isinstance(value, list):
            if not part.isdigit() or int(part) >= len(value):
                raise KeyError(dotted)
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            raise KeyError(dotted)
    return value


def refer(value, named):
    """`value` with ${name.path} replaced by what earlier steps gave, at any depth."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\$\{([^}]+)\}", value)
        return path(named, whole[1]) if whole else value
    if isinstance(value, list):
        return [refer(item, named) for item in value]
    if isinstance(value, dict):
        return {key: refer(item, named) for key, item in value.items()}
    return value
