"""Trino's map functions (functions/map)."""

from helpers.local.athena import types
from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import apply_lambda, as_text, bad_argument, let, refuse


def _key_text(name, kind):
    """A key as an error message shows it."""
    if kind.base in ("array", "map", "row", "unknown", "varbinary"):
        return f"CAST({name} AS VARCHAR)"
    return as_text(name, kind)


def _unique(key_kind, duplicates):
    """A refusal naming the first key of the list `duplicates`."""
    return refuse(f"'Duplicate map keys (' || {_key_text(f'{duplicates}[1]', key_kind)} || ') are not allowed'")


macros(
    """CREATE OR REPLACE MACRO t_repeated(a) AS
        list_filter(a, lambda __x, __i: list_position(a, __x) <> __i)"""
)


def _checked_map(keys, values, key_kind):
    """map(keys, values) with Trino's refusals; `keys` and `values` are names of lists."""
    lengths = refuse("'Key and value arrays must be the same length'")
    nulls = refuse("'map key cannot be null'")
    # DuckDB refuses duplicates itself, so looking for them costs nothing where there are none.
    return (
        f"CASE WHEN {keys} IS NULL OR {values} IS NULL THEN NULL "
        f"WHEN len({keys}) <> len({values}) THEN {lengths} "
        f"WHEN t_has_null({keys}) THEN {nulls} "
        f"WHEN len(list_distinct({keys})) <> len({keys}) THEN "
        f"{let('__d', f't_repeated({keys})', _unique(key_kind, '__d'))} "
        f"ELSE map({keys}, {values}) END"
    )


def _map(args, kinds):
    keys, values = (
        f"CAST({a} AS {k.duckdb})" if k.args[0].base == "unknown" else a for a, k in zip(args, kinds, strict=True)
    )
    return let("__k", keys, let("__v", values, _checked_map("__k", "__v", kinds[0].args[0])))


scalar("map() -> map(unknown, unknown)", "MAP(CAST([] AS INTEGER[]), CAST([] AS INTEGER[]))")
scalar("map(array(K), array(V)) -> map(K, V)", _map)
scalar("cardinality(map(K, V)) -> bigint", "CAST(cardinality({0}) AS BIGINT)")
scalar("map_keys(map(K, V)) -> array(K)", "map_keys({0})")
scalar("map_values(map(K, V)) -> array(V)", "map_values({0})")
scalar("element_at(map(K, V), K) -> V", "({0})[{1}]")
scalar(
    "subscript(map(K, V), K) -> V",
    lambda args, kinds: (
        f"CASE WHEN NOT map_contains({args[0]}, {args[1]}) THEN "
        f"{refuse(repr('Key not present in map: ') + ' || ' + _key_text(f'({args[1]})', kinds[1]))} "
        f"ELSE ({args[0]})[{args[1]}] END"
    ),
)


def _entries(args, kinds):
    key, value = (k.duckdb for k in kinds[0].args)
    return (
        f"list_transform(map_entries({args[0]}), lambda __e: "
        f"struct_pack(f0 := CAST(__e.key AS {key}), f1 := CAST(__e.value AS {value})))"
    )


scalar(
    "map_entries(map(K, V)) -> array(K)",
    _entries,
    returns=lambda kinds: types.array(types.row((None, kinds[0].args[0]), (None, kinds[0].args[1]))),
)


# ---- from entries -----------------------------------------------------------------------------------------
def _parts(kind):
    (key, key_kind), (value, value_kind) = (f for f in kind.args[0].fields)
    return key, key_kind, value, value_kind


def _row_map(kind):
    _, key_kind, _, value_kind = _parts(kind)
    return types.map_of(key_kind, value_kind)


