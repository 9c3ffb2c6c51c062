"""Operators: which types they take, what they give, and how DuckDB writes them."""

from .. import coercions, types
from ..errors import AthenaError
from ..functions import decimals
from .casts import coerce
from .equality import NESTED, compared, equals, never_nan
from .expr import Expr, call

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_DAY_MILLIS = 86_400_000


def mismatch(op, left, right, line, column):
    return AthenaError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {op} {right.type}", line, column)


def comparison(op, left, right, line, column):
    """`left op right` as a boolean; both sides become their common type first."""
    common = coercions.common_type(left.type, right.type)
    allowed = common is not None and (common.comparable if op in ("=", "<>") else common.orderable)
    if not allowed:
        raise mismatch(op, left, right, line, column)
    left, right = coerce(left, common), coerce(right, common)
    if common.base in NESTED and op in ("=", "<>"):
        template = equals(common, "{0}", "{1}")
        template = template if op == "=" else f"NOT ({template})"
    else:
        template = compared("{0}", common) + f" {op} " + compared("{1}", common)
    if common.base in ("double", "real"):
        template += never_nan(op, *(not _is_number(e) for e in (left, right)))
    return call(op, types.BOOLEAN, f"({template})", left, right, line=line, column=column)


def _is_number(expr):
    """Whether an expression is a number as it was written, perhaps widened: no NaN."""
    while expr.op == "widen":
        expr = expr.args[0]
    return expr.op == "literal" or expr.type.base not in ("double", "real")


def distinct_from(left, right, line, column):
    common = coercions.common_type(left.type, right.type)
    if common is None or not common.comparable:
        raise mismatch("IS DISTINCT FROM", left, right, line, column)
    template = f"({compared('{0}', common)} IS DISTINCT FROM {compared('{1}', common)})"
    return call(
        "distinct", types.BOOLEAN, template, coerce(left, common), coerce(right, common), line=line, column=column
    )


def negate(value, line, column):
    """Unary minus. A negative integer literal stays a literal."""
    if value.type.is_numeric or value.type.base.startswith("interval"):
        least = -(2 ** {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}.get(value.type.base, 0))
        if value.op == "literal" and value.value not in (None, least) and not isinstance(value.value, bool):
            return Expr(value.type, "literal", (), f"(-{value.template})", -value.value, line, column)
        template = "(-{0})"
        if value.type.is_integer:
            overflow = f"error('NUMERIC_VALUE_OUT_OF_RANGE: {value.type} negation overflow: {least}')"
            template = f"CASE WHEN {{0}} = {least} THEN {overflow} ELSE CAST(-{{0}} AS {value.type.duckdb}) END"
        return call("negate", value.type, template, value, line=line, column=column)
    raise AthenaError("TYPE_MISMATCH", f"Cannot negate {value.type}", line, column)


def arithmetic(op, left, right, line, column):
    """+ - * / % over numbers, and + - * / over dates, timestamps and intervals."""
    position = {"line": line, "column": column}
    if left.type.base == "unknown" and right.type.base == "unknown":
        return call(op, types.UNKNOWN, "NULL", **position)
    if left.type.base == "unknown" and right.type.is_numeric:
        left = coerce(left, right.type)
    if right.type.base == "unknown" and left.type.is_numeric:
        right = coerce(right, left.type)
    if left.type.is_numeric and right.type.is_numeric:
        return _numeric(op, left, right, position)
    found = _temporal(op, left, right)
    if found is None:
        raise mismatch(op, left, right, line, column)
    type_, template, args = found
    return call(op, type_, template, *args, **position)


def _numeric(op, left, right, position):
    common = coercions.common_type(left.type, right.type)
    if common.base == "decimal":
        return _decimal(op, left, right, position)
    template = "({0} // {1})" if op == "/" and common.is_integer else f"({{0}} {op} {{1}})"
    if common.base in ("double", "real") and op == "%":
        template = "fmod({0}, {1})"
    if common.base in ("tinyint", "smallint", "real"):
        template = f"CAST({template} AS {common.duckdb})"
    return call(op, common, template, coerce(left, common), coerce(right, common), **position)


