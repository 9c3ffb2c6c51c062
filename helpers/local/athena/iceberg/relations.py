"""The name of an Iceberg table in a query → the snapshot that it reads, or a metadata table."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ..catalog import Column, Table
from ..errors import AthenaError
from . import warehouse
from .schema import hive_text, trino_type


@dataclass
class SnapshotTable(Table):
    """A catalog.Table at one snapshot: the whole statement reads that one, whatever is committed meanwhile.

    `iceberg`: pyiceberg Table; `snapshot`: its Snapshot or None for a table without rows; `schema`: the columns.
    """

    iceberg: object = None
    snapshot: object = None
    schema: object = None


def at(described, catalog, version=None):
    """A catalog.Table → SnapshotTable: the current one, or that of `version` (see `snapshot_of`)."""
    table = warehouse.open_table(described, catalog)
    snapshot, schema = table.current_snapshot(), table.schema()
    if version is not None:
        snapshot = snapshot_of(table, *version)
        if snapshot.schema_id is not None and snapshot.schema_id in table.schemas():
            schema = table.schemas()[snapshot.schema_id]
    columns = [
        Column(f.name.lower(), trino_type(f.field_type), hive_text(f.field_type) or str(f.field_type), f.doc)
        for f in schema.fields
    ]
    values = vars(described) | {"columns": columns, "partition_keys": []}
    return SnapshotTable(**values, iceberg=table, snapshot=snapshot, schema=schema)


def snapshot_of(table, kind, value, t):
    """The snapshot that FOR VERSION AS OF or FOR TIMESTAMP AS OF means. `value`: the Python value of Trino type `t`.

    Messages and codes: Trino's IcebergMetadata.
    """
    if kind in ("VERSION", "SYSTEM_VERSION"):
        return _by_version(table, value, t)
    moment = _moment(value, t)
    if moment > datetime.now(UTC):
        raise AthenaError("INVALID_ARGUMENTS", f"Pointer value '{moment:%Y-%m-%d %H:%M:%S}' is not in the past")
    # Timestamps of snapshots are in milliseconds
    found = table.snapshot_as_of_timestamp(int(moment.timestamp() * 1000))
    if found is None:
        shown = moment.isoformat().replace("+00:00", "Z")
        message = f"No version history table {'.'.join(table.name())} at or before {shown}"
        raise AthenaError("INVALID_ARGUMENTS", message)
    return found


def _by_version(table, value, t):
    if t.base == "bigint":
        found = table.snapshot_by_id(value)
        if found is None:
            raise AthenaError("INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {value}")
        return found
    if t.is_text:
        found = table.snapshot_by_name(value)
        if found is None:
            raise AthenaError("INVALID_ARGUMENTS", f"Cannot find snapshot with reference name: {value}")
        return found
    raise AthenaError("NOT_SUPPORTED", f"Unsupported type for table version: {t.display}")


def _moment(value, t):
    if t.base == "timestamp with time zone":
        return value["ts"].replace(tzinfo=UTC)
    if t.base == "timestamp":
        return value.replace(tzinfo=UTC)
    if t.base == "date":
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise AthenaError("NOT_SUPPORTED", f"Unsupported type for temporal table version: {t.display}")
