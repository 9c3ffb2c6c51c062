"""CREATE TABLE … AS SELECT: files first, then the table and its partitions in Glue."""

import time

from .. import queries
from ..bucketing import bucket_sql
from ..ddl.formats import FORMATS
from ..errors import AthenaError
from ..outcome import Outcome, ResultColumn
from ..readers import udf
from ..tables import CATALOG, Tables
from ..types import BIGINT, VARCHAR
from . import properties
from .output import Target, require_empty, write
from .partitions import register
from .selection import file_select

JSON_SERDE = "org.apache.hive.hcatalog.data.JsonSerDe"


def outcome(written, update_type):
    """The answer of every statement that writes: one column, no rows, a count."""
    return Outcome(
        columns=[ResultColumn.of("rows", BIGINT)],
        update_count=written.rows,
        update_type=update_type,
        file="none",
        header=False,
        # Recorded: an INSERT of no rows leaves no manifest. awswrangler, PyAthena and ibis read an empty one after
        # such a CTAS or UNLOAD.
        manifest=None if update_type == "INSERT" and not written.files else written.files,
    )


def require_session_catalog(context):
    """What writes is given properties of the session's catalog first, which must be there (recorded of INSERT)."""
    if (context.catalog or CATALOG).lower() != CATALOG:
        raise AthenaError("NOT_FOUND", f"Session property catalog does not exist: {context.catalog.lower()}")


def create_table_as(statement, context):
    """Run a statement_tree.CreateTableAs → Outcome."""
    require_session_catalog(context)
    tables = Tables(context.services.catalog, context.catalog, context.database)
    catalog, database, table = tables.qualify(statement.name)
    if not context.services.catalog.has_database(database):
        message = f"Database {database} not found. Please check your query."
        raise AthenaError(None, message, error_type=1301)
    if context.services.catalog.table(database, table) is not None:
        if statement.if_not_exists:
            return outcome(_Nothing(), "CREATE TABLE")
        raise AthenaError(
            "TABLE_ALREADY_EXISTS", f"Destination table '{catalog}.{database}.{table}' already exists", 1, 1
        )
    if properties.of_iceberg(statement.properties):
        from ..iceberg import ctas  # pyiceberg takes a second to load

        return ctas.create(statement, database, table, context)
    storage = properties.storage_of(statement.properties, properties.CTAS)
    plan = queries.plan(statement.query, context, queries.bound_parameters(statement, context))
    columns = new_columns(plan.names, [t for _, t in plan.columns])
    _no_aliases(statement.aliases)
    keys = partition_keys(columns, storage)
    location = storage.external_location or _default_location(context)
    require_empty(
        context.services.s3,
        location,
        f"Target directory for table '{database}.{table}' already exists: {location}",
    )
    target = Target(
        storage,
        location,
        columns[: len(columns) - len(keys)],
        partitions=tuple(n for n, _ in keys),
        line=storage.format in ("JSON", "TEXTFILE"),
    )
    written = _write(statement, plan, columns, target, context)
    described = table_input(table, target, keys)
    context.services.glue.create_table(DatabaseName=database, TableInput=described)
    register(context, database, table, described["StorageDescriptor"], written.partitions)
    context.services.catalog.changed(database, table)
    return outcome(written, "CREATE TABLE")


def _default_location(context):
    if context.settings.directory is None:
        message = "a table whose location neither external_location nor a result location says"
        raise AthenaError("NOT_SUPPORTED", message)
    return f"{context.settings.directory}tables/{context.execution_id}"


def _no_aliases(aliases):
    """`CREATE TABLE t (a) AS …`: Athena loses the names where the query has none; the rest is not known."""
    if aliases:
        raise AthenaError("NOT_SUPPORTED", "this endpoint takes a new table's column names from its query only")


class _Nothing:
    rows, files = 0, ()


def _write(statement, plan, columns, target, context):
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        sources = [(f"c{i}", t) for i, (_, t) in enumerate(columns)]
        sql = plan.open(con) if statement.with_data else f"SELECT * FROM ({plan.open(con)}) LIMIT 0"
        buckets = ""
        if target.storage.bucket_count:
            udf.ensure(con)
            places = {n: (f"c{i}", t) for i, (n, t) in enumerate(columns)}
            buckets = bucket_sql([places[n] for n in target.storage.bucketed_by], target.storage.bucket_count)
        return write(con, file_select(sql, sources, columns, target, buckets), target, context)
    finally:
        con.close()


