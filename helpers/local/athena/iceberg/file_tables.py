"""`"t$files"`, `"t$manifests"`, `"t$partitions"`: what the manifests of the current snapshot say (Trino's columns).

`$files` lists data files alone, as Athena's does: delete files are seen in the summaries of `$snapshots`.
"""

from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFileContent
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import PrimitiveType

from .. import types
from ..types import BIGINT, BOOLEAN, INTEGER, VARBINARY, VARCHAR
from . import internal
from .damage import reads_metadata
from .schema import trino_type

_COUNTS, _TEXTS = types.map_of(INTEGER, BIGINT), types.map_of(INTEGER, VARCHAR)
_FILES = [
    ("content", INTEGER),
    ("file_path", VARCHAR),
    ("file_format", VARCHAR),
    ("record_count", BIGINT),
    ("file_size_in_bytes", BIGINT),
    ("column_sizes", _COUNTS),
    ("value_counts", _COUNTS),
    ("null_value_counts", _COUNTS),
    ("nan_value_counts", _COUNTS),
    ("lower_bounds", _TEXTS),
    ("upper_bounds", _TEXTS),
    ("key_metadata", VARBINARY),
    ("split_offsets", types.array(BIGINT)),
    ("equality_ids", types.array(INTEGER)),
]
_SUMMARY = types.row(
    ("contains_null", BOOLEAN), ("contains_nan", BOOLEAN), ("lower_bound", VARCHAR), ("upper_bound", VARCHAR)
)
_MANIFESTS = [
    ("path", VARCHAR),
    ("length", BIGINT),
    ("partition_spec_id", INTEGER),
    ("added_snapshot_id", BIGINT),
    ("added_data_files_count", INTEGER),
    ("added_rows_count", BIGINT),
    ("existing_data_files_count", INTEGER),
    ("existing_rows_count", BIGINT),
    ("deleted_data_files_count", INTEGER),
    ("deleted_rows_count", BIGINT),
    ("partition_summaries", types.array(_SUMMARY)),
]


@reads_metadata
def data_files(described):
    """The pyiceberg DataFiles of a SnapshotTable's snapshot, delete files aside."""
    if described.snapshot is None:
        return []
    io = described.iceberg.io
    entries = (e for m in described.snapshot.manifests(io) for e in m.fetch_manifest_entry(io))
    return [e.data_file for e in entries if e.data_file.content == DataFileContent.DATA]


@reads_metadata
def files(described):
    """(columns, rows) of `$files`."""
    schema = described.iceberg.schema()
    rows = []
    for f in data_files(described):
        lower, upper = (_bounds(bounds, schema) for bounds in (f.lower_bounds, f.upper_bounds))
        rows.append(
            (
                int(f.content),
                f.file_path,
                f.file_format.value,
                f.record_count,
                f.file_size_in_bytes,
                f.column_sizes,
                f.value_counts,
                f.null_value_counts,
                f.nan_value_counts,
                lower,
                upper,
                f.key_metadata,
                f.split_offsets,
                f.equality_ids,
            )
        )
    return _FILES, rows


def _bounds(bounds, schema):
    """{field id: human text} of what a manifest holds in binary, for the fields that the table still has."""
    found = {}
    for i, value in (bounds or {}).items():
        if schema.find_column_name(i) is not None:
            t = schema.find_type(i)
            found[i] = IdentityTransform().to_human_string(t, from_bytes(t, value))
    return found


@reads_metadata
def manifests(described):
    """(columns, rows) of `$manifests`."""
    table = described.iceberg
    rows = []
    for m in described.snapshot.manifests(table.io) if described.snapshot else []:
        kinds = _partition_types(table.specs()[m.partition_spec_id], table)
        summaries = [
            (s.contains_null, s.contains_nan, *(_shown(bound, *kind) for bound in (s.lower_bound, s.upper_bound)))
            for s, kind in zip(m.partitions or [], kinds, strict=True)
        ]
        rows.append(
            (
                m.manifest_path,
                m.manifest_length,
                m.partition_spec_id,
                m.added_snapshot_id,
                m.added_files_count,
                m.added_rows_count,
                m.existing_files_count,
                m.existing_rows_count,
                m.deleted_files_count,
                m.deleted_rows_count,
                summaries,
            )
        )
    return _MANIFESTS, rows


def _partition_types(spec: PartitionSpec, table):
    """[(transform, Iceberg type of its result)] for the fields of a specification."""
    schema = table.schema()
    types_of = {f.field_id: f.field_type for f in spec.partition_type(schema).fields}
    return [(f.transform, types_of[f.field_id]) for f in spec.fields]


def _shown(bound, transform, t):
    return None if bound is None else transform.to_human_string(t, from_bytes(t, bound))


@reads_metadata
def partitions(described):
    """(columns, rows) of `$partitions`: one row for each partition, with the statistics of its other columns."""
    table = described.iceberg
    schema, spec = table.schema(), table.spec()
    kinds = _partition_types(spec, table)
    keyed = {f.source_id for f in spec.fields if isinstance(f.transform, IdentityTransform)}
    fields = [f for f in schema.fields if isinstance(f.field_type, PrimitiveType) and f.field_id not in keyed]
    columns = [("record_count", BIGINT), ("file_count", BIGINT), ("total_size", BIGINT)]
    if spec.fields:
        pairs = ((f.name, trino_type(t)) for f, (_, t) in zip(spec.fields, kinds, strict=True))
        columns.insert(0, ("partition", types.row(*pairs)))
    if fields:
        columns.append(("data", types.row(*((f.name, _statistics_type(f)) for f in fields))))
    groups = {}
    for f in data_files(described):
        if f.spec_id == spec.spec_id:
            groups.setdefault(f.partition, []).append(f)
    rows = []
    for key, members in groups.items():
        row = [sum(f.record_count for f in members), len(members), sum(f.file_size_in_bytes for f in members)]
        if spec.fields:
            row.insert(0, tuple(internal.value(v, t) for v, (_, t) in zip(key, kinds, strict=True)))
        if fields:
            row.append(tuple(_statistics(f, members) for f in fields))
        rows.append(row)
    return columns, rows


def _statistics_type(field):
    t = trino_type(field.field_type)
    return types.row(("min", t), ("max", t), ("null_count", BIGINT), ("nan_count", BIGINT))


def _statistics(field, members):
    """(least, greatest, nulls, NaNs) of a column over some files; None where a file does not say."""
    low = _extreme(min, [f.lower_bounds for f in members], field)
    high = _extreme(max, [f.upper_bounds for f in members], field)
    return (
        low,
        high,
        _total([f.null_value_counts for f in members], field),
        _total([f.nan_value_counts for f in members], field),
    )


def _extreme(choose, bounds, field):
    found = [(b or {}).get(field.field_id) for b in bounds]
    if None in found:
        return None
    return internal.value(choose(from_bytes(field.field_type, b) for b in found), field.field_type)


def _total(counts, field):
    found = [(c or {}).get(field.field_id) for c in counts]
    return None if None in found else sum(found)
