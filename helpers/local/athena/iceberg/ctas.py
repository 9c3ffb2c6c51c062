"""CREATE TABLE … AS SELECT with table_type ICEBERG: the files first, then the table with them, at once."""

from pyiceberg.exceptions import CommitFailedException, TableAlreadyExistsError
from pyiceberg.table import CreateTableTransaction
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER

from .. import queries
from ..ddl.tables import stored_location
from ..errors import AthenaError
from ..objects import split_location
from ..writers import properties as hive
from ..writers.ctas import outcome
from . import commits, data_files, partitioning, properties, warehouse
from .ddl import FORMAT_VERSION
from .schema import new_schema

_CATALOG = "awsdatacatalog"
_OWN = {"table_type", "is_external", "location", "partitioning"}
_DEFAULTS = {"format": "PARQUET", "write_compression": "ZSTD", "compression_level": "3"}


def create(statement, database, table, context):
    """Run a statement_tree.CreateTableAs whose table is not there yet → Outcome."""
    values = {key.lower(): hive.constant(node) for key, node in statement.properties.items()}
    location, held, terms = _checked(values)
    plan = queries.plan(statement.query, context, queries.bound_parameters(statement, context))
    columns = _columns(plan)
    schema = new_schema([(n, t, None) for n, t in columns])
    spec = partitioning.specification(terms, schema)
    _require_empty(location, context)
    opened = warehouse.of(context.services.catalog)
    staged = opened._create_staged_table(
        (database, table), schema, location, spec, UNSORTED_SORT_ORDER, held | {"format-version": FORMAT_VERSION}
    )
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        sql = plan.open(con) if statement.with_data else f"SELECT * FROM ({plan.open(con)}) LIMIT 0"
        sources = [(f"c{i}", t) for i, (_, t) in enumerate(columns)]
        written, files = data_files.write(staged, con, sql, sources, context)
    finally:
        con.close()
    with commits.removed_unless_committed(written.files, context.services.s3):
        context.point_of_no_return()
        _commit(staged, files, database, table)
    context.services.catalog.changed(database, table)
    return outcome(written, "CREATE TABLE")


def _commit(staged, files, database, table):
    try:
        transaction = CreateTableTransaction(staged)
        if files:
            with transaction.update_snapshot().fast_append() as snapshot:
                for file in files:
                    snapshot.append_data_file(file)
        transaction.commit_transaction()
    except (TableAlreadyExistsError, CommitFailedException) as failure:
        message = f"Destination table '{_CATALOG}.{database}.{table}' already exists"
        raise AthenaError("TABLE_ALREADY_EXISTS", message, 1, 1) from failure


def _checked(values):
    """The WITH (…) of an Iceberg table → (location, metadata properties, partition terms)."""
    for key in values:
        if key not in properties.KNOWN and key not in _OWN:
            raise AthenaError("INVALID_TABLE_PROPERTY", f"Catalog '{_CATALOG}' table property '{key}' does not exist")
    if str(values.get("is_external", "true")).lower() != "false":
        raise AthenaError("NOT_SUPPORTED", "Iceberg tables cannot be external: set is_external = false")
    location = values.get("location")
    if not isinstance(location, str) or not location.startswith("s3://"):
        raise AthenaError(
            "INVALID_TABLE_PROPERTY", "Table location must be given for an Iceberg table: location = 's3://…'"
        )
    terms = values.get("partitioning", [])
    if not isinstance(terms, list):
        message = f"Invalid value for catalog '{_CATALOG}' table property 'partitioning': {terms}"
        raise AthenaError("INVALID_TABLE_PROPERTY", message)
    given = properties.checked({k: v for k, v in values.items() if k not in _OWN})
    defaults = dict(_DEFAULTS)
    if str(given.get("write_compression", "ZSTD")).upper() != "ZSTD":
        del defaults["compression_level"]
    held = {k: v.upper() if k in ("format", "write_compression") else v for k, v in (defaults | given).items()}
    return stored_location(location), properties.to_iceberg(held), [partitioning.parse(term) for term in terms]


def _columns(plan):
    columns, seen = [], set()
    for i, (column, (_, t)) in enumerate(zip(plan.names, plan.columns, strict=True), 1):
        if column is None:
            raise AthenaError("MISSING_COLUMN_NAME", f"Column name not specified at position {i}", 1, 1)
        if column.lower() in seen:
            raise AthenaError("DUPLICATE_COLUMN_NAME", f"Column name '{column}' specified more than once", 1, 1)
        if t.base == "unknown":
            raise AthenaError("COLUMN_TYPE_UNKNOWN", f"Column type is unknown: {column}", 1, 1)
        seen.add(column.lower())
        columns.append((column.lower(), t))
    return columns


def _require_empty(location, context):
    bucket, prefix = split_location(location)
    if context.services.s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount", 0):
        raise AthenaError(
            "ICEBERG_FILESYSTEM_ERROR",
            f"Cannot create a table on a non-empty location: {location}, set 'iceberg.unique-table-location=true' in "
            "your Iceberg catalog properties to use unique table locations for every table.",
        )
