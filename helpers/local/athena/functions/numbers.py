"""Trino's mathematical functions (functions/math)."""

import math

from helpers.local.athena import types
from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import Refused, python, refuse

OUT_OF_RANGE = "NUMERIC_VALUE_OUT_OF_RANGE"
_MINIMUM = {"tinyint": -(2**7), "smallint": -(2**15), "integer": -(2**31), "bigint": -(2**63)}

# ---- sign and rounding ------------------------------------------------------------------------------------
for _type, _least in _MINIMUM.items():
    _refusal = refuse(f"'Value {_least} is out of range for abs({_type})'", OUT_OF_RANGE)
    # DuckDB reads the least integer's digits as a wider type, hence the sum.
    scalar(
        f"abs({_type}) -> {_type}",
        f"CASE WHEN ({{0}}) = {_least + 1} - 1 THEN {_refusal} ELSE abs({{0}}) END::{_type.upper()}",
    )
    scalar(f"sign({_type}) -> {_type}", f"sign({{0}})::{_type.upper()}")
    for _name in ("ceil", "ceiling", "floor", "round", "truncate"):
        if _name != "truncate":
            scalar(f"{_name}({_type}) -> {_type}", "({0})")
    scalar(f"round({_type}, bigint) -> {_type}", f"round({{0}}, ({{1}})::INTEGER)::{_type.upper()}")

for _type, _duckdb in (("real", "FLOAT"), ("double", "DOUBLE")):
    scalar(f"abs({_type}) -> {_type}", "abs({0})")
    scalar(
        f"sign({_type}) -> {_type}",
        f"CASE WHEN isnan({{0}}) THEN ({{0}}) ELSE sign({{0}})::{_duckdb} END",
    )
    for _name in ("ceil", "ceiling", "floor"):
        scalar(f"{_name}({_type}) -> {_type}", f"{_name}({{0}})::{_duckdb}")
    scalar(f"round({_type}) -> {_type}", f"round({{0}})::{_duckdb}")
    scalar(f"round({_type}, bigint) -> {_type}", f"round({{0}}, ({{1}})::INTEGER)::{_duckdb}")
    scalar(f"truncate({_type}) -> {_type}", f"trunc({{0}})::{_duckdb}")
    scalar(f"truncate({_type}, bigint) -> {_type}", f"t_truncate({{0}}, {{1}})::{_duckdb}")

macros(
    """CREATE OR REPLACE MACRO t_truncate(x, n) AS
        CASE WHEN n < 0 THEN trunc(x / power(10, -n)) * power(10, -n)
             WHEN isinf(x * power(10, n)) THEN x ELSE trunc(x * power(10, n)) / power(10, n) END"""
)


def _whole(arguments):
    p, s = arguments[0].args
    return types.decimal(p - s + min(s, 1), 0)


def _rounded(arguments):
    p, s = arguments[0].args
    return types.decimal(p + 1 if s else p, s) if p < 38 else types.decimal(38, s)


def _truncated(arguments):
    p, s = arguments[0].args
    return types.decimal(max(p - s, 1), 0)


scalar("abs(decimal(p,s)) -> decimal(p,s)", "abs({0})")
scalar("sign(decimal(p,s)) -> decimal(1,0)", "sign({0})::DECIMAL(1,0)")
for _name in ("ceil", "ceiling", "floor", "round"):
    scalar(
        f"{_name}(decimal(p,s)) -> decimal(p,0)",
        lambda args, kinds, name=_name: f"{name}({args[0]})::{_whole(kinds).duckdb}",
        returns=_whole,
    )
scalar(
    "truncate(decimal(p,s)) -> decimal(p,0)",
    lambda args, kinds: f"trunc({args[0]})::{_truncated(kinds).duckdb}",
    returns=_truncated,
)


def _at_scale(text, digits, rounding):
    """`text` is a decimal's digits: DuckDB's own round() of a decimal needs a constant scale."""
    import decimal

    with decimal.localcontext() as context:
        context.prec = 80
        value = decimal.Decimal(text)
        if digits >= -value.as_tuple().exponent:
            return text
        step = decimal.Decimal(1).scaleb(-max(digits, -60))
        return format((value / step).quantize(decimal.Decimal(1), rounding=rounding) * step, "f")


python("t_decimal_round", lambda t, n: _at_scale(t, n, "ROUND_HALF_UP"), ["VARCHAR", "BIGINT"], "VARCHAR")
python("t_decimal_truncate", lambda t, n: _at_scale(t, n, "ROUND_DOWN"), ["VARCHAR", "BIGINT"], "VARCHAR")
scalar(
    "round(decimal(p,s), bigint) -> decimal(p,s)",
    lambda args, kinds: f"t_decimal_round({args[0]}::VARCHAR, {args[1]})::{_rounded(kinds).duckdb}",
    returns=_rounded,
)
scalar(
    "truncate(decimal(p,s), bigint) -> decimal(p,s)",
    lambda args, kinds: f"t_decimal_truncate({args[0]}::VARCHAR, {args[1]})::{kinds[0].duckdb}",
)

# ---- arithmetic -------------------------------------------------------------------------------------------
for _type in (*_MINIMUM, "real", "double"):
    _duckdb = types.parse_type(_type).duckdb
    scalar(f"mod({_type}, {_type}) -> {_type}", f"(({{0}}) % ({{1}}))::{_duckdb}")


def _remainder(arguments):
    (p1, s1), (p2, s2) = arguments[0].args, arguments[1].args
    return types.decimal(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))


