"""Parquet footers: the bytes of the columns that a query reads, in the row groups that it cannot exclude.

A file ends with its footer, the footer's length (4 bytes, little endian) and the magic `PAR1`
(https://parquet.apache.org/docs/file-format/). Two ranged GETs fetch those and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from helpers.forecast.errors import ForecastError
from helpers.forecast.ranges import Domain
from helpers.forecast.statistics import may_hold

TAIL = 8
MAGIC = b"PAR1"


@dataclass(frozen=True)
class Footer:
    """`metadata`: pyarrow's; `leaves`: for each column chunk the lower-case path of column and fields;
    `roots`: the names of the top columns, in order."""

    metadata: pq.FileMetaData
    leaves: list[tuple[str, ...]]
    roots: list[str]


@dataclass(frozen=True)
class Scanned:
    """What a file gives: bytes, and row groups (or stripes) kept of all."""

    bytes: int
    kept: int
    all: int


def read_footer(stored, ranged) -> Footer:
    """The footer of a Parquet object; `ranged(start, length)` gets bytes. Raises ForecastError."""
    if stored.size < TAIL + len(MAGIC):
        raise ForecastError(f"{stored.uri} is no Parquet file: it has {stored.size} bytes.")
    tail = ranged(stored.size - TAIL, TAIL)
    if tail[4:] != MAGIC:
        raise ForecastError(f"{stored.uri} is no Parquet file: it does not end with PAR1.")
    length = int.from_bytes(tail[:4], "little")
    footer = ranged(stored.size - TAIL - length, length)
    try:
        metadata = pq.read_metadata(pa.BufferReader(MAGIC + footer + tail))
        schema = metadata.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        raise ForecastError(f"{stored.uri} is no Parquet file: {str(error).splitlines()[0]}") from error
    leaves: list[tuple[str, ...]] = []
    for column in schema:
        _collect(column.type, (column.name.lower(),), leaves)
    return Footer(metadata, leaves, [name.lower() for name in schema.names])


def _collect(type_: pa.DataType, path: tuple[str, ...], leaves: list) -> None:
    """The leaf columns below a type; lists add no name of their own, maps add `key` and `value`."""
    if pa.types.is_struct(type_):
        for i in range(type_.num_fields):
            _collect(type_.field(i).type, (*path, type_.field(i).name.lower()), leaves)
    elif pa.types.is_map(type_):
        _collect(type_.key_type, (*path, "key"), leaves)
        _collect(type_.item_type, (*path, "value"), leaves)
    elif pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        _collect(type_.value_type, path, leaves)
    else:
        leaves.append(path)


def scanned(footer: Footer, columns: dict[str, set[tuple[str, ...]]], domains: dict[str, Domain]) -> Scanned:
    """Bytes of the referenced chunks. `columns` and `domains` are by the file's own column names.

    The rule: the compressed size of the chunks of the referenced leaf columns, in the row groups that
    min, max and null count cannot exclude; nothing referenced, nothing scanned.
    """
    metadata = footer.metadata
    chosen = [
        i for i, leaf in enumerate(footer.leaves) if any(_touches(p, leaf[1:]) for p in columns.get(leaf[0], ()))
    ]
    tested = {i: domains[leaf[0]] for i, leaf in enumerate(footer.leaves) if leaf[0] in domains and len(leaf) == 1}
    kept = total = 0
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        if all(_may_hold(group.column(i), group.num_rows, domain) for i, domain in tested.items()):
            kept += 1
            total += sum(group.column(i).total_compressed_size for i in chosen)
    return Scanned(total, kept, metadata.num_row_groups)


def _touches(used: tuple[str, ...], leaf: tuple[str, ...]) -> bool:
    """Whether the use of the path `used` needs the leaf: one of them starts with the other."""
    return leaf[: len(used)] == used or used[: len(leaf)] == leaf


def _may_hold(chunk: pq.ColumnChunkMetaData, rows: int, domain: Domain) -> bool:
    statistics = chunk.statistics
    if statistics is None:
        return True
    nulls = statistics.null_count if statistics.has_null_count else None
    bounds = (statistics.min, statistics.max) if statistics.has_min_max else None
    return may_hold(domain, bounds, nulls, rows)
