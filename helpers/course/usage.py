"""What the queries of a lesson scanned, asked from Athena itself through its API.

Nothing is counted on the client's side: the figures are the `Statistics` of every query execution that
appeared while the lesson ran, exactly as one would collect them on AWS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import costs

BATCH = 50  # BatchGetQueryExecution takes at most 50 ids (botocore's model of the API)


@dataclass(frozen=True)
class Usage:
    """Queries, bytes that they scanned, and what those bytes cost on Athena in USD."""

    queries: int = 0
    scanned_bytes: int = 0
    usd: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.queries + other.queries, self.scanned_bytes + other.scanned_bytes, self.usd + other.usd)


def execution_ids(athena, ours: str = "") -> set[str]:
    """The ids of every query execution in the work groups whose names start with `ours` (default: all).

    `athena` is a boto3 client. On a shared account the prefix keeps other people's queries out of the sum.
    """
    groups = [group["Name"] for group in _pages(athena.list_work_groups, "WorkGroups")]
    return {
        execution
        for group in groups
        if group.startswith(ours)
        for execution in _pages(athena.list_query_executions, "QueryExecutionIds", WorkGroup=group)
    }


def total_of(athena, executions: set[str]) -> Usage:
    """What these query executions scanned and cost, in sum."""
    new = sorted(executions)
    total = Usage()
    for start in range(0, len(new), BATCH):
        answer = athena.batch_get_query_execution(QueryExecutionIds=new[start : start + BATCH])
        total = sum((_usage(execution) for execution in answer["QueryExecutions"]), total)
    return total


def _usage(execution: dict) -> Usage:
    scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
    return Usage(1, scanned, float(costs.athena_execution_cost(execution)))


def _pages(operation, key: str, **request) -> Iterable:
    """Every item under `key` of an operation that answers in pages with NextToken."""
    while True:
        answer = operation(**request)
        yield from answer.get(key, [])
        if not answer.get("NextToken"):
            return
        request["NextToken"] = answer["NextToken"]
