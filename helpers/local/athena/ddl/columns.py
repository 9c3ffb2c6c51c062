"""ALTER TABLE ADD, REPLACE and CHANGE COLUMNS. Partitions keep the columns they were added with."""

from ..outcome import Outcome
from .failures import drop_column, execution_error
from .names import hive_table, table_input, update
from .partition_values import glue_values, partition_of
from .tables import column_input

_HIVE = {"file": "txt"}


def add(statement, context):
    table = hive_table(statement.name, context)
    if statement.partition is not None:
        return _add_to_partition(statement, table, context)
    _refuse_repeated([c.name for c in table.columns + table.partition_keys], statement.columns)
    return _store(table, _described(table) + column_input(statement.columns), context)


def _add_to_partition(statement, table, context):
    partition = partition_of(table, statement.partition, context)
    _refuse_repeated([c.name for c in partition.columns], statement.columns)
    storage = dict(partition.described["StorageDescriptor"])
    storage["Columns"] = [*storage.get("Columns", []), *column_input(statement.columns)]
    values = glue_values(partition.values)
    context.services.glue.update_partition(
        DatabaseName=table.database,
        TableName=table.name,
        PartitionValueList=values,
        PartitionInput={"Values": values, "StorageDescriptor": storage, "Parameters": partition.parameters},
    )
    return Outcome(**_HIVE)


def replace(statement, context):
    table = hive_table(statement.name, context)
    _refuse_repeated([c.name for c in table.partition_keys], statement.columns)
    return _store(table, column_input(statement.columns), context)


def change(statement, context):
    table = hive_table(statement.name, context)
    described = _described(table)
    at = next((i for i, c in enumerate(described) if c["Name"].lower() == statement.old), None)
    if at is None:
        raise execution_error(f"Invalid column reference {statement.old}")
    old = described.pop(at)
    others = [c["Name"].lower() for c in described] + [c.name for c in table.partition_keys]
    if statement.new.name in others:
        raise execution_error(f"Duplicate column name: {statement.new.name}")
    new = column_input([statement.new])[0]
    if statement.new.comment is None and old.get("Comment"):
        new["Comment"] = old["Comment"]
    if statement.after == "":
        at = 0
    elif statement.after is not None:
        names = [c["Name"].lower() for c in described]
        if statement.after not in names:
            raise execution_error(f"Invalid column reference {statement.after}")
        at = names.index(statement.after) + 1
    described.insert(at, new)
    return _store(table, described, context)


def drop(statement, context):
    """DROP COLUMN is for Iceberg tables; Hive's parser does not know it."""
    raise drop_column(statement)


def _refuse_repeated(taken, columns):
    seen = set(taken)
    for column in columns:
        if column.name in seen:
            raise execution_error(f"Duplicate column name: {column.name}")
        seen.add(column.name)


def _described(table):
    return list(table.raw.get("StorageDescriptor", {}).get("Columns", []))


def _store(table, columns, context):
    described = table_input(table)
    described["StorageDescriptor"] = described.get("StorageDescriptor", {}) | {"Columns": columns}
    update(table, described, context)
    return Outcome(**_HIVE)