def _decimal(op, left, right, position):
    """Trino's result types (docs, decimal type): the scale of a quotient is the larger operand's, rounded half up."""
    left, right = (coerce(x, coercions.as_decimal(x.type)) for x in (left, right))
    kinds = left.type, right.type
    (p1, s1), (p2, s2) = (kind.args for kind in kinds)
    scale = max(s1, s2)
    if op in ("+", "-"):
        result = types.decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
        template = decimals.total(op, kinds, result)
    elif op == "*":
        result = types.decimal(p1 + p2, s1 + s2)
        template = decimals.product(kinds, result)
    elif op == "/":
        result = types.decimal(p1 + s2 + max(s2 - s1, 0), scale)
        template = decimals.quotient("{0}", "{1}", kinds, result)
    else:
        result = types.decimal(min(p1 - s1, p2 - s2) + scale, scale)
        template = decimals.remainder(kinds, result)
    return call(op, result, template, left, right, **position)


def _temporal(op, left, right):
    """(type, template, operands) of arithmetic with a date, timestamp, time or interval; None if there is none."""
    a, b = left.type.base, right.type.base
    if op == "+" and a.startswith("interval") and not b.startswith("interval"):
        left, right, a, b = right, left, b, a
    if op == "*" and b.startswith("interval"):
        left, right, a, b = right, left, b, a
    args = (left, right)
    if op in ("+", "-") and b.startswith("interval"):
        if a == b:
            return left.type, f"({{0}} {op} {{1}})", args
        return _shift(op, left, right)
    if op == "-" and a == b == "date":
        return types.DAY_TO_SECOND, f"(CAST({{0}} - {{1}} AS BIGINT) * {_DAY_MILLIS})", args
    if op == "-" and {a, b} <= {"date", "timestamp", "timestamp with time zone"}:
        common = coercions.common_type(left.type, right.type)
        inside = common.base.endswith("zone") or common.is_long
        parts = ("{0}.ts", "{1}.ts") if inside else ("{0}", "{1}")
        template = f"((epoch_us({parts[0]}) - epoch_us({parts[1]})) // 1000)"
        return types.DAY_TO_SECOND, template, tuple(coerce(x, common) for x in args)
    if op in ("*", "/") and a.startswith("interval") and right.type.is_numeric:
        return left.type, f"CAST(trunc(CAST({{0}} AS DOUBLE) {op} CAST({{1}} AS DOUBLE)) AS {left.type.duckdb})", args
    return None


def _shift(op, left, right):
    """A date, timestamp or time moved by an interval."""
    months = right.type.base == "interval year to month"
    step = f"({op}{{1}})"
    interval = f"to_months({step})" if months else f"to_microseconds({step} * 1000)"
    args = (left, right)
    if left.type.base == "date":
        if months:
            return types.DATE, f"CAST({{0}} + {interval} AS DATE)", args
        whole = (
            f"CASE WHEN {{1}} % {_DAY_MILLIS} <> 0 THEN "
            "error('INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date') "
            f"ELSE {{0}} + CAST({step} // {_DAY_MILLIS} AS INTEGER) END"
        )
        return types.DATE, whole, args
    if left.type.is_long:
        return _shift_long(left, interval, months, args)
    if left.type.base == "timestamp":
        precision = max(left.type.args[0], 0 if months else 3)
        return types.timestamp(precision), f"({{0}} + {interval})", args
    if left.type.base == "timestamp with time zone":
        precision = types.timestamp(max(left.type.args[0], 0 if months else 3), zone=True)
        moved = (
            f"t_with_zone(t_local({{0}}) + {interval}, ({{0}}).tz)"
            if months
            else (
                f"CASE WHEN {{0}} IS NOT NULL THEN struct_pack(ts := ({{0}}).ts + {interval}, tz := ({{0}}).tz) END"
            )
        )
        return precision, moved, args
    if left.type.base == "time" and not months:
        return types.time(max(left.type.args[0], 3)), f"({{0}} + {interval})", args
    return None


def _shift_long(left, interval, months, args):
    """A timestamp of more than six digits moved by an interval, whose own digits end before those."""
    moved = f"({{0}}).ts + {interval}"
    if not left.type.base.endswith("zone"):
        return left.type, f"t_long({moved}, ({{0}}).ps)", args
    wall = f"t_with_zone(t_local({{0}}) + {interval}, ({{0}}).tz)"
    return left.type, f"t_long_zoned({wall if months else f't_zoned({moved}, ({{0}}).tz)'}, ({{0}}).ps)", args
