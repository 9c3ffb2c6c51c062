"""DESCRIBE and SHOW of Iceberg tables: Athena answers them from the table's metadata, not through Hive."""

from ..errors import AthenaError
from ..outcome import Outcome, ResultColumn
from . import partitioning, properties, warehouse
from .schema import hive_text

_DESCRIBED = [ResultColumn(name, "string") for name in ("col_name", "data_type", "comment")]


def _lines(columns, lines):
    return Outcome(columns, [[line] for line in lines], 0, file="txt", header=False, from_catalog=True)


def _columns(opened, spaced):
    """[(name, type as text, comment)]"""
    found = [(f.name, hive_text(f.field_type, spaced), f.doc or "") for f in opened.schema().fields]
    if any(text is None for _, text, _ in found):
        raise AthenaError(None, f"Table has unsupported column types: {'.'.join(opened.name())}")
    return found


def describe(statement, table, context):
    """Run a ddl_tree.DescribeTable."""
    if statement.style or statement.column or statement.partition:
        raise AthenaError("NOT_SUPPORTED", "this endpoint describes Iceberg tables with plain DESCRIBE only")
    opened = warehouse.open_table(table, context.services.catalog)
    schema = opened.schema()
    lines = ["# Table schema:\t\t", "# col_name\tdata_type\tcomment"]
    lines += ["\t".join(column) for column in _columns(opened, spaced=True)]
    lines += ["\t\t", "# Partition spec:\t\t", "# field_name\tfield_transform\tcolumn_name"]
    for field in opened.spec().fields:
        source = schema.find_column_name(field.source_id)
        lines.append(f"{field.name}\t{partitioning.text(field.transform)}\t{source}")
    return _lines(_DESCRIBED, lines)


def create_table(statement, table, context):
    """Run a ddl_tree.ShowCreateTable."""
    opened = warehouse.open_table(table, context.services.catalog)
    columns = [
        f"  {n} {text}" + (f" COMMENT '{comment}'" if comment else "")
        for n, text, comment in _columns(opened, spaced=False)
    ]
    lines = [f"CREATE TABLE {table.database}.{table.name} (", *(",\n".join(columns) + ")").split("\n")]
    fields = [partitioning.written(f, opened.schema()) for f in opened.spec().fields]
    if fields:
        lines.append(f"PARTITIONED BY ({', '.join(fields)})")
    lines += [f"LOCATION '{opened.location().rstrip('/')}'", "TBLPROPERTIES ("]
    lines += ",\n".join(f"  '{k}'='{v}'" for k, v in properties.shown(opened).items()).split("\n")
    return _lines([ResultColumn("createtab_stmt", "string")], [*lines, ");"])


def table_properties(statement, table, context):
    """Run a ddl_tree.ShowProperties."""
    held = properties.shown(warehouse.open_table(table, context.services.catalog))
    if statement.key is None:
        lines = [f"{key}\t{value}" for key, value in held.items()]
    elif statement.key in held:
        lines = [held[statement.key]]
    else:
        lines = [f"Table {table.database}.{table.name} does not have property: {statement.key}"]
    return _lines([ResultColumn("prpt_name", "string"), ResultColumn("prpt_value", "string")], lines)
