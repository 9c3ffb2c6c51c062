"""ORC tails: the bytes of the streams that a query reads, in the stripes that it cannot exclude.

From the end (https://orc.apache.org/specification/ORCv1): one byte with the postscript's length, the
postscript, the footer, the metadata with each stripe's statistics; and at the end of every stripe a footer
that lists its streams. Ranged GETs fetch those and nothing else.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import pyarrow as pa

from helpers.forecast import protobuf
from helpers.forecast.errors import ForecastError
from helpers.forecast.parquet import Scanned
from helpers.forecast.ranges import Domain
from helpers.forecast.statistics import may_hold

NONE, ZLIB, SNAPPY, LZO, LZ4, ZSTD = range(6)
STRUCT = 12
BLOOM_FILTERS = (7, 8)  # kinds of streams that a scan does not read
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Stripe:
    """`streams`: column number → bytes; `statistics`: a ColumnStatistics message for each column."""

    rows: int
    streams: dict[int, int]
    statistics: list[bytes]


@dataclass(frozen=True)
class Tail:
    """`types`: for each column number its kind, the numbers and the lower-case names of its children."""

    types: list[tuple[int, list[int], list[str]]]
    stripes: list[Stripe]

    @property
    def roots(self) -> list[str]:
        """The names of the top columns, in order."""
        return self.types[0][2]


def read_footer(stored, ranged) -> Tail:
    """The tail of an ORC object; `ranged(start, length)` gets bytes. Raises ForecastError."""
    try:
        return _tail(stored.size, ranged)
    except (IndexError, KeyError, ValueError, zlib.error, pa.ArrowException, OSError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ForecastError(f"{stored.uri} is no ORC file that can be read: {reason}") from error


def _tail(size: int, ranged) -> Tail:
    length = ranged(size - 1, 1)[0]
    postscript = protobuf.fields(ranged(size - 1 - length, length))
    if postscript.get(8000) != [b"ORC"]:
        raise ValueError("its postscript does not say ORC")
    codec, footer_length, metadata_length = postscript.get(2, [NONE])[0], postscript[1][0], postscript.get(5, [0])[0]
    block = postscript.get(3, [256 * 1024])[0]
    packed = ranged(size - 1 - length - footer_length - metadata_length, metadata_length + footer_length)
    metadata = protobuf.fields(_unpacked(packed[:metadata_length], codec, block))
    footer = protobuf.fields(_unpacked(packed[metadata_length:], codec, block))
    statistics = [protobuf.fields(each).get(1, []) for each in metadata.get(1, [])]
    stripes = []
    for number, raw in enumerate(footer.get(3, [])):
        place = protobuf.fields(raw)
        start = sum(place.get(field, [0])[0] for field in (1, 2, 3))  # offset, index and data length
        own = protobuf.fields(_unpacked(ranged(start, place[4][0]), codec, block))
        known = statistics[number] if number < len(statistics) else []
        stripes.append(Stripe(place.get(5, [0])[0], _streams(own), known))
    return Tail([_type(raw) for raw in footer[4]], stripes)


def _type(raw: bytes) -> tuple[int, list[int], list[str]]:
    described = protobuf.fields(raw)
    names = [name.decode().lower() for name in described.get(3, [])]
    return described.get(1, [0])[0], protobuf.numbers(described.get(2, [])), names


def _streams(stripe_footer: dict[int, list]) -> dict[int, int]:
    """Column number → bytes of its streams, row indexes included, Bloom filters not."""
    found: dict[int, int] = {}
    for stream in map(protobuf.fields, stripe_footer.get(1, [])):
        if stream.get(1, [0])[0] not in BLOOM_FILTERS:
            column = stream.get(2, [0])[0]
            found[column] = found.get(column, 0) + stream.get(3, [0])[0]
    return found


def _unpacked(data: bytes, codec: int, block: int) -> bytes:
    """Undo ORC's blocks: three bytes of length, whose lowest bit says that the block is stored as it is."""
    if codec == NONE:
        return data
    parts, at = [], 0
    while at < len(data):
        header = int.from_bytes(data[at : at + 3], "little")
        chunk = data[at + 3 : at + 3 + (header >> 1)]
        at += 3 + (header >> 1)
        parts.append(chunk if header & 1 else _decompressed(chunk, codec, block))
    return b"".join(parts)


