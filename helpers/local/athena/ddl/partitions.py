"""ALTER TABLE ADD, DROP and RENAME PARTITION."""

from ..outcome import Outcome
from .failures import execution_error, semantic
from .names import hive_table
from .partition_values import full_values, glue_values, matching, not_found, partition_of, path
from .tables import stored_location

CREATE_BATCH, DELETE_BATCH = (
    100,
    25,
)  # partitions in one request (Glue API: BatchCreatePartition, BatchDeletePartition)


def add(statement, context):
    table = hive_table(statement.name, context)
    inputs = {}
    for spec in statement.partitions:
        values = full_values(table, spec)
        location = stored_location(spec.location) if spec.location is not None else None
        inputs[values] = partition_input(table, values, location)
    existing = {p.values for p in context.services.catalog.registered_partitions(table)}
    taken = [values for values in inputs if values in existing]
    if taken and not statement.if_not_exists:
        raise execution_error("AlreadyExistsException(message:Partition already exists.)")
    create(table, [described for values, described in inputs.items() if values not in existing], context)
    return Outcome(file="txt")


def partition_input(table, values, location=None):
    """A new partition of `table`: the table's storage at its own location, by default k=v/… below the table's."""
    storage = dict(table.raw.get("StorageDescriptor", {}))
    storage["Location"] = location or f"{table.location.rstrip('/')}/{path(table, values)}"
    return {"Values": glue_values(values), "StorageDescriptor": storage, "Parameters": {}}


def create(table, inputs, context):
    """Register partitions; one that somebody else has added meanwhile is left as it is."""
    for at in range(0, len(inputs), CREATE_BATCH):
        context.check_cancelled()
        answer = context.services.glue.batch_create_partition(
            DatabaseName=table.database, TableName=table.name, PartitionInputList=inputs[at : at + CREATE_BATCH]
        )
        for error in answer.get("Errors", []):
            detail = error.get("ErrorDetail", {})
            if detail.get("ErrorCode") != "AlreadyExistsException":
                raise execution_error(f"MetaException(message:{detail.get('ErrorMessage', 'unknown error')})")


def drop(statement, context):
    table = hive_table(statement.name, context)
    if not table.partition_keys:
        raise semantic(f"table {table.database}.{table.name} is not partitioned", 10241)
    registered = context.services.catalog.registered_partitions(table)
    doomed = {}
    for spec in statement.partitions:
        found = matching(table, registered, spec)
        if not found and not statement.if_exists:
            raise not_found(spec)
        doomed |= {partition.values: partition for partition in found}
    values = [{"Values": glue_values(v)} for v in doomed]
    for at in range(0, len(values), DELETE_BATCH):
        context.services.glue.batch_delete_partition(
            DatabaseName=table.database, TableName=table.name, PartitionsToDelete=values[at : at + DELETE_BATCH]
        )
    return Outcome(file="txt")


def rename(statement, context):
    """The values change; the files of an external table stay where they are."""
    table = hive_table(statement.name, context)
    partition = partition_of(table, statement.source, context)
    values = full_values(table, statement.target)
    if values != partition.values and any(
        p.values == values for p in context.services.catalog.registered_partitions(table)
    ):
        raise execution_error(
            f"Unable to rename partition. AlreadyExistsException(message:Partition already exists:"
            f"{table.database}.{table.name}.{list(values)})"
        )
    context.services.glue.update_partition(
        DatabaseName=table.database,
        TableName=table.name,
        PartitionValueList=glue_values(partition.values),
        PartitionInput={
            "Values": glue_values(values),
            "StorageDescriptor": partition.described["StorageDescriptor"],
            "Parameters": partition.parameters,
        },
    )
    return Outcome(file="txt")
