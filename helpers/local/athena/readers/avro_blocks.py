"""Avro containers whose codec fastavro cannot undo by itself, rewritten without compression by means of Arrow."""

import io

import fastavro
import pyarrow as pa

HEADER = {
    "type": "record",
    "name": "org.apache.avro.file.Header",
    "fields": [
        {"name": "magic", "type": {"type": "fixed", "name": "magic", "size": 4}},
        {"name": "meta", "type": {"type": "map", "values": "bytes"}},
        {"name": "sync", "type": {"type": "fixed", "name": "sync", "size": 16}},
    ],
}


def plain_stream(stream):
    """The container as fastavro reads it: `stream` itself, or a copy in memory with plain blocks.

    Raises ValueError for what is no Avro container, EOFError for one that is cut short.
    """
    header = fastavro.schemaless_reader(stream, HEADER)
    if header["magic"] != b"Obj\x01":
        raise ValueError("no Avro magic")
    codec = header["meta"].get("avro.codec", b"null").decode()
    if codec not in ("snappy", "zstandard"):
        stream.seek(0)
        return stream
    header["meta"]["avro.codec"] = b"null"
    out = io.BytesIO()
    fastavro.schemaless_writer(out, HEADER, header)
    while stream.peek(1):
        count, size = _read_long(stream), _read_long(stream)
        packed, sync = stream.read(size), stream.read(16)
        if len(packed) < size or sync != header["sync"]:
            raise EOFError("the last block is cut short")
        data = _unpack(packed, codec)
        for piece in (count, len(data)):
            fastavro.schemaless_writer(out, "long", piece)
        out.write(data + sync)
    out.seek(0)
    return out


def _read_long(stream):
    return fastavro.schemaless_reader(stream, "long")


def _unpack(packed, codec):
    if codec == "snappy":
        from .lines import snappy_size

        body = packed[:-4]  # the last four bytes are a CRC
        return pa.Codec("snappy").decompress(body, decompressed_size=snappy_size(body), asbytes=True)
    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        return stream.read()
