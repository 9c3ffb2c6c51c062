"""Position delete files: which rows of which data files are gone."""

import tempfile
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.conversions import to_bytes
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.types import LongType

from ..locations import split_uri

PATH_ID, POSITION_ID = 2147483546, 2147483545  # Iceberg specification, reserved field ids
_SCHEMA = pa.schema(
    [
        pa.field("file_path", pa.string(), nullable=False, metadata={"PARQUET:field_id": str(PATH_ID)}),
        pa.field("pos", pa.int64(), nullable=False, metadata={"PARQUET:field_id": str(POSITION_ID)}),
    ]
)


def write(table, gone, data_files, context, uploaded):
    """One delete file for each data file → pyiceberg DataFiles.

    `gone`: {data file's URI: sorted row positions}; `data_files`: {URI: pyiceberg DataFile}. `uploaded` grows by the
    URIs written.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="deletes-", dir=context.services.objects.folder) as home:
        for uri, positions in gone.items():
            context.check_cancelled()
            path = Path(home) / "deletes.parquet"
            rows = pa.table([pa.array([uri] * len(positions)), pa.array(positions, pa.int64())], schema=_SCHEMA)
            pq.write_table(rows, path, compression="zstd", store_schema=False)
            of = data_files[uri]
            target = f"{uri.rpartition('/')[0]}/{uuid.uuid4()}-deletes.parquet"
            bucket, key = split_uri(target)
            context.services.s3.upload_file(str(path), bucket, key)
            uploaded.append(target)
            found.append(_described(target, path, uri, positions, of))
    return found


def _described(target, path, uri, positions, of):
    footer = pq.read_metadata(path)
    groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    sizes = [sum(g.column(i).total_compressed_size for g in groups) for i in (0, 1)]
    file = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=target,
        file_format=FileFormat.PARQUET,
        partition=of.partition,
        record_count=len(positions),
        file_size_in_bytes=path.stat().st_size,
        column_sizes=dict(zip((PATH_ID, POSITION_ID), sizes, strict=True)),
        value_counts={PATH_ID: len(positions), POSITION_ID: len(positions)},
        null_value_counts={PATH_ID: 0, POSITION_ID: 0},
        nan_value_counts={},
        lower_bounds={PATH_ID: uri.encode(), POSITION_ID: to_bytes(LongType(), positions[0])},
        upper_bounds={PATH_ID: uri.encode(), POSITION_ID: to_bytes(LongType(), positions[-1])},
        key_metadata=None,
        split_offsets=None,
        equality_ids=None,
        sort_order_id=None,
    )
    file.spec_id = of.spec_id
    return file
