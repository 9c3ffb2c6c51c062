"""`"t$snapshots"` and its like: what an Iceberg table knows about itself, as tables (Trino's Iceberg connector)."""

from .. import types
from ..errors import AthenaError
from ..types import BIGINT, BOOLEAN, INTEGER, VARCHAR
from . import file_tables, internal

_INSTANT = types.timestamp(3, zone=True)
_HISTORY = [
    ("made_current_at", _INSTANT),
    ("snapshot_id", BIGINT),
    ("parent_id", BIGINT),
    ("is_current_ancestor", BOOLEAN),
]
_SNAPSHOTS = [
    ("committed_at", _INSTANT),
    ("snapshot_id", BIGINT),
    ("parent_id", BIGINT),
    ("operation", VARCHAR),
    ("manifest_list", VARCHAR),
    ("summary", types.map_of(VARCHAR, VARCHAR)),
]
_REFS = [
    ("name", VARCHAR),
    ("type", VARCHAR),
    ("snapshot_id", BIGINT),
    ("max_reference_age_in_ms", BIGINT),
    ("min_snapshots_to_keep", INTEGER),
    ("max_snapshot_age_in_ms", BIGINT),
]


def read(described, kind, qualifier, node):
    """A SnapshotTable's metadata table `kind` → (columns, rows of DuckDB literals, bytes read)."""
    rule = _TABLES.get(kind)
    if rule is None:
        message = f"Table '{'.'.join(qualifier)}' does not exist"
        raise AthenaError("TABLE_NOT_FOUND", message, node.line, node.column)
    columns, rows = rule(described)
    shown = [[internal.sql(v, t) for v, (_, t) in zip(row, columns, strict=True)] for row in rows]
    return columns, shown, sum(len(text) for row in shown for text in row)


def _history(described):
    table = described.iceberg
    ancestors, at = set(), table.current_snapshot()
    while at is not None:
        ancestors.add(at.snapshot_id)
        at = table.snapshot_by_id(at.parent_snapshot_id) if at.parent_snapshot_id else None
    parents = {s.snapshot_id: s.parent_snapshot_id for s in table.snapshots()}
    rows = [
        (e.timestamp_ms, e.snapshot_id, parents.get(e.snapshot_id), e.snapshot_id in ancestors)
        for e in table.history()
    ]
    return _HISTORY, rows


def _snapshots(described):
    rows = []
    for s in described.iceberg.snapshots():
        operation = s.summary.operation.value if s.summary else None
        summary = s.summary.additional_properties if s.summary else None
        rows.append((s.timestamp_ms, s.snapshot_id, s.parent_snapshot_id, operation, s.manifest_list, summary))
    return _SNAPSHOTS, rows


def _refs(described):
    rows = [
        (
            n,
            r.snapshot_ref_type.upper(),
            r.snapshot_id,
            r.max_ref_age_ms,
            r.min_snapshots_to_keep,
            r.max_snapshot_age_ms,
        )
        for n, r in described.iceberg.refs().items()
    ]
    return _REFS, rows


_TABLES = {
    "files": file_tables.files,
    "history": _history,
    "manifests": file_tables.manifests,
    "partitions": file_tables.partitions,
    "refs": _refs,
    "snapshots": _snapshots,
}
