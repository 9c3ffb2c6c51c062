"""Function calls: special forms, scalar functions, aggregates and windows."""

import re

from .. import coercions, types
from ..errors import AthenaError
from ..functions import registry
from ..sql import tree
from . import expected, operators, signatures, windows
from .casts import cast, coerce
from .expr import Expr, call
from .trying import trying


def bind(binder, node):
    """A tree.Call → Expr."""
    special = _SPECIAL.get(node.name)
    if special:
        return special(binder, node)
    if node.name in _CLOCKS and node.arguments:
        return _clock(binder, node)
    for argument in node.arguments:
        if isinstance(argument, tree.AllColumns):
            raise label_star(argument)
    if node.mode:
        message = f"{node.mode} semantics is not supported out of pattern recognition context"
        raise AthenaError("INVALID_PROCESSING_MODE", message, node.line, node.column)
    overloads = registry.FUNCTIONS.get(node.name)
    if node.star:
        if node.name != "count":
            raise AthenaError("FUNCTION_NOT_FOUND", "Only COUNT can be called with '*'", node.line, node.column)
        return _aggregate(binder, node, None, types.BIGINT, "count(*){tail}", [])
    if not overloads:
        raise AthenaError("FUNCTION_NOT_FOUND", f"Function '{node.name}' not registered", node.line, node.column)
    if overloads[0].kind == registry.SCALAR:
        _refuse_scalar(node)
        return function(binder, node.name, node, node.arguments)
    if overloads[0].kind == registry.WINDOW and node.filter:
        message = "FILTER is not supported for non-aggregation functions"
        raise AthenaError("FUNCTION_NOT_AGGREGATE", message, node.line, node.column)
    if overloads[0].kind == registry.WINDOW and node.over is None:
        message = f"Window function {node.name} requires an OVER clause"
        raise AthenaError("MISSING_OVER", message, node.line, node.column)
    return _aggregate_call(binder, node)


def label_star(node):
    message = "label.* syntax is only supported as the only argument of row pattern count function"
    return AthenaError("INVALID_FUNCTION_ARGUMENT", message, node.line, node.column)


def _refuse_scalar(node):
    """A scalar function takes none of what aggregates and window functions take."""
    position = node.line, node.column
    if node.over:
        raise AthenaError("FUNCTION_NOT_WINDOW", f"Not a window function: {node.name}", *position)
    if node.distinct or node.filter or node.order_by:
        what = "DISTINCT" if node.distinct else "FILTER" if node.filter else "ORDER BY"
        message = f"{what} is not supported for non-aggregation functions"
        raise AthenaError("FUNCTION_NOT_AGGREGATE", message, *position)


def function(binder, name, node, arguments):
    """Call the scalar function `name`; arguments are tree nodes or bound expressions."""
    if name not in registry.FUNCTIONS:
        raise AthenaError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", node.line, node.column)
    chosen, match, args = _resolve(binder, name, node, arguments)
    result = signatures.result_type(chosen, match, [a.type for a in args])
    kinds = [a.type for a in args]
    template = chosen.template
    if any(k.is_long for k in kinds):
        template = _with_long_timestamps(chosen, kinds, result, node)
    filled = (lambda texts: template(texts, kinds)) if callable(template) else template
    return call(
        f"call:{name}", result, filled, *args, line=node.line, column=node.column, deterministic=chosen.deterministic
    )


_KEEPING = ("date_add", "at_timezone", "with_timezone")  # what they leave of the digits beyond the sixth: all
_DROPPING = ("date_trunc",)
_PRINTING = ("to_iso8601", "sequence", "to_unixtime")  # they would need those digits


