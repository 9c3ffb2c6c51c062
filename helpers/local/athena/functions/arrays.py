"""Trino's array functions that take no lambda (functions/array)."""

import itertools
import math

from helpers.local.athena import types
from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import Refused, as_text, bad_argument, let, python, refuse
from helpers.local.athena.functions.strings import join_present

SEQUENCE_LIMIT = 50_000  # entries; what Athena answers beyond it is recorded

macros(
    "CREATE OR REPLACE MACRO t_has_null(a) AS len(a) <> list_count(a)",
    """CREATE OR REPLACE MACRO t_all_true(l) AS
        CASE WHEN list_contains(l, false) THEN false WHEN t_has_null(l) THEN NULL ELSE true END""",
    # The position of a value, NULL being equal to NULL. DuckDB finds NULL too, but not in every type.
    """CREATE OR REPLACE MACRO t_first_index(a, e) AS
        CASE WHEN e IS NULL THEN list_position(list_transform(a, lambda __y: __y IS NULL), true)
             ELSE list_position(a, e) END""",
    """CREATE OR REPLACE MACRO t_array_distinct(a) AS
        list_filter(a, lambda __x, __i: t_first_index(a, __x) = __i)""",
    """CREATE OR REPLACE MACRO t_array_within(a, b, wanted) AS
        CASE WHEN b IS NOT NULL THEN
        list_filter(t_array_distinct(a), lambda __e: (t_first_index(b, __e) IS NOT NULL) = wanted) END""",
    """CREATE OR REPLACE MACRO t_contains(a, e) AS
        CASE WHEN list_contains(a, e) THEN true WHEN a IS NULL OR e IS NULL OR t_has_null(a) THEN NULL
             ELSE false END""",
    """CREATE OR REPLACE MACRO t_arrays_overlap(a, b) AS
        CASE WHEN list_has_any(list_filter(a, lambda __x: __x IS NOT NULL), b) THEN true
             WHEN a IS NULL OR b IS NULL THEN NULL
             WHEN len(a) > 0 AND len(b) > 0 AND (t_has_null(a) OR t_has_null(b)) THEN NULL ELSE false END""",
    f"""CREATE OR REPLACE MACRO t_subscript(a, i) AS CASE
        WHEN i = 0 THEN {refuse("'SQL array indices start at 1'")}
        WHEN i < 0 THEN {refuse("'Array subscript is negative: ' || i")}
        WHEN i > len(a) THEN
            {refuse("'Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a)")}
        ELSE a[i] END""",
    f"""CREATE OR REPLACE MACRO t_element_at(a, i) AS CASE
        WHEN i = 0 THEN {refuse("'SQL array indices start at 1'")} ELSE a[i] END""",
    f"""CREATE OR REPLACE MACRO t_slice(a, start, size) AS CASE
        WHEN size < 0 THEN {refuse("'length must be greater than or equal to 0'")}
        WHEN start = 0 THEN {refuse("'SQL array indices start at 1'")}
        WHEN size = 0 OR start > len(a) OR -start > len(a) THEN a[1:0]
        WHEN start > 0 THEN a[start:start + size - 1]
        ELSE a[len(a) + start + 1:len(a) + start + size] END""",
    f"""CREATE OR REPLACE MACRO t_trim_array(a, n) AS CASE
        WHEN n < 0 THEN {refuse("'size must not be negative: ' || n")}
        WHEN n > len(a) THEN {refuse("'size must not exceed array cardinality ' || len(a) || ': ' || n")}
        ELSE a[1:len(a) - n] END""",
    f"""CREATE OR REPLACE MACRO t_ngrams(a, n) AS CASE
        WHEN n <= 0 THEN {refuse("'N must be positive'")}
        WHEN a IS NULL OR n IS NULL THEN NULL
        WHEN n >= len(a) THEN [a]
        ELSE list_transform(range(1, len(a) - n + 2), lambda __i: a[__i:__i + n - 1]) END""",
    f"""CREATE OR REPLACE MACRO t_repeat(e, n) AS CASE
        WHEN n < 0 THEN {refuse("'count argument of repeat function must be greater than or equal to 0'")}
        WHEN n > 10000 THEN
            {refuse("'count argument of repeat function must be less than or equal to 10000'")}
        WHEN n IS NOT NULL THEN list_transform(range(least(n, 10000)), lambda __i: e) END""",
    """CREATE OR REPLACE MACRO t_contains_sequence(a, s) AS CASE WHEN a IS NULL OR s IS NULL THEN NULL
        ELSE len(s) = 0 OR coalesce(list_bool_or(list_transform(range(0, len(a) - len(s) + 1),
            lambda __i: a[__i + 1:__i + len(s)] IS NOT DISTINCT FROM s)), false) END""",
)

