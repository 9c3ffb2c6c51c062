"""UNLOAD: a query's rows as files, without a table."""

from .. import queries
from ..errors import AthenaError
from ..types import timestamp
from . import properties
from .ctas import new_columns, outcome, partition_keys, require_session_catalog
from .output import Target, require_empty, write
from .selection import file_select


def unload(statement, context):
    """Run a statement_tree.Unload → Outcome. The target must be empty."""
    require_session_catalog(context)
    storage = properties.storage_of(statement.properties, properties.UNLOAD)
    plan = queries.plan(statement.query, context, queries.bound_parameters(statement, context))
    # There is no table: columns may go without a name, and instants are simply cut to milliseconds.
    columns = new_columns(
        [name for name, _ in plan.columns],
        [timestamp(3) if t.base == "timestamp" else t for _, t in plan.columns],
    )
    keys = partition_keys(columns, storage)
    if not statement.to.startswith("s3://"):
        raise AthenaError("INVALID_TABLE_PROPERTY", f"UNLOAD target is not an S3 location: {statement.to}")
    require_empty(context.services.s3, statement.to, f"Target directory already exists: {statement.to}")
    target = Target(
        storage,
        statement.to,
        columns[: len(columns) - len(keys)],
        partitions=tuple(n for n, _ in keys),
        line=storage.format in ("JSON", "TEXTFILE"),
    )
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        sources = [(f"c{i}", t) for i, (_, t) in enumerate(plan.columns)]
        written = write(con, file_select(plan.open(con), sources, columns, target), target, context)
    finally:
        con.close()
    return outcome(written, "UNLOAD")
