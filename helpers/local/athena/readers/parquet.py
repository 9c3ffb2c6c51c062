"""Parquet: columns by name, whatever their order in the file; absent ones are NULL.

A file whose column cannot be read as the table's type ends the query with HIVE_BAD_DATA, as in Athena;
narrower and wider numbers are converted.
"""

import pyarrow as pa

from .. import parquet_scan
from ..errors import AthenaError
from .source import FILE
from .structures import reshape
from .values import literal, millis, name, null

COLUMNAR = "parquet"


def relation(source):
    """SQL of the wanted columns and "$file"."""
    paths = source.paths()
    return select(source, paths, footers(source, paths))


def footers(source, paths=None):
    """Metadata and Arrow schema of each file."""
    paths = paths or source.paths()
    return [parquet_scan.footer(source.objects, file, path) for file, path in zip(source.files, paths, strict=True)]


def file_columns(source, schema):
    """Wanted column name → the field of this file that holds it; by place when the table says so."""
    if by_place(source):
        return {
            w.name: schema.field(w.ordinal)
            for w in source.wanted
            if w.ordinal is not None and w.ordinal < len(schema)
        }
    by_name = {}
    for field in schema:
        by_name.setdefault(field.name.lower(), field)
    return {
        w.name: by_name[_held(source, w)]
        for w in source.wanted
        if w.ordinal is not None and _held(source, w) in by_name
    }


def by_place(source):
    """Whether columns are found by their place: ORC by default, Parquet when told so."""
    if "orc" in source.property("$serde", "").lower():
        return source.flag("orc.column.index.access", True)
    return source.flag("parquet.column.index.access")


def _held(source, wanted):
    return wanted.name if wanted.ordinal is None else source.declared[wanted.ordinal].name


def select(source, paths, footers):
    """One read_parquet for all files whose wanted columns have the same names and types."""
    source.context.parquet_files |= {path: file.uri for path, file in zip(paths, source.files, strict=True)}
    shapes = {}
    for i, (_, schema) in enumerate(footers):
        fields = file_columns(source, schema)
        for w in source.wanted:
            if w.name in fields:
                check(fields[w.name], w, source.files[i].uri)
        shape = tuple(
            (fields[w.name].name, str(fields[w.name].type)) if w.name in fields else None for w in source.wanted
        )
        shapes.setdefault(shape, []).append(i)
    selects = []
    for members in shapes.values():
        fields = file_columns(source, footers[members[0]][1])
        columns = [
            f"{value(fields[w.name], w) if w.name in fields else null(w.type)} AS {name(w.name)}"
            for w in source.wanted
        ]
        if len(members) == len(paths):
            place = "file_index"
        else:
            place = f"[{', '.join(map(str, members))}][CAST(file_index AS INTEGER) + 1]"
        files = ", ".join(literal(paths[i]) for i in members)
        selects.append(f"SELECT {', '.join([*columns, f'{place} AS {FILE}'])} FROM read_parquet([{files}])")
    return " UNION ALL ".join(selects)


def value(field, wanted):
    """SQL of a file's column as the type that the table wants."""
    return converted(name(field.name), field.type, wanted.type, wanted.paths)


def converted(x, held, t, paths=frozenset({()})):
    """SQL of `x`, of Arrow type `held`, as Trino type `t`; only the nested `paths` of it are read."""
    if t.base in ("array", "map", "row"):
        return reshape(x, held, t, paths, converted)
    binary = pa.types.is_binary(held) or pa.types.is_large_binary(held) or pa.types.is_fixed_size_binary(held)
    if t.base == "timestamp":
        return millis(f"CAST({x} AS TIMESTAMP)")
    if t.is_text:
        x = f"decode({x})" if binary else (x if pa.types.is_string(held) else f"CAST({x} AS VARCHAR)")
        if t.base == "char":
            return f"rpad(substr({x}, 1, {t.args[0]}), {t.args[0]}, ' ')"
        return f"substr({x}, 1, {t.args[0]})" if t.args else x
    if t.base == "varbinary":
        return f"encode({x})" if pa.types.is_string(held) else x
    if t.base in LARGEST and pa.types.is_integer(held) and held.bit_width > LARGEST[t.base][0]:
        bits, word = LARGEST[t.base]
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        return (
            f"CASE WHEN {x} NOT BETWEEN {low} AND {high} "
            f"THEN error('GENERIC_INTERNAL_ERROR: Value ' || {x} || ' exceeds {word}') "
            f"ELSE CAST({x} AS {t.duckdb}) END"
        )
    return f"CAST({x} AS {t.duckdb})"


# Integer type → its bits, and what Athena calls its largest value in an error.
LARGEST = {"tinyint": (8, "MAX_BYTE"), "smallint": (16, "MAX_SHORT"), "integer": (32, "MAX_INT")}


def check(field, wanted, uri):
    """Raise HIVE_BAD_DATA when a file's column cannot be read as the table's type."""
    if not fits(field.type, wanted.type):
        hive = wanted.type.hive or wanted.type.display
        raise AthenaError(
            "HIVE_BAD_DATA",
            f"Field {wanted.name}'s type {physical(field.type)} in parquet file {uri} is incompatible with type "
            f"{hive} defined in table schema",
        )


NUMBERS = ("tinyint", "smallint", "integer", "bigint")


def fits(held, t):
    """Whether Arrow type `held` of a file is readable as `t` (Trino's Parquet column readers)."""
    kind = pa.types
    if kind.is_null(held):
        return True
    if kind.is_integer(held):
        return t.base in NUMBERS or t.base == "decimal" or (t.base in ("real", "double") and held.bit_width <= 32)
    if kind.is_floating(held):
        return t.base == "double" or (t.base == "real" and held.bit_width <= 32)
    if kind.is_boolean(held):
        return t.base == "boolean"
    if kind.is_decimal(held):
        return t.base in ("decimal", "double", "real") or (t.base in NUMBERS and held.scale == 0)
    if kind.is_string(held) or kind.is_large_string(held):
        return t.is_text or t.base == "varbinary"
    if kind.is_binary(held) or kind.is_large_binary(held) or kind.is_fixed_size_binary(held):
        return t.is_text or t.base in ("varbinary", "uuid")
    if kind.is_timestamp(held):
        return t.base == "timestamp"
    if kind.is_date(held):
        return t.base == "date"
    if kind.is_time(held):
        return t.base in ("time", "bigint", "integer")
    if kind.is_map(held):
        return t.base == "map" and fits(held.key_type, t.args[0]) and fits(held.item_type, t.args[1])
    if kind.is_list(held) or kind.is_large_list(held):
        return t.base == "array" and fits(held.value_type, t.args[0])
    if kind.is_struct(held):
        if t.base != "row":
            return False
        inside = {held.field(i).name.lower(): held.field(i).type for i in range(held.num_fields)}
        return all(n not in inside or fits(inside[n], f) for n, f in t.fields)
    return False


def physical(held):
    """Parquet's own name of the type that Arrow calls `held`."""
    kind = pa.types
    if kind.is_integer(held):
        return "INT64" if held.bit_width == 64 else "INT32"
    if kind.is_floating(held):
        return "DOUBLE" if held.bit_width == 64 else "FLOAT"
    if kind.is_boolean(held):
        return "BOOLEAN"
    if kind.is_date(held):
        return "INT32"
    if kind.is_timestamp(held):
        return "INT96" if held.unit == "ns" and held.tz is None else "INT64"
    if kind.is_decimal(held):
        return "FIXED_LEN_BYTE_ARRAY"
    if kind.is_list(held) or kind.is_struct(held) or kind.is_map(held):
        return "GROUP"
    return "BINARY"
