"""HyperLogLog as Trino computes it: airlift's algorithm, its format and its numbers, error included.

A hash of 64 bits is remembered as an *entry* of 32: its first 26 bits, and in the last six the number of zeros
that follow them. A sketch of few values is *sparse*, a set of entries, and counts their 26 bits almost exactly. A
larger one is *dense*: 2^p buckets, the first p bits say which, each with the largest number of zeros, plus one, that
was seen in it. Both depend on the set of hashes alone, not on their order; so does the moment of turning dense here,
which is that of a sketch made by one worker (with 2^11 buckets, Trino may turn at any of 252 to 261 values, as it
happens to split the work).

Sources: airlift's documentation (stats/docs/hll.md) and its classes; Heule, Nunkesser and Hall, *HyperLogLog in
Practice*, 2013. Buckets are an array of 2^p numbers here, packed into airlift's four bits in `serialize` only.
"""

import csv
import math
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers.local.athena.functions.shape import Refused

_PREFIX, _VALUE = 26, 6  # bits of an entry
_SPARSE, _DENSE_V1, _DENSE = 2, 1, 3  # format tags
_MOST_DELTA = 15  # in four bits
_LINEAR = 0.4  # share of empty buckets from which they are counted
_ALPHA = {4: 0.673, 5: 0.697, 6: 0.709}
LEAST_ERROR, MOST_ERROR = 0.0040625, 0.26


def buckets_for(error):
    """The standard error that a caller asks for → p, for 2^p buckets."""
    return (math.ceil(1.0816 / (error * error)) - 1).bit_length()


def entries_of(hashes):
    """uint64 hashes → uint32 entries."""
    rest = (hashes << np.uint64(_PREFIX)) >> np.uint64(_PREFIX)  # 38 bits: exact as a float
    zeros = 64 - _PREFIX - np.frexp(rest.astype(np.float64))[1]
    return (((hashes >> np.uint64(64 - _PREFIX)) << np.uint64(_VALUE)) | zeros.astype(np.uint64)).astype(np.uint32)


