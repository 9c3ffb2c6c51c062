"""CAST to and from JSON as DuckDB SQL."""

from itertools import count

from ..functions.shape import quote

_names = count(1)
_SCALARS = ("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "varchar")


def castable_to_json(t):
    """Whether Trino casts type `t` to JSON (JsonUtil.canCastToJson)."""
    if t.base == "array":
        return castable_to_json(t.args[0])
    if t.base == "map":
        return t.args[0].base in (*_SCALARS, "unknown") and castable_to_json(t.args[1])
    if t.base == "row":
        return all(castable_to_json(kind) for _, kind in t.args)
    return t.base in (*_SCALARS, "json", "date", "timestamp", "unknown")


def castable_from_json(t):
    """Whether Trino casts JSON to type `t` (JsonUtil.canCastFromJson)."""
    if t.base == "array":
        return castable_from_json(t.args[0])
    if t.base == "map":
        return t.args[0].base in _SCALARS and castable_from_json(t.args[1])
    if t.base == "row":
        return all(castable_from_json(kind) for _, kind in t.args)
    return t.base in (*_SCALARS, "json")


def from_json(target):
    """text → text of the conversion, or None where Trino has none."""
    if not castable_from_json(target):
        return None
    if target.base == "json":
        return lambda x: x
    if target.base in ("array", "map", "row"):
        return lambda x: f"CAST(CAST(t_json_shaped({x}, {quote(str(target))}) AS JSON) AS {target.duckdb})"
    if target.base == "varchar":
        cut = f", {target.args[0]})" if target.args else ""
        return lambda x: f"left(t_json_varchar({x}){cut}" if cut else f"t_json_varchar({x})"
    reader = "t_json_number" if target.is_integer else "t_json_scalar"
    return lambda x: f"CAST({reader}({x}, {quote(str(target))}) AS {target.duckdb})"


def to_json(source, text_of):
    """text → text of the JSON document, NULL for NULL; None where Trino has no such cast."""
    if not castable_to_json(source):
        return None
    return lambda x: f"CASE WHEN {x} IS NOT NULL THEN {_written(source, x, text_of)} END"


def _written(t, x, text_of):
    """The JSON text of a value that is not NULL. `text_of`: type → (text → its varchar)."""
    if t.base == "json":
        return x
    if t.base == "unknown":
        return "'null'"
    if t.base == "varchar":
        return f"CAST(to_json({x}) AS VARCHAR)"
    if t.base in ("double", "real"):
        plain = f"t_{t.base}_text({x})"
        return f"CASE WHEN isfinite({x}) THEN {plain} ELSE '\"' || {plain} || '\"' END"
    if t.base in ("date", "timestamp"):
        return f"'\"' || {text_of(t)(x)} || '\"'"
    if t.base == "array":
        return "'[' || " + _joined(x, lambda e: _nullable(t.args[0], e, text_of)) + " || ']'"
    if t.base == "map":
        return _object(t, x, text_of)
    if t.base == "row":
        parts = " || ',' || ".join(
            f"'{_name(name)}:' || {_nullable(kind, _field(x, sql), text_of)}"
            for (name, kind), (sql, _) in zip(t.args, t.fields, strict=True)
        )
        return f"'{{' || {parts} || '}}'"
    return text_of(t)(x)


def _nullable(t, x, text_of):
    return f"coalesce(CASE WHEN {x} IS NOT NULL THEN {_written(t, x, text_of)} END, 'null')"


def _joined(items, write):
    name = f"j{next(_names)}"
    return f"coalesce(array_to_string(list_transform({items}, lambda {name}: {write(name)})::VARCHAR[], ','), '')"


def _object(t, x, text_of):
    """A map as an object, its keys in order."""
    key, value = t.args
    name = f"j{next(_names)}"
    shown = f"t_{key.base}_text({name}.key)" if key.base in ("double", "real") else (
        "''" if key.base == "unknown" else text_of(key)(f"{name}.key")
    )  # fmt: skip
    entry = f"struct_pack(k := {shown}, v := {_nullable(value, f'{name}.value', text_of)})"
    entries = f"list_sort(list_transform(map_entries({x}), lambda {name}: {entry}))"
    return "'{' || " + _joined(entries, lambda e: f"CAST(to_json({e}.k) AS VARCHAR) || ':' || {e}.v") + " || '}'"


def _name(name):
    return '"' + (name or "").replace("'", "''") + '"'


def _field(x, name):
    return f"struct_extract({x}, '{name}')"
