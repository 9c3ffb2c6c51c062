"""Partition transforms: Athena's texts, Iceberg's specification, and the values of rows."""

import re

from pyiceberg import transforms as iceberg
from pyiceberg.io.pyarrow import _get_field_from_arrow_table as _column
from pyiceberg.partitioning import PARTITION_FIELD_ID_START, PartitionField, PartitionSpec
from pyiceberg.types import DateType, TimestampType, TimestamptzType

from ..errors import AthenaError

_TIMES = {
    "year": iceberg.YearTransform,
    "month": iceberg.MonthTransform,
    "day": iceberg.DayTransform,
    "hour": iceberg.HourTransform,
}
_TIMED = (DateType, TimestampType, TimestamptzType)


def specification(terms, schema):
    """[(transform, number or None, column)] → PartitionSpec over `schema`. AthenaError for what does not fit."""
    fields = []
    for at, (transform, number, column) in enumerate(terms):
        source = _source(schema, column)
        made = _transform(transform, number, source, column)
        name = column if isinstance(made, iceberg.IdentityTransform) else f"{column}_{_suffix(made)}"
        if name in {f.name for f in fields}:
            raise AthenaError("ICEBERG_INVALID_PARTITIONING", f"Cannot use partition name more than once: {name}")
        fields.append(PartitionField(source.field_id, PARTITION_FIELD_ID_START + at, made, name))
    return PartitionSpec(*fields)


def _source(schema, column):
    for field in schema.fields:
        if field.name.lower() == column:
            if not field.field_type.is_primitive:
                message = f"Cannot partition by non-primitive source field: {field.field_type}"
                raise AthenaError("NOT_SUPPORTED", message)
            return field
    raise AthenaError("COLUMN_NOT_FOUND", f"Column '{column}' of the partition specification does not exist")


def _transform(name, number, source, column):
    if name in ("identity", "void") or name.rstrip("s") in _TIMES:
        made = iceberg.IdentityTransform() if name == "identity" else None
        made = made or (iceberg.VoidTransform() if name == "void" else _TIMES[name.rstrip("s")]())
    elif name == "bucket" and number:
        made = iceberg.BucketTransform(number)
    elif name == "truncate" and number:
        made = iceberg.TruncateTransform(number)
    else:
        raise AthenaError("NOT_SUPPORTED", f"Unsupported partition transform: {name}")
    if not made.can_transform(source.field_type):
        message = f"Cannot transform {source.field_type} value with {name}: {column}"
        raise AthenaError("NOT_SUPPORTED", f"Unable to parse partitioning value: {message}")
    return made


def _suffix(transform):
    """How a partition field's name ends: ts_day, id_bucket, name_trunc."""
    return "trunc" if isinstance(transform, iceberg.TruncateTransform) else text(transform).partition("[")[0]


def text(transform):
    """bucket[4], truncate[3], day, identity: as DESCRIBE shows a transform."""
    return str(transform)


def written(field, schema):
    """A partition field as CREATE TABLE writes it: bucket(4, id), day(ts), name."""
    column = schema.find_column_name(field.source_id) or "?"
    shown = text(field.transform)
    if shown == "identity":
        return f"`{column}`"
    name, _, number = shown.rstrip("]").partition("[")
    return f"{name}({number}, `{column}`)" if number else f"{name}(`{column}`)"


def parse(value):
    """'month(ts)', 'bucket(id, 10)', 'city': an element of CTAS's partitioning → (transform, number, column)."""
    found = re.fullmatch(r'\s*(\w+)\s*\(\s*("[^"]+"|\w+)\s*(?:,\s*(\d+)\s*)?\)\s*', value)
    if found:
        return found[1].lower(), found[3] and int(found[3]), found[2].strip('"').lower()
    plain = re.fullmatch(r'\s*("[^"]+"|\w+)\s*', value)
    if not plain:
        message = f"Unable to parse partitioning value: Invalid partition field declaration: {value}"
        raise AthenaError("INVALID_TABLE_PROPERTY", message)
    return "identity", None, plain[1].strip('"').lower()


def keys(spec, schema):
    """A function from an Arrow table of the schema's columns to its partition values: one array a field."""
    sources = [(f, schema.find_field(f.source_id), schema.find_column_name(f.source_id)) for f in spec.fields]

    def values(table):
        return [
            field.transform.pyarrow_transform(source.field_type)(_column(table, path).combine_chunks())
            for field, source, path in sources
        ]

    return values
