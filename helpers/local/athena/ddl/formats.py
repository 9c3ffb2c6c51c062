"""STORED AS and ROW FORMAT: the classes that Athena writes into Glue for them."""

from .failures import semantic

LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_QL = "org.apache.hadoop.hive.ql.io."
# Format → (SerDe, input format, output format), from Hive's StorageFormatDescriptors.
FORMATS = {
    "TEXTFILE": (LAZY_SIMPLE, "org.apache.hadoop.mapred.TextInputFormat", _QL + "HiveIgnoreKeyTextOutputFormat"),
    "SEQUENCEFILE": (
        LAZY_SIMPLE,
        "org.apache.hadoop.mapred.SequenceFileInputFormat",
        _QL + "HiveSequenceFileOutputFormat",
    ),
    "RCFILE": (
        "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
        _QL + "RCFileInputFormat",
        _QL + "RCFileOutputFormat",
    ),
    "ORC": (_QL + "orc.OrcSerde", _QL + "orc.OrcInputFormat", _QL + "orc.OrcOutputFormat"),
    "PARQUET": (
        _QL + "parquet.serde.ParquetHiveSerDe",
        _QL + "parquet.MapredParquetInputFormat",
        _QL + "parquet.MapredParquetOutputFormat",
    ),
    "AVRO": (
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        _QL + "avro.AvroContainerInputFormat",
        _QL + "avro.AvroContainerOutputFormat",
    ),
    "ION": (
        "com.amazon.ionhiveserde.IonHiveSerDe",
        "com.amazon.ionhiveserde.formats.IonInputFormat",
        "com.amazon.ionhiveserde.formats.IonOutputFormat",
    ),
}
OPENX = "org.openx.data.jsonserde.JsonSerDe"
# SerDes that tell Hive their columns themselves, so that comments are lost (hive.serdes.using.metastore.for.schema).
SELF_DESCRIBING = (
    OPENX,
    "org.apache.hive.hcatalog.data.JsonSerDe",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    "org.apache.hadoop.hive.serde2.RegexSerDe",
    "com.amazonaws.glue.serde.GrokSerDe",
)
FROM_DESERIALIZER = "from deserializer"


def storage(statement):
    """A CREATE TABLE's format → (serde, its properties, input format, output format)."""
    named = statement.stored_as or "TEXTFILE"
    if isinstance(named, tuple):
        serde, (input_format, output_format) = LAZY_SIMPLE, named
    elif named in FORMATS:
        serde, input_format, output_format = FORMATS[named]
    else:
        raise semantic(f"Unrecognized file format in STORED AS clause: '{named}'")
    parameters = {"serialization.format": "1"}
    kind, value = statement.row_format or (None, None)
    if kind == "serde":
        serde = value
        if serde == OPENX and statement.stored_as is None:  # this one class differs, and only as a default
            output_format = _QL + "IgnoreKeyTextOutputFormat"
    elif kind == "delimited":
        parameters |= value
    return serde, parameters | statement.serde_properties, input_format, output_format


def comment(column, serde):
    """A data column's comment as Hive shows it; '' without one."""
    if serde in SELF_DESCRIBING:
        return FROM_DESERIALIZER
    return column.comment or ""
