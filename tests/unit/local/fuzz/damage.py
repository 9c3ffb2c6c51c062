"""Files with damage in them: bits flipped, bytes cut, doubled, moved or replaced, pieces of other files put in."""

import bz2
import gzip
import json
import struct
import zlib

import pyarrow as pa

from .tables import ROWS, arrow, avro, lines, nested_arrow, orc, parquet, text

TAILS = (b"", b"\x00", b"\n", b"PAR1", b"\xff" * 40, b"\x00" * 300, b"{", b'"', b"\\", b"\xef\xbb\xbf")


def damaged(chance, good, others=()):
    """`good` with one to three kinds of random damage; `others`: files to take pieces from."""
    data = bytearray(good)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        size = len(data) or 1
        at, length = chance.randrange(size), chance.randint(1, 20)
        change = chance.randrange(9)
        if change == 0:
            for _ in range(chance.choice((1, 1, 2, 5))):
                if data:
                    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        elif change == 1:
            del data[at:]
        elif change == 2:
            del data[at : at + length]
        elif change == 3:
            data[at : at + length] = chance.randbytes(length)
        elif change == 4:
            data[at:at] = data[at : at + length]
        elif change == 5:
            data[at:at] = chance.randbytes(length)
        elif change == 6:
            other = chance.choice(others) if others else good
            start = chance.randrange(len(other) or 1)
            data[at : at + length] = other[start : start + chance.randint(1, 200)]
        elif change == 7:
            data += chance.choice(TAILS)
        else:  # near the end, where Parquet and ORC keep what they know of the rest
            near = max(size - chance.randint(1, 60), 0)
            data[near : near + 4] = chance.randbytes(4)
    return bytes(data)


FLAT = "id bigint, n bigint, x double, s string, b boolean"
NESTED = "id bigint, l array<bigint>, m map<string,bigint>, r struct<a:bigint,b:string>"
TYPED = "id int, n decimal(10,2), x timestamp, s date, b boolean"
CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
COLLECTIONS = (
    "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY ',' "
    "MAP KEYS TERMINATED BY ':'"
)
OPENCSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
LENIENT = OPENX + " WITH SERDEPROPERTIES ('ignore.malformed.json'='true')"
HIVE_JSON = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"
REGEX = (
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' "
    "WITH SERDEPROPERTIES ('input.regex'='([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)')"
)
STRINGS = "id string, n string, x string, s string, b string"


def _hadoop_blocks(codec):
    """Hadoop's framing: the length of a plain block, then the length and the bytes of its one part."""
    packed = pa.compress(text(), codec, asbytes=True)
    return struct.pack(">II", len(text()), len(packed)) + packed


def _quoted():
    return "".join(",".join(f'"{v}"' for v in row.values()) + "\n" for row in ROWS).encode()


def _nested_text():
    return b"1|1,2|k:1,l:2|7,x\n2||a:|,\n3|\\N|\\N|\\N\n4|9,x|k|1\n"


def _nested_json():
    rows = ({"id": 1, "l": [1, None], "m": {"k": 1}, "r": {"a": 1, "b": "x"}}, {"id": 2, "l": [], "r": {}}, {"id": 3})
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _typed():
    rows = ("1,2.50,2020-01-01 00:00:00,2020-02-29,true", "-7,,2020-01-01 00:00:00.123,1969-12-31,FALSE")
    return "\n".join((*rows, "x,y,z,2020-13-01,1", "")).encode()


# kind → (columns, storage, name of the object, the good bytes)
FILES = {
    "lazy csv": (FLAT, CSV, "f.csv", text()),
    "typed csv": (TYPED, CSV, "f.csv", _typed()),
    "collections": (NESTED, COLLECTIONS, "f", _nested_text()),
    "opencsv": (STRINGS, OPENCSV, "f.csv", _quoted()),
    "regex": (STRINGS, REGEX, "f", text()),
    "openx": (FLAT, OPENX, "f.json", lines(ROWS)),
    "nested openx": (NESTED, OPENX, "f.json", _nested_json()),
    "lenient openx": (FLAT, LENIENT, "f.json", lines(ROWS)),
    "hive json": (NESTED, HIVE_JSON, "f.json", _nested_json()),
    "gzip": (FLAT, CSV, "f.gz", gzip.compress(text(), mtime=0)),
    "deflate": (FLAT, CSV, "f.deflate", zlib.compress(text())),
    "bz2": (FLAT, OPENX, "f.bz2", bz2.compress(lines(ROWS))),
    "zstd": (FLAT, CSV, "f.zst", pa.compress(text(), "zstd", asbytes=True)),
    "snappy": (FLAT, CSV, "f.snappy", _hadoop_blocks("snappy")),
    "lz4": (FLAT, CSV, "f.lz4", _hadoop_blocks("lz4_raw")),
    "parquet": (FLAT, "STORED AS PARQUET", "f.parquet", parquet(arrow())),
    "parquet plain": (FLAT, "STORED AS PARQUET", "f", parquet(arrow(), compression="NONE", use_dictionary=False)),
    "parquet zstd": (FLAT, "STORED AS PARQUET", "f", parquet(arrow(), compression="ZSTD", data_page_version="2.0")),
    "nested parquet": (NESTED, "STORED AS PARQUET", "f", parquet(nested_arrow(), compression="GZIP")),
    "orc": (FLAT, "STORED AS ORC", "f.orc", orc(arrow())),
    "orc zlib": (FLAT, "STORED AS ORC", "f.orc", orc(arrow(), compression="zlib")),
    "nested orc": (NESTED, "STORED AS ORC", "f", orc(nested_arrow(), compression="snappy")),
    "avro": (FLAT, "STORED AS AVRO", "f.avro", avro()),
    "avro plain": (FLAT, "STORED AS AVRO", "f.avro", avro("null")),
}
QUERIES = (
    "SELECT * FROM {}",
    "SELECT count(*) FROM {}",
    "SELECT max(id), count(DISTINCT id) FROM {}",
    "SELECT * FROM {} WHERE id > 1 LIMIT 2",
)
