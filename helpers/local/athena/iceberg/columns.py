"""A column of an Iceberg schema → what holds it in one Parquet file, by field id whatever its name there."""

import pyarrow as pa
from pyiceberg import types as iceberg

from ..readers import parquet
from ..readers.values import literal, name, null
from .schema import trino_type

FIELD_ID = b"PARQUET:field_id"
EVERYTHING = frozenset({()})


class FileColumns:
    """The fields of one file's Arrow schema by field id; `mapping`: ids of a file that has none, by column name."""

    def __init__(self, schema, mapping=None):
        found = [(field_id(field), field) for field in schema]
        if all(i is None for i, _ in found):
            found = [((mapping or {}).get(field.name), field) for field in schema]
        self.by_id = {i: field for i, field in found if i is not None}

    def held(self, field):
        """The file's Arrow field for an Iceberg field, or None."""
        return self.by_id.get(field.field_id)


def field_id(field):
    text = (field.metadata or {}).get(FIELD_ID)
    return int(text) if text is not None else None


def value(held, field, paths=EVERYTHING):
    """SQL of the file's column `held` as the engine holds a value of the Iceberg `field`; only `paths` are read."""
    if held is None:
        return null(trino_type(field.field_type))
    return _converted(name(held.name), held.type, field.field_type, paths)


def _converted(x, held, t, paths):
    target = trino_type(t)
    if pa.types.is_null(held):
        return null(target)
    if isinstance(t, iceberg.StructType):
        return _struct(x, held, t, paths)
    if isinstance(t, iceberg.ListType):
        return f"list_transform({x}, lambda e: {_converted('e', held.value_type, t.element_type, paths)})"
    if isinstance(t, iceberg.MapType):
        key = _converted("e.key", held.key_type, t.key_type, EVERYTHING)
        item = _converted("e.value", held.item_type, t.value_type, EVERYTHING)
        entries = f"list_transform(map_entries({x}), lambda e: struct_pack(k := {key}, v := {item}))"
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE map_from_entries({entries}) END"
    if isinstance(t, iceberg.TimestamptzType):
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE struct_pack(ts := CAST({x} AS TIMESTAMP), tz := 'UTC') END"
    if isinstance(t, iceberg.TimestampType):
        return f"CAST({x} AS TIMESTAMP)"
    if target.is_text or target.base == "varbinary":
        return parquet.converted(x, held, target)
    return f"CAST({x} AS {target.duckdb})"


def _struct(x, held, t, paths):
    inside = {field_id(held.field(i)): held.field(i) for i in range(held.num_fields)}
    if set(inside) == {None}:  # a file of another writer, without ids: by name
        names = {held.field(i).name: held.field(i) for i in range(held.num_fields)}
        inside = {f.field_id: names.get(f.name) for f in t.fields}
    everything, parts = () in paths, []
    for f in t.fields:
        below = frozenset(p[1:] for p in paths if p and p[0] == f.name.lower())
        found = inside.get(f.field_id)
        if found is None or not (everything or below):
            parts.append(f"{name(f.name.lower())} := {null(trino_type(f.field_type))}")
            continue
        part = f"struct_extract({x}, {literal(found.name)})"
        sql = _converted(part, found.type, f.field_type, EVERYTHING if everything else below)
        parts.append(f"{name(f.name.lower())} := {sql}")
    packed = f"struct_pack({', '.join(parts)})"
    return f"CASE WHEN {x} IS NULL THEN NULL ELSE {packed} END" if everything else packed


def leaves(held, field, paths):
    """The nested `paths` of an Iceberg field as the file names them, lower-case, for the count of bytes."""
    return {tuple(_named(held.type, field.field_type, path)) for path in paths}


def _named(held, t, path):
    """A path of the current names as a path of the file's names; it ends where the file has no such field."""
    while path:
        while isinstance(t, iceberg.ListType) and not pa.types.is_struct(held):
            held, t = held.value_type, t.element_type
        if not isinstance(t, iceberg.StructType) or not pa.types.is_struct(held):
            yield from (p.lower() for p in path)
            return
        field = next((f for f in t.fields if f.name.lower() == path[0]), None)
        found = [held.field(i) for i in range(held.num_fields)]
        found = [f for f in found if field is not None and field_id(f) in (None, field.field_id)]
        found = [f for f in found if field_id(f) is not None or f.name == field.name]
        if not found:
            yield "\0absent"
            return
        yield found[0].name.lower()
        held, t, path = found[0].type, field.field_type, path[1:]
