"""Trino's aggregate functions (functions/aggregate)."""

from helpers.local.athena import types
from helpers.local.athena.functions.decimals import quotient
from helpers.local.athena.functions.registry import aggregate
from helpers.local.athena.functions.shape import lambda_parts, let, python, refuse

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_INTERVALS = ("interval day to second", "interval year to month")

# ---- counts, sums, means ----------------------------------------------------------------------------------
aggregate("count() -> bigint", "count(*){tail}")
aggregate("count(T) -> bigint", "count({distinct}{0}){tail}")
aggregate("count_if(boolean) -> bigint", "count({distinct}CASE WHEN {0} THEN 1 END){tail}")
for _type in _INTEGERS:
    aggregate(f"sum({_type}) -> bigint", "CAST(sum({distinct}{0}){tail} AS BIGINT)")
    aggregate(f"avg({_type}) -> double", "avg({distinct}{0}){tail}")
aggregate("sum(double) -> double", "sum({distinct}{0}){tail}")
aggregate("avg(double) -> double", "avg({distinct}{0}){tail}")
aggregate("sum(real) -> real", "CAST(sum({distinct}{0}){tail} AS FLOAT)")
aggregate("avg(real) -> real", "CAST(avg({distinct}{0}){tail} AS FLOAT)")
for _type in _INTERVALS:
    _cast = types.parse_type(_type).duckdb
    aggregate(f"sum({_type}) -> {_type}", f"CAST(sum({{distinct}}{{0}}){{tail}} AS {_cast})")
    aggregate(f"avg({_type}) -> {_type}", f"CAST(round(avg({{distinct}}{{0}}){{tail}}) AS {_cast})")


def _decimal_average(args, kinds):
    """Exact and rounded half up, which DuckDB's avg (a double) is not."""
    scale = kinds[0].args[1]
    total, count = f"sum({{distinct}}{args[0]}){{tail}}", f"nullif(count({{distinct}}{args[0]}){{tail}}, 0)"
    counted = types.decimal(19, 0)
    return quotient(total, f"CAST({count} AS {counted.duckdb})", (types.decimal(38, scale), counted), kinds[0])


aggregate("sum(decimal(p,s)) -> decimal(38,s)", "sum({distinct}{0}){tail}")
aggregate("avg(decimal(p,s)) -> decimal(p,s)", _decimal_average)

# ---- extremes -----------------------------------------------------------------------------------------
_MOST = 10000  # values that max(x, n) and its like keep


def _how_many(count, argument, positive):
    """The number of values asked for, or Trino's refusal of it."""
    few = refuse(f"'{argument} must be {positive}'")
    many = refuse(f"'{argument} must be less than or equal to {_MOST}; found ' || ({count})")
    return f"CASE WHEN ({count}) <= 0 THEN {few} WHEN ({count}) > {_MOST} THEN {many} ELSE coalesce({count}, 1) END"


def _if_asked(count, found):
    return f"CASE WHEN max({count}){{tail}} IS NOT NULL THEN {found} END"


for _name in ("max", "min"):
    aggregate(f"{_name}(T) -> T", f"{_name}({{0}}){{tail}}")
    _count = _how_many("{1}", "second argument of max_n/min_n", "positive")
    aggregate(f"{_name}(T, bigint) -> array(T)", _if_asked("{1}", f"{_name}({{0}}, {_count}){{tail}}"))
    _count = _how_many("{2}", "third argument of max_by/min_by", "a positive integer")
    # arg_max skips NULL values, Trino only NULL keys: the value travels inside a struct.
    aggregate(f"{_name}_by(T, K) -> T", f"(arg_{_name}(struct_pack(v := {{0}}), {{1}}){{tail}}).v")
    aggregate(
        f"{_name}_by(T, K, bigint) -> array(T)",
        _if_asked(
            "{2}",
            f"list_transform(arg_{_name}(struct_pack(v := {{0}}), {{1}}, {_count}){{tail}}, lambda __e: __e.v)",
        ),
    )
