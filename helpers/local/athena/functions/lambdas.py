"""Trino's functions over arrays that take a lambda (functions/array, functions/lambda)."""

from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, apply_lambda, lambda_parts, let, python

scalar("filter(array(T), function(T, boolean)) -> array(T)", "list_filter({0}, {1})")


def _transform(args, kinds):
    array = args[0]
    if kinds[0].args[0].base == "unknown":  # transform(ARRAY[], …): DuckDB would call the list NULL
        array = f"CAST({array} AS INTEGER[])"
    return f"list_transform({array}, {args[1]})"


scalar("transform(array(T), function(T, U)) -> array(U)", _transform)


def _match(test, otherwise):
    """Three-valued: NULL counts only where no element decides."""

    def sql(args, _kinds):
        results = f"list_transform({args[0]}, {args[1]})"
        return let(
            "__m",
            results,
            f"CASE WHEN __m IS NULL THEN NULL WHEN list_contains(__m, {test}) THEN {otherwise} "
            f"WHEN t_has_null(__m) THEN NULL ELSE NOT {otherwise} END",
        )

    return sql


scalar("all_match(array(T), function(T, boolean)) -> boolean", _match("false", "false"))
scalar("any_match(array(T), function(T, boolean)) -> boolean", _match("true", "true"))
scalar("none_match(array(T), function(T, boolean)) -> boolean", _match("true", "false"))


def _reduce(args, kinds):
    state = kinds[1].duckdb
    (s, x), body = lambda_parts(args[2])
    array = args[0]
    if kinds[0].args[0].base == "unknown":
        array = f"CAST({array} AS INTEGER[])"
    folded = f"list_reduce({array}, lambda {s}, {x}: CAST({body} AS {state}), CAST({args[1]} AS {state}))"
    return f"CASE WHEN ({args[0]}) IS NOT NULL THEN {apply_lambda(args[3], folded)} END"


scalar("reduce(array(T), S, function(S, T, S), function(S, R)) -> R", _reduce)


def _zip_with(args, _kinds):
    body = apply_lambda(args[2], "__a[__i]", "__b[__i]")
    each = f"list_transform(range(1, greatest(len(__a), len(__b)) + 1), lambda __i: {body})"
    guarded = f"CASE WHEN __a IS NOT NULL AND __b IS NOT NULL THEN {each} END"
    return let("__a", args[0], let("__b", args[1], guarded))


scalar("zip_with(array(T), array(U), function(T, U, R)) -> array(R)", _zip_with)


# ---- array_sort with a comparator -----------------------------------------------------------------------
def _order(comparisons):
    """Positions (from 1) in the order of the comparator, given its answer for every pair.

    Asking for every pair at once keeps the comparator in DuckDB; an insertion sort then needs no more
    calls, and is stable as Trino's is.
    """
    order = []
    for i in range(len(comparisons)):
        at = len(order)
        while at and _sign(comparisons[order[at - 1]][i]) > 0:
            at -= 1
        order.insert(at, i)
    return [i + 1 for i in order]


def _sign(value):
    if value not in (-1, 0, 1):
        raise Refused("Lambda comparator must return either -1, 0, or 1")
    return value


def _sort(args, _kinds):
    (x, y), body = lambda_parts(args[1])
    pairs = f"list_transform(__s, lambda {x}: list_transform(__s, lambda {y}: CAST({body} AS BIGINT)))"
    return let("__s", args[0], f"list_transform(t_order({pairs}), lambda __i: __s[__i])")


python("t_order", _order, ["BIGINT[][]"], "BIGINT[]")
scalar("array_sort(array(T), function(T, T, bigint)) -> array(T)", _sort)
