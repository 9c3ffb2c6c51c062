"""VACUUM: snapshots that are too old go, with the files that only they need; and files that no snapshot knows.

The table's properties say what is too old (User Guide, vacuum-statement): `vacuum_max_snapshot_age_seconds`, but
the newest `vacuum_min_snapshots_to_keep` always stay. Files are left alone that are younger than the same age:
they may belong to a statement that has not committed yet.
"""

from datetime import UTC, datetime, timedelta

from ..objects import split_location
from ..outcome import Outcome
from . import files, warehouse
from .changes import target_of
from .properties import number


def vacuum(statement, context):
    """Run a statement_tree.Vacuum → Outcome."""
    table = target_of(statement.name, context).table
    doomed = _expired(table)
    before = files.of_snapshots(table, doomed)
    context.point_of_no_return()
    if doomed:
        ids = [snapshot.snapshot_id for snapshot in doomed]

        def change():
            table.maintenance.expire_snapshots().by_ids(ids).commit()

        warehouse.commit(table, change, context.services.catalog)
        table.refresh()
    known = files.of_all_snapshots(table)
    files.delete((before - known) | _orphans(table, known, context), context)
    return Outcome(file="none", update_type="VACUUM")


def _expired(table):
    """The snapshots that are too old, and that no branch or tag names."""
    oldest = datetime.now(UTC).timestamp() - number(table, "vacuum_max_snapshot_age_seconds")
    kept = {ref.snapshot_id for ref in table.refs().values()}
    at, left = table.current_snapshot(), number(table, "vacuum_min_snapshots_to_keep")
    while at is not None and left > 0:
        kept.add(at.snapshot_id)
        at = table.snapshot_by_id(at.parent_snapshot_id) if at.parent_snapshot_id else None
        left -= 1
    return [s for s in table.snapshots() if s.snapshot_id not in kept and s.timestamp_ms / 1000 < oldest]


def _orphans(table, known, context):
    """The URIs below the table's location that it does not know and that are old enough."""
    oldest = datetime.now(UTC) - timedelta(seconds=number(table, "vacuum_max_snapshot_age_seconds"))
    bucket, prefix = split_location(table.location())
    pages = context.services.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    items = [item for page in pages for item in page.get("Contents", [])]
    uris = {f"s3://{bucket}/{item['Key']}" for item in items if item["LastModified"] < oldest}
    return uris - known
