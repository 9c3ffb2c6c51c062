"""How DDL fails: Hive's messages, as Athena passes them on, and the few things this endpoint cannot do."""

import uuid

from ..errors import SYSTEM, AthenaError, RequestError
from ..sql import ddl_tree
from ..sql.ddl_comments import collapsed
from ..sql.ddl_lexer import tokenize

NOT_BY_HIVE = 1006  # AthenaError.ErrorType of what Hive's analysis refuses
NOT_THERE = 1301
NOT_OFFERED = "Query type not supported by DDL engine."
PARSE_EXCEPTION = 1003
_TASK = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "


class HiveError(AthenaError):
    """`athena_message` is AthenaError.ErrorMessage where that differs from the StateChangeReason."""

    def __init__(self, message, category=None, error_type=None, athena_message=None):
        super().__init__(None, message, category=category, error_type=error_type)
        self.athena_message = athena_message


def complaint(statement, message):
    """What Hive's parser minded about a statement. What Athena's newer DDL engine does not offer says that, too."""
    if isinstance(statement, ddl_tree.DropColumn):
        return drop_column(statement, message)
    if isinstance(statement, (ddl_tree.RenameTable, ddl_tree.ReplaceColumns, ddl_tree.ChangeColumn)):
        return HiveError(message, error_type=NOT_BY_HIVE, athena_message=NOT_OFFERED)
    return HiveError(message, SYSTEM, PARSE_EXCEPTION)


def drop_column(statement, message=None):
    """DROP COLUMN is for Iceberg tables; Hive's parser does not know it."""
    tokens = tokenize(collapsed(statement.sql))
    at = next(i for i, token in enumerate(tokens) if token.upper == "COLUMN" and tokens[i - 1].upper == "DROP")
    word, drop = tokens[at], tokens[at - 1]
    return HiveError(
        message
        or f"FAILED: ParseException line {word.line}:{word.column - 1} mismatched input '{word.text}' expecting "
        f"PARTITION near '{drop.text}' in drop partition statement",
        error_type=NOT_BY_HIVE,
        athena_message=f"line {word.line}:{word.column}: mismatched input '{word.text}' expecting 'PARTITION'",
    )


def execution_error(text, **arguments):
    """A failure of Hive's DDL task."""
    return HiveError(_TASK + text, **arguments)


def semantic(text, code=None, **arguments):
    """A failure of Hive's analysis; `code` is Hive's own number."""
    number = f"[Error {code}]: " if code else ""
    return HiveError(f"FAILED: SemanticException {number}{text}", **({"error_type": NOT_BY_HIVE} | arguments))


def table_not_found(name, **arguments):
    return semantic(f"Table not found {name}", 10001, **({"error_type": NOT_THERE} | arguments))


def database_not_found(database):
    return semantic(f"Database does not exist: {database}", 10072, error_type=NOT_THERE)


def dangling(pattern):
    """A pattern whose first character repeats nothing, in Java's words."""
    return execution_error(
        "MetaException(message:Unable to get databases: java.util.regex.PatternSyntaxException: "
        f"Dangling meta character '{pattern[0]}' near index 0\n{pattern}\n^)",
        error_type=NOT_BY_HIVE,
    )


def glue_error(error, text):
    """A refusal of the Glue catalog in the words of its Java client."""
    return (
        f"{text} (Service: AmazonDataCatalog; Status Code: 400; Error Code: {error}; "
        f"Request ID: {uuid.uuid4()}; Proxy: null)"
    )


def entity_not_found():
    """The request's refusal when the table to be described does not exist."""
    return RequestError(glue_error("EntityNotFoundException", "Entity Not Found"))


def view_not_found(name, line=1, column=1):
    return AthenaError("TABLE_NOT_FOUND", f"View '{name}' does not exist", line, column)


def schema_not_found(database):
    return AthenaError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", 1, 1)
