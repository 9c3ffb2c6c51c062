"""What Athena looks up in the catalog before it accepts a statement, and refuses with HTTP 400."""

import uuid

from .errors import AthenaError, RequestError
from .sql import ddl_tree

DEFAULT_DATABASE = "default"


def resolve(statement, context):
    """The statement to run: DESCRIBE and SHOW COLUMNS of a view become another one (recorded: DESC_VIEW).

    Raises RequestError when the table or view is not in the catalog.
    """
    if not isinstance(statement, ddl_tree.DescribeTable | ddl_tree.ShowColumns) or statement.complaint:
        return statement
    database = statement.name.database or context.database or DEFAULT_DATABASE
    try:
        table = context.services.catalog.table(database, statement.name.table)
    except AthenaError:
        return statement  # a table that cannot be read fails when the statement runs
    if table is None:
        raise _entity_not_found()
    if table.is_view:
        return ddl_tree.DescribeView(name=statement.name, sql=statement.sql)
    return statement


def _entity_not_found():
    return RequestError(
        "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; "
        f"Request ID: {uuid.uuid4()}; Proxy: null)"
    )
