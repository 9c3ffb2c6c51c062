"""A scan of an Iceberg table → DuckDB SQL, and the bytes that it bills.

The bytes are those of Parquet everywhere in this project: the chunks of the columns that the query names, in the row
groups that statistics do not exclude, of the data files that the manifests leave; and both columns of every position
delete file that applies to one of them. A column that partitions the table as it is (transform identity) comes from
the manifest, as in Trino, and costs nothing.
"""

from types import SimpleNamespace

from pyiceberg.transforms import IdentityTransform

from .. import parquet_scan
from ..errors import AthenaError
from ..locations import split_uri
from ..objects import DataFile
from ..readers.values import literal, name, null
from ..types import BIGINT, VARCHAR
from . import columns, internal, planning
from .schema import trino_type

PATH = "$path"
POSITION = "$row_position"  # of a row in its file; only statements that change rows ask for it
HIDDEN = {PATH: VARCHAR, POSITION: BIGINT}
NO_COLUMNS = '0 AS "$rows"'
_INDEX = "file_index"  # DuckDB's own column, hidden behind a column of the file that is called the same


def open_scan(scan, context, con):
    """SQL of exactly the columns that a TableScan asks for; its bytes are counted into `context`."""
    tasks = planning.plan(scan.table.iceberg, scan.table.snapshot, scan.table.schema, scan.domains)
    return relation(scan, tasks, context, con)


def relation(scan, tasks, context, con):
    """The same for the FileScanTasks given."""
    if not tasks:
        return f"(SELECT {_nothing(scan)} WHERE false)"
    objects = context.services.objects
    deletes = list({f.file_path: f for task in tasks for f in task.delete_files}.values())
    files = [local(f) for f in [*(task.file for task in tasks), *deletes]]
    try:
        paths = objects.paths(files, lambda file: objects.path(file, con), context)
    except AthenaError as failure:
        raise _not_opened(failure) from failure
    footers = [parquet_scan.footer(objects, f, p) for f, p in zip(files, paths, strict=True)]
    context.parquet_files |= {path: file.uri for path, file in zip(paths, files, strict=True)}
    delete_paths = dict(zip((f.file_path for f in deletes), paths[len(tasks) :], strict=True))
    for metadata, _ in footers[len(tasks) :]:
        context.add_scanned(_all_bytes(metadata))
    mapping = _name_mapping(scan.table.iceberg)
    shapes = {}
    for task, path, (metadata, schema) in zip(tasks, paths, footers, strict=False):
        held, keys = columns.FileColumns(schema, mapping), _keys(scan, task.file)
        context.add_scanned(_bytes(scan, held, keys, metadata, schema))
        selected = tuple(_select_list(scan, held, keys))
        applied = tuple(sorted(delete_paths[f.file_path] for f in task.delete_files))
        # DuckDB takes the first file's types for all: files are read together only where they are the same
        alone = path if _INDEX in (n.lower() for n in schema.names) else None
        shape = (
            selected,
            applied,
            alone,
            tuple(str(f and held.held(f) and held.held(f).type) for _, f in _fields(scan)),
        )
        shapes.setdefault(shape, []).append((path, task.file.file_path, keys))
    selects = [_select(selected, applied, members) for (selected, applied, *_), members in shapes.items()]
    return f"({' UNION ALL '.join(selects)})"


def local(file):
    """A pyiceberg DataFile → DataFile of the object cache. Such files never change, so that no ETag is asked for."""
    bucket, key = split_uri(file.file_path.replace("s3a://", "s3://", 1).replace("s3n://", "s3://", 1))
    return DataFile(bucket, key, file.file_size_in_bytes, "")


def _not_opened(failure):
    if failure.code != "HIVE_CANNOT_OPEN_SPLIT":
        return failure
    return AthenaError("ICEBERG_CANNOT_OPEN_SPLIT", failure.message.replace("Hive split", "Iceberg split", 1))


def _fields(scan):
    """(name asked for, Iceberg field or None for a hidden column)."""
    known = {f.name.lower(): f for f in scan.table.schema.fields}
    return [(column, known.get(column)) for column in scan.columns]


