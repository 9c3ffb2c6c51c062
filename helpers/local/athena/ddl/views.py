"""CREATE, DROP and SHOW CREATE VIEW: Trino's own statements, kept in Glue."""

from ..errors import AthenaError, RequestError
from ..outcome import Outcome, ResultColumn
from ..sql.query_text import formatted, identifier
from ..views import table_input
from .failures import schema_not_found, view_not_found
from .names import database_of, find

CATALOG = "awsdatacatalog"


def create(statement, context):
    from .. import queries  # the engine's side: it reads views through the catalog
    from ..sql import statements

    database, name = database_of(statement.name, context), statement.name.table
    tree = statements.parse_query(statement.query)
    replaced = (CATALOG, database, name) if statement.replace else None
    described = queries.describe(tree, context, replaced)
    columns = [(column.lower() if column else column, t) for column, t in described]
    _check_columns([column for column, _ in columns])
    if not context.services.catalog.has_database(database):
        raise schema_not_found(database)
    existing = find(statement.name, context)
    if existing is not None and not existing.is_view:
        raise _exists("Table", statement, context)
    if existing is not None and not statement.replace:
        raise _exists("View", statement, context)
    default = (context.database or database).lower()
    kept = table_input(name, formatted(tree), CATALOG, default, columns, statement.comment)
    glue = context.services.glue
    (glue.update_table if existing is not None else glue.create_table)(DatabaseName=database, TableInput=kept)
    return Outcome(file="txt")


def _check_columns(names):
    for position, name in enumerate(names, 1):
        if not name or name.startswith("_col"):
            raise AthenaError("MISSING_COLUMN_NAME", f"Column name not specified at position {position}", 1, 1)
        if name in names[: position - 1]:
            raise AthenaError("DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once", 1, 1)


def _exists(what, statement, context):
    return AthenaError("TABLE_ALREADY_EXISTS", f"{what} already exists: '{_qualified(statement, context)}'", 1, 1)


def _qualified(statement, context):
    return f"{CATALOG}.{database_of(statement.name, context)}.{statement.name.table}"


def drop(statement, context):
    view = find(statement.name, context)
    if view is None:
        if statement.if_exists:
            return Outcome(file="txt")
        raise view_not_found(_qualified(statement, context))
    if not view.is_view:
        name = _qualified(statement, context)
        raise AthenaError(
            "TABLE_NOT_FOUND",
            f"View '{name}' does not exist, but a table with that name exists. Did you mean DROP TABLE {name}?",
            1,
            1,
        )
    context.services.glue.delete_table(DatabaseName=view.database, Name=view.raw["Name"])
    return Outcome(file="txt")


def show_create(statement, context):
    view = find(statement.name, context)
    if view is None:
        raise view_not_found(_qualified(statement, context))
    if not view.is_view:
        name = _qualified(statement, context)
        raise AthenaError("NOT_SUPPORTED", f"Relation '{name}' is a table, not a view", 1, 1)
    text = f"CREATE VIEW {identifier(view.database)}.{identifier(view.name)} AS\n{_query_text(view)}"
    rows = [[line] for line in text.strip().split("\n")]
    return Outcome([ResultColumn("create view", "varchar")], rows, 0, file="txt", header=False)


def _query_text(view):
    """The view's query in Trino's form, which views that another program wrote need not have."""
    from ..sql import statements  # as in create

    try:
        return formatted(statements.parse_query(view.view_sql or ""))
    except RequestError as refused:
        message = f"Failed parsing stored view '{CATALOG}.{view.database}.{view.name}': {refused}"
        raise AthenaError("INVALID_VIEW", message, 1, 1) from refused
