"""From a name in a statement to the table in the catalog."""

from .failures import database_not_found, semantic, table_not_found

DEFAULT_DATABASE = "default"
# Fields of a table that Glue reports and does not take back.
READ_ONLY = (
    "DatabaseName",
    "CreateTime",
    "UpdateTime",
    "CreatedBy",
    "IsRegisteredWithLakeFormation",
    "CatalogId",
    "VersionId",
    "FederatedTable",
    "IsMultiDialectView",
    "Status",
)


def database_of(name, context):
    """The database that a TableName means: its own, or the request's."""
    return (name.database or context.database or DEFAULT_DATABASE).lower()


def find(name, context):
    """The table or view, or None."""
    return context.services.catalog.table(database_of(name, context), name.table)


def existing(name, context, as_written=False, **arguments):
    """The table or view. Raises Hive's "Table not found"; `arguments` go into that error.

    `as_written`: the error names the table as the statement does, without a database that it does not name.
    """
    table = find(name, context)
    if table is None:
        qualified = f"{database_of(name, context)}.{name.table}"
        raise table_not_found(".".join(name.parts[-2:]) if as_written else qualified, **arguments)
    return table


def hive_table(name, context):
    """A table that ALTER TABLE can work on."""
    table = existing(name, context)
    if table.is_view:
        raise semantic("To alter a view you need to use the ALTER VIEW command.", 10131)
    return table


def require_database(database, context):
    if not context.services.catalog.has_database(database):
        raise database_not_found(database)


def table_input(table):
    """Glue's description of a table as update_table takes it."""
    return {key: value for key, value in table.raw.items() if key not in READ_ONLY}


def update(table, described, context):
    context.services.glue.update_table(DatabaseName=table.database, TableInput=described)
    context.services.catalog.changed(table.database, table.name)
