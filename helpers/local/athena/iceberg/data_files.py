"""Rows → data files of an Iceberg table, with the partition values and statistics that its manifests hold."""

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionFieldValue, PartitionKey

from ..readers.values import literal, name
from ..writers import output, serialise
from ..writers.properties import Storage
from . import partitioning, properties
from .schema import stored, trino_type


def columns_of(schema):
    """[(lower-case name, Trino Type)] of an Iceberg schema."""
    return [(f.name.lower(), trino_type(f.field_type)) for f in schema.fields]


def write(table, con, sql, sources, context):
    """Run `sql` and store its rows in the form of `table` (pyiceberg) → (output.Written, [pyiceberg DataFile]).

    `sources`: for each of the table's columns the (name, Trino Type) that fills it in `sql`. Nothing of the table
    changes before the files are committed; whoever does not commit them removes them (`output.remove`).
    """
    metadata = table.metadata
    schema, spec = metadata.schema(), metadata.spec()
    parts = [
        f"{_value(column, s, f)} AS {name(f.name)}" for (column, s), f in zip(sources, schema.fields, strict=True)
    ]
    arrow = schema_to_pyarrow(schema, include_field_ids=True)
    target = output.Target(
        Storage("PARQUET", properties.codec(table.properties), level=properties.level(table.properties)),
        f"{table.location().rstrip('/')}/data",
        columns_of(schema),
        partitions=tuple(f.name for f in spec.fields),
        place=lambda values: _folder(table, values),
        schema=arrow,
        keys=partitioning.keys(spec, schema) if spec.fields else None,
        note=pq.read_metadata,
        family="ICEBERG",
        extension=".parquet",
    )
    written = output.write(con, f"SELECT {', '.join(parts)} FROM ({sql})", target, context)
    return written, [_described(table, uri, *note) for uri, note in zip(written.files, written.notes, strict=True)]


def _value(column, s, field):
    """SQL of a column as the field stores it; a NULL where there must be none is Trino's error."""
    t = trino_type(field.field_type)
    x = serialise.recast(name(column), s, t)
    if field.required:
        message = f"CONSTRAINT_VIOLATION: NULL value not allowed for NOT NULL column: {field.name}"
        x = f"CASE WHEN {x} IS NULL THEN CAST(error({literal(message)}) AS {t.duckdb}) ELSE {x} END"
    return stored(x, field.field_type)


def _key(table, values):
    spec, schema = table.metadata.spec(), table.metadata.schema()
    pairs = zip(spec.fields, values, strict=True)
    return PartitionKey([PartitionFieldValue(f, v) for f, v in pairs], spec, schema)


def _folder(table, values):
    data = f"{table.location().rstrip('/')}/data/"
    return f"{data}{_key(table, values).to_path()}/" if values else data


def _described(table, uri, values, size, footer):
    metadata = table.metadata
    schema = metadata.schema()
    statistics = data_file_statistics_from_parquet_metadata(
        footer, compute_statistics_plan(schema, metadata.properties), parquet_path_to_id_mapping(schema)
    )
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=uri,
        file_format=FileFormat.PARQUET,
        partition=_key(table, values).partition,
        file_size_in_bytes=size,
        sort_order_id=None,
        spec_id=metadata.default_spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )
