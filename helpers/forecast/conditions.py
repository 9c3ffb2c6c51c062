"""What a table's predicates leave: of its partitions exactly, of its columns as ranges for statistics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from sqlglot import exp

from helpers.forecast.evaluate import Evaluator, Unknown
from helpers.forecast.ranges import EVERYTHING, NOTHING, Domain, Range, of_values

_MIRRORED = {exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE, exp.EQ: exp.EQ, exp.NEQ: exp.NEQ}
_COMPARABLE = {  # the kind of a column's type → the Python types its constants must have
    "number": (int, float, Decimal),
    "text": (str,),
    "date": (date,),
    "timestamp": (datetime,),
    "boolean": (bool,),
}


def kind_of(type_: exp.DataType) -> str | None:
    """`number`, `text`, `date`, `timestamp` or `boolean`; None for types whose statistics do not help."""
    if type_.is_type(*exp.DataType.NUMERIC_TYPES):
        return "number"
    if type_.is_type("date"):
        return "date"
    if type_.is_type("timestamp", "timestampntz", "datetime"):
        return "timestamp"
    if type_.is_type("boolean"):
        return "boolean"
    return "text" if type_.is_type("text", "varchar") else None


MOST_EXCLUDED = 500  # values of a NOT IN that are made into ranges


@dataclass
class Conditions:
    """The predicates of one read. `types`: column → type; `keys`: the partition columns among them."""

    predicates: list[exp.Expression]
    types: dict[str, exp.DataType]
    keys: list[str]
    evaluator: Evaluator
    doubts: list[str] = field(default_factory=list)

    def impossible(self) -> bool:
        """Whether no row at all can pass, as after `WHERE 1 = 0` or `id = 1 AND id = 2`."""
        for predicate in self.predicates:
            if predicate.find(exp.Column):
                continue
            value = self._constant(predicate)
            if value is Unknown:
                self._doubt(predicate, "nothing")
            elif value is not True:
                return True
        return any(domain.is_empty for domain in self.domains().values())

    def domains(self) -> dict[str, Domain]:
        """Column → what all predicates together leave of it."""
        return self._all(self.predicates, False)

    def partition_filters(self) -> list[exp.Expression]:
        """Conditions on partition columns alone that the predicates imply; each is to be true."""
        relaxed = (self._relaxed(p, False) for p in self.predicates if p.find(exp.Column))
        return [condition for condition in relaxed if condition is not None]

    def keep(self, values: list[tuple]) -> list[bool]:
        """For each partition's values (texts, None is NULL) whether it may hold a row that passes."""
        kept = [True] * len(values)
        types = {key: self.types[key] for key in self.keys}
        for condition in self.partition_filters():
            try:
                found = self.evaluator.filter(condition, types, values)
            except Unknown:
                self._doubt(condition, "no partition")
                continue
            kept = [a and b for a, b in zip(kept, found, strict=True)]
        return kept

    def _doubt(self, condition: exp.Expression, what: str) -> None:
        text = re.sub(r"HIDDEN\('(\$\w+)'\)", r'"\1"', condition.sql("athena"))
        self.doubts.append(f"{text} cannot be computed here, so it excludes {what}")

    # --- partitions: the strongest condition on partition columns alone ------------------------------------

    def _relaxed(self, p: exp.Expression, negated: bool) -> exp.Expression | None:
        """A condition on partition columns that `p` (or NOT p) implies; None when there is none.

        Parts that name other columns might be anything, so they are left out of an AND and spoil an OR.
        """
        p = p.unnest()
        if isinstance(p, exp.Not):
            return self._relaxed(p.this, not negated)
        columns = {column.name for column in p.find_all(exp.Column)}
        if columns <= set(self.keys):
            return exp.not_(exp.paren(p.copy())) if negated else p
        if isinstance(p, (exp.And, exp.Or)):
            parts = [self._relaxed(side, negated) for side in (p.left, p.right)]
            if isinstance(p, exp.And) != negated:
                parts = [part for part in parts if part is not None]
                return exp.and_(*parts) if parts else None
            return exp.or_(*parts) if None not in parts else None
        return None

    # --- row groups: one domain a column -------------------------------------------------------------------

    def _all(self, parts: list[exp.Expression], negated: bool) -> dict[str, Domain]:
        merged: dict[str, Domain] = {}
        for part in parts:
            for name, domain in self._domains(part, negated).items():
                merged[name] = merged.get(name, EVERYTHING).both(domain)
        return merged

    def _any(self, parts: list[exp.Expression], negated: bool) -> dict[str, Domain]:
        first, *rest = (self._domains(part, negated) for part in parts)
        for other in rest:
            first = {name: first[name].either(other[name]) for name in first if name in other}
        return first

    def _domains(self, p: exp.Expression, negated: bool) -> dict[str, Domain]:
        p = p.unnest()
        if isinstance(p, exp.Not):
            return self._domains(p.this, not negated)
        if isinstance(p, (exp.And, exp.Or)):
            together = self._all if isinstance(p, exp.And) != negated else self._any
            return together([p.left, p.right], negated)
        column, domain = self._leaf(p)
        if column is None or domain is None:
            return {}
        if isinstance(p, exp.Like):  # NOT LIKE is a flag of it; the range is wider than the pattern
            return {column: domain} if negated == bool(p.args.get("negate")) else {}
        if negated:
            plain = isinstance(p, exp.Is) or len(domain.ranges) > MOST_EXCLUDED
            domain = Domain((Range(),), False) if plain else domain.others()
            if isinstance(p, exp.In) and any(isinstance(item, exp.Null) for item in p.expressions):
                domain = NOTHING  # x NOT IN (1, NULL) is never true
        return {column: domain}

    def _leaf(self, p: exp.Expression) -> tuple[str | None, Domain | None]:
        """(column, what the simple predicate leaves of it), or Nones where it has no simple form."""
        if type(p) in _MIRRORED:
            return self._comparison(p)
        if isinstance(p, exp.Column) and not isinstance(p.parent, exp.Dot):
            return (p.name, of_values([True])) if self._kind(p) == "boolean" else (None, None)
        if not isinstance(getattr(p, "this", None), exp.Column) or self._kind(p.this) is None:
            return None, None
        name = p.this.name
        if isinstance(p, exp.Is) and isinstance(p.expression, exp.Null):
            return name, Domain((), True)
        if isinstance(p, exp.In) and p.expressions and not p.args.get("query"):
            return name, self._in(p)
        if isinstance(p, exp.Between):
            low = self._compared(exp.GTE, p.this, p.args["low"])
            high = self._compared(exp.LTE, p.this, p.args["high"])
            return name, None if low is None or high is None else low.both(high)
        if isinstance(p, exp.Like) and isinstance(p.expression, exp.Literal):
            return name, _like(p.expression.name)
        return None, None

    def _comparison(self, p: exp.Expression) -> tuple[str | None, Domain | None]:
        for column, other, kind in ((p.left, p.right, type(p)), (p.right, p.left, _MIRRORED[type(p)])):
            if isinstance(column, exp.Column) and not other.find(exp.Column):
                return column.name, self._compared(kind, column, other)
        return None, None

    def _compared(self, kind: type, column: exp.Column, constant: exp.Expression) -> Domain | None:
        value = self._constant(constant)
        if value is None:
            return NOTHING  # a comparison with NULL is never true
        if self._kind(column) == "date" and isinstance(value, datetime) and value.time() == time():
            value = value.date()  # DATE + INTERVAL is a date in Trino, and midnight compares as its day
        if not self._fits(column, value):
            return None
        if kind is exp.EQ:
            return of_values([value])
        if kind is exp.NEQ:
            return of_values([value]).others()
        if kind in (exp.LT, exp.LTE):
            return Domain((Range(high=value, high_in=kind is exp.LTE),), False)
        return Domain((Range(low=value, low_in=kind is exp.GTE),), False)

    def _in(self, p: exp.In) -> Domain | None:
        if any(item.find(exp.Column) for item in p.expressions):
            return None
        values = [self._constant(item) for item in p.expressions]
        if not all(value is None or self._fits(p.this, value) for value in values):
            return None
        return of_values(value for value in values if value is not None)

    def _constant(self, expression: exp.Expression) -> object:
        try:
            return self.evaluator.constant(expression)
        except Unknown:
            return Unknown

    def _kind(self, column: exp.Column) -> str | None:
        type_ = self.types.get(column.name)
        return kind_of(type_) if type_ is not None else None

    def _fits(self, column: exp.Column, value: object) -> bool:
        kind = self._kind(column)
        if kind == "date" and isinstance(value, datetime):
            return False
        if kind == "number" and isinstance(value, bool):
            return False
        return kind is not None and isinstance(value, _COMPARABLE[kind])


def _like(pattern: str) -> Domain | None:
    """The range of texts that start as a LIKE pattern does before its first wildcard."""
    prefix = pattern.split("%")[0].split("_")[0]
    if prefix == pattern:
        return of_values([pattern])
    if not prefix or ord(prefix[-1]) >= 0xD7FF:
        return None
    return Domain((Range(prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1), high_in=False),), False)
