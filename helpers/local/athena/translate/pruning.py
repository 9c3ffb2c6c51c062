"""What a scan's predicates say about partitions and row groups, before anything is read."""

from dataclasses import replace
from datetime import date, datetime
from functools import reduce

import pyarrow

from ..domains import Domain
from ..scans import TableScan
from ..types import BOOLEAN
from .expr import Renderer, call, conjuncts

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
NONE = Domain((), False)
MOST_EXCLUDED = 500  # values of a NOT IN that are made into ranges


def table_scan(scan, connect):
    """relations.Scan → (TableScan, whether it can have no row at all). `connect()` gives a DuckDB connection."""
    keys = {c.name: c for c in scan.table.partition_keys}
    needed = {scan.columns[i][0]: paths for i, paths in sorted(scan.needed.items())}
    found = TableScan(
        scan.table, scan.alias, list(needed), {n: paths for n, paths in needed.items() if n not in keys}
    )
    predicates = [part for p in scan.predicates for part in conjuncts(p) if _usable(part, scan)]
    extractor = DomainExtractor(scan, connect)
    exact = []
    for predicate in predicates:
        names = _names(predicate, scan)
        if not names:
            if extractor.value(predicate) is not True:
                return found, True
            continue
        on_partitions = _on_partitions(predicate, scan, set(keys))
        if on_partitions is not None:
            exact.append(on_partitions)
        for name, domain in extractor.domains(predicate).items():
            target = found.partition_domains if name in keys else found.domains
            target[name] = target[name].intersect(domain) if name in target else domain
    if exact:
        found.partition_predicate = _partition_predicate(scan, keys, exact, connect)
    empty = any(d.is_none for d in [*found.domains.values(), *found.partition_domains.values()])
    return found, empty


def _usable(predicate, scan):
    return all(
        node.deterministic
        and node.op not in ("subquery", "aggregate", "window", "parameter", "lambda")
        and not (node.op == "column" and node.value.relation is not scan)
        for node in predicate.walk()
    )


def _names(predicate, scan):
    return {scan.columns[node.value.index][0] for node in predicate.walk() if node.op == "column"}


def _on_partitions(p, scan, keys, negated=False):
    """The condition on partition columns alone that `p` (or NOT p) implies, or None.

    A part that names data columns may be anything: it is left out of an AND and spoils an OR.
    """
    if p.op == "not":
        return _on_partitions(p.args[0], scan, keys, not negated)
    if _names(p, scan) <= keys:
        return call("not", BOOLEAN, "(NOT {0})", p) if negated else p
    if p.op not in ("and", "or"):
        return None
    parts = [_on_partitions(part, scan, keys, negated) for part in p.args]
    word = "AND" if (p.op == "and") != negated else "OR"
    known = [part for part in parts if part is not None]
    if not known or (word == "OR" and None in parts):
        return None
    return call(word.lower(), BOOLEAN, lambda texts: "(" + f" {word} ".join(texts) + ")", *known)


def _partition_predicate(scan, keys, predicates, connect):
    """A function from tuples of partition values to list of bool, evaluated by DuckDB."""
    names = list(keys)
    columns = {}
    for index, (name, t) in enumerate(scan.columns):
        if name in keys:
            text = f"k{names.index(name)}"
            ref = scan.column(index, t).value
            columns[ref] = text if t.is_text else f"CAST({text} AS {t.duckdb})"
    render = Renderer(columns)
    condition = " AND ".join(render(p) for p in predicates)

    def evaluate(values):
        table = pyarrow.table(
            {f"k{i}": pyarrow.array([v[i] for v in values], pyarrow.string()) for i in range(len(names))}
        )
        connection = connect()
        try:
            connection.register("partition_values", table)
            rows = connection.execute(f"SELECT coalesce({condition}, false) FROM partition_values").fetchall()
        finally:
            connection.close()
        return [row[0] for row in rows]

    return evaluate