scalar("cardinality(array(T)) -> bigint", "len({0})")
scalar("contains(array(T), T) -> boolean", "t_contains({0}, {1})")
scalar("contains_sequence(array(T), array(T)) -> boolean", "t_contains_sequence({0}, {1})")
scalar("element_at(array(T), bigint) -> T", "t_element_at({0}, {1})")
scalar("subscript(array(T), bigint) -> T", "t_subscript({0}, {1})")
scalar("slice(array(T), bigint, bigint) -> array(T)", "t_slice({0}, {1}, {2})")
scalar("trim_array(array(T), bigint) -> array(T)", "t_trim_array({0}, {1})")
scalar("ngrams(array(T), bigint) -> array(array(T))", "t_ngrams({0}, {1})")
scalar("repeat(T, bigint) -> array(T)", "t_repeat({0}, {1})")
scalar("reverse(array(T)) -> array(T)", "list_reverse({0})")
scalar("flatten(array(array(T))) -> array(T)", "flatten({0})")
scalar("shuffle(array(T)) -> array(T)", "list_shuffle({0})", deterministic=False)
macros(
    """CREATE OR REPLACE MACRO list_shuffle(a) AS list_transform(
        list_sort(list_transform(a, lambda __x, __i: struct_pack(r := random(), i := __i, x := __x))),
        lambda __p: __p.x)"""
)

scalar("array_distinct(array(T)) -> array(T)", "t_array_distinct({0})")
scalar("array_except(array(T), array(T)) -> array(T)", "t_array_within({0}, {1}, false)")
scalar("array_intersect(array(T), array(T)) -> array(T)", "t_array_within({0}, {1}, true)")
scalar("array_union(array(T), array(T)) -> array(T)", "t_array_distinct(({0}) || ({1}))")
scalar("arrays_overlap(array(T), array(T)) -> boolean", "t_arrays_overlap({0}, {1})")
scalar("array_max(array(T)) -> T", "CASE WHEN NOT t_has_null({0}) THEN list_max({0}) END")
scalar("array_min(array(T)) -> T", "CASE WHEN NOT t_has_null({0}) THEN list_min({0}) END")
scalar(
    "array_position(array(T), T) -> bigint",
    "CASE WHEN ({0}) IS NOT NULL AND ({1}) IS NOT NULL THEN coalesce(list_position({0}, {1}), 0) END::BIGINT",
)
scalar(
    "array_remove(array(T), T) -> array(T)",
    "CASE WHEN ({1}) IS NOT NULL THEN list_filter({0}, lambda __e: __e IS DISTINCT FROM ({1})) END",
)
scalar("array_sort(array(T)) -> array(T)", "list_sort({0}, 'ASC', 'NULLS LAST')")


def _concat(args, kinds):
    if len(args) < 2:
        raise bad_argument("There must be two or more concatenation arguments")
    del kinds
    return "(" + " || ".join(f"({a})" for a in args) + ")"


scalar("concat(array(T)...) -> array(T)", _concat)
scalar("concat(array(T), T) -> array(T)", "list_append({0}, {1})")
scalar("concat(T, array(T)) -> array(T)", "list_prepend({0}, {1})")


def _join(args, kinds):
    element = kinds[0].args[0]
    text = as_text("__t", element) if element.base != "unknown" else "__t"
    pieces = f"list_transform({args[0]}, lambda __t: {text})"
    if len(args) > 2:
        pieces = f"list_transform({pieces}::VARCHAR[], lambda __n: coalesce(__n, {args[2]}))"
    return join_present(f"{pieces}::VARCHAR[]", args[1])


scalar("array_join(array(T), varchar) -> varchar", _join)
scalar("array_join(array(T), varchar, varchar) -> varchar", _join)


# ---- combinations: of positions, so that the elements keep their type ----------------------------------
def _combinations(size, count):
    if not 0 <= count <= 5:
        raise Refused("combination size must not be negative: " + str(count) if count < 0
                      else "combination size must not exceed 5: " + str(count))  # fmt: skip
    if size == 0 and count:
        return []
    # Trino's order: the last position moves slowest.
    if math.comb(size, count) * max(count, 1) > 100_000:
        raise Refused("combinations exceed max size")
    found = sorted(itertools.combinations(range(size), count), key=lambda c: c[::-1])
    return [[i + 1 for i in chosen] for chosen in found]


python("t_combinations", _combinations, ["BIGINT", "BIGINT"], "BIGINT[][]")
scalar(
    "combinations(array(T), bigint) -> array(array(T))",
    lambda args, _kinds: let(
        "__a",
        args[0],
        f"list_transform(t_combinations(len(__a), {args[1]}), lambda __c: list_transform(__c, lambda __i: __a[__i]))",
    ),
)


