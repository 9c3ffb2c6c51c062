"""Run this SQL: `query()` and the `%%athena` cell magic, with bytes scanned, price and time beside the rows.

    result = athena.query("SELECT count(*) FROM sales WHERE year_id = :year", {"year": 2004})
    result.value, result.bytes_scanned, result.cost_usd, result.df

Plain boto3, so that nothing is hidden: start, poll with back-off, fetch page by page. GetQueryResults
tells NULL from '' and gives the types; the CSV readers of awswrangler and PyAthena cannot.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from botocore.exceptions import BotoCoreError, ClientError

from helpers import costs, lab, magic
from helpers.oneline import OneLineError
from helpers.placeholders import bind, literals
from helpers.results import CHANGING, Column, Result

FIRST_WAIT, LONGEST_WAIT = 0.02, 1.0  # seconds between two polls; each wait is half as long again
WRITING = ("CREATE_TABLE_AS_SELECT", "INSERT", "UNLOAD")  # others than these and CHANGING send a count of 0
FINAL_STATES = ("SUCCEEDED", "FAILED", "CANCELLED")


class QueryError(OneLineError):
    """A query that Athena refused, or that ended FAILED or CANCELLED; the message is Athena's, once.

    state           REFUSED (nothing ran), FAILED or CANCELLED
    query_id        None when it was refused
    bytes_scanned   bytes; a cancelled query pays for them, a failed one does not
    """

    def __init__(self, message: str, state: str, query_id: str | None = None, bytes_scanned: int = 0):
        super().__init__(message)
        self.state, self.query_id, self.bytes_scanned = state, query_id, bytes_scanned


@dataclass
class Tally:
    """What this session ran through `query` and `%%athena`: queries, bytes scanned, USD."""

    queries: int = 0
    bytes_scanned: int = 0
    cost_usd: Decimal = Decimal(0)

    def add(self, execution: dict) -> None:
        """Count one finished QueryExecution."""
        self.queries += 1
        self.bytes_scanned += execution.get("Statistics", {}).get("DataScannedInBytes", 0)
        self.cost_usd += costs.athena_execution_cost(execution)

    def __str__(self) -> str:
        noun = "query" if self.queries == 1 else "queries"
        return (
            f"{self.queries} {noun} · {costs.format_bytes(self.bytes_scanned)} scanned ·"
            f" {costs.format_usd(self.cost_usd)}"
        )


_tally = Tally()


def tally() -> Tally:
    """What this session ran so far; `print(athena.tally())` gives one line."""
    return _tally


def reset_tally() -> None:
    """Start counting afresh."""
    global _tally
    _tally = Tally()


def query(
    sql: str,
    params: Mapping[str, object] | Sequence[object] | None = None,
    *,
    database: str | None = None,
    workgroup: str | None = None,
    reuse_minutes: int | None = None,
    where: lab.Lab | None = None,
) -> Result:
    """Run one statement and wait for its answer.

    params         a mapping for `:name` placeholders, or a sequence for `?`; bound, never pasted
    database       instead of the lesson's own
    workgroup      instead of the lesson's own
    reuse_minutes  accept the result of the same query if it is at most this old (it then scans 0 bytes)
    where          a Lab other than the one connected last

    Raises QueryError with Athena's message, in one line; PlaceholderError for a name without a value.
    Interrupting the wait stops the query, which would otherwise run and bill on.
    """
    if isinstance(params, Mapping):
        sql, parameters = bind(sql, params)
    else:
        parameters = literals(params or [])
    return execute(sql, parameters, database, workgroup, reuse_minutes, where)


def execute(
    sql: str,
    parameters: list[str],
    database: str | None = None,
    workgroup: str | None = None,
    reuse_minutes: int | None = None,
    where: lab.Lab | None = None,
) -> Result:
    """As query(), for parameters that are SQL literals already (see helpers.placeholders)."""
    place = where or lab.current()
    request = {
        "QueryString": sql,
        "QueryExecutionContext": {"Database": database or place.database},
        "WorkGroup": workgroup or place.workgroup,
    }
    if parameters:
        request["ExecutionParameters"] = parameters
    if reuse_minutes is not None:
        reuse = {"Enabled": True, "MaxAgeInMinutes": reuse_minutes}
        request["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": reuse}
    started = time.perf_counter()
    try:
        query_id = place.athena.start_query_execution(**request)["QueryExecutionId"]
        execution = _wait(place.athena, query_id)
        _tally.add(execution)
        _raise_unless_succeeded(execution)
        columns, texts, update_count = _fetch(place.athena, query_id, execution)
    except ClientError as error:
        raise QueryError(_refusal(error), "REFUSED") from error
    except BotoCoreError as error:
        raise QueryError(f"Athena cannot be reached: {error}", "REFUSED") from error
    statistics = execution.get("Statistics", {})
    return Result(
        sql=sql,
        query_id=query_id,
        state=execution["Status"]["State"],
        statement_type=execution.get("StatementType", "DML"),
        substatement_type=execution.get("SubstatementType", ""),
        columns=columns,
        texts=texts,
        bytes_scanned=statistics.get("DataScannedInBytes", 0),
        seconds=time.perf_counter() - started,
        update_count=update_count,
        output_location=execution.get("ResultConfiguration", {}).get("OutputLocation"),
        reused=statistics.get("ResultReuseInformation", {}).get("ReusedPreviousResult", False),
    )


def scanned(sql: str, params: Mapping[str, object] | Sequence[object] | None = None, **options) -> int:
    """The bytes that a query scans: runs it, returns nothing else. Same options and errors as query()."""
    return query(sql, params, **options).bytes_scanned


def explain(sql: str, **options) -> str:
    """The plan of a query as text; the query itself does not run, EXPLAIN scans nothing and is free."""
    return "\n".join(text or "" for (text,) in query(f"EXPLAIN {sql}", **options).texts)


def error_of(sql: str, params: Mapping[str, object] | Sequence[object] | None = None, **options) -> str:
    """The message of the error a statement is expected to end with. Raises AssertionError if it succeeds."""
    try:
        query(sql, params, **options)
    except QueryError as error:
        return str(error)
    raise AssertionError("the statement was expected to fail, but it succeeded")


def _wait(athena, query_id: str) -> dict:
    """Poll with back-off until the query has ended; returns its QueryExecution."""
    wait = FIRST_WAIT
    try:
        while True:
            execution = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if execution["Status"]["State"] in FINAL_STATES:
                return execution
            time.sleep(wait)
            wait = min(wait * 1.5, LONGEST_WAIT)
    except KeyboardInterrupt:
        athena.stop_query_execution(QueryExecutionId=query_id)
        raise


def _raise_unless_succeeded(execution: dict) -> None:
    state = execution["Status"]["State"]
    if state == "SUCCEEDED":
        return
    reason = execution["Status"].get("StateChangeReason") or f"the query ended {state} without a reason"
    if state == "CANCELLED":
        reason = f"CANCELLED: {reason}"
    scanned_bytes = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
    raise QueryError(reason, state, execution["QueryExecutionId"], scanned_bytes)


def _refusal(error: ClientError) -> str:
    """The message of a refused request, with Athena's own code when it sends one."""
    code = error.response.get("AthenaErrorCode") or error.response["Error"].get("Code", "")
    return f"{code}: {error.response['Error'].get('Message', '')}" if code else str(error)


