"""Arrow tables → one file of a format. The same rows give the same bytes wherever the locked libraries run."""

import bz2
import struct
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from ..readers import arrow_types
from .avro_file import AvroFile

ROW_GROUP = 122_880  # rows; DuckDB's own choice: small enough that statistics skip something
EXTENSIONS = {"GZIP": ".gz", "ZSTD": ".zst", "BZIP2": ".bz2", "DEFLATE": ".deflate", "SNAPPY": ".snappy"}
# Arrow's GZIP works at level 9 by default: many times slower for a percent of the size.
LEVELS = {"GZIP": 4}
GZIP_MEMBER = 8 << 20  # bytes of plain text in one member of a gzip file
HADOOP_BLOCK = 256 * 1024  # bytes of plain text in one block of Hadoop's snappy framing


def open_writer(path, storage, columns, schema=None):
    """A writer with `write(table)` and `close()` for [(name, Type)] columns, by the storage's format.

    `schema`: the Arrow schema, where the columns do not say it all.
    """
    if storage.format == "PARQUET":
        return _Parquet(path, storage, schema or schema_of(columns))
    if storage.format == "ORC":
        return _Orc(path, storage)
    if storage.format == "AVRO":
        return AvroFile(path, storage.compression, columns)
    return _Lines(path, storage)


def extension(storage):
    """What a file's name ends with; Hive tells the compression of text by it."""
    return EXTENSIONS.get(storage.compression, "") if storage.format in ("JSON", "TEXTFILE") else ""


def schema_of(columns):
    """[(name, Type)] → the Arrow schema that is written."""
    return pa.schema([pa.field(n, arrow_types.from_trino(t)) for n, t in columns])


class _Parquet:
    def __init__(self, path, storage, schema):
        codec = storage.compression.lower()
        level = storage.level if storage.level is not None else LEVELS.get(storage.compression)
        levels = {"compression_level": level} if level is not None else {}
        self.writer = pq.ParquetWriter(path, schema, compression=codec, version="2.6", store_schema=False, **levels)

    def write(self, table):
        self.writer.write_table(table, row_group_size=ROW_GROUP)

    def close(self):
        self.writer.close()


class _Orc:
    def __init__(self, path, storage):
        codec = {"NONE": "uncompressed"}.get(storage.compression, storage.compression.lower())
        self.writer = orc.ORCWriter(path, compression=codec)

    def write(self, table):
        self.writer.write(table)

    def close(self):
        self.writer.close()


class _Lines:
    """Text: each table has one column, the lines with their newlines."""

    def __init__(self, path, storage):
        self.stream = open(path, "wb")  # noqa: SIM115 - closed by close()
        self.sink = COMPRESSORS[storage.compression](self.stream)

    def write(self, table):
        for chunk in table.column(0).chunks:
            if len(chunk):
                # Arrow keeps the values end to end, each with its newline: one slice is the text.
                chunk = chunk.cast(pa.large_string())
                _, offsets, values = chunk.buffers()
                bounds = memoryview(offsets).cast("q")
                first, last = bounds[chunk.offset], bounds[chunk.offset + len(chunk)]
                self.sink.write(memoryview(values)[first:last])

    def close(self):
        try:
            self.sink.close()
        finally:
            self.stream.close()


class _Plain:
    def __init__(self, stream):
        self.stream = stream

    def write(self, data):
        self.stream.write(data)

    def close(self):
        self.stream.flush()


class _Streamed(_Plain):
    """A compressor of the standard library: `compress(data)` and `flush()`."""

    def __init__(self, stream, compressor):
        super().__init__(stream)
        self.compressor = compressor

    def write(self, data):
        self.stream.write(self.compressor.compress(data))

    def close(self):
        self.stream.write(self.compressor.flush())


class _Blocks(_Plain):
    """Plain text cut into blocks of one size, each compressed by itself: `pack(plain)` → bytes to write."""

    def __init__(self, stream, size, pack):
        super().__init__(stream)
        self.size, self.pack, self.waiting = size, pack, bytearray()

    def write(self, data):
        self.waiting += data
        while len(self.waiting) >= self.size:
            self.stream.write(self.pack(bytes(self.waiting[: self.size])))
            del self.waiting[: self.size]

    def close(self):
        if self.waiting:
            self.stream.write(self.pack(bytes(self.waiting)))


def _hadoop_snappy(plain):
    """Hadoop's framing: plain length, then length and bytes of one snappy block."""
    packed = pa.Codec("snappy").compress(plain, asbytes=True)
    return struct.pack(">II", len(plain), len(packed)) + packed


def _gzip_member(plain):
    return pa.Codec("gzip", compression_level=6).compress(plain, asbytes=True)


COMPRESSORS = {
    "NONE": _Plain,
    # Arrow brings its own zlib; Python's is whatever the machine has, and its bytes may differ.
    "GZIP": lambda stream: _Blocks(stream, GZIP_MEMBER, _gzip_member),
    "DEFLATE": lambda stream: _Streamed(stream, zlib.compressobj(6)),
    "BZIP2": lambda stream: _Streamed(stream, bz2.BZ2Compressor()),
    "ZSTD": lambda stream: pa.CompressedOutputStream(pa.PythonFile(stream, "w"), "zstd"),
    "SNAPPY": lambda stream: _Blocks(stream, HADOOP_BLOCK, _hadoop_snappy),
}
