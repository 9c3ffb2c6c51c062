"""What Athena looks up in the catalog before it accepts a DDL statement, and the text that it shows of it."""

import re

from ..errors import AthenaError
from ..sql import ddl_tree
from .failures import entity_not_found
from .names import find

_CATALOG = "awsdatacatalog"
# Statements whose shown text loses the catalog's name; a view's, SHOW VIEWS and queries keep it (measured).
_SHOWN_WITHOUT_CATALOG = (ddl_tree.TableStatement, ddl_tree.CreateTable, ddl_tree.ShowTables)
_SHOWN_AS_WRITTEN = (ddl_tree.CreateView, ddl_tree.DropView, ddl_tree.ShowCreateView, ddl_tree.ShowViews)


def check(statement, context):
    """Refuse or finish a statement of `sql.ddl_tree` at StartQueryExecution. Raises RequestError.

    A DESCRIBE or SHOW COLUMNS of a view becomes a DESC_VIEW. `sql` becomes the text that GetQueryExecution
    shows: Athena takes the catalog's name out of it, and for what Hive describes the database's too; the
    database that was written is then the shown context's (`context_database`).
    """
    if isinstance(statement, ddl_tree.CreateView):
        _parse_view(statement)
    elif isinstance(statement, ddl_tree.DescribingStatement):
        _look_up(statement, context)
    if isinstance(statement, _SHOWN_WITHOUT_CATALOG) and not isinstance(statement, _SHOWN_AS_WRITTEN):
        _shorten(statement, context)


def _parse_view(statement):
    from ..sql import statements  # statements reads DDL through this package's parser

    statements.parse_new_view(statement.query)


def _look_up(statement, context):
    """DESCRIBE and SHOW COLUMNS: the table must be there; a name in double quotes is a view's only."""
    if getattr(statement, "style", ""):
        return  # Hive says what is missing
    try:
        table = find(statement.name, context)
    except AthenaError:
        return  # a table that cannot be read fails when the statement runs
    if table is None:
        raise entity_not_found()
    if table.is_view:
        statement.describe_view()
    elif statement.refusal:
        raise statement.refusal


def _shorten(statement, context):
    """Leave out of the text what Athena leaves out. Comments among the parts stay."""
    name = statement.name
    if name is None or not name.starts or getattr(statement, "of_view", False):
        return
    if (context.catalog or _CATALOG).lower() != _CATALOG:
        return
    if isinstance(statement, ddl_tree.DescribeTable):
        dropped = len(name.parts) - 1
    else:
        shortest = 1 if isinstance(statement, ddl_tree.ShowTables) else 2
        dropped = 1 if len(name.parts) > shortest and name.parts[0] == _CATALOG else 0
    if not dropped:
        return
    last = len(name.parts) - (1 if isinstance(statement, ddl_tree.ShowTables) else 2)
    statement.context_database = name.written[last]
    sql = statement.sql
    left_out = sql[name.starts[0] : name.starts[dropped]]
    comments = "".join(re.findall(r"/\*.*?\*/|--[^\n]*\n", left_out, re.S))
    statement.sql = sql[: name.starts[0]] + comments + sql[name.starts[dropped] :]