def _with_long_timestamps(chosen, kinds, result, node):
    """The template of a function of timestamps(p), for timestamps of more than six digits."""
    patterns = signatures.argument_patterns(chosen, len(kinds))
    long = [i for i, (p, k) in enumerate(zip(patterns, kinds, strict=True)) if k.is_long and not p.is_variable]
    if not long:
        return chosen.template
    if chosen.name in _PRINTING or (result.is_long and chosen.name not in (*_KEEPING, *_DROPPING)):
        message = f"{chosen.name} of a timestamp with more than six digits after the point"
        raise AthenaError("NOT_SUPPORTED", message, node.line, node.column)
    template = chosen.template
    short = [types.Type(k.base, (6,)) if i in long else k for i, k in enumerate(kinds)]

    def write(texts):
        inner = list(texts)
        for i in long:
            zoned = kinds[i].base.endswith("zone")
            moment = f"CAST(({texts[i]}).ts AS TIMESTAMP)"
            inner[i] = f"t_zoned({moment}, ({texts[i]}).tz)" if zoned else moment
        sql = template(inner, short) if callable(template) else template.format(*inner)
        if not result.is_long:
            return sql
        rest = f"({texts[long[0]]}).ps" if chosen.name in _KEEPING else "0"
        return f"{'t_long_zoned' if result.base.endswith('zone') else 't_long'}({sql}, {rest})"

    return lambda texts, _kinds: write(texts)


def _resolve(binder, name, node, arguments):
    """Choose the overload and coerce the arguments to it → (Function, Match, [Expr])."""
    bound = [_bound(binder, a) for a in arguments]
    given = [None if isinstance(a, tree.Lambda) else a.type for a in bound]
    overloads = registry.FUNCTIONS[name]
    choice = signatures.choose(overloads, given, lambda i, inputs: binder.lambda_body(bound[i], inputs))
    if choice is None:
        shown = ", ".join(map(expected.given, given))
        raise AthenaError(
            "FUNCTION_NOT_FOUND",
            f"Unexpected parameters ({shown}) for function {name}. Expected: {expected.signatures(overloads)}",
            node.line,
            node.column,
        )
    chosen, match, resolved, lambdas = choice
    args = [
        lambdas[i] if i in lambdas else coerce(a, t) for i, (a, t) in enumerate(zip(bound, resolved, strict=True))
    ]
    return chosen, match, args


def _bound(binder, argument):
    if isinstance(argument, (Expr, tree.Lambda)):
        return argument
    return binder.bind(argument)


# ---- aggregates and windows


def _aggregate_call(binder, node):
    chosen, match, args = _resolve(binder, node.name, node, node.arguments)
    result = signatures.result_type(chosen, match, [a.type for a in args])
    return _aggregate(binder, node, chosen, result, chosen.template, args)


def _aggregate(binder, node, chosen, result, template, args):
    """An aggregate or window call: arguments, then ORDER BY, FILTER, PARTITION BY and the window's ORDER BY."""
    filters = (
        [binder.boolean(node.filter, "Filter expression must evaluate to a boolean (actual: {})")]
        if node.filter
        else []
    )
    orders = [binder.bind(item.value) for item in node.order_by]
    if node.distinct and not {e.key() for e in orders} <= {e.key() for e in args}:
        message = "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments"
        raise AthenaError("EXPRESSION_NOT_IN_DISTINCT", message, node.line, node.column)
    window = None
    if node.nulls and (chosen is None or chosen.kind == registry.AGGREGATE):
        message = f"Cannot specify null treatment clause for {node.name} function"
        raise AthenaError("NULL_TREATMENT_NOT_ALLOWED", message, node.line, node.column)
    if node.over is not None:
        over = windows.resolved(binder, node.over)
        windows.check_function(node, over)
        windows.check_offset(node.name, args, binder.planner.constant)
        window = windows.window(binder, over)
        binder.windowed = True
    else:
        binder.aggregated = True
    kinds = [a.type for a in args]
    groups = [args, orders, filters, *(window[0] if window else ([], [], []))]
    distinct = "DISTINCT " if node.distinct else ""
    items = node.order_by

    def render(texts):
        texts, taken = list(texts), []
        for group in groups:
            taken.append(texts[: len(group)])
            del texts[: len(group)]
        arguments, order_texts, filter_texts, partition, window_order, bounds = taken
        if node.nulls == "IGNORE" and arguments:
            arguments = [*arguments[:-1], arguments[-1] + " IGNORE NULLS"]
        order = " ORDER BY " + ", ".join(map(windows.sorted_text, items, order_texts)) if order_texts else ""
        tail = f" FILTER (WHERE {filter_texts[0]})" if filter_texts else ""
        if window:
            tail += f" OVER ({window[1](partition, window_order, bounds)})"
        known = {"distinct": distinct, "order": order, "tail": tail, **{str(i): t for i, t in enumerate(arguments)}}
        written = template(arguments, kinds) if callable(template) else template
        return re.sub(r"\{(\w+)\}", lambda m: known.get(m[1], m[0]), written)

    flat = [e for group in groups for e in group]
    return Expr(result, "window" if window else "aggregate", tuple(flat), render, node.name, node.line, node.column)


