"""Nested values of a file → the nested type of the table: fields by name, missing ones NULL."""

import pyarrow as pa

from .values import name, null


def reshape(x, held, t, paths, convert):
    """SQL of `x` (Arrow type `held`) as `t`; `convert(x, held, t, paths)` does the parts.

    Of a struct only the fields on `paths` are read, the rest are NULL: so only their leaves are scanned.
    """
    if pa.types.is_null(held):
        return null(t)
    everything = () in paths
    if everything and t.duckdb == duckdb_type(held):
        return x
    if t.base == "array":
        inner = convert("e", held.value_type, t.args[0], paths)
        return x if inner == "e" else f"list_transform({x}, lambda e: {inner})"
    if t.base == "map":
        key = convert("e.key", held.key_type, t.args[0], frozenset({()}))
        value = convert("e.value", held.item_type, t.args[1], frozenset({()}))
        if (key, value) == ("e.key", "e.value"):
            return x
        entries = f"list_transform(map_entries({x}), lambda e: struct_pack(k := {key}, v := {value}))"
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE map_from_entries({entries}) END"
    inside = {held.field(i).name.lower(): held.field(i) for i in range(held.num_fields)}
    fields = []
    for field_name, field_type in t.fields:
        below = frozenset(p[1:] for p in paths if p and p[0] == field_name)
        if field_name not in inside or not (everything or below):
            fields.append(f"{name(field_name)} := {null(field_type)}")
            continue
        field = inside[field_name]
        part = f"struct_extract({x}, '{field.name.replace(chr(39), chr(39) * 2)}')"
        fields.append(
            f"{name(field_name)} := {convert(part, field.type, field_type, frozenset({()}) if everything else below)}"
        )
    packed = f"struct_pack({', '.join(fields)})"
    return f"CASE WHEN {x} IS NULL THEN NULL ELSE {packed} END" if everything else packed


PLAIN = {
    "bool": "BOOLEAN",
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date32[day]": "DATE",
}


def duckdb_type(held):
    """The DuckDB type that an Arrow type is read as, or None when it is not simply one that tables have."""
    if pa.types.is_decimal(held):
        return f"DECIMAL({held.precision},{held.scale})"
    if pa.types.is_list(held):
        inner = duckdb_type(held.value_type)
        return inner and inner + "[]"
    if pa.types.is_map(held):
        key, value = duckdb_type(held.key_type), duckdb_type(held.item_type)
        return key and value and f"MAP({key}, {value})"
    if pa.types.is_struct(held):
        parts = [(held.field(i).name, duckdb_type(held.field(i).type)) for i in range(held.num_fields)]
        if any(t is None for _, t in parts):
            return None
        return "STRUCT(" + ", ".join(f"{name(n)} {t}" for n, t in parts) + ")"
    return PLAIN.get(str(held))
