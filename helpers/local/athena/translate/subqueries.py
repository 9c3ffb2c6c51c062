"""Subqueries inside expressions: scalar ones, EXISTS, IN, and comparisons with ANY, SOME and ALL."""

from .. import coercions, types
from ..errors import AthenaError
from .casts import coerce
from .expr import Expr
from .relations import EXISTS


def _as_row(t):
    return t if t.base == "row" else types.row((None, t))


class SubqueryBinder:
    """The part of `expressions.Binder` that plans the queries within its scope."""

    def _plan(self, query):
        return self.planner.subplan(query, self.scope)

    def _subquery(self, node, plan, type_, template, *args):
        expr = Expr(type_, "subquery", tuple(args), template, plan, node.line, node.column)
        return expr

    def _bind_scalar(self, node):
        plan = self._plan(node.query)
        if len(plan.columns) != 1:
            types_ = [(n, t) for n, t in plan.columns]
            row = types.row(*types_)
            template = (
                "(SELECT struct_pack("
                + ", ".join(f'"{n}" := s.c{i}' for i, (n, _) in enumerate(row.fields))
                + ") FROM ({0}) s)"
            )
            return self._subquery(node, plan, row, template)
        return self._subquery(node, plan, plan.columns[0][1], "({0})")

    def _bind_exists(self, node):
        return self._subquery(node, self._plan(node.query), types.BOOLEAN, EXISTS)

    def _bind_insubquery(self, node):
        return self._compared(node, "=", self.bind(node.value), node.query, "({1} IN ({0}))", "IN")

    def _bind_quantified(self, node):
        template = f"({{1}} {node.op} {node.quantifier} ({{0}}))"
        return self._compared(node, node.op, self.bind(node.value), node.query, template, node.op)

    def _compared(self, node, op, value, query, template, shown):
        plan = self._plan(query)
        if len(plan.columns) != 1 and value.type.base == "row":
            plan = self.planner.as_rows(plan)
        if len(plan.columns) != 1:
            raise AthenaError(
                "TYPE_MISMATCH",
                f"Multiple columns returned by subquery are not yet supported. Found {len(plan.columns)}",
                node.line,
                node.column,
            )
        found = plan.columns[0][1]
        common = coercions.common_type(value.type, found)
        if common is None or not common.comparable:
            raise AthenaError(
                "TYPE_MISMATCH",
                "Value expression and result of subquery must be of the same type: "
                f"{_as_row(value.type)} vs {_as_row(found)}",
                node.line,
                node.column,
            )
        plan = self.planner.coerced(plan, [common])
        swapped = template.replace("{0}", "{q}").replace("{1}", "{0}").replace("{q}", "{1}")
        return self._subquery(node, plan, types.BOOLEAN, swapped, coerce(value, common))
