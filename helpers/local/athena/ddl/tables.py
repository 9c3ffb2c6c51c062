"""CREATE and DROP TABLE, SET TBLPROPERTIES, SET LOCATION, RENAME."""

import re
import time

from ..errors import AthenaError
from ..outcome import Outcome
from .failures import NOT_BY_HIVE, NOT_OFFERED, execution_error, glue_error, semantic
from .formats import storage
from .names import database_of, existing, find, hive_table, require_database, table_input, update
from .partition_values import glue_values, partition_of

DDL_TIME = "transient_lastDdlTime"


def create(statement, context):
    database, name = database_of(statement.name, context), statement.name.table
    if statement.is_iceberg:
        from ..iceberg import ddl  # pyiceberg takes a second to load

        return ddl.create(statement, context)
    _check_columns(statement)
    described = _described(statement)
    require_database(database, context)
    if find(statement.name, context) is not None:
        if statement.if_not_exists:
            return Outcome(file="txt")
        raise execution_error(
            f"AlreadyExistsException(message:Table {name} already exist)",
            error_type=NOT_BY_HIVE,
            athena_message=f"Table {name} already exists.",
        )
    context.services.glue.create_table(DatabaseName=database, TableInput=described)
    return Outcome(file="txt")


def _check_columns(statement):
    seen = set()
    for column in statement.columns:
        if column.name in seen:
            raise semantic(f"Duplicate column name: {column.name}", 10036)
        seen.add(column.name)
    for column in statement.partitioned_by:
        if column.name in seen:
            raise semantic("Column repeated in partitioning columns", 10035)
        seen.add(column.name)
    for name in statement.clustered_by:
        if name not in seen:
            raise semantic("Invalid column reference", 10002)


def _described(statement):
    """The TableInput that Athena's CREATE EXTERNAL TABLE leaves in Glue."""
    serde, parameters, input_format, output_format = storage(statement)
    properties = {"EXTERNAL": "TRUE", DDL_TIME: _now()}
    if statement.comment is not None:
        properties["comment"] = re.sub(r"\s+", " ", statement.comment)  # Athena keeps it on one line
    return {
        "Name": statement.name.table,
        "Owner": "hadoop",
        "TableType": "EXTERNAL_TABLE",
        "Retention": 0,
        "Parameters": properties | statement.properties,
        "PartitionKeys": column_input(statement.partitioned_by),
        "StorageDescriptor": {
            "Columns": column_input(statement.columns),
            "Location": stored_location(statement.location),
            "InputFormat": input_format,
            "OutputFormat": output_format,
            "Compressed": False,
            "NumberOfBuckets": statement.buckets or -1,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
            "BucketColumns": statement.clustered_by,
            "SortColumns": [{"Column": name, "SortOrder": order} for name, order in statement.sorted_by],
            "Parameters": {},
            "SkewedInfo": {
                "SkewedColumnNames": [],
                "SkewedColumnValues": [],
                "SkewedColumnValueLocationMaps": {},
            },
            "StoredAsSubDirectories": False,
        },
    }


def column_input(columns):
    """Column definitions as Glue takes them."""
    return [
        {"Name": c.name, "Type": c.type} | ({"Comment": c.comment} if c.comment is not None else {}) for c in columns
    ]


def stored_location(location):
    """A location as Hadoop's Path leaves it: without the slash at its end."""
    if not location.startswith(("s3://", "s3a://", "s3n://")):
        scheme = location.partition(":")[0] if ":" in location else "null"
        raise execution_error(f"MetaException(message:No FileSystem for scheme: {scheme})")
    return location.rstrip("/") if location.count("/") > 3 else location


def _now():
    return str(int(time.time()))


def drop(statement, context):
    """Only the description goes; the files of an external table stay where they are."""
    if statement.if_exists and find(statement.name, context) is None:
        return Outcome(file="txt")
    table = existing(statement.name, context)
    if table.is_view:
        raise execution_error("Cannot drop a view with DROP TABLE")
    context.services.glue.delete_table(DatabaseName=table.database, Name=table.raw["Name"])
    return Outcome(file="txt")


def set_properties(statement, context):
    table = hive_table(statement.name, context)
    described = table_input(table)
    described["Parameters"] = table.parameters | statement.properties | {DDL_TIME: _now()}
    update(table, described, context)
    return Outcome(file="txt")


def unset_properties(statement, context):
    """Athena offers it for Iceberg tables."""
    table = hive_table(statement.name, context)
    message = f"ALTER TABLE UNSET TBLPROPERTIES is for Iceberg tables; {table.database}.{table.name} is none"
    raise AthenaError("NOT_SUPPORTED", message)


def set_location(statement, context):
    table = hive_table(statement.name, context)
    location = stored_location(statement.location)
    if statement.partition is None:
        described = table_input(table)
        described["StorageDescriptor"] = described.get("StorageDescriptor", {}) | {"Location": location}
        update(table, described, context)
        return Outcome(file="txt")
    partition = partition_of(table, statement.partition, context)
    storage_descriptor = partition.described.get("StorageDescriptor", {}) | {"Location": location}
    values = glue_values(partition.values)
    context.services.glue.update_partition(
        DatabaseName=table.database,
        TableName=table.name,
        PartitionValueList=values,
        PartitionInput={
            "Values": values,
            "StorageDescriptor": storage_descriptor,
            "Parameters": partition.parameters,
        },
    )
    return Outcome(file="txt")


def rename(statement, context):
    """Glue cannot rename a table, and says so."""
    refused = {"error_type": NOT_BY_HIVE, "athena_message": NOT_OFFERED}
    existing(statement.name, context, **refused)
    raise execution_error(
        "Unable to alter table. Unable to change partition or table: "
        + glue_error(
            "InvalidInputException",
            "com.amazonaws.services.datacatalog.model.InvalidInputException: Table cannot be renamed",
        ),
        **refused,
    )