def _from_entries(args, kinds):
    key, key_kind, value, _ = _parts(kinds[0])
    nulls = refuse("'map entry cannot be null'")
    keys = f"list_transform(__r, lambda __e: struct_extract(__e, '{key}'))"
    values = f"list_transform(__r, lambda __e: struct_extract(__e, '{value}'))"
    body = let("__k", keys, let("__v", values, _checked_map("__k", "__v", key_kind)))
    return let("__r", args[0], f"CASE WHEN t_has_null(__r) THEN {nulls} ELSE {body} END")


def _multimap(args, kinds):
    key, _, value, _ = _parts(kinds[0])
    nulls = refuse("'map entry cannot be null'")
    keys = f"t_array_distinct(list_transform(__r, lambda __e: struct_extract(__e, '{key}')))"
    chosen = (
        f"list_transform(list_filter(__r, lambda __e: struct_extract(__e, '{key}') = __k), "
        f"lambda __e: struct_extract(__e, '{value}'))"
    )
    body = let("__ks", keys, f"map(__ks, list_transform(__ks, lambda __k: {chosen}))")
    return let("__r", args[0], f"CASE WHEN __r IS NULL THEN NULL WHEN t_has_null(__r) THEN {nulls} ELSE {body} END")


scalar("map_from_entries(array(row(K, V))) -> map(K, V)", _from_entries, returns=lambda k: _row_map(k[0]))
scalar(
    "multimap_from_entries(array(row(K, V))) -> map(K, array(V))",
    _multimap,
    returns=lambda k: types.map_of(_row_map(k[0]).args[0], types.array(_row_map(k[0]).args[1])),
)


def _concat(args, _kinds):
    if len(args) < 2:
        raise bad_argument("There must be two or more concatenation arguments to map_concat")
    return f"CASE WHEN {' AND '.join(f'({a}) IS NOT NULL' for a in args)} THEN map_concat({', '.join(args)}) END"


scalar("map_concat(map(K, V)...) -> map(K, V)", _concat)


# ---- lambdas over entries -----------------------------------------------------------------------------
def _source(args, kinds):
    unknown = "unknown" in (kinds[0].args[0].base, kinds[0].args[1].base)
    return f"CAST({args[0]} AS {kinds[0].duckdb})" if unknown else args[0]


def _filter(args, kinds):
    test = apply_lambda(args[1], "__e.key", "__e.value")
    return f"map_from_entries(list_filter(map_entries({_source(args, kinds)}), lambda __e: {test}))"


def _transform_values(args, kinds):
    value = apply_lambda(args[1], "__e.key", "__e.value")
    pair = f"struct_pack(k := __e.key, v := {value})"
    return f"map_from_entries(list_transform(map_entries({_source(args, kinds)}), lambda __e: {pair}))"


def _transform_keys(args, kinds):
    key = apply_lambda(args[1], "__e.key", "__e.value")
    entries = f"map_entries({_source(args, kinds)})"
    keys = f"list_transform({entries}, lambda __e: {key})"
    values = f"list_transform({entries}, lambda __e: __e.value)"
    return let("__k", keys, let("__v", values, _checked_map("__k", "__v", types.UNKNOWN)))


def _zip_with(args, kinds):
    value = apply_lambda(args[2], "__k", "__m[__k]", "__n[__k]")
    both = "list_concat(map_keys(__m), list_filter(map_keys(__n), lambda __q: NOT map_contains(__m, __q)))"
    body = let("__ks", both, f"map(__ks, list_transform(__ks, lambda __k: {value}))")
    guarded = f"CASE WHEN __m IS NOT NULL AND __n IS NOT NULL THEN {body} END"
    return let("__m", _source(args, kinds), let("__n", _source(args[1:], kinds[1:]), guarded))


scalar("map_filter(map(K, V), function(K, V, boolean)) -> map(K, V)", _filter)
scalar("transform_values(map(K, V), function(K, V, R)) -> map(K, R)", _transform_values)
scalar("transform_keys(map(K, V), function(K, V, R)) -> map(R, V)", _transform_keys)
scalar("map_zip_with(map(K, V), map(K, W), function(K, V, W, R)) -> map(K, R)", _zip_with)
