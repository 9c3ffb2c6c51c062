"""ALTER TABLE ADD COLUMNS, CHANGE COLUMN and DROP COLUMN of Iceberg tables: no file is touched.

A field keeps its id whatever its name becomes, and a type only ever grows: int to bigint, float to double, and
decimals to more digits before the point (Iceberg specification, schema evolution).
"""

from pyiceberg.exceptions import ValidationError
from pyiceberg.types import DecimalType

from ..errors import AthenaError
from ..outcome import Outcome
from . import warehouse
from .ddl import column_type
from .schema import Ids, iceberg_type


def add(statement, table, context):
    """Run a ddl_tree.AddColumns."""
    if statement.partition is not None:
        raise AthenaError(None, "Query type not supported by Athena Iceberg at this time", error_type=1200)
    names = {c.name for c in table.columns}
    for column in statement.columns:
        if column.name in names:
            raise _refused(f"Cannot add column, name already exists: {column.name}")
        names.add(column.name)

    def change(update):
        for column in statement.columns:
            update.add_column((column.name,), iceberg_type(column_type(column), Ids()), doc=column.comment)

    return _alter(table, context, change)


def drop(statement, table, context):
    """Run a ddl_tree.DropColumn. A column that partitions the table, or once did, stays."""
    opened = warehouse.open_table(table, context.services.catalog)
    schema = opened.schema()
    partitioning = {schema.find_column_name(f.source_id) for spec in opened.specs().values() for f in spec.fields}
    if statement.column in {column.lower() for column in partitioning if column is not None}:
        raise AthenaError("NOT_SUPPORTED", f"Cannot drop partition field: {statement.column}")

    def change(update):
        update.delete_column(statement.column)

    return _alter(table, context, change)


def change(statement, table, context):
    """Run a ddl_tree.ChangeColumn: another name, a wider type, another comment, another place."""
    wanted = iceberg_type(column_type(statement.new), Ids())

    def apply(update):
        if not wanted.is_primitive or _other_scale(update, statement.old, wanted):
            raise _refused(f"Cannot change column type: {statement.old}: {wanted}")
        update.update_column(statement.old, field_type=wanted, doc=statement.new.comment)
        if statement.after == "":
            update.move_first(statement.old)
        elif statement.after is not None:
            update.move_after(statement.old, statement.after)
        if statement.new.name != statement.old:
            update.rename_column(statement.old, statement.new.name)

    return _alter(table, context, apply)


def _other_scale(update, column, wanted):
    """Whether a decimal would get more or fewer digits after the point, which pyiceberg lets pass."""
    field = update._schema.find_field(column, case_sensitive=False)
    decimals = isinstance(wanted, DecimalType) and isinstance(field.field_type, DecimalType)
    return decimals and wanted.scale != field.field_type.scale


def _alter(table, context, change):
    opened = warehouse.open_table(table, context.services.catalog)

    def commit():
        with opened.transaction() as transaction, transaction.update_schema(case_sensitive=False) as update:
            change(update)

    try:
        warehouse.commit(opened, commit, context.services.catalog)
    except (ValueError, ValidationError) as failure:
        raise _refused(" ".join(str(failure).split())) from failure
    return Outcome(file="txt")


def _refused(message):
    return AthenaError(None, message)