def new_columns(names, types):
    """[(lower-case name, Type)] of the new table. Raises what Trino and Hive refuse."""
    columns, seen = [], set()
    for i, (column, t) in enumerate(zip(names, types, strict=True)):
        if column is None:
            raise AthenaError("MISSING_COLUMN_NAME", f"Column name not specified at position {i + 1}", 1, 1)
        column = column.lower()
        if column in seen:
            raise AthenaError("DUPLICATE_COLUMN_NAME", f"Column name '{column}' specified more than once", 1, 1)
        seen.add(column)
        if t.base == "unknown":
            raise AthenaError("COLUMN_TYPE_UNKNOWN", f"Column type is unknown: {column}", 1, 1)
        columns.append((column, hive_storable(column, t)))
    return columns


def hive_storable(column, t):
    """The type as the table holds it. NOT_SUPPORTED where Hive has none."""
    if t.base == "varchar" and t.args and t.args[0] > 65535:
        return VARCHAR
    if t.base == "timestamp" and t.args[0] != 3:
        raise AthenaError(
            "NOT_SUPPORTED",
            f"Incorrect timestamp precision for {t.display}; the configured precision is MILLISECONDS; "
            f"column name: {column}",
        )
    if t.hive is None:
        raise AthenaError("NOT_SUPPORTED", f"Unsupported Hive type: {t.display}")
    return t


def partition_keys(columns, storage):
    names = [n for n, _ in columns]
    keys = storage.partitioned_by
    if keys and len(keys) == len(names):
        raise AthenaError("INVALID_TABLE_PROPERTY", "Table contains only partition columns")
    if keys and tuple(names[-len(keys) :]) != keys:
        raise AthenaError(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the table properties: "
            f"[{', '.join(keys)}]",
        )
    data = names[: len(names) - len(keys)]
    missing = [n for n in storage.bucketed_by if n not in data]
    if missing:
        raise AthenaError("INVALID_TABLE_PROPERTY", f"Bucketing columns [{', '.join(missing)}] not present in schema")
    return columns[len(columns) - len(keys) :] if keys else []


def serde_of(storage):
    """(SerDe, its parameters, input format, output format) of a storage."""
    if storage.format == "JSON":
        _, input_format, output_format = FORMATS["TEXTFILE"]
        return JSON_SERDE, {"serialization.format": "1"}, input_format, output_format
    serde, input_format, output_format = FORMATS[storage.format]
    parameters = {"serialization.format": "1"}
    if storage.format == "TEXTFILE" and storage.field_delimiter != "\x01":
        parameters = {"serialization.format": storage.field_delimiter, "field.delim": storage.field_delimiter}
    return serde, parameters, input_format, output_format


def table_input(table, target, keys):
    """Glue's description of the new table."""
    storage = target.storage
    serde, parameters, input_format, output_format = serde_of(storage)
    table_properties = {
        "EXTERNAL": "TRUE",
        "has_encrypted_data": "false",
        "transient_lastDdlTime": str(int(time.time())),
    }
    named = {"PARQUET": "parquet.compression", "ORC": "orc.compress", "AVRO": "avro.output.codec"}
    table_properties[named.get(storage.format, "write.compression")] = storage.compression
    return {
        "Name": table,
        "Owner": "hadoop",
        "TableType": "EXTERNAL_TABLE",
        "Retention": 0,
        "Parameters": table_properties,
        "PartitionKeys": [{"Name": n, "Type": t.hive} for n, t in keys],
        "StorageDescriptor": {
            "Columns": [{"Name": n, "Type": t.hive} for n, t in target.columns],
            "Location": target.location,
            "InputFormat": input_format,
            "OutputFormat": output_format,
            "Compressed": False,
            "NumberOfBuckets": storage.bucket_count or -1,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
            "BucketColumns": list(storage.bucketed_by),
            "SortColumns": [],
            "Parameters": {},
            "StoredAsSubDirectories": False,
        },
    }
