"""ORC footers: which streams a query reads, and how many bytes they are.

The rule (design.md, "Bytes scanned"): the stored length of the streams of the referenced columns, with their row
indexes and without Bloom filters, in the stripes that the stripe statistics cannot exclude. pyarrow does not show
streams, so the few protobuf messages of the ORC specification (orc.apache.org/specification/ORCv1) are read here.
"""

import errno
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from .errors import AthenaError
from .parquet_scan import overlaps
from .protobuf_reader import doubles, message, packed, signed

TAIL = 16 * 1024  # bytes read at once from the end, usually the whole tail
NONE, ZLIB, SNAPPY, LZO, LZ4, ZSTD = range(6)
BLOOM_FILTERS = (7, 8)
LIST, MAP, STRUCT = 10, 11, 12


_DAMAGE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError,
           struct.error, zlib.error, pa.ArrowException)  # fmt: skip


@dataclass(frozen=True)
class Stripe:
    """`streams`: column number → bytes; `statistics`: one ColumnStatistics message for each column."""

    rows: int
    streams: dict
    statistics: list


@dataclass(frozen=True)
class Tail:
    """What a file's tail says: types as (kind, children, field names), and its stripes."""

    types: list
    stripes: list


def bytes_scanned(source, domains):
    """Bytes that a scan of `source` (see readers/source.py) bills for its ORC files."""
    from .readers import parquet

    by_place = parquet.by_place(source)
    total = 0
    for file, path in zip(source.files, source.paths(), strict=True):
        with malformed(file):
            total += _file_bytes(source, file, path, domains, by_place)
    return total


def _file_bytes(source, file, path, domains, by_place):
    total = 0
    tail = source.objects.memo(file, "orc tail", lambda f=file, p=path: read_tail(f, p))
    _, children, names = tail.types[0]
    places = {name.lower(): child for name, child in zip(names, children, strict=True)}
    roots = {}
    for w in source.wanted:
        if by_place:
            root = children[w.ordinal] if w.ordinal is not None and w.ordinal < len(children) else None
        else:
            root = places.get(w.name)
        if root is not None:
            roots[w.name] = (root, w.paths)
    used = set().union(*(_columns(tail.types, root, paths) for root, paths in roots.values()), set())
    tested = {roots[c][0]: d for c, d in domains.items() if c in roots and not d.is_all}
    for stripe in tail.stripes:
        if all(_may_match(stripe, column, domain) for column, domain in tested.items()):
            total += sum(stripe.streams.get(column, 0) for column in used)
    return total


def _columns(types, column, paths):
    """The numbers of a column and of everything below it that the nested `paths` touch."""
    kind, children, names = types[column]
    found = {column}
    for i, child in enumerate(children):
        if kind != STRUCT or () in paths:
            found |= _columns(types, child, paths)
            continue
        below = frozenset(p[1:] for p in paths if p and p[0] == names[i].lower())
        if below:
            found |= _columns(types, child, below)
    return found


def _may_match(stripe, column, domain):
    if column >= len(stripe.statistics):
        return True
    statistics = message(stripe.statistics[column])
    has_null = bool(statistics.get(10, [1])[0])
    if statistics.get(1, [None])[0] == 0 and stripe.rows:
        return domain.nulls
    bounds = _bounds(statistics)
    return True if bounds is None else overlaps(domain, *bounds, has_null)


def _bounds(statistics):
    """(min, max) as Python values, or None where the statistics have none."""
    if 2 in statistics:
        inner = message(statistics[2][0])
        return (signed(inner[1][0]), signed(inner[2][0])) if {1, 2} <= inner.keys() else None
    if 3 in statistics:
        inner = message(statistics[3][0])
        return (doubles(inner[1][0]), doubles(inner[2][0])) if {1, 2} <= inner.keys() else None
    if 4 in statistics:
        inner = message(statistics[4][0])
        if {1, 2} <= inner.keys():
            return inner[1][0].decode("utf-8", "replace"), inner[2][0].decode("utf-8", "replace")
        return None
    if 6 in statistics:
        inner = message(statistics[6][0])
        return (Decimal(inner[1][0].decode()), Decimal(inner[2][0].decode())) if {1, 2} <= inner.keys() else None
    if 7 in statistics:
        inner = message(statistics[7][0])
        if {1, 2} <= inner.keys():
            return tuple(date(1970, 1, 1) + timedelta(days=signed(inner[k][0])) for k in (1, 2))
        return None
    if 9 in statistics:
        inner = message(statistics[9][0])
        low, high = (3, 4) if {3, 4} <= inner.keys() else (1, 2)
        if {low, high} <= inner.keys():
            start = datetime(1970, 1, 1)
            return (
                start + timedelta(milliseconds=signed(inner[low][0])),
                start + timedelta(milliseconds=signed(inner[high][0]) + 1),
            )
    return None


