"""One table in the file formats of a data lake, with the same bytes on every machine.

    write(table, path, "parquet")        forms: csv, csv.gz, tsv, json, avro, parquet, orc

What could differ between machines is pinned: gzip comes from the library inside pyarrow (not from the
system's zlib) and carries no time, Parquet and ORC are written by the locked pyarrow, Avro is not
compressed and gets a fixed sync marker.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.orc
import pyarrow.parquet

ROW_GROUP_ROWS = 50_000
GZIP_LEVEL = 6
AVRO_BLOCK_ROWS = 10_000
AVRO_SYNC_MARKER = b"athena-workbook!"  # 16 bytes, where fastavro would take random ones


def write(table: pa.Table, path: Path, form: str, header: bool = False) -> None:
    """Write `table` to `path`; `header` puts the column names first in csv and tsv. Raises KeyError."""
    WRITERS[form](table, path, header)


def _csv(table: pa.Table, path: Path, header: bool) -> None:
    path.write_bytes(delimited(table, ",", header))


def _csv_gz(table: pa.Table, path: Path, header: bool) -> None:
    codec = pa.Codec("gzip", compression_level=GZIP_LEVEL)
    path.write_bytes(codec.compress(delimited(table, ",", header), asbytes=True))


def _tsv(table: pa.Table, path: Path, header: bool) -> None:
    path.write_bytes(delimited(table, "\t", header))


def delimited(table: pa.Table, separator: str, header: bool = False) -> bytes:
    """The table as delimited text, UTF-8, lines ending in LF. NULL is the empty field.

    A field is quoted only when it holds the separator or a quote, which is doubled (RFC 4180). Fields
    with line breaks are refused: Athena's text readers split at every line break.
    """
    names = _quoted_line(table.column_names, separator) if header else ""
    columns = [
        _escaped(column, lambda text: _quoted_line([text], separator).rstrip("\n")) for column in table.itercolumns()
    ]
    return names.encode() + _lines(columns, separator)


def _quoted_line(fields: Iterable[str], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerow(fields)
    return out.getvalue()


def _escaped(column: pa.ChunkedArray, escape: Callable[[str], str]) -> pa.Array:
    """A column as text, with `escape` applied to strings: once per distinct value, which is fast."""
    if not pa.types.is_string(column.type):
        return pc.fill_null(column.cast(pa.string()), "").combine_chunks()
    coded = column.combine_chunks().dictionary_encode()
    distinct = coded.dictionary.to_pylist()
    if any("\n" in value or "\r" in value for value in distinct):
        raise ValueError("a field holds a line break, which Athena's text readers cannot read back")
    escaped = pa.array([escape(value) if value else "" for value in distinct], pa.string())
    return pc.fill_null(escaped.take(coded.indices), "")


def _lines(columns: list[pa.Array], separator: str) -> bytes:
    """The columns joined by `separator`, one line a row."""
    if not columns or len(columns[0]) == 0:
        return b""
    rows = pc.binary_join_element_wise(*columns, separator)
    whole = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), "\n")
    return whole[0].as_py().encode() + b"\n"


def _json(table: pa.Table, path: Path, header: bool) -> None:
    """One object a line, keys in the order of the columns; a NULL leaves its key out."""
    members = []
    for name, column in zip(table.column_names, table.itercolumns(), strict=True):
        text = pa.types.is_string(column.type) or pa.types.is_date(column.type)
        values = _escaped(column.cast(pa.string()) if text else column, _json_text)
        member = pc.binary_join_element_wise(json.dumps(name) + ":", values, "")
        members.append(pc.if_else(pc.is_null(column).combine_chunks(), None, member))
    inside = pc.binary_join_element_wise(*members, ",", null_handling="skip")
    path.write_bytes(_lines([pc.binary_join_element_wise("{", inside, "}", "")], ""))


def _json_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _avro(table: pa.Table, path: Path, header: bool) -> None:
    schema = fastavro.parse_schema(
        {"type": "record", "name": "row", "fields": [_avro_field(field) for field in table.schema]}
    )
    rows = (row for batch in table.to_batches(max_chunksize=AVRO_BLOCK_ROWS) for row in batch.to_pylist())
    with path.open("wb") as file:
        fastavro.writer(file, schema, rows, codec="null", sync_marker=AVRO_SYNC_MARKER)


def _avro_field(field: pa.Field) -> dict:
    kind = field.type
    if pa.types.is_decimal(kind):
        avro: object = {
            "type": "bytes",
            "logicalType": "decimal",
            "precision": kind.precision,
            "scale": kind.scale,
        }
    elif pa.types.is_date(kind):
        avro = {"type": "int", "logicalType": "date"}
    elif pa.types.is_timestamp(kind):
        avro = {"type": "long", "logicalType": "timestamp-millis"}
    else:
        avro = {"int32": "int", "int64": "long", "double": "double", "bool": "boolean"}.get(str(kind), "string")
    return {"name": field.name, "type": ["null", avro], "default": None}


def _parquet(table: pa.Table, path: Path, header: bool) -> None:
    pyarrow.parquet.write_table(table, path, compression="snappy", row_group_size=ROW_GROUP_ROWS, store_schema=False)


def _orc(table: pa.Table, path: Path, header: bool) -> None:
    pyarrow.orc.write_table(table, path, compression="zlib")


WRITERS: dict[str, Callable[[pa.Table, Path, bool], None]] = {
    "csv": _csv,
    "csv.gz": _csv_gz,
    "tsv": _tsv,
    "json": _json,
    "avro": _avro,
    "parquet": _parquet,
    "orc": _orc,
}
