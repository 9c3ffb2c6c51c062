"""Arrow's types for Trino's and for Avro's, and Avro records as Arrow columns."""

import pyarrow as pa

from ..errors import AthenaError

PLAIN = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
AVRO = {
    "null": pa.null(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "string": pa.string(),
}
LOGICAL = {
    "date": pa.date32(),
    "timestamp-millis": pa.timestamp("ms"),
    "timestamp-micros": pa.timestamp("us"),
    "local-timestamp-millis": pa.timestamp("ms"),
    "local-timestamp-micros": pa.timestamp("us"),
}


def from_trino(t):
    """The Arrow type in which values of Trino type `t` are written to files."""
    if t.base == "decimal":
        return pa.decimal128(*t.args)
    if t.base == "array":
        return pa.list_(from_trino(t.args[0]))
    if t.base == "map":
        return pa.map_(from_trino(t.args[0]), from_trino(t.args[1]))
    if t.base == "row":
        return pa.struct([pa.field(n, from_trino(f)) for n, f in t.fields])
    return PLAIN.get(t.base, pa.string())


def from_avro(schema):
    """The Arrow schema of an Avro record."""
    named = {}
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise AthenaError("HIVE_BAD_DATA", "the Avro schema is not a record")
    named[schema.get("name")] = None
    return pa.schema([pa.field(f["name"], _avro_type(f["type"], named)) for f in schema["fields"]])


def _avro_type(schema, named):
    if isinstance(schema, list):
        kinds = [s for s in schema if s != "null"]
        if len(kinds) > 1:
            raise AthenaError("NOT_SUPPORTED", "Avro unions of several types are not supported by this endpoint")
        return _avro_type(kinds[0], named) if kinds else pa.null()
    if isinstance(schema, str):
        if schema in AVRO:
            return AVRO[schema]
        if named.get(schema) is None:
            raise AthenaError("NOT_SUPPORTED", f"recursive or unknown Avro type {schema}")
        return named[schema]
    kind, logical = schema["type"], schema.get("logicalType")
    if logical == "decimal":
        return pa.decimal128(schema["precision"], schema.get("scale", 0))
    if logical in LOGICAL:
        return LOGICAL[logical]
    if kind == "record":
        named[schema["name"]] = None
        found = pa.struct([pa.field(f["name"], _avro_type(f["type"], named)) for f in schema["fields"]])
    elif kind == "array":
        return pa.list_(_avro_type(schema["items"], named))
    elif kind == "map":
        return pa.map_(pa.string(), _avro_type(schema["values"], named))
    elif kind == "enum":
        found = pa.string()
    elif kind == "fixed":
        found = pa.binary(schema["size"])
    else:
        return _avro_type(kind, named)
    named[schema["name"]] = named[schema.get("namespace", "") + "." + schema["name"]] = found
    return found


def column(values, t):
    """Python values of an Avro field as an Arrow array; instants lose their zone, which is UTC."""
    if pa.types.is_timestamp(t):
        values = [v if v is None else v.replace(tzinfo=None) for v in values]
    elif pa.types.is_nested(t):
        values = [_plain(v, t) for v in values]
    return pa.array(values, t)


def _plain(value, t):
    if value is None:
        return None
    if pa.types.is_struct(t):
        return {t.field(i).name: _plain(value.get(t.field(i).name), t.field(i).type) for i in range(t.num_fields)}
    if pa.types.is_list(t):
        return [_plain(v, t.value_type) for v in value]
    if pa.types.is_map(t):
        return [(k, _plain(v, t.item_type)) for k, v in value.items()]
    if pa.types.is_timestamp(t):
        return value.replace(tzinfo=None)
    return value