scalar(
    "mod(decimal(p,s), decimal(q,r)) -> decimal(p,s)",
    lambda args, kinds: (
        f"(({args[0]})::DECIMAL(38,{_remainder(kinds).args[1]}) % "
        f"({args[1]})::DECIMAL(38,{_remainder(kinds).args[1]}))::{_remainder(kinds).duckdb}"
    ),
    returns=_remainder,
)

for _name in (
    "acos", "asin", "atan", "cos", "cosh", "degrees", "exp", "ln", "log10", "log2", "radians", "sin", "sinh",
    "sqrt", "tan", "tanh",
):  # fmt: skip
    scalar(f"{_name}(double) -> double", f"{_name}({{0}})")


def _cbrt(value):
    """The C library is off by one bit on perfect cubes, Java is not: one step of Newton's method."""
    root = math.cbrt(value)
    return root - (root**3 - value) / (3 * root * root) if root and math.isfinite(root) else root


python("t_cbrt", _cbrt, ["DOUBLE"], "DOUBLE")
scalar("cbrt(double) -> double", "t_cbrt({0})")
scalar("atan2(double, double) -> double", "atan2({0}, {1})")
scalar("log(double, double) -> double", "(ln({1}) / ln({0}))")
for _name in ("pow", "power"):
    scalar(f"{_name}(double, double) -> double", "pow({0}, {1})")

scalar("e() -> double", f"{math.e!r}::DOUBLE")
scalar("pi() -> double", "pi()")
scalar("nan() -> double", "'nan'::DOUBLE")
scalar("infinity() -> double", "'infinity'::DOUBLE")
for _type in ("real", "double"):
    scalar(f"is_nan({_type}) -> boolean", "isnan({0})")
    scalar(f"is_finite({_type}) -> boolean", "isfinite({0})")
    scalar(f"is_infinite({_type}) -> boolean", "isinf({0})")

# ---- random -----------------------------------------------------------------------------------------------
macros(
    f"""CREATE OR REPLACE MACRO t_random(low, high) AS CASE WHEN low >= high THEN
        {refuse("'start value must be less than stop value'")}
        ELSE low + floor(random() * (high - low))::BIGINT END""",
    f"""CREATE OR REPLACE MACRO t_random_below(high) AS CASE WHEN high <= 0 THEN
        {refuse("'bound must be positive'")} ELSE floor(random() * high)::BIGINT END""",
)
for _name in ("random", "rand"):
    scalar(f"{_name}() -> double", "random()", deterministic=False)
    for _type in _MINIMUM:
        _cast = _type.upper()
        scalar(f"{_name}({_type}) -> {_type}", f"t_random_below({{0}})::{_cast}", deterministic=False)
        scalar(f"{_name}({_type}, {_type}) -> {_type}", f"t_random({{0}}, {{1}})::{_cast}", deterministic=False)


# ---- bases and buckets ------------------------------------------------------------------------------------
def _check_radix(radix):
    if not 2 <= radix <= 36:
        raise Refused("Radix must be between 2 and 36")


def _from_base(text, radix):
    _check_radix(radix)
    digits = text[1:] if text[:1] in "+-" and text else text
    try:
        if not digits.isalnum():
            raise ValueError(text)
        value = int(text, radix)
    except ValueError:
        raise Refused(f"Not a valid base-{radix} number: {text}") from None
    if not -(2**63) <= value < 2**63:
        raise Refused(f"Not a valid base-{radix} number: {text}")
    return value


def _to_base(value, radix):
    _check_radix(radix)
    digits, rest = "", abs(value)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return "-" * (value < 0) + digits


def _width_bucket(value, low, high, count):
    if count <= 0:
        raise Refused("bucketCount must be greater than 0")
    if math.isnan(value):
        raise Refused("operand must not be NaN")
    if not math.isfinite(low):
        raise Refused("first bound must be finite")
    if not math.isfinite(high):
        raise Refused("second bound must be finite")
    if low == high:
        raise Refused("bounds cannot equal each other")
    if low > high:
        value, low, high = -value, -low, -high
    if value < low:
        return 0
    if value >= high:
        if count == 2**63 - 1:
            raise Refused(f"Bucket for value {value} is out of range", OUT_OF_RANGE)
        return count + 1
    return int(count * (value - low) / (high - low) + 1)


def _width_bucket_bins(value, bins):
    if not bins:
        raise Refused("Bins cannot be an empty array")
    if math.isnan(value):
        raise Refused("Operand cannot be NaN")
    low, high = 0, len(bins)
    while low < high:
        if bins[low] > bins[high - 1]:
            raise Refused("Bin values are not sorted in ascending order")
        middle = (low + high) // 2
        if not math.isfinite(bins[middle]):
            raise Refused(f"Bin value must be finite, got {bins[middle]}")
        low, high = (low, middle) if value < bins[middle] else (middle + 1, high)
    return low


python("t_from_base", _from_base, ["VARCHAR", "BIGINT"], "BIGINT")
python("t_to_base", _to_base, ["BIGINT", "BIGINT"], "VARCHAR")
python("t_width_bucket", _width_bucket, ["DOUBLE", "DOUBLE", "DOUBLE", "BIGINT"], "BIGINT")
python("t_width_bucket_bins", _width_bucket_bins, ["DOUBLE", "DOUBLE[]"], "BIGINT")
scalar("from_base(varchar, bigint) -> bigint", "t_from_base({0}, {1})")
scalar("to_base(bigint, bigint) -> varchar(64)", "t_to_base({0}, {1})")
scalar("width_bucket(double, double, double, bigint) -> bigint", "t_width_bucket({0}, {1}, {2}, {3})")
scalar("width_bucket(double, array(double)) -> bigint", "t_width_bucket_bins({0}, {1})")