def _nothing(scan):
    kinds = [(c, HIDDEN[c] if f is None else trino_type(f.field_type)) for c, f in _fields(scan)]
    return ", ".join(f"{null(t)} AS {name(c)}" for c, t in kinds) or NO_COLUMNS


def _keys(scan, file):
    """{field id: SQL of its value} for the columns wanted whose value the file's partition says."""
    spec = scan.table.iceberg.specs()[file.spec_id]
    values = {
        f.source_id: value
        for f, value in zip(spec.fields, file.partition, strict=True)
        if isinstance(f.transform, IdentityTransform)
    }
    wanted = [field for _, field in _fields(scan) if field is not None and field.field_id in values]
    return {
        f.field_id: internal.sql(internal.value(values[f.field_id], f.field_type), trino_type(f.field_type))
        for f in wanted
    }


def _select_list(scan, held, keys):
    """SQL for each column of the scan, in the words of `_select`."""
    for column, field in _fields(scan):
        if field is not None and field.field_id in keys:
            sql = f"__key{field.field_id}"
        elif field is not None:
            sql = columns.value(held.held(field), field, frozenset(scan.leaves.get(column) or {()}))
        else:
            sql = "__uri" if column == PATH else "__position"
        yield f"{sql} AS {name(column)}"


def _select(selected, deletes, members):
    """Rows of files that are read alike. `members`: (local path, URI, {field id: SQL of the partition's value})."""
    paths = ", ".join(literal(path) for path, _, _ in members)
    by_file = {"__uri": [literal(uri) for _, uri, _ in members]}
    for i in members[0][2]:
        by_file[f"__key{i}"] = [keys[i] for _, _, keys in members]
    place = f"CAST({_INDEX} AS INTEGER) + 1" if len(members) > 1 else "1"
    extra = [f"[{', '.join(v)}][{place}] AS {n}" for n, v in by_file.items()]
    numbered = bool(deletes) or any(sql.startswith("__position ") for sql in selected)
    if numbered:
        extra.append("file_row_number AS __position")
    source = f"read_parquet([{paths}], file_row_number = {str(numbered).lower()})"
    rows = f"SELECT *, {', '.join(extra)} FROM {source}"
    if deletes:
        gone = ", ".join(map(literal, deletes))
        rows = (
            f"SELECT * FROM ({rows}) r WHERE NOT EXISTS (SELECT 1 FROM read_parquet([{gone}]) d "
            f"WHERE d.file_path = r.__uri AND d.pos = r.__position)"
        )
    return f"SELECT {', '.join(selected) or NO_COLUMNS} FROM ({rows})"


def _bytes(scan, held, keys, metadata, schema):
    paths_of, tested = {}, {}
    for column, field in _fields(scan):
        found = field is not None and field.field_id not in keys and held.held(field)
        if not found:
            continue
        paths_of[found.name.lower()] = columns.leaves(found, field, scan.leaves.get(column) or {()})
        if column in scan.domains:
            tested[found.name.lower()] = scan.domains[column]
    return parquet_scan.scanned(metadata, schema, paths_of, tested)


def _all_bytes(metadata):
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    return sum(g.column(i).total_compressed_size for g in groups for i in range(metadata.num_columns))


def _name_mapping(table):
    """Top-level column name → field id, for files written without Iceberg (`schema.name-mapping.default`)."""
    mapping = table.name_mapping()
    if mapping is None:
        return {f.name: f.field_id for f in table.schema().fields}
    return {n: f.field_id for f in mapping.root for n in f.names}


def rows_of(table, snapshot, schema, tasks, context, con, wanted):
    """SQL of the columns `wanted` (lower-case names) of FileScanTasks, for statements that rewrite files."""
    described = SimpleNamespace(iceberg=table, snapshot=snapshot, schema=schema)
    scan = SimpleNamespace(table=described, columns=wanted, leaves={}, domains={})
    return relation(scan, tasks, context, con)