# ---- special forms

_CLOCKS = ("current_timestamp", "localtimestamp", "current_time", "localtime")


def _clock(binder, node):
    """current_timestamp(p) and its like: the clock with `p` digits of a second."""
    precision = binder.bind(node.arguments[0])
    now = function(binder, node.name, node, [])
    if now.type.base == "time with time zone":
        raise AthenaError("NOT_SUPPORTED", "current_time with a precision", node.line, node.column)
    return cast(now, types.Type(now.type.base, (precision.value,)), False, node.line, node.column)


def _session(what):
    """current_catalog, current_schema: what the query's context names, or NULL."""

    def bound(binder, node):
        name = getattr(binder.planner.tables, what)
        text = "CAST(NULL AS VARCHAR)" if name is None else "'" + name.replace("'", "''") + "'"
        return call(node.name, types.VARCHAR, lambda _: text, line=node.line, column=node.column)

    return bound


def _coalesce(binder, node):
    args = [binder.bind(a) for a in node.arguments]
    if len(args) < 2:
        raise AthenaError(
            "INVALID_PARAMETER_USAGE",
            "The 'coalesce' function must have at least two arguments",
            node.line,
            node.column,
        )
    common = binder.common(args, "All COALESCE operands must be the same type or coercible to a common type")
    template = lambda texts: f"coalesce({', '.join(texts)})"  # noqa: E731
    return call("coalesce", common, template, *[coerce(a, common) for a in args], line=node.line, column=node.column)


def _nullif(binder, node):
    _count(node, 2)
    left, right = (binder.bind(a) for a in node.arguments)
    if coercions.common_type(left.type, right.type) is None:
        message = f"Types are not comparable with NULLIF: {left.type} vs {right.type}"
        raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
    same = operators.comparison("=", left, right, node.line, node.column)
    return call(
        "nullif", left.type, "CASE WHEN {0} THEN NULL ELSE {1} END", same, left, line=node.line, column=node.column
    )


def _if(binder, node):
    if len(node.arguments) not in (2, 3):
        raise AthenaError(
            "INVALID_PARAMETER_USAGE", "Invalid number of arguments for 'if' function", node.line, node.column
        )
    condition = binder.boolean(node.arguments[0], "IF condition must evaluate to a boolean (actual: {})")
    results = [binder.bind(a) for a in node.arguments[1:]]
    if coercions.common_type(results[0].type, results[-1].type) is None:
        message = f"Result types for IF must be the same: {results[0].type} vs {results[-1].type}"
        raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
    return binder.case([condition], results, node, "Result types for IF must be the same")


def _try(binder, node):
    _count(node, 1)
    value = binder.bind(node.arguments[0])
    return trying("try", value.type, value, line=node.line, column=node.column)


def _grouping(binder, node):
    args = [binder.bind(a) for a in node.arguments]
    kind = types.INTEGER if len(args) <= 31 else types.BIGINT
    template = lambda texts: f"CAST(GROUPING({', '.join(texts)}) AS {kind.duckdb})"  # noqa: E731
    binder.aggregated = True
    return call("grouping", kind, template, *args, line=node.line, column=node.column)


def _count(node, wanted):
    if len(node.arguments) != wanted:
        message = f"Invalid number of arguments for '{node.name}' function"
        raise AthenaError("INVALID_PARAMETER_USAGE", message, node.line, node.column)


_SPECIAL = {
    "coalesce": _coalesce,
    "nullif": _nullif,
    "if": _if,
    "try": _try,
    "grouping": _grouping,
    "current_catalog": _session("catalog_name"),
    "current_schema": _session("database"),
}
