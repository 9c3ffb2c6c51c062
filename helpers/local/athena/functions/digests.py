"""T-digests and quantile digests (functions/tdigest, functions/qdigest).

Where Trino keeps a summary and estimates, a digest here is one BLOB of every (value, weight), so that its answers
are those of Trino's while each value is its own centroid.
"""

import struct
from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise

from helpers.local.athena.functions.registry import aggregate, scalar
from helpers.local.athena.functions.shape import Refused, python

_PAIR = struct.Struct("<dd")


def _build(values, weights):
    pairs = sorted((v, w) for v, w in zip(values, weights, strict=True) if v is not None and w is not None)
    if any(w < 1 for _, w in pairs):
        raise Refused("weight must be greater than or equal to 1")
    return b"".join(_PAIR.pack(v, w) for v, w in pairs) if pairs else None


def _pairs(raw):
    return list(_PAIR.iter_unpack(raw))


def _merge(digests):
    pairs = sorted(pair for raw in digests if raw is not None for pair in _PAIR.iter_unpack(raw))
    return b"".join(_PAIR.pack(*p) for p in pairs) if pairs else None


def _checked(share):
    if not 0 <= share <= 1:
        raise Refused("Quantile should be within bounds [0, 1], was: " + repr(share))
    return share


def _between_centroids(raw, share):
    """The value at a share of the whole weight, between centroids by their distance (Dunning's t-digest)."""
    pairs, offset = _pairs(raw), _checked(share) * sum(w for _, w in _pairs(raw))
    reached = pairs[0][1] / 2
    for (left, weight), (right, following) in pairwise(pairs):
        step = (weight + following) / 2
        if reached + step > offset:
            before, after = offset - reached, reached + step - offset
            if weight == 1 and before < 0.5:
                return left
            if following == 1 and after <= 0.5:
                return right
            before, after = before - 0.5 * (weight == 1), after - 0.5 * (following == 1)
            return left if before <= 0 else (left * after + right * before) / (before + after)
        reached += step
    return pairs[-1][0]


def _at_rank(raw, share):
    """The first value at which more than a share of the weight is reached."""
    pairs = _pairs(raw)
    reached = list(accumulate(w for _, w in pairs))
    return pairs[min(bisect_right(reached, _checked(share) * reached[-1]), len(pairs) - 1)][0]


def _share_below(raw, value):
    """The share of the weight below a value; NULL outside of the values."""
    pairs = _pairs(raw)
    values = [v for v, _ in pairs]
    if not values[0] <= value <= values[-1]:
        return None
    return sum(w for _, w in pairs[: bisect_left(values, value)]) / sum(w for _, w in pairs)


python("t_digest", _build, ["DOUBLE[]", "DOUBLE[]"], "BLOB")
python("t_digest_merge", _merge, ["BLOB[]"], "BLOB")
python("t_tdigest_value", _between_centroids, ["BLOB", "DOUBLE"], "DOUBLE")
python("t_qdigest_value", _at_rank, ["BLOB", "DOUBLE"], "DOUBLE")
python("t_qdigest_share", _share_below, ["BLOB", "DOUBLE"], "DOUBLE")

_LIST = "list(({0})::DOUBLE){tail}"
_ONES = "list(1.0::DOUBLE){tail}"
_WEIGHTS = "list(({1})::DOUBLE){tail}"
aggregate("tdigest_agg(double) -> tdigest", f"t_digest({_LIST}, {_ONES})")
aggregate("tdigest_agg(double, double) -> tdigest", f"t_digest({_LIST}, {_WEIGHTS})")
aggregate("merge(tdigest) -> tdigest", "t_digest_merge(list({0}){tail})")
scalar("value_at_quantile(tdigest, double) -> double", "t_tdigest_value({0}, {1})")
scalar(
    "values_at_quantiles(tdigest, array(double)) -> array(double)",
    "list_transform({1}, lambda __q: t_tdigest_value({0}, __q))",
)
for _type in ("bigint", "double", "real"):
    aggregate(f"qdigest_agg({_type}) -> qdigest({_type})", f"t_digest({_LIST}, {_ONES})")
    aggregate(f"qdigest_agg({_type}, bigint) -> qdigest({_type})", f"t_digest({_LIST}, {_WEIGHTS})")
    aggregate(f"qdigest_agg({_type}, bigint, double) -> qdigest({_type})", f"t_digest({_LIST}, {_WEIGHTS})")
    _sql = {"bigint": "BIGINT", "double": "DOUBLE", "real": "FLOAT"}[_type]
    scalar(f"value_at_quantile(qdigest({_type}), double) -> {_type}", f"t_qdigest_value({{0}}, {{1}})::{_sql}")
    scalar(
        f"values_at_quantiles(qdigest({_type}), array(double)) -> array({_type})",
        f"list_transform({{1}}, lambda __q: t_qdigest_value({{0}}, __q)::{_sql})",
    )
    scalar(f"quantile_at_value(qdigest({_type}), {_type}) -> double", "t_qdigest_share({0}, ({1})::DOUBLE)")
aggregate("merge(qdigest(T)) -> qdigest(T)", "t_digest_merge(list({0}){tail})")