for _name in ("arbitrary", "any_value"):
    aggregate(f"{_name}(T) -> T", "any_value({0}{order}){tail}")

# ---- logic and bits -----------------------------------------------------------------------------------
for _name in ("bool_and", "every"):
    aggregate(f"{_name}(boolean) -> boolean", "bool_and({0}){tail}")
aggregate("bool_or(boolean) -> boolean", "bool_or({0}){tail}")
for _name in ("and", "or"):
    aggregate(f"bitwise_{_name}_agg(bigint) -> bigint", f"bit_{_name}({{0}}){{tail}}")

# ---- statistics ---------------------------------------------------------------------------------------
for _name, _duckdb in (
    ("stddev", "stddev_samp"),
    ("stddev_samp", "stddev_samp"),
    ("stddev_pop", "stddev_pop"),
    ("variance", "var_samp"),
    ("var_samp", "var_samp"),
    ("var_pop", "var_pop"),
    ("kurtosis", "kurtosis"),
):
    aggregate(f"{_name}(double) -> double", f"{_duckdb}({{distinct}}{{0}}){{tail}}")
# Trino's skewness is that of the population; DuckDB's carries the correction for samples.
aggregate(
    "skewness(double) -> double",
    "(skewness({0}){tail} * (count({0}){tail} - 2) / sqrt((count({0}){tail}) * (count({0}){tail} - 1)))",
)
for _type, _cast in (("bigint", "DOUBLE"), ("double", "DOUBLE"), ("real", "FLOAT")):
    _result = "real" if _type == "real" else "double"
    aggregate(f"geometric_mean({_type}) -> {_result}", f"CAST(geomean({{0}}){{tail}} AS {_cast})")
for _type, _cast in (("double", "DOUBLE"), ("real", "FLOAT")):
    for _name in ("corr", "regr_slope", "regr_intercept"):
        _value = f"{_name}({{0}}, {{1}}){{tail}}"
        aggregate(
            f"{_name}({_type}, {_type}) -> {_type}",
            f"CAST(CASE WHEN isfinite({_value}) THEN {_value} END AS {_cast})",
        )
    for _name in ("covar_pop", "covar_samp"):
        aggregate(f"{_name}({_type}, {_type}) -> {_type}", f"CAST({_name}({{0}}, {{1}}){{tail}} AS {_cast})")
# Of counts, not of values: sum of (c/C) log2(C/c).
aggregate(
    "entropy(bigint) -> double",
    "coalesce(CASE WHEN sum({0}){tail} > 0 THEN greatest(0, log2(sum({0}){tail}) - "
    "sum(CASE WHEN {0} > 0 THEN {0} * log2({0}) ELSE 0 END){tail} / sum({0}){tail}) END, 0.0::DOUBLE)",
)

# ---- collections ------------------------------------------------------------------------------------------
aggregate("array_agg(T) -> array(T)", "list({distinct}{0}{order}){tail}")
# What a macro writes twice, and holds lambdas, goes through a variable: DuckDB fails on some such aggregates.
aggregate("set_agg(T) -> array(T)", let("__l", "list({0}{order}){tail}", "t_array_distinct(__l)"))
aggregate("set_union(array(T)) -> array(T)", let("__l", "flatten(list({0}){tail})", "t_array_distinct(__l)"))
_JOINED = "string_agg({distinct}{0}, {1}{order}){tail}"
_LISTAGG_BYTES = 1048576
_TOO_LONG = refuse(
    f"'Concatenated string has the length in bytes larger than the maximum output length {_LISTAGG_BYTES}'",
    "EXCEEDED_FUNCTION_MEMORY_LIMIT",
)
aggregate(
    "listagg(varchar, varchar) -> varchar",
    f"CASE WHEN strlen({_JOINED}) > {_LISTAGG_BYTES} THEN {_TOO_LONG} ELSE {_JOINED} END",
)