@contextmanager
def malformed(file):
    """HIVE_BAD_DATA for whatever goes wrong with what a damaged file says of itself."""
    try:
        yield
    except (*_DAMAGE, OSError) as failure:
        if getattr(failure, "errno", None) not in (None, errno.EINVAL):
            raise
        message = f"Malformed ORC file {file.uri}: its footers cannot be read"
        raise AthenaError("HIVE_BAD_DATA", message) from failure


def read_tail(file, path):
    """The Tail of an ORC file. HIVE_BAD_DATA when it is none."""
    with malformed(file), open(path, "rb") as stream:
        return _read_tail(stream)


def _read_tail(stream):
    size = stream.seek(0, 2)
    stream.seek(max(0, size - TAIL))
    end = stream.read()
    script = message(end[-1 - end[-1] : -1])
    if script.get(8000) != [b"ORC"]:
        raise ValueError("the postscript has no ORC magic")
    codec, block = script.get(2, [NONE])[0], script.get(3, [262144])[0]
    footer_length, metadata_length = script[1][0], script.get(5, [0])[0]
    start = size - 1 - end[-1] - footer_length
    footer = message(_plain(_at(stream, start, footer_length), codec, block))
    metadata = message(_plain(_at(stream, start - metadata_length, metadata_length), codec, block))
    types = []
    for raw in footer[4]:
        t = message(raw)
        names = [n.decode() for n in t.get(3, [])]
        types.append((t.get(1, [0])[0], packed(t.get(2, [])), names))
    statistics = [message(raw).get(1, []) for raw in metadata.get(1, [])]
    stripes = []
    for i, raw in enumerate(footer.get(3, [])):
        info = message(raw)
        offset = info.get(1, [0])[0] + info.get(2, [0])[0] + info.get(3, [0])[0]
        stripe_footer = message(_plain(_at(stream, offset, info[4][0]), codec, block))
        streams = {}
        for entry in map(message, stripe_footer.get(1, [])):
            if entry.get(1, [0])[0] not in BLOOM_FILTERS:
                column = entry.get(2, [0])[0]
                streams[column] = streams.get(column, 0) + entry.get(3, [0])[0]
        own = statistics[i] if i < len(statistics) else []
        stripes.append(Stripe(info.get(5, [0])[0], streams, own))
    return Tail(types, stripes)


def _at(stream, offset, length):
    stream.seek(offset)
    return stream.read(length)


def _plain(data, codec, block):
    """Undo ORC's chunks: three bytes of length, whose lowest bit says that the chunk is stored as it is."""
    if codec == NONE:
        return data
    parts, at = [], 0
    while at < len(data):
        header = int.from_bytes(data[at : at + 3], "little")
        chunk = data[at + 3 : at + 3 + (header >> 1)]
        at += 3 + (header >> 1)
        parts.append(chunk if header & 1 else _decompress(chunk, codec, block))
    return b"".join(parts)


def _decompress(chunk, codec, block):
    if codec == ZLIB:
        return zlib.decompress(chunk, wbits=-15)
    if codec == ZSTD:
        with pa.CompressedInputStream(pa.BufferReader(chunk), "zstd") as stream:
            return stream.read()
    if codec == SNAPPY:
        from .readers.lines import snappy_size

        return pa.Codec("snappy").decompress(chunk, decompressed_size=snappy_size(chunk), asbytes=True)
    if codec == LZ4:
        return pa.Codec("lz4_raw").decompress(chunk, decompressed_size=block, asbytes=True)
    raise ValueError("LZO compression is not supported by this endpoint")
