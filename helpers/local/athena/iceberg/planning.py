"""Which files of a snapshot a query reads: partition transforms and the statistics in manifests."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from pyiceberg import expressions as iceberg
from pyiceberg.manifest import DataFileContent, ManifestContent
from pyiceberg.table import ManifestGroupPlanner
from pyiceberg.types import DecimalType, IntegerType, LongType, TimestamptzType

from ..domains import Domain
from ..errors import AthenaError
from .damage import reads_metadata

NOTHING = Domain((), False)
_MOST_TERMS = 200  # ranges or values of one column that are tested; more than these exclude little


@reads_metadata
def plan(table, snapshot, schema, domains):
    """The snapshot's files that may hold rows of `domains` (column name → Domain): pyiceberg FileScanTasks, in order.

    Each has `file` and `delete_files`, pyiceberg DataFiles. NOT_SUPPORTED for deletes that cannot be applied here.
    """
    if snapshot is None:
        return []
    manifests = snapshot.manifests(table.io)
    _refuse_equality_deletes(manifests, table)
    planner = ManifestGroupPlanner(table.metadata, table.io, row_filter(domains, schema, table.schema()))
    tasks = planner.plan_files(manifests)
    for task in tasks:
        for file in [task.file, *task.delete_files]:
            if file.file_format.value != "PARQUET":
                raise AthenaError(
                    "NOT_SUPPORTED",
                    f"this endpoint reads Iceberg tables with data files in Parquet, not {file.file_format.value}: "
                    f"{file.file_path}",
                )
    return sorted(tasks, key=lambda task: task.file.file_path)


def _refuse_equality_deletes(manifests, table):
    for manifest in manifests:
        if manifest.content != ManifestContent.DELETES:
            continue
        for entry in manifest.fetch_manifest_entry(table.io):
            if entry.data_file.content == DataFileContent.EQUALITY_DELETES:
                raise AthenaError(
                    "NOT_SUPPORTED",
                    f"this endpoint cannot apply equality deletes: {entry.data_file.file_path}",
                )


def row_filter(domains, schema, current):
    """Domains by lower-case column name of `schema` → pyiceberg expression over the schema `current`."""
    found = iceberg.AlwaysTrue()
    for field in schema.fields:
        domain = domains.get(field.name.lower())
        held = current.find_column_name(field.field_id)
        if domain is None or domain.is_all or held is None or not field.field_type.is_primitive:
            continue
        found = iceberg.And(found, _term(held, domain, current.find_type(field.field_id)))
    return found


def _term(name, domain, t):
    if domain.is_none:
        return iceberg.AlwaysFalse()
    if len(domain.ranges) > _MOST_TERMS:
        return iceberg.AlwaysTrue()
    parts = [_range(name, r, t) for r in domain.ranges]
    if domain.nulls:
        parts.append(iceberg.IsNull(name))
    elif not parts:
        return iceberg.AlwaysFalse()
    found = parts[0]
    for part in parts[1:]:
        found = iceberg.Or(found, part)
    return found


def _range(name, r, t):
    found = iceberg.NotNull(name)
    if r.low is not None and (low := _value(r.low, t)) is not None:
        if r.low == r.high and r.low_inclusive and r.high_inclusive:
            return iceberg.EqualTo(name, low)
        kind = iceberg.GreaterThanOrEqual if r.low_inclusive else iceberg.GreaterThan
        found = iceberg.And(found, kind(name, low))
    if r.high is not None and (high := _value(r.high, t)) is not None:
        kind = iceberg.LessThanOrEqual if r.high_inclusive else iceberg.LessThan
        found = iceberg.And(found, kind(name, high))
    return found


def _value(value, t):
    """A constant as pyiceberg takes it for a column of type `t`; None when it does not fit exactly."""
    if isinstance(value, datetime) and isinstance(t, TimestamptzType):
        return value.isoformat() + "+00:00"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(t, (IntegerType, LongType)):
        return int(value) if not isinstance(value, (str, bytes)) and value == int(value) else None
    if isinstance(t, DecimalType):
        try:
            exact = Decimal(value).quantize(Decimal(1).scaleb(-t.scale))
        except (InvalidOperation, TypeError, ValueError):
            return None
        return exact if exact == value else None
    if isinstance(value, Decimal):
        return float(value)
    return value
