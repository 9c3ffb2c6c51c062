"""What Athena looks up in the catalog before it accepts a DDL statement."""

from ..errors import AthenaError
from ..sql import ddl_tree
from .failures import entity_not_found
from .names import database_of, find

_LOOKED_UP = (ddl_tree.DescribeTable, ddl_tree.ShowColumns, ddl_tree.ShowCreateTable)
_CATALOG = "awsdatacatalog"


def check(statement, context):
    """Refuse or finish a statement of `sql.ddl_tree` at StartQueryExecution. Raises RequestError.

    A DESCRIBE or SHOW COLUMNS of a view becomes a DESC_VIEW. `sql` becomes the text that GetQueryExecution
    shows: Athena takes the catalog's name out of it, and for what Hive describes the database's too, which
    then is the shown context's (`context_database`).
    """
    if isinstance(statement, ddl_tree.CreateView):
        _parse_view(statement)
    elif isinstance(statement, ddl_tree.ShowTables) and statement.name and len(statement.name.parts) == 2:
        statement.context_database = statement.name.table
        _without_catalog(statement)
    elif isinstance(statement, _LOOKED_UP):
        _look_up(statement, context)


def _look_up(statement, context):
    try:
        table = find(statement.name, context)
    except AthenaError:
        return  # a table that cannot be read fails when the statement runs
    if table is None:
        raise entity_not_found()
    if table.is_view and isinstance(statement, ddl_tree.DescribingStatement):
        statement.describe_view()
    elif isinstance(statement, ddl_tree.ShowColumns):
        _without_catalog(statement)
    else:
        _into_context(statement, context)


def _parse_view(statement):
    from ..sql import statements  # statements reads DDL through this package's parser

    statements.parse_query(statement.query)


def _without_catalog(statement):
    """catalog.database.table → database.table in the shown text."""
    if statement.name.parts[0] == _CATALOG and len(statement.name.parts) > 1:
        _shorten(statement, 1)


def _into_context(statement, context):
    """[catalog.]database.table → table in the shown text, and the database into the shown context."""
    if statement.name.database is not None:
        statement.context_database = database_of(statement.name, context)
        _shorten(statement, len(statement.name.parts) - 1)


def _shorten(statement, dropped):
    """Leave the first `dropped` parts out of the name in the text. Parts are cut at their dots."""
    name = statement.name
    written = statement.sql[name.start : name.end]
    kept = written
    for _ in range(dropped):
        kept = _after_dot(kept)
    statement.sql = statement.sql[: name.start] + kept + statement.sql[name.end :]


def _after_dot(text):
    quoted = False
    for at, char in enumerate(text):
        if char == "`":
            quoted = not quoted
        elif char == "." and not quoted:
            return text[at + 1 :].lstrip()
    return text
