"""In an aggregated SELECT, what is outside aggregates must be built from the GROUP BY keys."""

import itertools
from dataclasses import dataclass, field

from ..errors import AthenaError
from ..sql import tree
from ..sql.query_text import text
from . import placement
from .plans import SelectPlan
from .scope import Field


@dataclass(frozen=True)
class StarField:
    """An output that a star gave: the field, and its place among those of the star, from 1."""

    field: Field
    place: int


@dataclass
class Written:
    """The expressions of a SELECT as they were written, beside a SelectPlan's."""

    select: tree.Select
    outputs: list = field(default_factory=list)  # tree nodes and StarFields
    orders: list = field(default_factory=list)

    def expressions(self):
        nodes = [node for node in self.outputs if not isinstance(node, StarField)]
        return [*nodes, *self.orders, *([self.select.having] if self.select.having is not None else [])]

    def check(self):
        """What Trino minds about them whether or not the SELECT aggregates."""
        placement.check_grouping_operations(self.expressions(), self.select)
        placement.check_nesting(self.expressions())


def distinct_sets(grouping):
    """GROUP BY DISTINCT: the grouping sets that the elements make together, each once."""
    if all(kind == "simple" for kind, _ in grouping):
        return grouping
    found = {}
    for choice in itertools.product(*(_grouping_sets(kind, sets) for kind, sets in grouping)):
        keys = {e.key(): e for e in itertools.chain(*choice)}
        found.setdefault(frozenset(keys), list(keys.values()))
    return [("sets", list(found.values()))]


def _grouping_sets(kind, sets):
    if kind == "rollup":
        chosen = [sets[:size] for size in range(len(sets), -1, -1)]
    elif kind == "cube":
        chosen = [c for size in range(len(sets), -1, -1) for c in itertools.combinations(sets, size)]
    else:
        return sets
    return [list(itertools.chain(*groups)) for groups in chosen]


def check_grouped(plan, written, binder):
    """Raise Trino's error for the first expression of `plan` that is neither aggregated nor grouped."""
    keys = {e.key() for _, sets in plan.grouping or [] for group in sets for e in group}
    own = set(plan.relation.leaves()) if plan.relation is not None else set()
    _check_grouping_arguments(written, binder, keys)
    roots = list(zip(plan.outputs, written.outputs, strict=True))
    if plan.having is not None:
        roots.append((plan.having, written.select.having))
    roots += [(order.expr, node) for order, node in zip(plan.order_by, written.orders, strict=True)]
    for expr, node in roots:
        found = _ungrouped(expr, keys, own)
        if found is not None:
            raise _refusal(*found, node)


def _check_grouping_arguments(written, binder, keys):
    for call in placement.groupings(written.expressions()):
        for argument in call.arguments:
            if binder.bind(argument).key() not in keys:
                message = (
                    "The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated "
                    f"query level. Mismatch due to {text(argument)}."
                )
                raise AthenaError("INVALID_ARGUMENTS", message, call.line, call.column)


def _ungrouped(expr, keys, own):
    """(the first column that is not grouped, whether a subquery reads it), or None."""
    if expr.op in ("aggregate", "grouping") or expr.key() in keys:
        return None
    if expr.op == "column":
        return (expr, False) if expr.value.relation in own else None
    if expr.op == "subquery":
        for column in _columns(expr.value):
            if column.value.relation in own and column.key() not in keys:
                return column, True
    return next((found for a in expr.args if (found := _ungrouped(a, keys, own)) is not None), None)


def _columns(plan):
    """All columns that a plan's expressions read, its subqueries' and its sources' too."""
    if not isinstance(plan, SelectPlan):
        for part in (getattr(plan, "left", None), getattr(plan, "right", None), getattr(plan, "step", None)):
            if part is not None:
                yield from _columns(part)
        return
    for root in plan.expressions():
        for node in root.walk():
            if node.op == "column":
                yield node
            elif node.op == "subquery":
                yield from _columns(node.value)
    for leaf in plan.relation.leaves() if plan.relation is not None else []:
        if hasattr(leaf, "plan"):
            yield from _columns(leaf.plan)


def _refusal(column, in_subquery, node):
    code = "EXPRESSION_NOT_AGGREGATE"
    if in_subquery:
        message = f"Subquery uses '{column.shown}' which must appear in GROUP BY clause"
        return AthenaError(code, message, column.line, column.column)
    if isinstance(node, StarField):
        name, qualifier = node.field.name, node.field.qualifier
        shown = f"'{'.'.join((*qualifier[-1:], name))}'" if name is not None else str(node.place)
        return AthenaError(code, f"Column {shown} not in GROUP BY clause")
    clause = placement.window_part(node, column)
    if clause:
        name, part = clause
        message = f"{name} expression '{text(part)}' must be an aggregate expression or appear in GROUP BY clause"
        return AthenaError(code, message, part.line, part.column)
    message = f"'{text(node)}' must be an aggregate expression or appear in GROUP BY clause"
    return AthenaError(code, message, node.line, node.column)
