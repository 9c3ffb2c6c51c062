"""How DDL fails: Hive's messages, as Athena passes them on, and the few things this endpoint cannot do."""

import uuid

from ..errors import ERROR_TYPES, SYSTEM, AthenaError, RequestError

NOT_BY_HIVE = 1006  # AthenaError.ErrorType of a statement that Athena's Hive does not offer
PARSE_EXCEPTION = 1003
_TASK = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "


class HiveError(AthenaError):
    """`athena_message` is AthenaError.ErrorMessage where that differs from the StateChangeReason."""

    def __init__(self, message, category=None, error_type=None, athena_message=None):
        super().__init__(None, message, category=category, error_type=error_type)
        self.athena_message = athena_message


def complaint(message):
    """What Hive's parser minded."""
    return HiveError(message, SYSTEM, PARSE_EXCEPTION)


def execution_error(text, **arguments):
    """A failure of Hive's DDL task."""
    return HiveError(_TASK + text, **arguments)


def semantic(text, code=None, **arguments):
    """A failure of Hive's analysis; `code` is Hive's own number."""
    number = f"[Error {code}]: " if code else ""
    return HiveError(f"FAILED: SemanticException {number}{text}", **arguments)


def table_not_found(database, table, **arguments):
    return semantic(f"Table not found {database}.{table}", 10001, **arguments)


def database_not_found(database):
    return semantic(f"Database does not exist: {database}", 10072)


def glue_error(error, text):
    """A refusal of the Glue catalog in the words of its Java client."""
    return (
        f"{text} (Service: AmazonDataCatalog; Status Code: 400; Error Code: {error}; "
        f"Request ID: {uuid.uuid4()}; Proxy: null)"
    )


def entity_not_found():
    """The request's refusal when the table to be described does not exist."""
    return RequestError(glue_error("EntityNotFoundException", "Entity Not Found"))


def iceberg(what):
    """Iceberg tables are not read or written here yet."""
    return AthenaError("NOT_SUPPORTED", f"{what}: this endpoint does not support Iceberg tables yet")


def view_not_found(name, line=1, column=1):
    return AthenaError("TABLE_NOT_FOUND", f"View '{name}' does not exist", line, column)


def schema_not_found(database):
    return AthenaError(
        "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", 1, 1, error_type=ERROR_TYPES["SCHEMA_NOT_FOUND"]
    )