# ---- zip --------------------------------------------------------------------------------------------------
def _zip(args, kinds):
    names = [f"__z{i}" for i in range(len(args))]
    longest = f"greatest({', '.join(f'len({n})' for n in names)})"
    row = ", ".join(f"f{i} := {n}[__i]" for i, n in enumerate(names))
    present = " AND ".join(f"{n} IS NOT NULL" for n in names)
    rows = f"list_transform(range(1, {longest} + 1), lambda __i: struct_pack({row}))"
    body = f"CASE WHEN {present} THEN {rows} END"
    for name, arg, kind in reversed(list(zip(names, args, kinds, strict=True))):
        value = f"CAST({arg} AS {kind.duckdb})" if kind.args[0].base == "unknown" else arg
        body = let(name, value, body)
    return body


for _count in range(2, 6):
    _arrays = ", ".join(f"array({v})" for v in "ABCDE"[:_count])
    scalar(
        f"zip({_arrays}) -> array(A)",
        _zip,
        returns=lambda kinds: types.array(types.row(*((None, k.args[0]) for k in kinds))),
    )

# ---- sequence -------------------------------------------------------------------------------------------
_TOO_LONG = refuse(f"'result of sequence function must not have more than {SEQUENCE_LIMIT} entries'")
_ZERO = refuse("'sequence stop value should be greater than or equal to start value if step is greater than "
               "zero otherwise stop should be less than or equal to start'")  # fmt: skip
# DuckDB folds a constant series before the CASE around it can refuse it: the series has to be short by itself.
_STEPS = "abs(date_sub('month', low, high)) // abs(months)"
_LONG = f"abs(high::HUGEINT - low::HUGEINT) // abs(step) >= {SEQUENCE_LIMIT}"
macros(
    f"""CREATE OR REPLACE MACRO t_sequence(low, high, step) AS CASE
        WHEN step = 0 OR (step > 0 AND high < low) OR (step < 0 AND high > low) THEN {_ZERO}
        WHEN {_LONG} THEN {_TOO_LONG}
        ELSE generate_series(low, t_sequence_end(low, high, step), step) END""",
    # DuckDB may compute a branch that is not taken: the list stays short even then.
    f"""CREATE OR REPLACE MACRO t_sequence_end(low, high, step) AS CASE
        WHEN step > 0 THEN least(high::HUGEINT, low::HUGEINT + {SEQUENCE_LIMIT} * step::HUGEINT)
        ELSE greatest(high::HUGEINT, low::HUGEINT + {SEQUENCE_LIMIT} * step::HUGEINT) END::BIGINT""",
    "CREATE OR REPLACE MACRO t_step(low, high) AS CASE WHEN high >= low THEN 1 ELSE -1 END",
    # Days and milliseconds since 1970, so that one macro serves dates and timestamps.
    "CREATE OR REPLACE MACRO t_days(d) AS date_diff('day', DATE '1970-01-01', d)",
    """CREATE OR REPLACE MACRO t_month_sequence(low, high, months) AS CASE
        WHEN low IS NULL OR high IS NULL OR months IS NULL THEN NULL
        WHEN months = 0 OR (months > 0 AND high < low) OR (months < 0 AND high > low) THEN """
    + _ZERO
    + f"""
        WHEN {_STEPS} >= {SEQUENCE_LIMIT} THEN {_TOO_LONG}
        ELSE list_filter(list_transform(range(0, least({_STEPS}, {SEQUENCE_LIMIT}) + 1),
            lambda __i: low + to_months((__i * months)::INTEGER)),
            lambda __d: CASE WHEN months > 0 THEN __d <= high ELSE __d >= high END) END""",
)
scalar("sequence(bigint, bigint) -> array(bigint)", "t_sequence({0}, {1}, t_step({0}, {1}))")
scalar("sequence(bigint, bigint, bigint) -> array(bigint)", "t_sequence({0}, {1}, {2})")
_DATES = "list_transform(t_sequence(t_days({0}), t_days({1}), %s), lambda __d: (DATE '1970-01-01' + __d::INTEGER))"
scalar("sequence(date, date) -> array(date)", _DATES % "t_step({0}, {1})")
scalar(
    "sequence(date, date, interval day to second) -> array(date)",
    "CASE WHEN ({2}) % 86400000 <> 0 THEN "
    + refuse("'sequence step must be a day interval if start and end values are dates'")
    + " ELSE "
    + _DATES % "({2}) // 86400000"
    + " END",
)
scalar(
    "sequence(date, date, interval year to month) -> array(date)",
    "list_transform(t_month_sequence({0}, {1}, {2}), lambda __d: __d::DATE)",
)
scalar(
    "sequence(timestamp(p), timestamp(p), interval day to second) -> array(timestamp(p))",
    "list_transform(t_sequence(epoch_us({0}), epoch_us({1}), ({2}) * 1000), lambda __d: make_timestamp(__d))",
)
scalar(
    "sequence(timestamp(p), timestamp(p), interval year to month) -> array(timestamp(p))",
    "t_month_sequence({0}, {1}, {2})",
)
