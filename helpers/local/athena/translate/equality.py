"""Trino's = where DuckDB's differs: inside rows, arrays and maps, where NULL is unknown, and for NaN."""

from itertools import count

_names = count(1)
NESTED = ("row", "array", "map")


def equals(t, a, b):
    """DuckDB text: true, false or NULL for two values of type `t`, given as text."""
    if t.base == "row":
        parts = (equals(kind, _field(a, name), _field(b, name)) for name, kind in t.fields)
        return "(" + " AND ".join(parts) + ")"
    if t.base == "array":
        i = f"q{next(_names)}"
        each = equals(t.args[0], f"({a})[{i}]", f"({b})[{i}]")
        pairs = f"t_all_true(list_transform(range(1, len({a}) + 1), lambda {i}: {each}))"
        if t.args[0].base not in NESTED:
            pairs = f"CASE WHEN t_has_null({a}) OR t_has_null({b}) THEN {pairs} ELSE ({a}) = ({b}) END"
        return f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN len({a}) <> len({b}) THEN false ELSE {pairs} END"
    if t.base == "map":
        k = f"q{next(_names)}"
        values = equals(t.args[1], f"({a})[{k}]", f"({b})[{k}]")
        each = f"CASE WHEN map_contains({b}, {k}) THEN {values} ELSE false END"
        pairs = f"t_all_true(list_transform(map_keys({a}), lambda {k}: {each}))"
        return (
            f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL "
            f"WHEN cardinality({a}) <> cardinality({b}) THEN false ELSE {pairs} END"
        )
    return f"{compared(a, t)} = {compared(b, t)}"


def compared(x, t):
    """What DuckDB compares: the instant of a zoned timestamp, text without a char's padding."""
    if t.base == "timestamp with time zone":
        return f"struct_pack(ts := ({x}).ts, ps := ({x}).ps)" if t.is_long else f"({x}).ts"
    return f"rtrim({x})" if t.base == "char" else x


def never_nan(op, left, right):
    """What follows a comparison of two doubles, in which DuckDB takes NaN for a number above all others.

    `left`, `right`: whether each may be NaN.
    """
    if op == "<>":
        return " OR isnan({0})" if left and right else ""
    if op in (">", ">="):
        return " AND NOT isnan({0})" if left else ""
    if op in ("<", "<="):
        return " AND NOT isnan({1})" if right else ""
    return " AND NOT isnan({0})" if left and right else ""


def _field(x, name):
    return f"struct_extract({x}, '{name}')"
