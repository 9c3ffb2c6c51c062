"""DESCRIBE [FORMATTED | EXTENDED], in the padded lines of Hive's MetaDataFormatUtils."""

from datetime import UTC

from ..errors import SYSTEM
from ..outcome import Outcome, ResultColumn
from .failures import (
    PARSE_EXCEPTION,
    database_not_found,
    execution_error,
    semantic,
    table_not_found,
)
from .formats import FROM_DESERIALIZER, comment
from .names import database_of, existing, find
from .partition_values import full_values

WIDTH = 20
_BLANK = "\t \t "
_COLUMNS = [ResultColumn(name, "string") for name in ("col_name", "data_type", "comment")]


def describe(statement, context):
    if statement.of_view:
        return describe_view(statement, context)
    if context.services.catalog.database(database_of(statement.name, context)) is None:
        raise database_not_found(database_of(statement.name, context))
    table = find(statement.name, context)
    if table is None:
        raise table_not_found(statement.name.table)
    partition = _partition(table, statement.partition, context) if statement.partition else None
    if statement.column:
        lines = [_column_line(table, partition, statement.column)]
    else:
        lines = _table_lines(table, partition, statement.style)
    return Outcome(_COLUMNS, [[line] for line in lines], file="txt", header=False)


def describe_view(statement, context):
    """A view's columns in Trino's types: DESCRIBE and SHOW COLUMNS alike."""
    view = existing(statement.name, context)
    columns = [ResultColumn("column", "varchar"), ResultColumn("type", "varchar")]
    rows = [[f"{column.name}\t{column.type.display}"] for column in view.columns]
    return Outcome(columns, rows, 0, file="txt", header=False)


def _partition(table, spec, context):
    """Hive names a partition that is not there differently here."""
    values = full_values(table, spec)
    found = [p for p in context.services.catalog.registered_partitions(table) if p.values == values]
    if not found:
        shown = ", ".join(f"{name}={value}" for name, value in spec.values.items())
        raise semantic(f"Partition not found {{{shown}}}", 10006)
    return found[0]


def _line(*fields):
    return "\t".join(f"{field:<{WIDTH}}" for field in fields)


def _columns(described, serde=None):
    """A comment ends at its first tab."""
    texts = [(c, comment(c, serde) if serde is not None else c.comment or "") for c in described]
    return [f"{_line(c.name, c.hive_type)}\t{f'{text:<{WIDTH}}'.partition(chr(9))[0]}" for c, text in texts]


_HEADER = "# " + _line("col_name", "data_type", "comment")


def _table_lines(table, partition, style):
    data = (partition or table).columns
    formatted = style == "FORMATTED"
    lines = [_HEADER, _BLANK] if formatted else []
    lines += _columns(data, table.serde)
    if table.partition_keys:
        if not formatted:
            lines += _columns(table.partition_keys)
        lines += [_BLANK, "# Partition Information" + _BLANK, _HEADER, _BLANK, *_columns(table.partition_keys)]
    if formatted:
        lines += [_BLANK, *_details(table, partition)]
    elif style == "EXTENDED":
        lines += [_BLANK, "Detailed Table Information\t" + _thrift(table) + "\t"]
    return lines


def _column_line(table, partition, path):
    """One column, or a field inside one."""
    columns = (partition or table).columns
    found = next((c for c in columns + table.partition_keys if c.name == path[0]), None)
    if found is None:
        raise _no_field(path[0], [c.name for c in columns])
    hive_type, t = found.hive_type, found.type
    for name in path[1:]:
        fields = dict(t.fields) if t.base == "row" else {}
        if name not in fields:
            raise _no_field(name, fields)
        t = fields[name]
        hive_type = t.hive
    return _line(path[-1], hive_type, FROM_DESERIALIZER)


def _no_field(name, names):
    listed = ", ".join(f"{at}:{known}" for at, known in enumerate(names))
    text = f"cannot find field {name} from [{listed}]"
    return execution_error(text, category=SYSTEM, error_type=PARSE_EXCEPTION)


def _details(table, partition):
    """The sections about the table and its storage."""
    raw = table.raw
    storage = (partition.described if partition else raw).get("StorageDescriptor", {})
    parameters = partition.parameters if partition else table.parameters
    location = partition.location if partition else table.location
    lines = ["# Detailed Table Information" + _BLANK, _detail("Database:", table.database)]
    lines += [
        _detail("Owner:", raw.get("Owner") or "hadoop"),
        _detail("CreateTime:", _time(raw.get("CreateTime"))),
        _detail("LastAccessTime:", "UNKNOWN"),
        _detail("Protect Mode:", "None"),
        _detail("Retention:", str(raw.get("Retention") or 0)),
        _detail("Location:", location),
        _detail("Table Type:", table.table_type),
        "Table Parameters:" + _BLANK,
        *(f"\t{_line(key, value)}" for key, value in sorted(parameters.items())),
        _BLANK,
        "# Storage Information" + _BLANK,
        _detail("SerDe Library:", table.serde),
        _detail("InputFormat:", table.input_format),
        _detail("OutputFormat:", table.output_format),
        _detail("Compressed:", "Yes" if storage.get("Compressed") else "No"),
        _detail("Num Buckets:", str(storage.get("NumberOfBuckets") or -1)),
        _detail("Bucket Columns:", f"[{', '.join(storage.get('BucketColumns') or [])}]"),
        _detail("Sort Columns:", f"[{', '.join(c['Column'] for c in storage.get('SortColumns') or [])}]"),
    ]
    if table.serde_parameters:
        lines.append("Storage Desc Params:" + _BLANK)
        lines += [f"\t{_line(key, value)}" for key, value in sorted(table.serde_parameters.items())]
    return lines


def _detail(name, value):
    return _line(name, value) + "\t "


def _time(moment):
    return moment.astimezone(UTC).strftime("%a %b %d %H:%M:%S UTC %Y") if moment else "UNKNOWN"


def _thrift(table):
    """The one-line dump of EXTENDED, as far as Glue knows the fields."""
    columns = ", ".join(
        f"FieldSchema(name:{c.name}, type:{c.hive_type}, comment:{c.comment or 'null'})"
        for c in table.columns + table.partition_keys
    )
    parameters = ", ".join(f"{key}={value}" for key, value in sorted(table.parameters.items()))
    return (
        f"Table(tableName:{table.name}, dbName:{table.database}, sd:StorageDescriptor(cols:[{columns}], "
        f"location:{table.location}, inputFormat:{table.input_format}, outputFormat:{table.output_format}, "
        f"serdeInfo:SerDeInfo(serializationLib:{table.serde})), parameters:{{{parameters}}}, "
        f"tableType:{table.table_type})"
    )
