"""ORC: columns by their place in the file unless the table says otherwise; rewritten once as Parquet for DuckDB.

Athena reads ORC by index by default (User Guide, handling-schema-updates). Only the reading goes through Parquet: the
bytes billed are those of the ORC streams (see orc_scan.py).
"""

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from ..errors import AthenaError
from . import parquet

COLUMNAR = "orc"


def relation(source):
    """SQL of the wanted columns and "$file"."""
    paths = source.paths(lambda file: source.objects.prepared(file, "orc", _converter(file), source.owner))
    footers = [
        source.objects.memo(file, "orc rows", lambda path=path: (None, pq.read_schema(path)))
        for file, path in zip(source.files, paths, strict=True)
    ]
    return parquet.select(source, paths, footers)


def _converter(file):
    def convert(raw, target):
        try:
            reader = orc.ORCFile(raw)
            schema = reader.schema
            with pq.ParquetWriter(target, schema) as writer:
                for stripe in range(reader.nstripes):
                    writer.write_batch(reader.read_stripe(stripe))
        except (pa.ArrowException, OSError) as failure:
            if getattr(failure, "errno", None) is not None:
                raise
            reason = str(failure).splitlines()[0]
            raise AthenaError(
                "HIVE_BAD_DATA", f"Error opening Hive split {file.uri}: Malformed ORC file. {reason}"
            ) from failure

    return convert
