"""What the function says: to the caller, to the log, to the topic. Only the log hears anything internal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

from helpers.athena_lambda.athena import OutOfTime, Page
from helpers.athena_lambda.values import column

SYSTEM, USER = 1, 2  # AthenaError.ErrorCategory (Athena User Guide, error-reference); 3 is "other"
# User errors in Athena's eyes that no caller of a named query can cause: its SQL or its table is wrong, so ours.
OURS = re.compile(
    r"(TABLE|SCHEMA|CATALOG|COLUMN|FUNCTION)_NOT_FOUND|SYNTAX_ERROR|MALFORMED_QUERY|TYPE_MISMATCH|NOT_SUPPORTED"
    r"|AMBIGUOUS_NAME|EXPRESSION_NOT_\w+|PERMISSION_DENIED|INVALID_PARAMETER_USAGE|HIVE_\w+|ICEBERG_\w+"
)
NOTIFIED_ROWS = 20
MEGABYTE, LEAST_MEGABYTES = 10**6, 10  # Athena bills whole megabytes, at least 10 a query (AWS price list)


def reply(status: int, body: dict) -> dict:
    """What API Gateway's proxy integration demands: a status, headers, and the body as a JSON *text*."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, allow_nan=False)}


def failed(execution: dict) -> tuple[int, dict]:
    """Status and body for a query that ended FAILED or CANCELLED, by Athena's own classification."""
    status = execution["Status"]
    code = _error_code(status.get("StateChangeReason", ""))
    error = status.get("AthenaError") or {}
    if status["State"] == "CANCELLED":
        again = "The query was stopped before it ended; a new request runs it again."
        return 500, {"error": again, "code": "CANCELLED"}
    if error.get("ErrorCategory") == USER and not OURS.fullmatch(code):
        return 400, {"error": "The query fails with these values.", "code": code or "USER_ERROR"}
    if error.get("ErrorCategory") == SYSTEM:
        again = bool(error.get("Retryable"))
        return 500, {"error": "Athena failed to run the query.", "code": "SYSTEM_ERROR", "retryable": again}
    return 500, {"error": "The query could not be run.", "code": "INTERNAL_ERROR"}


def _error_code(reason: str) -> str:
    """`DIVISION_BY_ZERO: Division by zero` → `DIVISION_BY_ZERO`; the rest may name tables and places."""
    found = re.match(r"([A-Z][A-Z_]{4,}): ", reason)
    return found[1] if found else ""


def table(pages: Iterable[Page], largest: int) -> dict | None:
    """All rows as `{"columns": […], "rows": [[…], …]}`; None when they exceed `largest` bytes, or time is up.

    Rows are lists: objects would lose one of two columns of the same name.
    """
    columns, rows, size = [], [], 0
    try:
        for page in pages:
            columns = page.columns
            rows += page.rows
            size += sum(len(text or "") + 2 for row in page.rows for text in row)
            if size > largest:
                return None
    except OutOfTime:
        return None
    padded = [row + [None] * (len(columns) - len(row)) for row in rows]
    made = [
        column(each["Name"], each.get("Type", "varchar"), [row[index] for row in padded])
        for index, each in enumerate(columns)
    ]
    return {
        "columns": [description for description, _ in made],
        "rows": [list(row) for row in zip(*(values for _, values in made), strict=True)],
    }


def response_bytes(answer: dict) -> int:
    """Bytes that Lambda sends: the body is a text inside JSON, so its own quotes are escaped once more."""
    return len(json.dumps(answer).encode())


def cost_usd(execution: dict, usd_per_tb: Decimal) -> Decimal:
    """USD for the scan: whole megabytes, at least 10; failed queries and those that read nothing are free."""
    scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
    if execution["Status"]["State"] == "FAILED" or not scanned:
        return Decimal(0)
    megabytes = (Decimal(scanned) / MEGABYTE).to_integral_value(ROUND_CEILING)
    return max(megabytes, LEAST_MEGABYTES) * usd_per_tb / 1_000_000


def log(level: str, event: str, **fields: object) -> None:
    """One line of JSON on standard output, which Lambda keeps in CloudWatch Logs; without what is None."""
    line = {"level": level, "event": event, **{name: value for name, value in fields.items() if value is not None}}
    print(json.dumps(line, default=str), file=sys.stdout, flush=True)


def notification(name: str, answer: dict, facts: dict) -> dict:
    """Subject and message for the topic: the outcome, the figures, and the first rows."""
    status, body = answer["statusCode"], json.loads(answer["body"])
    message = {"query": name, "status": status, **facts}
    rows = body.pop("rows", None)
    message |= {key: value for key, value in body.items() if key not in message}
    if rows is not None:
        message |= {"rowCount": len(rows), "rows": rows[:NOTIFIED_ROWS]}
        if len(json.dumps(message)) > 100_000:  # SNS takes 256 KB
            del message["rows"]
    return {"Subject": f"{name}: {status}"[:100], "Message": json.dumps(message)}
