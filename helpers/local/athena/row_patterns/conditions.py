"""DEFINE conditions that compare values of several rows, evaluated without a query for each place of the search.

DuckDB computes, once for all rows, every part of the condition that reads one row; what is left to combine here are
comparisons of numbers, texts and dates, small arithmetic, and three-valued logic. A condition of another kind has no
such form, and `compiled` gives None for it.
"""

import operator
from functools import partial

from ..translate.pattern_relation import CLASSIFIER, MATCH_NUMBER, readings

_COMPARED = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ADDED = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_BITS = {"integer": 31, "bigint": 63}
_SIMPLE = ("tinyint", "smallint", "integer", "bigint", "double", "varchar", "boolean", "date", "decimal")


class OutOfRange(Exception):
    """A result that its type cannot hold: DuckDB has to say so."""


class Parts:
    """The parts that read one row. `values[i]`: of part i, for every row, and last for no row at all."""

    def __init__(self, read):
        self.read = read
        self.exprs, self.values = [], []  # exprs: (place of the navigation or None, Expr)

    def place(self, expr):
        """A part → its index, or None for an expression of several rows."""
        read = readings([expr])
        if read.aggregations or read.classified or read.numbered or len(read.navigations) > 1:
            return None
        where = self.read.navigations.index(read.navigations[0]) if read.navigations else None
        self.exprs.append((where, expr))
        return len(self.exprs) - 1


def compiled(expr, parts):
    """A bound expression → function of (number of the match, what find_rows() found), or None."""
    if expr.op == MATCH_NUMBER:
        return lambda number, found: number
    if expr.op == CLASSIFIER and expr.value in parts.read.navigations:
        place = parts.read.navigations.index(expr.value)
        return lambda number, found: found[0][place][1]
    if expr.op == "subquery" and getattr(expr.value, "counts", False):
        place = parts.read.aggregations.index(expr.value)
        return lambda number, found: len(found[1][place])
    index = parts.place(expr)
    if index is not None:
        return partial(_part, parts, index, parts.exprs[index][0])
    if expr.op == "widen" and _same(expr.type, expr.args[0].type):
        return compiled(expr.args[0], parts)
    rule = _rule(expr)
    if rule is None:
        return None
    arguments = [compiled(argument, parts) for argument in expr.args]
    return None if None in arguments else lambda number, found: rule([a(number, found) for a in arguments])


def _part(parts, index, where, number, found):
    row = None if where is None else found[0][where][0]
    return parts.values[index][-1 if row is None else row]


def _same(target, source):
    """Whether a widened value is the same in Python."""
    return target.base == source.base == "varchar" or (target.is_integer and source.is_integer)


def _rule(expr):
    """How the values of an operator's operands make its own, or None for an operator that is not known here."""
    if expr.op == "and":
        return lambda values: False if False in values else None if None in values else True
    if expr.op == "or":
        return lambda values: True if True in values else None if None in values else False
    if expr.op == "not":
        return lambda values: None if values[0] is None else not values[0]
    if expr.op == "is null":
        return lambda values: values[0] is None
    if any(a.type.base not in _SIMPLE for a in expr.args) or not expr.args:
        return None
    if expr.op in _COMPARED:
        return partial(_applied, _COMPARED[expr.op])
    if expr.op in _ADDED and expr.type.base in (*_BITS, "double"):
        return partial(_added, _ADDED[expr.op], _BITS.get(expr.type.base))
    return None


def _applied(operation, values):
    return None if None in values else operation(*values)


def _added(operation, bits, values):
    if None in values:
        return None
    result = operation(*values)
    if bits and not -(2**bits) <= result < 2**bits:
        raise OutOfRange
    return result
