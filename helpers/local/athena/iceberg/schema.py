"""Iceberg's types, Trino's, Hive's texts of them, and how values are stored in Parquet.

| Iceberg | Trino | Athena's DDL |
|---|---|---|
| int, long, float, double, boolean, date, decimal | the same (integer, bigint, real) | int, bigint, float … |
| string | varchar | string |
| timestamp, timestamptz | timestamp(6), timestamp(6) with time zone | timestamp |
| time, uuid | time(6), uuid | none |
| binary, fixed | varbinary | binary |
| struct, list, map | row, array, map | struct, array, map |
"""

from pyiceberg import types as iceberg
from pyiceberg.schema import Schema

from .. import types
from ..errors import AthenaError
from ..readers.values import literal, name

_PLAIN = [
    (iceberg.BooleanType, types.BOOLEAN, "boolean"),
    (iceberg.IntegerType, types.INTEGER, "int"),
    (iceberg.LongType, types.BIGINT, "bigint"),
    (iceberg.FloatType, types.REAL, "float"),
    (iceberg.DoubleType, types.DOUBLE, "double"),
    (iceberg.DateType, types.DATE, "date"),
    (iceberg.StringType, types.VARCHAR, "string"),
    (iceberg.BinaryType, types.VARBINARY, "binary"),
    (iceberg.TimestampType, types.timestamp(6), "timestamp"),
    (iceberg.TimestamptzType, types.timestamp(6, zone=True), "timestamp"),
    (iceberg.TimeType, types.time(6), None),
    (iceberg.UUIDType, types.UUID, None),
]


def trino_type(t):
    """Iceberg type → Trino Type."""
    if isinstance(t, iceberg.DecimalType):
        return types.decimal(t.precision, t.scale)
    if isinstance(t, iceberg.FixedType):
        return types.VARBINARY
    if isinstance(t, iceberg.StructType):
        return types.row(*((f.name, trino_type(f.field_type)) for f in t.fields))
    if isinstance(t, iceberg.ListType):
        return types.array(trino_type(t.element_type))
    if isinstance(t, iceberg.MapType):
        return types.map_of(trino_type(t.key_type), trino_type(t.value_type))
    for kind, found, _ in _PLAIN:
        if isinstance(t, kind):
            return found
    raise AthenaError("NOT_SUPPORTED", f"Unsupported Iceberg type: {t}")


def hive_text(t, spaced=False):
    """Iceberg type → Athena's DDL text of it, None where it has none. `spaced`: as DESCRIBE writes it."""
    comma = ", " if spaced else ","
    if isinstance(t, iceberg.DecimalType):
        return f"decimal({t.precision}{comma}{t.scale})"
    if isinstance(t, iceberg.FixedType):
        return "binary"
    if isinstance(t, iceberg.StructType):
        inner = [(f.name, hive_text(f.field_type, spaced)) for f in t.fields]
        colon = ": " if spaced else ":"
        known = all(text for _, text in inner)
        return f"struct<{comma.join(f'{n}{colon}{text}' for n, text in inner)}>" if known else None
    if isinstance(t, iceberg.ListType):
        inner = hive_text(t.element_type, spaced)
        return inner and f"array<{inner}>"
    if isinstance(t, iceberg.MapType):
        key, value = hive_text(t.key_type, spaced), hive_text(t.value_type, spaced)
        return key and value and f"map<{key}{comma}{value}>"
    return next((text for kind, _, text in _PLAIN if isinstance(t, kind)), None)


class Ids:
    """Field ids, counted up."""

    def __init__(self, start=1):
        self._next = start

    def __call__(self):
        self._next += 1
        return self._next - 1


def iceberg_type(t, ids):
    """Trino Type → Iceberg type; AthenaError for types that Iceberg cannot hold."""
    if t.base == "decimal" and 1 <= t.args[0] <= 38 and t.args[1] <= t.args[0]:
        return iceberg.DecimalType(*t.args)
    if t.base in ("tinyint", "smallint"):
        return iceberg.IntegerType()
    if t.base in ("varchar", "char"):
        return iceberg.StringType()
    if t.base == "timestamp":
        return iceberg.TimestampType()
    if t.base == "timestamp with time zone":
        return iceberg.TimestamptzType()
    if t.base == "time":
        return iceberg.TimeType()
    if t.base == "row":
        fields = [(ids(), n or f"field{i}", f) for i, (n, f) in enumerate(t.args)]
        return iceberg.StructType(
            *(iceberg.NestedField(at, n, iceberg_type(f, ids), required=False) for at, n, f in fields)
        )
    if t.base == "array":
        return iceberg.ListType(ids(), iceberg_type(t.args[0], ids), element_required=False)
    if t.base == "map":
        key, value = ids(), ids()
        return iceberg.MapType(
            key, iceberg_type(t.args[0], ids), value, iceberg_type(t.args[1], ids), value_required=False
        )
    for kind, found, _ in _PLAIN:
        if found == t:
            return kind()
    raise AthenaError("NOT_SUPPORTED", f"Type not supported for Iceberg: {t.display}")


def new_schema(columns):
    """[(name, Trino Type, comment or None)] → Schema with fresh field ids, those of the columns first."""
    ids = Ids(len(columns) + 1)
    return Schema(
        *(
            iceberg.NestedField(i, column, iceberg_type(t, ids), required=False, doc=comment)
            for i, (column, t, comment) in enumerate(columns, 1)
        )
    )


def stored(x, t):
    """SQL of `x`, a value as the engine holds it, as DuckDB hands it to Arrow for a column of Iceberg type `t`."""
    if isinstance(t, iceberg.TimestamptzType):
        return f"CAST(struct_extract({x}, 'ts') AS TIMESTAMP)"
    if isinstance(t, iceberg.UUIDType):
        return f"unhex(replace(CAST({x} AS VARCHAR), '-', ''))"
    if not _needs_change(t):
        return x
    if isinstance(t, iceberg.ListType):
        return f"list_transform({x}, lambda e: {stored('e', t.element_type)})"
    if isinstance(t, iceberg.MapType):
        key, value = stored("e.key", t.key_type), stored("e.value", t.value_type)
        entries = f"list_transform(map_entries({x}), lambda e: struct_pack(k := {key}, v := {value}))"
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE map_from_entries({entries}) END"
    fields = ", ".join(
        f"{name(f.name)} := {stored(f'struct_extract({x}, {literal(f.name.lower())})', f.field_type)}"
        for f in t.fields
    )
    return f"CASE WHEN {x} IS NULL THEN NULL ELSE struct_pack({fields}) END"


def _needs_change(t):
    """Whether a nested type holds something that Arrow stores in another form, or names that are not lower-case."""
    if isinstance(t, iceberg.ListType):
        return _needs_change(t.element_type)
    if isinstance(t, iceberg.MapType):
        return _needs_change(t.key_type) or _needs_change(t.value_type)
    if isinstance(t, iceberg.StructType):
        return any(f.name != f.name.lower() or _needs_change(f.field_type) for f in t.fields)
    return isinstance(t, (iceberg.TimestamptzType, iceberg.UUIDType))
