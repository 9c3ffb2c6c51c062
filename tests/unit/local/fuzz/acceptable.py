"""What an answer to arbitrary input may be: an answer of the service, or one clear line of a refusal."""

import functools
import re

import botocore.session

# What only shows how this endpoint is built: Python, DuckDB, and files of the machine that it runs on.
LEAKS = re.compile(
    r"Traceback|object at 0x|<class|<function |<bound|\bself\b|NoneType|recursion depth|"
    r"\b(Key|Type|Value|Attribute|Index|Name|Assertion|Recursion|Unicode\w*|ZeroDivision|Overflow|OS|Runtime)Error\b|"
    r"\b(Binder|Catalog|Parser|Conversion|INTERNAL|Invalid Input|Out of Range|Invalid|IO|Not implemented|"
    r"TransactionContext|Fatal|Constraint|Serialization|Sequence|Dependency|Syntax|Invalid Type|Mismatch Type)"
    r" Error\b|"
    r"duckdb|DuckDB|pyarrow|moto\b|botocore|GENERIC_INTERNAL_ERROR|this endpoint cannot run the query|"
    r"explicit type cast|Candidate functions|(?<![\w/])/(tmp|home|root|usr|var|opt)/|athena-workbook"
)


def problem(reason):
    """What is wrong with the line that a failed query or a refused request gives, or None."""
    if not reason:
        return "no reason"
    found = LEAKS.search(reason)
    return f"shows {found[0]!r}" if found else None


@functools.cache
def error_types(service, operation):
    """The names of errors that the service model gives an operation, and those that the protocol adds."""
    model = botocore.session.get_session().get_service_model(service)
    named = {shape.name for shape in model.operation_model(operation).error_shapes}
    return named | {"SerializationException", "UnknownOperationException"}
