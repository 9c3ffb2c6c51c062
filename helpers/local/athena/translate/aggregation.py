"""In an aggregated SELECT, what is outside aggregates must be built from the GROUP BY keys."""

from ..errors import AthenaError


def check_grouped(plan):
    """Raise Trino's error for the first expression of `plan` that is neither aggregated nor grouped."""
    keys = {e.key() for _, sets in plan.grouping or [] for group in sets for e in group}
    own = set(plan.relation.leaves()) if plan.relation is not None else set()
    for expr in [*plan.outputs, *(o.expr for o in plan.order_by)]:
        _check(expr, expr, keys, own)
    if plan.having is not None:
        _check(plan.having, plan.having, keys, own)


def _check(root, expr, keys, own):
    if expr.op in ("aggregate", "grouping") or expr.key() in keys:
        return
    if expr.op == "column":
        if expr.value.relation in own:
            shown = _text(root)
            raise AthenaError(
                "EXPRESSION_NOT_AGGREGATE",
                f"'{shown}' must be an aggregate expression or appear in GROUP BY clause",
                root.line,
                root.column,
            )
        return
    for argument in expr.args:
        _check(root, argument, keys, own)


def _text(expr):
    """The first column of an expression, as it was written."""
    return next(node for node in expr.walk() if node.op == "column").shown