def _most_sparse(p):
    """Entries that a sparse sketch holds at most.

    airlift turns it dense when its array, which grows from 1 by tens, is larger in memory than the dense form.
    """
    return (4 + 2**p // 8 - 1) // 10 * 10 + 1


def _round(value):
    return math.floor(value + 0.5)  # as Java's Math.round


@dataclass
class Sketch:
    """`entries` (sorted, one of each prefix) or, once it is dense, `buckets` (their values, 0 for an empty one)."""

    p: int
    entries: np.ndarray | None = None
    buckets: np.ndarray | None = None

    @classmethod
    def of(cls, entries, p):
        """The sketch of a set of entries, in any order, each once or more often."""
        most = _most_sparse(p)
        if len(entries) > 100 * most and len(_one_of_each_prefix(entries[: 100 * most])) > most:
            return cls(p, buckets=_buckets(entries, p))  # without sorting millions
        entries = _one_of_each_prefix(entries)
        return cls(p, entries=entries) if len(entries) <= most else cls(p, buckets=_buckets(entries, p))

    def dense(self):
        """The same in the dense form."""
        return self if self.entries is None else Sketch(self.p, buckets=_buckets(self.entries, self.p))

    def merged(self, other):
        """The sketch of both sets."""
        if self.p != other.p:
            raise Refused(f"Cannot merge HLLs with different number of buckets: {2**self.p} vs {2**other.p}")
        if self.entries is not None and other.entries is not None:
            return Sketch.of(np.concatenate([self.entries, other.entries]), self.p)
        return Sketch(self.p, buckets=np.maximum(self.dense().buckets, other.dense().buckets))

    def cardinality(self):
        """How many different hashes there were, as airlift estimates it."""
        if self.entries is not None:
            return _round(_linear(2**_PREFIX - len(self.entries), 2**_PREFIX))
        size = 2**self.p
        empty = size - np.count_nonzero(self.buckets)
        if empty > _LINEAR * size:
            return _round(_linear(empty, size))
        alpha = _ALPHA.get(self.p, 0.7213 / (1 + 1.079 / size))
        total = math.fsum(np.ldexp(1.0, -self.buckets))
        return _round(_unbiased(alpha * size * size / total, self.p))

    def serialize(self):
        """airlift's bytes: sparse 2, dense 2 (tags 2 and 3), little-endian."""
        if self.entries is not None:
            return struct.pack("<BBH", _SPARSE, self.p, len(self.entries)) + self.entries.astype("<u4").tobytes()
        baseline = int(self.buckets.min())
        deltas = self.buckets - baseline
        over = np.flatnonzero(deltas > _MOST_DELTA)
        packed = np.minimum(deltas, _MOST_DELTA).astype(np.uint8).reshape(-1, 2)
        return b"".join(
            (
                struct.pack("<BBB", _DENSE, self.p, baseline),
                ((packed[:, 0] << 4) | packed[:, 1]).tobytes(),
                struct.pack("<H", len(over)),
                over.astype("<u2").tobytes(),
                (deltas[over] - _MOST_DELTA).astype(np.uint8).tobytes(),
            )
        )

    @classmethod
    def parse(cls, raw):
        """The sketch of airlift's bytes; Refused where they are none."""
        try:
            sketch = _parse(raw)
        except (struct.error, ValueError, IndexError):
            sketch = None
        if sketch is None:
            raise Refused("Cannot deserialize HyperLogLog")
        return sketch


def _parse(raw):
    tag, p = struct.unpack_from("<BB", raw)
    if not 4 <= p <= 16:
        return None
    if tag == _SPARSE:
        (count,) = struct.unpack_from("<H", raw, 2)
        entries = np.frombuffer(raw, "<u4", count, 4).astype(np.uint32)
        return Sketch(p, entries=entries) if len(raw) == 4 + 4 * count else None
    if tag not in (_DENSE_V1, _DENSE):
        return None
    end = 3 + 2**p // 2
    pairs = np.frombuffer(raw, np.uint8, 2**p // 2, 3)
    buckets = np.stack([pairs >> 4, pairs & 15], axis=1).reshape(-1).astype(np.int64) + raw[2]
    if tag == _DENSE_V1:  # room for one bucket's excess
        bucket, more = struct.unpack_from("<hb", raw, end)
        if bucket >= 0 and more > 0:
            buckets[bucket] += more
        return Sketch(p, buckets=buckets) if len(raw) == end + 3 else None
    (count,) = struct.unpack_from("<H", raw, end)
    np.add.at(
        buckets, np.frombuffer(raw, "<u2", count, end + 2), np.frombuffer(raw, "i1", count, end + 2 + 2 * count)
    )
    return Sketch(p, buckets=buckets) if len(raw) == end + 2 + 3 * count else None


def _one_of_each_prefix(entries):
    """Sorted; of equal prefixes the entry with the most zeros."""
    entries = np.unique(entries)
    last = np.append(np.diff(entries >> np.uint32(_VALUE)) != 0, True)[: len(entries)]
    return entries[last]


def _buckets(entries, p):
    """The 2^p buckets of entries: the number of zeros after the first p bits, plus one, where it is largest."""
    bits = _PREFIX - p  # of the prefix, after the bucket's number
    middle = (entries >> np.uint32(_VALUE)) & np.uint32(2**bits - 1)
    zeros = bits - np.frexp(middle.astype(np.float64))[1]
    zeros = np.where(middle == 0, bits + (entries & np.uint32(2**_VALUE - 1)).astype(np.int32), zeros)
    seen = np.zeros((64 - p + 2, 2**p), bool)
    seen[zeros + 1, entries >> np.uint32(32 - p)] = True
    return np.where(seen.any(axis=0), len(seen) - 1 - seen[::-1].argmax(axis=0), 0)


def _linear(empty, size):
    return size * math.log(size / empty)


@lru_cache(maxsize=1)
def _measured():
    """p → (raw estimates, how far each is off)."""
    table = Path(__file__).with_name("hyperloglog_bias.tsv").read_text(encoding="utf-8").splitlines()
    found = {}
    for p, values, raw in list(csv.reader((line for line in table if line[0] != "#"), delimiter="\t"))[1:]:
        found.setdefault(int(p), []).append((float(raw), float(raw) - int(values)))
    return {p: tuple(map(list, zip(*pairs, strict=True))) for p, pairs in found.items()}


def _unbiased(estimate, p):
    raws, biases = _measured()[p]
    if not raws[0] <= estimate <= raws[-1]:
        return estimate
    return estimate - float(np.interp(estimate, raws, biases))
