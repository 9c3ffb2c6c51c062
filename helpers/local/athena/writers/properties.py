"""The WITH (…) of CREATE TABLE AS and UNLOAD: names, values, and what each format is compressed with."""

from dataclasses import dataclass

from ..errors import AthenaError
from ..sql import tree

CATALOG = "awsdatacatalog"
FORMATS = ("PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE")
# User Guide, compression-formats: what each format can be written with. The first is what it gets by itself:
# GZIP for everything (facts.md section 3, CTAS misc; 2023), ZLIB for ORC.
COMPRESSIONS = {
    "PARQUET": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "ORC": ("ZLIB", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "AVRO": ("DEFLATE", "SNAPPY", "ZSTD", "BZIP2", "NONE"),
    "JSON": ("GZIP", "SNAPPY", "ZSTD", "BZIP2", "DEFLATE", "NONE"),
    "TEXTFILE": ("GZIP", "SNAPPY", "ZSTD", "BZIP2", "DEFLATE", "NONE"),
}
SAME = {("ORC", "GZIP"): "ZLIB", ("AVRO", "GZIP"): "DEFLATE", ("ORC", "DEFLATE"): "ZLIB"}
CTAS = {
    "external_location",
    "format",
    "partitioned_by",
    "bucketed_by",
    "bucket_count",
    "write_compression",
    "parquet_compression",
    "orc_compression",
    "compression_level",
    "field_delimiter",
    "table_type",
    "is_external",
}
UNLOAD = {"format", "compression", "compression_level", "partitioned_by", "field_delimiter"}


@dataclass(frozen=True)
class Storage:
    """How files are written: format, compression (upper-case), field delimiter, partition and bucket columns."""

    format: str
    compression: str
    field_delimiter: str = "\x01"
    partitioned_by: tuple[str, ...] = ()
    bucketed_by: tuple[str, ...] = ()
    bucket_count: int = 0
    external_location: str | None = None
    level: int | None = None


def constant(node):
    """The Python value of a constant expression; INVALID_TABLE_PROPERTY for anything else."""
    if isinstance(node, tree.Literal):
        return int(node.value) if node.kind == "integer" else node.value
    if isinstance(node, tree.ArrayLiteral):
        return [constant(item) for item in node.items]
    raise AthenaError("INVALID_TABLE_PROPERTY", "Table properties must be constants")


def of_iceberg(properties):
    """Whether the WITH (…) of a CREATE TABLE AS asks for an Iceberg table."""
    kind = properties.get("table_type")
    return kind is not None and str(constant(kind)).upper() == "ICEBERG"


def storage_of(properties, known):
    """WITH (…) → Storage. AthenaError for unknown names and values that make no sense."""
    values = {key.lower(): constant(node) for key, node in properties.items()}
    for key in values:
        if key not in known:
            raise AthenaError("INVALID_TABLE_PROPERTY", f"Catalog '{CATALOG}' table property '{key}' does not exist")
    if _text(values, "table_type", "HIVE").upper() != "HIVE":  # an ICEBERG one does not come here
        raise _invalid("table_type", values["table_type"])
    kind = _text(values, "format", "PARQUET").upper()
    if kind not in FORMATS:
        raise _invalid("format", values["format"])
    delimiter = _text(values, "field_delimiter", "\x01")
    if len(delimiter.encode()) != 1:
        raise _invalid("field_delimiter", delimiter)
    bucket_count = values.get("bucket_count", 0)
    bucketed_by = _names(values, "bucketed_by")
    if bool(bucketed_by) != bool(bucket_count) or not isinstance(bucket_count, int) or bucket_count < 0:
        raise AthenaError("INVALID_TABLE_PROPERTY", "bucketed_by and bucket_count must be given together")
    return Storage(
        format=kind,
        compression=compression(kind, values),
        field_delimiter=delimiter,
        partitioned_by=_names(values, "partitioned_by"),
        bucketed_by=bucketed_by,
        bucket_count=bucket_count,
        external_location=_location(values),
        level=values.get("compression_level"),
    )


def compression(kind, values):
    """The compression of a format from the properties that may name it, or the format's own."""
    own = {"PARQUET": "parquet_compression", "ORC": "orc_compression"}.get(kind)
    for key in ("write_compression", "compression", own):
        if key in values:
            return checked_compression(kind, str(values[key]).upper(), key)
    return COMPRESSIONS[kind][0]


def checked_compression(kind, wanted, key="write_compression"):
    wanted = SAME.get((kind, wanted), "NONE" if wanted == "UNCOMPRESSED" else wanted)
    if wanted not in COMPRESSIONS[kind]:
        raise AthenaError("INVALID_TABLE_PROPERTY", f"Unsupported compression codec for {kind}: {wanted} ({key})")
    return wanted


def _location(values):
    location = values.get("external_location")
    if location is not None and not (isinstance(location, str) and location.startswith("s3://")):
        raise _invalid("external_location", location)
    return location


def _text(values, key, default):
    value = values.get(key, default)
    if not isinstance(value, str) or not value:
        raise _invalid(key, value)
    return value


def _names(values, key):
    value = values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(n, str) for n in value):
        raise _invalid(key, value)
    return tuple(n.lower() for n in value)


def _invalid(key, value):
    return AthenaError(
        "INVALID_TABLE_PROPERTY", f"Invalid value for catalog '{CATALOG}' table property '{key}': {value}"
    )
