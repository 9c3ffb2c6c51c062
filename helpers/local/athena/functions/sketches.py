"""Set digests, checksums and numeric histograms.

Where Trino keeps a fixed number of bytes and estimates, a set digest here keeps every hash with its count, so that
its answers are exact: one BLOB of (hash, count) pairs.
"""

import struct

from helpers.local.athena.functions.hashes import murmur3_64
from helpers.local.athena.functions.registry import aggregate, scalar
from helpers.local.athena.functions.shape import python, python_with_nulls
from helpers.local.athena.functions.value_hashes import value_hash

_PAIR = struct.Struct("<qq")


def _pack(counts):
    return b"".join(_PAIR.pack(h, n) for h, n in sorted(counts.items()))


def _unpack(raw):
    return dict(_PAIR.iter_unpack(raw))


def _sketch(values):
    """Bytes of each value → sketch; NULL without values."""
    counts = {}
    for raw in values:
        if raw is not None:
            hashed = murmur3_64(raw)
            counts[hashed] = counts.get(hashed, 0) + 1
    return _pack(counts) if values else None


def _merge(sketches):
    counts = {}
    for raw in sketches:
        for hashed, count in _unpack(raw or b"").items():
            counts[hashed] = counts.get(hashed, 0) + count
    return _pack(counts)


def _shared(left, right):
    return len(_unpack(left).keys() & _unpack(right).keys())


def _jaccard(left, right):
    union = len(_unpack(left).keys() | _unpack(right).keys())
    return _shared(left, right) / union if union else 0.0


python("t_sketch_text", lambda vs: _sketch([None if v is None else v.encode() for v in vs]), ["VARCHAR[]"], "BLOB")
python(
    "t_sketch_integer",
    lambda vs: _sketch([None if v is None else struct.pack("<q", v) for v in vs]),
    ["BIGINT[]"],
    "BLOB",
)
python("t_sketch_merge", _merge, ["BLOB[]"], "BLOB")
python("t_sketch_size", lambda raw: len(raw) // _PAIR.size, ["BLOB"], "BIGINT")
python("t_sketch_shared", _shared, ["BLOB", "BLOB"], "BIGINT")
python("t_sketch_jaccard", _jaccard, ["BLOB", "BLOB"], "DOUBLE")
python(
    "t_sketch_counts",
    lambda raw: [{"key": h, "value": n} for h, n in _unpack(raw).items()],
    ["BLOB"],
    "STRUCT(key BIGINT, value SMALLINT)[]",
)


def _build(args, kinds):
    if kinds[0].is_integer or kinds[0].base == "unknown":
        return f"t_sketch_integer(list(({args[0]})::BIGINT){{tail}})"
    return f"t_sketch_text(list(CAST({args[0]} AS VARCHAR)){{tail}})"


aggregate("make_set_digest(T) -> setdigest", _build)
aggregate("merge_set_digest(setdigest) -> setdigest", "t_sketch_merge(list({0}){tail})")
scalar("cardinality(setdigest) -> bigint", "t_sketch_size({0})")
scalar("intersection_cardinality(setdigest, setdigest) -> bigint", "t_sketch_shared({0}, {1})")
scalar("jaccard_index(setdigest, setdigest) -> double", "t_sketch_jaccard({0}, {1})")
scalar("hash_counts(setdigest) -> map(bigint, smallint)", "map_from_entries(t_sketch_counts({0}))")


# ---- checksum -----------------------------------------------------------------------------------------
_PRIME = 0x9E3779B185EBCA87


def _checksum(total):
    """The sum of the values' hashes, each of which counts times a prime → its eight bytes."""
    return (total * _PRIME & ((1 << 64) - 1)).to_bytes(8, "little")


python("t_checksum", _checksum, ["UBIGINT"], "BLOB")


def _checksum_sql(args, kinds):
    """Trino adds up hash times prime, and the prime alone for NULL."""
    hashed = value_hash(kinds[0], args[0]) if kinds[0].base != "unknown" else "NULL"
    return f"t_checksum((sum(coalesce({hashed}, 1::UBIGINT)){{tail}} % 18446744073709551616)::UBIGINT)"


aggregate("checksum(T) -> varbinary", _checksum_sql)


# ---- numeric_histogram --------------------------------------------------------------------------------
def _numeric_histogram(buckets, values, weights):
    """Ben-Haim and Tom-Tov's histogram: merge the two closest centroids until `buckets` are left."""
    if values is None or buckets is None:
        return None
    weights = weights or [1.0] * len(values)
    bins = {}
    for value, weight in zip(values, weights, strict=True):
        if value is not None and weight is not None:
            bins[value] = bins.get(value, 0.0) + weight
    centroids = sorted(bins.items())
    while len(centroids) > buckets:
        at = min(range(len(centroids) - 1), key=lambda i: centroids[i + 1][0] - centroids[i][0])
        (a, n), (b, m) = centroids[at : at + 2]
        centroids[at : at + 2] = [((a * n + b * m) / (n + m), n + m)]
    return [{"key": v, "value": w} for v, w in centroids] or None


python_with_nulls(
    "t_numeric_histogram",
    lambda b, vs, ws: _numeric_histogram(b, vs, ws),
    ["BIGINT", "DOUBLE[]", "DOUBLE[]"],
    "STRUCT(key DOUBLE, value DOUBLE)[]",
)
_VALUES = "list(({1})::DOUBLE){tail}"
aggregate(
    "numeric_histogram(bigint, double) -> map(double, double)",
    f"map_from_entries(t_numeric_histogram(any_value({{0}}){{tail}}, {_VALUES}, NULL))",
)
aggregate(
    "numeric_histogram(bigint, double, double) -> map(double, double)",
    f"map_from_entries(t_numeric_histogram(any_value({{0}}){{tail}}, {_VALUES}, list(({{2}})::DOUBLE){{tail}}))",
)
