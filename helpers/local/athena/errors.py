"""Whatever went wrong, as Athena says it.

Two kinds: a query that was accepted and ends FAILED (`AthenaError`), and a request that is refused
with HTTP 400 (`RequestError`). Numbers are those of Athena's error reference and of recorded answers.
"""

import errno
import re

# No more can be written: the disk is full, or the user's share of it, or the limit on a file is reached.
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Engine error code → AthenaError.ErrorType. Anything else is a generic user error.
GENERIC_USER_ERROR = 1100
ICEBERG_ERROR = 233  # clients such as dbt-athena repeat a commit that ends with it
ERROR_TYPES = {
    "DIVISION_BY_ZERO": 1001,
    "TYPE_MISMATCH": 1002,
    "COLUMN_NOT_FOUND": 1006,
    "CATALOG_NOT_FOUND": 1006,
    "INVALID_FUNCTION_ARGUMENT": 1106,
    "TABLE_ALREADY_EXISTS": 1110,
    "NOT_SUPPORTED": 1200,
    "NOT_FOUND": 1300,
    "TABLE_NOT_FOUND": 1301,
    "SCHEMA_NOT_FOUND": 1301,
    "FUNCTION_NOT_FOUND": 1303,
}
SYSTEM, USER, OTHER = 1, 2, 3
SYSTEM_CODES = {"GENERIC_INTERNAL_ERROR", "EXCEEDED_LOCAL_MEMORY_LIMIT"}


class AthenaError(Exception):
    """A query that ends FAILED; `str()` is the StateChangeReason.

    `code` may be None for messages without one, such as Hive's `FAILED: SemanticException …`.
    """

    def __init__(self, code, message, line=None, column=None, category=None, error_type=None):
        self.code, self.message, self.line, self.column = code, message, line, column
        self.category = category or (SYSTEM if code in SYSTEM_CODES else USER)
        generic = ICEBERG_ERROR if (code or "").startswith("ICEBERG_") else GENERIC_USER_ERROR
        self.error_type = error_type or ERROR_TYPES.get(code, generic)
        super().__init__(message)

    def __str__(self):
        position = f"line {self.line}:{self.column}: " if self.line is not None else ""
        return f"{self.code}: {position}{self.message}" if self.code else position + self.message


class RequestError(Exception):
    """A refused API call: HTTP 400 with `exception` as its type and `code` as AthenaErrorCode."""

    def __init__(self, message, code="INVALID_INPUT", exception="InvalidRequestException"):
        self.message, self.code, self.exception = message, code, exception
        super().__init__(message)


class Cancelled(Exception):
    """The query was stopped, by its user or by the scan cutoff; `reason` is shown."""

    def __init__(self, reason="Query cancelled by user"):
        self.reason = reason
        super().__init__(reason)


def no_space():
    """The endpoint's disk is full; real Athena has none."""
    return AthenaError("GENERIC_INTERNAL_ERROR", "No space left in the endpoint's temporary folder")


def unsupported_statement():
    """Athena's answer to a statement that it parses but does not offer."""
    return RequestError("Queries of this type are not supported", code="MALFORMED_QUERY")


_OPERATION = {"addition": "addition", "subtraction": "subtraction", "multiplication": "multiplication"}
_SQL_TYPE = {
    "INT8": "tinyint",
    "INT16": "smallint",
    "INT32": "integer",
    "INT64": "bigint",
    "INT128": "decimal",
    "FLOAT": "real",
    "DOUBLE": "double",
    "VARCHAR": "varchar",
}
_SYMBOL = {"addition": "+", "subtraction": "-", "multiplication": "*"}
_CAST_NAME = {
    "INT8": "TINYINT",
    "INT16": "SMALLINT",
    "INT32": "INT",
    "INT64": "BIGINT",
    "FLOAT": "REAL",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
}


UNEXPLAINED = "this endpoint cannot run the query"


def exhausted():
    """The error of a query that wants more memory than it may have."""
    return AthenaError(None, "Query exhausted resources at this scale factor", category=SYSTEM)


def from_duckdb(exc):
    """DuckDB's exception → the error that Athena gives for the same mistake."""
    text = str(exc).split("\n\nLINE ")[0]
    own = re.search(r"(?:^|: )([A-Z][A-Z_]{5,}): (.*)", text, re.S)
    if own:
        return AthenaError(own[1], own[2].strip())
    if "Division by zero" in text:
        return AthenaError("DIVISION_BY_ZERO", "Division by zero")
    if re.search(r"Overflow in \w+ of DECIMAL", text):
        return AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
    overflow = re.search(r"Overflow in (\w+) of (\w+) \((\S+) . (\S+)\)", text)
    if overflow:
        kind, sql_type, left, right = overflow.groups()
        name = _SQL_TYPE.get(sql_type, sql_type.lower())
        return AthenaError(
            "NUMERIC_VALUE_OUT_OF_RANGE", f"{name} {kind} overflow: {left} {_SYMBOL.get(kind, '?')} {right}"
        )
    cast = re.search(r"Could not convert string '(.*)' to (\w+)", text, re.S)
    if cast:
        target = _CAST_NAME.get(cast[2], cast[2])
        return AthenaError("INVALID_CAST_ARGUMENT", f"Cannot cast '{cast[1]}' to {target}")
    range_error = re.search(r"Type (\w+) with value (\S+) can't be cast .* type (\w+)", text, re.S)
    if range_error:
        target = _SQL_TYPE.get(range_error[3], range_error[3].lower())
        return AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {target}: {range_error[2]}")
    if re.search(r"([Dd]ate|[Tt]imestamp|Interval value).*( out of range|in timestamp range)", text):
        message = "a date, time or interval outside the years that this endpoint reckons with (-290307 to 294246)"
        return AthenaError("NOT_SUPPORTED", message)
    if "Could not cast value" in text or ("DECIMAL" in text and "range" in text.lower()):
        return AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", text.split(": ", 1)[-1])
    if "More than one row returned by a subquery" in text:
        return AthenaError("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    if "No space left on device" in text or "File too large" in text:
        return no_space()
    damaged = re.search(r'Failed to read file "([^"]+)": ([^\n]*)', text)
    if damaged:
        return AthenaError("HIVE_CURSOR_ERROR", f"Failed to read Parquet file: {damaged[1]}: {damaged[2]}")
    if "Max expression depth" in text:
        return AthenaError("STACK_OVERFLOW", "statement is too large (stack overflow during analysis)")
    if "Map keys must be unique" in text or "Map keys can not be NULL" in text:
        return AthenaError("NOT_SUPPORTED", "a map that holds a key twice, or NULL as a key")
    if "Out of Memory" in text:
        return exhausted()
    if "invalid date" in text or "invalid timestamp" in text or "Conversion Error" in text:
        return AthenaError("INVALID_CAST_ARGUMENT", text.split(": ", 1)[-1])
    return AthenaError("NOT_SUPPORTED", f"{UNEXPLAINED}: " + text.split("\n")[0])
