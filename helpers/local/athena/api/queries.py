"""The operations on query executions and their results."""

import math
import time

from ..errors import RequestError
from ..executions import ENDED, FAILED, QUEUED, RUNNING, SUCCEEDED
from ..results import Results
from . import paging
from .workgroups import ENGINE_VERSION, PRIMARY

# Seconds that GetQueryExecution waits for a query's end, no longer than a request to AWS takes: whoever asks again
# and again has the answer sooner, and does not keep the processors from the query.
PATIENCE = 0.05
MAX_ROWS = 1000  # rows a page of GetQueryResults may have, its header included


class Queries:
    def __init__(self, executions, workgroups):
        self._executions, self._workgroups = executions, workgroups

    def start_query_execution(self, request):
        return {"QueryExecutionId": self._executions.start(request).id}

    def stop_query_execution(self, request):
        self._executions.stop(self._executions.get(request["QueryExecutionId"]))
        return {}

    def get_query_execution(self, request):
        execution = self._executions.get(request["QueryExecutionId"])
        execution.wait(PATIENCE)
        return {"QueryExecution": _described(execution)}

    def batch_get_query_execution(self, request):
        found, missing = [], []
        for execution_id in request["QueryExecutionIds"]:
            try:
                found.append(_described(self._executions.get(execution_id)))
            except RequestError as error:
                missing.append(
                    {"QueryExecutionId": execution_id, "ErrorCode": error.code, "ErrorMessage": error.message}
                )
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def list_query_executions(self, request):
        group = self._workgroups.get(request.get("WorkGroup", PRIMARY)).name
        ids = self._executions.ids(group)
        return paging.page("QueryExecutionIds", f"executions/{group}", ids, request)

    def get_query_runtime_statistics(self, request):
        execution = self._executions.get(request["QueryExecutionId"])
        times = _times(execution)
        statistics = {"Timeline": times, "Rows": {"InputBytes": execution.scanned_bytes}}
        if execution.results is not None:
            rows = max(len(execution.results.rows) - 1, 0)
            statistics["Rows"] |= {"OutputRows": rows, "OutputBytes": execution.results.output_bytes}
        return {"QueryRuntimeStatistics": statistics}

    def get_query_results(self, request):
        """A page of rows. The checks come in the recorded order: id, MaxResults, state, token."""
        execution = self._executions.get(request["QueryExecutionId"])
        count = request.get("MaxResults", MAX_ROWS)
        if count > MAX_ROWS:
            raise RequestError(f"MaxResults is more than maximum allowed length {MAX_ROWS}")
        results = _finished(execution)
        kind = f"results/{execution.id}"
        start = paging.position(kind, request.get("NextToken"), _malformed)
        rows = results.rows.page(start, count)
        answer = {
            "ResultSet": {
                "Rows": [
                    {"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows
                ],
                "ResultSetMetadata": {"ColumnInfo": [_column(column) for column in results.columns]},
            }
        }
        if results.update_count is not None:
            answer["UpdateCount"] = results.update_count
        if len(rows) == count:  # a full page has a token even when nothing follows
            answer["NextToken"] = paging.token(kind, start + count)
        return answer


def _malformed(given):
    return RequestError(f"Malformed nextPageToken {given}")


def _finished(execution):
    """The results of an execution that has succeeded; Hive's failures answer with an empty result."""
    if execution.state == SUCCEEDED:
        return execution.results
    if execution.state == FAILED:
        if execution.location.endswith(".txt") and execution.reason.startswith("FAILED: "):
            return Results()  # Hive's message lies where the answer would
        if execution.location.endswith(".txt"):
            raise RequestError("Could not find results", "RESULT_NOT_FOUND")
        raise RequestError(
            f"Query did not finish successfully. Final query state: {FAILED}", "INVALID_QUERY_EXECUTION_STATE"
        )
    if execution.state in (QUEUED, RUNNING):
        raise RequestError(
            f"Query has not yet finished. Current state: {execution.state}", "INVALID_QUERY_EXECUTION_STATE"
        )
    raise RequestError("Could not find results", "RESULT_NOT_FOUND")


def _column(column):
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": column.type,
        "Precision": column.precision,
        "Scale": column.scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": column.case_sensitive,
    }


def _described(execution):
    """What GetQueryExecution shows."""
    statement, context = execution.statement, {}
    if execution.database is not None:
        context["Database"] = execution.database
    if execution.catalog is not None:
        context["Catalog"] = execution.catalog
    shown = {
        "QueryExecutionId": execution.id,
        "Query": execution.query,
        "StatementType": statement.statement_type,
        "SubstatementType": statement.substatement_type,
        "ResultReuseConfiguration": execution.reuse_configuration
        or {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": context,
        "Status": _status(execution),
        "Statistics": _statistics(execution),
        "WorkGroup": execution.workgroup,
        "EngineVersion": ENGINE_VERSION,
    }
    settings = execution.context.settings
    if execution.managed:
        shown["ManagedQueryResultsConfiguration"] = settings.managed
    else:
        shown["ResultConfiguration"] = {"OutputLocation": execution.location, **settings.shown}
    if execution.context.parameters:
        shown["ExecutionParameters"] = execution.context.parameters
    return shown


def _status(execution):
    status = {"State": execution.state, "SubmissionDateTime": execution.submitted}
    if execution.state not in ENDED:
        return status
    status["CompletionDateTime"] = execution.ended
    if execution.reason is not None:
        status["StateChangeReason"] = execution.reason
    if execution.error is not None:
        status["AthenaError"] = {
            "ErrorCategory": execution.error.category,
            "ErrorType": execution.error.error_type,
            "Retryable": False,
            "ErrorMessage": getattr(execution.error, "athena_message", None) or execution.reason,
        }
    return status


def _statistics(execution):
    times = _times(execution)
    if execution.state not in ENDED:
        return {name: times[name] for name in ("TotalExecutionTimeInMillis", "QueryQueueTimeInMillis")}
    statistics = {
        **times,
        "DataScannedInBytes": execution.scanned_bytes,
        "ResultReuseInformation": {"ReusedPreviousResult": execution.reused},
    }
    if execution.results is not None and execution.results.manifest is not None:
        statistics["DataManifestLocation"] = execution.results.manifest
    return statistics


def _times(execution):
    """Milliseconds of each part of an execution; planning is part of the engine's time."""
    end = execution.ended if execution.ended is not None else time.time()
    started = execution.started if execution.started is not None else end
    total = math.ceil(1000 * (end - execution.submitted))
    queued = min(math.ceil(1000 * (started - execution.submitted)), total)  # never 0: every query has queued
    times = {
        "TotalExecutionTimeInMillis": total,
        "QueryQueueTimeInMillis": queued,
        "ServicePreProcessingTimeInMillis": 0,
        "EngineExecutionTimeInMillis": total - queued,
        "ServiceProcessingTimeInMillis": 0,
    }
    if execution.statement.statement_type == "DML":
        times["QueryPlanningTimeInMillis"] = 0
    return times
