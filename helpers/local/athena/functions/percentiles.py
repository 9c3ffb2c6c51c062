"""approx_percentile: the value at floor(n * p), as Trino's t-digest has it while each value is its own centroid."""

import re
from bisect import bisect_right
from itertools import accumulate

from helpers.local.athena import types
from helpers.local.athena.functions.registry import aggregate
from helpers.local.athena.functions.shape import Refused, python

_STEP = "0.0000000001"  # DuckDB's discrete quantile is the value before position n * p + 1
_NUMBER = r"(?:CAST\(|\()*\s*'?([\d.]+(?:[eE][+-]?\d+)?)'?(?: AS [A-Z]+(?:\(\d+, ?\d+\))?\)|\))*"


def _share(sql):
    """Whether the text is a number from 0 to 1, as DuckDB wants a quantile to be."""
    found = re.fullmatch(_NUMBER, sql.strip())
    return found is not None and 0 <= float(found[1]) <= 1


def _shares(sql):
    found = re.fullmatch(r"\(*\[([^][]+)\](?:::\w+\[\])?\)*", sql.strip())
    return found is not None and all(map(_share, re.split(r",(?![^(]*\))", found[1])))


def _percentiles(values, weights, shares):
    """The values at the shares of the weights' sum. NULL values and NULL weights do not count."""
    if shares is None:
        return None
    for share in shares:
        if share is None:
            raise Refused("Percentile cannot be null")
        if not 0 <= share <= 1:
            raise Refused("Percentile must be between 0 and 1")
    pairs = sorted(
        (v, w) for v, w in zip(values or [], weights or [], strict=True) if v is not None and w is not None
    )
    if any(w <= 0 for _, w in pairs):
        raise Refused("percentile weight must be > 0")
    if not pairs:
        return [None] * len(shares)
    reached = list(accumulate(w for _, w in pairs))
    # The last value takes what floating-point sums leave over.
    return [pairs[min(bisect_right(reached, share * reached[-1]), len(pairs) - 1)][0] for share in shares]


python("t_percentiles", _percentiles, ["DOUBLE[]"] * 3, "DOUBLE[]")


def _weighted(value, weight, share, many, kind):
    """The template for shares that DuckDB cannot take, and for weights. A row whose share is NULL is skipped."""
    counted = f"CASE WHEN ({share}) IS NOT NULL THEN ({value})::DOUBLE END"
    shares = f"max({share}){{tail}}" if many else f"[max(({share})::DOUBLE){{tail}}]"
    lists = f"list({counted}){{tail}}, list(({weight})::DOUBLE){{tail}}"
    found = f"t_percentiles({lists}, {shares})"
    if many:
        return f"{found}::{kind}[]"
    return f"CASE WHEN max(({share})::DOUBLE){{tail}} IS NOT NULL THEN {found}[1]::{kind} END"


def _templates(kind):
    def one(args, _kinds):
        if not _share(args[1]):
            return _weighted(args[0], "1", args[1], False, kind)
        return f"quantile_disc({args[0]}, least({args[1]} + {_STEP}, 1.0)::DOUBLE){{tail}}"

    def many(args, _kinds):
        if not _shares(args[1]):
            return _weighted(args[0], "1", args[1], True, kind)
        shares = f"list_transform({args[1]}, lambda __p: least(__p + {_STEP}, 1.0)::DOUBLE)"
        return f"quantile_disc({args[0]}, {shares}){{tail}}"

    return {
        "{0}, double": one,
        "{0}, array(double)": many,
        "{0}, double, double": lambda args, _kinds: _weighted(*args, False, kind),
        "{0}, double, array(double)": lambda args, _kinds: _weighted(*args, True, kind),
    }


for _type in ("bigint", "double", "real"):
    for _arguments, _template in _templates(types.parse_type(_type).duckdb).items():
        _result = f"array({_type})" if _arguments.endswith("array(double)") else _type
        aggregate(f"approx_percentile({_arguments.format(_type)}) -> {_result}", _template)
