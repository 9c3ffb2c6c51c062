"""CREATE, DROP and ALTER DATABASE."""

from ..outcome import Outcome
from .failures import database_not_found, execution_error


def create(statement, context):
    catalog = context.services.catalog
    if catalog.has_database(statement.database):
        if statement.if_not_exists:
            return Outcome(file="txt")
        raise execution_error(f"Database {statement.database} already exists")
    described = {"Name": statement.database}
    if statement.comment is not None:
        described["Description"] = statement.comment
    if statement.location is not None:
        described["LocationUri"] = statement.location
    if statement.properties:
        described["Parameters"] = statement.properties
    context.services.glue.create_database(DatabaseInput=described)
    return Outcome(file="txt")


def drop(statement, context):
    """Tables go with CASCADE only; their data files always stay."""
    glue, catalog = context.services.glue, context.services.catalog
    if not catalog.has_database(statement.database):
        if statement.if_exists:
            return Outcome(file="txt")
        raise database_not_found(statement.database)
    tables = [table["Name"] for table in catalog.table_descriptions(statement.database)]
    if tables and not statement.cascade:
        raise execution_error(
            f"InvalidOperationException(message:Database {statement.database} is not empty. "
            "One or more tables exist.)"
        )
    for at in range(0, len(tables), 100):  # Glue's limit of one BatchDeleteTable
        glue.batch_delete_table(DatabaseName=statement.database, TablesToDelete=tables[at : at + 100])
    glue.delete_database(Name=statement.database)
    return Outcome(file="txt")


def set_properties(statement, context):
    described = context.services.catalog.database(statement.database)
    if described is None:
        raise database_not_found(statement.database)
    kept = {k: described[k] for k in ("Name", "Description", "LocationUri") if described.get(k) is not None}
    kept["Parameters"] = (described.get("Parameters") or {}) | statement.properties
    context.services.glue.update_database(Name=described["Name"], DatabaseInput=kept)
    return Outcome(file="txt")
