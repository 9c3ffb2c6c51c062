"""Properties of an Iceberg table: Athena's names and Iceberg's.

What is not one of Athena's names is refused, as Athena does (User Guide, querying-iceberg-creating-tables).
"""

from ..errors import AthenaError

FORMATS = ("PARQUET", "ORC", "AVRO")
DEFAULT_CODEC = "ZSTD"
CODECS = ("ZSTD", "GZIP", "SNAPPY", "LZ4", "NONE")
# Numbers that OPTIMIZE and VACUUM go by, with Athena's defaults.
MAINTENANCE = {
    "optimize_rewrite_min_data_file_size_bytes": 402653184,
    "optimize_rewrite_max_data_file_size_bytes": 966367641,
    "optimize_rewrite_data_file_threshold": 5,
    "optimize_rewrite_delete_file_threshold": 2,
    "vacuum_max_snapshot_age_seconds": 432000,
    "vacuum_min_snapshots_to_keep": 1,
    "vacuum_max_metadata_files_to_keep": 100,
    "write_target_data_file_size_bytes": 536870912,
}
KNOWN = {"table_type", "format", "write_compression", "compression_level", *MAINTENANCE}
_FORMAT, _LEVEL = "write.format.default", "write.parquet.compression-level"
_CODEC = "write.parquet.compression-codec"


def checked(given):
    """Athena's properties by lower-case name. AthenaError for an unknown name or a value that makes no sense."""
    found = {}
    for written, value in given.items():
        key = known(written)
        _check(key, str(value))
        found[key] = str(value)
    return found


def known(name):
    """The lower-case name of one of Athena's properties. AthenaError for any other."""
    key = name.lower()
    if key not in KNOWN:
        raise AthenaError(None, f"Unsupported table property key: {key}", error_type=1200)
    return key


def _check(key, value):
    allowed = {"format": FORMATS, "write_compression": (*CODECS, "UNCOMPRESSED")}.get(key)
    number = key in MAINTENANCE or key == "compression_level"
    if (allowed and value.upper() not in allowed) or (number and not value.isdigit()):
        raise AthenaError(None, f"Unsupported table property value: {key}={value}", error_type=1200)
    if key == "format" and value.upper() != "PARQUET":
        raise AthenaError(
            "NOT_SUPPORTED", f"this endpoint writes Iceberg tables in Parquet only, not {value.upper()}"
        )


def to_iceberg(given):
    """Athena's checked properties → those of the table's metadata."""
    names = {"format": _FORMAT, "write_compression": _CODEC, "compression_level": _LEVEL}
    return {names.get(key, key): value for key, value in given.items() if key != "table_type"}


def shown(table):
    """The properties of a pyiceberg Table as SHOW CREATE TABLE lists them."""
    names = {_FORMAT: "format", _CODEC: "write_compression", _LEVEL: "compression_level"}
    found = {names.get(k, k): v for k, v in table.properties.items() if k in names or k in MAINTENANCE}
    return {"table_type": "iceberg"} | dict(sorted(found.items()))


def codec(held):
    """The codec in which a table with these metadata properties is written."""
    wanted = held.get(_CODEC, DEFAULT_CODEC).upper()
    wanted = "NONE" if wanted == "UNCOMPRESSED" else wanted
    if wanted not in CODECS:
        raise AthenaError("NOT_SUPPORTED", f"this endpoint does not write Parquet with {wanted}")
    return wanted


def level(held):
    """Its compression level, None for the codec's own."""
    text = held.get(_LEVEL)
    return int(text) if text and codec(held) in ("ZSTD", "GZIP") else None


def number(table, key):
    """A number that OPTIMIZE and VACUUM go by."""
    return int(table.properties.get(key, MAINTENANCE[key]))