class DomainExtractor:
    """Predicate → what it leaves of plain columns, where it has a simple form (Trino's tuple domain)."""

    def __init__(self, scan, connect):
        self.scan, self.connect = scan, connect

    def value(self, expr):
        """The Python value of a constant expression."""
        if expr.op == "literal":
            return expr.value
        connection = self.connect()
        try:
            return connection.execute(f"SELECT {Renderer()(expr)}").fetchone()[0]
        finally:
            connection.close()

    def domains(self, p, negated=False):
        """Column name → Domain, of `p` or of NOT p.

        AND leaves what both sides leave, OR what either side leaves of a shared column.
        """
        if p.op == "not":
            return self.domains(p.args[0], not negated)
        if p.op in ("and", "or"):
            first, *rest = (self.domains(part, negated) for part in p.args)
            for other in rest:
                first = _both(first, other) if (p.op == "and") != negated else _either(first, other)
            return first
        domain = self._negated(p) if negated else self._domain(p)
        return {} if domain is None else dict.fromkeys(_names(p, self.scan), domain)

    def _domain(self, p):
        rule = {
            "in": self._in,
            "between": self._between,
            "like": self._like,
            "is null": self._is_null,
        }.get(p.op)
        if p.op in _MIRROR:
            return self._comparison(p)
        if p.op == "column":
            return Domain.of_values([True])
        return rule(p) if rule else None

    def _comparison(self, p):
        left, right = p.args
        if self._column(left) and right.is_constant:
            return self._compared(p.op, left, self.value(right))
        if self._column(right) and left.is_constant:
            return self._compared(_MIRROR[p.op], right, self.value(left))
        return None

    def _compared(self, op, column, value):
        if value is None:
            return NONE
        value = _plain(value, column)
        if value is None:
            return None
        if op == "=":
            return Domain.of_values([value])
        if op == "<>":
            return Domain.of_range(high=value, high_inclusive=False).union(
                Domain.of_range(low=value, low_inclusive=False)
            )
        if op in ("<", "<="):
            return Domain.of_range(high=value, high_inclusive=op == "<=")
        return Domain.of_range(low=value, low_inclusive=op == ">=")

    def _in(self, p):
        column, *items = p.args
        if not self._column(column) or not all(i.is_constant for i in items):
            return None
        values = [_plain(v, column) for v in map(self.value, items) if v is not None]
        return None if None in values else Domain.of_values(values)

    def _between(self, p):
        column, low, high = p.args
        if not self._column(column) or not (low.is_constant and high.is_constant):
            return None
        a, b = self._compared(">=", column, self.value(low)), self._compared("<=", column, self.value(high))
        return None if a is None or b is None else a.intersect(b)

    def _like(self, p):
        column, pattern = p.args[:2]
        if (
            len(p.args) > 2
            or not self._column(column)
            or pattern.op != "literal"
            or not isinstance(pattern.value, str)
        ):
            return None
        prefix = pattern.value.split("%")[0].split("_")[0]
        if prefix == pattern.value:
            return Domain.of_values([prefix])
        if not prefix or ord(prefix[-1]) >= 0xD7FF:
            return None
        return Domain.of_range(low=prefix, high=prefix[:-1] + chr(ord(prefix[-1]) + 1), high_inclusive=False)

    def _is_null(self, p):
        return Domain((), True) if self._column(p.args[0]) else None

    def _negated(self, p):
        """What NOT p leaves, where p has a simple form. NOT of what is NULL is not true either."""
        if p.op in _OPPOSITE:
            return self._comparison(replace(p, op=_OPPOSITE[p.op]))
        if p.op == "is null" and self._column(p.args[0]):
            return Domain(nulls=False)
        if p.op == "column":
            return Domain.of_values([False])
        if len(p.args) > MOST_EXCLUDED:
            return None
        if p.op in ("in", "between") and self._column(p.args[0]) and all(a.is_constant for a in p.args[1:]):
            signs = ("<", ">") if p.op == "between" else ("<>",) * len(p.args[1:])
            parts = [self._compared(s, p.args[0], self.value(a)) for s, a in zip(signs, p.args[1:], strict=True)]
            if None in parts:
                return None
            return reduce(Domain.union if p.op == "between" else Domain.intersect, parts)
        return None

    def _column(self, expr):
        """Whether this is a column itself, perhaps widened in a way that keeps order."""
        while expr.op == "widen" and (
            (expr.type.is_numeric and expr.args[0].type.is_numeric)
            or (expr.type.base == expr.args[0].type.base and expr.type.base in ("varchar", "timestamp"))
        ):
            expr = expr.args[0]
        return expr.op == "column"


def _both(one, other):
    """Domains by column, after AND."""
    return one | {name: one[name].intersect(d) if name in one else d for name, d in other.items()}


def _either(one, other):
    """Domains by column, after OR."""
    return {name: one[name].union(other[name]) for name in one if name in other}


def _plain(value, column):
    """A constant as the column's Python values are, or None when they do not compare."""
    while column.op == "widen":
        column = column.args[0]
    base = column.type.base
    if base == "date":
        return value if isinstance(value, date) and not isinstance(value, datetime) else None
    if base == "timestamp":
        return value if isinstance(value, datetime) else None
    if base == "timestamp with time zone":
        return value["ts"] if isinstance(value, dict) else None  # the instant in UTC, as statistics hold it
    if base in ("array", "map", "row", "char", "json"):
        return None
    return value