def _decompressed(chunk: bytes, codec: int, block: int) -> bytes:
    if codec == ZLIB:
        return zlib.decompress(chunk, wbits=-15)
    if codec == SNAPPY:
        plain, _ = protobuf.varint(chunk)  # a Snappy block opens with its plain length
        return pa.Codec("snappy").decompress(chunk, decompressed_size=plain, asbytes=True)
    if codec == LZ4:
        return pa.Codec("lz4_raw").decompress(chunk, decompressed_size=block, asbytes=True)
    if codec == ZSTD:
        with pa.CompressedInputStream(pa.BufferReader(chunk), "zstd") as stream:
            return stream.read()
    raise ValueError("its compression LZO cannot be undone here")


# --- what a query reads of it ----------------------------------------------------------------------------


def scanned(tail: Tail, columns: dict[str, set[tuple[str, ...]]], domains: dict[str, Domain]) -> Scanned:
    """Bytes of the referenced streams. `columns` and `domains` are by the file's own column names."""
    _, children, names = tail.types[0]
    number = dict(zip(names, children, strict=True))
    read = {n for name, paths in columns.items() if name in number for n in _below(tail, number[name], paths)}
    tested = {number[name]: domain for name, domain in domains.items() if name in number}
    kept = total = 0
    for stripe in tail.stripes:
        if all(_may_hold(stripe, column, domain) for column, domain in tested.items()):
            kept += 1
            total += sum(stripe.streams.get(column, 0) for column in read)
    return Scanned(total, kept, len(tail.stripes))


def _below(tail: Tail, column: int, paths: set[tuple[str, ...]]) -> set[int]:
    """The numbers of a column and of those below it that the nested `paths` use."""
    kind, children, names = tail.types[column]
    found = {column}
    for place, child in enumerate(children):
        if kind != STRUCT or () in paths:
            found |= _below(tail, child, {()} if kind == STRUCT else paths)
            continue
        inner = {path[1:] for path in paths if path[0] == names[place]}
        if inner:
            found |= _below(tail, child, inner)
    return found


def _may_hold(stripe: Stripe, column: int, domain: Domain) -> bool:
    if column >= len(stripe.statistics):
        return True
    statistics = protobuf.fields(stripe.statistics[column])
    values = statistics.get(1, [None])[0]
    has_null = statistics.get(10, [1])[0]
    if values is not None:
        nulls = stripe.rows if values == 0 else stripe.rows - values if has_null else 0
    else:
        nulls = None if has_null else 0
    try:
        bounds = _bounds(statistics)
    except (ValueError, OverflowError, InvalidOperation):
        bounds = None
    return may_hold(domain, bounds, nulls, stripe.rows)


def _bounds(statistics: dict[int, list]) -> tuple | None:
    """(min, max) as Python values, or None; the field numbers are those of orc_proto.proto."""
    for field, convert in _CONVERTERS.items():
        if field in statistics:
            inner = protobuf.fields(statistics[field][0])
            return (convert(inner[1][0]), convert(inner[2][0])) if {1, 2} <= inner.keys() else None
    if 9 in statistics:  # timestamps: in UTC where the writer says so, to the millisecond
        inner = protobuf.fields(statistics[9][0])
        low, high = (3, 4) if {3, 4} <= inner.keys() else (1, 2)
        if {low, high} <= inner.keys():
            start = datetime(1970, 1, 1)
            return (
                start + timedelta(milliseconds=protobuf.zigzag(inner[low][0])),
                start + timedelta(milliseconds=protobuf.zigzag(inner[high][0]) + 1),
            )
    return None


_CONVERTERS = {
    2: protobuf.zigzag,
    3: protobuf.double,
    4: lambda text: text.decode("utf-8", "replace"),
    6: lambda text: Decimal(text.decode()),
    7: lambda days: EPOCH + timedelta(days=protobuf.zigzag(days)),
}
