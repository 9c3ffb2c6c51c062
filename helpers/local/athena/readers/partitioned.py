"""Partitions → groups of files that are read alike, and the partition columns of their rows."""

from dataclasses import dataclass, field

from ..bucketing import Pruning
from ..errors import AthenaError
from ..objects import split_location
from ..partitions import typed_value
from ..types import VARCHAR
from . import listing
from .source import FILE, Wanted
from .values import literal, name

PATH = "$path"  # the hidden column with the object that a row comes from
NO_COLUMNS = '0 AS "$rows"'  # of a scan that only counts rows


@dataclass
class Group:
    """Partitions with one SerDe, one set of properties and one list of columns.

    `values`: for each of `files` the index of its partition in `partitions`.
    """

    serde: str
    properties: dict
    declared: list
    wanted: list
    targets: dict
    partitions: list = field(default_factory=list)
    files: list = field(default_factory=list)
    values: list = field(default_factory=list)


def schema_of(table):
    """Lower-case column name → Type, data and partition columns."""
    return {PATH: VARCHAR} | {c.name: c.type for c in [*table.columns, *table.partition_keys]}


def groups(scan, partitions, context):
    """The groups that have files, in the order of their first partition."""
    found = {}
    placed = []
    for partition in partitions:
        shape = (partition.serde, partition.input_format, *(c.hive_type for c in partition.columns))
        key = (shape, tuple(c.name for c in partition.columns), tuple(sorted(partition.serde_parameters.items())))
        if key not in found:
            found[key] = _group(scan, partition)
        placed.append(found[key])
        if "sequencefile" in partition.input_format.lower():
            raise AthenaError("NOT_SUPPORTED", "this endpoint does not read sequence files")
    per_partition = listing.files_of([p.location for p in partitions], context)
    buckets = Pruning(scan)
    for partition, group, files in zip(partitions, placed, per_partition, strict=True):
        files = buckets.files(partition, files)
        if files:
            group.values += [len(group.partitions)] * len(files)
            group.files += files
            group.partitions.append(partition)
    return [group for group in found.values() if group.files]


def _group(scan, partition):
    table = scan.table
    keys = {c.name for c in table.partition_keys}
    by_name = _columns_by_name(partition.serde, partition.serde_parameters)
    places = {c.name: i for i, c in enumerate(partition.columns)}
    wanted, targets = [], {}
    for ordinal, column in enumerate(table.columns):
        if column.name not in scan.columns or column.name in keys:
            continue
        place = places.get(column.name) if by_name else (ordinal if ordinal < len(partition.columns) else None)
        held = column.type if place is None else partition.columns[place].type
        if held != column.type:
            _check_coercible(scan, partition, column, partition.columns[place], held)
            targets[column.name] = column.type
        paths = frozenset(scan.leaves.get(column.name) or {()})
        wanted.append(Wanted(column.name, held, place, paths if held == column.type else frozenset({()})))
    properties = {k.lower(): v for k, v in {**table.parameters, **partition.serde_parameters}.items()}
    properties["$serde"] = partition.serde
    return Group(partition.serde, properties, partition.columns, wanted, targets)


def _columns_by_name(serde, parameters):
    """Whether a SerDe finds a column by its name; the others go by its place in the schema.

    User Guide, handling-schema-updates: Parquet and JSON and Avro by name, text and ORC by place.
    """
    if "orc" in serde.lower():
        return str(parameters.get("orc.column.index.access", "true")).lower() == "false"
    if "parquet" in serde.lower():
        return str(parameters.get("parquet.column.index.access", "false")).lower() != "true"
    return any(kind in serde.lower() for kind in ("json", "avro"))


def _check_coercible(scan, partition, column, declared, held):
    if coercible(held, column.type):
        return
    table, keys = scan.table, scan.table.partition_keys
    where = "/".join(
        f"{k.name}={'__HIVE_DEFAULT_PARTITION__' if v is None else v}"
        for k, v in zip(keys, partition.values, strict=False)
    )
    raise AthenaError(
        "HIVE_PARTITION_SCHEMA_MISMATCH",
        "There is a mismatch between the table and partition schemas. The types are incompatible and cannot be "
        f"coerced. The column '{column.name}' in table '{table.database}.{table.name}' is declared as type "
        f"'{column.hive_type}', but partition '{where}' declared column '{declared.name}' as type "
        f"'{declared.hive_type}'.",
    )


WIDER = {
    "tinyint": ("smallint", "integer", "bigint", "varchar"),
    "smallint": ("integer", "bigint", "varchar"),
    "integer": ("bigint", "varchar"),
    "bigint": ("varchar",),
    "real": ("double", "decimal"),
    "double": ("real", "decimal"),
    "decimal": ("decimal", "real", "double"),
    "varchar": ("varchar", "char", "tinyint", "smallint", "integer", "bigint"),
    "char": ("char", "varchar"),
}


def coercible(held, wanted):
    """Whether a partition's column type is read as the table's (Trino's HiveCoercionPolicy)."""
    if held.base in ("array", "map") and held.base == wanted.base:
        return all(a == b or coercible(a, b) for a, b in zip(held.args, wanted.args, strict=True))
    if held.base == wanted.base == "row":
        return all(
            n == m and (a == b or coercible(a, b)) for (n, a), (m, b) in zip(held.fields, wanted.fields, strict=False)
        )
    return wanted.base in WIDER.get(held.base, ())


def select(scan, group, relation):
    """SELECT of exactly `scan.columns` from a reader's relation, partition columns added."""
    keys = {c.name: i for i, c in enumerate(scan.table.partition_keys)}
    columns = []
    for column in scan.columns:
        if column == PATH:
            uris = ", ".join(literal(file.uri) for file in group.files)
            columns.append(f"[{uris}][CAST({FILE} AS INTEGER) + 1] AS {name(column)}")
        elif column in keys:
            columns.append(f"{_partition_column(scan, group, keys[column])} AS {name(column)}")
        elif column in group.targets:
            columns.append(f"TRY_CAST({name(column)} AS {group.targets[column].duckdb}) AS {name(column)}")
        else:
            columns.append(name(column))
    return f"SELECT {', '.join(columns) or NO_COLUMNS} FROM ({relation})"


def _partition_column(scan, group, index):
    """The value of partition key number `index`: a constant, or looked up by the row's file."""
    key = scan.table.partition_keys[index]
    texts = [partition.values[index] for partition in group.partitions]
    for text in texts:
        typed_value(text, key.type, key.name)
    if len(set(texts)) == 1:
        return _typed_literal(texts[0], key.type)
    per_file = ", ".join("NULL" if texts[i] is None else literal(texts[i]) for i in group.values)
    return f"CAST([{per_file}] AS {key.type.duckdb}[])[CAST({FILE} AS INTEGER) + 1]"


def _typed_literal(text, t):
    return f"CAST({'NULL' if text is None else literal(text)} AS {t.duckdb})"


__all__ = ["Group", "coercible", "groups", "schema_of", "select", "split_location"]
