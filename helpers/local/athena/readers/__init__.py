"""Files + SerDe → a DuckDB relation with Hive's reading rules: one module for each SerDe family."""

from ..errors import AthenaError
from . import avro, json_lines, opencsv, orc, parquet, partitioned, regex, text
from .partitioned import schema_of
from .source import FILE, Source
from .values import name, null

# By what a SerDe's class name ends with; Glue keeps the full name.
SERDES = {
    "LazySimpleSerDe": text,
    "MultiDelimitSerDe": text,
    "OpenCSVSerde": opencsv,
    "org.openx.data.jsonserde.JsonSerDe": json_lines,
    "JsonSerDe": json_lines,
    "RegexSerDe": regex,
    "AvroSerDe": avro,
    "ParquetHiveSerDe": parquet,
    "OrcSerde": orc,
}
NO_ROWS = "SELECT {} WHERE false"


def serde_module(serde):
    """The module that reads a SerDe's files. AthenaError for SerDes that this endpoint does not have."""
    if not serde:
        raise AthenaError("HIVE_METASTORE_ERROR", "Required Table Storage Descriptor is not populated.")
    for ending, module in SERDES.items():
        if serde.lower().endswith(ending.lower()):
            return module
    raise AthenaError("NOT_SUPPORTED", f"this endpoint has no reader for the SerDe {serde}")


def open_scan(scan, context, con):
    """SQL of the relation that `scan` asks for, exactly its columns; its bytes are counted into `context`.

    A scan without columns (`count(*)`) has one column, "$rows", and as many rows as the table.
    """
    table = scan.table
    if table.is_iceberg:
        from ..iceberg import reading  # pyiceberg takes a second to load

        return reading.open_scan(scan, context, con)
    if not table.location and not table.partition_keys:
        raise AthenaError("HIVE_METASTORE_ERROR", "Required Table Storage Descriptor is not populated.")
    serde_module(table.serde)
    partitions = context.services.catalog.partitions(table, scan.partition_domains, scan.partition_predicate)
    selects = []
    for group in partitioned.groups(scan, partitions, context):
        module = serde_module(group.serde)
        source = Source(
            files=group.files,
            wanted=group.wanted,
            declared=group.declared,
            properties=group.properties,
            objects=context.services.objects,
            context=context,
            owner=con,
            table=table,
            reads_all=scan.reads_all,
        )
        context.add_scanned(_billed(module, source, scan))
        selects.append(partitioned.select(scan, group, module.relation(source)))
    if not selects:
        types = schema_of(table)
        columns = ", ".join(f"{null(types[c])} AS {name(c)}" for c in scan.columns) or partitioned.NO_COLUMNS
        return f"({NO_ROWS.format(columns)})"
    return f"({' UNION ALL '.join(selects)})"


def _billed(module, source, scan):
    """Bytes scanned, by the rule of the file format (see scan.py)."""
    from .. import scan as rule

    return rule.bytes_scanned(source, scan.domains, columnar=getattr(module, "COLUMNAR", None))


__all__ = ["FILE", "open_scan", "serde_module"]
