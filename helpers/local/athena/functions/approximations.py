"""approx_distinct and HyperLogLog sketches: Trino's numbers, error included (hyperloglog.py).

DuckDB aggregates the different *entries* of a group, 32 bit numbers, so that neither repetitions nor long values take
memory; Python sees each group once. Trino hashes for approx_distinct with xxHash64 and for approx_set, whose sketches
people keep and merge, with MurmurHash3.
"""

import numpy as np
import pyarrow as pa

from helpers.local.athena.functions.hyperloglog import (
    LEAST_ERROR,
    MOST_ERROR,
    Sketch,
    buckets_for,
    entries_of,
)
from helpers.local.athena.functions.numbers_text import double_text
from helpers.local.athena.functions.registry import aggregate, arrow, scalar
from helpers.local.athena.functions.shape import Refused, python
from helpers.local.athena.functions.value_hashes import value_hash

_ERROR = 0.023  # of approx_distinct; 2^11 buckets
_SET = 12  # approx_set has 2^12


def _buckets(error):
    if not LEAST_ERROR <= error <= MOST_ERROR:
        raise Refused(f"Max standard error must be in [{LEAST_ERROR}, {MOST_ERROR}]: {double_text(error)}")
    return buckets_for(error)


def _groups(lists):
    """Each list of an Arrow array of entries: an array of those that are not NULL, or None."""
    values, offsets = lists.values, lists.offsets.to_numpy()
    numbers = values.fill_null(0).to_numpy(zero_copy_only=False)
    known = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else None
    for start, end, whole in zip(offsets[:-1], offsets[1:], lists.is_valid().to_pylist(), strict=True):
        entries = numbers[start:end]
        yield (entries if known is None else entries[known[start:end]]) if whole else None


def _count(lists, errors):
    """Entries of each group, the standard error wanted there → an estimate of how many values there were."""
    return pa.array(
        [
            0 if entries is None or not len(entries) else Sketch.of(entries, _buckets(error)).cardinality()
            for entries, error in zip(_groups(lists), errors.to_pylist(), strict=True)
        ],
        pa.int64(),
    )


def _sketches(lists):
    return pa.array(
        [None if entries is None or not len(entries) else Sketch.of(entries, _SET).serialize()
         for entries in _groups(lists)],
        pa.binary(),
    )  # fmt: skip


def _merge(sketches):
    sketches = [Sketch.parse(raw) for raw in sketches if raw is not None]
    if not sketches:
        return None
    merged = sketches[0]
    for sketch in sketches[1:]:
        merged = merged.merged(sketch)
    return merged.serialize()


arrow(
    "t_hll_entry",
    lambda hashes: pa.array(entries_of(hashes.fill_null(0).to_numpy(zero_copy_only=False))),
    ["UBIGINT"],
    "UINTEGER",
)
arrow("t_hll_count", _count, ["UINTEGER[]", "DOUBLE"], "BIGINT")
arrow("t_hll_build", _sketches, ["UINTEGER[]"], "BLOB")
python("t_hll_merge", _merge, ["BLOB[]"], "BLOB")
python("t_hll_size", lambda raw: Sketch.parse(raw).cardinality(), ["BLOB"], "BIGINT")
python("t_hll_dense", lambda raw: Sketch.parse(raw).dense().serialize(), ["BLOB"], "BLOB")


def _distinct(args, kinds):
    """Of a boolean, Trino keeps which of the two values it has met."""
    value = args[0]
    if kinds[0].base in ("boolean", "unknown"):
        return f"count(DISTINCT {value}){{tail}}"
    entry = f"t_hll_entry({value_hash(kinds[0], value)})"
    if len(args) == 1:
        return f"t_hll_count(coalesce(list(DISTINCT {entry}){{tail}}, []), {_ERROR})"
    met = f"({value}) IS NOT NULL"
    entry = f"CASE WHEN ({args[1]}) IS NOT NULL THEN {entry} END"
    error = f"any_value(CASE WHEN {met} THEN {args[1]} END){{tail}}"
    return f"t_hll_count(coalesce(list(DISTINCT {entry}){{tail}}, []), coalesce({error}, {_ERROR}))"


def _set(hashed):
    return f"t_hll_build(coalesce(list(DISTINCT t_hll_entry({hashed}({{0}}))){{tail}}, []))"


aggregate("approx_distinct(T) -> bigint", _distinct)
aggregate("approx_distinct(T, double) -> bigint", _distinct)
aggregate("approx_set(bigint) -> hyperloglog", _set("t_murmur_long"))
aggregate("approx_set(double) -> hyperloglog", _set("t_murmur_double"))
aggregate("approx_set(varchar) -> hyperloglog", _set("t_murmur_text"))
aggregate("merge(hyperloglog) -> hyperloglog", "t_hll_merge(list({0}){tail})")
EMPTY = Sketch.of(np.zeros(0, np.uint32), _SET).serialize()
scalar("empty_approx_set() -> hyperloglog", f"from_hex('{EMPTY.hex()}')")
scalar("cardinality(hyperloglog) -> bigint", "t_hll_size({0})")
scalar("cardinality(p4hyperloglog) -> bigint", "t_hll_size({0})")
