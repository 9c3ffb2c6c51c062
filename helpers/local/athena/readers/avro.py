"""Avro: fields matched by name to the schema inside each file; rewritten once as Parquet, which DuckDB reads.

Only the reading goes through Parquet: the bytes billed are those of the Avro objects.
"""

import struct
import zlib

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
from fastavro.schema import SchemaParseException, UnknownType

from ..errors import AthenaError
from . import arrow_types, parquet
from .avro_blocks import plain_stream

BATCH = 20_000  # rows
DAMAGE = (ValueError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError,
          struct.error, zlib.error, SchemaParseException, UnknownType)  # fmt: skip


def relation(source):
    """SQL of the wanted columns and "$file"."""
    paths = source.paths(lambda file: source.objects.prepared(file, "avro", _converter(file), source.owner))
    return parquet.select(source, paths, [_footer(source, f, p) for f, p in zip(source.files, paths, strict=True)])


def _footer(source, file, path):
    return source.objects.memo(file, "avro", lambda: (None, pq.read_schema(path)))


def _converter(file):
    def convert(raw, target):
        try:
            with open(raw, "rb") as stream:
                reader = fastavro.reader(plain_stream(stream))
                schema = arrow_types.from_avro(reader.writer_schema)
                with pq.ParquetWriter(target, schema) as writer:
                    batch = []
                    for record in reader:
                        batch.append(record)
                        if len(batch) == BATCH:
                            writer.write_table(_table(batch, schema))
                            batch = []
                    writer.write_table(_table(batch, schema))
        except (*DAMAGE, pa.ArrowException) as failure:
            reason = (str(failure) or type(failure).__name__).splitlines()[0]
            raise AthenaError(
                "HIVE_CURSOR_ERROR", f"Failed to read file: {file.uri}: not a valid Avro file: {reason}"
            ) from failure

    return convert


def _table(records, schema):
    return pa.table({f.name: arrow_types.column([r.get(f.name) for r in records], f.type) for f in schema}, schema)
