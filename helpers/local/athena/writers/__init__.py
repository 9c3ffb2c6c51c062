"""Statements that write files: CREATE TABLE AS, INSERT INTO, UNLOAD."""

from ..errors import RequestError
from ..sql import statement_tree
from ..tables import CATALOG
from .ctas import create_table_as
from .insert import insert_into
from .properties import constant
from .unload import unload

CENTRAL_OUTPUT = (
    "The Create Table As Select query failed because it was submitted with an 'external_location' property to an "
    "Athena Workgroup that enforces a centralized output location for all queries. Please remove the "
    "'external_location' property and resubmit the query."
)


def check(statement, context):
    """What Athena refuses when the query is started (recorded answers). Raises RequestError."""
    if not isinstance(statement, statement_tree.CreateTableAs):
        return
    parts = statement.name.parts
    if len(parts) > 3:
        raise RequestError(f"Invalid table name {'.'.join(parts)}", code="MALFORMED_QUERY")
    if len(parts) == 3 and parts[0].lower() != CATALOG:  # recorded of CREATE TABLE, whose name is read alike
        raise RequestError(f"Catalog '{parts[0]}' does not exist", code="DATACATALOG_NOT_FOUND")
    if context.enforced and "external_location" in {key.lower() for key in statement.properties}:
        raise RequestError(CENTRAL_OUTPUT)


__all__ = ["check", "constant", "create_table_as", "insert_into", "unload"]
