"""Exact decimal arithmetic as DuckDB text. DuckDB divides decimals as doubles and multiplies narrow ones in 64 bits;
Trino's rule is exact, quotients rounded half up, and NUMERIC_VALUE_OUT_OF_RANGE for what the result cannot hold.

Nearly everything fits into DuckDB's 128-bit numbers, which it computes many rows at once; the rest goes, row by row,
through Python's decimals (`t_decimal` of conversions.py). Each function gives the template of one operator; `kinds`
are the decimal Types of its operands, `result` that of its value.
"""

from helpers.local.athena import types

DIGITS = 37  # of a dividend that 128 bits hold twice
NARROW = 18  # digits of a decimal that DuckDB keeps in 64 bits
WIDEST = 38


def total(op, kinds, result):
    """`+` or `-`."""
    scale = result.args[1]
    if any(precision - own + scale > WIDEST for precision, own in (kind.args for kind in kinds)):
        return _by_row(op, "{0}", "{1}", result)
    return f"CAST(CAST({{0}} AS {result.duckdb}) {op} CAST({{1}} AS {result.duckdb}) AS {result.duckdb})"


def product(kinds, result):
    (p1, s1), (p2, s2) = (kind.args for kind in kinds)
    if s1 + s2 > WIDEST:
        return _by_row("*", "{0}", "{1}", result)
    narrow = max(p1, p2) <= NARROW < p1 + p2  # DuckDB would multiply in 64 bits, and overflow
    left = f"CAST({{0}} AS DECIMAL({NARROW + 1},{s1}))" if narrow else "{0}"
    return f"CAST(({left} * {{1}}) AS {result.duckdb})"


def remainder(kinds, result):
    """`%`, which has the dividend's sign."""
    (p1, s1), (p2, s2) = (kind.args for kind in kinds)
    scale = max(s1, s2)
    precision = max(p1 - s1, p2 - s2) + scale
    if precision > WIDEST:
        return _by_row("%", "{0}", "{1}", result)
    common = types.decimal(precision, scale).duckdb
    return f"CAST((CAST({{0}} AS {common}) % CAST({{1}} AS {common})) AS {result.duckdb})"


def quotient(dividend, divisor, kinds, result):
    """`dividend / divisor`, given as DuckDB text."""
    (p1, s1), (p2, s2), scale = *(kind.args for kind in kinds), result.args[1]
    shift = scale + s2  # makes the dividend an integer that is as many times larger as the quotient's scale says
    fast = _in_integers(dividend, divisor, shift, s2, result)
    if p1 + shift <= DIGITS and p2 + s2 <= DIGITS:
        return fast
    exact = _by_row("/", dividend, divisor, result)
    most, most_below = DIGITS - s1 - shift, DIGITS - 2 * s2
    if most < 1 or most_below < 1:
        return exact
    return (
        f"CASE WHEN abs({dividend}) < {_power(most)} AND abs({divisor}) < {_power(most_below)} THEN {fast} "
        f"WHEN {dividend} IS NOT NULL AND {divisor} IS NOT NULL THEN {exact} END"
    )


def _by_row(op, left, right, result):
    precision, scale = result.args
    text = f"t_decimal('{op}', CAST({left} AS VARCHAR), CAST({right} AS VARCHAR), {scale})"
    return f"CAST(t_decimal_fits({text}, {precision - scale}) AS {result.duckdb})"


def _in_integers(dividend, divisor, shift, s2, result):
    a, b = _integer(dividend, shift), _integer(divisor, s2)
    rounded = f"((2 * abs({a}) + abs({b})) // (2 * abs({b})))"
    text = f"CAST({rounded} * sign({dividend}) * sign({divisor}) AS DECIMAL(38,0))"
    scale = result.args[1]
    return f"CAST({f'{text} * {_fraction(scale)}' if scale else text} AS {result.duckdb})"


def _integer(value, shift):
    """A decimal times 10 to the power of `shift`, as a 128-bit integer."""
    return f"CAST({value} * {_power(shift)} AS HUGEINT)" if shift else f"CAST({value} AS HUGEINT)"


def _power(digits):
    """As wide as can be, so that DuckDB multiplies in 128 bits."""
    return f"CAST(1{'0' * digits} AS DECIMAL(38,0))"


def _fraction(scale):
    return f"CAST(0.{'0' * (scale - 1)}1 AS DECIMAL({scale},{scale}))"