def _fetch(athena, query_id: str, execution: dict) -> tuple[list[Column], list[list[str | None]], int | None]:
    """Every page of a result: columns, rows as Athena's text (None is NULL), UpdateCount."""
    columns: list[Column] = []
    texts: list[list[str | None]] = []
    update_count = None
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
    for number, page in enumerate(pages):
        rows = [[datum.get("VarCharValue") for datum in row.get("Data", [])] for row in page["ResultSet"]["Rows"]]
        if number == 0:
            update_count = page.get("UpdateCount")
            info = page["ResultSet"].get("ResultSetMetadata", {}).get("ColumnInfo", [])
            columns = [Column(column["Name"], column["Type"]) for column in info]
            if rows and _starts_with_header(rows[0], columns, execution):
                rows = rows[1:]
        texts += rows
    if execution.get("SubstatementType") in (*WRITING, *CHANGING):
        return columns, texts, update_count
    return columns, texts, None


def _starts_with_header(row: list[str | None], columns: list[Column], execution: dict) -> bool:
    """The first page of a SELECT starts with the column names; SHOW FUNCTIONS does too, DDL does not."""
    if row != [column.name for column in columns]:
        return False
    return execution.get("StatementType") == "DML" or execution.get("SubstatementType") == "SHOW_FUNCTIONS"


magic.register()
