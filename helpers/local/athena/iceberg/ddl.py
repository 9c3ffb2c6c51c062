"""CREATE, DROP, RENAME and the properties of Iceberg tables, and what Athena does not offer for them."""

from pyiceberg.exceptions import TableAlreadyExistsError

from ..catalog import hive_type
from ..ddl.failures import execution_error, semantic
from ..ddl.names import database_of, find, require_database, table_input
from ..ddl.tables import stored_location
from ..errors import AthenaError
from ..outcome import Outcome
from ..types import Type
from . import files, partitioning, properties, warehouse
from .schema import new_schema

FORMAT_VERSION = "2"
_UNSUPPORTED_TYPES = ("tinyint", "smallint", "char")


def not_offered(statement, table, context):
    """REPLACE COLUMNS, partitions, SET LOCATION, MSCK: Athena's answer for Iceberg tables (measured)."""
    raise AthenaError(None, "Query type not supported by Athena Iceberg at this time", error_type=1200)


def create(statement, context):
    """Run a ddl_tree.CreateTable whose table_type is ICEBERG → Outcome."""
    database, table = database_of(statement.name, context), statement.name.table
    held = properties.to_iceberg(properties.checked(statement.properties))
    columns = [(c.name, column_type(c), c.comment) for c in statement.columns]
    _check_names(columns)
    schema = new_schema(columns)
    spec = partitioning.specification(statement.transforms, schema)
    require_database(database, context)
    if find(statement.name, context) is not None:
        if statement.if_not_exists:
            return Outcome(file="txt")
        raise execution_error(f"AlreadyExistsException(message:Table {table} already exists)")
    if statement.comment is not None:
        held["comment"] = statement.comment
    make(database, table, schema, spec, stored_location(statement.location), held, context)
    return Outcome(file="txt")


def _check_names(columns):
    """Names that come twice, of columns and of fields inside one, are refused as Hive's are."""
    names = [name for name, *_ in columns if name is not None]
    repeated = next((n for i, n in enumerate(names) if n in names[:i]), None)
    if repeated is not None:
        raise semantic(f"Duplicate column name: {repeated}", 10036)
    for _, t, *_ in columns:
        _check_names(t.args if t.base == "row" else [(None, a) for a in t.args if isinstance(a, Type)])


def column_type(column):
    """A ddl_tree.ColumnDef's Trino Type. NOT_SUPPORTED for what Iceberg tables of Athena cannot hold."""
    t = hive_type(column.type)
    if t.base in _UNSUPPORTED_TYPES or (t.base == "varchar" and t.args):
        raise AthenaError("NOT_SUPPORTED", f"Type not supported for Iceberg: {t.display}")
    return t


def make(database, table, schema, spec, location, held, context):
    """Create an empty table → pyiceberg Table."""
    catalog = context.services.catalog
    try:
        return warehouse.of(catalog).create_table(
            (database, table), schema, location, spec, properties=held | {"format-version": FORMAT_VERSION}
        )
    except TableAlreadyExistsError as failure:
        raise AthenaError("ALREADY_EXISTS", f"Table already exists: '{database}.{table}'") from failure
    finally:
        catalog.changed(database, table)


def drop(statement, table, context):
    """Run a ddl_tree.DropTable: the table goes with all of its files."""
    try:
        doomed = files.of_all_snapshots(warehouse.open_table(table, context.services.catalog))
    except AthenaError:
        doomed = []  # a damaged table: nobody knows its files
    context.services.glue.delete_table(DatabaseName=table.database, Name=table.raw["Name"])
    files.delete(doomed, context)
    return Outcome(file="txt")


def rename(statement, table, context):
    """Run a ddl_tree.RenameTable: the same metadata under another name."""
    catalog, glue = context.services.catalog, context.services.glue
    database = (statement.target.database or table.database).lower()
    require_database(database, context)
    if catalog.table(database, statement.target.table) is not None:
        raise AthenaError("ALREADY_EXISTS", f"Table already exists: '{database}.{statement.target.table}'")
    glue.create_table(DatabaseName=database, TableInput=table_input(table) | {"Name": statement.target.table})
    glue.delete_table(DatabaseName=table.database, Name=table.raw["Name"])
    return Outcome(file="txt")


def set_properties(statement, table, context):
    """Run a ddl_tree.SetProperties."""
    held = properties.to_iceberg(properties.checked(statement.properties))
    opened = warehouse.open_table(table, context.services.catalog)

    def change():
        with opened.transaction() as transaction:
            transaction.set_properties(held)

    warehouse.commit(opened, change, context.services.catalog)
    return Outcome(file="txt")


def unset_properties(statement, table, context):
    """Run a ddl_tree.UnsetProperties."""
    wanted = properties.to_iceberg(dict.fromkeys(map(properties.known, statement.keys)))
    opened = warehouse.open_table(table, context.services.catalog)

    def change():
        with opened.transaction() as transaction:
            transaction.remove_properties(*(key for key in wanted if key in opened.properties))

    warehouse.commit(opened, change, context.services.catalog)
    return Outcome(file="txt")