def _truncated(values, separator, filler, counted):
    """The values that fit, then the filler and, if asked for, how many there are more."""
    taken, size = [], 0
    for value in values:
        size += len(value.encode()) + len(separator.encode()) * bool(taken)
        if size > _LISTAGG_BYTES:
            break
        taken.append(value)
    left = len(values) - len(taken)
    return separator.join([*taken, filler + (f"({left})" if counted else "")] if left else taken)


python("t_listagg", _truncated, ["VARCHAR[]", "VARCHAR", "VARCHAR", "BOOLEAN"], "VARCHAR")
aggregate(
    "$listagg_truncate(varchar, varchar, varchar, boolean) -> varchar",
    "t_listagg(list_filter(list({distinct}{0}{order}){tail}, lambda __v: __v IS NOT NULL), {1}, {2}, {3})",
)
aggregate(
    "histogram(T) -> map(T, bigint)",
    lambda args, kinds: f"CAST(histogram({args[0]}){{tail}} AS MAP({kinds[0].duckdb}, BIGINT))",
)
# Buckets, values, how much memory Trino may use: the counts are exact here.
aggregate(
    "approx_most_frequent(bigint, T, bigint) -> map(T, bigint)",
    lambda args, kinds: let(
        "__h",
        f"CAST(histogram({args[1]}){{tail}} AS MAP({kinds[1].duckdb}, BIGINT))",
        "map_from_entries(list_transform(list_sort(list_transform(map_entries(__h), lambda __e: "
        f"struct_pack(n := -__e.value, e := __e)))[1:{args[0]}], lambda __s: __s.e))",
    ),
)


def _first_of_each(entries):
    """A list of (key, value) structs → the map with the first value of each key; NULL for none."""
    unique = "list_filter(__l, lambda __e, __i: list_position(__ks, __e.key) = __i)"
    return let(
        "__l",
        f"list_filter({entries}, lambda __e: __e.key IS NOT NULL)",
        let(
            "__ks",
            "list_transform(__l, lambda __e: __e.key)",
            "CASE WHEN len(__l) = 0 OR __l IS NULL THEN NULL WHEN len(list_distinct(__ks)) = len(__ks) "
            f"THEN map_from_entries(__l) ELSE map_from_entries({unique}) END",
        ),
    )


def _multimap(args, _kinds):
    pairs = f"list(struct_pack(key := {args[0]}, value := {args[1]}){{order}}){{tail}}"
    values = "list_transform(list_filter(__l, lambda __e: __e.key = __k), lambda __e: __e.value)"
    return let(
        "__l",
        f"list_filter({pairs}, lambda __e: __e.key IS NOT NULL)",
        let(
            "__ks",
            "t_array_distinct(list_transform(__l, lambda __e: __e.key))",
            f"CASE WHEN len(__ks) > 0 THEN map(__ks, list_transform(__ks, lambda __k: {values})) END",
        ),
    )


aggregate(
    "map_agg(K, V) -> map(K, V)",
    lambda args, _kinds: _first_of_each(f"list(struct_pack(key := {args[0]}, value := {args[1]}){{order}}){{tail}}"),
)
aggregate(
    "map_union(map(K, V)) -> map(K, V)",
    lambda args, _kinds: _first_of_each(f"flatten(list(map_entries({args[0]})){{tail}})"),
)
aggregate("multimap_agg(K, V) -> map(K, array(V))", _multimap)


def _reduce(args, kinds):
    """The combining lambda is for Trino's partial states; one list needs none."""
    (s, x), body = lambda_parts(args[2])
    state = kinds[1].duckdb
    values = f"list_filter(list({args[0]}){{tail}}, lambda __e: __e IS NOT NULL)"
    folded = f"list_reduce(__l, lambda {s}, {x}: CAST({body} AS {state}), CAST({args[1]} AS {state}))"
    return let("__l", values, f"CASE WHEN len(__l) > 0 THEN {folded} END")


aggregate("reduce_agg(T, S, function(S, T, S), function(S, S, S)) -> S", _reduce)
